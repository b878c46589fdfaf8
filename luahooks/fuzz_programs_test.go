package luahooks

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bellhop/hotel"
)

// FuzzHookPrograms runs random programs of a small grammar on random events:
// nothing panics, what fails has no effects, and nothing goes on afterwards.
func FuzzHookPrograms(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, "778*12*2")
	}
	f.Fuzz(func(t *testing.T, seed uint64, digits string) {
		before := runtime.NumGoroutine()
		runProgram(t, program(seed), digits)
		noneLeft(t, before)
	})
}

// TestRandomProgramsLeaveNothing is the same for many, with a look at the memory.
func TestRandomProgramsLeaveNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	failed, fine := 0, 0
	var first uint64
	for seed := range uint64(200) {
		ok := runProgram(t, program(seed), "778*12*2")
		if ok {
			fine++
		} else {
			failed++
		}
		if seed == 50 {
			first = liveHeap()
		}
	}
	noneLeft(t, before)
	if last := liveHeap(); last > first+4<<20 {
		t.Errorf("the heap has grown from %d to %d bytes", first, last)
	}
	if fine < 20 || failed < 20 {
		t.Errorf("%d programs ran to their end and %d failed: they try too little", fine, failed)
	}
}

func liveHeap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// noneLeft waits until no more goroutines are there than before: a watch's timer
// may still look once.
func noneLeft(t *testing.T, before int) {
	t.Helper()
	for n := 0; runtime.NumGoroutine() > before; n++ {
		if n == 10_000 {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines are left, %d were there before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		<-time.After(time.Millisecond)
	}
}

// runProgram runs the hooks of a source; true when one of them ended well.
func runProgram(t *testing.T, source, digits string) (ok bool) {
	t.Helper()
	get := func(_ context.Context, url string) hotel.Answer {
		return hotel.Answer{URL: url, Status: 200, Body: url}
	}
	s, err := Load(fstest.MapFS{"t.lua": {Data: []byte(source)}}, Options{Limits: Limits{Deadline: 2 * time.Millisecond, Memory: 8 << 20}, Get: get})
	if err != nil && strings.Contains(err.Error(), "syntax error") {
		t.Fatalf("the grammar makes what is no Lua: %v\n%s", err, source)
	}
	defer s.Close()
	ev := dialled("1203", digits)
	for _, unit := range s.Match(ev) {
		got := s.Run(context.Background(), unit, input(ev))
		if got.Err != nil && got.Effects != nil {
			t.Errorf("%s: effects beside the error %v\n%s", unit, got.Err, source)
		}
		if strings.Contains(fmt.Sprint(got.Err), "panic") {
			t.Errorf("%s: %v\n%s", unit, got.Err, source)
		}
		ok = ok || got.Err == nil && strings.HasPrefix(unit, "t.lua")
	}
	return ok
}

// writer makes a program by a seed.
type writer struct {
	dice  *rand.Rand
	out   strings.Builder
	depth int
	left  int // statements
}

func program(seed uint64) string {
	w := &writer{dice: rand.New(rand.NewPCG(seed, 1)), left: 40}
	w.out.WriteString("local a, b, c = 1, 'x', {}\n")
	for range 1 + w.dice.IntN(2) {
		w.out.WriteString("bellhop.on('dtmf', function(e)\nlocal a, b, c, d = e, 2, {}, 'text'\n")
		w.block()
		w.out.WriteString("end)\n")
	}
	return w.out.String()
}

func (w *writer) pick(of ...string) string { return of[w.dice.IntN(len(of))] }

func (w *writer) block() {
	w.depth++
	for range 1 + w.dice.IntN(5) {
		if w.left--; w.left > 0 {
			w.statement()
		}
	}
	w.depth--
}

func (w *writer) statement() {
	inner := func(before, after string) {
		w.out.WriteString(before + "\n")
		if w.depth < 5 {
			w.block()
		}
		w.out.WriteString(after + "\n")
	}
	switch w.dice.IntN(12) {
	case 0:
		inner("if "+w.expr(0)+" then", "end")
	case 1:
		inner("for i = 1, "+w.pick("3", "10", "1e3", "1e9", w.expr(1))+" do a = i", "end")
	case 2:
		inner("while "+w.pick("true", w.expr(1))+" do", w.pick("break end", "end"))
	case 3:
		inner("pcall(function()", "end)")
	case 4:
		inner("local function f(...) local d = ...", w.pick("return f(...)", "return d")+" end pcall(f, "+w.expr(1)+")")
	case 5:
		fmt.Fprintf(&w.out, "setmetatable(c, {__%s = function(...) return %s end})\n", w.pick("index", "call", "concat", "tostring", "eq", "lt", "len", "newindex", "unm"), w.expr(1))
	case 6:
		fmt.Fprintf(&w.out, "c[%s] = %s\n", w.expr(1), w.expr(0))
	case 7, 8:
		fmt.Fprintf(&w.out, "pcall(%s, %s)\n", w.api(), w.args())
	case 9:
		inner("for k, v in "+w.pick("pairs", "ipairs")+"("+w.pick("c", "a", "{1, 2, 3}")+") do b = v", "end")
	default:
		fmt.Fprintf(&w.out, "%s = %s\n", w.pick("a", "b", "c", "d"), w.expr(0))
	}
}

func (w *writer) args() string {
	if w.dice.IntN(3) == 0 {
		return "{ room = '1203', kind = 'other', amount = " + w.expr(2) + ", " + w.pick("staff", "item", "status", "at", "name") + " = " + w.expr(2) + " }"
	}
	return w.expr(1) + ", " + w.expr(1)
}

// api is a function that hooks have: all that the registry lists, and Lua's.
func (w *writer) api() string {
	if w.dice.IntN(2) == 0 {
		return functions[w.dice.IntN(len(functions))].Name
	}
	return w.pick("string.rep", "string.format", "string.gsub", "string.find", "string.gmatch", "string.byte", "string.char", "string.sub",
		"table.concat", "table.insert", "table.remove", "table.sort", "unpack", "select", "tostring", "tonumber", "next", "rawget", "rawequal",
		"setmetatable", "getmetatable", "error", "assert", "pcall", "xpcall", "math.random", "math.floor", "type", "require", "print")
}

func (w *writer) expr(depth int) string {
	if depth > 3 {
		return w.pick("a", "b", "c", "d", "e", "1")
	}
	sub := func() string { return w.expr(depth + 1) }
	switch w.dice.IntN(14) {
	case 0:
		return w.pick("0", "1", "-1", "2", "1e9", "1e300", "2^53", "0/0", "1/0", "0.5")
	case 1:
		return w.pick("'x'", "''", "'%d+'", "'(.-)%1'", "('a?'):rep(20)", "('x'):rep(1000)", "'778*12*2'", "'http://a.example/'", "'2026-02-30'")
	case 2:
		return w.pick("nil", "true", "false", "print", "_G", "bellhop", "string", "e")
	case 3:
		return "{" + sub() + ", " + sub() + ", x = " + sub() + "}"
	case 4:
		return "(" + sub() + " .. " + sub() + ")"
	case 5:
		return "(" + sub() + w.pick(" + ", " * ", " % ", " ^ ", " - ") + sub() + ")"
	case 6:
		return "(" + sub() + w.pick(" < ", " == ", " ~= ", " <= ") + sub() + ")"
	case 7:
		return "#(" + sub() + ")"
	case 8:
		return "(" + sub() + w.pick(" and ", " or ") + sub() + ")"
	case 9:
		return "tostring(" + sub() + "):" + w.pick("rep", "gsub", "find", "match", "sub", "format", "byte", "upper") + "(" + sub() + ", " + sub() + ")"
	case 10:
		return "select(2, pcall(" + w.api() + ", " + sub() + ", " + sub() + "))"
	}
	return w.pick("a", "b", "c", "d", "a.x", "c[1]", "e.room", "e.digits")
}
