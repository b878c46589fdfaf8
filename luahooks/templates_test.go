package luahooks

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// Every hook that Bellhop brings has tests, and they are kept; each line of it
// runs in them.
func TestTemplates(t *testing.T) {
	if len(Shipped()) < 6 || len(Templates()) < len(Shipped())+4 {
		t.Fatalf("%d shipped, %d in all", len(Shipped()), len(Templates()))
	}
	for _, one := range append(Templates(), EmptyTemplate("fruit")) {
		t.Run(one.Name, func(t *testing.T) {
			dir := fstest.MapFS{one.Name + ".lua": {Data: one.Text}, one.Name + "_test.lua": {Data: one.Test}}
			c := Check(dir, Options{})
			if len(c.Faults)+len(c.Warnings) > 0 || c.Hooks == 0 {
				t.Errorf("%+v", c)
			}
			r := RunTests(context.Background(), dir, TestOptions{Options: Options{Currency: "CNY"}, Cover: true})
			for _, err := range r.Faults {
				t.Error(err)
			}
			for _, result := range r.Results {
				if result.Error != "" {
					t.Errorf("%s:%d: %s: %s", result.File, result.Line, result.Name, result.Error)
				}
			}
			if len(r.Results) < 1 {
				t.Error("no tests")
			}
			for _, f := range r.Coverage {
				if lines := missedLines(one.Text, f.Missed); len(lines) > 0 {
					t.Errorf("lines that no test runs:\n%s", strings.Join(lines, "\n"))
				}
			}
			if one.About == "" || len(one.About) > 250 {
				t.Errorf("about: %q", one.About)
			}
		})
	}
}

// missedLines are those that no test has run, but for what is switched off by a
// value at the top of the file.
func missedLines(text []byte, missed []int) (lines []string) {
	all := strings.Split(string(text), "\n")
	for _, n := range missed {
		if !strings.Contains(all[n-1], "http.post(address") {
			lines = append(lines, all[n-1])
		}
	}
	return lines
}

// The examples that stand in minibar.lua as comments work when their dashes are
// taken away.
func TestExamplesWithinTheMinibar(t *testing.T) {
	text, err := fs.ReadFile(shipped, "shipped/minibar.lua")
	if err != nil {
		t.Fatal(err)
	}
	const tests = `
local function amount(item, count, at)
  test.at(at or "2026-11-22 12:00")
  test.item { "12", price = 350 } test.item { "21", price = 1501 } test.item { "30", price = 800 }
  test.room { "1203", floor = "12" } test.room { "301", floor = "3" }
  return test.event { "minibar", room = "1203", item = item, count = count }[1].amount
end
`
	for _, row := range []struct{ title, body string }{
		{"Happy hour", `test.equal(amount("21", 1, "2026-11-22 16:59"), 1501) test.equal(amount("21", 1, "2026-11-22 17:00"), 750)
test.equal(amount("21", 3, "2026-11-22 18:59"), 2251) test.equal(amount("21", 1, "2026-11-22 19:00"), 1501) test.equal(amount("12", 1, "2026-11-22 18:00"), 350)`},
		{"A bundle", `test.equal(amount("12", 2), 700) test.equal(amount("12", 3), 700) test.equal(amount("12", 4), 1050) test.equal(amount("12", 6), 1400) test.equal(amount("21", 3), 4503)`},
		{"By kind of room", `test.equal(amount("30", 2), 0) test.equal(amount("12", 1), 350)
test.equal(test.event { "minibar", room = "301", item = "30" }[1].amount, 800)`},
	} {
		dir := fstest.MapFS{
			"minibar.lua":      {Data: []byte(uncommented(string(text), row.title))},
			"minibar_test.lua": {Data: []byte(tests + "test.case('it', function()\n" + row.body + "\nend)")},
		}
		r := RunTests(context.Background(), dir, TestOptions{})
		if r.Failed() > 0 || len(r.Results) != 2 {
			t.Errorf("%s: %+v\n%s", row.title, r, dir["minibar.lua"].Data)
		}
	}
}

// uncommented takes the dashes from the lines below a title, up to an empty one.
func uncommented(text, title string) string {
	lines := strings.Split(text, "\n")
	within := false
	for i, line := range lines {
		bare := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(bare, "-- "+title):
			within = true
		case !strings.HasPrefix(bare, "--"):
			within = false
		case within:
			lines[i] = strings.TrimPrefix(bare, "-- ")
		}
	}
	return strings.Join(lines, "\n")
}
