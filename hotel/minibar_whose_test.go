package hotel

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// bar is a hotel of two rooms and a story that goes on in it.
type bar struct {
	t     *testing.T
	tx    *memTx
	setup Setup
	id    uint64
}

func newBar(t *testing.T) *bar {
	return &bar{t: t, tx: newTx(map[string]any{
		RoomKey("1"): Room{Number: "1"}, RoomKey("2"): Room{Number: "2"},
		ItemKey(DefaultMinibar, "4"): Item{Minibar: DefaultMinibar, Code: "4", Name: "Cola", Price: 1500},
		ItemKey(DefaultMinibar, "5"): Item{Minibar: DefaultMinibar, Code: "5", Name: "Beer", Price: 2500, Max: 4},
	}), setup: Setup{Currency: "CNY", MinibarDoubt: 4 * time.Hour, LookThrough: true, Language: "en"}}
}

// clockOf reads "9:05", or "1d9:05" for the day after.
func clockOf(text string) time.Time {
	days, clock, later := strings.Cut(text, "d")
	if !later {
		days, clock = "0", text
	}
	var day, hour, minute int
	_, err := fmt.Sscanf(days+" "+clock, "%d %d:%d", &day, &hour, &minute)
	must(err)
	return time.Date(2026, 3, 1+day, hour, minute, 0, 0, time.UTC)
}

func (b *bar) try(at string, e Effect) error {
	b.id++
	return Apply(b.tx, &Event{ID: b.id, Time: clockOf(at), CallID: "c" + at}, RulesUnit, []Effect{e}, b.setup)
}

func (b *bar) do(at string, e Effect) {
	b.t.Helper()
	if err := b.try(at, e); err != nil {
		b.t.Fatalf("%s: %v", at, err)
	}
}

// play tells the story, one step a line: "9:00 in 1 A", "out 1", "share 1 B",
// "leave 1 B", "now 1", "move 1 2", "part 1 2 B", "swap 1 2", "look 1",
// "inspected 1", "take 1". The last one is an entry; it says what came of it.
func (b *bar) play(story string) string {
	b.t.Helper()
	for line := range strings.Lines(story) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		at, what, room, more := f[0], f[1], f[2], ""
		if len(f) > 3 {
			more = f[3]
		}
		part := &MoveStay{From: room, To: more}
		if len(f) > 4 {
			part.Stay = f[4]
		}
		b.do(at, map[string]Effect{
			"in":        {CheckIn: &CheckIn{Room: room, Stay: more}},
			"share":     {CheckIn: &CheckIn{Room: room, Stay: more, Share: true}},
			"out":       {CheckOut: &CheckOut{Room: room, All: true, Now: true}},
			"leaves":    {CheckOut: &CheckOut{Room: room, All: true}},
			"leave":     {CheckOut: &CheckOut{Room: room, Stay: more, Now: true}},
			"move":      {Move: &MoveStay{From: room, To: more}},
			"part":      {Move: part},
			"swap":      {Move: &MoveStay{From: room, To: more, Swap: true}},
			"look":      {Looked: &LookThrough{Room: room}},
			"inspected": {Status: &SetStatus{Room: room, Status: StatusInspected}},
			"clean":     {Status: &SetStatus{Room: room, Status: StatusClean}},
			"take":      {Post: &PostCharge{Room: room, Kind: PostingMinibar, Item: "4", Description: "Cola", Amount: 1500}},
		}[what])
	}
	return b.outcome()
}

// outcome is what came of the newest event: the stay, with "late" if it is.
func (b *bar) outcome() string {
	for _, al := range openAlerts(b.tx) {
		if al.Code == AlertMinibarDoubt && al.Event == b.id {
			return "unclear: " + al.Params["stays"]
		}
	}
	var p Posting
	if n := len(b.tx.postings); n > 0 {
		p = b.tx.postings[n-1]
	}
	switch {
	case p.Event != b.id:
		return "nothing"
	case p.Stay == "":
		return "nobody"
	case p.Late:
		return p.Stay + " late"
	}
	return p.Stay
}

