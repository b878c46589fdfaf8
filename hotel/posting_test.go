package hotel

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// latest are the postings as they were last put, by id.
func (tx *memTx) latest() map[string]Posting {
	all := map[string]Posting{}
	for _, p := range tx.postings {
		all[p.ID] = p
	}
	return all
}

func TestPartsTakeBackTheVeryAmount(t *testing.T) {
	six := TaxRate(600)
	tx := smallHotel()
	apply(t, tx, noPMS, Effect{Post: &PostCharge{Room: "101", Kind: "minibar", Item: "4", Quantity: 3, Amount: 1000, Tax: &six}})
	for range 3 {
		apply(t, tx, noPMS, Effect{Correct: &Correct{Posting: "P1", Quantity: 1, Reason: "not taken", Staff: "12"}})
	}
	all := tx.latest()
	var amounts, taxes []int64
	for _, id := range []string{"P1", "P2", "P3", "P4"} {
		p := all[id]
		amounts, taxes = append(amounts, p.Amount), append(taxes, p.Tax)
	}
	equal(t, "amounts", amounts, []int64{1000, -333, -334, -333}) // a third, two thirds (666.67), all
	equal(t, "taxes", taxes, []int64{57, -19, -19, -19})          // 1000·6/106 = 56.6
	one := all["P2"]
	equal(t, "a correction", []any{one.Corrects, one.Quantity, one.Reason, one.Staff, one.Stay, one.Item, one.TaxRate}, []any{"P1", -1, "not taken", "12", "G1", "4", six})
	equal(t, "the folio", record[Folio](tx, FolioKey("G1")), Folio{})
	refused(t, tx, Invalid{"correct", "posting", "was taken back before", "P1"}, Effect{Correct: &Correct{Posting: "P1"}})
	refused(t, tx, Invalid{"correct", "posting", "is a correction itself: post anew what was right", "P2"}, Effect{Correct: &Correct{Posting: "P2"}})
}

func TestWhatTakesBackCanBeTakenBack(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, noPMS,
		Effect{Post: &PostCharge{Room: "101", Kind: "other", Quantity: -2, Amount: -501}}, // a hook's own way to give something back
		Effect{Correct: &Correct{Posting: "P1", Quantity: 1}}, Effect{Correct: &Correct{Posting: "P1"}})
	all := tx.latest()
	equal(t, "amounts", []int64{all["P1"].Amount, all["P2"].Amount, all["P3"].Amount}, []int64{-501, 251, 250})
	equal(t, "owed", record[Folio](tx, FolioKey("G1")).Owed(), int64(0))
}

func TestCorrectionsThatCannotBe(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, noPMS, Effect{Post: &PostCharge{Room: "101", Kind: "minibar", Quantity: 2, Amount: 100}})
	tx.PutPosting(Posting{ID: "P2", Stay: "G1", Quantity: 1, State: PostingRefused})
	tx.PutPosting(Posting{ID: "P3", Stay: "G0", Quantity: 2, Amount: 9, Back: Taken{Quantity: 1, Amount: 4}})
	for what, c := range map[string]struct {
		effect Effect
		want   Invalid
	}{
		"moved in part":       {Effect{Settle: &Settle{Posting: "P3", Do: SettleMove, Stay: "G1"}}, Invalid{"posting", "id", "was taken back in part: correct the rest, and post it anew", "P3"}},
		"too many":            {Effect{Correct: &Correct{Posting: "P1", Quantity: 3}}, Invalid{"correct", "quantity", "must be 1 to 2, which is what is left of it", "3"}},
		"fewer than one":      {Effect{Correct: &Correct{Posting: "P1", Quantity: -1}}, Invalid{"correct", "quantity", "must be 1 to 2, which is what is left of it", "-1"}},
		"of nothing":          {Effect{Correct: &Correct{Posting: "P9"}}, Invalid{"correct", "posting", "must be a posting that is kept", "P9"}},
		"not refused":         {Effect{Settle: &Settle{Posting: "P1", Do: SettleResend}}, Invalid{"posting", "id", "is posted, and not refused", "P1"}},
		"not refused, too":    {Effect{Settle: &Settle{Posting: "P1", Do: SettleWriteOff}}, Invalid{"posting", "id", "is posted, and not refused", "P1"}},
		"no decision":         {Effect{Settle: &Settle{Posting: "P1", Do: "burn"}}, Invalid{"posting", "do", "must be resend, writeoff or move", "burn"}},
		"of what was refused": {Effect{Correct: &Correct{Posting: "P2"}}, Invalid{"correct", "posting", "was refused, so the PMS has nothing to take back: write it off, and post what was right", "P2"}},
		"to itself":           {Effect{Settle: &Settle{Posting: "P1", Do: SettleMove, Stay: "G1"}}, Invalid{"posting", "stay", "is whose it is already", "G1"}},
		"to nobody":           {Effect{Settle: &Settle{Posting: "P1", Do: SettleMove, Room: "102"}}, Invalid{"posting", "room", "is vacant: name the stay; the last was G0", "102"}},
		"to no stay":          {Effect{Settle: &Settle{Posting: "P1", Do: SettleMove, Stay: "G9"}}, Invalid{"posting", "stay", "must be a stay that is kept", "G9"}},
		"paid nothing":        {Effect{Pay: &Pay{Room: "101"}}, Invalid{"pay", "amount", "must be above zero, and not too large", "0"}},
	} {
		t.Run(what, func(t *testing.T) { refused(t, tx, c.want, c.effect) })
	}
}

