package hotel

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// sweepHotel has rooms 201 to 220, of which those named are overdue since the
// last day of February, 210 to 220 stay on, and the rest are vacant.
func sweepHotel(late ...string) *memTx {
	tx := newTx(map[string]any{OccupancyStateKey: OccupancyState{At: eventTime}})
	for n := 201; n <= 220; n++ {
		number := fmt.Sprint(n)
		r := Room{Number: number}
		switch {
		case slices.Contains(late, number):
			r.Stay = "G" + number
			tx.Put(StayKey(r.Stay), Stay{ID: r.Stay, Room: number, State: StayInHouse, Leaves: "2026-02-28"})
		case n >= 210:
			r.Stay = "G" + number
			tx.Put(StayKey(r.Stay), Stay{ID: r.Stay, Room: number, State: StayInHouse, Leaves: "2026-03-01"})
		}
		tx.Put(RoomKey(number), r)
		tx.Put(ExtensionKey(number), Extension{Room: number})
	}
	return tx
}

func sweepSetup() Setup {
	return Setup{Currency: "EUR", Zone: time.UTC, Phones: true, Vacate: true, Sweep: SweepGuards{CheckOut: true, Rooms: 3, Percent: 25}}
}

// alertsOf are the codes and what else they say.
func alertsOf(tx *memTx) (list []string) {
	tx.List(PrefixAlert, func(_ string, decode func(any) bool) bool {
		var a Alert
		decode(&a)
		if text := a.Text("zh"); strings.ContainsAny(text, "?{}") { // something is not given
			list = append(list, text)
		}
		list = append(list, a.Code+" "+a.Room+" "+a.Params["rooms"]+Said(a.Params["why"], "en"))
		return true
	})
	slices.Sort(list)
	return list
}

func queuedOps(tx *memTx) (list []string) {
	for _, q := range tx.queued {
		list = append(list, q.Op+" "+q.Room)
	}
	return list
}

func TestSweepListsAndTouchesNobody(t *testing.T) {
	tx := sweepHotel("203", "205")
	apply(t, tx, sweepSetup(), Effect{Sweep: &Sweep{Overdue: OverdueList}})
	equal(t, "alerts", alertsOf(tx), []string{"overdue  203 (2026-02-28), 205 (2026-02-28)"})
	equal(t, "calls", queuedOps(tx), []string{"survey "})
	equal(t, "rooms", string(tx.queued[0].Body), `{"rooms":["201","202","204","206","207","208","209"]}`)
	equal(t, "room 203", tx.room("203").Stay, "G203")
}

func TestSweepGuards(t *testing.T) {
	for _, c := range []struct {
		name  string
		late  []string
		setup func(*Setup)
		want  string // what holds it; empty: the rooms are looked at
	}{
		{"three of fourteen", []string{"203", "204", "205"}, func(*Setup) {}, ""},
		{"not configured", []string{"203"}, func(s *Setup) { s.Sweep.CheckOut = false }, "the config does not allow it ([checkout] sweep)"},
		{"too many", []string{"203", "204", "205", "206"}, func(*Setup) {}, "they are more than 3 ([checkout] sweep_rooms)"},
		{"too large a part", []string{"203", "204", "205"}, func(s *Setup) { s.Sweep.Percent = 21 }, "they are more than 21% of the occupied rooms ([checkout] sweep_percent)"},
		{"just not too large", []string{"203", "204", "205"}, func(s *Setup) { s.Sweep.Percent = 22 }, ""}, // 3 of 14: 21.4 %
		{"nobody has confirmed", []string{"203"}, func(*Setup) {}, `nobody has said who was in the house when the box came ("bellhop rooms occupancy")`},
		{"nobody to ask", []string{"203"}, func(s *Setup) { s.Phones = false }, "no PBX can be asked whether they are still there"},
		{"nobody late", nil, func(s *Setup) { s.Sweep.CheckOut = false }, ""},
	} {
		tx, setup := sweepHotel(c.late...), sweepSetup()
		c.setup(&setup)
		if c.name == "nobody has confirmed" {
			tx.Delete(OccupancyStateKey)
		}
		apply(t, tx, setup, Effect{Sweep: &Sweep{Overdue: OverdueCheckOut}})
		var held []string
		for _, a := range alertsOf(tx) {
			if a[:len("sweep-held")] == "sweep-held" {
				held = append(held, a)
			}
		}
		var want, looks []string
		if c.want != "" {
			want = []string{"sweep-held  " + c.want}
		} else {
			for _, room := range c.late {
				looks = append(looks, "sight "+room)
			}
		}
		if setup.Phones {
			looks = append(looks, "survey ")
		}
		equal(t, c.name+": held", held, want)
		equal(t, c.name+": looked at", queuedOps(tx), looks)
	}
}

func TestOnlyRoomsThatAllShouldHaveLeftAreOverdue(t *testing.T) {
	tx := sweepHotel("203", "204", "205")
	tx.Put(StayKey("X"), Stay{ID: "X", Leaves: "2026-03-02"})
	tx.Put(StayKey("Y"), Stay{ID: "Y", Leaves: "2026-02-20"})
	tx.Put(RoomKey("203"), Room{Number: "203", Stay: "G203", Sharers: []string{"X"}})
	tx.Put(RoomKey("204"), Room{Number: "204", Stay: "G204", Sharers: []string{"Y"}})
	tx.Put(StayKey("G205"), Stay{ID: "G205"}) // nobody knows when
	late, occupied := overdue(tx, "2026-03-01")
	if len(late) != 1 || late[0].room.Number != "204" || late[0].leaves != "2026-02-28" || occupied != 14 {
		t.Errorf("overdue %+v of %d", late, occupied)
	}
	if late, _ := overdue(tx, "2026-02-28"); len(late) != 0 {
		t.Errorf("on the day of departure: %+v", late)
	}
}

