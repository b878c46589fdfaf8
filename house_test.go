// Package bellhop_test holds the house's arrows: who may import whom.
package bellhop_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors lists, for each package that may be imported by others of this
// module, the packages of this module that it may import itself; a key may be
// a pattern. An arrow that is not here is a design fault: move the word down
// into hotel, or the decision up.
var floors = map[string][]string{
	"hotel":              {},
	"config":             {},
	"sabotage":           {},
	"box":                {},
	"store":              {"hotel", "sabotage"},
	"pbx":                {"hotel"},
	"pinyin":             {},
	"pbx/*":              {"hotel", "pbx", "pinyin"}, // the drivers and the contract that each passes
	"pms":                {"hotel"},
	"pms/*":              {"hotel", "pms"},
	"luahooks":           {"hotel"},
	"dialplan":           {"hotel"},
	"sounds":             {"hotel", "sounds/mp3"},
	"sounds/mp3":         {},
	"sounds/makeprompts": {"sounds"}, // makes the recordings that are embedded there
	"install":            {},
	"sim":                {"hotel"},
	"site":               {"hotel", "config", "box", "pbx", "dialplan", "sounds", "install"},
	"agent":              {"hotel", "config", "box", "store", "pbx", "pms", "luahooks", "site", "backup", "sabotage"},
	"backup":             {"install"},
	"update":             {"hotel", "store", "sabotage"}, // the first for its tests
	"api":                {"hotel", "config", "site", "agent"},
	"web":                {"hotel", "config", "api"},
	"e2e/need":           {},
	"e2e/asterisk":       {anything},
	"cmd/bellhop":        {anything},
	"e2e":                {anything},
	"e2e/lossy":          {"hotel", "store", "e2e/need"}, // the first two for its tests
	"e2e/rig":            {anything},
	"e2e/faults/table":   {anything},
	"e2e/faults":         {anything},
	"e2e/size":           {anything},
	"e2e/quarter":        {anything},
	"e2e/packages":       {"e2e/need", "sabotage"},
	"e2e/update":         {anything},
	// The two sides of a machine's power: what they agree on, and its first program.
	"e2e/faults/guest":      {"sim"},
	"e2e/faults/guest/init": {anything},
}

const anything = "*"

// forTests lists what the tests of every floor may import besides: the other
// side that a driver talks to, the contracts, and what a test needs of the
// machine.
var forTests = []string{"sim", "pbx/pbxtest", "pms/pmstest", "e2e/need"}

// homes lists where a library may be used: only one package knows what it
// stands for.
var homes = map[string][]string{
	"filippo.io/age":   {"backup"},
	"go.etcd.io/bbolt": {"store", "cmd/bellhop"}, // the latter to be compared with
	"github.com/hashicorp/go-immutable-radix/v2": {"store"},
	"github.com/yuin/gopher-lua":                 {"luahooks"},
	"github.com/pelletier/go-toml/v2":            {"config"},
	"github.com/robfig/cron/v3":                  {"agent"},
	"github.com/VictoriaMetrics/metrics":         {"api"},
	"github.com/pkg/sftp":                        {"install", "sim"},
	"github.com/jlaffaye/ftp":                    {"install", "sim"},
	"github.com/wneessen/go-mail":                {"agent"},
	"github.com/hanwen/go-fuse/v2":               {"e2e/lossy"},
	"github.com/mewkiz/flac":                     {"sounds"},
	"aead.dev/minisign":                          {"update", "e2e/update", "e2e/packages"}, // the latter two sign
	"github.com/cavaliergopher/cpio":             {"update"},
	"golang.org/x/mod":                           {"update"},
	"github.com/jfreymuth/vorbis":                {"sounds"},
	"github.com/pion/opus":                       {"sounds"},
}

// TestArrowsRunDown goes by the files and not by what go would build of them
// here, so that it sees those for other systems too.
func TestArrowsRunDown(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || isModule(name)) {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		files++
		// Read here, so that go knows when the result is out of date.
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if fault := judge(filepath.ToSlash(name), imported); fault != "" {
				t.Errorf("%s imports %s: %s", name, imported, fault)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("only %d files looked at", files)
	}
}

func isModule(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil
}

