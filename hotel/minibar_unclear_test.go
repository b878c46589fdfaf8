package hotel

import (
	"strings"
	"testing"
)

// held are the entries that wait, by their codes.
func (b *bar) held() map[string][]Alert {
	all := map[string][]Alert{}
	for _, al := range openAlerts(b.tx) {
		all[al.Code] = append(all[al.Code], al)
	}
	return all
}

func (b *bar) refused(want string, e Effect) {
	b.t.Helper()
	b.refusedAt("20:00", want, e)
}

func (b *bar) refusedAt(at, want string, e Effect) {
	b.t.Helper()
	before := len(b.tx.postings)
	if err := b.try(at, e); err == nil || err.Error() != want {
		b.t.Errorf("%v, want %s", err, want)
	}
	if len(b.tx.postings) != before {
		b.t.Error("it was posted all the same")
	}
}

func resolved(r ResolveEntry) Effect { return Effect{ResolveEntry: &r} }

func unclear(item string, count int, removal bool) Effect {
	return Effect{Unclear: &UnclearEntry{Room: "1", Item: item, Count: count, Removal: removal, Staff: "7"}}
}

func TestUnknownItemBecomesAPosting(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A")
	b.do("10:00", unclear("77", 2, false))
	al := b.held()[AlertMinibarItem][0]
	equal(t, "text", al.Text("en"), `Minibar of room 1, 2026-03-01 10:00: 2 of item 77, which is not on the price list minibar. "bellhop minibar resolve" with --item posts it, with --drop does not`)
	b.refused(`minibar.item: must be on the price list minibar, but it is "77"`, resolved(ResolveEntry{Alert: al.ID}))
	b.refused(`minibar.item: must be on the price list minibar, but it is "78"`, resolved(ResolveEntry{Alert: al.ID, Item: "78"}))
	b.refused(`minibar.count: must be 1 to 9999, but it is "-1"`, resolved(ResolveEntry{Alert: al.ID, Item: "4", Count: -1}))
	b.refused(`alert.id: "`+al.ID+`" holds what was entered at a minibar: "bellhop minibar resolve" posts it, or with --drop does not`, Effect{ResolveAlert: &ResolveAlert{ID: al.ID}})
	equal(t, "it waits on", len(openAlerts(b.tx)), 1)

	b.do("20:00", resolved(ResolveEntry{Alert: al.ID, Item: "4"}))
	equal(t, "posting", b.tx.postings, []Posting{{
		ID: "P1", Room: "1", Stay: "A", Kind: PostingMinibar, Minibar: DefaultMinibar, Item: "4", Description: "Cola", Quantity: 2, Amount: 3000,
		Currency: "CNY", Staff: "7", Time: clockOf("10:00"), Booked: clockOf("20:00"), Event: 2, CallID: "c10:00", State: PostingPosted,
	}})
	equal(t, "alerts", len(openAlerts(b.tx)), 0)
	b.refused(`minibar.alert: must be an open alert, but it is "`+al.ID+`"`, resolved(ResolveEntry{Alert: al.ID, Item: "4"}))
}

func TestImpossibleCountBecomesAPosting(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A")
	b.do("10:00", unclear("5", 0, false))
	b.do("10:01", unclear("5", 9, false))
	all := b.held()[AlertMinibarCount]
	equal(t, "alerts", len(all), 2)
	for _, al := range all {
		if al.Params["count"] == "0" {
			b.refused(`minibar.count: must say how many it was, as the count that was entered cannot be, but it is "0"`, resolved(ResolveEntry{Alert: al.ID}))
			before := len(b.tx.postings)
			b.do("20:00", resolved(ResolveEntry{Alert: al.ID, Drop: true}))
			equal(t, "postings", len(b.tx.postings), before)
			continue
		}
		equal(t, "text", al.Text("zh"), "房间 1 迷你吧，2026-03-01 10:01：Beer，数量 9 不合理（应为 1 到 4）。用 bellhop minibar resolve 加 --count 入账，加 --drop 放弃")
		b.refused("minibar.drop: goes with nothing else", resolved(ResolveEntry{Alert: al.ID, Drop: true, Count: 1}))
		b.refused(`minibar.count: must be 1 to 9999, but it is "-1"`, resolved(ResolveEntry{Alert: al.ID, Count: -1}))
		b.do("20:00", resolved(ResolveEntry{Alert: al.ID, Count: 9})) // it was so many, a person says
	}
	equal(t, "charged", b.tx.postings[0].Amount, int64(9*2500))
}

