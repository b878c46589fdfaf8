package agent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

func (p *deskPBX) ListExtensions(context.Context) (list []pbx.Extension, err error) {
	err = p.do("list", false, func() {
		for _, n := range slices.Sorted(maps.Keys(p.phones)) {
			e := pbx.Extension{Number: n, Name: p.phones[n].Name, Type: "SIP"}
			if n == "555" {
				e.Agent = "7"
			}
			list = append(list, e)
		}
	})
	return list, err
}

func TestRoomsAreProposedOfExtensions(t *testing.T) {
	atDesk(t, func(c *config.Config) {
		c.Emergency.Numbers, c.Dialplan.Pantries = []string{"120"}, []string{"119"}
	}, func(d *desk) {
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &hotel.Import{Rooms: []hotel.Room{
			{Number: "1900", Extensions: []string{"8190"}}, {Number: "190", Extensions: []string{"8191"}},
		}}})
		for _, n := range []string{"0111", "111", "119", "120", "190", "777", "8190", "555", "123456789", "1a", "2000"} {
			d.pbx.phones[n] = &pbx.Settings{Number: n, Name: n}
		}
		match, err := hotel.ParseNumberMatch("0*,1*,5*,7*,8*")
		if err != nil {
			d.t.Fatal(err)
		}
		p, err := d.ProposeRooms(d.t.Context(), match)
		if err != nil {
			d.t.Fatal(err)
		}
		var rooms []string
		for _, r := range p.Rooms {
			rooms = append(rooms, r.Number)
		}
		if want := []string{"0111", "111"}; !slices.Equal(rooms, want) {
			t.Errorf("rooms %q, want %q", rooms, want)
		}
		why := map[string]string{}
		for _, r := range p.Left {
			why[r.Number] = r.Why
		}
		for number, want := range map[string]string{
			"101": LeftRoom, "119": LeftPantry, "120": LeftEmergency, "190": LeftRoom, "777": LeftCode, "8190": "belongs to room 1900", "555": LeftAgent,
			"123456789": LeftNumber, "1a": LeftNumber, "2000": LeftPattern,
		} {
			if why[number] != want {
				t.Errorf("%s is left out as it %q, want %q", number, why[number], want)
			}
		}
		loose, err := d.LooseExtensions(d.t.Context())
		if err != nil || len(loose) != len(p.Rooms)+len(p.Left)-11 { // ten rooms' own, and 8190
			t.Errorf("%d extensions of no room, %v: %+v", len(loose), err, loose)
		}
	})
}

// differences are those of rooms, in short.
func (d *desk) differences(rooms ...string) (short []string) {
	d.t.Helper()
	found, err := d.CheckRooms(d.t.Context(), rooms)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range found {
		text := fmt.Sprintf("%s %s %s>%s", f.Extension, f.What, f.Found, f.Wanted)
		if f.Ours {
			text += " ours"
		}
		short = append(short, strings.TrimSpace(text))
	}
	return short
}

func (d *desk) differs(when string, rooms []string, want ...string) {
	d.t.Helper()
	if got := d.differences(rooms...); !slices.Equal(got, want) {
		d.t.Errorf("%s: differences\n got %q\nwant %q", when, got, want)
	}
}

func (d *desk) mend(room string) {
	d.t.Helper()
	d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandMend, Room: room, Fields: map[string]string{"extensions": room}})
	d.rest(2 * time.Minute)
}

