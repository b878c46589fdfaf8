package luahooks

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

//go:embed shipped/*.lua
var shipped embed.FS

// maxSource bounds one hook file.
const maxSource = 256 << 10

// fileNames are what units, kv and logs can carry.
var fileNames = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}\.lua$`)

// LoadFault is one reason why a hook file is not used.
type LoadFault struct {
	File    string
	Line    int // 0: the file as a whole
	Message string
}

func (f *LoadFault) Error() string {
	if f.Line == 0 {
		return f.File + ": " + f.Message
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Message)
}

// source is one hook file, compiled; its proto is shared by all interpreters.
type source struct {
	name    string
	version string
	proto   *lua.FunctionProto
	// examples are those of its comments.
	examples []example
}

// readSources reads the shipped files and those of dir, which replace them by
// name.
func readSources(dir fs.FS) (map[string][]byte, []error) {
	texts := map[string][]byte{}
	var faults []error
	read := func(from fs.FS, root string) {
		entries, err := fs.ReadDir(from, root)
		if err != nil {
			faults = append(faults, fmt.Errorf("read the folder of hooks: %w", err))
			return
		}
		for _, e := range entries {
			name := e.Name()
			if e.IsDir() || path.Ext(name) != ".lua" || isTestFile(name) {
				continue
			}
			delete(texts, name)
			text, err := readSource(from, path.Join(root, name))
			if err != nil {
				faults = append(faults, &LoadFault{File: name, Message: err.Error()})
				continue
			}
			texts[name] = text
		}
	}
	read(shipped, "shipped")
	if dir != nil {
		read(dir, ".")
	}
	return texts, faults
}

func readSource(from fs.FS, name string) ([]byte, error) {
	if !fileNames.MatchString(path.Base(name)) {
		return nil, errors.New("the name must be letters, digits, - and _ before .lua")
	}
	info, err := fs.Stat(from, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxSource {
		return nil, fmt.Errorf("has more than %d KiB", maxSource>>10)
	}
	text, err := fs.ReadFile(from, name)
	if err != nil {
		return nil, err
	}
	if len(text) > maxSource {
		return nil, fmt.Errorf("has more than %d KiB", maxSource>>10)
	}
	if !utf8.Valid(text) {
		return nil, errors.New("is not UTF-8, and what it says would be spoilt: let the editor save it as UTF-8")
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), nil // an editor's byte order mark
}

// compile reads one source without running it.
func compile(name string, text []byte) (src *source, faults []*LoadFault) {
	defer func() {
		if r := recover(); r != nil {
			src, faults = nil, []*LoadFault{{File: name, Message: fmt.Sprintf("cannot be compiled: %v", r)}}
		}
	}()
	chunk, err := parse.Parse(bytes.NewReader(text), name)
	if err != nil {
		return nil, []*LoadFault{parseFault(name, text, err)}
	}
	if faults = check(name, chunk); len(faults) > 0 {
		return nil, faults
	}
	proto, err := lua.Compile(chunk, name)
	if err != nil {
		fault := &LoadFault{File: name, Message: err.Error()}
		var ce *lua.CompileError
		if errors.As(err, &ce) {
			fault.Line, fault.Message = ce.Line, ce.Message
		}
		return nil, []*LoadFault{fault}
	}
	sum := sha256.Sum256(text)
	return &source{name: name, version: hex.EncodeToString(sum[:])[:12], proto: proto, examples: readExamples(text)}, nil
}

func parseFault(name string, text []byte, err error) *LoadFault {
	var pe *parse.Error
	if !errors.As(err, &pe) {
		return &LoadFault{File: name, Message: err.Error()}
	}
	if pe.Pos.Line == parse.EOF {
		return &LoadFault{File: name, Line: 1 + bytes.Count(text, []byte("\n")), Message: pe.Message + " at the end of the file"}
	}
	return &LoadFault{File: name, Line: pe.Pos.Line, Message: fmt.Sprintf("%s near %q", pe.Message, pe.Token)}
}

// compileAll compiles what it can, in the order of the files' names.
func compileAll(texts map[string][]byte) (sources []*source, faults []error) {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		src, bad := compile(name, texts[name])
		for _, f := range bad {
			faults = append(faults, f)
		}
		if len(bad) == 0 {
			sources = append(sources, src)
		}
	}
	return sources, faults
}

// hasLine finds "file:line:" at the beginning of what the interpreter says.
var hasLine = regexp.MustCompile(`^([A-Za-z0-9_-]+\.lua):(\d+): ?`)
