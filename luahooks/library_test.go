package luahooks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// prices is a library; twice is a hook file that says what it makes of 3.
const prices = `local lib = {} function lib.of(n) return n * 2 end return lib`

func saysOf(libs string) string {
	return fmt.Sprintf(`local bellhop, lib = require "bellhop", require %q
bellhop.on("dtmf", function() bellhop.log(lib.of(3)) end)`, libs)
}

func TestLibrary(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{
		"a.lua": saysOf("lib.prices"), "b.lua": saysOf("lib.deep"), "lib/prices.lua": prices,
		"lib/deep.lua":   `local p = require "lib.prices" return { of = function(n) return p.of(p.of(n)) end }`,
		"lib/broken.lua": "(", "lib/prices_test.lua": "(", "lib/other/x.lua": "(",
	})
	for file, want := range map[string]string{"a.lua": "6", "b.lua": "12"} {
		if got := saidBy(t, s, file); got != want {
			t.Errorf("%s says %q, want %s", file, got, want)
		}
	}
}

// Each row is a file t.lua, with libraries a and b, and what is told of it.
func TestLibraryFaults(t *testing.T) {
	for _, row := range []struct{ name, text, a, b, want string }{
		{"not there", "\nrequire 'lib.c'", "", "", `t.lua:2: require "lib.c": lib/c.lua: is not there`},
		{"syntax", "require 'lib.a'", "\nlocal x =", "", `t.lua:1: require "lib.a": lib/a.lua:2: `},
		{"of another", "require 'lib.a'", "\n\nrequire 'lib.b'", "\n\n(", `t.lua:1: require "lib.a": lib/a.lua:3: require "lib.b": lib/b.lua:3: `},
		{"itself", "require 'lib.a'", "require 'lib.a'", "", `require "lib.a": it needs itself: lib.a → lib.a`},
		{"a ring", "require 'lib.a'", "require 'lib.b'", "require 'lib.a'", `lib/b.lua:1: require "lib.a": it needs itself: lib.a → lib.b → lib.a`},
		{"a ring further on", "require 'lib.a'", "require 'lib.b'", "require 'lib.b'", `lib/b.lua:1: require "lib.b": it needs itself: lib.b → lib.b`},
		{"error when loaded", "require 'lib.a'", "\nerror('no')", "", "t.lua: its library lib/a.lua:2: no"},
		{"endless", "require 'lib.a'", "while true do end", "", "t.lua: its library lib/a.lua: took too long"},
		{"a hook", "require 'lib.a'", "bellhop.on('dtmf', print)", "", "t.lua: its library lib/a.lua: registers a hook"},
		{"an effect", "require 'lib.a'", "bellhop.alert('x')", "", "lib/a.lua:1: bellhop.alert works only inside a hook"},
		{"what is kept", "require 'lib.a'", "local n = 0 return function() n = n + 1 return n end", "", `lib/a.lua:1: "n" belongs to the file`},
		{"not UTF-8", "require 'lib.a'", "\xff", "", "UTF-8"},
		{"too long", "require 'lib.a'", "--" + strings.Repeat("x", maxSource), "", "256 KiB"},
		{"outside", "require 'lib.../t'", "", "", `hooks have require "bellhop", and "lib.NAME"`},
		{"above", "require '../t'", "", "", `hooks have require "bellhop", and "lib.NAME"`},
		{"below", "require 'lib.a.b'", "", "", `hooks have require "bellhop", and "lib.NAME"`},
		{"a module", "require 'socket'", "", "", `hooks have require "bellhop", and "lib.NAME"`},
		{"by another name", "local r = require r 'lib.a'", "", "", `the name of a library must stand there as a text: require "lib.a"`},
		{"put together", "require('lib.' .. 'a')", "", "", "must stand there as a text"},
		{"what only a library has", "require 'lib.a' local n = 'lib.b' require(n)", "require 'lib.b'", "", "must stand there as a text"},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := Options{Limits: Limits{Deadline: 200 * time.Millisecond}}
			s, err := load(t, opts, map[string]string{"t.lua": row.text, "ok.lua": tells("fine"), "lib/a.lua": row.a, "lib/b.lua": row.b})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("fault %v, want %s", err, row.want)
			}
			if got := saidBy(t, s, "ok.lua"); got != "fine" {
				t.Errorf("another file says %q", got)
			}
		})
	}
}