func TestRoomIsComparedWithThePBX(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		one := []string{"101"}
		phone := d.pbx.phones["101"]
		d.differs("untouched", one)
		d.checkIn("101", "Wang & Li", "local")
		d.rest(time.Minute)
		d.differs("a guest", one)

		// The PBX has lost it: what stood there before is no name by hand.
		phone.Name, phone.Routes = "Room 101", []string{"Emergency", "Lift"}
		d.pbx.log = nil
		d.differs("lost", one, "101 name Room 101>Wang + Li ours", "101 routes Emergency,Lift>Emergency,Lift,Local ours")
		d.mend("101")
		d.differs("mended", one)
		d.shows("101", "Wang + Li", "Emergency", "Lift", "Local")
		d.did("change 101")
		phone.Name = "101" // as after a check-out there
		d.differs("checked out by the PBX", one, "101 name 101>Wang + Li ours")

		// By hand: it is told of, and stays.
		phone.Name, phone.Routes = "Wang Li", []string{"Lift", "National"}
		d.differs("by hand", one, "101 name Wang Li>Wang + Li", "101 routes Lift,National>Lift,Emergency,Local")

		d.mend("101")
		d.checkOut("101")
		d.rest(time.Minute)
		d.differs("vacant", one)
		phone.Name, phone.Routes = "Suite", []string{"Emergency", "Lift", "National"}
		d.differs("vacant, by hand", one, "101 name Suite>Room 101", "101 routes Emergency,Lift,National>Emergency,Lift ours")
		d.mend("101")
		d.shows("101", "Suite", "Emergency", "Lift")
		d.differs("vacant, mended", one)
	})
}

func TestRoomThatCannotBeMended(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.pbx.phones["102"].Routes = nil
		d.differs("cut off, and never touched", []string{"102"}, "102 routes >Emergency ours")
		d.mend("102")
		d.shows("102", "Room 102", "Emergency")

		d.pbx.phones["103"].Restricted, d.pbx.phones["103"].Always = true, pbx.Forward{On: true, To: pbx.ToNumber, Number: "139"}
		d.differs("restricted", []string{"103"}, "103 restricted on>off ours", "103 forward number>off ours")
		d.checkIn("103", "", "")
		d.differs("a guest's forward", []string{"103"}, "103 restricted on>off")

		delete(d.pbx.phones, "104")
		d.differs("missing", []string{"104", "103"}, "104 missing >", "103 restricted on>off")

		d.checkIn("105", "Li", "national")
		d.rest(time.Minute)
		d.pbx.routes = []string{"Emergency", "Local", "Lift"}
		d.pbx.phones["105"].Routes = []string{"Emergency", "Local", "Lift"}
		d.differs("a route that is gone", []string{"105"}, `105 class >class of service "national": the PBX has no outbound route "National": the request is refused for good`)
	})
}

// A vacant room is compared although nothing was ever written to it; what guests
// set on telephones goes when a person agrees, and the rest is a person's.
func TestVacantRoomIsComparedWithThePBX(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		s := d.pbx.phones["102"]
		s.Name, s.Routes, s.Together, s.Mobile = "Chen", append(s.Routes, "National"), true, true
		s.Busy = pbx.Forward{On: true, To: pbx.ToMobile}
		d.pbx.alarms["102"] = []pbx.Alarm{{ID: "7", Extension: "102", AlarmSpec: pbx.AlarmSpec{Hour: 6, Minute: 5}}}
		d.pbx.voicemail["102"] = []pbx.Voicemail{{Extension: "102", File: "a.wav"}}
		d.pbx.phones["103"].NoAnswer = pbx.Forward{On: true, To: pbx.ToExtension, Number: "100"}
		d.differs("never touched", []string{"102", "103"},
			"102 name Chen>102", "102 routes Emergency,Lift,National>(class none) ours", "102 forward mobile>off ours",
			"102 together on>off ours", "102 mobile on>off ours", "102 alarm 06:05>", "102 voicemail 1>")
		d.mend("102")
		d.differs("mended", []string{"102", "103"}, "102 name Chen>102", "102 alarm 06:05>", "102 voicemail 1>")
		d.shows("102", "Chen", "Emergency", "Lift")
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRestore, Extension: "102"})
		d.rest(time.Minute)
		d.shows("102", "Chen", "Emergency", "Lift", "National")
		d.checkIn("103", "Li", "local")
		d.rest(time.Minute)
		d.pbx.alarms["103"] = []pbx.Alarm{{ID: "8", Extension: "103"}}
		d.pbx.phones["103"].Mobile = true
		d.differs("a guest's own", []string{"103"})
	})
}

