package store

import (
	"slices"
	"testing"
	"time"

	"bellhop/hotel"
)

// A unit that is done is not done again, and what it has posted has its number for
// itself.
func TestUnitPostsOnce(t *testing.T) {
	b := newBench(t)
	post := func(tx hotel.Tx) error {
		id := "P" + string(rune('0'+tx.Next()))
		tx.PutPosting(hotel.Posting{ID: id, Stay: "G1", State: hotel.PostingPosted, Time: b.clock.now()})
		return nil
	}
	one, two := b.append(hotel.Event{Kind: hotel.KindDTMF}), b.append(hotel.Event{Kind: hotel.KindDTMF})
	for range 2 { // the second time as after a restart, when it is not known how far it came
		for _, complete := range []bool{false, true} {
			if err := b.Finish(t.Context(), &one, []Unit{b.unit(one.ID, "rules", post)}, complete)[0]; err != nil {
				t.Fatal(err)
			}
		}
		b.reopen()
	}
	if err := b.Finish(t.Context(), &two, []Unit{b.unit(two.ID, "rules", post)}, true)[0]; err != nil {
		t.Fatal(err)
	}
	if got := folioOf(t, b.Store, "G1", "", 10); !slices.Equal(got, []string{"P1", "P2"}) {
		t.Errorf("on the folio: %v", got)
	}
}

// What a unit has posted and changed it reads as that, the newest first: what is
// taken back in the unit that charged it is found.
func TestPostingsOfAStayWithinAUnit(t *testing.T) {
	b := newBench(t)
	put := func(tx hotel.Tx, id string, amount int64) {
		tx.PutPosting(hotel.Posting{ID: id, Stay: "G1", Amount: amount, State: hotel.PostingPosted, Time: b.clock.now()})
	}
	read := func(tx hotel.Tx, most int) (ids []string, sum int64) {
		tx.PostingsOf("G1", func(p hotel.Posting) bool {
			ids, sum = append(ids, p.ID), sum+p.Amount
			return len(ids) < most
		})
		return ids, sum
	}
	want := func(tx hotel.Tx, most int, sum int64, ids ...string) {
		t.Helper()
		if got, total := read(tx, most); !slices.Equal(got, ids) || total != sum {
			t.Errorf("%v come to %d, want %v and %d", got, total, ids, sum)
		}
	}
	b.run(func(tx hotel.Tx) {
		put(tx, "P9", 1)
		put(tx, "P10", 10)
		tx.PutPosting(hotel.Posting{ID: "P11", Stay: "G2", Amount: 1000})
		want(tx, 9, 11, "P10", "P9")
	})
	b.run(func(tx hotel.Tx) {
		put(tx, "P12", 100)
		put(tx, "P9", 2)
		put(tx, "P9", 3)
		want(tx, 9, 113, "P12", "P10", "P9")
		want(tx, 2, 110, "P12", "P10")
		if p, _ := tx.Posting("P9"); p.Amount != 3 {
			t.Errorf("what was put twice reads as %+v", p)
		}
	})
	b.run(func(tx hotel.Tx) { want(tx, 9, 113, "P12", "P10", "P9") })
}

// What is being sent is neither withdrawn, nor written off for good by what comes
// of it: a person's word stands.
func TestPostingThatIsBeingSent(t *testing.T) {
	b := newBench(t)
	call := func(id string) hotel.QueuedCall {
		return hotel.QueuedCall{To: hotel.ToPMS, Op: hotel.OpPosting, Subject: id, Urgency: hotel.Guest, Room: "101", Lanes: []string{"101"}}
	}
	calls := b.queue(call("P101"), call("P102"))
	b.run(func(tx hotel.Tx) {
		tx.PutPosting(hotel.Posting{ID: "P101", Room: "101", State: hotel.PostingWrittenOff})
		tx.PutPosting(hotel.Posting{ID: "P102", Room: "101", State: hotel.PostingPending})
	})
	if !b.Claim(calls[0].ID) {
		t.Fatal("the call cannot be begun")
	}
	b.run(func(tx hotel.Tx) {
		if _, ok := tx.Withdraw(hotel.Posting{ID: "P101", Room: "101"}, ""); ok {
			t.Error("withdrawn while it is being sent")
		}
	})
	for _, q := range calls {
		b.settle(q, hotel.CallDelivered)
	}
	for id, want := range map[string]hotel.PostingState{"P101": hotel.PostingWrittenOff, "P102": hotel.PostingPosted} {
		if p, _, err := b.Posting(id); err != nil || p.State != want {
			t.Errorf("%s is %+v, %v", id, p, err)
		}
	}
}

// A call that is decided about twice in one unit waits once.
func TestParkedCallIsSentAgainOnce(t *testing.T) {
	b := newBench(t)
	q := b.queue(hotel.QueuedCall{To: hotel.ToPMS, Op: hotel.OpPosting, Subject: "P101", Urgency: hotel.Guest, Room: "101", Lanes: []string{"101"}})[0]
	b.settle(q, hotel.CallRefused)
	b.run(func(tx hotel.Tx) {
		tx.Requeue(q.ID, false)
		tx.Requeue(q.ID, false)
	})
	if b.meta.Waiting != 1 || b.meta.Parked != 0 {
		t.Errorf("%d wait and %d are parked", b.meta.Waiting, b.meta.Parked)
	}
	wantCounted(t, b.Store)
}

// A charge of nobody's stay is kept until it is settled, however old it gets.
func TestRetentionKeepsUnsettledPostings(t *testing.T) {
	b := newBench(t)
	ev := b.append(hotel.Event{Kind: hotel.KindDTMF})
	err := b.Finish(t.Context(), &ev, []Unit{b.unit(ev.ID, "rules", func(tx hotel.Tx) error {
		for i, state := range hotel.PostingStates {
			tx.PutPosting(hotel.Posting{ID: "P10" + string(rune('1'+i)), Event: ev.ID, State: state, Time: b.clock.now()})
		}
		return nil
	})}, true)[0]
	if err != nil {
		t.Fatal(err)
	}
	b.clock.add(48 * time.Hour)
	for range 3 { // first the event, then what is of it
		if _, _, err := b.Retain(t.Context(), 24*time.Hour, 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	left, err := b.FindPostings(10, func(hotel.Posting) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	var states []hotel.PostingState
	for _, p := range left {
		states = append(states, p.State)
	}
	if want := []hotel.PostingState{hotel.PostingUnclear, hotel.PostingRefused, hotel.PostingPending}; !slices.Equal(states, want) {
		t.Errorf("left are %v, want %v", states, want)
	}
}
