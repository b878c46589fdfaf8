package luahooks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// Comparison is what one call of the shipped minibar hook takes, by [Measure]. All
// three get the same event as a table made anew for each call.
type Comparison struct {
	Hook  time.Duration // as an event's unit
	Bare  time.Duration // the bare interpreter, with the same functions
	Stubs time.Duration // the bare interpreter, with functions that do nothing
}

// measureRounds is how often the three take turns, so that what else the machine
// does meets all of them.
const measureRounds = 31

// Measure calls the shipped minibar hook again and again, as events do and on
// the bare interpreter, calls times in each of some rounds. It gives the medians
// of the rounds. in has a minibar entry that is charged.
func Measure(ctx context.Context, in Input, calls int) (Comparison, error) {
	const file = "minibar.lua"
	source, err := shipped.ReadFile("shipped/" + file)
	if err != nil {
		return Comparison{}, err
	}
	s, err := Load(nil, Options{})
	if err != nil {
		s.Close()
		return Comparison{}, err
	}
	defer s.Close()
	h := *s.byName[file+":minibar:1"]
	same, err := newBare(s, string(source), (*vm).api)
	if err != nil {
		return Comparison{}, err
	}
	defer same.close()
	stubs, err := newBare(s, string(source), stubAPI)
	if err != nil {
		return Comparison{}, err
	}
	defer stubs.close()
	ways := []func() error{
		func() error { return s.Run(ctx, h.Name, in).Err },
		func() error { return same.call(&h, in) },
		func() error { return stubs.call(&h, in) },
	}
	took := make([][]time.Duration, len(ways))
	for range measureRounds {
		for i, way := range ways {
			one, err := timeOf(ctx, way, calls)
			if err != nil {
				return Comparison{}, fmt.Errorf("measure %s: %w", h.Name, err)
			}
			took[i] = append(took[i], one)
		}
	}
	median := func(list []time.Duration) time.Duration {
		slices.Sort(list)
		return list[len(list)/2]
	}
	return Comparison{median(took[0]), median(took[1]), median(took[2])}, nil
}

// timeOf is how long one of so many calls takes.
func timeOf(ctx context.Context, call func() error, calls int) (time.Duration, error) {
	began := time.Now()
	for range calls {
		if err := call(); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / time.Duration(calls), ctx.Err()
}

// bare is an interpreter as the library gives it, with all its libraries: no
// pool, no limits, no watch, nothing read-only, the source compiled as it is.
type bare struct {
	*vm
	fn *lua.LFunction
}

// newBare loads a source whose first hook is to be called.
func newBare(s *Set, source string, api func(*vm) *lua.LTable) (*bare, error) {
	b := &bare{vm: &vm{set: s, lua: lua.NewState(), watch: newWatch(1 << 30), sealed: map[*lua.LTable]bool{}}}
	table := plainTable(api(b.vm))
	b.lua.PreloadModule("bellhop", func(L *lua.LState) int {
		L.Push(table)
		return 1
	})
	b.loading = &loading{src: &source0}
	defer func() { b.loading = nil }()
	if err := b.lua.DoString(source); err != nil {
		b.close()
		return nil, err
	}
	if len(b.loading.fns) == 0 {
		b.close()
		return nil, errors.New("the source registers no hook")
	}
	b.fn = b.loading.fns[0]
	return b, nil
}

var source0 = source{name: "bare.lua"}

// plainTable is an API without the tables that guard its parts.
func plainTable(api *lua.LTable) *lua.LTable {
	parts := map[string]*lua.LTable{}
	api.ForEach(func(name, part lua.LValue) {
		guard, ok := part.(*lua.LTable)
		if !ok {
			return
		}
		if meta, ok := guard.Metatable.(*lua.LTable); ok {
			parts[name.String()] = meta.RawGetString("__index").(*lua.LTable)
		}
	})
	for name, part := range parts {
		api.RawSetString(name, part)
	}
	return api
}

func (b *bare) call(h *Hook, in Input) error {
	b.run = &run{in: in, hook: h, file: "minibar"}
	t := eventTable(b.lua, in.Event, h.Kind, hotel.DefaultMinibar)
	return b.lua.CallByParam(lua.P{Fn: b.fn, Protect: true}, t)
}

// stubAPI has the functions that the minibar hook calls. They do nothing, and
// know one item.
func stubAPI(v *vm) *lua.LTable {
	L := v.lua
	nothing := L.NewFunction(func(*lua.LState) int { return 0 })
	api, minibar, item := L.NewTable(), L.NewTable(), L.NewTable()
	item.RawSetString("price", lua.LNumber(1))
	item.RawSetString("max", lua.LNumber(9))
	minibar.RawSetString("item", L.NewFunction(func(L *lua.LState) int {
		L.Push(item)
		return 1
	}))
	minibar.RawSetString("unclear", nothing)
	api.RawSetString("minibar", minibar)
	api.RawSetString("on", L.NewFunction(v.on))
	api.RawSetString("post", nothing)
	api.RawSetString("log", nothing)
	return api
}
