package hotel

import (
	"fmt"
	"testing"
	"time"
)

func TestTakings(t *testing.T) {
	six := TaxRate(600)
	tx := smallHotel()
	setup := Setup{PMS: true, Currency: "CNY", Zone: time.FixedZone("CST", 8*3600)}
	do := func(at time.Time, effects ...Effect) {
		t.Helper()
		ev := testEvent()
		ev.Time = at
		must(Apply(tx, ev, "rules", effects, setup))
	}
	evening := time.Date(2026, 3, 1, 15, 59, 59, 0, time.UTC) // a second before midnight in the hotel
	do(evening, Effect{Post: &PostCharge{Room: "101", Kind: "other", Quantity: 3, Amount: 1000, Tax: &six}})
	do(evening.Add(time.Second), Effect{Correct: &Correct{Posting: "P1", Quantity: 1}}, Effect{Pay: &Pay{Room: "101", Amount: 500}})
	equal(t, "the day", record[Takings](tx, TakingsKey("2026-03-01")), Takings{"other": {1, 1000, 57}})
	equal(t, "the next", record[Takings](tx, TakingsKey("2026-03-02")), Takings{"other": {1, -333, -19}, "payment": {1, -500, 0}})

	// What the PMS refuses and a person gives up is taken off the day of that.
	p := tx.latest()["P1"]
	p.State, p.Call = PostingRefused, 5
	tx.PutPosting(p)
	tx.parked, tx.parkedCalls = []uint64{5}, map[uint64]QueuedCall{5: {Op: OpPosting, Subject: "P1"}}
	do(evening.Add(48*time.Hour), Effect{Settle: &Settle{Posting: "P1", Do: SettleWriteOff}})
	equal(t, "the day", record[Takings](tx, TakingsKey("2026-03-01")), Takings{"other": {1, 1000, 57}})                  // as it was reported
	equal(t, "the day of the decision", record[Takings](tx, TakingsKey("2026-03-03")), Takings{"other": {0, -667, -38}}) // what was not taken back before

	for n := range 100 {
		do(evening.Add(time.Duration(n)*24*time.Hour), Effect{Post: &PostCharge{Room: "101", Kind: "other", Amount: 1}})
	}
	days := 0
	tx.List(PrefixTakings, func(key string, _ func(any) bool) bool { days++; return true })
	if days != maxTakings {
		t.Errorf("%d days are kept", days)
	}
	equal(t, "the last day", record[Takings](tx, fmt.Sprintf("%s2026-06-08", PrefixTakings)), Takings{"other": {1, 1, 0}})
}

// An entry that is resolved, or run again, on a later day counts for that day.
func TestResolvedEntryCountsForTheDayOfItsPosting(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A")
	b.do("10:00", unclear("9", 1, false))
	b.do("1d8:00", Effect{ResolveEntry: &ResolveEntry{Alert: b.held()[AlertMinibarItem][0].ID, Item: "4"}})
	equal(t, "the day of the entry", record[Takings](b.tx, TakingsKey("2026-03-01")), Takings(nil))
	equal(t, "the day of the posting", record[Takings](b.tx, TakingsKey("2026-03-02")), Takings{PostingMinibar: {Count: 1, Amount: 1500}})
	p := b.tx.postings[0]
	equal(t, "its times", []any{p.Time, p.Booked, p.Day(b.setup.zone())}, []any{clockOf("10:00"), clockOf("1d8:00"), "2026-03-02"})
	ev := &Event{ID: 99, Time: clockOf("11:00"), Again: &Again{Event: 2, Time: clockOf("2d8:00")}}
	must(Apply(b.tx, ev, "u", []Effect{{Post: &PostCharge{Room: "1", Kind: PostingOther, Amount: 100}}}, b.setup))
	equal(t, "run again", b.tx.postings[1].Day(b.setup.zone()), "2026-03-03")
}
