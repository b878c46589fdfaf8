package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/agent"
	"bellhop/config"
)

// servedHooks is a running agent with files of hooks, without a PBX and a PMS.
type servedHooks struct {
	t         *testing.T
	dir, file string // its folder, and its config in it
	agent     *agent.Agent
	end       func()
}

// serveHooks writes files into a folder, of which hooks is that of the agent, and
// serves it. more stands in the config's section of hooks.
func serveHooks(t *testing.T, more string, files map[string]string) *servedHooks {
	t.Helper()
	h := &servedHooks{t: t, dir: t.TempDir()}
	h.file = filepath.Join(h.dir, "b.toml")
	h.save("b.toml", fmt.Sprintf(`[hotel]
timezone = "Asia/Shanghai"
country = "CN"
currency = "CNY"
[pbx]
driver = "none"
[hooks]
dir = "%[1]s/hooks"
%[2]s
[api]
listen = ""
socket = "%[1]s/s"
[store]
path = "%[1]s/b.db"
`, h.dir, more))
	for name, text := range files {
		h.save(name, text)
	}
	cfg, err := config.Load(h.file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- serve(ctx, cfg, slog.New(slog.DiscardHandler), func(_ context.Context, a *agent.Agent) {
			h.agent = a
			close(ready)
		})
	}()
	h.end = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		ended <- nil
	}
	t.Cleanup(func() { h.end() })
	select {
	case <-ready:
	case err := <-ended:
		ended <- nil
		t.Fatal(err)
	}
	return h
}

func (h *servedHooks) save(name, text string) {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	check(h.t, os.MkdirAll(filepath.Dir(path), 0o700))
	check(h.t, os.WriteFile(path, []byte(text), 0o600))
}

func (h *servedHooks) bellhop(args ...string) (code int, out, errOut string) {
	var o, e strings.Builder
	code = run(h.t.Context(), append(args, "-c", h.file), &o, &e)
	return code, o.String(), e.String()
}

// must runs a command that goes well, and gives what it prints.
func (h *servedHooks) must(args ...string) string {
	h.t.Helper()
	code, out, errOut := h.bellhop(args...)
	if code != 0 {
		h.t.Fatalf("bellhop %s: %d, %s%s", args, code, out, errOut)
	}
	return out
}