func TestTooManyLibraries(t *testing.T) {
	files := map[string]string{}
	for i := range maxLibraries + 1 {
		name := fmt.Sprintf("n%d", i)
		files["lib/"+name+".lua"] = ""
		files["t.lua"] += fmt.Sprintf("require 'lib.%s'\n", name)
	}
	if _, err := load(t, Options{}, files); err == nil || !strings.Contains(err.Error(), "t.lua:33: require \"lib.n32\": more than 32 libraries") {
		t.Errorf("fault %v", err)
	}
	delete(files, "lib/n0.lua")
	files["t.lua"] = strings.TrimPrefix(files["t.lua"], "require 'lib.n0'\n")
	mustLoad(t, Options{}, files)
}

// What a hook does while it runs to a library's globals, or to a library that
// another file has, comes to nothing.
func TestLibrariesAreApart(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{
		"lib/l.lua": `count = 5 return { of = function(n) return n + count end, write = function() _G.count = 6 end }`,
		"a.lua": `local bellhop, lib = require "bellhop", require "lib.l"
lib.of = function() return "mine" end
bellhop.on("dtmf", function() bellhop.log(lib.of(1), tostring(count)) end)`,
		"b.lua": saysOf("lib.l"),
		"c.lua": `local bellhop, lib = require "bellhop", require "lib.l" bellhop.on("dtmf", function() lib.write() end)`,
	})
	for file, want := range map[string]string{"a.lua": "mine nil", "b.lua": "8", "c.lua": `global "count" cannot be written once the file is loaded`} {
		if got := saidBy(t, s, file); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %s", file, got, want)
		}
	}
	s2, err := load(t, Options{}, map[string]string{"lib/l.lua": prices, "t.lua": "local lib = require 'lib.l'\nbellhop.on('dtmf', function() lib.of = nil end)"})
	if err == nil || !strings.Contains(err.Error(), `table "lib" belongs to the file`) {
		t.Errorf("%v, %v", s2, err)
	}
}

// A library that changes reloads the files that need it, and no others; one that
// breaks keeps what was in use, and says so of each file.
func TestLibraryReloads(t *testing.T) {
	ran := map[string]int{}
	opts := Options{Examples: func(_ *Set, file string) error { ran[file]++; return nil }}
	files := map[string]string{"a.lua": saysOf("lib.prices"), "b.lua": saysOf("lib.deep"), "c.lua": tells("c"),
		"lib/deep.lua": `return require "lib.prices"`, "lib/prices.lua": prices}
	one := mustLoad(t, opts, files)
	versions := func(s *Set) map[string]string {
		all := map[string]string{}
		for _, f := range s.Files() {
			all[f.Name] = f.Version
		}
		return all
	}
	opts.Before = one
	same := mustLoad(t, opts, files)
	if fmt.Sprint(versions(same)) != fmt.Sprint(versions(one)) || ran["a.lua"] != 1 {
		t.Errorf("the same again: %v, then %v; examples %v", versions(one), versions(same), ran)
	}
	files["lib/prices.lua"] = strings.Replace(prices, "n * 2", "n * 5", 1)
	two := mustLoad(t, opts, files)
	was, is := versions(one), versions(two)
	if was["a.lua"] == is["a.lua"] || was["b.lua"] == is["b.lua"] || was["c.lua"] != is["c.lua"] {
		t.Errorf("versions %v, then %v", was, is)
	}
	if ran["a.lua"] != 2 || ran["b.lua"] != 2 || ran["c.lua"] != 1 {
		t.Errorf("examples ran %v", ran)
	}
	if got := saidBy(t, two, "a.lua") + saidBy(t, two, "b.lua"); got != "1515" {
		t.Errorf("with the changed library: %s", got)
	}
	opts.Before = two
	for name, text := range map[string]string{"compiled": "(", "loaded": "error('no')", "gone": ""} {
		files["lib/prices.lua"] = text
		if name == "gone" {
			delete(files, "lib/prices.lua")
		}
		three, err := load(t, opts, files)
		if got := saidBy(t, three, "a.lua") + saidBy(t, three, "b.lua"); got != "1515" {
			t.Errorf("%s: in use is %s", name, got)
		}
		told := map[string]bool{}
		for _, err := range split(err) {
			var f *LoadFault
			if errors.As(err, &f) && f.Instead == InsteadBefore && strings.Contains(f.Message, "lib/prices.lua") {
				told[f.File] = true
			}
		}
		if len(told) != 2 || !told["a.lua"] || !told["b.lua"] {
			t.Errorf("%s: told of %v: %v", name, told, err)
		}
	}
}