// refusedPosting has a posting of room 101 that the PMS refused; it is the
// parked call 5.
func refusedPosting(t *testing.T) *memTx {
	t.Helper()
	tx := smallHotel()
	tx.Put(StayKey("G0"), Stay{ID: "G0", Room: "102", State: StayDeparted, CheckOut: eventTime})
	apply(t, tx, withPMS, Effect{Post: &PostCharge{Room: "101", Kind: "minibar", Item: "4", Quantity: 2, Amount: 700}})
	p := tx.latest()["P1"]
	p.State, p.Refusal, p.Call = PostingRefused, "no such folio", 5
	tx.PutPosting(p)
	tx.parked, tx.parkedCalls = []uint64{5}, map[uint64]QueuedCall{5: {Op: OpPosting, Subject: "P1"}}
	tx.queued = nil
	return tx
}

func TestRefusedPostingIsSentAgain(t *testing.T) {
	for name, effect := range map[string]Effect{
		"as a posting": {Settle: &Settle{Posting: "P1", Do: SettleResend}},
		"as a call":    {Requeue: &Requeue{Call: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			tx := refusedPosting(t)
			apply(t, tx, withPMS, effect)
			p := tx.latest()["P1"]
			equal(t, "its state", []any{p.State, p.Refusal, p.Call}, []any{PostingPending, "", uint64(0)})
			equal(t, "the call", tx.requeued, []Requeue{{Call: 5}})
			equal(t, "owed", record[Folio](tx, FolioKey("G1")).Owed(), int64(700))
			if len(tx.queued) != 0 {
				t.Error("it goes under a key that the PMS does not know")
			}
		})
	}
}

func TestRefusedPostingIsWrittenOff(t *testing.T) {
	for name, effect := range map[string]Effect{
		"as a posting": {Settle: &Settle{Posting: "P1", Do: SettleWriteOff, Reason: "goodwill"}},
		"as a call":    {Requeue: &Requeue{Call: 5, Drop: true}},
	} {
		t.Run(name, func(t *testing.T) {
			tx := refusedPosting(t)
			apply(t, tx, withPMS, effect)
			equal(t, "its state", tx.latest()["P1"].State, PostingWrittenOff)
			equal(t, "the call", tx.requeued, []Requeue{{Call: 5, Drop: true}})
			equal(t, "the folio", record[Folio](tx, FolioKey("G1")), Folio{})
			refused(t, tx, Invalid{"correct", "posting", "was written off", "P1"}, Effect{Correct: &Correct{Posting: "P1"}})
		})
	}
}

