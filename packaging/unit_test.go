package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var testRelease = release{root: "..", version: "1.2.3", time: time.Date(2026, 11, 22, 7, 18, 0, 0, time.UTC)}

// The unit gives the service each secret that the program looks for, an empty
// line where there is none: otherwise a hotel without a PMS would not start.
func TestUnitGivesEachSecret(t *testing.T) {
	unit := string(text("systemd/bellhop.service"))
	for _, name := range credentials(t) {
		for _, line := range []string{
			"SetCredential=" + name + `:\n`,
			"LoadCredential=" + name + ":/etc/bellhop/secrets/" + name,
		} {
			if !strings.Contains(unit, "\n"+line+"\n") {
				t.Errorf("the unit has no line %s", line)
			}
		}
	}
}

// credentials reads the config's source: the third word of each secret.
func credentials(t *testing.T) (names []string) {
	t.Helper()
	sources, err := filepath.Glob("../config/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			c, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if kind, ok := c.Type.(*ast.Ident); ok && kind.Name == "secret" && len(c.Elts) > 2 {
				word, ok := c.Elts[2].(*ast.BasicLit)
				if !ok {
					t.Fatalf("%s: a secret's credential is no text: this test cannot read it", source)
				}
				name, err := strconv.Unquote(word.Value)
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, name)
			}
			return true
		})
	}
	if !slices.Contains(names, "pbx") {
		t.Fatalf("the credentials %v are not all: pbx is missing", names)
	}
	return names
}

// What makes the service safer says why, beside it.
func TestEachLineOfTheUnitHasAReason(t *testing.T) {
	lines := strings.Split(string(text("systemd/bellhop.service")), "\n")
	free := regexp.MustCompile(`^(Description|Documentation|Type|NotifyAccess|ExecStart|Group|WantedBy|Restart|RestartSec|UMask|TimeoutStopSec|AmbientCapabilities|NoNewPrivileges|TasksMax)=`)
	reason := false
	for n, line := range lines {
		switch {
		case strings.HasPrefix(line, "#"):
			reason = true
		case line == "" || strings.HasPrefix(line, "["):
			reason = false
		case !reason && !free.MatchString(line):
			t.Errorf("line %d says no reason: %s", n+1, line)
		}
	}
}