// The table of docs/minibar.md.
func TestWhoseAnEntryIs(t *testing.T) {
	for _, c := range []struct{ name, story, want string }{
		{"who stays there", "9:00 in 1 A\n10:00 take 1", "A"},
		{"the first of sharers", "9:00 in 1 A\n9:30 share 1 B\n10:00 take 1", "A"},
		{"who is left of sharers", "9:00 in 1 A\n9:30 share 1 B\n10:00 leave 1 A\n10:30 take 1", "B"},
		{"it was taken before the first of sharers left", "9:00 in 1 A\n9:30 share 1 B\n10:00 leave 1 A\n9:45 take 1", "A late"},
		{"who is leaving", "9:00 in 1 A\n10:00 leaves 1\n10:30 take 1", "A"},
		{"who has left a room that is vacant", "9:00 in 1 A\n10:00 out 1\n15:00 take 1", "A late"},
		{"weeks ago, too", "9:00 in 1 A\n10:00 out 1\n9d15:00 take 1", "A late"},
		{"a room in which nobody ever stayed", "9:00 take 1", "nobody"},
		{"it was entered before the next one came", "9:00 in 1 A\n10:00 out 1\n14:00 in 1 B\n13:00 take 1", "A late"},
		{"it was entered before the one before left", "9:00 in 1 A\n10:00 out 1\n14:00 in 1 B\n9:30 take 1", "A late"},
		{"somebody else is in, and nobody has looked", "9:00 in 1 A\n10:00 out 1\n14:00 in 1 B\n15:00 take 1", "unclear: A, B"},
		{"up to the end of the doubt", "9:00 in 1 A\n10:00 out 1\n14:00 in 1 B\n17:59 take 1", "unclear: A, B"},
		{"when the doubt is over", "9:00 in 1 A\n10:00 out 1\n14:00 in 1 B\n18:00 take 1", "B"},
		{"who left within a day", "9:00 in 1 A\n10:00 out 1\n1d9:00 in 1 B\n1d10:00 take 1", "unclear: A, B"},
		{"who left more than a day ago", "9:00 in 1 A\n10:00 out 1\n1d9:00 in 1 B\n1d10:01 take 1", "B"},
		{"an entry in between settles it", "9:00 in 1 A\n10:00 out 1\n11:00 take 1\n14:00 in 1 B\n15:00 take 1", "B"},
		{"a look in between settles it", "9:00 in 1 A\n10:00 out 1\n11:00 look 1\n14:00 in 1 B\n15:00 take 1", "B"},
		{"an inspection in between settles it", "9:00 in 1 A\n10:00 out 1\n11:00 inspected 1\n14:00 in 1 B\n15:00 take 1", "B"},
		{"that it is clean does not", "9:00 in 1 A\n10:00 out 1\n11:00 clean 1\n14:00 in 1 B\n15:00 take 1", "unclear: A, B"},
		{"an inspection of the occupied room does not", "9:00 in 1 A\n10:00 out 1\n14:00 in 1 B\n14:30 inspected 1\n15:00 take 1", "unclear: A, B"},
		{"a look while the one before stayed does not", "9:00 in 1 A\n9:30 look 1\n10:00 out 1\n14:00 in 1 B\n15:00 take 1", "unclear: A, B"},
		{"a look when the next one is in settles it", "9:00 in 1 A\n10:00 out 1\n14:00 in 1 B\n14:30 look 1\n15:00 take 1", "B"},
		{"but not of what was entered before it", "9:00 in 1 A\n10:00 out 1\n14:00 in 1 B\n14:30 look 1\n14:20 take 1", "unclear: A, B"},
		{"nor does a later look bring the doubt back", "9:00 in 1 A\n10:00 out 1\n14:00 in 1 B\n14:30 look 1\n16:00 look 1\n15:00 take 1", "B"},
		{"an unclear entry does not settle the next of the call", "9:00 in 1 A\n10:00 out 1\n14:00 in 1 B\n15:00 take 1\n15:00 take 1", "unclear: A, B"},
		{"a look that lets who leaves go settles it", "9:00 in 1 A\n10:00 leaves 1\n10:30 look 1\n11:00 in 1 B\n11:30 take 1", "B"},
		{"an entry while the one before was leaving settles it", "9:00 in 1 A\n10:00 leaves 1\n10:30 take 1\n10:40 out 1\n11:00 in 1 B\n11:30 take 1", "B"},
		{"without one it does not", "9:00 in 1 A\n10:00 leaves 1\n10:40 out 1\n11:00 in 1 B\n11:30 take 1", "unclear: A, B"},
		{"after a look that let the guest go", "9:00 in 1 A\n10:00 leaves 1\n10:30 look 1\n11:00 take 1", "A late"},
		{"several departures on a day", "8:00 in 1 A\n9:00 out 1\n10:00 in 1 B\n11:00 out 1\n12:00 in 1 C\n13:00 take 1", "unclear: A, B, C"},
		{"the first of them was looked at", "8:00 in 1 A\n9:00 out 1\n9:30 look 1\n10:00 in 1 B\n11:00 out 1\n12:00 in 1 C\n13:00 take 1", "unclear: B, C"},
		{"the first of them, while the second was there", "8:00 in 1 A\n9:00 out 1\n10:00 in 1 B\n10:30 look 1\n11:00 out 1\n12:00 in 1 C\n13:00 take 1", "unclear: B, C"},
		{"the second of them was entered", "8:00 in 1 A\n9:00 out 1\n10:00 in 1 B\n11:00 out 1\n11:30 take 1\n12:00 in 1 C\n13:00 take 1", "C"},
		{"the room is vacant after a short stay", "8:00 in 1 A\n9:00 out 1\n10:00 in 1 B\n11:00 out 1\n12:00 take 1", "unclear: A, B"},
		{"who has moved is charged where they are", "9:00 in 1 A\n10:00 move 1 2\n11:00 take 1", "A"},
		{"who has moved and left", "9:00 in 1 A\n10:00 move 1 2\n11:00 out 2\n12:00 take 1", "A late"},
		{"who came where somebody moved out", "9:00 in 1 A\n10:00 move 1 2\n11:00 in 1 B\n12:00 take 1", "unclear: A, B"},
		{"who moved where somebody left", "8:00 in 2 B\n9:00 in 1 A\n9:30 out 2\n10:00 move 1 2\n11:00 take 2", "unclear: B, A"},
		{"the new room of who has moved long ago", "9:00 in 1 A\n10:00 move 1 2\n15:00 take 2", "A"},
		{"who came back", "9:00 in 1 A\n10:00 move 1 2\n11:00 move 2 1\n12:00 take 1", "A"},
		{"who moved alone where others were before", "7:00 in 2 C\n7:30 out 2\n8:00 in 1 A\n8:10 share 1 B\n9:00 part 1 2 B\n13:00 take 2", "B"},
		{"rooms were exchanged", "8:00 in 1 A\n8:00 in 2 B\n10:00 swap 1 2\n11:00 take 1", "unclear: A, B"},
		{"rooms were exchanged and looked at", "8:00 in 1 A\n8:00 in 2 B\n10:00 swap 1 2\n10:30 look 1\n11:00 take 1", "B"},
		{"rooms were exchanged in the morning", "8:00 in 1 A\n8:00 in 2 B\n10:00 swap 1 2\n14:00 take 1", "B"},
		{"it was entered before the rooms were exchanged", "8:00 in 1 A\n8:00 in 2 B\n10:00 swap 1 2\n9:00 take 1", "A"},
		{"sharers who come to the last one's room", "8:00 in 1 A\n9:00 out 1\n10:00 in 1 B\n10:10 share 1 C\n10:20 leave 1 B\n11:00 take 1", "unclear: A, C"},
		{"of sharers before, who was left", "8:00 in 1 A\n8:00 share 1 B\n8:30 leave 1 A\n9:00 out 1\n10:00 in 1 C\n11:00 take 1", "unclear: B, C"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := newBar(t).play(c.story); got != c.want {
				t.Errorf("%s\ngot %q, want %q", c.story, got, c.want)
			}
		})
	}
}