func TestPostingIsMoved(t *testing.T) {
	tx := refusedPosting(t)
	move := Effect{Settle: &Settle{Posting: "P1", Do: SettleMove, Stay: "G0", Reason: "it was theirs"}}
	apply(t, tx, withPMS, move)
	p := tx.latest()["P2"]
	equal(t, "what was moved", []any{p.Stay, p.Room, p.Late, p.Amount, p.Quantity, p.Item, p.Reason, p.State, p.Refusal}, []any{"G0", "102", true, int64(700), 2, "4", "it was theirs", PostingPending, ""})
	equal(t, "what the PMS refused", tx.latest()["P1"].State, PostingWrittenOff)
	equal(t, "told", []string{tx.queued[0].Subject}, []string{"P2"}) // of what it never had nothing is taken back
	equal(t, "owed before", record[Folio](tx, FolioKey("G1")).Owed(), int64(0))
	equal(t, "owed now", record[Folio](tx, FolioKey("G0")).Owed(), int64(700))

	// What the PMS has is taken back there.
	apply(t, tx, withPMS, Effect{Settle: &Settle{Posting: "P2", Do: SettleMove, Room: "101"}})
	all := tx.latest()
	equal(t, "taken back", []any{all["P3"].Stay, all["P3"].Amount, all["P3"].Corrects, all["P3"].Late}, []any{"G0", int64(-700), "P2", true})
	equal(t, "moved", []any{all["P4"].Stay, all["P4"].Amount, all["P4"].Late}, []any{"G1", int64(700), false})
	equal(t, "told", len(tx.queued), 3)
}

func TestPayments(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, noPMS, Effect{Post: &PostCharge{Room: "101", Kind: "call", Amount: 950}},
		Effect{Pay: &Pay{Room: "101", Amount: 1000, How: "cash", Staff: "7"}}, Effect{Pay: &Pay{Stay: "G1", Amount: 50, Back: true}})
	equal(t, "the folio", record[Folio](tx, FolioKey("G1")), Folio{Charges: 950, Calls: 950, Paid: 950})
	p := tx.latest()["P2"]
	equal(t, "a payment", []any{p.Kind, p.Amount, p.Description, p.Staff, p.Tax}, []any{PostingPayment, int64(-1000), "cash", "7", int64(0)})
}

// Whatever is done with postings, what a stay owes is the sum of those on its
// folio, and what was corrected comes to nothing.
func TestFolioIsTheSumOfItsPostings(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		tx := refusedPosting(t)
		for range 30 {
			id := fmt.Sprintf("P%d", 1+rnd.IntN(len(tx.latest())))
			stay := []string{"G0", "G1"}[rnd.IntN(2)]
			effect := []Effect{
				{Post: &PostCharge{Room: "101", Kind: []string{"minibar", "call", "other"}[rnd.IntN(3)], Item: "4", Quantity: 1 + rnd.IntN(9), Amount: rnd.Int64N(10000)}},
				{Correct: &Correct{Posting: id, Quantity: rnd.IntN(4)}},
				{Settle: &Settle{Posting: id, Do: []string{SettleResend, SettleWriteOff, SettleMove}[rnd.IntN(3)], Stay: stay}},
				{Pay: &Pay{Stay: stay, Amount: 1 + rnd.Int64N(5000), Back: rnd.IntN(4) == 0}},
			}[rnd.IntN(4)]
			before := *tx
			before.postings = slices.Clone(tx.postings)
			if p := tx.latest()[id]; p.State == PostingPending && rnd.IntN(3) == 0 { // the PMS refuses one
				p.State, p.Call = PostingRefused, uint64(100+len(tx.postings))
				tx.PutPosting(p)
				tx.parked = append(tx.parked, p.Call)
				tx.parkedCalls[p.Call] = QueuedCall{Op: OpPosting, Subject: p.ID}
				continue
			}
			if Apply(tx, testEvent(), "rules", []Effect{effect}, withPMS) != nil {
				*tx = before // what is refused is not committed
			}
		}
		owed, items, left := map[string]int64{}, map[string]int{}, map[string]int64{}
		for _, p := range tx.latest() {
			if p.State == PostingWrittenOff { // but for what others take back of it
				p.Amount, p.Quantity = p.Back.Amount, p.Back.Quantity
			}
			owed[p.Stay] += p.Amount
			if p.Kind == PostingMinibar {
				items[p.Stay] += p.Quantity
			}
			if p.Corrects != "" {
				left[p.Corrects] += p.Amount
			} else {
				left[p.ID] += p.Amount
			}
		}
		for stay := range owed {
			f := record[Folio](tx, FolioKey(stay))
			n := 0
			for _, k := range f.Items {
				n += k
			}
			if f.Owed() != owed[stay] || n != items[stay] {
				t.Fatalf("seed %d: %s owes %d, but its postings come to %d (%d things, %d)", seed, stay, f.Owed(), owed[stay], n, items[stay])
			}
		}
		for id, p := range tx.latest() {
			if p.Corrects == "" && p.Back.Quantity == p.Quantity && p.Quantity != 0 && left[id] != 0 {
				t.Fatalf("seed %d: of %s, which was taken back, %d is left", seed, id, left[id])
			}
		}
	}
}

