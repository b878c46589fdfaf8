package luahooks

import (
	"context"
	"os"
	"strings"
	"testing"

	"bellhop/hotel"
)

// The examples of docs/hooks.md are files that load and do what is said.
func TestDocumentedExamples(t *testing.T) {
	page, err := os.ReadFile("../docs/hooks.md")
	if err != nil {
		t.Fatal(err)
	}
	var examples []string
	for rest := string(page); ; {
		_, after, found := strings.Cut(rest, "```lua\n")
		if !found {
			break
		}
		example, more, _ := strings.Cut(after, "```")
		examples, rest = append(examples, example), more
	}
	if len(examples) != 4 {
		t.Fatalf("%d examples", len(examples))
	}
	s := mustLoad(t, Options{}, map[string]string{
		"fruit.lua": examples[0], "missed.lua": examples[1], "lib/prices.lua": examples[2], "night.lua": examples[3],
	})
	unanswered := &hotel.Event{Kind: hotel.KindCDR, CDR: &hotel.CDR{Status: "NO ANSWER"}}
	for _, row := range []struct {
		ev         *hotel.Event
		unit, want string
	}{
		{dialled("1203", "555*2"), "fruit.lua:dtmf:1", `[{"post":{"room":"1203","kind":"other","description":"Fruit basket 2","amount":4500}}]`},
		{dialled("1203", "555*9"), "fruit.lua:dtmf:1", `[{"alert":{"code":"hook","room":"1203","params":{"hook":"fruit.lua","text":"unknown fruit basket 9"}}}]`},
		{dialled("1203", "555"), "night.lua:dtmf:1", `[{"post":{"room":"1203","kind":"other","description":"Fruit","amount":3300}}]`},
		{unanswered, "missed.lua:cdr:1", `[{"kv":{"hook":"missed","key":"missed","value":"1"}}]`},
		{&hotel.Event{Kind: hotel.KindCron, Name: "missed-calls"}, "missed.lua:cron:2",
			`[{"http":{"url":"https://reports.example/missed","body":"{\"missed\":0}"}},{"kv":{"hook":"missed","key":"missed","value":null}}]`},
	} {
		if units := s.Match(row.ev); len(units) != 1 || units[0] != row.unit {
			t.Errorf("%s: matched %q", row.unit, units)
			continue
		}
		got := s.Run(context.Background(), row.unit, input(row.ev))
		if text := asJSON(t, got.Effects); text != row.want || got.Err != nil {
			t.Errorf("%s: error %v, effects\n got %s\nwant %s", row.unit, got.Err, text, row.want)
		}
	}
}