// The entry belongs to its own time, whenever a person comes to it.
func TestResolvedLaterThanTheGuestLeft(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A")
	b.do("10:00", unclear("77", 1, false))
	al := b.held()[AlertMinibarItem][0]
	b.play("11:00 out 1\n18:00 in 1 B")
	b.do("20:00", resolved(ResolveEntry{Alert: al.ID, Item: "4"}))
	p := b.tx.postings[0]
	equal(t, "stay", p.Stay, "A")
	equal(t, "late", p.Late, true)
	equal(t, "the desk is told", len(b.held()[AlertLate]), 1)
}

func TestDoubtfulEntryNeedsAStay(t *testing.T) {
	b := newBar(t)
	b.tx.Put(ItemKey(DefaultMinibar, "4"), Item{Minibar: DefaultMinibar, Code: "4", Name: "Cola", Price: 1500, Tax: rateOf(600)})
	b.play("9:00 in 1 A\n10:00 out 1\n11:00 in 1 B\n12:00 take 1\n12:00 take 1")
	b.do("12:00", Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Description: "Welcome drink", Quantity: 3, Amount: 1000}})
	all := b.held()[AlertMinibarDoubt]
	equal(t, "equal ones are kept apart", len(all), 3)
	for _, al := range all {
		equal(t, "count", al.Count, 1)
		own := al.Params["item"] == ""
		b.refused("minibar.stay: must be named: it may be that of A, B", resolved(ResolveEntry{Alert: al.ID}))
		b.refused(`post.stay: must be a stay that is kept, but it is "Z"`, resolved(ResolveEntry{Alert: al.ID, Stay: "Z"}))
		stay := map[bool]string{true: "B", false: "A"}[own]
		b.do("20:00", resolved(ResolveEntry{Alert: al.ID, Stay: stay}))
		p := b.tx.postings[len(b.tx.postings)-1]
		if own { // the hook's own price
			equal(t, "what", p.what(), "3 × Welcome drink")
			equal(t, "amount", p.Amount, int64(1000))
			continue
		}
		equal(t, "amount and tax", []int64{p.Amount, p.Tax}, []int64{1500, 85})
	}
	equal(t, "A", record[Folio](b.tx, FolioKey("A")).Charges, int64(3000))
	equal(t, "B", record[Folio](b.tx, FolioKey("B")).Charges, int64(1000))
	equal(t, "who says whose it is knows that it is late", len(openAlerts(b.tx)), 0)
}

// A person may know better than who entered it.
func TestResolvedOtherwiseThanEntered(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A\n10:00 out 1\n11:00 in 1 B\n12:00 take 1\n12:00 take 1")
	all := b.held()[AlertMinibarDoubt]
	b.do("20:00", resolved(ResolveEntry{Alert: all[0].ID, Stay: "A", Count: 2}))
	b.do("20:00", resolved(ResolveEntry{Alert: all[1].ID, Stay: "A", Item: "5"}))
	equal(t, "another count", b.tx.postings[0].Amount, int64(3000))
	equal(t, "another item", b.tx.postings[1].Amount, int64(2500))
}

// What was written off is owed no longer, and cannot be taken back.
func TestRemovalPassesOverWhatWasWrittenOff(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A\n10:00 take 1\n11:00 take 1")
	p := b.tx.postings[1]
	a := applier{tx: b.tx, ev: testEvent(), setup: b.setup}
	a.writeOff(p, "")
	b.do("12:00", Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "4", Quantity: -1, Amount: -1500}})
	for _, q := range b.tx.postings {
		if q.Event == b.id {
			equal(t, "corrects", q.Corrects, "P1")
		}
	}
}

// Two equal charges of one event are two.
func TestEqualUnclearChargesOfOneEvent(t *testing.T) {
	b := newBar(t)
	take := Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "4", Amount: 1500}}
	b.play("9:00 in 1 A\n10:00 out 1\n11:00 in 1 B")
	must(Apply(b.tx, &Event{ID: 50, Time: clockOf("12:00")}, "u", []Effect{take, take, take}, b.setup))
	equal(t, "alerts", len(b.held()[AlertMinibarDoubt]), 3)
}