// correctedThenRefused has a posting of room 101 of which one of three was taken
// back while it waited: the PMS refused it, and the store parked both.
func correctedThenRefused(t *testing.T) *memTx {
	t.Helper()
	tx := smallHotel()
	tx.Put(StayKey("G0"), Stay{ID: "G0", Room: "102", State: StayDeparted, CheckOut: eventTime})
	apply(t, tx, withPMS, Effect{Post: &PostCharge{Room: "101", Kind: "minibar", Item: "4", Quantity: 3, Amount: 1000}})
	apply(t, tx, withPMS, Effect{Correct: &Correct{Posting: "P1", Quantity: 1}})
	all := tx.latest()
	equal(t, "what takes it back", all["P1"].TakenBy, []string{"P2"})
	tx.parkedCalls = map[uint64]QueuedCall{}
	for id, call := range map[string]uint64{"P1": 5, "P2": 6} {
		p := all[id]
		p.State, p.Call = PostingRefused, call
		tx.PutPosting(p)
		tx.parked = append(tx.parked, call)
		tx.parkedCalls[call] = QueuedCall{Op: OpPosting, Subject: id}
	}
	tx.queued = nil
	return tx
}

func TestCorrectionGoesWithWhatItTakesBack(t *testing.T) {
	settle := func(id, do string) Effect { return Effect{Settle: &Settle{Posting: id, Do: do, Stay: "G0"}} }
	for name, c := range map[string]struct {
		effect Effect
		states []PostingState
		owed   int64
	}{
		"sent again":         {settle("P1", SettleResend), []PostingState{PostingPending, PostingPending}, 667},
		"written off":        {settle("P1", SettleWriteOff), []PostingState{PostingWrittenOff, PostingWrittenOff}, 0},
		"dropped":            {Effect{Requeue: &Requeue{Call: 5, Drop: true}}, []PostingState{PostingWrittenOff, PostingWrittenOff}, 0},
		"moved":              {settle("P1", SettleMove), []PostingState{PostingWrittenOff, PostingWrittenOff}, 0},
		"it alone is gone":   {settle("P2", SettleWriteOff), []PostingState{PostingRefused, PostingWrittenOff}, 1000},
		"it alone is gone 2": {Effect{Requeue: &Requeue{Call: 6, Drop: true}}, []PostingState{PostingRefused, PostingWrittenOff}, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			tx := correctedThenRefused(t)
			apply(t, tx, withPMS, c.effect)
			all := tx.latest()
			equal(t, "states", []PostingState{all["P1"].State, all["P2"].State}, c.states)
			equal(t, "owed", record[Folio](tx, FolioKey("G1")).Owed(), c.owed)
			if name != "moved" {
				equal(t, "new calls", len(tx.queued), 0)
				return
			}
			p := all["P3"]
			equal(t, "what is left of it", []any{p.Stay, p.Quantity, p.Amount, p.Back, p.State}, []any{"G0", 2, int64(667), Taken{}, PostingPending})
			equal(t, "owed there", record[Folio](tx, FolioKey("G0")).Owed(), int64(667))
		})
	}
	tx := correctedThenRefused(t)
	refused(t, tx, Invalid{"posting", "id", "takes back P1, which is refused: decide about that one", "P2"}, settle("P2", SettleResend))
	refused(t, tx, Invalid{"posting", "id", "takes back P1, which is refused: decide about that one", "P2"}, Effect{Requeue: &Requeue{Call: 6}})
}

