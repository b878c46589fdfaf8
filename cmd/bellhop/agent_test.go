package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/agent"
	"bellhop/config"
)

// runningAgent serves a hotel without a PBX and a PMS, with one hook file,
// and gives its config's file.
func runningAgent(t *testing.T, hook string) string {
	t.Helper()
	return runningAgentWith(t, hook, "")
}

// runningAgentWith is the same with more in the config.
func runningAgentWith(t *testing.T, hook, more string) string {
	t.Helper()
	return runningAgentAt(t, hook, more, "listen=\"\"")
}

// runningAgentAt is the same, which answers over TCP as door says.
func runningAgentAt(t *testing.T, hook, more, door string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "b.toml")
	text := "[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\n[pbx]\ndriver=\"none\"\n[hooks]\ndir=\"" + dir + "/hooks\"\n[api]\n" + door + "\nsocket=\"" +
		dir + "/s\"\n[store]\npath=\"" + dir + "/b.db\"\n" + more
	if err := os.Mkdir(filepath.Join(dir, "hooks"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"b.toml": text, "hooks/own.lua": hook} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- serve(ctx, cfg, slog.New(slog.DiscardHandler), func(context.Context, *agent.Agent) { close(ready) })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
	}
	return file
}

// TestAJobThatFailsIsNotDone: the exit code of "cron run" and "events rerun"
// is that of what they ran.
func TestAJobThatFailsIsNotDone(t *testing.T) {
	file := runningAgent(t, `local bellhop = require "bellhop"
bellhop.cron("0 3 * * *", "good", function() end)
bellhop.cron("0 3 * * *", "bad", function() error("no ice") end)
`)
	for _, c := range []struct {
		args, out, err string
		code           int
	}{
		{"cron run good", "ran (event 1)", "", 0},
		{"cron run bad", "ran (event 2)", "no ice", 1},
		{"events rerun 2", "ran (event ", "no ice", 1},
		{"cron run none", "", `no hook has a schedule named "none"`, 1},
		{"calls --room 1%", "", "nothing to list", 0},
		{"alerts resolve a/b", "", "must be an open alert", 1},
	} {
		var out, errOut strings.Builder
		code := run(t.Context(), append(strings.Fields(c.args), "-c", file), &out, &errOut)
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) {
			t.Errorf("bellhop %s: %d, out %q, err %q", c.args, code, out.String(), errOut.String())
		}
	}
}
