package luahooks

import (
	"context"
	"strings"
	"testing"

	"bellhop/hotel"
)

func traced(t *testing.T, text string, in Input) Trace {
	t.Helper()
	s := mustLoad(t, Options{}, map[string]string{"t.lua": text})
	return s.Trace(context.Background(), "t.lua:dtmf:1", in)
}

func TestTraceTellsEachCall(t *testing.T) {
	in := input(dialled("1203", "778*12*2"))
	in.Answers = []hotel.Answer{{URL: "https://a.example/", Status: 200, Body: "7"}}
	got := traced(t, `local bellhop = require "bellhop"
bellhop.on("dtmf", function(event)
  local item = bellhop.minibar.item("12")
  bellhop.http.get("https://a.example/")
  bellhop.kv.set("n", { x = "y", z = { 1, 2 } })
  pcall(bellhop.housekeeping, { room = "1203", status = "shiny" })
  bellhop.log("done")
  bellhop.post { room = "1203", kind = "minibar", item = item, amount = 1 }
end)`, in)
	want := []string{
		`3 bellhop.minibar.item("12") = { code = "12", max = 4, minibar = "minibar", name = "Cola", price = 1500 }`,
		`4 bellhop.http.get("https://a.example/") = "7", 200`,
		`5 bellhop.kv.set("n", { x = "y", z = { 1, 2 } })`,
		`0 bellhop.housekeeping({ room = "1203", status = "shiny" }) failed: t.lua:6: bellhop.housekeeping: status must be dirty, clean, inspected, out-of-order or out-of-service, but it is shiny`,
		`7 bellhop.log("done")`,
		`8 bellhop.post({ amount = 1, item = { code = "12", max = 4, minibar = "minibar", name = "Cola", price = 1500 }, kind = "minibar", room = "1203" })`,
	}
	if len(got.Calls) != len(want) {
		t.Fatalf("%d calls: %v", len(got.Calls), got.Calls)
	}
	for i, c := range got.Calls {
		if text := lua5(c.Line) + " " + c.String(); text != want[i] {
			t.Errorf("call %d\n got %s\nwant %s", i, text, want[i])
		}
	}
	if len(got.Effects) != 2 || got.Effects[1].Call != "post" || len(got.Log) != 1 || got.Error != "" {
		t.Errorf("%+v", got)
	}
}

func lua5(line int) string { return string(rune('0' + line)) }

func TestTraceIsBounded(t *testing.T) {
	got := traced(t, `bellhop.on("dtmf", function()
  local deep = {}
  for i = 1, 100 do deep = { deep, ("x"):rep(1000) } end
  for i = 1, 600 do bellhop.json.encode({ ("x"):rep(1000) }) end
  pcall(bellhop.json.encode, deep)
  local t = {} t.t = t
  pcall(bellhop.json.encode, t)
end)`, input(dialled("1203", "1")))
	if len(got.Calls) != maxTraceCalls || got.Left != 102 {
		t.Errorf("%d calls, %d left", len(got.Calls), got.Left)
	}
	for _, c := range got.Calls {
		if len(c.String()) > 4*maxTraceText {
			t.Fatalf("%d bytes: %s", len(c.String()), c)
		}
	}
}

func TestTraceOfAFailure(t *testing.T) {
	got := traced(t, "bellhop.on('dtmf', function() bellhop.post{} end)", input(dialled("1203", "1")))
	if !strings.Contains(got.Error, "bellhop.post: room must be") || len(got.Calls) != 1 || got.Calls[0].Error == "" || len(got.Effects) != 0 {
		t.Errorf("%+v", got)
	}
}

// An error names the way by which the hook came to it.
func TestErrorsNameTheirCallers(t *testing.T) {
	got := runBody(t, Options{}, `local function inner(x)
  return x.y.z
end
local function outer(x)
  local r = inner(x)
  return r
end
local r = outer(event)
return r`)
	text := ""
	if got.Err != nil {
		text = got.Err.Error()
	}
	if !strings.HasPrefix(text, "error: t.lua:3: ") || !strings.HasSuffix(text, " (called from t.lua:6, t.lua:9)") {
		t.Errorf("error %s", text)
	}
	got = runBody(t, Options{}, "error('no')")
	if got.Err == nil || got.Err.Error() != "error: t.lua:2: no" {
		t.Errorf("error %v", got.Err)
	}
	deep := runBody(t, Options{}, "local function f(n) if n == 0 then error(('x'):rep(2000)) end local r = f(n - 1) return r end local r = f(50)")
	if deep.Err == nil || len(deep.Err.Error()) > maxMessage+200 {
		t.Errorf("error %v", deep.Err)
	}
}
