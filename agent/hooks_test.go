package agent

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"bellhop/hotel"
)

// shelf is a folder of hooks that is written while others read it.
type shelf struct {
	mu    sync.Mutex
	files fstest.MapFS
	saved int // so that no two savings have one time
	gone  error
}

func newShelf(files map[string]string) *shelf {
	s := &shelf{files: fstest.MapFS{}}
	for name, text := range files {
		s.save(name, text)
	}
	return s
}

func (s *shelf) save(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved++
	s.files[name] = &fstest.MapFile{Data: []byte(text), ModTime: time.Unix(int64(s.saved), 0)}
}

func (s *shelf) remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, name)
}

// lose has the folder fail in this way, or no more.
func (s *shelf) lose(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = err
}

func (s *shelf) Open(name string) (fs.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: s.gone}
	}
	return s.files.Open(name)
}

// shelved runs an agent whose hooks are on the shelf.
func shelved(t *testing.T, s *shelf) *Agent {
	t.Helper()
	a, err := New(Options{Config: testConfig(t), Hooks: s, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	furnish(t, a)
	return a
}

func reload(t *testing.T, a *Agent) {
	t.Helper()
	if err := a.ReloadHooks(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// alertsOf are the texts of open alerts with a code.
func alertsOf(t *testing.T, a *Agent, code string) (texts []string) {
	t.Helper()
	<-a.dispatcher.wait(a.LastID())
	for _, al := range a.Alerts() {
		if al.Code == code {
			texts = append(texts, al.Text("en"))
		}
	}
	return texts
}

func fileOf(t *testing.T, a *Agent, name string) HookFile {
	t.Helper()
	for _, f := range a.Hooks().Files {
		if f.File == name {
			return f
		}
	}
	return HookFile{}
}

// keeps is a hook that keeps a word.
func keeps(word string) string {
	return fmt.Sprintf(`bellhop.on("dtmf", function() bellhop.kv.set("word", %q) end)`, word)
}

func TestFaultyFileIsToldAndTheOthersAreLoaded(t *testing.T) {
	s := newShelf(map[string]string{"test.lua": keeps("one"), "other.lua": keeps("one"), "minibar.lua": "("})
	a := shelved(t, s)
	if got := alertsOf(t, a, hotel.AlertHookFile); len(got) != 1 || !strings.Contains(got[0], "minibar.lua") || !strings.Contains(got[0], "that Bellhop brings takes its place") {
		t.Errorf("alerts of the start: %q", got)
	}
	if id := dial(t, a, "101", "778*1*1"); len(postingsOf(t, a)) != 1 {
		t.Errorf("event %d: the shipped hook has not taken the place of the broken one", id)
	}
	before := fileOf(t, a, "test.lua")
	s.save("test.lua", "error('no')")
	s.save("other.lua", keeps("two"))
	s.remove("minibar.lua")
	reload(t, a)
	dial(t, a, "101", "9")
	var other string
	a.store.Snapshot().Get(hotel.KVKey("other", "word"), &other)
	if kvOf(a, "word") != `"one"` || other != `"two"` {
		t.Errorf("test.lua keeps %s, other.lua %s", kvOf(a, "word"), other)
	}
	got := alertsOf(t, a, hotel.AlertHookFile)
	if len(got) != 2 || !slices.ContainsFunc(got, func(text string) bool {
		return strings.Contains(text, "test.lua:1: no") && strings.Contains(text, "what was in use before stays")
	}) {
		t.Errorf("alerts: %q", got)
	}
	after := fileOf(t, a, "test.lua")
	if after.Version != before.Version || !after.Since.Equal(before.Since) || len(after.Faults) != 1 || a.Status().HookFaults == "" {
		t.Errorf("before %+v, after %+v", before, after)
	}
	s.save("test.lua", keeps("three"))
	reload(t, a)
	if dial(t, a, "101", "9"); kvOf(a, "word") != `"three"` || a.Status().HookFaults != "" {
		t.Errorf("mended, it keeps %s; faults %q", kvOf(a, "word"), a.Status().HookFaults)
	}
}

func postingsOf(t *testing.T, a *Agent) []hotel.Posting {
	t.Helper()
	all, err := a.Postings("", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFileIsUsedWhenItsExamplesComeTrue(t *testing.T) {
	s := newShelf(map[string]string{"test.lua": keeps("one")})
	a := shelved(t, s)
	for _, row := range []struct{ want, text string }{
		{`"one"`, "--- @example nobody looks\n--- event: dtmf room=101 digits=9\n--- wants: alert text=x\n"},
		{`"two"`, "--- @example a word is kept\n--- event: dtmf room=101 digits=9\n--- wants: kv.set key=word value=two\n"},
	} {
		want, text := row.want, row.text
		s.save("test.lua", text+keeps("two"))
		reload(t, a)
		dial(t, a, "101", "9")
		if f := fileOf(t, a, "test.lua"); kvOf(a, "word") != want || len(f.Faults) > 0 != (want == `"one"`) {
			t.Errorf("it keeps %s, want %s; %+v", kvOf(a, "word"), want, f)
		}
	}
}

// An event that has begun on the old hooks ends on them, and they stay open for it.
func TestEventEndsOnTheHooksOnWhichItBegan(t *testing.T) {
	s := newShelf(map[string]string{"test.lua": keeps("one")})
	a := shelved(t, s)
	old := a.hooks.take()
	j, err := a.units.plan(&hotel.Event{ID: 7, Kind: hotel.KindDTMF, Digits: "9"}, old)
	if err != nil || len(j.hooks) != 1 {
		t.Fatalf("%+v, %v", j, err)
	}
	s.save("test.lua", keeps("two"))
	reload(t, a)
	if unit := a.units.runHook(t.Context(), j, j.hooks[0]); unit.Done.Error != "" || *unit.Done.Effects[0].KV.Value != `"one"` || unit.Done.Version != old.files[j.hooks[0]].Version {
		t.Errorf("%+v", unit.Done)
	}
	a.hooks.give(old)
	if unit := a.units.runHook(t.Context(), j, j.hooks[0]); !strings.Contains(unit.Done.Error, "closed") {
		t.Errorf("when nobody uses the old hooks: %+v", unit.Done)
	}
	if dial(t, a, "101", "9"); kvOf(a, "word") != `"two"` {
		t.Errorf("the next event keeps %s", kvOf(a, "word"))
	}
}

// Schedules are those of the files in use: changed, new and gone with them.
func TestSchedulesAreThoseOfTheFiles(t *testing.T) {
	schedule := func(expression, job string) string {
		return fmt.Sprintf(`bellhop.cron(%q, %q, function() bellhop.kv.set("word", %q) end)`+"\n", expression, job, job)
	}
	s := newShelf(map[string]string{"test.lua": schedule("0 4 * * *", "stock")})
	a := shelved(t, s)
	of := func(job string) string {
		for _, j := range a.Jobs() {
			if j.Name == job {
				return j.Schedule
			}
		}
		return ""
	}
	for _, row := range []struct{ text, stock, ice string }{
		{"", "0 4 * * *", ""},
		{schedule("0 5 * * *", "stock") + schedule("0 6 * * *", "ice"), "0 5 * * *", "0 6 * * *"},
		{schedule("0 6 * * *", "ice"), "", "0 6 * * *"},
		{"(", "", "0 6 * * *"},
		{"-- nothing", "", ""},
	} {
		if row.text != "" {
			s.save("test.lua", row.text)
			reload(t, a)
		}
		if of("stock") != row.stock || of("ice") != row.ice {
			t.Errorf("%s: stock at %q, ice at %q", row.text, of("stock"), of("ice"))
		}
		if row.ice == "" {
			continue
		}
		if _, err := a.RunJob(t.Context(), "ice"); err != nil || kvOf(a, "word") != `"ice"` {
			t.Errorf("%s: %v, kept %s", row.text, err, kvOf(a, "word"))
		}
	}
}

// A library that changes is seen and loads the files that need it.
func TestLibrariesAreWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(map[string]string{"test.lua": `local word = require "lib.word" bellhop.on("dtmf", function() bellhop.kv.set("word", word) end)`})
		a := shelved(t, s)
		for n, row := range []struct{ text, version string }{{`return "one"`, "other"}, {`return "two"`, "other"}, {`return`, "other"}, {`(`, "same"}} {
			before := fileOf(t, a, "test.lua").Version
			s.save("lib/word.lua", row.text)
			time.Sleep(3 * hooksLook)
			synctest.Wait()
			if f := fileOf(t, a, "test.lua"); (f.Version == before) != (row.version == "same") || len(f.Faults) > 0 != (row.version == "same") {
				t.Errorf("save %d: version %q, then %+v", n, before, f)
			}
		}
		if got := alertsOf(t, a, hotel.AlertHookFile); len(got) != 2 || !strings.Contains(strings.Join(got, " "), "lib/word.lua:1: ") {
			t.Errorf("alerts %q", got)
		}
	})
}

func TestFolderIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(map[string]string{"test.lua": keeps("one")})
		h := shelved(t, s).hooks
		loads, version := 0, "" // of test.lua
		look := func() {
			for _, f := range h.current().Files() {
				if f.Name == "test.lua" && f.Version != version {
					loads, version = loads+1, f.Version
				}
			}
		}
		pass := func(d time.Duration) {
			time.Sleep(d)
			synctest.Wait()
			look()
		}
		pass(time.Second)
		// In parts, each of which would be a file: only the whole is loaded.
		for n := range 10 {
			s.save("test.lua", keeps(strings.Repeat("x", n+1)))
			pass(hooksLook)
		}
		if loads != 1 {
			t.Errorf("loaded while it was being written: %d times", loads)
		}
		// By a rename, with a moment in which there is none.
		s.remove("test.lua")
		s.save("test.lua~", keeps("two"))
		s.save("test.lua", keeps("two"))
		pass(2 * hooksLook)
		if loads != 2 {
			t.Errorf("after a rename: loaded %d times", loads)
		}
		at := h.newest().at
		pass(10 * hooksLook)
		if !h.newest().at.Equal(at) {
			t.Error("loaded again without a change")
		}
		// Many at once, one with a fault.
		for n := range 20 {
			s.save(fmt.Sprintf("f%d.lua", n), keeps(fmt.Sprint(n)))
		}
		s.save("f7.lua", "(")
		pass(2 * hooksLook)
		if files := h.current().Files(); len(h.newest().faults) != 1 || !slices.ContainsFunc(files, func(f luaFile) bool { return f.Name == "f19.lua" }) {
			t.Errorf("files %+v, faults %v", files, h.newest().faults)
		}
		// The folder goes: nothing changes. It comes again: the file that is gone is.
		s.lose(fs.ErrNotExist)
		pass(2 * hooksLook)
		if h.newest().folder == "" || len(h.current().Files()) < 20 {
			t.Errorf("without a folder: %+v", h.newest())
		}
		s.lose(nil)
		s.remove("f19.lua")
		pass(2 * hooksLook)
		if files := h.current().Files(); slices.ContainsFunc(files, func(f luaFile) bool { return f.Name == "f19.lua" }) {
			t.Errorf("a removed file is in use: %+v", files)
		}
	})
}

