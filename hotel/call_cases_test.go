package hotel

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// A record that comes late, after a gap, is priced by the rate for the time at which
// the call began, and not at which it ended or was heard of.
func TestCallIsPricedByItsBegin(t *testing.T) {
	for start, want := range map[string]int64{"2026-03-01 07:59:59": 100, "2026-03-01 08:00:00": 200, "2026-03-01 08:28:00": 200, "2026-02-27 08:28:00": 300} {
		tx := callHotel()
		tx.Put(RateKey("0"), RateList{[]Rate{
			{Prefix: "0", Days: "su", From: "08:00", To: "09:00", Price: "2"}, {Prefix: "0", Days: "su", Price: "1"}, {Prefix: "0", Price: "3"},
		}})
		c := outCall("101", "0211", 60)
		c.Start = start
		if r := reported(t, tx, callSetup, 7, "101", "c-1", c); r.Price != want {
			t.Errorf("begun at %s it costs %d, not %d", start, r.Price, want)
		}
	}
}

// With prices that are without the tax it comes on top once: in the record, in the
// posting, and on the folio.
func TestCallWithTheTaxOnTop(t *testing.T) {
	net := callSetup
	net.Taxes.OnTop = true
	for round, want := range map[int64]struct{ amount, tax int64 }{
		0:   {424, 24}, // 2 × 2.00 × 1.06; 424 × 6/106
		10:  {420, 24}, // 42.4 steps; 420 × 6/106 = 23.8
		100: {400, 23}, // 4.24 steps; 400 × 6/106 = 22.6
	} {
		tx := callHotel()
		net.Tariff.Round = round
		r := reported(t, tx, net, 7, "101", "c-1", outCall("101", "0039061234", 61))
		p := tx.postings[0]
		equal(t, "record, posting, tax and folio", []int64{r.Price, p.Amount, p.Tax, owes(tx, "G1")}, []int64{want.amount, want.amount, want.tax, want.amount})
		// As it stands when it is assigned to another.
		apply(t, tx, net, Effect{Correct: &Correct{Posting: p.ID}}, Effect{AssignCall: &AssignCall{Call: 7, Stay: "G3"}})
		equal(t, "assigned", []int64{owes(tx, "G1"), owes(tx, "G3")}, []int64{0, want.amount})
	}
}

// What only looks alike is another call: by another PBX, to another number, on
// another day.
func TestCallsThatLookAlike(t *testing.T) {
	tx := callHotel()
	out := outCall("101", "0211", 60)
	reported(t, tx, callSetup, 7, "101", "c-1", out)
	forked := out
	forked.To = "0212"
	reported(t, tx, callSetup, 8, "101", "c-1", forked)
	equal(t, "rung in two places", owes(tx, "G1"), int64(200))
	ev := &Event{ID: 9, Kind: KindCDR, Time: eventTime, Room: "101", Extension: "101", CallID: "c-1", CDR: &out, Serial: "another"}
	if err := Apply(tx, ev, "rules", []Effect{{Call: &RecordCall{}}}, callSetup); err != nil {
		t.Fatal(err)
	}
	equal(t, "by a new PBX", owes(tx, "G1"), int64(300))
}

// A callid that is given anew joins no calls that are days apart, whichever
// record comes first.
func TestCallIDThatIsGivenAnew(t *testing.T) {
	for _, days := range []int{-2, 2} {
		tx := callHotel()
		out, next := outCall("101", "0211", 60), outCall("8031", "0211", 60)
		next.Type = transferred
		next.Start = time.Date(2026, 3, 1+days, 8, 28, 0, 0, time.UTC).Format(time.DateTime)
		tx.Put(OccupancyKey("103"), []Occupancy{{Stay: "G3", Since: eventTime.Add(-9 * 24 * time.Hour)}})
		reported(t, tx, callSetup, 7, "101", "c-1", out)
		reported(t, tx, callSetup, 8, "103", "c-1", next)
		if g1, g3 := owes(tx, "G1"), owes(tx, "G3"); g1 != 100 || g3 != 100 {
			t.Errorf("%d days apart: 101 owes %d, 103 %d", days, g1, g3)
		}
	}
}

// A copy does not keep the call itself from being priced later, and is not charged
// by a person's mistake.
func TestCopyOfACallWithoutAPrice(t *testing.T) {
	tx := callHotel()
	c := outCall("101", "5551234", 60)
	reported(t, tx, callSetup, 7, "101", "c-1", c)
	reported(t, tx, callSetup, 8, "101", "c-1", c)
	equal(t, "waiting", UnpricedCalls(tx), []uint64{7})
	tx.Put(RateKey("5"), RateList{[]Rate{{Prefix: "5", Price: "1"}}})
	apply(t, tx, callSetup, Effect{PriceCalls: &PriceCalls{Calls: UnpricedCalls(tx)}})
	equal(t, "owed", owes(tx, "G1"), int64(100))
	err := Apply(tx, testEvent(), "rules", []Effect{{AssignCall: &AssignCall{Call: 8, Stay: "G3"}}}, callSetup)
	var wrong *Invalid
	if !errors.As(err, &wrong) || wrong.Rule != "has nothing to charge: "+WhyCopy {
		t.Errorf("the copy is assigned: %v", err)
	}
}

