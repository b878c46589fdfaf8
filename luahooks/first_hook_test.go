package luahooks

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"bellhop/hotel"
)

// blocks are what stands between three back quotes on a page.
func blocks(t *testing.T, page string) (list []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range strings.Split(string(text), "```") {
		if i%2 == 1 {
			_, body, _ := strings.Cut(part, "\n")
			list = append(list, body)
		}
	}
	return list
}

func blockWith(t *testing.T, list []string, words string) string {
	t.Helper()
	for _, b := range list {
		if strings.Contains(b, words) {
			return b
		}
	}
	t.Fatalf("no block has %q", words)
	return ""
}

// TestFirstHook goes the way of docs/first-hook.md.
func TestFirstHook(t *testing.T) {
	page := blocks(t, "../docs/first-hook.md")
	start, _ := TemplateOf("minibar")
	text := string(start.Text)
	try := func() TestSummary {
		dir := fstest.MapFS{"minibar.lua": {Data: []byte(text)}, "minibar_test.lua": {Data: start.Test}}
		return RunTests(context.Background(), dir, TestOptions{})
	}
	if r := try(); r.Failed() > 0 || fmt.Sprintf("%d tests, all good\n", len(r.Results)) != blockWith(t, page, "7 tests") {
		t.Errorf("it begins with %d tests, %d failed; the page says %s", len(r.Results), r.Failed(), blockWith(t, page, "7 tests"))
	}
	given := blockWith(t, page, "@example two bottles")
	if !strings.Contains(text, given) {
		t.Error("the example that the page shows is not in the file")
	}

	text = strings.Replace(text, given, given+"\n"+blockWith(t, page, "--- @example of two beers"), 1)
	failed := blockWith(t, page, "FAIL")
	r := try()
	for _, result := range r.Results {
		shown := fmt.Sprintf("FAIL  %s:%d: %s\n        %s\n", result.File, result.Line, result.Name, strings.ReplaceAll(result.Error, "\n", "\n        "))
		if result.Error != "" && !strings.HasPrefix(failed, shown) {
			t.Errorf("the page says\n%s\nand it is\n%s", failed, shown)
		}
	}
	if r.Failed() != 1 {
		t.Errorf("%d failed", r.Failed())
	}

	text = strings.Replace(text, "  return item.price * count\n", blockWith(t, page, `item.code == "2"`), 1)
	if r := try(); r.Failed() > 0 || len(r.Results) != 8 {
		t.Errorf("with the rule: %+v", r)
	}

	slip := Check(fstest.MapFS{"minibar.lua": {Data: []byte(strings.Replace(text, "math.floor(count / 2)", "math.floor(cuont / 2)", 1))}}, Options{})
	if shown := blockWith(t, page, "cuont"); len(slip.Warnings) != 1 || !strings.HasPrefix(shown, slip.Warnings[0].Error()+" (warning)\n") {
		t.Errorf("check says %+v, the page %s", slip, shown)
	}

	s := mustLoad(t, Options{}, map[string]string{"minibar.lua": text})
	in := input(dialled("1001", "778*2*3"))
	in.View = state{
		hotel.RoomKey("1001"):                    hotel.Room{Number: "1001"},
		hotel.ItemKey(hotel.DefaultMinibar, "2"): hotel.Item{Minibar: hotel.DefaultMinibar, Code: "2", Name: "Beer", Price: 2500, Max: 10},
	}
	trace := s.Trace(context.Background(), "minibar.lua:minibar:1", in)
	told := trace.Unit + "\n"
	for _, c := range trace.Calls {
		told += fmt.Sprintf("  %5d  %s\n", c.Line, c)
	}
	for _, e := range trace.Effects {
		told += "  wants  " + e.String() + "\n"
	}
	if shown := blockWith(t, page, "minibar.lua:minibar:1"); told != shown {
		t.Errorf("the trace is\n%s\nand the page says\n%s", told, shown)
	}
}

// TestHookTestsPage runs what docs/hook-tests.md shows, and holds its lists
// against what there is.
func TestHookTestsPage(t *testing.T) {
	page := blocks(t, "../docs/hook-tests.md")
	start, _ := TemplateOf("minibar")
	hour := uncommented(string(start.Text), "Happy hour") + blockWith(t, page, "@example happy hour")
	tests := strings.Repeat("\n", 4) + blockWith(t, page, "test.case(")
	r := RunTests(context.Background(), fstest.MapFS{"minibar.lua": {Data: []byte(hour)}, "minibar_test.lua": {Data: []byte(tests)}}, TestOptions{})
	if r.Failed() > 0 || len(r.Results) != 3 {
		t.Errorf("%+v", r)
	}
	never := strings.Replace(hour, "hour < 19", "hour < 20", 1)
	r = RunTests(context.Background(), fstest.MapFS{"minibar.lua": {Data: []byte(never)}, "minibar_test.lua": {Data: []byte(tests)}}, TestOptions{})
	shown := blockWith(t, page, "FAIL")
	if last := r.Results[len(r.Results)-1]; r.Failed() != 1 || !strings.HasSuffix(shown, strings.ReplaceAll(last.Error, "\n", "\n        ")+"\n") {
		t.Errorf("%+v\nthe page says\n%s", r, shown)
	}
	ice := fstest.MapFS{"ice.lua": {Data: []byte(blockWith(t, page, "-- ice.lua"))}, "ice_test.lua": {Data: []byte(blockWith(t, page, "-- ice_test.lua"))}}
	if r = RunTests(context.Background(), ice, TestOptions{}); r.Failed() > 0 || len(r.Results) != 2 {
		t.Errorf("the report: %+v", r)
	}
	text, err := os.ReadFile("../docs/hook-tests.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range giverNames() {
		if !strings.Contains(string(text), "\n| `"+word) {
			t.Errorf("given %s is not on the page", word)
		}
	}
	for _, kind := range digitKinds {
		for _, name := range givenFields(kind)[:len(givenFields(kind))-5] {
			if name != "digits" && name != "caller_room" && !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("%s of %s is not on the page", name, kind)
			}
		}
	}
}
