package luahooks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// luaType is a type in the words of LuaCATS, as much of them as the registry uses.
type luaType struct {
	// What is a simple type, the name of a class or alias, or one of: literal,
	// list, table, fun, choice. A type that may be nil is a choice with nil.
	What  string
	Text  string // of a literal
	Parts []luaType
}

// builtIn are the types that need no definition, and what readType makes of others.
var builtIn = []string{
	"any", "nil", "string", "boolean", "number", "integer", "function", "table", "literal", "list", "fun", "choice",
}

type typeReader struct {
	rest string
}

// readType reads one type and gives what follows it.
func readType(text string) (t luaType, rest string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v in the type %q", p, text)
		}
	}()
	r := &typeReader{text}
	t = r.choice()
	return t, r.rest, nil
}

func (r *typeReader) take(what string) bool {
	rest, ok := strings.CutPrefix(r.rest, what)
	if ok {
		r.rest = rest
	}
	return ok
}

func (r *typeReader) need(what string) {
	if !r.take(what) {
		panic(fmt.Sprintf("no %q before %q", what, r.rest))
	}
}

func (r *typeReader) word() string {
	end := strings.IndexFunc(r.rest, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '.' || c == '_')
	})
	if end < 0 {
		end = len(r.rest)
	}
	word := r.rest[:end]
	r.rest = r.rest[end:]
	if word == "" {
		panic(fmt.Sprintf("no name before %q", r.rest))
	}
	return word
}

func (r *typeReader) choice() luaType {
	t := luaType{What: "choice", Parts: []luaType{r.single()}}
	for r.take("|") {
		t.Parts = append(t.Parts, r.single())
	}
	if len(t.Parts) == 1 {
		return t.Parts[0]
	}
	return t
}

func (r *typeReader) single() (t luaType) {
	switch {
	case r.take(`"`):
		text, rest, ok := strings.Cut(r.rest, `"`)
		if !ok {
			panic("a text without an end")
		}
		t, r.rest = luaType{What: "literal", Text: text}, rest
	case r.take("("):
		t = r.choice()
		r.need(")")
	case r.take("fun("):
		t = r.fun()
	case r.take("table<"):
		t = luaType{What: "table", Parts: []luaType{r.choice()}}
		r.need(", ")
		t.Parts = append(t.Parts, r.choice())
		r.need(">")
	default:
		t = luaType{What: r.word()}
	}
	for r.take("[]") {
		t = luaType{What: "list", Parts: []luaType{t}}
	}
	if r.take("?") {
		t = luaType{What: "choice", Parts: []luaType{t, {What: "nil"}}}
	}
	return t
}

func (r *typeReader) fun() luaType {
	t := luaType{What: "fun"}
	for !r.take(")") {
		if len(t.Parts) > 0 {
			r.need(", ")
		}
		if !r.take("...") {
			r.word()
			r.take("?")
		}
		r.need(": ")
		t.Parts = append(t.Parts, r.choice())
	}
	if r.take(": ") {
		t.Parts = append(t.Parts, r.choice())
		for r.take(", ") {
			t.Parts = append(t.Parts, r.choice())
		}
	}
	return t
}

// names visits the names of classes and aliases in a type.
func (t luaType) names(visit func(string)) {
	if !slices.Contains(builtIn, t.What) {
		visit(t.What)
	}
	for _, p := range t.Parts {
		p.names(visit)
	}
}

// judge holds values against declared types and remembers which fields it saw.
type judge struct {
	classes map[string][]field
	aliases map[string]string
	seen    map[string]bool // "class.field"
}

func newJudge() *judge {
	j := &judge{classes: map[string][]field{}, aliases: map[string]string{}, seen: map[string]bool{}}
	for _, r := range records() {
		j.classes[r.Name] = append(append([]field(nil), j.classes[r.Parent]...), r.Fields...)
	}
	for _, a := range aliases() {
		j.aliases[a.Name] = a.Type
	}
	return j
}

// fault says why a value is not of a type; empty: it is.
func (j *judge) fault(v lua.LValue, text string) string {
	t, rest, err := readType(text)
	if err != nil || rest != "" {
		return fmt.Sprintf("%q is no type: %v", text, err)
	}
	return j.of(v, t)
}

func (j *judge) of(v lua.LValue, t luaType) string {
	wrong := fmt.Sprintf("%s %s is no %s %s", v.Type(), v, t.What, t.Text)
	is := func(ok bool) string {
		if ok {
			return ""
		}
		return wrong
	}
	n, number := v.(lua.LNumber)
	table, isTable := v.(*lua.LTable)
	switch t.What {
	case "any":
		return ""
	case "table":
		return j.elements(table, isTable, wrong, func(k, x lua.LValue) string {
			if len(t.Parts) == 0 {
				return ""
			}
			return cmp.Or(j.of(k, t.Parts[0]), j.of(x, t.Parts[1]))
		})
	case "nil", "string", "boolean", "number", "function":
		return is(v.Type().String() == t.What)
	case "integer":
		return is(number && isWhole(n))
	case "literal":
		return is(v.Type() == lua.LTString && v.String() == t.Text)
	case "fun":
		return is(v.Type() == lua.LTFunction)
	case "choice":
		for _, p := range t.Parts {
			if j.of(v, p) == "" {
				return ""
			}
		}
		if len(t.Parts) > 0 && isTable {
			return j.of(v, t.Parts[0])
		}
		return wrong
	case "list":
		return j.elements(table, isTable, wrong, func(k, x lua.LValue) string {
			if k.Type() != lua.LTNumber {
				return "a list has the key " + k.String()
			}
			return j.of(x, t.Parts[0])
		})
	}
	if alias := j.aliases[t.What]; alias != "" {
		return j.fault(v, alias)
	}
	fields, known := j.classes[t.What]
	if !known || !isTable {
		return wrong
	}
	return j.record(table, t.What, fields)
}

func (j *judge) elements(t *lua.LTable, ok bool, wrong string, visit func(k, v lua.LValue) string) (fault string) {
	if !ok {
		return wrong
	}
	t.ForEach(func(k, v lua.LValue) {
		if f := visit(k, v); f != "" && fault == "" {
			fault = f
		}
	})
	return fault
}

// record holds a table against a class, both ways.
func (j *judge) record(t *lua.LTable, class string, fields []field) (fault string) {
	declared := map[string]field{}
	for _, f := range fields { // one of a child's replaces that of its parent
		declared[f.Name] = f
	}
	t.ForEach(func(k, v lua.LValue) {
		f, known := declared[k.String()]
		if !known {
			fault = fmt.Sprintf("%s has the field %s, which is not declared", class, k)
			return
		}
		j.seen[class+"."+f.Name] = true
		if wrong := j.fault(v, f.Type); wrong != "" {
			fault = class + "." + f.Name + ": " + wrong
		}
	})
	for name, f := range declared {
		if !f.Optional && t.RawGetString(name) == lua.LNil {
			fault = fmt.Sprintf("%s has no field %s, which is declared as always there", class, name)
		}
	}
	return fault
}
