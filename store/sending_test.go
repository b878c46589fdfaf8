package store

import (
	"testing"

	"bellhop/hotel"
)

// The mark of a call that is being sent comes and goes, on disk, and changes nothing
// else: what was read before has a name that may be gone by now.
func TestSendingIsMarked(t *testing.T) {
	b := newBench(t)
	q := b.queue(hotel.QueuedCall{To: "sms", Op: "sms", Kind: hotel.Once, Room: "1", Body: []byte(`{"text":"x"}`)})[0]
	is := func(when string, state hotel.CallState) {
		t.Helper()
		for range 2 {
			kept, found, err := b.Call(q.ID)
			if err != nil || !found || kept.State != state || string(kept.Body) != `{"text":"x"}` {
				t.Errorf("%s: %+v, %v, %v", when, kept, found, err)
			}
			b.reopen()
		}
	}
	read := q
	read.Body = []byte(`{"text":"a name"}`)
	if err := b.Sending(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	is("sending", hotel.CallSending)
	if err := b.Unsent(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	is("unsent", hotel.CallQueued)
	b.settle(q, hotel.CallDelivered)
	for name, err := range map[string]error{"sending": b.Sending(t.Context(), q), "unsent": b.Unsent(t.Context(), q)} {
		if err == nil {
			t.Errorf("%s of a call that has gone: no error", name)
		}
	}
}