func TestDoubtCanBeSwitchedOff(t *testing.T) {
	b := newBar(t)
	b.setup.MinibarDoubt = 0
	equal(t, "entry", b.play("9:00 in 1 A\n10:00 out 1\n10:00 in 1 B\n10:00 take 1"), "B")
}

// A posting says where it was charged, wherever the guest is now.
func TestChargeOfWhoHasMoved(t *testing.T) {
	b := newBar(t)
	equal(t, "entry", b.play("9:00 in 1 A\n10:00 move 1 2\n11:00 take 1"), "A")
	p := b.tx.postings[0]
	equal(t, "room", p.Room, "1")
	equal(t, "on the folio", record[Folio](b.tx, FolioKey("A")).Items, map[string]int{ItemKey(DefaultMinibar, "4"): 1})
}

// A room of an earlier version has no list of who stayed there.
func TestRoomWithoutAList(t *testing.T) {
	b := newBar(t)
	b.tx.Put(RoomKey("1"), Room{Number: "1", Stay: "B", LastStay: "A"})
	b.tx.Put(StayKey("A"), Stay{ID: "A", Room: "1", State: StayDeparted})
	b.tx.Put(StayKey("B"), Stay{ID: "B", Room: "1", State: StayInHouse, CheckIn: clockOf("12:00")})
	equal(t, "who is in", b.play("12:00 take 1"), "B")
	equal(t, "who was in", b.play("11:59 take 1"), "A late")
	b.tx.Put(RoomKey("1"), Room{Number: "1", LastStay: "A"})
	equal(t, "who has left", b.play("13:00 take 1"), "A late")
	b.tx.Delete(StayKey("A"))
	equal(t, "who is forgotten", b.play("13:30 take 1"), "nobody")
	b.tx.Put(RoomKey("1"), Room{Number: "1", Stay: "C"})
	equal(t, "whose record is lost", b.play("14:00 take 1"), "C")
}

