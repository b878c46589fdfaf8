package hotel

import "testing"

// lounge puts a second minibar into the hotel, in which the same code is another
// thing, and room 2 has.
func (b *bar) lounge() {
	b.tx.Put(ItemKey("lounge", "4"), Item{Minibar: "lounge", Code: "4", Name: "Wine", Price: 9000, Tax: rateOf(1300)})
	b.tx.Put(RoomKey("2"), Room{Number: "2", Minibar: "lounge"})
}

// The minibar that an entry names counts before the room's own, and that before the
// usual one.
func TestWhichMinibarAnEntryIsOf(t *testing.T) {
	b := newBar(t)
	b.lounge()
	b.play("9:00 in 1 A\n9:00 in 2 B")
	entry := func(room, minibar string) Effect {
		return Effect{Minibar: &MinibarEntry{Room: room, Minibar: minibar, Item: "4", Count: 1}}
	}
	for i, c := range []struct {
		room, minibar string
		amount, tax   int64
	}{{"1", "", 1500, 0}, {"2", "", 9000, 1035}, {"1", "lounge", 9000, 1035}, {"2", DefaultMinibar, 1500, 0}} {
		b.do("10:00", entry(c.room, c.minibar))
		p := b.tx.postings[i]
		equal(t, "room "+c.room+" "+c.minibar, []int64{p.Amount, p.Tax}, []int64{c.amount, c.tax}) // 9000 × 13/113 = 1035.4
	}
}

// A removal takes back what was charged from its own minibar, though the same code
// was charged later from another.
func TestRemovalIsOfItsOwnMinibar(t *testing.T) {
	b := newBar(t)
	b.lounge()
	b.play("9:00 in 1 A")
	entry := func(minibar string, removal bool) Effect {
		return Effect{Minibar: &MinibarEntry{Room: "1", Minibar: minibar, Item: "4", Count: 1, Removal: removal}}
	}
	b.do("10:00", entry("lounge", false))
	b.do("10:01", entry(DefaultMinibar, false))
	b.do("10:02", entry("lounge", true))
	all := b.tx.latest()
	equal(t, "taken back", []any{all["P3"].Corrects, all["P3"].Amount, all["P3"].Tax}, []any{"P1", int64(-9000), int64(-1035)})
	equal(t, "left", record[Folio](b.tx, FolioKey("A")).Items, map[string]int{ItemKey(DefaultMinibar, "4"): 1})
}

// Without guests there is no folio: what was entered and what is taken back come to
// nothing all the same.
func TestRemovalInAHotelWithoutStays(t *testing.T) {
	b := newBar(t)
	for _, removal := range []bool{false, true} {
		b.do("10:00", Effect{Minibar: &MinibarEntry{Room: "1", Item: "5", Count: 2, Removal: removal}})
	}
	var amounts []int64
	for _, p := range b.tx.postings {
		amounts = append(amounts, p.Amount)
	}
	equal(t, "amounts", amounts, []int64{5000, -5000})
}

// An entry that waits for its item was made all the same: the guest before has been
// seen to.
func TestUnknownItemSettlesWhoseTheNextIs(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A\n10:00 out 1")
	b.do("11:00", unclear("77", 1, false))
	equal(t, "the next entry", b.play("14:00 in 1 B\n15:00 take 1"), "B")
}

// What is not on the list any more is not charged, though the guest has some of it on
// the folio.
func TestDeletedItemIsNotChargedAgain(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A\n10:00 take 1")
	b.do("10:30", Effect{DeleteItem: &DeleteItem{Code: "4"}})
	b.do("11:00", unclear("4", 1, false))
	equal(t, "it waits", len(b.held()[AlertMinibarItem]), 1)
	equal(t, "postings", len(b.tx.postings), 1)
}

// A hook's own price and tax are those of what waited, with the tax on top once.
func TestResolvedEntryHasTheHooksPriceAndTax(t *testing.T) {
	b := newBar(t)
	b.setup.Taxes = Taxes{OnTop: true, Default: map[string]TaxRate{PostingMinibar: 600}}
	b.play("9:00 in 1 A\n10:00 out 1\n11:00 in 1 B")
	b.do("12:00", Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "4", Quantity: 2, Amount: 2000, Tax: rateOf(1300)}})
	b.do("12:01", Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "5", Quantity: 2, Amount: 2000}})
	for _, al := range b.held()[AlertMinibarDoubt] {
		b.do("20:00", resolved(ResolveEntry{Alert: al.ID, Stay: "A"}))
		p := b.tx.postings[len(b.tx.postings)-1]
		want := map[string][]int64{"4": {2260, 260}, "5": {2120, 120}}[p.Item] // 2000 × 1.13, and × 1.06
		equal(t, "item "+p.Item, []int64{p.Amount, p.Tax}, want)
	}
	equal(t, "owed", record[Folio](b.tx, FolioKey("A")).Owed(), int64(4380))
}

// An entry of a time at which the clock was not believed, run again in doubt, is
// still of that time when it is resolved.
func TestUnsureEntryThatIsRunAgainAndResolved(t *testing.T) {
	b := newBar(t)
	b.play("8:00 in 1 A\n10:00 out 1\n11:00 in 1 B")
	b.id++
	first := b.id
	b.play("13:00 out 1\n13:30 look 1\n14:00 in 1 C")
	b.id++
	take := Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "4", Description: "Cola", Amount: 1500}}
	ev := &Event{ID: b.id, Time: clockOf("9:00"), CallID: "c", Unsure: true, Again: &Again{Event: first, Time: clockOf("14:30")}}
	must(Apply(b.tx, ev, "u", []Effect{take}, b.setup))
	equal(t, "run again", b.outcome(), "unclear: A, B")
	held := b.held()[AlertMinibarDoubt][0]
	b.refusedAt("15:00", "minibar.stay: must be named: it may be that of A, B", resolved(ResolveEntry{Alert: held.ID}))
	b.do("15:01", resolved(ResolveEntry{Alert: held.ID, Stay: "B"}))
	p := b.tx.postings[len(b.tx.postings)-1]
	equal(t, "resolved", []any{p.Stay, p.Event, p.Time, p.Booked}, []any{"B", first, clockOf("9:00"), clockOf("15:01")})
}
