package luahooks

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/hotel"
)

// Outcome is an effect as hooks and people name it: post room=1203 amount=700.
type Outcome struct {
	Call   string         `json:"call"` // the function below bellhop
	Fields map[string]any `json:"fields,omitempty"`
}

// String writes it as a comment of a hook file has it.
func (o Outcome) String() string { return strings.TrimSpace(o.Call + " " + fields(o.Fields).line()) }

// calls are the functions that want an effect, where that has another name.
var calls = map[string]string{
	"status": "housekeeping", "unclear": "minibar.unclear", "http": "http.post", "kv": "kv.set",
	"wakeupAdd": "wakeup.add", "wakeupCancel": "wakeup.cancel", "hookCall": "pbx.play",
}

// Outcomes names effects as hooks do.
func Outcomes(effects []hotel.Effect) []Outcome {
	list := make([]Outcome, 0, len(effects))
	for _, e := range effects {
		list = append(list, outcomeOf(e))
	}
	return list
}

// outcomeOf goes by the effect's JSON, so that a new effect needs no line here.
func outcomeOf(e hotel.Effect) Outcome {
	text, err := json.Marshal(e)
	if err != nil {
		return Outcome{Call: fmt.Sprintf("an effect that cannot be written: %v", err)}
	}
	var all map[string]map[string]any
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		return Outcome{Call: string(text)}
	}
	for name, f := range all {
		o := Outcome{Call: name, Fields: f}
		if call := calls[name]; call != "" {
			o.Call = call
		}
		o.asCalled(e)
		return o
	}
	return Outcome{Call: "nothing"}
}

// asCalled gives the fields the names and values that the function takes.
func (o *Outcome) asCalled(e hotel.Effect) {
	f := o.Fields
	rename := func(from, to string) {
		if v, ok := f[from]; ok {
			delete(f, from)
			f[to] = v
		}
	}
	if after, timed := f["expireAfter"]; timed {
		delete(f, "expireAfter")
		if n, err := strconv.ParseInt(plainValue(after), 10, 64); err == nil {
			f["expire"] = int64(time.Duration(n) / time.Second)
		}
	}
	switch {
	case e.Alert != nil:
		delete(f, "code")
		delete(f, "params")
		for name, v := range e.Alert.Params {
			if name != "hook" {
				f[name] = v
			}
		}
	case e.KV != nil:
		delete(f, "hook")
		if e.KV.Value == nil {
			o.Call = "kv.delete"
			delete(f, "value")
			return
		}
		f["value"] = decoded(*e.KV.Value)
	case e.HTTP != nil && e.HTTP.Body != "":
		f["body"] = decoded(e.HTTP.Body)
	case e.Move != nil:
		rename("from", "room")
	case e.DND != nil:
		delete(f, "from")
	case e.HookCall != nil && e.HookCall.To != "":
		o.Call = "pbx.call"
	case e.WakeUpAdd != nil:
		delete(f, "from")
		rename("time", "at")
		rename("until", "until_date")
		if f["repeat"] == string(hotel.WakeDaily) {
			f["daily"] = true
		}
		delete(f, "repeat")
		f["days"] = dayNames(e.WakeUpAdd.Days)
		if len(e.WakeUpAdd.Days) == 0 {
			delete(f, "days")
		}
		o.oneRoom(e.WakeUpAdd.Rooms)
	case e.WakeUpCancel != nil:
		rename("ids", "id")
		o.oneRoom(e.WakeUpCancel.Rooms)
	}
}

// oneRoom names a single room as room.
func (o *Outcome) oneRoom(rooms []string) {
	if len(rooms) == 1 {
		delete(o.Fields, "rooms")
		o.Fields["room"] = rooms[0]
	}
}

func dayNames(days []time.Weekday) []any {
	var names []any
	for _, d := range days {
		names = append(names, weekdays[d])
	}
	return names
}

// decoded is what a JSON text says; the text itself when it is none.
func decoded(text string) any {
	var v any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return text
	}
	return v
}

// unlike says how what came differs from what was expected, effect by effect
// and field by field; empty when it does not. A field that the expectation does
// not name may be anything.
func unlike(got, want []Outcome) string {
	var lines []string
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			lines = append(lines, "  expected "+want[i].String(), "  got      nothing more")
		case i >= len(want):
			lines = append(lines, "  expected nothing more", "  got      "+got[i].String())
		case got[i].Call != want[i].Call:
			lines = append(lines, "  expected "+want[i].String(), "  got      "+got[i].String())
		default:
			lines = append(lines, fieldDifference(got[i], want[i])...)
		}
	}
	return strings.Join(lines, "\n")
}

func fieldDifference(got, want Outcome) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(want.Fields)) {
		was, there := got.Fields[name]
		expected := plainValue(want.Fields[name])
		if same(was, there, want.Fields[name]) {
			continue
		}
		came := quoteValue(was)
		if !there {
			came = "nothing"
		}
		if len(lines) == 0 {
			lines = append(lines, "  "+got.String())
		}
		lines = append(lines, fmt.Sprintf("    %s: expected %s, got %s", name, quoteValue(expected), came))
	}
	return lines
}

// same compares by what is written. A field that is not there is as good as
// false, 0 and an empty text.
func same(was any, there bool, want any) bool {
	expected := plainValue(want)
	if !there {
		return expected == "" || expected == "false" || expected == "0"
	}
	return plainValue(was) == expected
}
