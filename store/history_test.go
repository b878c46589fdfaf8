package store

import (
	"fmt"
	"testing"
	"time"

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

// A question of what was is answered from the newest page alone, of a stay from
// its folio; more says when there may be others.
func TestRecentHistory(t *testing.T) {
	b := newBench(t)
	begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	const all = historyLooks + 100
	b.run(func(tx hotel.Tx) {
		for n := range all {
			at := begin.Add(time.Duration(n) * time.Minute)
			room, stay := "102", "B"
			if n == 5 || n == all-5 || n == all-6 {
				room, stay = "101", "A"
			}
			tx.PutPosting(hotel.Posting{ID: fmt.Sprintf("P%d", n+1), Room: room, Stay: stay, Time: at})
			tx.PutCall(hotel.CallRecord{Event: uint64(n + 1), Room: room, Payer: stay, Time: at})
		}
		tx.PutPosting(hotel.Posting{ID: fmt.Sprintf("P%d", all+1), Room: "102", Stay: "A\x00\x00", Time: begin})
	})
	newest := begin.Add(all * time.Minute)
	for name, c := range map[string]struct {
		q                     hotel.HistoryQuery
		postings, calls       int
		morePosting, moreCall bool
	}{
		"of a room: the page ends":  {hotel.HistoryQuery{Room: "101", Most: 10}, 2, 2, true, true},
		"of a stay: all of it":      {hotel.HistoryQuery{Stay: "A", Most: 10}, 3, 2, false, true},
		"of a stay, so many":        {hotel.HistoryQuery{Stay: "A", Most: 2}, 2, 2, true, true},
		"since":                     {hotel.HistoryQuery{Since: newest.Add(-10 * time.Minute), Most: 100}, 10, 10, false, false},
		"of a stay since":           {hotel.HistoryQuery{Stay: "A", Since: newest.Add(-time.Hour), Most: 10}, 2, 2, false, false},
		"of another room of a stay": {hotel.HistoryQuery{Stay: "A", Room: "102", Most: 10}, 0, 0, false, true},
		"of all":                    {hotel.HistoryQuery{Most: 3}, 3, 3, true, true},
	} {
		postings, morePostings, err := b.RecentPostings(c.q)
		calls, moreCalls, callErr := b.RecentCalls(c.q)
		if err != nil || callErr != nil {
			t.Fatal(err, callErr)
		}
		if len(postings) != c.postings || len(calls) != c.calls || morePostings != c.morePosting || moreCalls != c.moreCall {
			t.Errorf("%s: %d postings (%v), %d calls (%v)", name, len(postings), morePostings, len(calls), moreCalls)
		}
		for i := 1; i < len(postings); i++ {
			if postings[i].Time.After(postings[i-1].Time) && postings[i-1].Stay != "A\x00\x00" {
				t.Errorf("%s: not the newest first", name)
			}
		}
	}
}