// judge says what is wrong with the file importing the package, if anything.
func judge(file, imported string) string {
	from := path.Dir(file)
	test := strings.HasSuffix(file, "_test.go")
	allowed, known := floor(from)
	if !known && from != "." {
		return from + " has no place in the house: add it to floors"
	}
	if to, ours := strings.CutPrefix(imported, "bellhop/"); ours {
		switch {
		case from == to && test, slices.Contains(allowed, anything), slices.Contains(allowed, to):
			return ""
		case test && slices.Contains(forTests, to):
			return ""
		}
		return "that arrow does not run down"
	}
	if domain, _, _ := strings.Cut(imported, "/"); strings.Contains(domain, ".") && from == "hotel" {
		return "hotel holds words and rules alone"
	}
	for library, packages := range homes {
		if strings.HasPrefix(imported+"/", library+"/") && !slices.Contains(packages, from) {
			return "that library is at home in " + strings.Join(packages, " and ")
		}
	}
	return ""
}

// floor gives what a package may import of this module.
func floor(from string) (allowed []string, known bool) {
	if allowed, known = floors[from]; known {
		return allowed, true
	}
	for pattern, allowed := range floors {
		if fits, _ := path.Match(pattern, from); fits {
			return allowed, true
		}
	}
	return nil, false
}

// TestJudge holds what the tables above must not come to allow.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		file, imported string
		allowed        bool
	}{
		{"hotel/a.go", "time", true},
		{"hotel/a.go", "bellhop/config", false},
		{"hotel/a.go", "golang.org/x/sys/unix", false},
		{"hotel/a_test.go", "golang.org/x/sys/unix", false},
		{"hotel/a_test.go", "bellhop/hotel", true},
		{"sim/a.go", "bellhop/hotel", true},
		{"sim/a.go", "bellhop/pbx/yeastar", false},
		{"sim/a_test.go", "bellhop/pbx/yeastar", false},
		{"sim/a.go", "bellhop/pms/webhook", false},
		{"pbx/yeastar/a.go", "bellhop/pbx", true},
		{"pbx/yeastar/a.go", "bellhop/pinyin", true},
		{"pbx/yeastar/a.go", "bellhop/store", false},
		{"pbx/yeastar/a.go", "bellhop/pbx/qianliang", false},
		{"pbx/yeastar/a.go", "bellhop/sim", false},
		{"pbx/yeastar/a_test.go", "bellhop/sim", true},
		{"pbx/yeastar/a_test.go", "bellhop/agent", false},
		{"agent/a.go", "bellhop/sim", false},
		{"agent/a.go", "bellhop/pbx/yeastar", false},
		{"agent/a.go", "bellhop/api", false},
		{"api/a.go", "bellhop/sim", false},
		{"store/a.go", "bellhop/luahooks", false},
		{"site/a.go", "bellhop/pbx", true},
		{"site/a.go", "bellhop/pbx/yeastar", false},
		{"site/a.go", "bellhop/store", false},
		{"pinyin/a.go", "bellhop/hotel", false},
		{"dialplan/a.go", "bellhop/sounds", false},
		{"cmd/bellhop/a.go", "bellhop/sim", true},
		{"cmd/bellhop/a.go", "github.com/yuin/gopher-lua/parse", false},
		{"e2e/a_test.go", "bellhop/sim", true},
		{"e2e/a_test.go", "go.etcd.io/bbolt", false},
		{"store/a.go", "go.etcd.io/bbolt", true},
		{"store/a.go", "go.etcd.io/bboltish", true},
		{"agent/a.go", "go.etcd.io/bbolt/errors", false},
		{"luahooks/a_test.go", "github.com/yuin/gopher-lua", true},
		{"sim/a.go", "github.com/pkg/sftp", true},
		{"site/a.go", "github.com/pkg/sftp", false},
		{"agent/a.go", "github.com/jlaffaye/ftp", false},
		{"attic/a.go", "fmt", false},
	} {
		if fault := judge(c.file, c.imported); (fault == "") != c.allowed {
			t.Errorf("%s imports %s: judged %q, and it is to be allowed: %v", c.file, c.imported, fault, c.allowed)
		}
	}
}