// An alarm that stands for a wake-up and is gone from the PBX is set again.
func TestAlarmThatIsGoneIsFoundAndMended(t *testing.T) {
	atDesk(t, func(c *config.Config) { c.WakeUp.How = "pbx" }, func(d *desk) {
		d.checkIn("101", "Li", "local")
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandWakeAdd, WakeUp: &hotel.WakeCommand{
			Add: &hotel.WakeUpAdd{Rooms: []string{"101"}, Time: "06:30"},
		}})
		d.rest(10 * time.Minute)
		d.differs("it stands", []string{"101"})
		d.pbx.alarms["101"] = []pbx.Alarm{{ID: "theirs", Extension: "101"}}
		d.differs("gone", []string{"101"}, "101 alarm >W2 ours")
		d.mend("101")
		d.differs("set again", []string{"101"})
		if len(d.pbx.alarms["101"]) != 2 {
			t.Errorf("alarms %+v", d.pbx.alarms["101"])
		}
	})
}

// What the PBX shows of do-not-disturb is taken over, and what was dialled is
// not taken back by it.
func TestDoNotDisturbIsRead(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		room := func() (r hotel.Room) {
			d.rest(time.Second)
			d.store.Snapshot().Get(hotel.RoomKey("101"), &r)
			return r
		}
		d.pbx.phones["101"].DND = true
		d.differs("on", []string{"101"}, "dnd on>off")
		if r := room(); !r.DND || r.DNDFrom != hotel.DNDPBX || r.DNDAt.IsZero() {
			t.Errorf("read on: %+v", r)
		}
		d.differs("known", []string{"101"})
		d.pbx.phones["101"].DND = false
		d.differs("off", []string{"101"}, "dnd off>on")
		if r := room(); r.DND || r.DNDFrom != "" {
			t.Errorf("read off: %+v", r)
		}
		on := true
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRoom, Room: "101", RoomOrder: &hotel.RoomOrder{Do: hotel.RoomEdit, Number: "101", DND: &on}})
		d.differs("said at the desk", []string{"101"})
		if r := room(); !r.DND || r.DNDFrom != hotel.DNDDesk {
			t.Errorf("said at the desk: %+v", r)
		}
	})
}

func TestCheckIsBounded(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		if _, err := d.CheckRooms(d.t.Context(), make([]string, RoomsAtOnce+1)); !errors.Is(err, ErrTooManyRooms) {
			t.Errorf("too many rooms: %v", err)
		}
		var wrong *OrderError
		if _, err := d.CheckRooms(d.t.Context(), []string{"999"}); !errors.As(err, &wrong) {
			t.Errorf("no room: %v", err)
		}
		d.pbx.fail = func(string) error { return pbx.ErrRetry }
		if _, err := d.CheckRooms(d.t.Context(), []string{"101"}); !errors.Is(err, ErrNoPBX) {
			t.Errorf("away: %v", err)
		}
		if _, err := d.ProposeRooms(d.t.Context(), hotel.NumberMatch{}); !errors.Is(err, ErrNoPBX) {
			t.Errorf("away: %v", err)
		}
		d.pbx.fail = nil
	})
	a, stop := testAgent(t, testConfig(t), nil)
	defer stop()
	if _, err := a.CheckRooms(t.Context(), nil); !errors.Is(err, ErrNoPBX) {
		t.Errorf("no PBX: %v", err)
	}
}

