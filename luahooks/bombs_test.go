package luahooks

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/hotel"
)

// bombs are bodies of hooks that would hurt; kind and text are what must come
// of them. Each is tried inside a pcall in an endless loop as well where
// stopped is true: such a stop cannot be caught.
var bombs = []struct {
	name, body, kind, text string
	stopped                bool
}{
	{"endless loop", `while true do end`, "deadline", "took too long", true},
	{"endless goto", `::again:: goto again`, "deadline", "took too long", true},
	{"endless repeat", `repeat local x = 1 until false`, "deadline", "took too long", true},
	{"endless for", `for i = 1, math.huge do end`, "deadline", "took too long", true},
	{"endless iterator", `for x in function() return 1 end do end`, "deadline", "took too long", true},
	{"growing table", `local t = {} for i = 1, 1e12 do t[i] = {i, i, i, i, i, i, i, i, x = {}, y = {}, z = {}} end`, "memory", "MiB", true},
	{"growing hash", `local t = {} for i = 1, 1e12 do t["key" .. i] = ("x"):rep(1e4) .. i end`, "memory", "MiB", true},
	{"doubling string", `local s = "x" while true do s = s .. s end`, "error", "bytes", false},
	{"sparse list", `local t = {} t[67108863] = 1 error("cheap")`, "error", "cheap", false},
	{"rep", `string.rep("x", 1e9)`, "error", "bytes", false},
	{"rep as a method", `local s = ("x"):rep(1e9)`, "error", "bytes", false},
	{"rep beyond any number", `string.rep("xy", 1e300)`, "error", "", false},
	{"format width", `string.format("%999999999d", 1)`, "error", "two digits", false},
	{"gsub growth", `local s = ("x"):rep(1e6) s:gsub(".", ("y"):rep(1e6))`, "error", "bytes", false},
	{"gsub with a function", `local s = ("x"):rep(1e6) s:gsub(".", function() return ("y"):rep(1e3) end)`, "error", "bytes", false},
	{"table.concat growth", `local t, s = {}, ("x"):rep(1e6) for i = 1, 1e3 do t[i] = s end table.concat(t)`, "error", "bytes", false},
	{"backtracking", `local s = ("a"):rep(28) s:find(("a?"):rep(28) .. s)`, "error", "pattern", false},
	{"lazy backtracking", `("a"):rep(300):find(".-.-.-b")`, "error", "pattern", false},
	{"gmatch backtracking", `for _ in ("a"):rep(3000):gmatch(".-.-.-b") do end`, "error", "pattern", false},
	{"gsub backtracking", `("a"):rep(3000):gsub(".-.-.-b", "")`, "error", "pattern", false},
	{"pattern too long", `("a"):find(("a"):rep(2000))`, "error", "pattern", false},
	{"deep recursion", `local function f() return 1 + f() end f()`, "limit", "stack overflow", false},
	{"tail recursion", `local function f() return f() end return f()`, "limit", "stack overflow", false},
	{"tail recursion of a callable table", `local t t = setmetatable({}, {__call = function(self) return self() end}) return t()`, "limit", "stack overflow", false},
	{"recursion of __tostring", `tostring(setmetatable({}, {__tostring = function(self) return tostring(self) end}))`, "limit", "stack overflow", false},
	{"recursion of __concat", `local t t = setmetatable({}, {__concat = function(a, b) return a .. b end}) return t .. t`, "limit", "stack overflow", false},
	{"recursion of __index", `local t = setmetatable({}, {__index = function(t, k) return t[k] end}) return t.x`, "limit", "stack overflow", false},
	{"recursion of __eq", `local m = {} m.__eq = function(a, b) return a == b end return setmetatable({}, m) == setmetatable({}, m)`, "limit", "stack overflow", false},
	{"ring of __index", `local a, b = {}, {} setmetatable(a, {__index = b}) setmetatable(b, {__index = a}) return a.x`, "error", "too many recursions", false},
	{"ring of __newindex", `local a, b = {}, {} setmetatable(a, {__newindex = b}) setmetatable(b, {__newindex = a}) a.x = 1`, "error", "too many recursions", false},
	{"__concat that gives more and more", `local s = ("x"):rep(6e5) local t = setmetatable({}, {__concat = function() return s end}) return s .. "a" .. t`, "error", "bytes", false},
	{"__tostring without end", `tostring(setmetatable({}, {__tostring = function() while true do end end}))`, "deadline", "took too long", true},
	{"__index without end in gsub", `("x"):gsub("x", setmetatable({}, {__index = function() while true do end end}))`, "deadline", "took too long", true},
	{"sort of two long texts", `local a, b = ("x"):rep(1e6) .. "a", ("x"):rep(1e6) .. "b" local t = {} for i = 1, 60000 do t[i] = i % 2 == 0 and a or b end table.sort(t)`, "deadline", "took too long", true},
	{"sort by a loop", `table.sort({1, 2, 3}, function() while true do end end)`, "deadline", "took too long", true},
	{"sort that changes its list", `local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function(a, b) t[#t] = nil return a > b end) error("sorted")`, "error", "sorted", false},
	{"sort by a lie", `local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function() return true end) error("sorted")`, "error", "sorted", false},
	{"comparing long texts", `local a, b = ("x"):rep(1e6) .. "a", ("x"):rep(1e6) .. "b" while a < b do end`, "deadline", "took too long", true},
	{"long texts kept", `local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(2^20 - i % 1000) end`, "memory", "MiB", true},
	{"long texts in capitals", `local s, t = ("x"):rep(2^20), {} for i = 1, 1e9 do t[i] = s:upper() end`, "memory", "MiB", true},
	{"long lists kept", `local t = {} for i = 1, 1e9 do local l = {} l[65000] = 1 t[i] = l end`, "memory", "MiB", true},
	{"insertion in front", `local t = {} for i = 1, 1e9 do table.insert(t, 1, i) end`, "deadline", "took too long", true},
	{"length of what was removed", `local t = {} t[65000] = 1 t[65000] = nil while true do local n = #t end`, "deadline", "took too long", true},
	{"JSON of what was removed", `local e = {} e[65000] = 1 e[65000] = nil e.x = 1 local l = {} for i = 1, 8000 do l[i] = e end while true do bellhop.json.encode(l) end`, "deadline", "took too long", true},
	{"error with a large table", `local l = {} for i = 1, 20000 do l[i] = {x = i} end error(l)`, "error", "error with a table", false},
	{"error that loops when shown", `error(setmetatable({}, {__tostring = function() while true do end end}))`, "error", "{}", false},
	{"error in a handler", `xpcall(error, function() error("again") end) error("on")`, "error", "on", false},
	{"recursion of xpcall", `local function f() return xpcall(f, f) end f() error("on")`, "error", "on", false},
	{"bytes of a long text", `return ("x"):rep(1e6):byte(1, -1)`, "memory", "registry overflow", false},
	{"a number's metatable", `setmetatable(1, {__index = function() return 5 end})`, "error", "table expected", false},
	{"a function's metatable", `setmetatable(print, {__index = {}})`, "error", "table expected", false},
	{"insertion into bellhop", `table.insert(bellhop, "x")`, "error", "cannot be written", false},
	{"insertion into _G", `table.insert(_G, "x")`, "error", "cannot be written", false},
	{"removal from string", `table.remove(string)`, "error", "cannot be written", false},
	{"string's metatable", `getmetatable("").__index = {}`, "error", "__index", false},
	{"unpack", `return unpack({}, 1, 1e8)`, "memory", "registry overflow", false},
	{"error with a text", `error("no such thing")`, "error", "t.lua:2: no such thing", false},
	{"error with a table", `error({code = 7})`, "error", `{"code":7}`, false},
	{"index nil", `return event.nothing.more`, "error", "t.lua:2:", false},
	{"sort", `local t = {} for i = 1, 70000 do table.insert(t, -i) end table.sort(t)`, "error", "elements", false},
	{"json.decode", `bellhop.json.encode(select(2, bellhop.json.decode("[" .. ("{},"):rep(3e5) .. "{}]"))) error("refused", 0)`, "error", "refused", false},
	{"json without end", `local t = {} t.t = t bellhop.json.encode(t)`, "error", "contains itself", false},
	{"expression with a star of a star", `local s = ("a"):rep(1e5) while true do bellhop.re.match(s, "(a*)*(a*)*x$") end`, "deadline", "took too long", true},
	{"expression that looks to the end at each match", `bellhop.re.replace(("a"):rep(1e5), "a(.*b)?", "x")`, "deadline", "took too long", true},
	{"expression of repetitions", `bellhop.re.match("x", "((a{1,30}){1,30}){1,30}")`, "error", "t.lua:2:", false},
	{"expression written out", `bellhop.re.match("x", ("(a|b|c|d){1,99}"):rep(9))`, "error", "too large", false},
	{"expressions without end", `for i = 1, 1e9 do bellhop.re.match("x", ("(a|b)?"):rep(60) .. i) end`, "deadline", "took too long", true},
	{"expression on too long a text", `bellhop.re.match(("x"):rep(1e6), "(a|b|c|d|e|f)x")`, "error", "too long", false},
	{"expression's growth", `bellhop.re.replace(("x"):rep(1e5), "x", ("y"):rep(1e3))`, "error", "bytes", false},
	{"CSV of what was removed", `local e = {"x"} e[65000] = 1 e[65000] = nil local l = {} for i = 1, 16000 do l[i] = e end while true do bellhop.csv.encode(l) end`, "deadline", "took too long", true},
	{"CSV of a list with much removed", `local l = {} for i = 1, 30000 do l[i] = {"x"} end l[65000] = 1 l[65000] = nil while true do pcall(bellhop.csv.encode, l) end`, "deadline", "took too long", true},
	{"CSV growth", `local r = {} for i = 1, 100 do r[i] = ("x"):rep(1000) end bellhop.csv.encode({ r })`, "error", "KiB", false},
	{"CSV of itself", `local r = {} r[1] = r bellhop.csv.encode({ r })`, "error", "cell 1 must be", false},
	{"CSV that is too long", `error((select(2, bellhop.csv.decode(("a,"):rep(1e5)))), 0)`, "error", "64 KiB", false},
	{"CSV kept", `local s, t = (","):rep(65000), {} for i = 1, 1e9 do t[i] = bellhop.csv.decode(s) end`, "memory", "MiB", true},
	{"random of nothing", `math.random(0)`, "error", "math.random", false},
	{"random without bounds", `math.random(-1e300, 0/0)`, "error", "math.random", false},
	{"too many effects", `while true do bellhop.alert("x") end`, "limit", "100 effects", true},
	{"too many answers", `while true do bellhop.http.get("http://pms.example/") end`, "limit", "8 answers", true},
	{"panic in Get", `bellhop.http.get("http://panic.example/")`, "error", "panic in http.get: boom", true},
}