// Who names the stay knows it: no rule is asked.
func TestNamedStay(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A\n10:00 out 1\n10:30 in 1 B\n10:40 take 1")
	post := func(p PostCharge) Effect { return Effect{Post: &p} }
	b.do("11:00", post(PostCharge{Stay: "A", Kind: PostingMinibar, Item: "4", Amount: 1500}))
	equal(t, "who has left", b.outcome(), "A late")
	equal(t, "its room", b.tx.postings[0].Room, "1")
	b.do("11:00", post(PostCharge{Stay: "B", Room: "2", Kind: PostingOther, Amount: 100}))
	equal(t, "who is in", b.outcome(), "B")
	equal(t, "where it was charged", b.tx.postings[1].Room, "2")
	b.do("11:00", post(PostCharge{Stay: "A", Kind: PostingOther, Amount: 100}))
	equal(t, "late", b.outcome(), "A late")
	for _, al := range openAlerts(b.tx) {
		if al.Code == AlertLate {
			t.Errorf("who named the stay is told of it: %+v", al)
		}
	}
	if err := b.try("11:00", post(PostCharge{Stay: "Z", Room: "1", Kind: PostingOther})); err == nil || err.Error() != `post.stay: must be a stay that is kept, but it is "Z"` {
		t.Errorf("a stay that is not there: %v", err)
	}
	if err := b.try("11:00", post(PostCharge{Stay: "A", Room: "9", Kind: PostingOther})); err == nil {
		t.Error("a room that is not there")
	}
	b.tx.Delete(RoomKey("1"))
	b.do("11:30", post(PostCharge{Stay: "A", Kind: PostingOther, Amount: 100}))
	equal(t, "a room that is gone", b.tx.postings[3].Room, "1")
}

// Ten late entries are one alert for each stay.
func TestLateEntriesAreToldOnce(t *testing.T) {
	b := newBar(t)
	b.play("9:00 in 1 A\n10:00 out 1\n11:00 take 1\n11:00 take 1")
	b.do("11:05", Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "5", Description: "Beer", Quantity: 2, Amount: 5000}})
	b.play("12:00 in 1 B\n13:00 out 1\n13:30 look 1\n14:00 take 1")
	late := map[string]Alert{}
	for _, al := range openAlerts(b.tx) {
		if al.Code != AlertLate {
			t.Errorf("%+v", al)
		}
		late[al.Params["stay"]] = al
	}
	equal(t, "stays", len(late), 2)
	equal(t, "entries of A", late["A"].Count, 3)
	equal(t, "text", late["A"].Text("en"), "Late charges for stay A, which had left room 1: Cola, Cola, 2 × Beer; 80.00 CNY together. Its bill has changed")
	equal(t, "entries of B", late["B"].Text("zh"), "入住 B 退房（房间 1）后又有消费：Cola；合计 15.00 CNY。账单已变动")
}

