package luahooks

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

// A library is a file of the folder lib within the hotel's hooks: require
// "lib.prices" gives what lib/prices.lua returns. Each file that requires it has a
// copy of its own: what one file does to it by mistake, no other meets.

// LibraryFolder is where libraries are, within the folder of hooks.
const LibraryFolder = "lib"

// maxLibraries bounds what one file requires, in all.
const maxLibraries = 32

// libraryNames are what require takes.
var libraryNames = regexp.MustCompile(`^lib\.([A-Za-z0-9_-]{1,64})$`)

// libraryFile is the file of a library's name; false when it is no such name.
func libraryFile(name string) (file string, ok bool) {
	m := libraryNames.FindStringSubmatch(name)
	if m == nil {
		return "", false
	}
	return LibraryFolder + "/" + m[1] + ".lua", true
}

// isLibrary tells the file of a library from one of hooks, and from tests.
func isLibrary(file string) bool {
	return strings.HasPrefix(file, LibraryFolder+"/") && !isTestFile(file)
}

// requirement is a library that a source names.
type requirement struct {
	name string // "lib.prices"
	line int
}

// required notes a library that a call requires. What a file requires is known
// before it runs: its version is made of it.
func (c *checker) required(call *ast.FuncCallExpr) {
	fn, isName := call.Func.(*ast.IdentExpr)
	if !isName || fn.Value != "require" || len(call.Args) != 1 {
		return
	}
	text, isText := call.Args[0].(*ast.StringExpr)
	if !isText {
		return // refused when it is called
	}
	if _, is := libraryFile(text.Value); !is || slices.ContainsFunc(c.requires, func(r requirement) bool { return r.name == text.Value }) {
		return
	}
	c.requires = append(c.requires, requirement{text.Value, call.Line()})
}

// libraries reads the libraries of a folder, each once: all files that are
// loaded together find the same.
type libraries struct {
	text    func(file string) ([]byte, error)
	compile func(name string, text []byte) (*source, []*LoadFault)
	known   map[string]*source // by the file's name
	faults  map[string]error
}

func newLibraries(dir fs.FS) *libraries {
	text := func(file string) ([]byte, error) {
		if dir == nil {
			return nil, fs.ErrNotExist
		}
		return readSource(dir, file)
	}
	return &libraries{text: text, compile: compile, known: map[string]*source{}, faults: map[string]error{}}
}

// read gives a library that is compiled and not linked.
func (l *libraries) read(file string) (*source, error) {
	if src := l.known[file]; src != nil {
		return src, nil
	}
	if err := l.faults[file]; err != nil {
		return nil, err
	}
	src, err := l.readNow(file)
	if err != nil {
		l.faults[file] = err
		return nil, err
	}
	l.known[file] = src
	return src, nil
}

func (l *libraries) readNow(file string) (*source, error) {
	text, err := l.text(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &LoadFault{File: file, Message: "is not there"}
	}
	if err != nil {
		return nil, &LoadFault{File: file, Message: err.Error()}
	}
	src, faults := l.compile(file, text)
	if len(faults) > 0 {
		return nil, faults[0]
	}
	return src, nil
}

// link gives a compiled source the libraries that it needs, and its version.
func (l *libraries) link(src *source) *LoadFault {
	src.libs = nil
	if err := l.gather(src, src, nil); err != nil {
		return err
	}
	src.version = versionOf(src.text, src.libs...)
	return nil
}

// gather adds to root what from requires, what is needed first before what needs
// it. way are the libraries that led to from.
func (l *libraries) gather(root, from *source, way []string) *LoadFault {
	for _, r := range from.requires {
		fault := func(reason string) *LoadFault {
			return &LoadFault{File: from.name, Line: r.line, Message: fmt.Sprintf("require %q: %s", r.name, reason)}
		}
		if at := slices.Index(way, r.name); at >= 0 {
			return fault("it needs itself: " + strings.Join(append(slices.Clone(way[at:]), r.name), " → "))
		}
		file, _ := libraryFile(r.name)
		if slices.ContainsFunc(root.libs, func(s *source) bool { return s.name == file }) {
			continue
		}
		lib, err := l.read(file)
		if err != nil {
			return fault(err.Error())
		}
		if err := l.gather(root, lib, append(slices.Clone(way), r.name)); err != nil {
			return fault(err.Error())
		}
		if len(root.libs) == maxLibraries {
			return fault(fmt.Sprintf("more than %d libraries are needed in all", maxLibraries))
		}
		root.libs = append(root.libs, lib)
	}
	return nil
}

// loadLibraries runs the libraries of a source and gives what they return.
func (v *vm) loadLibraries(src *source) (map[string]lua.LValue, error) {
	given := make(map[string]lua.LValue, len(src.libs))
	for _, lib := range src.libs {
		value, err := v.loadLibrary(lib, given)
		if err != nil {
			f := loadFault(lib.name, err)
			return nil, &LoadFault{File: src.name, Message: "its library " + f.Error()}
		}
		given[lib.name] = value
	}
	return given, nil
}

func (v *vm) loadLibrary(lib *source, given map[string]lua.LValue) (lua.LValue, error) {
	fn := v.lua.NewFunctionFromProto(lib.proto)
	fn.Env = v.environment(lib, given)
	v.pcg.Seed(0, 0)
	v.loading = &loading{src: lib}
	defer func() { v.loading = nil }()
	value, err := v.callFor(fn)
	if err == nil && len(v.loading.hooks) > 0 {
		err = errors.New("registers a hook; a library gives functions to files that do")
	}
	return value, err
}

// callFor runs a file and gives the first value that it returns; true for none,
// as Lua has it.
func (v *vm) callFor(fn *lua.LFunction) (lua.LValue, error) {
	value := lua.LValue(lua.LTrue)
	err := v.call(noContext, v.lua.NewFunction(func(L *lua.LState) int {
		L.Push(fn)
		L.Call(0, 1)
		if got := L.Get(-1); got != lua.LNil {
			value = got
		}
		return 0
	}))
	return value, err
}

// require is the function of that name in a file.
func (v *vm) require(src *source, given map[string]lua.LValue) *lua.LFunction {
	api := v.base.RawGetString("bellhop")
	return v.lua.NewFunction(func(L *lua.LState) int {
		name := L.CheckString(1)
		file, is := libraryFile(name)
		needs := slices.ContainsFunc(src.requires, func(r requirement) bool { return r.name == name })
		switch {
		case name == "bellhop":
			L.Push(api)
		case !is:
			L.RaiseError(`require %q: hooks have require "bellhop", and "lib.NAME" for lib/NAME.lua in the folder of hooks`, clip(name, 100))
		case !needs:
			L.RaiseError(`require %q: the name of a library must stand there as a text: require "%s"`, name, name)
		default:
			L.Push(given[file])
		}
		return 1
	})
}