// The first run: guests are in the house, and their telephones show them.
// Nothing rings, and nothing is written; when they leave, all goes.
func TestOccupancyIsTakenOver(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &hotel.Import{Rooms: []hotel.Room{{Number: "103", Extensions: []string{"103", "8103"}}, {Number: "104", Extensions: []string{"8190"}}}}})
		d.pbx.phones["8190"] = &pbx.Settings{Number: "8190", Name: "Tel. 8190", Routes: []string{"Emergency"}}
		d.pbx.phones["8103"] = &pbx.Settings{Number: "8103", Name: "8103", Routes: []string{"Emergency"}}
		d.pbx.phones["101"].Name, d.pbx.phones["101"].Routes = "Wang", []string{"Emergency", "Lift", "Local", "National"}
		d.pbx.phones["102"].Name = "Li"
		d.pbx.phones["103"].Name = "103"
		d.pbx.phones["8103"].Name = "Zhao"
		d.pbx.alarms["101"], d.pbx.voicemail["101"] = []pbx.Alarm{{ID: "7"}}, []pbx.Voicemail{{File: "msg0000.wav"}}

		p, err := d.ProposeOccupancy(d.t.Context())
		if err != nil || len(p.House) != 7 {
			d.t.Fatalf("%v: %+v", err, p)
		}
		if got := fmt.Sprint(p.Stays); got != "[{101 Wang    map[]} {102 Li    map[]} {103 Zhao    map[]}]" {
			t.Errorf("proposed %s", got)
		}
		if _, err := d.ConfirmOccupancy(d.t.Context(), hotel.FirstGuests{From: "pbx", Stays: p.Stays}); err != nil {
			d.t.Fatal(err)
		}
		d.rest(10 * time.Minute)
		d.did("change 103") // the suite's other telephone
		d.shows("101", "Wang", "Emergency", "Lift", "Local", "National")
		d.shows("103", "Zhao", "Emergency", "Lift")
		if len(d.pbx.alarms["101"]) != 1 || len(d.pbx.voicemail["101"]) != 1 {
			t.Error("a guest's alarm or voicemail was taken")
		}
		if at, confirmed := hotel.OccupancyConfirmed(d.store.Snapshot()); !confirmed || at.IsZero() || d.Occupancy().Stays != 3 || d.Occupancy().By != hotel.SourceCommand {
			t.Errorf("state %+v", d.Occupancy())
		}

		for _, room := range []string{"101", "102", "103"} {
			d.checkOut(room)
		}
		d.rest(10 * time.Minute)
		d.shows("101", "101", "Emergency", "Lift")
		d.shows("102", "102", "Emergency", "Lift")
		d.shows("103", "103", "Emergency", "Lift")
		d.shows("8103", "8103", "Emergency")
		d.alerted()
	})
}

func TestOccupancyNeedsThePBX(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.pbx.fail = func(op string) error { return pbx.ErrRetry }
		_, err := d.ConfirmOccupancy(d.t.Context(), hotel.FirstGuests{From: "file", Stays: []hotel.OccupiedRoom{{Room: "101", Name: "Wang"}}})
		if _, confirmed := hotel.OccupancyConfirmed(d.store.Snapshot()); !errors.Is(err, ErrNoPBX) || confirmed {
			t.Errorf("%v, confirmed %v", err, confirmed)
		}
		d.pbx.fail = nil
		_, err = d.ConfirmOccupancy(d.t.Context(), hotel.FirstGuests{From: "file", Stays: []hotel.OccupiedRoom{{Room: "999"}}})
		var wrong *OrderError
		if !errors.As(err, &wrong) {
			t.Errorf("no room: %v", err)
		}
	})
}

// A room that is removed leaves its telephone as it was.
func TestRemovedRoomsTelephoneIsPutBack(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Wang", "local")
		d.checkOut("101")
		d.rest(time.Minute)
		d.pbx.phones["101"].Name = "Wang" // the PBX fell back
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRoom, Room: "101", RoomOrder: &hotel.RoomOrder{Do: hotel.RoomRemove, Number: "101"}})
		d.rest(time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
		if left := d.Phones(); len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
		if _, known := hotel.RoomOf(d.store.Snapshot(), "101"); known {
			t.Error("the telephone still has a room")
		}
	})
}
