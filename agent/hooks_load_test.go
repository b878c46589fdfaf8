package agent

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"bellhop/hotel"
	"bellhop/pbx"
)

// charging is a hook file whose every effect says which version of it ran: the
// amount that it charges. That it charges twice, in two hooks of two kinds, would
// show an event that ran on two versions.
func charging(n int) string {
	return fmt.Sprintf(`local version = %d
bellhop.on("minibar", function(event)
  bellhop.post { room = event.room, kind = "other", amount = version, description = event.id }
end)
bellhop.on("dtmf", function(event)
  bellhop.post { room = event.room, kind = "call", amount = version, description = event.id }
end)`, n)
}

// TestReloadsUnderLoad reloads while events come, and goes through the books:
// each event has run once, on one version. Each tenth version cannot be loaded.
// BELLHOP_RELOADS sets how many; "make reloads" lets it be 10,000.
func TestReloadsUnderLoad(t *testing.T) {
	reloads := 300
	if text := os.Getenv("BELLHOP_RELOADS"); text != "" {
		var err error
		if reloads, err = strconv.Atoi(text); err != nil {
			t.Fatalf("BELLHOP_RELOADS: %v", err)
		}
	}
	s := newShelf(map[string]string{"test.lua": charging(1), "minibar.lua": ""})
	a := shelved(t, s)
	amounts := map[string]int64{fileOf(t, a, "test.lua").Version: 1} // of each version that was in use
	var ended atomic.Bool
	var events sync.WaitGroup
	for line := range 4 {
		events.Go(func() {
			report := pbx.Report{Event: hotel.Event{Kind: hotel.KindDTMF, Extension: fmt.Sprint(101 + line), Digits: "778*1*1"}}
			for !ended.Load() {
				if _, err := a.keep(t.Context(), report); err != nil {
					t.Error(err)
				}
				<-a.dispatcher.wait(a.LastID())
			}
		})
	}
	var first uint64
	for n := 2; n <= reloads+1; n++ {
		text := charging(n)
		if n%10 == 0 {
			text += " error('not this one')"
		}
		s.save("test.lua", text)
		reload(t, a)
		f := fileOf(t, a, "test.lua")
		if n%10 != 0 {
			amounts[f.Version] = int64(n)
		} else if amounts[f.Version] != int64(n-1) {
			t.Fatalf("after the faulty version %d: %+v", n, f)
		}
		if n == 101 {
			first = settledHeap()
		}
	}
	ended.Store(true)
	events.Wait()
	<-a.dispatcher.wait(a.LastID())
	last := settledHeap()
	count := checkBooks(t, a, amounts)
	// The journal's events lie on disk; what is known of open postings does not.
	most := first + uint64(count)*1000 + 8<<20
	t.Logf("%d reloads, %d events: %d kB of heap after the first 100, %d kB at the end", reloads, count, first>>10, last>>10)
	if last > most {
		t.Errorf("the heap has grown from %d to %d bytes, more than to %d", first, last, most)
	}
	if users := a.hooks.current().users; users != 0 {
		t.Errorf("%d events hold the hooks", users)
	}
}

func settledHeap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// checkBooks goes through the record of each event and gives how many there are.
func checkBooks(t *testing.T, a *Agent, amounts map[string]int64) (count int) {
	t.Helper()
	charged := map[string]int{}
	for _, p := range postingsOf(t, a) {
		charged[string(p.Kind)+p.Description]++
	}
	for id := uint64(1); id <= a.LastID(); id++ {
		ev, done, err := a.Event(id)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind != hotel.KindDTMF {
			continue
		}
		count++
		one, two := done["test.lua:minibar:1"], done["test.lua:dtmf:2"]
		amount := amounts[one.Version]
		if one.Version != two.Version || amount == 0 || !charges(one, amount) || !charges(two, amount) {
			t.Errorf("event %d: %q of version %s and %q of version %s", id, one.Error, one.Version, two.Error, two.Version)
		}
		for _, kind := range []string{"other", "call"} {
			if n := charged[kind+fmt.Sprint(id)]; n != 1 {
				t.Errorf("event %d: %d charges of kind %s", id, n, kind)
			}
		}
	}
	if count == 0 || len(charged) != 2*count {
		t.Errorf("%d events, %d charges", count, len(charged))
	}
	return count
}

// charges tells whether a unit's one effect is a charge of the amount.
func charges(done hotel.Done, amount int64) bool {
	return len(done.Effects) == 1 && done.Effects[0].Post != nil && done.Effects[0].Post.Amount == amount
}
