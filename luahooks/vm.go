package luahooks

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// An index far beyond a list's end makes the interpreter fill the gap in one
// step: t[67000000] = 1 would take a gigabyte. Beyond this it uses a map.
func init() { lua.MaxArrayIndex = 1 << 16 }

// vm is one interpreter with all files loaded. It runs one hook at a time.
type vm struct {
	set   *Set
	lua   *lua.LState
	watch *watch
	pcg   *rand.PCG
	rand  *rand.Rand

	base  *lua.LTable // what every file sees
	units map[string]unit

	expressions reCache // of bellhop.re

	lenders lenders

	loading *loading // while a file is loaded
	run     *run     // while a hook runs
	// fault ends the run; no pcall of the hook can catch it.
	fault error
	// broken: not to be used again.
	broken bool
	// sealed are the tables of the house, which hooks see and must not change.
	sealed map[*lua.LTable]bool
	// What its runs took together, and by how much the process grew in them.
	took time.Duration
	grew uint64
}

// wearTime is for how long an interpreter runs hooks before another takes its
// place. What files keep in it against the rules, behind the static check's back,
// goes with it; to make a new one takes a millisecond or two.
const wearTime = 200 * time.Millisecond

// worn tells whether another is to take its place.
func (v *vm) worn() bool {
	return v.broken || v.took > wearTime || v.grew > uint64(v.set.limits.Memory)
}

// unit is a function that a file has registered.
type unit struct {
	fn   *lua.LFunction
	lend bool // of its file, see traits
}

// loading is a file that is being loaded.
type loading struct {
	src   *source
	hooks []Hook
	fns   []*lua.LFunction
}

func newVM(s *Set) *vm {
	pcg := rand.NewPCG(0, 0)
	v := &vm{set: s, watch: newWatch(s.limits.Memory), pcg: pcg, rand: rand.New(pcg), units: map[string]unit{}, sealed: map[*lua.LTable]bool{}, lenders: newLenders()}
	v.lua = lua.NewState(lua.Options{
		SkipOpenLibs: true, CallStackSize: 200, MinimizeStackMemory: true,
		RegistrySize: 512, RegistryMaxSize: s.limits.RegistryMax, RegistryGrowStep: 2048,
	})
	v.openLibraries()
	v.lua.SetContext(v.watch)
	return v
}

func (v *vm) close() { v.lua.Close() }

// keptGlobals are the interpreter's own functions that hooks may use as they
// are.
var keptGlobals = []string{
	"assert", "error", "getmetatable", "ipairs", "next", "pairs", "rawequal", "rawget", "select",
	"tonumber", "type", "unpack", "_VERSION",
}

// hints say what to use instead of something that Lua has and hooks have not.
var hints = map[string]string{
	"os":             "use bellhop.now() for the time",
	"io":             "hooks read the hotel through bellhop and change it by effects",
	"debug":          "use bellhop.log",
	"package":        `require "lib.NAME" gives what lib/NAME.lua returns`,
	"module":         `a library, lib/NAME.lua, returns a table of its functions`,
	"dofile":         "each file of the hooks folder is loaded by itself",
	"loadfile":       "each file of the hooks folder is loaded by itself",
	"load":           "hooks do not make code",
	"loadstring":     "hooks do not make code",
	"coroutine":      "hooks run to their end at once",
	"collectgarbage": "memory is looked after",
	"getfenv":        "hooks keep their environment",
	"setfenv":        "hooks keep their environment",
	"rawset":         "assign with = instead",
}

