package agent

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/luahooks"
)

type luaFile = luahooks.File

// settled waits until the watching has done what the breaker asked for.
func settled(t *testing.T, a *Agent, done func() bool) {
	t.Helper()
	for !done() {
		select {
		case <-t.Context().Done():
			t.Fatal("it does not come to that")
		case <-time.After(time.Millisecond):
		}
	}
}

const brokenMinibar = `bellhop.on("minibar", function(event) error("broken on purpose") end)`

func TestShippedHookTakesOverWhenTheHotelsOwnFails(t *testing.T) {
	s := newShelf(map[string]string{"minibar.lua": brokenMinibar})
	a := shelved(t, s)
	var failed []uint64
	for range breakerInRow {
		failed = append(failed, dial(t, a, "101", "778*1*1"))
	}
	settled(t, a, func() bool { return fileOf(t, a, "minibar.lua").Shipped })
	if dial(t, a, "101", "778*1*1"); len(postingsOf(t, a)) != 1 {
		t.Errorf("postings %+v", postingsOf(t, a))
	}
	f := fileOf(t, a, "minibar.lua")
	if f.Aside == nil || f.Aside.Hook != "minibar.lua:minibar:1" || !strings.Contains(f.Aside.Error, "broken on purpose") || f.Hooks[0].Calls != breakerInRow+1 || f.Hooks[0].Errors["error"] != breakerInRow {
		t.Errorf("%+v, aside %+v", f, f.Aside)
	}
	if got := alertsOf(t, a, hotel.AlertHookAside); len(got) != 1 || !strings.Contains(got[0], "minibar.lua:minibar:1") || !strings.Contains(got[0], "broken on purpose") || !strings.Contains(got[0], "that Bellhop brings takes its place") {
		t.Errorf("alerts %q", got)
	}
	// What failed is parked, and runs on what is in use.
	if n := len(a.ParkedUnits()); n != breakerInRow {
		t.Errorf("%d units are parked", n)
	}
	for _, id := range failed {
		if _, err := a.Rerun(t.Context(), id, false); err != nil {
			t.Error(err)
		}
	}
	if n := len(postingsOf(t, a)); n != breakerInRow+1 || len(a.ParkedUnits()) != 0 {
		t.Errorf("%d postings after reruns, %d units parked", n, len(a.ParkedUnits()))
	}
	// A reload of the same changes nothing, one of another version does.
	reload(t, a)
	if f := fileOf(t, a, "minibar.lua"); !f.Shipped || f.Aside == nil {
		t.Errorf("after a reload of the same: %+v", f)
	}
	s.save("minibar.lua", "("+brokenMinibar)
	reload(t, a)
	if f := fileOf(t, a, "minibar.lua"); !f.Shipped || f.Aside == nil || len(f.Faults) != 1 {
		t.Errorf("after a reload of what cannot be loaded: %+v", f)
	}
	s.save("minibar.lua", brokenMinibar+"-- mended")
	reload(t, a)
	if f := fileOf(t, a, "minibar.lua"); f.Shipped || f.Aside != nil {
		t.Errorf("after it was mended: %+v", f)
	}
}

