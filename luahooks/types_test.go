package luahooks

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/gopher-lua/parse"
)

// The page of the reference is what is registered.
func TestReferencePage(t *testing.T) {
	var want bytes.Buffer
	if err := Reference(&want); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/hooks-reference.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != want.String() {
		t.Error("docs/hooks-reference.md is not what is registered; write it anew with:\ngo run ./cmd/bellhop hooks types --reference --out docs/hooks-reference.md")
	}
}

// shapes are the lines of annotation that the file of types may have, without
// their types.
var shapes = map[string]*regexp.Regexp{
	"meta":     regexp.MustCompile(`^bellhop$`),
	"alias":    regexp.MustCompile(`^(bellhop\.[A-Za-z]+) `),
	"class":    regexp.MustCompile(`^(?:\(exact\) )?(bellhop(?:\.[A-Za-z_]+)?)(?:: bellhop\.[A-Za-z]+)?$`),
	"field":    regexp.MustCompile(`^(?:[a-z_]+\??|\["[a-z]+"\]) `),
	"param":    regexp.MustCompile(`^(?:[a-z_]+\??|\.\.\.) `),
	"return":   regexp.MustCompile(`^`),
	"overload": regexp.MustCompile(`^`),
}

// typesFault reads the file of types strictly: each annotation is of a known
// shape, each type can be read, each name is defined, and the rest is Lua.
func typesFault(text string) (faults []string) {
	if _, err := parse.Parse(strings.NewReader(text), "bellhop.lua"); err != nil {
		faults = append(faults, err.Error())
	}
	defined, used := map[string]bool{}, map[string]string{}
	names := func(line string, t luaType) {
		t.names(func(name string) { used[name] = line })
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		body, annotated := strings.CutPrefix(line, "---@")
		if !annotated {
			continue
		}
		word, rest, _ := strings.Cut(body, " ")
		shape := shapes[word]
		m := []string(nil)
		if shape != nil {
			m = shape.FindStringSubmatch(rest)
		}
		if m == nil {
			faults = append(faults, "of no known shape: "+line)
			continue
		}
		switch word {
		case "meta":
			continue
		case "class":
			if defined[m[1]] {
				faults = append(faults, "defined twice: "+line)
			}
			defined[m[1]] = true
			if _, parent, has := strings.Cut(rest, ": "); has {
				used[parent] = line
			}
			continue
		case "alias":
			defined[m[1]] = true
		}
		kind, after, err := readType(strings.TrimPrefix(rest, m[0]))
		if err != nil {
			faults = append(faults, err.Error()+": "+line)
		}
		if after != "" && !strings.HasPrefix(after, " ") {
			faults = append(faults, "a type does not end: "+line)
		}
		names(line, kind)
	}
	for name, line := range used {
		if !defined[name] {
			faults = append(faults, name+" is not defined: "+line)
		}
	}
	slices.Sort(faults)
	return faults
}

func TestTypesCanBeRead(t *testing.T) {
	var b bytes.Buffer
	if err := Types(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, f := range typesFault(text) {
		t.Error(f)
	}
	for _, want := range []string{
		`---@overload fun(kind: "minibar", handler: fun(event: bellhop.MinibarEvent))`,
		`---@overload fun(kind: "dtmf", pattern: string, handler: fun(event: bellhop.DtmfEvent, ...: string))`,
		`---@field ["repeat"] "once"|"daily"|"weekdays"`,
		"---@class (exact) bellhop.PostOptions\n---@field room? string ",
		"---@param number? string the room's number\n---@return bellhop.Room? room\nfunction bellhop.room(number) end\n",
		"---@overload fun(amount: integer): string\nbellhop.money = {}\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("has no %s", want)
		}
	}
}

// The reader of types finds what is wrong with a file.
func TestTypesFaultsAreFound(t *testing.T) {
	for _, row := range []string{
		"---@field room bellhop.Rom the room", "---@filed room string", "---@field room? string| x",
		"---@field room strng the room", "---@class bellhop.A: bellhop.B", "---@param x table<string any", `---@field x "a`, "function x(", "---@class bellhop.A\n---@class bellhop.A",
		"---@overload fun(a string)",
	} {
		if len(typesFault(row+"\n")) == 0 {
			t.Errorf("finds nothing in %s", row)
		}
	}
}
