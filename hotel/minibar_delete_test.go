package hotel

import (
	"strings"
	"testing"
)

// What was charged of an item that is on the list no more is taken back for what it
// cost: by telephone, by hand, and by a person's word about what waits.
func TestDeletedItemCanBeTakenBack(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A\n10:00 take 1\n10:10 take 1\n10:20 take 1")
	del := Rules(&Event{Kind: KindCommand, Name: CommandItemDelete, Fields: map[string]string{"item": "4"}}, false)[0]
	b.do("10:30", del)
	if err := b.try("10:31", del); err == nil || err.Error() != `items.code: "4" is not on the price list minibar` {
		t.Errorf("deleted twice: %v", err)
	}
	if err := b.try("10:32", Effect{Minibar: &MinibarEntry{Room: "1", Item: "4", Count: 1}}); err == nil {
		t.Error("what is not on the list is charged")
	}
	b.do("10:40", unclear("4", 1, true))
	newest := func(what, corrects string) {
		t.Helper()
		for i := len(b.tx.postings) - 1; i >= 0; i-- {
			if p := b.tx.postings[i]; p.Event == b.id {
				equal(t, what, []any{p.Stay, p.Quantity, p.Amount, p.Corrects, p.Description}, []any{"A", -1, int64(-1500), corrects, "Cola"})
				return
			}
		}
		t.Errorf("%s: nothing was taken back", what)
	}
	newest("by telephone", "P3")
	b.do("10:50", Effect{Minibar: &MinibarEntry{Room: "1", Item: "4", Count: 1, Removal: true}})
	newest("by hand", "P2")
	b.do("11:00", unclear("4", 2, true))
	equal(t, "more than was charged waits", len(b.held()[AlertMinibarRemoval]), 1)
	b.do("11:10", Effect{ResolveEntry: &ResolveEntry{Alert: b.held()[AlertMinibarRemoval][0].ID, Count: 1}})
	equal(t, "and is resolved", record[Folio](b.tx, FolioKey("A")), Folio{})
	b.do("11:20", unclear("4", 1, true))
	equal(t, "what nobody has is unknown", len(b.held()[AlertMinibarItem]), 1)
	b.do("11:30", unclear("4", 1, false))
	equal(t, "and is not charged", len(b.held()[AlertMinibarItem]), 2)
	b.do("11:40", Rules(&Event{Kind: KindCommand, Name: CommandItemDelete, Fields: map[string]string{"minibar": DefaultMinibar, "item": "5"}}, false)[0])
}

func TestLimitAtCheckIn(t *testing.T) {
	tx := creditHotel(t, creditSetup)
	in := func(limit string) []Effect {
		return Rules(&Event{Kind: KindCheckIn, Room: "102", Fields: map[string]string{"stay": "G2", "class": "national", "limit": limit}}, false)
	}
	for _, bad := range []string{"0", "-5", "x"} {
		e := in(bad)
		err := Apply(tx, testEvent(), "rules", e, creditSetup)
		if err == nil || !strings.HasPrefix(err.Error(), "checkin.limit: must be an amount above zero") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	apply(t, tx, creditSetup, in("5000")...)
	apply(t, tx, creditSetup, owe("G2", 4999))
	equal(t, "below", classOn(tx, "102"), "national")
	apply(t, tx, creditSetup, owe("G2", 1))
	equal(t, "reached", classOn(tx, "102"), ClassInternal)
	for limit, want := range map[string]*int64{LimitNone: new(int64), LimitDefault: nil, "": nil} {
		equal(t, "limit "+limit, in(limit)[0].CheckIn.Limit, want)
	}
}