func bombGet(_ context.Context, url string) hotel.Answer {
	if strings.Contains(url, "panic") {
		panic("boom")
	}
	return hotel.Answer{Status: 200}
}

// bombSet has a deadline that is either what is tested or out of the way, also
// for the slow race detector.
func bombSet(t *testing.T, body, kind string) *Set {
	opts := Options{
		Limits: Limits{Deadline: time.Minute, Memory: 16 << 20, VMs: 2},
		Get:    bombGet,
	}
	s := mustLoad(t, opts, map[string]string{
		"t.lua":    "bellhop.on('dtmf', function(event)\n" + body + "\nend)",
		"good.lua": "bellhop.on('dtmf', function(event) bellhop.alert('fine') end)",
	})
	if kind == "deadline" {
		s.limits.Deadline = 20 * time.Millisecond // once it is loaded
	}
	return s
}

func TestBombsAreStopped(t *testing.T) {
	try := func(name, body, kind, text string) {
		t.Run(name, func(t *testing.T) {
			s := bombSet(t, body, kind)
			// More often than there are interpreters: each must come back.
			for range s.limits.VMs + 1 {
				got := s.Run(context.Background(), "t.lua:dtmf:1", input(dialled("1203", "1")))
				if got.Err == nil || faultKind(got.Err) != kind || !strings.Contains(got.Err.Error(), text) {
					t.Fatalf("error %v, want %s: %s", got.Err, kind, text)
				}
				if got.Effects != nil {
					t.Errorf("effects in spite of it: %s", asJSON(t, got.Effects))
				}
			}
			good := s.Run(context.Background(), "good.lua:dtmf:1", input(dialled("1203", "1")))
			if good.Err != nil || len(good.Effects) != 1 {
				t.Errorf("another hook afterwards: %+v", good)
			}
		})
	}
	for _, b := range bombs {
		try(b.name, b.body, b.kind, b.text)
		if b.stopped {
			try(b.name+", caught", "while true do pcall(function()\n"+b.body+"\nend) end", b.kind, b.text)
			try(b.name+", caught with a handler", "while true do xpcall(function()\n"+b.body+"\nend, function() return 1 end) end", b.kind, b.text)
		}
	}
}