// An error within a library names it, and by which way the hook came there.
func TestErrorInALibrary(t *testing.T) {
	s := mustLoad(t, Options{}, map[string]string{"t.lua": saysOf("lib.l"), "lib/l.lua": "return {\n of = function(n)\n  error('no price') end }"})
	got := s.Run(context.Background(), "t.lua:dtmf:1", input(dialled("1203", "1")))
	if got.Err == nil || got.Err.Error() != "error: lib/l.lua:3: no price (called from t.lua:2)" {
		t.Errorf("error %v", got.Err)
	}
	s = mustLoad(t, Options{}, map[string]string{"t.lua": saysOf("lib.l"), "lib/l.lua": "return {\n of = function(n)\n  bellhop.log(n) return n end }"})
	trace := s.Trace(context.Background(), "t.lua:dtmf:1", input(dialled("1203", "1")))
	if len(trace.Calls) != 2 || trace.Calls[0].File != "lib/l.lua" || trace.Calls[0].Line != 3 || trace.Calls[1].File != "" || trace.Calls[1].Line != 2 {
		t.Errorf("trace %+v", trace)
	}
}

func TestLibrariesAreCheckedAndTested(t *testing.T) {
	dir := fstest.MapFS{}
	for name, text := range map[string]string{
		"t.lua": saysOf("lib.used"), "lib/used.lua": prices + "\n-- " + "x", "lib/unused.lua": "\nlocal x =", "lib/slip.lua": "\nreturn belhop.money",
		"lib/used_test.lua": "local lib = require 'lib.used'\ntest.case('twice', function() test.equal(lib.of(2), 4) end)\ntest.case('thrice', function() test.equal(lib.of(2), 6) end)",
		"t_test.lua":        "test.case('log', function() test.event { 'dtmf', room = '1', digits = '1' } test.equal(test.log(), { '6' }) end)",
	} {
		dir[name] = &fstest.MapFile{Data: []byte(text)}
	}
	c := Check(dir, Options{})
	if c.Files != 1 || c.Libraries != 3 || c.Hooks != 1 || len(c.Faults) != 1 || !strings.Contains(c.Faults[0].Error(), "lib/unused.lua:2: ") {
		t.Errorf("%+v", c)
	}
	if len(c.Warnings) != 1 || c.Warnings[0].File != "lib/slip.lua" || c.Warnings[0].Line != 2 {
		t.Errorf("warnings %+v", c.Warnings)
	}
	r := RunTests(context.Background(), dir, TestOptions{Cover: true})
	if len(r.Faults) > 0 || len(r.Results) != 3 || r.Failed() != 1 {
		t.Fatalf("%+v", r)
	}
	covered := map[string]FileCoverage{}
	for _, f := range r.Coverage {
		covered[f.File] = f
	}
	if f := covered["lib/used.lua"]; f.Ran == 0 || len(f.Missed) > 0 {
		t.Errorf("coverage %+v", r.Coverage)
	}
	r = RunTests(context.Background(), dir, TestOptions{Cover: true, Files: []string{"t.lua"}})
	if len(r.Results) != 1 || r.Failed() != 0 || len(r.Coverage) != 2 || r.Coverage[1].File != "lib/used.lua" || r.Coverage[1].Ran == 0 {
		t.Errorf("named: %+v", r)
	}
	lib := EmptyLibrary("prices")
	r = RunTests(context.Background(), fstest.MapFS{"lib/prices.lua": {Data: lib.Text}, "lib/prices_test.lua": {Data: lib.Test}}, TestOptions{Options: Options{Currency: "CNY"}})
	if len(r.Results) != 1 || r.Failed() != 0 {
		t.Errorf("an empty library: %+v", r)
	}
}

// FuzzLibraries loads a file and two libraries of whatever text: nothing panics,
// all of it ends, and what a file needs is loaded before it.
func FuzzLibraries(f *testing.F) {
	f.Add(saysOf("lib.a"), prices, prices)
	f.Add("require 'lib.a'", "require 'lib.b'", "require 'lib.a'")
	f.Add("return require('lib.' .. 'a')", "error({})", "bellhop.on('dtmf', print)")
	f.Fuzz(func(t *testing.T, text, a, b string) {
		dir := fstest.MapFS{"t.lua": {Data: []byte(text)}, "lib/a.lua": {Data: []byte(a)}, "lib/b.lua": {Data: []byte(b)}}
		s, _ := Load(dir, Options{Limits: Limits{Deadline: 20 * time.Millisecond}})
		defer s.Close()
		for _, unit := range s.Match(dialled("1203", "1")) {
			s.Run(context.Background(), unit, input(dialled("1203", "1")))
		}
		for _, src := range s.sources {
			for i, lib := range src.libs {
				for _, needed := range lib.requires {
					file, _ := libraryFile(needed.name)
					if at := indexOf(src.libs, file); at < 0 || at >= i {
						t.Errorf("%s is loaded at %d and needs %s, which is at %d", lib.name, i, file, at)
					}
				}
			}
		}
	})
}

func indexOf(list []*source, name string) int {
	for i, src := range list {
		if src.name == name {
			return i
		}
	}
	return -1
}