// openLibraries builds what every file sees out of the interpreter's
// libraries and our own. Hooks get them through tables that cannot be
// written; the string methods come from a table that they never see.
func (v *vm) openLibraries() {
	L := v.lua
	for _, open := range []lua.LGFunction{lua.OpenBase, lua.OpenTable, lua.OpenString, lua.OpenMath} {
		L.Push(L.NewFunction(open))
		L.Call(0, 0)
	}
	global := L.G.Global
	base := L.NewTable()
	for _, name := range keptGlobals {
		base.RawSetString(name, global.RawGetString(name))
	}
	for _, name := range []string{"pcall", "xpcall"} {
		base.RawSetString(name, L.NewFunction(v.protected(global.RawGetString(name).(*lua.LFunction).GFunction)))
	}
	base.RawSetString("tostring", L.NewFunction(func(L *lua.LState) int {
		L.Push(lua.LString(plainText(L, L.CheckAny(1))))
		return 1
	}))
	// A metatable of numbers or functions would be that of all files.
	setMeta := global.RawGetString("setmetatable").(*lua.LFunction).GFunction
	base.RawSetString("setmetatable", L.NewFunction(func(L *lua.LState) int {
		L.CheckTable(1)
		return setMeta(L)
	}))
	base.RawSetString(concatName, L.NewFunction(concat))
	base.RawSetString("print", L.NewFunction(v.log))

	text := global.RawGetString("string").(*lua.LTable)
	for _, name := range []string{"dump", "gfind", "__index"} {
		text.RawSetString(name, lua.LNil)
	}
	L.SetFuncs(text, stringFunctions)
	methods := L.NewTable()
	methods.RawSetString("__index", text)
	methods.RawSetString("__metatable", lua.LFalse)
	L.SetMetatable(lua.LString(""), methods)
	base.RawSetString("string", v.readOnly("string", text))

	list := global.RawGetString("table").(*lua.LTable)
	list.RawSetString("concat", L.NewFunction(tableConcat))
	list.RawSetString("sort", L.NewFunction(tableSort))
	for _, name := range []string{"insert", "remove", "sort"} {
		list.RawSetString(name, L.NewFunction(v.unsealed(name, list.RawGetString(name).(*lua.LFunction).GFunction)))
	}
	base.RawSetString("table", v.readOnly("table", list))

	numbers := global.RawGetString("math").(*lua.LTable)
	L.SetFuncs(numbers, map[string]lua.LGFunction{"random": v.random, "randomseed": v.randomSeed})
	base.RawSetString("math", v.readOnly("math", numbers))

	base.RawSetString("bellhop", v.readOnly("bellhop", v.api()))
	base.RawSetString("require", lua.LTrue) // each file has its own, see environment
	if v.set.covered != nil {
		base.RawSetString(lineName, L.NewFunction(v.countLine))
	}
	v.base = base
}

// readOnly is a table through which content is seen and cannot be changed.
func (v *vm) readOnly(name string, content *lua.LTable) *lua.LTable {
	L := v.lua
	meta := L.NewTable()
	meta.RawSetString("__index", content)
	meta.RawSetString("__newindex", L.NewFunction(func(L *lua.LState) int {
		L.RaiseError("%s.%s cannot be written", name, plainText(L, L.Get(2)))
		return 0
	}))
	meta.RawSetString("__metatable", lua.LFalse)
	t := L.NewTable()
	t.Metatable = meta
	v.sealed[t] = true
	return t
}

// unsealed refuses to change a table of the house: table.insert and its like ask
// no metatable.
func (v *vm) unsealed(name string, change lua.LGFunction) lua.LGFunction {
	return func(L *lua.LState) int {
		if v.sealed[L.CheckTable(1)] {
			L.RaiseError("table.%s: what Bellhop gives to hooks cannot be written", name)
		}
		return change(L)
	}
}

// environment is where a file's globals live: they can be written while it is
// loaded and only read afterwards. given is what the libraries returned that were
// loaded for it, by their files.
func (v *vm) environment(src *source, given map[string]lua.LValue) *lua.LTable {
	L := v.lua
	content := L.NewTable()
	v.base.ForEach(content.RawSet)
	content.RawSetString("require", v.require(src, given))
	missing := L.NewTable()
	missing.RawSetString("__index", L.NewFunction(func(L *lua.LState) int {
		name := L.Get(2).String()
		if hint, known := hints[name]; known {
			L.RaiseError("%s does not exist in hooks: %s", name, hint)
		}
		L.Push(lua.LNil)
		return 1
	}))
	missing.RawSetString("__metatable", lua.LFalse)
	content.Metatable = missing

	meta := L.NewTable()
	meta.RawSetString("__index", content)
	meta.RawSetString("__newindex", L.NewFunction(func(L *lua.LState) int {
		if v.loading == nil {
			name := plainText(L, L.Get(2))
			L.RaiseError("global %q cannot be written once the file is loaded: write local %s, or keep the value in bellhop.kv", name, name)
		}
		L.CheckTable(1)
		content.RawSet(L.CheckAny(2), L.Get(3))
		return 0
	}))
	meta.RawSetString("__metatable", lua.LFalse)
	env := L.NewTable()
	env.Metatable = meta
	v.sealed[env] = true
	content.RawSetString("_G", env)
	return env
}

// protected makes pcall let through what must end the run. What the watch
// stops needs no such help: each further instruction fails as well.
func (v *vm) protected(call lua.LGFunction) lua.LGFunction {
	return func(L *lua.LState) int {
		n := call(L)
		if v.fault != nil {
			L.RaiseError("%s", v.fault)
		}
		return n
	}
}

