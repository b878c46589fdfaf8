// Package bellhop_test holds the house's arrows: who may import whom.
package bellhop_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// floors lists, for each package that may be imported by others of this
// module, the packages of this module that it may import itself. An arrow
// that is not here is a design fault: move the word down into hotel, or the
// decision up.
var floors = map[string][]string{
	"bellhop/hotel":       {},
	"bellhop/config":      {},
	"bellhop/store":       {"bellhop/hotel"},
	"bellhop/pbx":         {"bellhop/hotel"},
	"bellhop/pbx/yeastar": {"bellhop/hotel", "bellhop/pbx"},
	"bellhop/pms":         {"bellhop/hotel"},
	"bellhop/pms/pmstest": {"bellhop/pms"},
	"bellhop/pms/webhook": {"bellhop/hotel", "bellhop/pms"},
	"bellhop/luahooks":    {"bellhop/hotel"},
	"bellhop/dialplan":    {"bellhop/hotel"},
	"bellhop/sounds":      {"bellhop/hotel"},
	"bellhop/install":     {},
	"bellhop/sim":         {"bellhop/hotel"},
	"bellhop/agent":       {"bellhop/hotel", "bellhop/config", "bellhop/store", "bellhop/pbx", "bellhop/pms", "bellhop/luahooks", "bellhop/site"},
	"bellhop/site":        {"bellhop/hotel", "bellhop/config", "bellhop/dialplan", "bellhop/sounds", "bellhop/install"},
	"bellhop/api":         {"bellhop/hotel", "bellhop/config", "bellhop/agent"},
}

// homes lists where a library may be used: only one package knows what it
// stands for.
var homes = map[string][]string{
	"go.etcd.io/bbolt":                           {"bellhop/store", "bellhop/cmd/bellhop"}, // the latter to be compared with
	"github.com/hashicorp/go-immutable-radix/v2": {"bellhop/store"},
	"github.com/yuin/gopher-lua":                 {"bellhop/luahooks"},
	"github.com/pelletier/go-toml/v2":            {"bellhop/config"},
	"github.com/robfig/cron/v3":                  {"bellhop/agent"},
	"github.com/VictoriaMetrics/metrics":         {"bellhop/api"},
}

func TestLibrariesStayAtHome(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "./...").Output()
	if err != nil {
		t.Fatalf("list packages: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		for _, imported := range words[1:] {
			if words[0] == "bellhop/hotel" && strings.Contains(imported, ".") {
				t.Errorf("hotel imports %s: it holds words and rules alone", imported)
			}
			for library, packages := range homes {
				if strings.HasPrefix(imported+"/", library+"/") && !slices.Contains(packages, words[0]) {
					t.Errorf("%s imports %s, which is at home in %v", words[0], library, packages)
				}
			}
		}
	}
}

func TestArrowsRunDown(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "./...").Output()
	if err != nil {
		t.Fatalf("list packages: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		from, imports := words[0], words[1:]
		if from == "bellhop" || strings.HasPrefix(from, "bellhop/cmd/") || strings.HasPrefix(from+"/", "bellhop/e2e/") {
			continue
		}
		allowed, known := floors[from]
		if !known {
			t.Errorf("%s has no place in the house: add it to floors", from)
			continue
		}
		for _, to := range imports {
			if strings.HasPrefix(to, "bellhop/") && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: that arrow does not run down", from, to)
			}
		}
	}
}
