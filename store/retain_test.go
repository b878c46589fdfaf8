package store

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"bellhop/hotel"
)

// What waits for the far side or for a person goes neither for its age nor
// for the size of the store; what ended does.
func TestRetentionKeepsWhatWaits(t *testing.T) {
	b := newBench(t)
	waiting := hotel.QueuedCall{To: "pms", Op: "x", Room: "101", Kind: hotel.Keyed}
	calls := b.queue(waiting, waiting, waiting)
	b.settle(calls[1], hotel.CallRefused)
	b.settle(calls[2], hotel.CallExpired)
	b.clock.add(1000 * 24 * time.Hour)
	for {
		_, more, err := b.Retain(t.Context(), 24*time.Hour, 1)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
	}
	for list, want := range map[QueueList]int{ListWaiting: 1, ListParked: 1, ListEnded: 0} {
		got, err := b.Calls(list, 10)
		if err != nil || len(got) != want {
			t.Errorf("%s: %d calls, %v; want %d", list, len(got), err, want)
		}
	}
}

// A guest's name goes with the stay, and not before it has ended.
func TestRetentionForgetsGuests(t *testing.T) {
	b := newBench(t)
	then := b.clock.now()
	b.run(func(tx hotel.Tx) {
		for id, state := range map[string]hotel.StayState{"gone": hotel.StayDeparted, "here": hotel.StayInHouse} {
			tx.Put(hotel.StayKey(id), hotel.Stay{ID: id, State: state, CheckIn: then, CheckOut: then})
			tx.Put(hotel.GuestKey(id), hotel.GuestRecord{Name: "Li"})
		}
	})
	b.clock.add(31 * 24 * time.Hour)
	if _, _, err := b.Retain(t.Context(), 30*24*time.Hour, 1<<30); err != nil {
		t.Fatal(err)
	}
	var guest hotel.GuestRecord
	if b.Snapshot().Get(hotel.GuestKey("gone"), &guest) || !b.Snapshot().Get(hotel.GuestKey("here"), &guest) {
		t.Error("the wrong guest is forgotten")
	}
}

// Where nothing may go nothing is written: the look comes every minute, for
// years, and the disk is an SD card.
func TestRetentionThatFindsNothingCommitsNothing(t *testing.T) {
	b := newBench(t)
	fillEverything(b)
	before := b.Status().Commits
	for range 3 {
		removed, more, err := b.Retain(t.Context(), 24*time.Hour, 1<<30)
		if removed != 0 || more || err != nil {
			t.Errorf("%d removed, more: %v, %v", removed, more, err)
		}
	}
	if n := b.Status().Commits - before; n != 0 {
		t.Errorf("%d commits", n)
	}
}

