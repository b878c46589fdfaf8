package luahooks

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// APIVersion counts the changes of the API after which a hook that worked may
// not; hooks read it as bellhop.version. What is only added leaves it.
const APIVersion = 1

// The registry is the one source of the hook API: of the tables that hooks get,
// of the names that option tables may have, of the types that editors know
// ([Types]) and of the reference page ([Reference]).

// field is a value with a name: an argument, a result, or one in a table. Type is
// in the words of LuaCATS.
type field struct {
	Name, Type, Doc string
	Optional        bool // it may be left out, or be nil
	// Fields are those of an argument that is a table of named values; the
	// class of Type is made of them.
	Fields []field
}

// function is one that hooks can call.
type function struct {
	Name    string // "bellhop.wakeup.add"
	Doc     string // what it does, in a sentence or some
	Args    []field
	Rest    *field // what follows the arguments
	Returns []field
	// Overloads are other ways to call it, as LuaCATS types.
	Overloads []string
	Example   string
	call      func(*vm, *lua.LState) int
}

// constant is a value of the API that never changes while the program runs.
type constant struct {
	field
	value func(*vm) lua.LValue
}

// record is a table that hooks see.
type record struct {
	Name   string // "bellhop.Room"
	Doc    string
	Parent string
	Fields []field
}

func req(name, kind, doc string) field { return field{Name: name, Type: kind, Doc: doc} }

func opt(name, kind, doc string) field {
	return field{Name: name, Type: kind, Doc: doc, Optional: true}
}

// options is an argument that is a table of named values.
func optionsArg(class string, optional bool, fields ...field) field {
	return field{Name: "options", Type: class, Optional: optional, Fields: fields}
}

// plain is a function that needs no interpreter of ours.
func plain(f lua.LGFunction) func(*vm, *lua.LState) int {
	return func(_ *vm, L *lua.LState) int { return f(L) }
}

// section is a part of the API.
type section struct {
	title, about string
	functions    []function
}

// sections are the API. They are put together in init, as the functions
// themselves read optionNames.
var (
	sections    []section
	functions   []function          // of all sections
	optionNames map[string][]string // by the function's name
)

func init() {
	sections = []section{
		{"When a hook runs", "For the file itself, not for the inside of a hook.", registrations()},
		{"What a hook can want", "All of it is done together, once, when the hook has ended without an error.", slices.Concat(effectFunctions(), stayFunctions())},
		{"What a hook can read", "What it gives is as it was when the hook began.", slices.Concat(readFunctions(), historyFunctions())},
		{"Times, amounts and texts", "", toolFunctions()},
	}
	for _, s := range sections {
		functions = append(functions, s.functions...)
	}
	optionNames = map[string][]string{}
	for _, f := range functions {
		for _, a := range f.Args {
			for _, x := range a.Fields {
				optionNames[f.Name] = append(optionNames[f.Name], x.Name)
			}
		}
	}
}

var constants = []constant{
	{req("version", "integer", "the version of this API"), func(*vm) lua.LValue { return lua.LNumber(APIVersion) }},
	{req("language", `"en"|"zh"`, "the hotel's language"), func(v *vm) lua.LValue { return lua.LString(v.set.language) }},
}

// api is the table bellhop. Its functions are made once for an interpreter
// and act on the run that goes on.
func (v *vm) api() *lua.LTable {
	L := v.lua
	content := map[string]*lua.LTable{"bellhop": L.NewTable()}
	callable := map[string]*lua.LFunction{}
	for _, f := range functions {
		path, name := splitName(f.Name)
		if content[path] == nil {
			content[path] = L.NewTable()
		}
		fn := L.NewFunction(v.told(f.Name, func(L *lua.LState) int { return f.call(v, L) }))
		if isTable(f.Name) {
			callable[f.Name] = fn
			continue
		}
		content[path].RawSetString(name, fn)
	}
	root := content["bellhop"]
	for path, t := range content {
		if path == "bellhop" {
			continue
		}
		_, name := splitName(path)
		shown := v.readOnly(path, t)
		if fn := callable[path]; fn != nil {
			v.makeCallable(shown, fn)
		}
		root.RawSetString(name, shown)
	}
	for _, c := range constants {
		root.RawSetString(c.Name, c.value(v))
	}
	return root
}

// makeCallable lets a table be called like fn, which does not see the table.
func (v *vm) makeCallable(t *lua.LTable, fn *lua.LFunction) {
	t.Metatable.(*lua.LTable).RawSetString("__call", v.lua.NewFunction(func(L *lua.LState) int {
		L.Remove(1)
		return fn.GFunction(L)
	}))
}

func splitName(full string) (path, name string) {
	at := strings.LastIndexByte(full, '.')
	return full[:at], full[at+1:]
}

// isTable tells whether a function has others below its name.
func isTable(name string) bool {
	return slices.ContainsFunc(functions, func(f function) bool { return strings.HasPrefix(f.Name, name+".") })
}
