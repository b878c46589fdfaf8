package main

import (
	"encoding/json"
	"fmt"
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

// priced reports what a hook file says that the ice costs.
func priced(amount int) string {
	return fmt.Sprintf(`local bellhop = require "bellhop"
bellhop.cron("0 3 * * *", "ice", function() bellhop.report { name = "ice", title = "ice costs %d" } end)
`, amount)
}

// TestHookIsAccepted goes the way of a changed file with [hooks] replay: it waits,
// is looked at, accepted, and the next event is run on it.
func TestHookIsAccepted(t *testing.T) {
	h := serveHooks(t, `replay = "7d"`, map[string]string{"hooks/own.lua": priced(5)})
	costs := func(when, want string) {
		t.Helper()
		h.must("cron", "run", "ice")
		if out := h.must("report", "show", "ice"); !strings.Contains(out, "ice costs "+want) {
			t.Errorf("%s: want %s: %s", when, want, out)
		}
	}
	own := func() (f agent.HookFile) {
		t.Helper()
		for line := range strings.Lines(h.must("hooks", "list", "--json")) {
			if strings.Contains(line, `"file":"own.lua"`) {
				check(t, json.Unmarshal([]byte(line), &f))
			}
		}
		return f
	}
	costs("at first", "5")
	first := own().Version
	h.save("hooks/own.lua", priced(7))
	h.must("hooks", "reload")
	costs("while it waits", "5")

	waits := own().Waits
	if waits == nil || own().Version != first || waits.Version == first || waits.Replay == nil || waits.Replay.Changed != 1 {
		t.Fatalf("%+v, %+v", own(), waits)
	}
	for _, c := range []struct {
		args, out, err string
		code           int
	}{
		{"hooks list", "own.lua: version " + waits.Version + " waits since ", "", 0},
		{"hooks list", `"bellhop hooks accept own.lua": 1 event and 1 runs of the last 7d were replayed, 1 would be otherwise`, "", 0},
		{"alerts list", waits.Version, "", 0},
		{"hooks replay --hook own.lua", "report: 2 changed, 0 new, 0 gone", "", 0}, // what ran while it waited, too
		{"hooks accept own.lua --version " + first, "", "own.lua has changed since: version " + waits.Version + " waits now", 1},
		{"hooks accept other.lua", "", "nothing of other.lua waits", 1},
		{"hooks accept own.lua --version " + waits.Version, "own.lua is accepted: 7 files", "", 0},
		{"hooks accept own.lua", "", "nothing of own.lua waits", 1},
	} {
		if code, out, errOut := h.bellhop(strings.Fields(c.args)...); code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errOut, c.err) {
			t.Errorf("%s: %d, out %q, err %q", c.args, code, out, errOut)
		}
	}
	if f := own(); f.Version != waits.Version || f.Waits != nil {
		t.Errorf("accepted: %+v, %+v", f, f.Waits)
	}
	if out := h.must("hooks", "list"); strings.Contains(out, "waits") {
		t.Errorf("it waits still: %s", out)
	}
	costs("accepted", "7")
	if out := h.must("hooks", "replay", "--hook", "own.lua", "--since", "1m"); !strings.Contains(out, "2 changed") {
		t.Errorf("what was done on the version before is compared with: %s", out)
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
