package luahooks

import (
	"context"
	"maps"
	"slices"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// memory is a View that decodes nothing, so that the benchmarks measure hooks.
type memory struct{ rooms, items map[string]any }

func (m memory) Get(key string, into any) bool {
	switch into := into.(type) {
	case *hotel.Room:
		r, ok := m.rooms[key].(hotel.Room)
		*into = r
		return ok
	case *hotel.Item:
		i, ok := m.items[key].(hotel.Item)
		*into = i
		return ok
	}
	return false
}

func (memory) List(string, func(string, func(any) bool) bool) {}

func benchInput(ev *hotel.Event) Input {
	in := input(ev)
	inn := harbourInn()
	in.View = memory{rooms: inn, items: inn}
	return in
}

// benchHooks are what a hook call is measured with: the shipped minibar hook,
// and one that does little but join texts.
func benchHooks() map[string]string {
	text, err := shipped.ReadFile("shipped/minibar.lua")
	if err != nil {
		panic(err)
	}
	return map[string]string{
		"minibar.lua": string(text),
		"texts.lua": `local bellhop = require "bellhop"
			bellhop.on("minibar", function(event)
				if event.room and event.count > 0 and event.item ~= "" then
					bellhop.log("room " .. event.room .. ": " .. event.count .. " of " .. event.item)
				end
			end)`,
	}
}

// bare is an interpreter as the library gives it, with the same functions in
// plain tables: no pool, no limits, no watch, nothing read-only, the source
// compiled as it is.
func bare(tb testing.TB, s *Set, source string) (*vm, *lua.LFunction) {
	L := lua.NewState()
	v := &vm{set: s, lua: L, watch: newWatch(1 << 30), sealed: map[*lua.LTable]bool{}}
	plain := func(t *lua.LTable) *lua.LTable {
		return t.Metatable.(*lua.LTable).RawGetString("__index").(*lua.LTable)
	}
	api := v.api()
	for _, name := range []string{"http", "kv", "minibar", "json"} {
		api.RawSetString(name, plain(api.RawGetString(name).(*lua.LTable)))
	}
	L.PreloadModule("bellhop", func(L *lua.LState) int {
		L.Push(api)
		return 1
	})
	v.loading = &loading{src: &source0}
	if err := L.DoString(source); err != nil {
		tb.Fatal(err)
	}
	fn := v.loading.fns[0]
	v.loading = nil
	return v, fn
}

var source0 = source{name: "bare.lua"}

func BenchmarkRun(b *testing.B) {
	hooks := benchHooks()
	for _, file := range slices.Sorted(maps.Keys(hooks)) {
		s := mustLoad(b, Options{}, hooks)
		ev := dialled("1203", "778*12*2")
		in := benchInput(ev)
		h := *s.byName[file+":minibar:1"]
		b.Run(file+"/bare", func(b *testing.B) {
			v, fn := bare(b, s, hooks[file])
			defer v.close()
			b.ReportAllocs()
			for b.Loop() {
				v.run = &run{in: in, hook: &h, file: "minibar"}
				t := eventTable(v.lua, ev, h.Kind, hotel.DefaultMinibar)
				if err := v.lua.CallByParam(lua.P{Fn: fn, Protect: true}, t); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(file+"/hook", func(b *testing.B) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				if got := s.Run(ctx, h.Name, in); got.Err != nil {
					b.Fatal(got.Err)
				}
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	s := mustLoad(b, Options{}, map[string]string{"t.lua": `bellhop.on("dtmf", "^777%*(%d+)", print)`})
	ev := dialled("1203", "778*12*2")
	b.ReportAllocs()
	for b.Loop() {
		s.Match(ev)
	}
}
