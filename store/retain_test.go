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