// A copy is run again to be listed, and charged on a person's word alone.
func TestCopyThatIsRunAgain(t *testing.T) {
	for charge, want := range map[bool]int64{false: 100, true: 200} {
		tx := callHotel()
		c := outCall("101", "0211", 60)
		reported(t, tx, callSetup, 7, "101", "", c) // without a callid nothing else tells them apart
		ev := &Event{ID: 9, Kind: KindCDR, Time: eventTime, Room: "101", Extension: "101", CDR: &c, Serial: "s", Again: &Again{Event: 8, Time: eventTime, CopyOf: 7, Charge: charge}}
		if err := Apply(tx, ev, "rules", []Effect{{Call: &RecordCall{}}}, callSetup); err != nil {
			t.Fatal(err)
		}
		if owed := owes(tx, "G1"); owed != want {
			t.Errorf("charge %v: %d owed, not %d", charge, owed, want)
		}
	}
}

// TestWhoBeganACall: of the records of a transferred call the first says whose it
// is, in whatever order they come, and each record says who pays.
func TestWhoBeganACall(t *testing.T) {
	type leg struct {
		room string
		cdr  CDR
	}
	record := func(kind, start, from, to, line string, talk int) CDR {
		return CDR{Start: "2026-03-01 " + start, From: from, To: to, Duration: talk, Talk: talk, DestLine: line, Status: "ANSWERED", Type: kind}
	}
	last := leg{"", record(transferred, "08:28:30", "8000", "0211", "SIP", 60)}
	cases := []struct {
		name  string
		legs  []leg
		payer string
	}{
		{"101 asks the desk, which asks 103", []leg{{"101", record("Internal", "08:27:00", "101", "8000", "", 20)}, {"103", record("Internal", "08:27:30", "8000", "8031", "", 20)}, last}, "G1"},
		{"103 asks the desk, which asks 101", []leg{{"103", record("Internal", "08:27:00", "8031", "8000", "", 20)}, {"101", record("Internal", "08:27:30", "8000", "101", "", 20)}, last}, "G3"},
		{"two that began in one second", []leg{{"101", record("Internal", "08:27:00", "101", "8000", "", 20)}, {"103", record("Internal", "08:27:00", "8031", "8000", "", 20)}, last}, "G1"},
		{"somebody called 103, who has it put through", []leg{{"103", record("Inbound", "08:27:00", "013912345", "8031", "", 20)}, last}, "G3"},
		{"two parts", []leg{{"101", record("Internal", "08:27:00", "101", "8000", "", 20)}, {"103", record(transferred, "08:28:00", "8031", "0212", "SIP", 60)}, last}, "G1"},
	}
	for _, c := range cases {
		for seed := range uint64(12) {
			tx := callHotel()
			for i, n := range rand.New(rand.NewPCG(seed, 3)).Perm(len(c.legs)) {
				reported(t, tx, callSetup, uint64(20+i), c.legs[n].room, "c-9", c.legs[n].cdr)
			}
			for _, r := range tx.Legs("c-9") {
				if r.CDR.Type != transferred {
					continue
				}
				p, _ := tx.Posting(r.Posting)
				if r.Payer != c.payer || p.Stay != c.payer || c.payer != "" && (p.Back != Taken{}) {
					t.Errorf("%s, seed %d: %q pays by the record, want %q; its posting is %+v", c.name, seed, r.Payer, c.payer, p)
				}
			}
		}
	}
}

// A part that the desk had transferred before it was known that nobody stayed where
// the call began: the desk is told.
func TestTransferredLegOfAVacantRoomIsTold(t *testing.T) {
	tx := callHotel()
	leg := outCall("8000", "0211", 60)
	leg.Type = transferred
	reported(t, tx, callSetup, 20, "", "c-9", leg)
	asked := CDR{Start: "2026-03-01 08:27:00", From: "102", To: "8000", Duration: 50, Talk: 40, Status: "ANSWERED", Type: "Internal"}
	reported(t, tx, callSetup, 21, "102", "c-9", asked)
	if r, _ := tx.Call(20); r.Why != WhyVacant || len(alerts(tx, AlertVacantCall)) != 1 {
		t.Errorf("%+v, alerts %+v", r, alerts(tx, AlertVacantCall))
	}
}

