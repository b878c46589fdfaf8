package luahooks

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed examples/*.lua
var examples embed.FS

// Template is a hook file to start from.
type Template struct {
	Name string `json:"name"` // without .lua
	// Shipped: it works without being copied, and a file of its name replaces it.
	Shipped bool   `json:"shipped,omitempty"`
	About   string `json:"about"` // the first sentence of its comment
	Text    []byte `json:"-"`
	Test    []byte `json:"-"` // of the file beside it
}

// Templates are the shipped hooks, and those that wait to be used, by name.
func Templates() []Template {
	return append(templatesOf(shipped, "shipped"), templatesOf(examples, "examples")...)
}

func templatesOf(from embed.FS, root string) (list []Template) {
	entries, err := from.ReadDir(root)
	if err != nil {
		panic(err) // it is embedded
	}
	for _, e := range entries {
		if isTestFile(e.Name()) {
			continue
		}
		t := Template{Name: strings.TrimSuffix(e.Name(), ".lua"), Shipped: root == "shipped"}
		t.Text = embedded(from, path.Join(root, e.Name()))
		t.Test = embedded(from, path.Join(root, t.Name+"_test.lua"))
		t.About = about(string(t.Text))
		list = append(list, t)
	}
	return list
}

func embedded(from fs.FS, name string) []byte {
	text, err := fs.ReadFile(from, name)
	if err != nil {
		panic(err) // each has a file of tests
	}
	return text
}

// about is the first sentence of the comment that a file begins with.
func about(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		comment, is := strings.CutPrefix(line, "--")
		if !is {
			break
		}
		words = append(words, strings.TrimSpace(comment))
	}
	sentence, _, _ := strings.Cut(strings.Join(words, " "), ". ")
	return strings.TrimSuffix(sentence, ".")
}

// TemplateOf finds one by its name.
func TemplateOf(name string) (Template, bool) {
	all := Templates()
	at := slices.IndexFunc(all, func(t Template) bool { return t.Name == name })
	if at < 0 {
		return Template{}, false
	}
	return all[at], true
}

// Shipped names the hooks that work without a file of the hotel's.
func Shipped() (names []string) {
	for _, t := range templatesOf(shipped, "shipped") {
		names = append(names, t.Name)
	}
	return names
}

// EmptyTemplate is a hook that somebody writes anew.
func EmptyTemplate(name string) Template {
	with := func(text string) []byte { return []byte(strings.ReplaceAll(text, "NAME", name)) }
	return Template{Name: name, About: "an empty one", Text: with(emptyHook), Test: with(emptyTest)}
}

// EmptyLibrary is a library that somebody writes anew.
func EmptyLibrary(name string) Template {
	with := func(text string) []byte { return []byte(strings.ReplaceAll(text, "NAME", name)) }
	return Template{Name: name, About: "an empty library", Text: with(emptyLibrary), Test: with(emptyLibraryTest)}
}

const emptyLibrary = `-- lib.NAME: functions that several hooks share. A hook file has them by
-- local lib = require "lib.NAME"
local bellhop = require "bellhop"

local lib = {}

-- An amount with so many percent on top, rounded half up.
function lib.plus(amount, percent)
  return amount + bellhop.money.percent(amount, percent)
end

return lib
`

const emptyLibraryTest = `-- Tests of lib/NAME.lua: "bellhop hooks test" runs them.
local lib = require "lib.NAME"

test.case("ten percent on top", function()
  test.equal(lib.plus(3000, 10), 3300)
  test.equal(lib.plus(5, 10), 6)
end)
`

const emptyHook = `-- NAME: what it is for, in a sentence.
local bellhop = require "bellhop"

-- What a telephone dials (555 and a number here), and what it costs in the
-- currency's smallest unit: 3000 is 30.00.
local prices = { ["1"] = 3000, ["2"] = 4500 }

--- @example the first of the list
--- event: dtmf room=1203 digits=555*1
--- wants: post room=1203 kind=other amount=3000

bellhop.on("dtmf", "^555%*(%d+)$", function(event, choice)
  local price = prices[choice]
  if not price then
    return bellhop.alert("nothing costs what was dialled: 555*" .. choice, { room = event.room })
  end
  bellhop.post { room = event.room, kind = "other", amount = price, description = "NAME " .. choice }
end)
`

const emptyTest = `-- Tests of NAME.lua: "bellhop hooks test" runs them. Each has a hotel of its own.

test.case("what is not on the list is told", function()
  local effects = test.event { "dtmf", room = "1203", digits = "555*7" }
  test.effects(effects, { { "alert", room = "1203", text = "nothing costs what was dialled: 555*7" } })
end)
`
