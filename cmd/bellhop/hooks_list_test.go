package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/agent"
	"bellhop/luahooks"
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
		{"", "hooks accept own.lua", "", "nothing of own.lua waits to be accepted", 1},
		{"", "hooks accept", "", "hooks accept needs FILE", 2},
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

func TestWhatWaitsIsTold(t *testing.T) {
	for want, w := range map[string]agent.HookWait{
		"9 events and 7 runs of the last 7d were replayed, 3 would be otherwise, of 2 nobody can be sure": {Over: "7d", Replay: &luahooks.ReplaySum{Events: 9, Runs: 7, Changed: 2, Failed: 1, Approximate: 2}},
		"the replay of 7d did not come to its end: no":                                                    {Over: "7d", Error: "no"},
	} {
		c := &call{zone: time.UTC}
		text := c.hookFaults(agent.HooksState{Files: []agent.HookFile{{File: "a.lua", Waits: &w}}})
		if !strings.Contains(text, want) || !strings.Contains(text, `"bellhop hooks accept a.lua"`) {
			t.Errorf("%s", text)
		}
	}
}
