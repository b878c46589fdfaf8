package store

import (
	"testing"

	"bellhop/hotel"
)

// TestPostingIsFoundByItsIDAlone: a person who types the number of an event in
// place of a posting's takes no stranger's charge back, and one unit that names a
// posting in two ways does not take it back twice.
func TestPostingIsFoundByItsIDAlone(t *testing.T) {
	b := newBench(t)
	b.run(func(tx hotel.Tx) {
		tx.PutPosting(hotel.Posting{ID: "P12", Stay: "G1", Kind: hotel.PostingOther, Amount: 5, State: hotel.PostingPosted})
	})
	b.run(func(tx hotel.Tx) {
		if p, ok := tx.Posting("P12"); !ok || p.Amount != 5 {
			t.Errorf("P12 reads as %+v, %v", p, ok)
		}
		for _, id := range []string{"12", "P012", "012", "p12"} {
			if p, ok := tx.Posting(id); ok || p.ID != "" {
				t.Errorf("in a unit %q reads as %+v, %v", id, p, ok)
			}
		}
	})
	for _, id := range []string{"12", "P012", "012", "p12"} {
		if p, found, err := b.Posting(id); err != nil || found || p.ID != "" {
			t.Errorf("%q reads as %+v, %v, %v", id, p, found, err)
		}
	}
}
