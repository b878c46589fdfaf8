package store

import (
	"fmt"
	"testing"

	"bellhop/hotel"
)

// A room's few postings are found among those of all others, however far back,
// newest first.
func TestHistoryOfOneRoom(t *testing.T) {
	b := newBench(t)
	const all, every = 3*historyLooks + 7, 1501
	b.run(func(tx hotel.Tx) {
		for n := range all {
			room := "102"
			if n%every == 0 {
				room = "101"
			}
			tx.PutPosting(hotel.Posting{ID: fmt.Sprintf("P%d", n+1), Room: room})
		}
	})
	for _, most := range []int{1, 3, 100} {
		got, err := b.Postings("101", most)
		if err != nil {
			t.Fatal(err)
		}
		want := min(most, (all+every-1)/every)
		if len(got) != want {
			t.Errorf("%d postings, want %d", len(got), want)
		}
		for i, p := range got {
			if id := fmt.Sprintf("P%d", (all-1)/every*every+1-i*every); p.ID != id || p.Room != "101" {
				t.Errorf("posting %d is %s of %s, want %s", i, p.ID, p.Room, id)
			}
		}
	}
	if got, err := b.Postings("", all+1); err != nil || len(got) != all || got[0].ID != fmt.Sprintf("P%d", all) || got[all-1].ID != "P1" {
		t.Errorf("%d postings of all rooms, %v; want %d", len(got), err, all)
	}
}
