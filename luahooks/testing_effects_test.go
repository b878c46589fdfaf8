package luahooks

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
)

// wanted is one call of each function that wants something, and the effect as
// examples and tests name it. Both have the same fields.
var wanted = map[string]struct{ call, want string }{
	"bellhop.post":            {`{ room = "1203", kind = "minibar", item = "12", quantity = 2, amount = 700 }`, "post amount=700 item=12 kind=minibar quantity=2 room=1203"},
	"bellhop.minibar.unclear": {`{ room = "1203", item = "99", count = 1 }`, "minibar.unclear count=1 item=99 room=1203"},
	"bellhop.alert":           {`"no ice", { room = "1203" }`, `alert room=1203 text="no ice"`},
	"bellhop.sms":             {`{ to = "+86139", text = "x", room = "1203", expire = 60 }`, "sms expire=60 room=1203 text=x to=+86139"},
	"bellhop.housekeeping":    {`{ room = "1203", status = "clean" }`, "housekeeping room=1203 status=clean"},
	"bellhop.sweep":           {`{ overdue = "list" }`, "sweep overdue=list"},
	"bellhop.backup":          {`{}`, "backup"},
	"bellhop.wakeup.add":      {`{ room = "1203", at = "06:30", days = { "mon", "fri" }, until_date = "2026-12-01" }`, "wakeup.add at=06:30 days=mon,fri room=1203 until_date=2026-12-01"},
	"bellhop.wakeup.cancel":   {`{ room = "1203" }`, "wakeup.cancel room=1203"},
	"bellhop.report":          {`{ name = "x", title = "X", rows = { { "a", 1 } } }`, `report name=x rows=[["a","1"]] title=X`},
	"bellhop.http.post":       {`"https://a.example/", { n = 1 }, { room = "1203", expire = 60 }`, `http.post body={"n":1} expire=60 room=1203 url=https://a.example/`},
	"bellhop.kv.set":          {`"k", { 1, 2 }, { expire = 60 }`, "kv.set expire=60 key=k value=1,2"},
	"bellhop.kv.delete":       {`"k"`, "kv.delete key=k"},
	"bellhop.checkin":         {`{ room = "1203", vip = 2 }`, "checkin room=1203 vip=2"},
	"bellhop.checkout":        {`{ room = "1203", now = true }`, "checkout now=true room=1203"},
	"bellhop.move":            {`{ room = "1203", to = "1204" }`, "move room=1203 to=1204"},
	"bellhop.extend":          {`{ room = "1203", leaves = "2026-12-01" }`, "extend leaves=2026-12-01 room=1203"},
	"bellhop.correct":         {`{ posting = "P1", reason = "wrong" }`, "correct posting=P1 reason=wrong"},
	"bellhop.dnd":             {`{ room = "1203", on = true }`, "dnd on=true room=1203"},
	"bellhop.pbx.play":        {`{ room = "1203", prompts = "welcome", expire = 60 }`, "pbx.play expire=60 prompts=welcome room=1203"},
	"bellhop.pbx.call":        {`{ room = "1203", to = "8000" }`, "pbx.call room=1203 to=8000"},
}

// TestEffectsAreNamedAsTheyAreCalled: who writes a test must not learn the words
// twice, and a new function must not be forgotten.
func TestEffectsAreNamedAsTheyAreCalled(t *testing.T) {
	for _, f := range append(effectFunctions(), stayFunctions()...) {
		row, known := wanted[f.Name]
		if !known {
			t.Errorf("%s has no row", f.Name)
			continue
		}
		got := runBody(t, Options{}, f.Name+"("+row.call+")")
		if got.Err != nil || len(got.Effects) != 1 {
			t.Errorf("%s: %v, %d effects", f.Name, got.Err, len(got.Effects))
			continue
		}
		o := Outcomes(got.Effects)[0]
		if o.String() != row.want || "bellhop."+o.Call != f.Name {
			t.Errorf("%s\n got %s\nwant %s", f.Name, o, row.want)
		}
		names := []string{"body", "url", "key", "value", "text"} // arguments of their own
		names = append(names, optionNames[f.Name]...)
		for name := range maps.Keys(o.Fields) {
			if !slices.Contains(names, name) {
				t.Errorf("%s has no %q", f.Name, name)
			}
		}
	}
}

// What an example wants is read as the effect is written.
func TestOutcomesAreReadAgain(t *testing.T) {
	for name, row := range wanted {
		words, f, err := readLine(row.want)
		if err != nil || len(words) != 1 || strings.TrimSpace(words[0]+" "+f.line()) != row.want {
			t.Errorf("%s: %q is read as %q %q: %v", name, row.want, words, f.line(), err)
		}
	}
}

// A hotel in memory takes what a real one takes.
func TestTriedEffectsAreChecked(t *testing.T) {
	for call, want := range map[string]string{
		`bellhop.move { room = "1203", to = "9" }`:                "what the hook wants cannot be: move",
		`bellhop.checkin { room = "1203" }`:                       "what the hook wants cannot be: checkin",
		`bellhop.post { room = "9", kind = "other", amount = 1 }`: "what the hook wants cannot be: post.room: must be a room of the hotel",
		`bellhop.wakeup.add { room = "1203", at = "25:00" }`:      "what the hook wants cannot be: wakeup",
		`bellhop.pbx.call { room = "9", to = "8000" }`:            "what the hook wants cannot be: call.room",
		`bellhop.checkout { room = "1203" }`:                      "",
		`bellhop.pbx.play { room = "1203", prompts = "x" }`:       "",
		`bellhop.wakeup.add { room = "1203", at = "06:30" }`:      "",
	} {
		text := "bellhop.on('dtmf', function() " + call + " end)\n--- @example x\n--- event: dtmf room=1203 digits=1\n--- wants: nothing"
		s := mustLoad(t, Options{}, map[string]string{"t.lua": text})
		faults := RunExamples(context.Background(), s, "t.lua", Place{})
		if len(faults) != 1 || strings.Contains(faults[0].Message, "cannot be") != (want != "") || !strings.Contains(faults[0].Message, want) {
			t.Errorf("%s: %+v", call, faults)
		}
	}
}
