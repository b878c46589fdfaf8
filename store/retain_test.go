package store

import (
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
