package luahooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// A file minibar_test.lua tests the hooks of minibar.lua. It runs in the same
// sandbox and within the same limits, and has one table more, test:
//
//	test.case("happy hour", function()
//	  test.at("2026-11-22 18:30")
//	  test.item { "12", price = 350 }
//	  local effects = test.event { "minibar", room = "1203", item = "12", count = 2 }
//	  test.effects(effects, { { "post", room = "1203", amount = 350 } })
//	end)

// testCase is a function that a test file has registered.
type testCase struct {
	name string
	line int
	fn   *lua.LFunction
}

// testFile is a loaded file with tests.
type testFile struct {
	stage *stage
	vm    *vm
	name  string
	hooks string // the file that it tests
	cases []testCase
	trial *trial
	ctx   context.Context
	calls int
}

// Bounds of a test file.
const (
	maxTestCases = 500
	// maxTestEvents is how many events one case sends: the time of their runs is
	// beside that of the case.
	maxTestEvents = 1000
)

// openTests loads a file with tests of the hooks of another file.
func (g *stage) openTests(name string, text []byte, hooks string) (*testFile, error) {
	src, faults := compile(name, text)
	if len(faults) > 0 {
		return nil, errors.Join(asErrors(faults)...)
	}
	if fault := g.libs.link(src); fault != nil {
		return nil, fault
	}
	f := &testFile{stage: g, name: name, hooks: hooks, ctx: context.Background()}
	f.vm = newVM(g.set)
	f.vm.base.RawSetString("test", f.vm.readOnly("test", f.library()))
	f.vm.base.RawSetString("print", f.vm.lua.NewFunction(f.print))
	list, err := f.vm.load(src)
	switch {
	case err != nil:
	case len(list) > 0:
		err = &LoadFault{File: name, Message: "registers a hook; a file of tests has only test.case"}
	case len(f.cases) == 0:
		err = &LoadFault{File: name, Message: `has no test: test.case("what it shows", function() … end)`}
	}
	if err != nil {
		f.vm.close()
		return nil, err
	}
	return f, nil
}

func asErrors(faults []*LoadFault) (list []error) {
	for _, f := range faults {
		list = append(list, f)
	}
	return list
}

// run runs one case on a hotel of its own.
func (f *testFile) run(ctx context.Context, c testCase) (log []string, err error) {
	f.ctx, f.calls, f.trial = ctx, 0, f.stage.begin(f.hooks)
	f.vm.pcg.Seed(1, 0)
	err = f.vm.call(ctx, c.fn)
	return f.trial.log, err
}

// broken tells that the interpreter was stopped: what is left cannot run on it.
func (f *testFile) broken() bool { return f.vm.broken }

// library is the table test.
func (f *testFile) library() *lua.LTable {
	functions := map[string]lua.LGFunction{
		"case": f.addCase, "at": f.at, "language": f.speak, "event": f.event, "fails": f.fails,
		"equal": f.equal, "effects": f.effects, "log": f.log,
	}
	for word := range givers {
		functions[word] = f.giver(word)
	}
	return f.vm.lua.SetFuncs(f.vm.lua.NewTable(), functions)
}

func (f *testFile) addCase(L *lua.LState) int {
	name, fn := L.CheckString(1), L.CheckFunction(2)
	if f.vm.loading == nil {
		L.RaiseError("test.case is for the file itself, not for the inside of a case")
	}
	if len(f.cases) == maxTestCases {
		L.RaiseError("test.case: one file may have at most %d", maxTestCases)
	}
	f.cases = append(f.cases, testCase{clip(name, 200), callerLine(L), fn})
	return 0
}

// going is the trial of the case that runs.
func (f *testFile) going(L *lua.LState, what string) *trial {
	if f.trial == nil || f.vm.loading != nil {
		L.RaiseError("test.%s works only inside a case", what)
	}
	return f.trial
}

func raise(L *lua.LState, what string, err error) {
	if err != nil {
		L.RaiseError("test.%s: %s", what, err)
	}
}

func (f *testFile) at(L *lua.LState) int {
	raise(L, "at", f.going(L, "at").at(L.CheckString(1)))
	return 0
}

func (f *testFile) speak(L *lua.LState) int {
	raise(L, "language", f.going(L, "language").speak(L.CheckString(1)))
	return 0
}

// giver is test.item { "12", price = 350 } and its like.
func (f *testFile) giver(word string) lua.LGFunction {
	return func(L *lua.LState) int {
		t := f.going(L, word)
		name, values, err := f.named(L.CheckTable(1))
		if err == nil {
			err = t.give(word, name, values)
		}
		raise(L, word, err)
		return 0
	}
}

// named reads { "12", price = 350 }: a name and named values.
func (f *testFile) named(t *lua.LTable) (name string, values fields, err error) {
	if t.Len() > 1 {
		return "", nil, errors.New(`there is one name, and the rest has names: { "12", price = 350 }`)
	}
	name, _ = textOf(t.RawGetInt(1))
	values, err = fieldsOf(t)
	return name, values, err
}

// fieldsOf reads the named values of a table.
func fieldsOf(t *lua.LTable) (fields, error) {
	f := fields{}
	var fault error
	t.ForEach(func(k, v lua.LValue) {
		name, is := k.(lua.LString)
		if !is {
			return
		}
		value, err := goValue(v)
		if err != nil {
			fault = fmt.Errorf("%s: %w", clip(string(name), 50), err)
		}
		f[string(name)] = value
	})
	return f, fault
}

func goValue(v lua.LValue) (any, error) {
	if text, is := v.(lua.LString); is {
		return string(text), nil
	}
	text, err := encodeJSON(v)
	if err != nil {
		return nil, err
	}
	return decoded(text), nil
}

