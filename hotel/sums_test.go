package hotel

import (
	"testing"
	"time"
)

func TestSums(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	must(err)
	at := func(text string) time.Time {
		when, err := time.Parse(time.RFC3339, text)
		must(err)
		return when
	}
	postings := []Posting{
		{ID: "P1", Kind: "minibar", Minibar: DefaultMinibar, Item: "4", Staff: "12", Quantity: 3, Amount: 900, Tax: 50, Time: at("2026-10-24T21:59:59Z"), State: PostingPosted},
		{ID: "P2", Kind: "minibar", Minibar: "lounge", Item: "4", Quantity: 1, Amount: 700, Tax: 40, Time: at("2026-10-24T22:00:00Z"), State: PostingRefused},                       // the next day in Rome
		{ID: "P3", Kind: "minibar", Minibar: DefaultMinibar, Item: "4", Staff: "12", Quantity: -1, Amount: -300, Tax: -17, Time: at("2026-10-25T22:59:59Z"), State: PostingPending}, // 23:59:59: the day has 25 hours
		{ID: "P4", Kind: "call", Item: "Germany", Description: "Germany +49301xxx, 2026-10-26 00:00, 0:59", Quantity: 1, Amount: 120, Time: at("2026-10-25T23:00:00Z"), State: PostingPosted},
		{ID: "P5", Kind: "call", Description: "Germany", Quantity: 1, Amount: 80, Time: at("2026-10-26T08:00:00Z"), State: PostingWrittenOff},
		{ID: "P6", Kind: "payment", Staff: "7", Quantity: 1, Amount: -1000, Time: at("2026-10-26T08:00:00Z"), State: PostingPosted},
	}
	for by, want := range map[SumBy][]Sum{
		ByDay: {
			{"2026-10-24", "minibar", 1, 900, 50, 3}, {"2026-10-25", "minibar", 2, 400, 23, 0},
			{"2026-10-26", "call", 1, 120, 0, 1}, {"2026-10-26", "payment", 1, -1000, 0, 1},
		},
		ByItem:        {{"4", "minibar", 2, 600, 33, 2}, {"lounge/4", "minibar", 1, 700, 40, 1}},
		ByStaff:       {{"", "minibar", 1, 700, 40, 1}, {"12", "minibar", 2, 600, 33, 2}, {"7", "payment", 1, -1000, 0, 1}},
		ByDestination: {{"Germany", "call", 1, 120, 0, 1}},
	} {
		equal(t, string(by), SumUp(postings, by, rome), want)
	}
	r := Reconcile(postings, "EUR", "2026-10-24", "2026-10-26")
	equal(t, "states", r.States, []StateSum{
		{PostingPending, "minibar", 1, -300}, {PostingPosted, "call", 1, 120}, {PostingPosted, "minibar", 1, 900}, {PostingPosted, "payment", 1, -1000},
		{PostingRefused, "minibar", 1, 700}, {PostingWrittenOff, "call", 1, 80},
	})
	var open []string
	for _, p := range r.Open {
		open = append(open, p.ID)
	}
	equal(t, "open", open, []string{"P2", "P3", "P5"})
	if SumBy("moon").Known() || !ByItem.Known() {
		t.Error("what can be summed up by is not told apart")
	}
}
