package agent

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/luahooks"
)

// trialAgent runs an agent with [hooks] replay on one store, until end is called.
func trialAgent(t *testing.T, c config.Config, s fs.FS) (a *Agent, end func()) {
	t.Helper()
	a, err := New(Options{Config: c, Hooks: s, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	ended := false
	end = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	}
	t.Cleanup(end)
	return a, end
}

// charging2 is a hook that charges an amount by a library's factor.
func charging2(amount int) string {
	return fmt.Sprintf(`local times = require "lib.times"
bellhop.on("dtmf", "^9", function(event) bellhop.post { room = event.room, kind = "other", amount = times(%d) } end)`, amount)
}

const (
	once  = `return function(n) return n end`
	twice = `return function(n) return n * 2 end`
)

// What would have been otherwise waits, over restarts too, until it is accepted;
// what would not is used at once.
func TestChangedHookWaitsToBeAccepted(t *testing.T) {
	c := testConfig(t)
	c.Hooks.Replay = "7d"
	s := newShelf(map[string]string{"test.lua": charging2(5), "lib/times.lua": once})
	a, end := trialAgent(t, c, s)
	furnish(t, a)
	amount := func() int64 {
		t.Helper()
		dial(t, a, "101", "9")
		all := postingsOf(t, a)
		return all[0].Amount // the newest
	}
	if got := amount(); got != 5 {
		t.Fatalf("charged %d", got)
	}
	first := fileOf(t, a, "test.lua").Version

	// A comment makes no difference.
	s.save("test.lua", charging2(5)+" -- a word")
	reload(t, a)
	same := fileOf(t, a, "test.lua")
	if same.Version == first || same.Waits != nil {
		t.Errorf("a comment: %+v", same)
	}
	// A price does, and so does one in a library.
	for _, step := range []func(){
		func() { s.save("test.lua", charging2(7)) },
		func() { s.save("test.lua", charging2(5)+" -- a word"); s.save("lib/times.lua", twice) },
	} {
		step()
		reload(t, a)
		f := fileOf(t, a, "test.lua")
		if f.Version != same.Version || f.Waits == nil || f.Waits.Replay.Changed == 0 || f.Waits.Version == same.Version || f.Waits.Error != "" {
			t.Fatalf("a price: %+v, %+v", f, f.Waits)
		}
		if got := amount(); got != 5 {
			t.Errorf("charged %d while it waits", got)
		}
	}
	waits := fileOf(t, a, "test.lua").Waits.Version
	if got := alertsOf(t, a, hotel.AlertHookWaits); len(got) != 2 || !strings.Contains(strings.Join(got, " "), waits) {
		t.Errorf("alerts %q", got)
	}
	told := len(a.Alerts())
	if list, err := a.Doctor(t.Context(), DoctorOrder{}); err != nil || found(t, list, "hooks") != "warning waits" {
		t.Errorf("the doctor: %v, %v", list, err)
	}
	reload(t, a)
	if f := fileOf(t, a, "test.lua"); f.Waits == nil || len(a.Alerts()) != told {
		t.Errorf("told again: %+v", f)
	}

	// It waits after a restart, and what was in use is: library and all.
	end()
	a, end = trialAgent(t, c, s)
	if got := amount(); got != 5 {
		t.Errorf("charged %d after a restart", got)
	}
	settled(t, a, func() bool { return fileOf(t, a, "test.lua").Waits != nil })
	if err := a.AcceptHook(t.Context(), "test.lua", "another"); err == nil || !strings.Contains(err.Error(), waits) {
		t.Errorf("another version was accepted: %v", err)
	}
	if err := a.AcceptHook(t.Context(), "other.lua", ""); err == nil {
		t.Error("a file that does not wait was accepted")
	}
	if err := a.AcceptHook(t.Context(), "test.lua", waits); err != nil {
		t.Fatal(err)
	}
	if f := fileOf(t, a, "test.lua"); f.Version != waits || f.Waits != nil {
		t.Errorf("accepted: %+v", f)
	}
	if got := amount(); got != 10 {
		t.Errorf("charged %d when it was accepted", got)
	}
	// What is compared with is what is in use, not what was done before that was.
	s.save("test.lua", charging2(5)+" -- another word")
	reload(t, a)
	if f := fileOf(t, a, "test.lua"); f.Waits != nil || f.Version == waits {
		t.Errorf("another comment: %+v, %+v", f, f.Waits)
	}
	waits = fileOf(t, a, "test.lua").Version
	end()
	a, end = trialAgent(t, c, s)
	if got := amount(); got != 10 {
		t.Errorf("charged %d after another restart", got)
	}
	if f := fileOf(t, a, "test.lua"); f.Waits != nil || f.Version != waits {
		t.Errorf("after another restart: %+v", f)
	}

	// Taken back while it waits, it waits no more.
	s.save("lib/times.lua", once)
	reload(t, a)
	if fileOf(t, a, "test.lua").Waits == nil {
		t.Error("the way back does not wait")
	}
	s.save("lib/times.lua", twice)
	reload(t, a)
	if f := fileOf(t, a, "test.lua"); f.Waits != nil || f.Version != waits {
		t.Errorf("taken back: %+v", f)
	}

	// Off, everything is used, and nothing is kept that would be old one day.
	end()
	c.Hooks.Replay = ""
	s.save("lib/times.lua", once)
	a, _ = trialAgent(t, c, s)
	if got := amount(); got != 5 {
		t.Errorf("charged %d when it is off", got)
	}
	settled(t, a, func() bool {
		_, err := os.Stat(filepath.Join(filepath.Dir(c.Store.Path), trialFolder))
		return os.IsNotExist(err)
	})
}

// A new file that would have done something waits, and nothing is in its place; one
// that replaces a shipped file lets that work on.
func TestNewHookWaits(t *testing.T) {
	c := testConfig(t)
	c.Hooks.Replay = "7d"
	s := newShelf(map[string]string{})
	a, _ := trialAgent(t, c, s)
	furnish(t, a)
	dial(t, a, "101", "778*1*1")
	s.save("minibar.lua", `bellhop.on("minibar", function() end)`)
	s.save("new.lua", `bellhop.on("minibar", function() bellhop.kv.set("x", 1) end)`)
	s.save("quiet.lua", `bellhop.on("sms", function() bellhop.kv.set("x", 1) end)`)
	reload(t, a)
	if f := fileOf(t, a, "minibar.lua"); !f.Shipped || f.Waits == nil {
		t.Errorf("%+v", f)
	}
	if f := fileOf(t, a, "new.lua"); f.Version != "" || f.Waits == nil || f.Waits.Replay.New != 1 {
		t.Errorf("%+v", f)
	}
	if f := fileOf(t, a, "quiet.lua"); f.Version == "" || f.Waits != nil {
		t.Errorf("%+v", f)
	}
	if dial(t, a, "101", "778*1*1"); len(postingsOf(t, a)) != 2 {
		t.Errorf("%d postings", len(postingsOf(t, a)))
	}
	s.remove("new.lua")
	reload(t, a)
	if f := fileOf(t, a, "new.lua"); f.Waits != nil {
		t.Errorf("gone: %+v", f)
	}
}

// A file at whose trial the program ended is not tried again: it waits.
func TestTrialThatEndedTheProgram(t *testing.T) {
	c := testConfig(t)
	c.Hooks.Replay = "7d"
	s := newShelf(map[string]string{"test.lua": keeps("one")})
	a, end := trialAgent(t, c, s)
	settled(t, a, func() bool { return a.hooks.trial.folder != "" })
	reload(t, a)
	s.save("test.lua", keeps("two"))
	reload(t, a) // no event: used at once
	end()
	s.save("test.lua", keeps("three"))
	version := versionIn(t, s, "test.lua")
	mark := filepath.Join(filepath.Dir(c.Store.Path), trialFolder, trialMark)
	if err := os.WriteFile(mark, []byte("test.lua "+version), 0o600); err != nil {
		t.Fatal(err)
	}
	a, _ = trialAgent(t, c, s)
	settled(t, a, func() bool { return fileOf(t, a, "test.lua").Waits != nil })
	if f := fileOf(t, a, "test.lua"); !strings.Contains(f.Waits.Error, "the program ended") || f.Version == version {
		t.Errorf("%+v, %+v", f, f.Waits)
	}
	if err := a.AcceptHook(t.Context(), "test.lua", ""); err != nil || fileOf(t, a, "test.lua").Version != version {
		t.Errorf("accepted: %v, %+v", err, fileOf(t, a, "test.lua"))
	}
}

// versionIn is the version of a file of the shelf.
func versionIn(t *testing.T, s fs.FS, file string) string {
	t.Helper()
	set, err := luahooks.Load(s, luahooks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	for _, f := range set.Files() {
		if f.Name == file {
			return f.Version
		}
	}
	return ""
}