// outcome sends an event to the hooks. The case's own time stands still meanwhile.
func (f *testFile) outcome(L *lua.LState, what string) (list []Outcome, err error) {
	t := f.going(L, what)
	kind, values, err := f.named(L.CheckTable(1))
	if err == nil && kind == "" {
		kind = values.text("kind")
	}
	if f.calls++; f.calls > maxTestEvents {
		f.vm.end(&Fault{"limit", fmt.Sprintf("sends more than %d events in one case", maxTestEvents)})
	}
	if err != nil {
		return nil, err
	}
	left := f.vm.watch.pause()
	effects, _, err := t.run(f.ctx, kind, values)
	f.vm.watch.arm(f.ctx, left)
	var wrong *wrongExample
	if errors.As(err, &wrong) {
		raise(L, what, err)
	}
	return Outcomes(effects), err
}

// event gives the effects that an event leads to, as a list of tables.
func (f *testFile) event(L *lua.LState) int {
	list, err := f.outcome(L, "event")
	if err != nil {
		L.RaiseError("%s", err)
	}
	all := L.NewTable()
	for _, o := range list {
		t, err := luaOutcome(L, o)
		raise(L, "event", err)
		all.Append(t)
	}
	L.Push(all)
	return 1
}

// luaOutcome is an effect as a test sees it: { "post", room = "1203" }.
func luaOutcome(L *lua.LState, o Outcome) (*lua.LTable, error) {
	text, err := json.Marshal(o.Fields)
	if err != nil {
		return nil, err
	}
	value, err := decodeJSON(L, string(text))
	if err != nil {
		return nil, err
	}
	t, is := value.(*lua.LTable)
	if !is {
		t = L.NewTable()
	}
	t.RawSetInt(1, lua.LString(o.Call))
	return t, nil
}

// fails sends an event on which the hook is to fail, and gives the error.
func (f *testFile) fails(L *lua.LState) int {
	want := L.OptString(2, "")
	list, err := f.outcome(L, "fails")
	switch {
	case err == nil:
		L.RaiseError("the hook is to fail and does not: it has %d effects", len(list))
	case !strings.Contains(err.Error(), want):
		L.RaiseError("the hook is to fail with %q, but it says: %s", want, err)
	}
	L.Push(lua.LString(err.Error()))
	return 1
}

// print writes among what the hooks log.
func (f *testFile) print(L *lua.LState) int {
	if t := f.trial; t != nil && len(t.log) < maxTestEvents {
		t.log = append(t.log, clip(strings.Join(written(L, 1), " "), maxLogLine))
	}
	return 0
}

// log gives what the hooks have logged in this case.
func (f *testFile) log(L *lua.LState) int {
	t := L.NewTable()
	for _, line := range f.going(L, "log").log {
		t.Append(lua.LString(line))
	}
	L.Push(t)
	return 1
}

// equal compares two values of any kind.
func (f *testFile) equal(L *lua.LState) int {
	got, want := L.Get(1), L.Get(2)
	what := L.OptString(3, "")
	if what != "" {
		what += ": "
	}
	g, gErr := goValue(got)
	w, wErr := goValue(want)
	raise(L, "equal", firstError(gErr, wErr))
	if lines := compare("", g, w); len(lines) > 0 {
		L.RaiseError("%snot equal\n%s", what, strings.Join(lines, "\n"))
	}
	return 0
}

// maxDifferences is how many a message names.
const maxDifferences = 20

// compare says where two values differ, by their places.
func compare(place string, got, want any) (lines []string) {
	g, gIs := got.(map[string]any)
	w, wIs := want.(map[string]any)
	if gIs && wIs {
		names := maps.Clone(g)
		maps.Copy(names, w)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			lines = append(lines, compare(strings.TrimPrefix(place+"."+name, "."), g[name], w[name])...)
		}
		return lines[:min(len(lines), maxDifferences)]
	}
	gl, gIs := got.([]any)
	wl, wIs := want.([]any)
	if gIs && wIs {
		for i := range max(len(gl), len(wl)) {
			lines = append(lines, compare(fmt.Sprintf("%s[%d]", place, i+1), at(gl, i), at(wl, i))...)
		}
		return lines[:min(len(lines), maxDifferences)]
	}
	if kindOf(got) == kindOf(want) && plainValue(got) == plainValue(want) {
		return nil
	}
	if place != "" {
		place += ": "
	}
	return []string{fmt.Sprintf("  %sexpected %s, got %s", place, luaText(want), luaText(got))}
}

func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func kindOf(v any) string { return fmt.Sprintf("%T", v) }

// luaText writes a value as it stands in a file.
func luaText(v any) string {
	if v == nil {
		return "nil"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return clip(string(text), maxTraceText)
}

// effects compares effects with those expected, of which each names what matters.
func (f *testFile) effects(L *lua.LState) int {
	got, gErr := outcomesOf(L.CheckTable(1))
	want, wErr := outcomesOf(L.CheckTable(2))
	raise(L, "effects", firstError(gErr, wErr))
	if diff := unlike(got, want); diff != "" {
		L.RaiseError("other effects than expected\n%s", diff)
	}
	return 0
}

func outcomesOf(t *lua.LTable) ([]Outcome, error) {
	var list []Outcome
	for i := 1; i <= min(t.Len(), maxTestEvents); i++ {
		one, is := t.RawGetInt(i).(*lua.LTable)
		if !is {
			return nil, errors.New(`effects are a list: { { "post", room = "1203" } }`)
		}
		name, _ := textOf(one.RawGetInt(1))
		f, err := fieldsOf(one)
		if err != nil {
			return nil, err
		}
		if name == "" {
			return nil, errors.New(`an effect begins with its function: { "post", room = "1203" }`)
		}
		list = append(list, Outcome{name, f})
	}
	return list, nil
}
