package hotel

import (
	"errors"
	"testing"
	"time"
)

// What cannot wait as an alert, as too many are open, is not done: its unit is
// parked and can be run again.
func TestEntryThatCannotBeHeldIsNotLost(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A")
	held, refused := 0, 0
	for range maxAlerts + 5 {
		err := b.try("10:00", Effect{Unclear: &UnclearEntry{Room: "1", Item: "99", Count: 1}})
		var invalid *Invalid
		switch {
		case err == nil:
			held++
		case errors.As(err, &invalid):
			refused++
		}
	}
	waiting := 0
	for _, al := range openAlerts(b.tx) {
		if al.holdsEntry() {
			waiting++
		}
	}
	if held != waiting || held+refused != maxAlerts+5 || refused == 0 {
		t.Errorf("%d are done, %d wait for a person, %d are to be run again", held, waiting, refused)
	}
}

// The PMS is not told to take back what it has refused.
func TestRemovalOfWhatThePMSRefusedWaits(t *testing.T) {
	tx := newTx(map[string]any{
		RoomKey("1"): Room{Number: "1", Stay: "A"}, StayKey("A"): Stay{ID: "A", Room: "1", State: StayInHouse},
		OccupancyKey("1"): []Occupancy{{Stay: "A", Since: eventTime.Add(-48 * time.Hour)}},
	})
	minibar := func(quantity int) Effect {
		return Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "4", Quantity: quantity, Amount: int64(quantity) * 2500}}
	}
	apply(t, tx, withPMS, minibar(1), minibar(2))
	p := tx.latest()["P2"]
	p.State, p.Refusal, p.Call = PostingRefused, "no item", 5
	tx.PutPosting(p)
	tx.queued = nil
	apply(t, tx, withPMS, minibar(-2))
	if len(tx.queued) != 0 || len(openAlerts(tx)) != 1 || openAlerts(tx)[0].Code != AlertMinibarRemoval {
		t.Errorf("the PMS is told %v, the desk %v", tx.queued, openAlerts(tx))
	}
	// The older one, which the PMS has, is taken back.
	apply(t, tx, withPMS, minibar(-1))
	if back := tx.latest()["P3"]; back.Corrects != "P1" || len(tx.queued) != 1 {
		t.Errorf("%+v; the PMS is told %v", back, tx.queued)
	}
}

func TestCallWhoseChargeWasMovedIsNotChargedAgain(t *testing.T) {
	for _, callID := range []string{"c-1", ""} {
		tx := callHotel()
		r := reported(t, tx, callSetup, 7, "101", callID, outCall("101", "0039061234", 61))
		apply(t, tx, callSetup, Effect{Settle: &Settle{Posting: r.Posting, Do: SettleMove, Stay: "G3"}})
		owed := owes(tx, "G3")
		err := Apply(tx, testEvent(), "rules", []Effect{{AssignCall: &AssignCall{Call: 7, Stay: "G3"}}}, callSetup)
		if now, _ := tx.Call(7); err == nil || owed == 0 || owes(tx, "G3") != owed || now.Payer != "G3" {
			t.Errorf("callid %q: %v; G3 owes %d and then %d, the call says %q pays", callID, err, owed, owes(tx, "G3"), now.Payer)
		}
	}
}

// Two rooms whose telephones show the same: who owes too much is lowered in the
// new room, and the other is not.
func TestSwapTakesTheCreditAlong(t *testing.T) {
	s := creditSetup
	s.Incognito = "Guest"
	tx := newTx(map[string]any{
		RoomKey("101"): Room{Number: "101"}, RoomKey("102"): Room{Number: "102"},
		ExtensionKey("101"): Extension{Room: "101"}, ExtensionKey("102"): Extension{Room: "102"},
	})
	for room, stay := range map[string]string{"101": "G1", "102": "G2"} {
		apply(t, tx, s, Effect{CheckIn: &CheckIn{Room: room, Stay: stay, Class: "national", Incognito: true}})
	}
	apply(t, tx, s, owe("G1", 10000))
	apply(t, tx, s, Effect{Move: &MoveStay{From: "101", To: "102", Swap: true}})
	if one, other := classOn(tx, "101"), classOn(tx, "102"); one != "national" || other == "national" {
		t.Errorf("who owes nothing has class %q, who owes too much %q", one, other)
	}
}

func TestEntryOfAStayThatIsForgotten(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A\n10:00 out 1\n9:00 in 2 B")
	b.tx.Delete(StayKey("A"))
	b.tx.Delete(FolioKey("A"))
	b.play("120d9:00 take 1")
	p := b.tx.postings[len(b.tx.postings)-1]
	told := false
	for _, al := range openAlerts(b.tx) {
		told = told || al.Code == AlertNobody
	}
	if p.Stay != "" || !told {
		t.Errorf("it falls on %q, and the desk is told: %v", p.Stay, told)
	}
}

// A part that was transferred by the desk and has no rate yet waits for one once
// it is known whose call it was.
func TestTransferredLegWithoutARateWaits(t *testing.T) {
	tx := callHotel()
	leg := outCall("8000", "5551234", 61)
	leg.Type, leg.Start = "Transfer", "2026-03-01 08:29:00"
	reported(t, tx, callSetup, 7, "", "c-1", leg)
	reported(t, tx, callSetup, 8, "101", "c-1", outCall("101", "5551234", 61))
	equal(t, "waiting", UnpricedCalls(tx), []uint64{7, 8})
	equal(t, "charged until then", len(tx.postings), 0)
	tx.Put(RateKey("5"), RateList{[]Rate{{Prefix: "5", Destination: "X", Price: "1"}}})
	apply(t, tx, callSetup, Effect{PriceCalls: &PriceCalls{Calls: UnpricedCalls(tx)}})
	equal(t, "owed", owes(tx, "G1"), int64(400))
	equal(t, "waiting", len(UnpricedCalls(tx)), 0)
}
