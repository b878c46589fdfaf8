package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHooksAreListedAndLoadedAnew(t *testing.T) {
	file := runningAgent(t, `bellhop.on("minibar", function() end)`)
	own := filepath.Join(filepath.Dir(file), "hooks", "own.lua")
	ask := func(args string) (code int, out, errOut string) {
		var o, e strings.Builder
		code = run(t.Context(), append(strings.Fields(args), "-c", file), &o, &e)
		return code, o.String(), e.String()
	}
	for _, row := range []struct {
		save, args, out, err string
		code                 int
	}{
		{"", "hooks list", "own.lua", "", 0},
		{"", "hooks list --json", `"name":"own.lua:minibar:1","kind":"minibar","calls":0`, "", 0},
		{"-- nothing", "hooks reload", "loaded: ", "", 0},
		{"(", "hooks reload", "", "not used as it stands: own.lua:1: ", 1},
		{"", "hooks list", "not used as it stands: own.lua:1: ", "", 0},
		{"", "hooks reset own.lua", "", "own.lua is not set aside", 1},
	} {
		if row.save != "" {
			if err := os.WriteFile(own, []byte(row.save), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if code, out, errOut := ask(row.args); code != row.code || !strings.Contains(out, row.out) || !strings.Contains(errOut, row.err) {
			t.Errorf("%s: %d, out %q, err %q", row.args, code, out, errOut)
		}
	}
}