// A hook sees the postings that are kept, and the record of its unit has what it
// saw.
func TestHooksSeeHistory(t *testing.T) {
	s := newShelf(map[string]string{"test.lua": `bellhop.on("dtmf", "^9", function(event)
  local list = bellhop.postings { room = event.room }
  bellhop.kv.set("seen", #list .. " " .. list[1].kind .. " " .. list[1].amount .. " " .. #bellhop.calls())
end)`})
	a := shelved(t, s)
	dial(t, a, "101", "778*1*1")
	dial(t, a, "101", "778*1*2")
	id := dial(t, a, "101", "9")
	if got := kvOf(a, "seen"); !strings.HasPrefix(got, `"2 minibar `) || !strings.HasSuffix(got, ` 0"`) {
		t.Errorf("seen %s", got)
	}
	_, done, err := a.Event(id)
	answers := done["test.lua:dtmf:1"].Answers
	if err != nil || len(answers) != 2 || answers[0].URL != "bellhop.postings?limit=20&room=101" || !strings.Contains(answers[0].Body, `"kind":"minibar"`) {
		t.Errorf("%v, answers %+v", err, answers)
	}
}

// A look at an event's hooks shows the hotel as it is, or as it was; what nobody
// knows any more is named.
func TestTraceAsItWas(t *testing.T) {
	const counts = `bellhop.on("dtmf", "^9", function()
  local n = (bellhop.kv.get("n") or 0) + 1
  bellhop.kv.set("n", n)
end)`
	s := newShelf(map[string]string{"test.lua": counts})
	a := shelved(t, s)
	first := dial(t, a, "101", "9")
	for range 2 {
		dial(t, a, "101", "9")
	}
	wants := func(asItWas bool) (string, []string) {
		t.Helper()
		all, err := a.Trace(t.Context(), first, "", asItWas)
		if err != nil || len(all) != 1 || len(all[0].Effects) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0].Effects[0].String(), all[0].Missed
	}
	if got, missed := wants(false); got != "kv.set key=n value=4" || missed != nil {
		t.Errorf("as it is: %s, %q", got, missed)
	}
	if got, missed := wants(true); got != "kv.set key=n value=1" || missed != nil {
		t.Errorf("as it was: %s, %q", got, missed)
	}
	s.save("test.lua", strings.Replace(counts, `local n`, `local m = bellhop.kv.get("m") local n`, 1))
	dial(t, a, "101", "8")
	reload(t, a)
	if got, missed := wants(true); got != "kv.set key=n value=1" || !slices.Equal(missed, []string{"kv/test/m"}) {
		t.Errorf("what it had not read: %s, %q", got, missed)
	}
	if all, err := a.Trace(t.Context(), 999, "", true); err == nil {
		t.Errorf("of no event: %+v", all)
	}
}
