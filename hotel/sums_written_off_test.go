package hotel

import (
	"testing"
	"time"
)

// TestWrittenOffLeavesItsDayAsItWas: a charge that the PMS refuses and a person
// gives up a day later stands in the sums of its day, and is taken off the next, as
// the morning's reports have it.
func TestWrittenOffLeavesItsDayAsItWas(t *testing.T) {
	tx := refusedPosting(t)
	later := testEvent()
	later.Time = eventTime.AddDate(0, 0, 1)
	first, next := eventTime.Format(time.DateOnly), later.Time.Format(time.DateOnly)
	sums := func(from, to string, by SumBy) []Sum {
		var all []Posting
		for _, p := range tx.latest() {
			all = append(all, p)
		}
		return SumUp(Entries(all, from, to, time.UTC), by, time.UTC)
	}
	before := sums(first, first, ByDay)
	equal(t, "before", before, []Sum{{first, "minibar", 1, 700, 0, 2}})
	if err := Apply(tx, later, "rules", []Effect{{Settle: &Settle{Posting: "P1", Do: SettleWriteOff, Reason: "goodwill"}}}, withPMS); err != nil {
		t.Fatal(err)
	}
	equal(t, "its day", sums(first, first, ByDay), before)
	equal(t, "the day of the decision", sums(next, next, ByDay), []Sum{{next, "minibar", 1, -700, 0, -2}})
	equal(t, "both", sums("", "", ByItem), []Sum{{"4", "minibar", 2, 0, 0, 0}})
	for _, day := range []string{first, next} {
		var amount int64
		for _, s := range sums(day, day, ByDay) {
			amount += s.Amount
		}
		equal(t, "takings of "+day, record[Takings](tx, TakingsKey(day))[PostingMinibar].Amount, amount)
	}
	equal(t, "on the folio", tx.latest()["P1"].Counts(), Taken{})
}

// TestWrittenOffWithItsCorrection: both are as if they had never been.
func TestWrittenOffWithItsCorrection(t *testing.T) {
	off := eventTime.AddDate(0, 0, 1)
	all := Entries([]Posting{
		{ID: "P1", Kind: "other", Quantity: 2, Amount: 700, Tax: 40, Time: eventTime, State: PostingWrittenOff, WrittenOff: off},
		{ID: "P2", Kind: "other", Quantity: -1, Amount: -350, Tax: -20, Time: eventTime, State: PostingWrittenOff, WrittenOff: off, Corrects: "P1"},
		{ID: "P3", Kind: "other", Quantity: 1, Amount: 5, Time: eventTime, State: PostingWrittenOff}, // by an older version
	}, "", "", time.UTC)
	equal(t, "sums", SumUp(all, ByDay, time.UTC), []Sum{
		{eventTime.Format(time.DateOnly), "other", 2, 350, 20, 1}, {off.Format(time.DateOnly), "other", 2, -350, -20, -1},
	})
}
