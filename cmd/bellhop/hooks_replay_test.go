package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/luahooks"
)

const fruit = `local bellhop = require "bellhop"
local prices = { ["1"] = 3000, ["2"] = 4500 }
bellhop.cron("0 3 * * *", "fruit", function(event)
  for _, room in ipairs(bellhop.rooms()) do
    bellhop.post { room = room.number, kind = "other", amount = prices[room.floor] or 1000, description = "Fruit" }
  end
end)
`

// TestHooksReplay replays against an agent that runs and, when it has ended,
// against its store: what has changed since makes no difference, another price
// does, and nothing is carried out.
func TestHooksReplay(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "b.toml")
	text := "[hotel]\ntimezone=\"Asia/Shanghai\"\ncountry=\"CN\"\ncurrency=\"CNY\"\n[pbx]\ndriver=\"none\"\n[hooks]\ndir=\"" + dir + "/hooks\"\n[api]\nlisten=\"\"\nsocket=\"" +
		dir + "/s\"\n[store]\npath=\"" + dir + "/b.db\"\n"
	tried := filepath.Join(dir, "tried")
	for name, content := range map[string]string{
		"b.toml": text, "hooks/own.lua": fruit, "tried/own.lua": strings.Replace(fruit, "4500", "4000", 1), "bad/own.lua": "local x =",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
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
	<-ready
	bellhop := func(args ...string) (code int, out, errOut string) {
		var o, e strings.Builder
		code = run(t.Context(), append(args, "-c", file), &o, &e)
		return code, o.String(), e.String()
	}
	must := func(args ...string) {
		t.Helper()
		if code, out, errOut := bellhop(args...); code != 0 {
			t.Fatalf("bellhop %s: %d, %s%s", args, code, out, errOut)
		}
	}
	rooms := func(floor string) {
		t.Helper()
		var list strings.Builder
		fmt.Fprintln(&list, "number,floor")
		for n := range 3 {
			fmt.Fprintf(&list, "10%d,%s\n", n+1, floor)
		}
		name := filepath.Join(dir, "rooms.csv")
		if err := os.WriteFile(name, []byte(list.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		must("rooms", "import", name)
	}
	rooms("2")
	must("cron", "run", "fruit")
	rooms("1") // since: what was read then is not this
	must("checkin", "101")
	_, before, _ := bellhop("folio", "101", "--json")

	try := func(when string) {
		t.Helper()
		for _, c := range []struct {
			args []string
			code int
			out  []string
			err  string
		}{
			{[]string{"--fail-on-difference"}, 0, []string{"no difference"}, ""},
			{[]string{"--hooks", tried}, 0, []string{"changed", "45.00 Fruit", "40.00 Fruit", "3 postings would change (0 new, 0 gone), total −15.00 CNY"}, ""},
			{[]string{"--hooks", tried, "--fail-on-difference"}, 1, []string{"−15.00"}, "1 run would be otherwise"},
			{[]string{"--hooks", tried, "--hook", "minibar", "--fail-on-difference"}, 0, []string{"no difference"}, ""},
			{[]string{"--hooks", tried, "--room", "999", "--fail-on-difference"}, 0, []string{"0 events"}, ""},
			{[]string{"--hooks", tried, "--until", "2001-01-01", "--since", "2000-01-01"}, 0, []string{"0 events"}, ""},
			{[]string{"--hooks", filepath.Join(dir, "bad")}, 1, nil, "own.lua:1: "},
			{[]string{"--hooks", filepath.Join(dir, "none")}, 2, nil, "--hooks must be a folder"},
			{[]string{"--since", "yesterday"}, 2, nil, "--since must be such as 7d"},
		} {
			code, out, errOut := bellhop(append([]string{"hooks", "replay"}, c.args...)...)
			good := code == c.code && strings.Contains(errOut, c.err)
			for _, want := range c.out {
				good = good && strings.Contains(out, want)
			}
			if !good {
				t.Errorf("%s: hooks replay %s: %d\n%s%s", when, c.args, code, out, errOut)
			}
		}
		_, out, _ := bellhop("hooks", "replay", "--hooks", tried, "--json", "--limit", "1")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		var one luahooks.Replayed
		var last struct{ Sum luahooks.ReplaySum }
		if len(lines) != 2 || json.Unmarshal([]byte(lines[0]), &one) != nil || json.Unmarshal([]byte(lines[1]), &last) != nil {
			t.Fatalf("%s: %s", when, out)
		}
		if one.State != luahooks.ReplayChanged || len(one.Was) != 3 || one.Approximate || last.Sum.Total() != -1500 || last.Sum.Changed != 1 {
			t.Errorf("%s: %+v, %+v", when, one, last)
		}
	}
	try("running")
	if _, after, _ := bellhop("folio", "101", "--json"); after != before {
		t.Errorf("the folio was\n%s\nand is\n%s", before, after)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	try("ended")
}

func TestPastTime(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	now := time.Date(2026, 11, 22, 10, 30, 0, 0, zone)
	for text, want := range map[string]string{
		"7d": "2026-11-15 10:30", "0d": "2026-11-22 10:30", "12h": "2026-11-21 22:30", "90m": "2026-11-22 09:00",
		"2026-11-20": "2026-11-20 00:00", "2026-11-20 06:15": "2026-11-20 06:15", "2026-11-20T06:15": "2026-11-20 06:15", "2026-11-20T06:15:00Z": "2026-11-20 14:15",
		"": "", "d": "", "-3d": "", "-3h": "", "2026-13-01": "", "99999d": "",
	} {
		at, ok := pastTime(text, now, zone)
		if got := at.In(zone).Format("2006-01-02 15:04"); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %s, %v, want %q", text, got, ok, want)
		}
	}
}