func TestOtherAlertsHoldNoEntry(t *testing.T) {
	b := newBar(t)
	b.do("9:00", hookAlert("no towels"))
	id := openAlerts(b.tx)[0].ID
	b.refused(`minibar.alert: "`+id+`" holds nothing that was entered at a minibar`, resolved(ResolveEntry{Alert: id, Drop: true}))
}

func rateOf(rate TaxRate) *TaxRate { return &rate }

// What was charged is taken back to the cent, the newest first.
func TestRemovalTakesBackWhatWasCharged(t *testing.T) {
	b := newBar(t)
	b.setup.Taxes = Taxes{OnTop: true, Default: map[string]TaxRate{PostingMinibar: 825}}
	b.play("9:00 in 1 A")
	charge := func(at string, quantity int, amount int64) {
		b.do(at, Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "4", Description: "Cola", Quantity: quantity, Amount: amount}})
	}
	charge("10:00", 3, 1000) // 10.83 with tax: 3.61 each
	charge("11:00", 1, 700)  // dearer since
	charge("12:00", -2, -1400)
	var got [][4]any
	for _, p := range b.tx.postings {
		if p.Event == b.id {
			got = append(got, [4]any{p.Corrects, p.Quantity, p.Amount, p.Tax})
		}
	}
	equal(t, "taken back", got, [][4]any{{"P2", -1, int64(-758), int64(-58)}, {"P1", -1, int64(-361), int64(-28)}})
	charge("13:00", -2, -1400)
	equal(t, "folio", record[Folio](b.tx, FolioKey("A")), Folio{})

	charge("14:00", -1, -700)
	al := b.held()[AlertMinibarRemoval][0]
	equal(t, "text", al.Text("en"), `Minibar of room 1, 2026-03-01 14:00: 1 of Cola are to be taken back from stay A, which was charged 0. "bellhop minibar resolve" with --count or --stay does it, with --drop does not`)
	b.refused(`minibar.count: must be at most 0, which is what stay A was charged, but it is "1"`, resolved(ResolveEntry{Alert: al.ID}))
	charge("14:10", 1, 700)
	b.do("15:00", resolved(ResolveEntry{Alert: al.ID}))
	equal(t, "folio after it was resolved", record[Folio](b.tx, FolioKey("A")), Folio{})
}

// What is known of a charge may be gone, and its stay not.
func TestRemovalOfAChargeThatIsForgotten(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A")
	b.tx.Put(FolioKey("A"), Folio{Charges: 3000, Items: map[string]int{ItemKey(DefaultMinibar, "4"): 2}})
	b.play("10:00 take 1")
	b.do("11:00", Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "4", Description: "Cola", Quantity: -3, Amount: -4500}})
	last := b.tx.postings[len(b.tx.postings)-1]
	equal(t, "the rest", []any{last.Quantity, last.Amount, last.Corrects}, []any{-2, int64(-3000), ""})
	equal(t, "folio", record[Folio](b.tx, FolioKey("A")), Folio{})
}

func TestEntryByHand(t *testing.T) {
	b := newBar(t)
	b.tx.Put(ItemKey("suite", "4"), Item{Minibar: "suite", Code: "4", Name: "Wine", Names: map[string]string{"zh": "葡萄酒"}, Price: 30000, Max: 2})
	b.setup.Language = "zh"
	hand := func(e MinibarEntry) Effect { return Effect{Minibar: &e} }
	b.refused(`minibar.room: must be a room of the hotel, but it is "9"`, hand(MinibarEntry{Room: "9", Item: "4", Count: 1}))
	b.play("9:00 in 1 A")
	b.refused(`minibar.item: must be on the price list minibar, but it is "77"`, hand(MinibarEntry{Room: "1", Item: "77", Count: 1}))
	b.refused(`minibar.item: must be on the price list a/b, but it is "4"`, hand(MinibarEntry{Room: "1", Minibar: "a/b", Item: "4", Count: 1}))
	b.refused(`minibar.count: must be 1 to 2 of 葡萄酒, but it is "3"`, hand(MinibarEntry{Room: "1", Minibar: "suite", Item: "4", Count: 3}))
	b.refused(`minibar.count: must be 1 to 99 of Cola, but it is "0"`, hand(MinibarEntry{Room: "1", Item: "4"}))
	b.do("10:00", hand(MinibarEntry{Room: "1", Minibar: "suite", Item: "4", Count: 2, Staff: "7"}))
	equal(t, "posting", b.tx.postings[0].what(), "2 × 葡萄酒")
	equal(t, "amount", b.tx.postings[0].Amount, int64(60000))
	b.play("11:00 out 1\n12:00 in 1 B")
	b.refusedAt("13:00", "minibar.stay: must be named: it may be that of A, B", hand(MinibarEntry{Room: "1", Item: "4", Count: 1}))
	b.do("13:00", hand(MinibarEntry{Stay: "A", Item: "4", Count: 1}))
	equal(t, "named", b.outcome(), "A late")
	b.do("13:00", hand(MinibarEntry{Room: "1", Stay: "B", Item: "4", Count: 1}))
	b.do("13:00", hand(MinibarEntry{Room: "1", Stay: "B", Item: "4", Count: 1, Removal: true}))
	equal(t, "corrects", b.tx.postings[3].Corrects, b.tx.postings[2].ID)
}