func TestChargeThatFallsOnNobody(t *testing.T) {
	b := newBar(t)
	fruit := Effect{Post: &PostCharge{Room: "1", Kind: PostingOther, Description: "Fruit", Amount: 4500}}
	b.do("8:00", fruit)
	equal(t, "a hotel without guests is not told", len(openAlerts(b.tx)), 0)
	b.play("8:30 in 2 B")
	b.do("9:00", fruit)
	equal(t, "posting", b.outcome(), "nobody")
	all := openAlerts(b.tx)
	equal(t, "alerts", len(all), 1)
	equal(t, "text", all[0].Text("en"), `A charge on room 1, where nobody is known to have stayed: Fruit, 45.00 CNY. "bellhop postings move P2" puts it on a stay`)
	b.play("10:00 in 1 A")
	b.do("10:01", Effect{Settle: &Settle{Posting: "P2", Do: SettleMove, Stay: "A"}})
	equal(t, "moved", record[Folio](b.tx, FolioKey("A")).Charges, int64(4500))
}

// unsure plays a story whose last step is an entry that comes while the box's clock
// is behind, and is not believed.
func (b *bar) unsure(story, at string) string {
	b.t.Helper()
	b.play(story)
	b.id++
	take := Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "4", Description: "Cola", Amount: 1500}}
	ev := &Event{ID: b.id, Time: clockOf(at), CallID: "c" + at, Unsure: true}
	if err := Apply(b.tx, ev, "u", []Effect{take}, b.setup); err != nil {
		b.t.Fatal(err)
	}
	return b.outcome()
}

// A box that has lost the time after a power cut charges who is in the room, and
// not who was there at the time that it takes it for.
func TestEntryWhenTheClockIsBehind(t *testing.T) {
	guests := "8:00 in 1 A\n10:00 out 1\n11:00 in 1 B"
	for _, c := range []struct{ name, story, at, want string }{
		{"the room was looked at since", guests + "\n12:00 look 1", "9:00", "B"},
		{"nobody has looked", guests, "9:00", "unclear: A, B"},
		{"they were entered between", "8:00 in 1 A\n10:00 out 1\n10:30 take 1\n11:00 in 1 B", "7:00", "B"},
		{"the guest before left long ago", "8:00 in 1 A\n10:00 out 1\n2d11:00 in 1 B", "9:00", "B"},
		{"who has left", "8:00 in 1 A\n10:00 out 1", "7:00", "A late"},
		{"there was none before", "8:00 in 1 A", "7:00", "A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := newBar(t).unsure(c.story, c.at); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	// It is run again when B has left: it is still of its own time.
	b := newBar(t)
	b.play(guests + "\n12:00 look 1")
	first := b.id + 1
	b.id++
	b.play("13:00 out 1\n14:00 in 1 C")
	b.id++
	take := Effect{Post: &PostCharge{Room: "1", Kind: PostingMinibar, Item: "4", Amount: 1500}}
	ev := &Event{ID: b.id, Time: clockOf("9:00"), Unsure: true, Again: &Again{Event: first}}
	must(Apply(b.tx, ev, "u", []Effect{take}, b.setup))
	equal(t, "run again", b.outcome(), "B late")
	// Resolved when B has left.
	b = newBar(t)
	equal(t, "entry", b.unsure(guests, "9:00"), "unclear: A, B")
	held := b.held()[AlertMinibarDoubt][0]
	b.play("12:00 look 1\n13:00 out 1\n14:00 in 1 C")
	b.do("14:10", Effect{ResolveEntry: &ResolveEntry{Alert: held.ID, Stay: "B"}})
	equal(t, "resolved", b.tx.postings[len(b.tx.postings)-1].Stay, "B")
}

// Who came while the clock was ahead is in the room once it is right again.
func TestGuestWhoCameWhenTheClockWasAhead(t *testing.T) {
	b := newBar(t)
	b.play("8:00 in 1 A\n9:00 look 1\n10:00 out 1\n10:30 look 1")
	b.id++
	ev := &Event{ID: b.id, Time: clockOf("9d11:00"), Unsure: true}
	must(Apply(b.tx, ev, RulesUnit, []Effect{{CheckIn: &CheckIn{Room: "1", Stay: "B"}}}, b.setup))
	equal(t, "entry", b.play("12:00 take 1"), "B")
	// Its time says nothing of how long ago the one before left.
	b = newBar(t)
	b.play("8:00 in 1 A\n10:00 out 1")
	b.id++
	ev.ID = b.id
	must(Apply(b.tx, ev, RulesUnit, []Effect{{CheckIn: &CheckIn{Room: "1", Stay: "B"}}}, b.setup))
	equal(t, "while it is behind", b.unsure("", "9:00"), "unclear: A, B")
}
