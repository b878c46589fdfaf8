package luahooks

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Each row is what follows the title of a report, and what is kept of it.
func TestReportInParts(t *testing.T) {
	for _, c := range []struct{ options, want, fault string }{
		{`parts = { { "A" }, { "B", { 1, "x" }, { 2, "y" } }, { "C", { "z" } } }, head = { "N", "W" }`, `"head":["N","W"],"rows":[["B"],["1","x"],["2","y"],["C"],["z"]]`, ""},
		{`parts = { { "A" }, {"B"} }, head = { "N" }, none = "Nothing.", text = "Well:"`, `"text":"Well:\nNothing."`, ""},
		{`parts = { { "A" } }, none = "Nothing."`, `"text":"Nothing."`, ""},
		{`parts = { { "A", { 1 } } }, none = "Nothing.", text = "Well:"`, `"text":"Well:","rows":[["A"],["1"]]`, ""},
		{`parts = { { "A" } }, none = "Nothing.", rows = { { "C" }, { 3 } }, head = { "N" }`, `"text":"Nothing.","head":["N"],"rows":[["C"],["3"]]`, ""},
		{`parts = { { "A", { 1 } } }, rows = { { 3 } }`, `"rows":[["A"],["1"],["3"]]`, ""},
		{`parts = { { "A", { 1 }, { 2 }, { 3 } } }, most = 3`, `"rows":[["A"],["1"],["2"],["3"]]`, ""},
		{`parts = { { "A", { 1 }, { 2 }, { 3 } }, { "B", { 4 } } }, most = 1`, `"rows":[["A"],["1"],["","… and 2 more"],["B"],["4"]]`, ""},
		{`parts = { { "A", { ("长"):rep(100), ("x"):rep(200) } } }`, `"rows":[["A"],["` + strings.Repeat("长", 66) + `…","` + strings.Repeat("x", 200) + `"]]`, ""},
		{`head = { "N" }, rows = {}`, "", ""},
		{`parts = "A"`, "", "parts must be a list, but it is A"},
		{`parts = { "A" }`, "", "parts must be a list of lists, but it is A"},
		{`parts = { { { 1 } } }`, "", "parts must be lists that begin with a heading"},
		{`parts = { { "A", "x" } }`, "", "parts must be a heading and lists of texts below it, but it is x"},
		{`parts = { { "A", { true } } }`, "", "parts must be lists of texts and numbers without a gap"},
		{`most = 0`, "", "most must be 1 to 1000, but it is 0"},
		{`most = 1001`, "", "most must be 1 to 1000, but it is 1001"},
		{`none = 5.5`, "", "none must be a text"},
	} {
		got := runBody(t, Options{}, `bellhop.report { name = "x", title = "T", `+c.options+` }`)
		if c.fault != "" {
			if got.Err == nil || !strings.Contains(got.Err.Error(), c.fault) {
				t.Errorf("%s: error %v, want %s", c.options, got.Err, c.fault)
			}
			continue
		}
		want := `[{"report":{"name":"x","title":"T"}}]`
		if c.want != "" {
			want = `[{"report":{"name":"x","title":"T",` + c.want + `}}]`
		}
		if text := asJSON(t, got.Effects); got.Err != nil || text != want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.options, got.Err, text, want)
		}
	}
	got := runBody(t, Options{Language: "zh"}, `bellhop.report { name = "x", title = "T", parts = { { "A", { 1 }, { 2 } } }, most = 1 }`)
	if text := asJSON(t, got.Effects); !strings.Contains(text, `["","……另有 1 项"]`) {
		t.Errorf("in Chinese: %s", text)
	}
}

// A part of which fifty rows are shown may have any number: they are not what is kept.
func TestLongPart(t *testing.T) {
	got := runBody(t, Options{}, `local part = { "A" } for i = 1, 3000 do part[#part + 1] = { i } end
bellhop.report { name = "x", title = "T", parts = { part } }`)
	if got.Err != nil {
		t.Fatal(got.Err)
	}
	rows := got.Effects[0].Report.Rows
	if last := rows[len(rows)-1]; len(rows) != 52 || last[1] != "… and 2950 more" {
		t.Errorf("%d rows, the last %q", len(rows), last)
	}
}

func TestSay(t *testing.T) {
	for language, want := range map[string]string{"": "ice", "en": "ice", "zh": "冰"} {
		if got := runBody(t, Options{Language: language}, `bellhop.log(bellhop.say("ice", "冰"))`); got.Err != nil || got.Log[0] != want {
			t.Errorf("%q: %+v", language, got)
		}
	}
	s := mustLoad(t, Options{Language: "zh"}, map[string]string{"t.lua": `local ice = bellhop.say("ice", "冰") bellhop.on("dtmf", function() bellhop.log(ice) end)`})
	if got := saidBy(t, s, "t.lua"); got != "冰" {
		t.Errorf("said while the file is loaded: %q", got)
	}
	if got := runBody(t, Options{}, `bellhop.say("ice")`); got.Err == nil {
		t.Error("a text without the other was taken")
	}
}

// Moments are by the hotel's wall, where an hour may be skipped or come twice.
func TestTimeOfAMoment(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`bellhop.time()`:                             "2026-11-21T04:30:05Z",
		`bellhop.time("2026-11-22 06:00")`:           "2026-11-22T05:00:00Z",
		`bellhop.time("2026-11-22")`:                 "2026-11-21T23:00:00Z",
		`bellhop.time(bellhop.date(-1) .. " 06:00")`: "2026-11-20T05:00:00Z",
		`bellhop.time("2026-03-29 02:30")`:           "2026-03-29T01:00:00Z", // skipped
		`bellhop.time("2026-10-25 02:30")`:           "2026-10-25T00:30:00Z", // comes twice
		`bellhop.time("tomorrow")`:                   `"2026-11-22", but it is "tomorrow"`,
		`bellhop.time("2026-11-22 6:00 ")`:           "bellhop.time: must be such as",
		`bellhop.time("2026-11-22 ")`:                "bellhop.time: must be such as",
		`bellhop.time("")`:                           "bellhop.time: must be such as",
		`bellhop.time({})`:                           "string expected",
	} {
		s := mustLoad(t, Options{}, map[string]string{"t.lua": "bellhop.on('dtmf', function() bellhop.log(" + text + ") end)"})
		in := input(dialled("1203", "5"))
		in.Zone = berlin
		got := s.Run(t.Context(), "t.lua:dtmf:1", in)
		at, err := time.Parse(time.RFC3339, want)
		if err != nil {
			if got.Err == nil || !strings.Contains(got.Err.Error(), want) {
				t.Errorf("%s: %v, want %s", text, got.Err, want)
			}
			continue
		}
		if got.Err != nil || got.Log[0] != fmt.Sprint(at.Unix()) {
			t.Errorf("%s: %v %q, want %s", text, got.Err, got.Log, want)
		}
	}
}
