package luahooks

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// runTests runs the tests of a folder.
func runTests(t *testing.T, opts TestOptions, files map[string]string) TestSummary {
	t.Helper()
	dir := fstest.MapFS{}
	for name, text := range files {
		dir[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return RunTests(context.Background(), dir, opts)
}

// Each row is the body of a case and its fault; none: it is kept.
func TestLuaTests(t *testing.T) {
	for _, row := range []struct{ name, body, fault string }{
		{"kept", `test.item { "12", price = 350 }
local e = test.event { "minibar", room = "1203", item = "12", count = 2 }
test.effects(e, { { "post", room = 1203, amount = 700 } })
test.equal(#e, 1)
test.equal(e[1].amount, 700)
test.equal(e[1][1], "post")`, ""},
		{"kind by name", `test.effects(test.event { kind = "minibar", room = "1203", item = "12" }, { { "alert", text = "no item 12" } })`, ""},
		{"effects differ", `test.item { "12", price = 350 }
test.effects(test.event { "minibar", room = "1203", item = "12" }, { { "post", amount = 700 } })`,
			"other effects than expected\n  post amount=350 description=\"item 12\" item=12 kind=minibar minibar=minibar quantity=1 room=1203\n    amount: expected 700, got 350"},
		{"the clock", `test.at("2026-11-22 07:00") test.language("zh") test.answer { "https://rates.example/usd", body = "7.1" } test.room { "1203", vip = 2 }
test.equal(test.event { "checkin", room = "1203" }[1].text, "7.1 2026-11-22 zh 2")`, ""},
		{"what is kept lasts a case", `for i = 1, 3 do test.event { "dtmf", room = "1203", digits = "555*2" } end
test.effects(test.event { "dtmf", room = "1203", digits = "555*1" }, { { "kv.set", key = "n", value = 7 } })`, ""},
		{"and no longer", `test.effects(test.event { "dtmf", room = "1203", digits = "555*1" }, { { "kv.set", key = "n", value = 1 } })`, ""},
		{"kept before", `test.kv { n = 40 } test.effects(test.event { "dtmf", room = "1203", digits = "555*2" }, { { "kv.set", value = 42 } })`, ""},
		{"the log", `test.event { "dtmf", room = "1203", digits = "555*2" } test.equal(test.log(), { "n" })`, ""},
		{"fails", `test.equal(test.fails({ "cron", job = "greet" }, "no greeting"), "error: priced.lua:17: no greeting")`, ""},
		{"does not fail", `test.fails({ "dtmf", room = "1203", digits = "555*2" })`, "the hook is to fail and does not: it has 1 effects"},
		{"fails otherwise", `test.fails({ "cron", job = "greet" }, "dinner")`, `the hook is to fail with "dinner", but it says: error: priced.lua:17: no greeting`},
		{"a failing hook", `test.event { "cron", job = "greet" }`, "error: priced.lua:17: no greeting"},
		{"the impossible", `test.item { "12", price = 1000000000001 } test.event { "minibar", room = "1203", item = "12" }`, `what the hook wants cannot be: post.amount: "1000000000001" is too large`},
		{"equal", `test.equal({ a = { 1, 2 }, b = "x" }, { a = { 1, 3 }, c = true }, "the table")`,
			"the table: not equal\n  a[2]: expected 3, got 2\n  b: expected nil, got \"x\"\n  c: expected true, got nil"},
		{"not of one kind", `test.equal("1", 1)`, `expected 1, got "1"`},
		{"a slip in a field", `test.event { "minibar", rom = "1203" }`, "test.event: minibar knows no rom"},
		{"a slip in a giver", `test.item { "12", prise = 3 }`, "test.item: item 12 needs its price"},
		{"a slip in test", `test.evnt {}`, "attempt to call a non-function object"},
		{"no effects at once", `bellhop.alert("x")`, "bellhop.alert works only inside a hook"},
		{"endless", `while true do end`, "deadline: took too long"},
		{"endless events", `while true do pcall(test.event, { "dtmf", room = "1203", digits = "1" }) end`, "limit: sends more than 1000 events"},
		{"memory", `local t = {} while true do t[#t + 1] = ("x"):rep(100000) .. #t end`, "memory: "},
		{"no case in a case", `test.case("x", print)`, "test.case is for the file itself"},
		{"nothing outside", `os.exit()`, "os does not exist in hooks"},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := TestOptions{Options: Options{Limits: Limits{Deadline: 2 * time.Second}}}
			got := runTests(t, opts, map[string]string{
				"priced.lua": pricedHook, "priced_test.lua": "test.case('before', function() end)\ntest.case('it', function()\n" + row.body + "\nend)\ntest.case('after', function() test.equal(1, 1) end)",
			})
			if len(got.Faults) > 0 || len(got.Results) != 3 {
				t.Fatalf("%+v", got)
			}
			before, it, after := got.Results[0], got.Results[1], got.Results[2]
			if before.Error != "" || after.Error != "" {
				t.Errorf("the others: %+v", got)
			}
			if it.Error != row.fault && (row.fault == "" || !strings.Contains(it.Error, row.fault)) {
				t.Errorf("%s\nwant %s", it.Error, row.fault)
			}
			if it.Line < 2 || it.File != "priced_test.lua" {
				t.Errorf("at %s:%d", it.File, it.Line)
			}
		})
	}
}