// seen is the event with which the PBX's answer comes back.
func seen(room string, sight RoomSight) *Event {
	reply, err := json.Marshal(sight)
	must(err)
	return &Event{
		ID: 9, Kind: KindDelivered, Time: eventTime, Room: room, Lanes: []string{room},
		Fields: map[string]string{"op": OpSight, "to": "pbx", "reply": string(reply)},
	}
}

func TestSweptRoomIsCheckedOutUnlessSomethingSpeaksAgainstIt(t *testing.T) {
	for _, c := range []struct {
		name   string
		sight  RoomSight
		change func(tx *memTx)
		setup  func(*Setup)
		stays  bool
		alert  string
	}{
		{"nothing speaks against it", RoomSight{}, nil, nil, false, "swept 203 "},
		{"alarm", RoomSight{Alarms: []string{"203 06:30"}}, nil, nil, true, "not-swept 203 alarms were set by hand: 203 06:30"},
		{"name", RoomSight{Names: []string{"203"}}, nil, nil, true, "not-swept 203 another name is shown by 203"},
		{"call", RoomSight{Calls: []string{"203"}}, nil, nil, true, "not-swept 203 in a call: 203"},
		{"link", RoomSight{Unsynced: "the link is down"}, nil, nil, true, "not-swept 203 the link is down"},
		{"a call since", RoomSight{}, func(tx *memTx) { tx.Put(prefixLastCall+"203", "2026-02-28 19:00:00") }, nil, true, "not-swept 203 it was called from, or answered, on 2026-02-28 19:00:00"},
		{"a call before leaving", RoomSight{}, func(tx *memTx) { tx.Put(prefixLastCall+"203", "2026-02-28 11:00:00") }, nil, false, "swept 203 "},
		{"a wake-up", RoomSight{Alarms: []string{"203 06:30"}}, func(tx *memTx) {
			(&applier{tx: tx, ev: testEvent()}).saveWakeUp(WakeUp{ID: "W1", Room: "203", State: WakeUpScheduled, Date: "2026-03-02", Time: "06:30"})
		}, nil, true, "not-swept 203 a wake-up is ordered for 2026-03-02 06:30"},
		{"extended meanwhile", RoomSight{}, func(tx *memTx) { tx.Put(StayKey("G203"), Stay{ID: "G203", Leaves: "2026-03-04"}) }, nil, true, ""},
		{"left meanwhile", RoomSight{}, func(tx *memTx) { tx.Put(RoomKey("203"), Room{Number: "203", LastStay: "G203"}) }, nil, false, ""},
		{"config changed", RoomSight{}, nil, func(s *Setup) { s.Sweep.CheckOut = false }, true, ""},
	} {
		tx, setup := sweepHotel("203"), sweepSetup()
		if c.change != nil {
			c.change(tx)
		}
		if c.setup != nil {
			c.setup(&setup)
		}
		ev := seen("203", c.sight)
		if err := Apply(tx, ev, RulesUnit, Rules(ev, false), setup); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var want []string
		if c.alert != "" {
			want = []string{c.alert}
		}
		equal(t, c.name+": alerts", alertsOf(tx), want)
		if got := tx.room("203").Stay != ""; got != c.stays {
			t.Errorf("%s: stays %v, want %v", c.name, got, c.stays)
		}
	}
}

func TestAnswerThatSaysNothingChecksNobodyOut(t *testing.T) {
	for _, reply := range []string{"", "null", `{"alarms":1}`} {
		ev := seen("203", RoomSight{})
		ev.Fields["reply"] = reply
		if got := Rules(ev, false); got != nil {
			t.Errorf("reply %q: %+v", reply, got)
		}
	}
}

func TestCallsOfARoomAreRemembered(t *testing.T) {
	tx := sweepHotel("203")
	for _, c := range []CDR{
		{Start: "2026-02-28 18:00:00", From: "139", To: "203", Talk: 9},
		{Start: "2026-02-28 19:00:00", From: "203", To: "139"},
		{Start: "2026-02-28 08:00:00", From: "203"}, {Start: "nonsense", From: "203"},
		{Start: "2026-02-28 20:00:00", From: "139", To: "203", Status: "NO ANSWER"}, // nobody took it
	} {
		ev := testEvent()
		ev.Kind, ev.Room, ev.CDR = KindCDR, "203", &c
		if err := Apply(tx, ev, RulesUnit, Rules(ev, false), sweepSetup()); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "last call", lastCall(tx, "203"), "2026-02-28 19:00:00")
}

// Whoever came from another room after they should have left is there: the
// calls that prove it were made by the telephone of the room before.
func TestGuestWhoChangedRoomsIsNotSwept(t *testing.T) {
	for moved, stays := range map[bool]bool{true: true, false: false} {
		tx := sweepHotel("203")
		tx.Put(RoomKey("204"), Room{Number: "204"})
		ev := testEvent()
		ev.Time = ev.Time.Add(-5 * 24 * time.Hour) // before the departure: says nothing
		if moved {
			ev.Time = testEvent().Time
		}
		if err := Apply(tx, ev, RulesUnit, []Effect{{Move: &MoveStay{From: "203", To: "204"}}}, sweepSetup()); err != nil {
			t.Fatal(err)
		}
		ev = seen("204", RoomSight{})
		if err := Apply(tx, ev, RulesUnit, Rules(ev, false), sweepSetup()); err != nil {
			t.Fatal(err)
		}
		if got := tx.room("204").Stay != ""; got != stays {
			t.Errorf("moved since: %v, but the guest stays: %v (%v)", moved, got, alertsOf(tx))
		}
	}
}