// A file whose place nothing can take is not run, and what it would have done waits.
func TestWithoutAShippedHookItsUnitsWait(t *testing.T) {
	s := newShelf(map[string]string{"test.lua": `bellhop.on("minibar", function(event) error("broken on purpose") end)`})
	a := shelved(t, s)
	for range breakerInRow {
		dial(t, a, "101", "778*1*1")
	}
	settled(t, a, func() bool { return len(alertsOf(t, a, hotel.AlertHookAside)) == 1 })
	told := a.Alerts()
	id := dial(t, a, "102", "778*1*1")
	parked := a.ParkedUnits()
	if len(parked) != breakerInRow+1 || len(a.Alerts()) != len(told) || fileOf(t, a, "test.lua").Hooks[0].Calls != breakerInRow {
		t.Errorf("parked %+v, alerts %+v", parked, a.Alerts())
	}
	if err := a.ResetHook(t.Context(), "other.lua"); err == nil {
		t.Error("a file was reset that is not set aside")
	}
	if err := a.ResetHook(t.Context(), "test.lua"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Rerun(t.Context(), id, false); err != nil || fileOf(t, a, "test.lua").Hooks[0].Calls != breakerInRow+1 {
		t.Errorf("after the reset: %v, %+v", err, fileOf(t, a, "test.lua"))
	}
}

func TestBreakerCounts(t *testing.T) {
	own := luahooks.File{Name: "t.lua", Version: "1"}
	fail := hotel.Done{Version: "1", Error: "error: no"}
	stop := hotel.Done{Version: "1", Error: "deadline: took too long"}
	good := hotel.Done{Version: "1"}
	refused := hotel.Done{Version: "1", Error: (&hotel.Invalid{Effect: "post", Field: "room", Rule: "is unknown", Value: "error: 9"}).Error()}
	kind := func(kind string) hotel.Done {
		return hotel.Done{Version: "1", Error: (&luahooks.Fault{Kind: kind, Message: "x"}).Error()}
	}
	for _, row := range []struct {
		name  string
		file  luahooks.File
		runs  []hotel.Done
		every time.Duration
		open  bool
	}{
		{"three in a row", own, []hotel.Done{fail, fail, fail}, time.Second, true},
		{"what it wants is refused", own, repeated(3*breakerStopped, refused), time.Second, false},
		{"refused in between", own, []hotel.Done{fail, fail, refused, fail, fail}, time.Second, false},
		{"each kind of fault", own, []hotel.Done{kind("error"), kind("limit"), kind("gone")}, time.Second, true},
		{"and those that are stopped", own, []hotel.Done{kind("deadline"), kind("memory"), kind("deadline")}, time.Second, true},
		{"two in a row, twice", own, []hotel.Done{fail, fail, good, fail, fail}, time.Second, false},
		{"three over a long time", own, []hotel.Done{fail, fail, fail}, breakerWithin * 2 / 3, false},
		{"a shipped file", luahooks.File{Name: "t.lua", Version: "1", Shipped: true}, []hotel.Done{fail, fail, fail}, time.Second, false},
		{"another version", luahooks.File{Name: "t.lua", Version: "2"}, []hotel.Done{fail, fail, fail}, time.Second, false},
		{"stopped again and again", own, repeated(breakerStopped, stop, good), time.Second, true},
		{"stopped less often", own, repeated(breakerStopped-1, stop, good), time.Second, false},
		{"failed again and again", own, repeated(3*breakerStopped, fail, good), time.Second, false},
	} {
		now, told := time.Unix(1e9, 0), 0
		b := newBreaker(func() time.Time { return now }, func() { told++ })
		for _, done := range row.runs {
			b.note("t.lua:dtmf:1", row.file, done)
			now = now.Add(row.every)
		}
		if open := b.blocks(own) != nil; open != row.open || told == 1 != row.open {
			t.Errorf("%s: open %t, told %d times", row.name, open, told)
		}
		if b.blocks(luahooks.File{Name: "t.lua", Version: "3"}) != nil {
			t.Errorf("%s: another version is blocked", row.name)
		}
	}
}

func repeated(n int, runs ...hotel.Done) (all []hotel.Done) {
	for range n {
		all = append(all, runs...)
	}
	return all
}

func TestStatsAreBounded(t *testing.T) {
	s := newHookStats()
	for n := range maxStats + 10 {
		s.of(fmt.Sprint(n)).ended(nil)
	}
	if len(s.all) != maxStats {
		t.Errorf("%d are counted", len(s.all))
	}
	s.of("1").ended(&luahooks.Fault{Kind: "memory"})
	s.of("1").ran(luahooks.Cost{Took: 3, Grew: 5})
	s.of("1").ran(luahooks.Cost{Took: 2, Grew: 4})
	if got := s.of("1").now(); got.Calls != 2 || got.Stopped != 1 || got.Errors["memory"] != 1 || got.Time != 5 || got.Longest != 3 || got.Memory != 5 {
		t.Errorf("%+v", got)
	}
}

// However often guests dial what a hook makes an impossible charge of, the hotel's
// own hook stays in use: each such unit waits, and is told.
func TestRefusedEffectsSetNoHookAside(t *testing.T) {
	s := newShelf(map[string]string{"minibar.lua": `bellhop.on("minibar", function(event) bellhop.post { room = "nowhere", kind = "other", amount = 1 } end)`})
	a := shelved(t, s)
	for range 2 * breakerInRow {
		dial(t, a, "101", "778*1*1")
	}
	<-a.dispatcher.wait(a.LastID())
	if f := fileOf(t, a, "minibar.lua"); f.Shipped || f.Aside != nil {
		t.Errorf("%+v", f)
	}
	if n := len(a.ParkedUnits()); n != 2*breakerInRow || len(alertsOf(t, a, hotel.AlertHookFailed)) != 1 || len(alertsOf(t, a, hotel.AlertHookAside)) != 0 {
		t.Errorf("%d are parked, alerts %+v", n, a.Alerts())
	}
}
