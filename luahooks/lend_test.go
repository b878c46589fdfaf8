package luahooks

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// Which functions could tell that a table is not new.
func TestWhoIsLentTables(t *testing.T) {
	const hook = "bellhop.on('dtmf', function(event) %s end)"
	for _, c := range []struct {
		name, text string
		lend       bool
	}{
		{"who only reads", "local n = event.digits n = n .. '!' bellhop.log(n, { room = event.room })", true},
		{"who calls", "local function f(e) return pairs(e) end for k in f(event) do print(k) end", true},
		{"who writes a field", "event.seen = true", false},
		{"who writes behind an index", "local t = { event } t[1].seen = true", false},
		{"who writes a table of his own", "local t = {} t.a = event.room", false},
		{"who inserts", "table.insert(event, 1)", false},
		{"who inserts by another name", "local put = table['in' .. 'sert'] put(event, 1)", false},
		{"who sets a metatable", "setmetatable(event, {})", false},
		{"who goes by the table of globals", "_G['set' .. 'metatable'](event, {})", false},
		{"who changes a local of the function around", "local last local function f(e) last = e end f(event)", false},
		{"who defines a method", "local t = event function t.f() end", false},
	} {
		src, faults := compile("t.lua", fmt.Appendf(nil, hook, c.text))
		if len(faults) > 0 || src.lend != c.lend {
			t.Errorf("%s: lent %t, faults %v", c.name, src != nil && src.lend, faults)
		}
	}
	factory := "local function make() local last bellhop.on('dtmf', function(event) last = event end) end make()"
	if src, faults := compile("t.lua", []byte(factory)); len(faults) > 0 || src.lend {
		t.Errorf("a hook that keeps what it was given is lent it: %v", faults)
	}
	if src, _ := compile("t.lua", []byte("local lib = require 'lib.x' bellhop.on('dtmf', lib.f)")); src.lend {
		t.Error("what a library does nobody has looked at")
	}
}

// A run sees nothing of the one before, and the fields in the same order.
func TestLentTablesAreAsNew(t *testing.T) {
	const text = `bellhop.on('dtmf', function(event)
		for k, v in pairs(event) do bellhop.log(k, v) end
		local one, two = bellhop.minibar.item('12'), bellhop.minibar.item('12', 'wine')
		bellhop.log(one.name, two.name, one == two, one == event)
		for n = 1, 6 do bellhop.log(bellhop.minibar.item('12').price) end
	end)`
	long := dialled("1203", "778*12*2")
	long.Members, long.Source, long.Emergency, long.Cause = []hotel.Member{{Number: "1203"}}, "x", "112", 7
	short := dialled("1501", "1")
	short.Cause = 3                        // which comes behind what only the other has
	two := Options{Limits: Limits{VMs: 2}} // which take turns
	again, anew := mustLoad(t, two, map[string]string{"t.lua": text}), mustLoad(t, two, map[string]string{"t.lua": text})
	for n, ev := range []*hotel.Event{short, short, long, long, short} {
		forgetLent(anew)
		got, want := again.Run(t.Context(), "t.lua:dtmf:1", input(ev)), anew.Run(t.Context(), "t.lua:dtmf:1", input(ev))
		if got.Err != nil || !slices.Equal(got.Log, want.Log) || len(got.Log) < 10 {
			t.Errorf("run %d: %v\n got %q\nwant %q", n, got.Err, got.Log, want.Log)
		}
		if !slices.Contains(got.Log, "Cola Riesling false false") && !slices.Contains(got.Log, "Cola nil false false") {
			t.Errorf("run %d: two items are one: %q", n, got.Log)
		}
	}
	for range 2 {
		v := <-again.pool
		if e, i := v.lenders.events, v.lenders.items; len(e.tables) != 1 || len(i.tables) != maxLent || e.out+i.out > 0 {
			t.Errorf("lent: %+v, %+v", e, i)
		}
		again.pool <- v
	}
}

// forgetLent lets all interpreters lend new tables.
func forgetLent(s *Set) {
	for range cap(s.pool) {
		v := <-s.pool
		if v != nil {
			v.lenders = newLenders()
		}
		s.pool <- v
	}
}

// A field that a lender does not know would stay for the next run.
func TestLendersKnowAllFields(t *testing.T) {
	L := lua.NewState()
	defer L.Close()
	for kind, list := range samples() {
		for _, ev := range list {
			eventTable(L, ev, kind, "suite").ForEach(func(k, _ lua.LValue) {
				if !slices.Contains(eventKeys(), k.String()) {
					t.Errorf("an event may have %s", k)
				}
			})
		}
	}
	v := newVM(&Set{limits: Limits{}.withDefaults()})
	defer v.close()
	v.itemTable(v.lua, hotel.Item{Code: "12", Name: "Cola", Price: 1, Max: 2}, "suite").ForEach(func(k, _ lua.LValue) {
		if !slices.Contains(itemKeys(), k.String()) {
			t.Errorf("an item may have %s", k)
		}
	})
}

// What random programs do never depends on whether a table was used before.
func TestRandomProgramsCannotTellLentTables(t *testing.T) {
	// Two interpreters take turns: each meets both events.
	events := []*hotel.Event{dialled("1203", "778*12*2"), dialled("1501", "1"), dialled("1501", "1"), dialled("1203", "778*12*2"), dialled("1203", "778*12*2")}
	events[0].Emergency = "112"
	lent := 0
	for seed := range uint64(400) {
		files := fstest.MapFS{"t.lua": {Data: []byte(program(seed))}}
		again, err := Load(files, Options{Limits: Limits{VMs: 2}})
		if err != nil || !again.own("t.lua").lend {
			again.Close()
			continue
		}
		anew, err := Load(files, Options{Limits: Limits{VMs: 2}})
		if err != nil {
			t.Fatal(err)
		}
		lent++
		for _, ev := range events {
			for _, unit := range again.Match(ev) {
				forgetLent(anew)
				got, want := again.Run(context.Background(), unit, input(ev)), anew.Run(context.Background(), unit, input(ev))
				if limit(got.Err) || limit(want.Err) {
					continue
				}
				if !reflect.DeepEqual(got.Effects, want.Effects) || !slices.Equal(got.Log, want.Log) || fmt.Sprint(got.Err) != fmt.Sprint(want.Err) {
					t.Errorf("seed %d, %s:\n got %+v\nwant %+v\n%s", seed, unit, got, want, files["t.lua"].Data)
				}
			}
		}
		again.Close()
		anew.Close()
	}
	if lent < 20 {
		t.Errorf("%d programs were lent tables: they try too little", lent)
	}
}

// limit tells what ends a run by chance: how long it took, or what else there was.
func limit(err error) bool {
	return err != nil && (strings.HasPrefix(err.Error(), "deadline") || strings.HasPrefix(err.Error(), "memory"))
}