// What is taken off a waiting posting goes with it when its call is dropped.
func TestDroppedPostingTakesItsCorrectionAlong(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, withPMS, Effect{Post: &PostCharge{Room: "101", Kind: "minibar", Item: "4", Quantity: 3, Amount: 1000}}, Effect{Correct: &Correct{Posting: "P1", Quantity: 1}})
	tx.parked, tx.parkedCalls = []uint64{5}, map[uint64]QueuedCall{5: {Op: OpPosting, Subject: "P1"}}
	apply(t, tx, withPMS, Effect{Requeue: &Requeue{Call: 5, Drop: true}})
	all := tx.latest()
	equal(t, "states", []PostingState{all["P1"].State, all["P2"].State}, []PostingState{PostingWrittenOff, PostingWrittenOff})
	equal(t, "what waits", []any{len(tx.queued), tx.queued[0].Subject}, []any{1, "P1"}) // whose end the store sees to
	equal(t, "the folio", record[Folio](tx, FolioKey("G1")), Folio{})
}

func TestUnclearPosting(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, withPMS, Effect{Post: &PostCharge{Room: "101", Kind: "minibar", Item: "4", Quantity: 3, Amount: 1000}}, Effect{Correct: &Correct{Posting: "P1", Quantity: 1}})
	tx.parked, tx.parkedCalls = []uint64{5}, map[uint64]QueuedCall{5: {Op: OpPosting, Subject: "P1", State: CallUnknown}}
	apply(t, tx, withPMS, Effect{Requeue: &Requeue{Call: 5, Drop: true}})
	all := tx.latest()
	equal(t, "the posting", []any{all["P1"].State, all["P1"].Refusal, all["P1"].Call}, []any{PostingUnclear, "@may-be-there", uint64(5)})
	equal(t, "what takes it back", []any{all["P2"].State, all["P2"].Refusal, all["P2"].Call != 0}, []any{PostingRefused, "@first-unclear(P1)", true})
	equal(t, "owed", record[Folio](tx, FolioKey("G1")).Owed(), int64(667))
	unclear := Reconcile([]Posting{all["P1"]}, "EUR", "", "")
	equal(t, "listed", []any{unclear.States[0].State, len(unclear.Open)}, []any{PostingUnclear, 1})

	may := "may be at the PMS or not: send it again or write it off first"
	refused(t, tx, Invalid{"correct", "posting", may, "P1"}, Effect{Correct: &Correct{Posting: "P1"}})
	tx.Put(StayKey("G0"), Stay{ID: "G0", Room: "102", State: StayDeparted})
	refused(t, tx, Invalid{"posting", "posting", may, "P1"}, Effect{Settle: &Settle{Posting: "P1", Do: SettleMove, Stay: "G0"}})
	a := applier{tx: tx, ev: testEvent(), setup: withPMS}
	equal(t, "of things that can be taken off", a.refusedOf(all["P1"]), 2)
	equal(t, "it is charged still, if it is a call", a.stillCharged("P1"), true)
	equal(t, "the rules leave it to a person", a.takeCallBack("P1"), false)

	tx.parkedCalls[5] = QueuedCall{Op: OpPosting, Subject: "P1"}
	other := *tx
	other.state = maps.Clone(tx.state)
	apply(t, tx, withPMS, Effect{Settle: &Settle{Posting: "P1", Do: SettleResend}})
	all = tx.latest()
	equal(t, "sent again", []PostingState{all["P1"].State, all["P2"].State}, []PostingState{PostingPending, PostingPending})
	apply(t, &other, withPMS, Effect{Settle: &Settle{Posting: "P1", Do: SettleWriteOff}})
	all = other.latest()
	equal(t, "written off", []PostingState{all["P1"].State, all["P2"].State}, []PostingState{PostingWrittenOff, PostingWrittenOff})
	equal(t, "the folio", record[Folio](&other, FolioKey("G1")), Folio{})
}