// Postings that may not go, as after a month without the PMS, are not looked
// at again and again: each look goes on where the last one ended, comes to what
// lies behind them, and begins anew.
func TestRetentionGoesOnBehindWhatStays(t *testing.T) {
	b := newBench(t)
	const stays = 2*retainLooks + 10
	then := b.clock.now()
	put := func(n int, state hotel.PostingState, at time.Time) {
		b.run(func(tx hotel.Tx) {
			tx.PutPosting(hotel.Posting{ID: fmt.Sprintf("P%d", n), Room: "101", State: state, Time: at})
		})
	}
	b.run(func(tx hotel.Tx) {
		for n := range stays {
			tx.PutPosting(hotel.Posting{ID: fmt.Sprintf("P%d", n+1), Room: "101", State: hotel.PostingPending, Time: then})
		}
	})
	put(stays+1, hotel.PostingPosted, then)
	b.clock.add(31 * 24 * time.Hour)
	put(stays+2, hotel.PostingPosted, b.clock.now()) // young
	retain := func() (removed int) {
		t.Helper()
		removed, _, err := b.Retain(t.Context(), 30*24*time.Hour, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		return removed
	}
	// By the third look it is at the end, and begins anew.
	for look, want := range []int{0, 0, 1, 0, 0, 0} {
		if n := retain(); n != want {
			t.Errorf("look %d removed %d, want %d", look, n, want)
		}
	}
	put(1, hotel.PostingPosted, then) // settled at last
	if n := retain(); n != 0 {
		t.Errorf("%d were removed at once: all are looked at each minute", n)
	}
	b.clock.add(historyEvery)
	if n := retain(); n != 1 {
		t.Errorf("once the first is settled %d are removed", n)
	}
	if all, err := b.Postings("101", 2*stays); err != nil || len(all) != stays {
		t.Errorf("%d postings are left, %v; want %d", len(all), err, stays)
	}
	wantCounted(t, b.Store)
}

// What may go when it is looked for may have to stay when its turn comes: a
// person had the posting sent once more meanwhile.
func TestRetentionLooksOnceMore(t *testing.T) {
	b := newBench(t)
	p := hotel.Posting{ID: "P1", Room: "101", State: hotel.PostingPosted, Time: b.clock.now()}
	b.run(func(tx hotel.Tx) { tx.PutPosting(p) })
	b.clock.add(31 * 24 * time.Hour)
	begun, done := make(chan struct{}), make(chan error)
	go func() {
		done <- b.do(t.Context(), func(c *commit) error {
			close(begun)
			for len(b.patient) == 0 { // until it has been found
				runtime.Gosched()
			}
			p.State = hotel.PostingPending
			c.put(bucketPostings, postingKey(p.ID), encode(p))
			return nil
		})
	}()
	<-begun
	removed, _, err := b.Retain(t.Context(), 30*24*time.Hour, 1<<30)
	if err := errors.Join(err, <-done); removed != 0 || err != nil {
		t.Errorf("%d removed, %v", removed, err)
	}
	if all, err := b.Postings("101", 2); err != nil || len(all) != 1 {
		t.Errorf("%d postings are left, %v", len(all), err)
	}
}

// What happened while the clock showed 1970 is not half a century old once it
// is set right: it goes with what happened after it, and so does its history.
func TestRetentionOfWhatAWrongClockHasDated(t *testing.T) {
	b, clock := setBench(t)
	finish := func(ev hotel.Event) {
		t.Helper()
		if err := b.Finish(t.Context(), &ev, []Unit{{Name: hotel.RulesUnit}}, true)[0]; err != nil {
			t.Fatal(err)
		}
	}
	believed := false
	b.believed = func() bool { return believed }
	clock.set(-56 * 365 * day)
	r := mustAppend(t, b.Store, "1", []byte("in 1970"))
	ev := hotel.Event{ID: r.ID, Time: clock.now()}
	b.run(func(tx hotel.Tx) {
		tx.PutPosting(hotel.Posting{ID: "P1", Room: "101", State: hotel.PostingPosted, Event: ev.ID, Time: ev.Time})
		tx.Put(hotel.StayKey("G1"), hotel.Stay{ID: "G1", State: hotel.StayDeparted, CheckOut: ev.Time, Left: ev.ID})
	})
	finish(ev)
	clock.set(56 * 365 * day)
	believed = true
	finish(hotel.Event{ID: mustAppend(t, b.Store, "2", []byte("now")).ID})
	left := func() (events, postings int, stay bool) {
		for more, err := true, error(nil); more; {
			if _, more, err = b.Retain(t.Context(), 30*day, 1<<30); err != nil {
				t.Fatal(err)
			}
		}
		all, err := b.Events(0, 100)
		if err != nil {
			t.Fatal(err)
		}
		some, err := b.Postings("", 100)
		if err != nil {
			t.Fatal(err)
		}
		var s hotel.Stay
		return len(all), len(some), b.Snapshot().Get(hotel.StayKey("G1"), &s)
	}
	clock.add(29 * day)
	if events, postings, stay := left(); events < 2 || postings != 1 || !stay {
		t.Errorf("after a month %d events, %d postings, the stay: %v", events, postings, stay)
	}
	clock.add(2 * day)
	if events, postings, stay := left(); postings != 0 || stay {
		t.Errorf("after longer %d events, %d postings, the stay: %v", events, postings, stay)
	}
}
