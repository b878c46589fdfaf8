package store

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bellhop/hotel"
)

// TestLegsOfACall: the parts of one telephone call are found by its id, also those
// changed since, and go with their records.
func TestLegsOfACall(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "b.db"), newClock())
	ev := hotel.Event{Kind: hotel.KindCommand}
	in := func(work func(d *draft)) {
		t.Helper()
		if err := s.submit(t.Context(), false, func(c *commit) error {
			d := c.draft(&ev, "test")
			work(d)
			d.flush()
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	legs := func(callID string) (events []uint64) {
		in(func(d *draft) {
			for _, r := range d.Legs(callID) {
				events = append(events, r.Event)
			}
		})
		return events
	}
	in(func(d *draft) {
		for event, id := range []string{"", "1.1", "1.10", "1.1", "1.1\x00"} {
			d.PutCall(hotel.CallRecord{Event: uint64(event + 1), CallID: id, Time: time.Unix(1, 0)})
		}
	})
	for id, want := range map[string][]uint64{"1.1": {2, 4}, "1.10": {3}, "1.1\x00": {5}, "": nil, "1": nil} {
		if got := legs(id); !slices.Equal(got, want) {
			t.Errorf("legs of %q: %v, want %v", id, got, want)
		}
	}
	in(func(d *draft) {
		r, known := d.Call(4)
		r.Price = 7
		d.PutCall(r)
		if again, _ := d.Call(4); !known || again.Price != 7 || d.Legs("1.1")[1].Price != 7 {
			t.Errorf("in the unit that changes it: %+v", again)
		}
		if _, known := d.Call(99); known {
			t.Error("a call that never was is known")
		}
	})
	in(func(d *draft) { d.c.removeCall(number(2)) })
	if got := legs("1.1"); !slices.Equal(got, []uint64{4}) {
		t.Errorf("after one has gone: %v", got)
	}
	in(func(d *draft) {
		if d.c.tx.Bucket(bucketLegs).Get(legKey("1.1", 2)) != nil {
			t.Error("it is listed on")
		}
	})
}