// However many runs of one file loop, an interpreter is left for the others.
func TestOtherRunsGoOnBesideALoop(t *testing.T) {
	s := bombSet(t, `while true do end`, "")
	var bomb sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	looped := make([]Result, 2*s.limits.VMs)
	begun := make(chan struct{}, len(looped))
	for i := range looped {
		in := input(dialled("1203", "1"))
		in.Running = func() func() { begun <- struct{}{}; return func() {} }
		bomb.Go(func() { looped[i] = s.Run(ctx, "t.lua:dtmf:1", in) })
	}
	<-begun
	for range 200 {
		got := s.Run(context.Background(), "good.lua:dtmf:1", input(dialled("1204", "1")))
		if got.Err != nil || len(got.Effects) != 1 {
			t.Fatalf("a good hook: %+v", got)
		}
	}
	cancel()
	bomb.Wait()
	for _, got := range looped {
		if got.Err == nil {
			t.Errorf("a loop ended with %+v", got)
		}
	}
}

func TestCancelledRunIsNoFaultOfTheHook(t *testing.T) {
	s := bombSet(t, `while true do pcall(error) end`, "")
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(time.Millisecond, cancel)
	got := s.Run(ctx, "t.lua:dtmf:1", input(dialled("1203", "1")))
	if got.Err != context.Canceled {
		t.Errorf("error %v", got.Err)
	}
	if got = s.Run(ctx, "good.lua:dtmf:1", input(dialled("1203", "1"))); got.Err != context.Canceled {
		t.Errorf("error of a run that began cancelled: %v", got.Err)
	}
}

func TestRunAfterClose(t *testing.T) {
	s := bombSet(t, ``, "")
	s.Close()
	s.Close()
	if got := s.Run(context.Background(), "good.lua:dtmf:1", input(dialled("1203", "1"))); got.Err != errClosed {
		t.Errorf("error %v", got.Err)
	}
}
