package luahooks

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Types writes what an editor must know of the hook API: a Lua file with the
// annotations of LuaCATS, as the Lua language server reads them (its manual,
// "Annotations").
func Types(w io.Writer) error {
	t := &typesWriter{}
	t.line("---@meta bellhop")
	t.line("-- Made by \"bellhop hooks types\" from what is registered; an edit is lost.")
	for _, a := range aliases() {
		t.line("")
		t.line("--- %s", a.Doc)
		t.line("---@alias %s %s", a.Name, a.Type)
	}
	for _, r := range records() {
		t.class("", r)
	}
	for _, f := range functions {
		for _, a := range f.Args {
			if len(a.Fields) > 0 {
				t.class("(exact) ", record{Name: a.Type, Doc: "What " + f.Name + " takes.", Fields: a.Fields})
			}
		}
	}
	t.tables()
	t.line("")
	t.line("return bellhop")
	_, err := io.WriteString(w, t.String())
	return err
}

type typesWriter struct{ strings.Builder }

func (t *typesWriter) line(format string, args ...any) {
	fmt.Fprintf(t, format+"\n", args...)
}

func (t *typesWriter) class(exact string, r record) {
	t.line("")
	t.line("--- %s", r.Doc)
	parent := ""
	if r.Parent != "" {
		parent = ": " + r.Parent
	}
	t.line("---@class %s%s%s", exact, r.Name, parent)
	t.fields(r.Fields)
}

func (t *typesWriter) fields(fields []field) {
	for _, f := range fields {
		name := f.Name + mark(f.Optional)
		if slices.Contains(luaWords, f.Name) {
			name = fmt.Sprintf("[%q]", f.Name)
		}
		t.line("---@field %s", described(name+" "+f.Type, f.Doc))
	}
}

// luaWords are the words of the language that stand as a name of a field.
var luaWords = []string{"repeat", "end", "function", "local", "return", "until"}

func mark(optional bool) string {
	if optional {
		return "?"
	}
	return ""
}

func described(what, doc string) string {
	if doc == "" {
		return what
	}
	return what + " " + doc
}

// tables writes bellhop, the tables below it, and the functions in them.
func (t *typesWriter) tables() {
	t.line("")
	t.line("--- The hotel, as hooks see it.")
	t.line("---@class bellhop")
	for _, c := range constants {
		t.fields([]field{c.field})
	}
	t.line("bellhop = {}")
	paths := map[string]bool{}
	for _, f := range functions {
		if path, _ := splitName(f.Name); path != "bellhop" {
			paths[path] = true
		}
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		t.line("")
		at := slices.IndexFunc(functions, func(f function) bool { return f.Name == path })
		if at >= 0 {
			t.line("--- %s", functions[at].Doc)
		}
		t.line("---@class %s", path)
		if at >= 0 {
			t.line("---@overload %s", functions[at].signature())
		}
		t.line("%s = {}", path)
	}
	for _, f := range functions {
		if !paths[f.Name] {
			t.function(f)
		}
	}
}

func (t *typesWriter) function(f function) {
	t.line("")
	t.line("--- %s", f.Doc)
	if f.Example != "" {
		t.line("---")
		t.line("--- ```lua")
		for line := range strings.Lines(f.Example) {
			t.line("--- %s", strings.TrimSuffix(line, "\n"))
		}
		t.line("--- ```")
	}
	var names []string
	for _, a := range f.Args {
		names = append(names, a.Name)
		t.line("---@param %s", described(a.Name+mark(a.Optional)+" "+a.Type, a.Doc))
	}
	if f.Rest != nil {
		names = append(names, "...")
		t.line("---@param ... %s", described(f.Rest.Type, f.Rest.Doc))
	}
	for _, r := range f.Returns {
		if r.Name == "..." {
			t.line("---@return %s ... %s", optionalType(r), r.Doc)
			continue
		}
		t.line("---@return %s", described(optionalType(r)+" "+r.Name, r.Doc))
	}
	for _, o := range f.Overloads {
		t.line("---@overload %s", o)
	}
	t.line("function %s(%s) end", f.Name, strings.Join(names, ", "))
}

// optionalType is a type of which nil is one more value.
func optionalType(f field) string {
	if !f.Optional || f.Type == "any" {
		return f.Type
	}
	if strings.ContainsAny(f.Type, "| ") {
		return "(" + f.Type + ")?"
	}
	return f.Type + "?"
}

// signature is the function as a LuaCATS type.
func (f function) signature() string {
	var args, returns []string
	for _, a := range f.Args {
		args = append(args, a.Name+mark(a.Optional)+": "+a.Type)
	}
	if f.Rest != nil {
		args = append(args, "...: "+f.Rest.Type)
	}
	for _, r := range f.Returns {
		returns = append(returns, optionalType(r))
	}
	text := "fun(" + strings.Join(args, ", ") + ")"
	if len(returns) > 0 {
		text += ": " + strings.Join(returns, ", ")
	}
	return text
}
