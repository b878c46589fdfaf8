package luahooks

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
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

// LoadFault is one reason why a hook file is not used as it stands.
type LoadFault struct {
	File    string
	Line    int // 0: the file as a whole
	Message string
	// Instead is what is used in its place: [InsteadBefore], [InsteadShipped],
	// or empty for nothing.
	Instead string
}

// What is used in the place of a file with a fault.
const (
	InsteadBefore  = "before"  // the version that was in use before
	InsteadShipped = "shipped" // the shipped file of its name
)

func (f *LoadFault) Error() string {
	if f.Line == 0 {
		return f.File + ": " + f.Message
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Message)
}

// source is one hook file or library, compiled; its proto is shared by all interpreters
// of all Sets that use it.
type source struct {
	name    string
	version string
	text    []byte
	proto   *lua.FunctionProto
	shipped bool
	// fresh while a Load goes on that has compiled it: a fault that two files
	// have together is that of the one that is new.
	fresh bool
	// examples are those of its comments.
	examples []example
	traits
	// libs are all libraries that it needs, in the order in which they are loaded.
	// Of a library it is empty.
	libs []*source
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
	traits, faults := check(name, chunk)
	if len(faults) > 0 {
		return nil, faults
	}
	proto, err := build(chunk, name)
	if err != nil {
		fault := &LoadFault{File: name, Message: err.Error()}
		var ce *lua.CompileError
		if errors.As(err, &ce) {
			fault.Line, fault.Message = ce.Line, ce.Message
		}
		return nil, []*LoadFault{fault}
	}
	return &source{name: name, version: versionOf(text), text: text, proto: proto, examples: readExamples(text), traits: traits}, nil
}

// versionOf tells one content of a file, and of the libraries that it needs, from
// another.
func versionOf(text []byte, libs ...*source) string {
	h := sha256.New()
	h.Write(text)
	for _, lib := range libs {
		sum := sha256.Sum256(lib.text)
		h.Write(append(sum[:], lib.name...))
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
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

// hasLine finds "file:line:" at the beginning of what the interpreter says.
var hasLine = regexp.MustCompile(`^((?:lib/)?[A-Za-z0-9_-]+\.lua):(\d+): ?`)