func FuzzResolveEntry(f *testing.F) {
	f.Add("4", "1", "7", "2026-03-01T10:00:00Z", "1500", "600", "4", 1, "A")
	f.Add("", "-", "", "x", "", "", "77", -3, "")
	f.Add("4", "99999999999999", "1", "", "9223372036854775807", "-5", "", 0, "B")
	f.Fuzz(func(t *testing.T, item, count, event, at, price, tax, other string, n int, stay string) {
		b := newBar(t)
		b.play("9:00 in 1 A\n10:00 out 1\n11:00 in 1 B")
		b.tx.Put(AlertKey("x"), Alert{ID: "x", Code: AlertMinibarDoubt, Room: "1", Params: map[string]string{
			"item": item, "count": count, "event": event, "time": at, "price": price, "tax": tax, "minibar": DefaultMinibar,
		}})
		before := b.tx.state[AlertKey("x")]
		err := b.try("12:00", resolved(ResolveEntry{Alert: "x", Item: other, Count: n, Stay: stay}))
		if posted := len(b.tx.postings) > 0; posted != (err == nil) || (b.tx.state[AlertKey("x")] == before) != (err != nil) {
			t.Fatalf("posted %v, error %v", posted, err)
		}
		if err != nil && strings.Contains(err.Error(), "panic") {
			t.Fatal(err)
		}
	})
}

// What is taken back from a room in which nobody is known to have stayed waits for
// a person: no folio has the charge.
func TestRemovalFromNobodyWaits(t *testing.T) {
	remove := Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "4", Description: "Cola", Quantity: -1, Amount: -1500}}
	b := newBar(t)
	b.do("8:00", remove)
	equal(t, "a hotel without guests charges rooms", b.outcome(), "nobody")
	b.play("8:30 in 2 B\n8:40 take 2")
	b.do("9:00", remove)
	equal(t, "in a hotel with guests", b.outcome(), "nothing")
	held := b.held()[AlertMinibarNobody]
	equal(t, "what waits", len(held), 1)
	equal(t, "text", held[0].Text("en"), `Minibar of room 1, 2026-03-01 09:00: 1 of Cola are to be taken back, and nobody is known to have stayed there. "bellhop minibar resolve" with --stay does it, with --drop does not`)
	want := "minibar.stay: must be named: nobody is known to have stayed in room 1"
	for what, e := range map[string]Effect{
		"by hand":  {Minibar: &MinibarEntry{Room: "1", Item: "4", Count: 1, Removal: true}},
		"resolved": {ResolveEntry: &ResolveEntry{Alert: held[0].ID}},
	} {
		if err := b.try("9:10", e); err == nil || err.Error() != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	b.do("9:20", Effect{ResolveEntry: &ResolveEntry{Alert: held[0].ID, Stay: "B"}})
	p := b.tx.postings[len(b.tx.postings)-2] // the charge itself is put once more
	equal(t, "with a stay", []any{p.Stay, p.Quantity, p.Amount, p.Corrects}, []any{"B", -1, int64(-1500), "P2"})
	equal(t, "what waits still", len(b.held()), 0)
}