// end stops the run for a reason that the hook cannot catch.
func (v *vm) end(fault error) {
	v.fault = fault
	v.lua.RaiseError("%s", fault)
}

func (v *vm) random(L *lua.LState) int {
	from, to := 1.0, 1.0
	switch L.GetTop() {
	case 0:
		L.Push(lua.LNumber(v.rand.Float64()))
		return 1
	case 1:
		to = float64(L.CheckNumber(1))
	default:
		from, to = float64(L.CheckNumber(1)), float64(L.CheckNumber(2))
	}
	const most = 1 << 53
	from, to = math.Ceil(from), math.Floor(to)
	if !(from >= -most && from <= to && to <= most) { // false for what is no number, too
		L.RaiseError("math.random: there is no whole number from %s to %s", lua.LNumber(from), lua.LNumber(to))
	}
	L.Push(lua.LNumber(from + float64(v.rand.Int64N(int64(to)-int64(from)+1))))
	return 1
}

func (v *vm) randomSeed(L *lua.LState) int {
	v.pcg.Seed(math.Float64bits(float64(L.CheckNumber(1))), 0)
	return 0
}

// call runs fn within the limits. What it returns is a *Fault, ctx's error, or
// errNoPermit.
func (v *vm) call(ctx context.Context, fn *lua.LFunction, args ...lua.LValue) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v.fault = nil
	limit := v.set.limits.Deadline
	if v.loading != nil {
		limit = max(limit, v.set.loadFor)
	}
	v.watch.arm(ctx, limit)
	err := v.lua.CallByParam(lua.P{Fn: fn, Protect: true}, args...)
	v.watch.disarm()
	stopped := v.watch.Err()
	switch {
	case stopped != nil:
		v.broken = true
		if err == nil && v.fault == nil {
			return nil // it had ended before the stop came
		}
		return stopped
	case v.fault != nil:
		return v.fault
	case err == nil:
		return nil
	}
	return v.faultOf(err)
}

// faultOf says what the interpreter's error means.
func (v *vm) faultOf(err error) *Fault {
	var ae *lua.ApiError
	if !errors.As(err, &ae) {
		v.broken = true
		return &Fault{"error", err.Error()}
	}
	message := ae.Object.String()
	if t, ok := ae.Object.(*lua.LTable); ok {
		message = "error with a table"
		// The run is over and nothing watches this: a few KiB are enough.
		if text, err := (encoder{context.Background(), 2 * maxMessage}).value(nil, t, 0); err == nil {
			message = string(text)
		}
	}
	switch {
	case strings.HasSuffix(message, "callstack overflow"):
		v.broken = true
		return &Fault{"limit", "stack overflow: functions call each other too deep"}
	case ae.Type == lua.ApiErrorPanic:
		v.broken = true
		return &Fault{"error", "panic: " + message}
	case strings.HasSuffix(message, "registry overflow"):
		v.broken = true // the registry does not shrink again
		return &Fault{"memory", message}
	}
	return &Fault{"error", clip(message, maxMessage) + calledFrom(ae.StackTrace)}
}

// maxMessage bounds an error's text.
const maxMessage = 500

func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// noContext is of what is loaded, which its own limits end.
var noContext = context.Background()

// load runs a file, behind its libraries, and takes over what it registers.
func (v *vm) load(src *source) ([]Hook, error) {
	given, err := v.loadLibraries(src)
	if err != nil {
		return nil, err
	}
	v.loading = &loading{src: src}
	defer func() { v.loading = nil }()
	v.pcg.Seed(0, 0)
	fn := v.lua.NewFunctionFromProto(src.proto)
	fn.Env = v.environment(src, given)
	if err := v.call(noContext, fn); err != nil {
		return nil, loadFault(src.name, err)
	}
	for i, h := range v.loading.hooks {
		v.units[h.Name] = unit{v.loading.fns[i], src.lend}
	}
	return v.loading.hooks, nil
}

func loadFault(name string, err error) *LoadFault {
	text := err.Error()
	var f *Fault
	if errors.As(err, &f) {
		text = f.Message
	}
	if m := hasLine.FindStringSubmatch(text); m != nil && m[1] == name {
		line, _ := strconv.Atoi(m[2])
		return &LoadFault{File: name, Line: line, Message: text[len(m[0]):]}
	}
	return &LoadFault{File: name, Message: fmt.Sprint(text)}
}
