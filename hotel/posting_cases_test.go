package hotel

import (
	"testing"
	"time"
)

// What is being sent is not given up: whether the PMS takes it is known in a moment.
func TestPostingThatIsBeingSentIsNotWrittenOff(t *testing.T) {
	for _, do := range []string{SettleWriteOff, SettleMove} {
		tx := refusedPosting(t)
		tx.parked = nil
		refused(t, tx, Invalid{"posting", "id", "is being sent: wait", "P1"}, Effect{Settle: &Settle{Posting: "P1", Do: do, Stay: "G0"}})
		equal(t, "owed", owes(tx, "G1"), int64(700))
	}
}

func TestWrittenOffPostingNamesNoCall(t *testing.T) {
	tx := refusedPosting(t)
	apply(t, tx, withPMS, Effect{Settle: &Settle{Posting: "P1", Do: SettleWriteOff}})
	equal(t, "call", tx.latest()["P1"].Call, uint64(0))
}

// A correction that is written off takes nothing back any more: all of the first
// can be taken back anew.
func TestCorrectionThatIsWrittenOff(t *testing.T) {
	tx := correctedThenRefused(t)
	apply(t, tx, withPMS, Effect{Settle: &Settle{Posting: "P2", Do: SettleWriteOff}})
	p := tx.latest()["P1"]
	equal(t, "taken back", []any{p.Back, len(p.TakenBy)}, []any{Taken{}, 0})
	p.State, p.Call = PostingPosted, 0
	tx.PutPosting(p)
	apply(t, tx, withPMS, Effect{Correct: &Correct{Posting: "P1", Quantity: 3}})
	equal(t, "owed", owes(tx, "G1"), int64(0))
}

// No more is taken back than is left, part by part.
func TestCorrectionOfMoreThanIsLeft(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, noPMS, Effect{Post: &PostCharge{Room: "101", Kind: "minibar", Item: "4", Quantity: 3, Amount: 900}}, Effect{Correct: &Correct{Posting: "P1", Quantity: 1}})
	refused(t, tx, Invalid{"correct", "quantity", "must be 1 to 2, which is what is left of it", "3"}, Effect{Correct: &Correct{Posting: "P1", Quantity: 3}})
	apply(t, tx, noPMS, Effect{Correct: &Correct{Posting: "P1", Quantity: 2}})
	equal(t, "owed", owes(tx, "G1"), int64(0))
}

// What happens to a folio after its stay has ended is late: also the payment of an
// old bill, and what is taken back of a charge that was in time.
func TestWhatComesAfterTheStayIsLate(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, noPMS,
		Effect{Post: &PostCharge{Room: "101", Kind: "other", Amount: 900}}, Effect{Pay: &Pay{Stay: "G1", Amount: 100}},
		Effect{CheckOut: &CheckOut{Room: "101"}},
		Effect{Pay: &Pay{Stay: "G1", Amount: 800}}, Effect{Correct: &Correct{Posting: "P1"}})
	all := tx.latest()
	for id, late := range map[string]bool{"P1": false, "P2": false, "P3": true, "P4": true} {
		if all[id].Late != late {
			t.Errorf("%s is late: %v", id, all[id].Late)
		}
	}
}

// A correction that waits behind a posting which the PMS refused, and could not be
// parked with it, goes on waiting when that is sent again.
func TestResentPostingWithACorrectionThatWaits(t *testing.T) {
	tx := correctedThenRefused(t)
	c := tx.latest()["P2"]
	c.State, c.Call = PostingPending, 0
	tx.PutPosting(c)
	tx.parked = []uint64{5}
	apply(t, tx, withPMS, Effect{Settle: &Settle{Posting: "P1", Do: SettleResend}})
	all := tx.latest()
	equal(t, "states", []PostingState{all["P1"].State, all["P2"].State}, []PostingState{PostingPending, PostingPending})
	equal(t, "asked for", tx.requeued, []Requeue{{Call: 5}})
}

// What is left of a posting is moved with what is left of its tax.
func TestMovedRestHasItsTax(t *testing.T) {
	tx := correctedThenRefused(t)
	for id, tax := range map[string]int64{"P1": 57, "P2": -19} {
		p := tx.latest()[id]
		p.Tax, p.TaxRate = tax, 600
		if id == "P1" {
			p.Back.Tax = 19
		}
		tx.PutPosting(p)
	}
	apply(t, tx, withPMS, Effect{Settle: &Settle{Posting: "P1", Do: SettleMove, Stay: "G0"}})
	p := tx.latest()["P3"]
	equal(t, "moved", []int64{p.Amount, p.Tax}, []int64{667, 38})
}

// An entry that was posted on a later day, and written off on a third, counts for
// those two.
func TestWrittenOffEntryCountsForTheDayOfThat(t *testing.T) {
	b := newBar(t)
	b.setup.PMS = true
	b.play("9:00 in 1 A")
	b.do("10:00", unclear("9", 1, false))
	b.do("1d8:00", resolved(ResolveEntry{Alert: b.held()[AlertMinibarItem][0].ID, Item: "4"}))
	p := b.tx.postings[0]
	p.State, p.Call = PostingRefused, 5
	b.tx.PutPosting(p)
	b.tx.parked, b.tx.parkedCalls = []uint64{5}, map[uint64]QueuedCall{5: {Op: OpPosting, Subject: p.ID}}
	b.do("2d8:00", Effect{Settle: &Settle{Posting: p.ID, Do: SettleWriteOff}})
	for date, want := range map[string]Takings{
		"2026-03-01": nil, "2026-03-02": {PostingMinibar: {Count: 1, Amount: 1500}}, "2026-03-03": {PostingMinibar: {Count: 0, Amount: -1500}},
	} {
		equal(t, date, record[Takings](b.tx, TakingsKey(date)), want)
	}
	kept, _ := b.tx.Posting(p.ID)
	equal(t, "its own time", []time.Time{kept.Time, kept.Booked}, []time.Time{clockOf("10:00"), clockOf("1d8:00")})
}

func TestTaxThatCannotBe(t *testing.T) {
	for rate, want := range map[TaxRate]string{-1: "-1", 10_001: "10001"} {
		refused(t, smallHotel(), Invalid{"post", "tax", "must be 0 to 10000 hundredths of a percent", want},
			Effect{Post: &PostCharge{Room: "101", Kind: "other", Amount: 1, Tax: &rate}})
	}
}

// The sums of a file of an earlier version are made of what its postings count for.
func TestFolioOfKeptPostings(t *testing.T) {
	var f Folio
	f.Add(Posting{Kind: PostingMinibar, Minibar: "m", Item: "4", Quantity: 2, Amount: 60, State: PostingWrittenOff, Back: Taken{Quantity: 1, Amount: 30}})
	f.Add(Posting{Kind: PostingMinibar, Minibar: "m", Item: "4", Quantity: -1, Amount: -30, State: PostingPosted, Corrects: "P1"})
	f.Add(Posting{Kind: PostingCall, Quantity: 1, Amount: 50, State: PostingWrittenOff})
	f.Add(Posting{Kind: PostingPayment, Quantity: 1, Amount: -20, State: PostingPosted})
	equal(t, "sums", f, Folio{Paid: 20, Items: map[string]int{}})
}
