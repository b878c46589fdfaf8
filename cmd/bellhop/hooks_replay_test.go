package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/api"
	"bellhop/config"
	"bellhop/hotel"
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
	h := serveHooks(t, "", map[string]string{
		"hooks/own.lua": fruit, "tried/own.lua": strings.Replace(fruit, "4500", "4000", 1), "bad/own.lua": "local x =",
	})
	dir, tried := h.dir, filepath.Join(h.dir, "tried")
	bellhop, must := h.bellhop, h.must
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
	h.end()
	try("ended")
}

// looking tells what it finds in the history: of a room, of a stay, of all, and of
// what has not been yet.
const looking = `local bellhop = require "bellhop"
bellhop.cron("0 3 * * *", "fruit", function()
  local found = {}
  for i, q in ipairs { { room = "101" }, { stay = STAY }, { limit = 2 }, { since = bellhop.time() + 3600 } } do
    local postings, more = bellhop.postings(q)
    local calls, others = bellhop.calls(q)
    for _, p in ipairs(postings) do found[#found + 1] = p.room .. "=" .. p.amount end
    for _, c in ipairs(calls) do found[#found + 1] = c.room .. "~" .. c.talk end
    found[#found + 1] = tostring(more) .. " " .. tostring(others) .. ";"
  end
  bellhop.alert(table.concat(found, " "))
end)
`

// TestReplayAsksForTheHistory: what a changed hook asks of postings and calls, and
// nobody asked then, a running agent tells over its API, and an ended one's store:
// both the same.
func TestReplayAsksForTheHistory(t *testing.T) {
	h := serveHooks(t, "", map[string]string{"hooks/own.lua": fruit, "rooms.csv": "number,floor\n101,1\n102,2\n"})
	h.must("rooms", "import", filepath.Join(h.dir, "rooms.csv"))
	h.must("checkin", "101")
	for range 3 {
		h.must("cron", "run", "fruit") // 101 pays
	}
	for n, room := range []string{"101", "101", "102"} {
		cdr := hotel.CDR{From: room, To: "05551234", Start: "2026-11-20 12:00:00", Duration: 70, Talk: 61 + n, Status: "ANSWERED", Type: "Outbound"}
		if _, err := h.agent.Do(t.Context(), hotel.Event{Kind: hotel.KindCDR, CallID: fmt.Sprint("1.", n), Room: room, Extension: room, CDR: &cdr}); err != nil {
			t.Fatal(err)
		}
	}
	stay := h.agent.Rooms()[0].Stay
	h.save("tried/own.lua", strings.ReplaceAll(looking, "STAY", fmt.Sprintf("%q", stay)))
	replay := []string{"hooks", "replay", "--hooks", filepath.Join(h.dir, "tried"), "--hook", "own", "--json"}
	code, running, errOut := h.bellhop(replay...)
	h.end()
	want := "101=3000 101=3000 101=3000 101~62 101~61 false false; 101=3000 101=3000 101=3000 false false; 102=4500 101=3000 102~63 101~62 true true; false false;"
	if _, ended, _ := h.bellhop(replay...); ended != running || code != 0 || !strings.Contains(running, `"text":"`+want+`"`) {
		t.Errorf("%d: want %s; running\n%s%sended\n%s", code, want, running, errOut, ended)
	}
}

// TestReplayOfAnAgentThatGoesAway: half a history looks as if nothing differed.
func TestReplayOfAnAgentThatGoesAway(t *testing.T) {
	h := serveHooks(t, "", map[string]string{"hooks/own.lua": fruit, "rooms.csv": "number,floor\n101,1\n"})
	h.must("rooms", "import", filepath.Join(h.dir, "rooms.csv"))
	h.must("cron", "run", "fruit")
	cfg, err := config.Load(h.file)
	if err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func(*askedPast) error{
		"since": func(a *askedPast) error { _, err := a.since(time.Now().Add(-time.Hour)); return err },
		"page":  func(a *askedPast) error { _, err := a.page(0); return err },
		"a record": func(a *askedPast) error {
			a.Record(hotel.RoomKey("101"))
			return a.failed()
		},
		"records": func(a *askedPast) error {
			a.Records(hotel.PrefixRoom)
			return a.failed()
		},
		"postings": func(a *askedPast) error { _, _, err := a.RecentPostings(hotel.HistoryQuery{Most: 1}); return err },
		"calls":    func(a *askedPast) error { _, _, err := a.RecentCalls(hotel.HistoryQuery{Most: 1}); return err },
	} {
		if err := ask(&askedPast{ctx: t.Context(), client: api.NewClient(cfg.API.Socket)}); err != nil {
			t.Errorf("%s of a running agent: %v", name, err)
		}
		gone := &askedPast{ctx: t.Context(), client: api.NewClient(filepath.Join(h.dir, "none"))}
		if err := ask(gone); err == nil {
			t.Errorf("%s of an agent that has gone: no error", name)
		}
	}
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