// What a person has assigned or moved stays there, though the record with which
// the call began comes after.
func TestAssignedAndMovedLegsStand(t *testing.T) {
	for _, c := range []struct {
		what, room, from, start string // the part that comes first
		decide                  func(posting string) Effect
	}{
		{"assigned", "", "8000", "2026-03-01 08:28:00", func(string) Effect { return Effect{AssignCall: &AssignCall{Call: 20, Room: "103"}} }},
		{"moved", "102", "102", "2026-03-01 07:29:00", func(posting string) Effect {
			return Effect{Settle: &Settle{Posting: posting, Do: SettleMove, Stay: "G3"}}
		}},
	} {
		tx := callHotel()
		leg := outCall(c.from, "0211", 60)
		leg.Type, leg.Start = transferred, c.start
		r := reported(t, tx, callSetup, 20, c.room, "c-9", leg)
		apply(t, tx, callSetup, c.decide(r.Posting))
		began := outCall("101", "0211", 60)
		began.Start = "2026-03-01 07:28:00"
		reported(t, tx, callSetup, 21, "101", "c-9", began)
		r, _ = tx.Call(20)
		if g1, g3 := owes(tx, "G1"), owes(tx, "G3"); g1 != 100 || g3 != 100 || owes(tx, "G0") != 0 || r.Payer != "G3" || !r.Assigned {
			t.Errorf("%s: 101 owes %d, 103 %d, who left %d; the record: %+v", c.what, g1, g3, owes(tx, "G0"), r)
		}
	}
}

// Of two parts of one call the one that is moved takes its own record along, and
// no other.
func TestMovedPartOfACall(t *testing.T) {
	tx := callHotel()
	out, next := outCall("101", "0211", 60), outCall("8031", "0211", 120)
	next.Type, next.Start = transferred, "2026-03-01 08:29:10"
	one := reported(t, tx, callSetup, 20, "101", "c-9", out)
	reported(t, tx, callSetup, 21, "103", "c-9", next)
	apply(t, tx, callSetup, Effect{Settle: &Settle{Posting: one.Posting, Do: SettleMove, Stay: "G3"}})
	first, _ := tx.Call(20)
	second, _ := tx.Call(21)
	equal(t, "payers", []string{first.Payer, second.Payer}, []string{"G3", "G1"})
	equal(t, "owed", []int64{owes(tx, "G1"), owes(tx, "G3")}, []int64{200, 100})
	if first.Posting == second.Posting || !first.Assigned || second.Assigned {
		t.Errorf("the records: %+v and %+v", first, second)
	}
}

// A part whose charge the PMS refused is written off where it does not belong: the
// PMS is not told to take back what it does not have.
func TestRefusedChargeOfATransferredLeg(t *testing.T) {
	setup := callSetup
	setup.PMS = true
	tx := callHotel()
	leg := outCall("8031", "0211", 60)
	leg.Type = transferred
	r := reported(t, tx, setup, 20, "103", "c-9", leg)
	p, _ := tx.Posting(r.Posting)
	p.State, p.Call = PostingRefused, 5
	tx.PutPosting(p)
	tx.parked, tx.parkedCalls, tx.queued = []uint64{5}, map[uint64]QueuedCall{5: {Op: OpPosting, Subject: p.ID}}, nil
	reported(t, tx, setup, 21, "101", "c-9", outCall("101", "0211", 60))
	p, _ = tx.Posting(r.Posting)
	equal(t, "the refused one", []any{p.State, p.TakenBy}, []any{PostingWrittenOff, []string(nil)})
	equal(t, "owed", []int64{owes(tx, "G1"), owes(tx, "G3")}, []int64{200, 0})
	for _, q := range tx.queued {
		if told, known := tx.Posting(q.Subject); q.Op == OpPosting && (!known || told.Corrects != "") {
			t.Errorf("the PMS is told of %+v", told)
		}
	}
}

// A call that costs more than an amount can be waits like one without a rate, and
// one whose record retention took is waited for no more.
func TestUnpricedCallsOfOtherKinds(t *testing.T) {
	tx := callHotel()
	tx.Put(RateKey("0"), RateList{[]Rate{{Prefix: "0", Price: "999999999"}}})
	reported(t, tx, callSetup, 7, "101", "c-1", outCall("101", "021", 1<<30))
	reported(t, tx, callSetup, 8, "101", "c-2", outCall("101", "5", 60))
	equal(t, "waiting", UnpricedCalls(tx), []uint64{7, 8})
	tx.calls = tx.calls[:1]
	apply(t, tx, callSetup, Effect{PriceCalls: &PriceCalls{Calls: []uint64{7, 8}}})
	equal(t, "waiting", UnpricedCalls(tx), []uint64{7})
	equal(t, "counted", alerts(tx, AlertUnpriced)[0].Params["count"], "1")
}

// The telephone may have another room by the time that its call is looked at.
func TestCallOfATelephoneThatWasMovedSince(t *testing.T) {
	tx := callHotel()
	r := tx.room("103")
	r.Extensions = []string{"8032"}
	tx.Put(RoomKey("103"), r)
	equal(t, "payer", reported(t, tx, callSetup, 7, "103", "c-1", outCall("8031", "0211", 60)).Payer, "G3")
	// Another record of the same call changes nothing about it.
	asked := CDR{Start: "2026-03-01 08:27:00", From: "101", To: "8000", Duration: 50, Talk: 40, Status: "ANSWERED", Type: "Internal"}
	reported(t, tx, callSetup, 8, "101", "c-1", asked)
	equal(t, "owed", owes(tx, "G3"), int64(100))
}
