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

// credentials reads the config's source: the third word of each secret. Those
// whose words are named have none, as they come from a file alone.
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
			if c, ok := n.(*ast.CompositeLit); ok {
				if kind, ok := c.Type.(*ast.Ident); ok && kind.Name == "secret" {
					names = append(names, credential(t, c)...)
				}
			}
			return true
		})
	}
	if !slices.Contains(names, "pbx") {
		t.Fatalf("the credentials %v are not all: pbx is missing", names)
	}
	return names
}

func credential(t *testing.T, secret *ast.CompositeLit) []string {
	t.Helper()
	var word ast.Expr
	for i, element := range secret.Elts {
		named, ok := element.(*ast.KeyValueExpr)
		switch {
		case ok && named.Key.(*ast.Ident).Name == "credential":
			word = named.Value
		case !ok && i == 2:
			word = element
		}
	}
	if word == nil {
		return nil
	}
	text, ok := word.(*ast.BasicLit)
	if !ok {
		t.Fatal("a secret's credential is no text: this test cannot read it")
	}
	name, err := strconv.Unquote(text.Value)
	if err != nil {
		t.Fatal(err)
	}
	return []string{name}
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