func TestFilesOfTests(t *testing.T) {
	for _, row := range []struct{ name, text, fault string }{
		{"syntax", "test.case(", "x_test.lua:1: syntax error"},
		{"a hook", "bellhop.on('dtmf', print)", "x_test.lua: registers a hook"},
		{"no case", "local x = 1", "x_test.lua: has no test"},
		{"an event at load", "test.event { 'dtmf' }", "x_test.lua:1: test.event works only inside a case"},
		{"outlives", "local n\ntest.case('x', function() n = 1 end)", `x_test.lua:2: "n" belongs to the file`},
	} {
		got := runTests(t, TestOptions{}, map[string]string{"x.lua": "", "x_test.lua": row.text})
		if len(got.Faults) != 1 || !strings.Contains(got.Faults[0].Error(), row.fault) || got.Failed() != 1 {
			t.Errorf("%s: %+v", row.name, got)
		}
	}
	got := runTests(t, TestOptions{}, map[string]string{"y_test.lua": "test.case('x', print)"})
	if fmt.Sprint(got.Faults) != "[y_test.lua: tests y.lua, which is not there or cannot be loaded]" {
		t.Errorf("%v", got.Faults)
	}
}

// A shipped hook can be tested with the hotel's own items, without a copy of it.
func TestShippedHookIsTested(t *testing.T) {
	got := runTests(t, TestOptions{}, map[string]string{
		"minibar_test.lua": "test.case('x', function() test.item { '12', price = 3 } test.effects(test.event { 'minibar', room = '1', item = '12' }, { { 'post', amount = 3 } }) end)",
	})
	if len(got.Results) != 1 || got.Failed() != 0 {
		t.Errorf("%+v", got)
	}
}

func TestFilesAreChosen(t *testing.T) {
	files := map[string]string{
		"a.lua": "--- @example one\n--- event: dtmf room=1 digits=1\n--- wants: nothing", "a_test.lua": "test.case('two', print)", "b.lua": "(",
	}
	got := runTests(t, TestOptions{Files: []string{"a_test.lua"}}, files)
	if len(got.Results) != 1 || got.Results[0].Name != "two" || len(got.Faults) != 0 {
		t.Errorf("%+v", got)
	}
	got = runTests(t, TestOptions{Files: []string{"a.lua", "a_test.lua"}}, files)
	if len(got.Results) != 2 || len(got.Faults) != 0 {
		t.Errorf("%+v", got)
	}
	got = runTests(t, TestOptions{}, files)
	if len(got.Results) != 2 || got.Results[0].Name != "one" || len(got.Faults) != 1 || got.Failed() != 1 {
		t.Errorf("%+v", got)
	}
}

func TestLinesAreCounted(t *testing.T) {
	text := `local x = {
  f = function(n)
    return n
  end,
}
bellhop.on("dtmf", function(event)
  local n = 0
  for i = 1, 3 do
    n = n + x.f(i)
  end
  if n == 0 then
    bellhop.log("never")
  elseif event.room == "1" then
    bellhop.log("one")
  else
    bellhop.log("other") bellhop.log("same line")
  end
  repeat
    goto done
    ::done::
  until true
  local unused = function()
    return 1
  end
  while n > 100 do
    break
  end
end)
--- @example x
--- event: dtmf room=1 digits=1
--- wants: nothing
`
	got := runTests(t, TestOptions{Cover: true}, map[string]string{"c.lua": text})
	if got.Failed() != 0 || len(got.Coverage) != 1 {
		t.Fatalf("%+v", got)
	}
	c := got.Coverage[0]
	if want := []int{12, 16, 23, 26}; c.File != "c.lua" || !slices.Equal(c.Missed, want) || c.Lines != c.Ran+len(want) || c.Lines != 17 {
		t.Errorf("%+v, want missed %v", c, want)
	}
}
