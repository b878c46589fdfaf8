package hotel

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const someHook = "t.lua:cron:1"

// hookWants applies effects as a hook's, for an event.
func hookWants(t *testing.T, tx Tx, ev Event, setup Setup, effects ...Effect) error {
	t.Helper()
	ev.ID, ev.Time = 7, eventTime
	return Apply(tx, &ev, someHook, effects, setup)
}

// What a hook wants of stays enters as an event with everything that was said, and
// changes nothing by itself.
func TestHooksOrderStays(t *testing.T) {
	desk := Event{Kind: KindCheckIn, Source: SourceCommand}
	for _, row := range []struct {
		name   string
		effect Effect
		want   Event
	}{
		{"checkin", Effect{CheckIn: &CheckIn{Room: "102", Stay: "R1", Name: "Li", Leaves: "2026-03-04", Language: "zh", VIP: 2, Incognito: true}},
			Event{Kind: KindCheckIn, Room: "102", Fields: map[string]string{"stay": "R1", "name": "Li", "leaves": "2026-03-04", "language": "zh", "vip": "2", "incognito": "true"}}},
		{"sharer", Effect{CheckIn: &CheckIn{Room: "101", Share: true}}, Event{Kind: KindCheckIn, Room: "101", Fields: map[string]string{"share": "true"}}},
		{"move", Effect{Move: &MoveStay{From: "101", To: "102", Stay: "G1", Swap: true}},
			Event{Kind: KindMove, Room: "101", Lanes: []string{"101", "102"}, Fields: map[string]string{"to": "102", "stay": "G1", "swap": "true"}}},
		{"checkout", Effect{CheckOut: &CheckOut{Room: "101", Stay: "G1", All: true, Now: true}},
			Event{Kind: KindCheckOut, Room: "101", Fields: map[string]string{"stay": "G1", "all": "true", "now": "true"}}},
	} {
		tx := smallHotel()
		before := len(tx.keys())
		if err := hookWants(t, tx, desk, noPMS, row.effect); err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		equal(t, row.name, tx.emitted, []Event{row.want})
		equal(t, row.name+": state", len(tx.keys()), before)
		equal(t, row.name+": room", tx.room("101").Stay, "G1")
		// The rules make the very order of the event again.
		if got := Rules(&tx.emitted[0], false); len(got) != 1 {
			t.Errorf("%s: rules %+v", row.name, got)
		} else if row.effect.CheckIn != nil {
			equal(t, row.name+": rules", *got[0].CheckIn, *row.effect.CheckIn)
		} else if row.effect.Move != nil {
			equal(t, row.name+": rules", *got[0].Move, *row.effect.Move)
		} else {
			equal(t, row.name+": rules", *got[0].CheckOut, *row.effect.CheckOut)
		}
	}
}

func TestHooksOrdersThatCannotBe(t *testing.T) {
	desk := Event{Kind: KindCheckIn, Source: SourceCommand}
	for _, row := range []struct {
		effect Effect
		want   string
	}{
		{Effect{CheckIn: &CheckIn{Room: "101"}}, `checkin.room: "101" is occupied; check out or move first`},
		{Effect{CheckIn: &CheckIn{Room: "9"}}, `checkin.room: must be a room of the hotel, but it is "9"`},
		{Effect{CheckOut: &CheckOut{Room: "102"}}, `checkout.room: "102" is vacant`},
		{Effect{CheckOut: &CheckOut{Room: "9"}}, `checkout.room: must be a room of the hotel, but it is "9"`},
		{Effect{CheckOut: &CheckOut{Room: "101", Stay: "G9"}}, `checkout.stay: "G9" does not stay in room 101`},
		{Effect{Move: &MoveStay{From: "101", To: "9"}}, `move.room: must be a room of the hotel, but it is "9"`},
		{Effect{Move: &MoveStay{From: "9", To: "101"}}, `move.room: must be a room of the hotel, but it is "9"`},
	} {
		tx := smallHotel()
		var invalid *Invalid
		if err := hookWants(t, tx, desk, noPMS, row.effect); !errors.As(err, &invalid) || err.Error() != row.want {
			t.Errorf("%v, want %s", err, row.want)
		}
		equal(t, "emitted", len(tx.emitted), 0)
	}
}

// No hook checks a guest out without a person, but where a sweep would: whatever
// event it runs for, and whatever the chain of events.
func TestHooksCheckOutIsGuarded(t *testing.T) {
	byPeople := []Event{
		{Kind: KindCheckIn, Source: SourceCommand}, {Kind: KindCheckOut, Source: SourceCommand},
		{Kind: KindDTMF, Source: SourcePBX, Digits: "777*20"},
	}
	byItself := []Event{
		{Kind: KindCron, Source: SourceCron}, {Kind: KindCron, Source: SourceCommand}, {Kind: KindCDR, Source: SourcePBX},
		{Kind: KindDTMF, Source: SourcePBX, Key: "1"}, {Kind: KindDelivered, Source: SourceAgent, Depth: 1},
		{Kind: KindCheckIn, Source: SourceAgent, Depth: 1}, {Kind: KindAlert, Source: SourceAgent, Depth: 1}, {Kind: KindDTMF, Digits: "1", Depth: 1},
	}
	out := func(room string) Effect { return Effect{CheckOut: &CheckOut{Room: room, All: true, Now: true}} }
	for _, ev := range byPeople {
		tx := sweepHotel("203")
		if err := hookWants(t, tx, ev, sweepSetup(), out("210")); err != nil || len(tx.emitted) != 1 || tx.emitted[0].Kind != KindCheckOut {
			t.Errorf("%s of %s: %v, %+v", ev.Kind, ev.Source, err, tx.emitted)
		}
	}
	for _, ev := range byItself {
		tx := sweepHotel("203", "204")
		if err := hookWants(t, tx, ev, sweepSetup(), out("203"), out("210")); err != nil {
			t.Fatal(err)
		}
		equal(t, string(ev.Kind)+": looked at", queuedOps(tx), []string{"sight 203"})
		equal(t, string(ev.Kind)+": told", alertsOf(tx), []string{"hook-checkout 210 the day on which its guests are to leave has not passed, or is not known"})
		for _, e := range tx.emitted {
			if e.Kind == KindCheckOut {
				t.Errorf("%s: checked out", ev.Kind)
			}
		}
		equal(t, "room", tx.room("203").Stay, "G203")
	}
}

// What holds a sweep back as a whole holds each hook back.
func TestHooksCheckOutIsHeldBack(t *testing.T) {
	for why, change := range map[string]func(*memTx, *Setup){
		"the config does not allow it":     func(_ *memTx, s *Setup) { s.Sweep.CheckOut = false },
		"more than 1 ":                     func(_ *memTx, s *Setup) { s.Sweep.Rooms = 1 },
		"more than 5%":                     func(_ *memTx, s *Setup) { s.Sweep.Percent = 5 },
		"nobody has said who was in":       func(tx *memTx, _ *Setup) { tx.Delete(OccupancyStateKey) },
		"no PBX can be asked whether they": func(_ *memTx, s *Setup) { s.Phones = false },
	} {
		tx, setup := sweepHotel("203", "204"), sweepSetup()
		change(tx, &setup)
		if err := hookWants(t, tx, Event{Kind: KindCron, Source: SourceCron}, setup, Effect{CheckOut: &CheckOut{Room: "203"}}); err != nil {
			t.Fatal(err)
		}
		if got := alertsOf(tx); len(got) != 1 || !strings.HasPrefix(got[0], "hook-checkout 203 ") || !strings.Contains(got[0], why) || len(tx.queued) > 0 {
			t.Errorf("%s: %q, %q", why, got, queuedOps(tx))
		}
	}
}

// A unit that names a guest is known to, so that the name can be removed.
func TestUnitsThatNameGuests(t *testing.T) {
	for name, want := range map[string]bool{"Li": true, "": false, Removed: false} {
		d := Done{Effects: []Effect{{Extend: &ExtendStay{}}, {CheckIn: &CheckIn{Room: "1", Name: name}}}}
		if d.HasNames() != want {
			t.Errorf("%q: %v", name, d.HasNames())
		}
	}
}

func TestHooksRing(t *testing.T) {
	setup := Setup{Wake: WakeSetup{Calls: true}}
	for _, row := range []struct {
		call HookCall
		want string // the call's body, or with a leading "!" the refusal
		op   string
	}{
		{HookCall{Room: "103", Prompts: []string{"bh-1", "x_Y"}, Times: 2}, `{"phone":"8031","room":"103","prompts":["bh-1","x_Y"],"times":2}`, OpPlay},
		{HookCall{Extension: "8000", Prompts: []string{"x"}}, `{"phone":"8000","room":"","prompts":["x"]}`, OpPlay},
		{HookCall{Room: "101", To: "0"}, `{"phone":"101","room":"101","to":"0"}`, OpDial},
		{HookCall{Room: "9", To: "0"}, `!call.room: must be a room of the hotel, but it is "9"`, ""},
		{HookCall{To: "0"}, `!call.extension: must be 1 to 8 digits`, ""},
		{HookCall{Extension: "12#", To: "0"}, `!call.extension: must be 1 to 8 digits`, ""},
		{HookCall{Room: "101", Extension: "8", To: "0"}, `!call.extension: must not stand beside a room`, ""},
		{HookCall{Room: "101", To: "0039123456"}, `!call.to: must be 1 to 8 digits`, ""},
		{HookCall{Room: "101", To: "0", Prompts: []string{"x"}}, `!call.to: must be 1 to 8 digits, without prompts`, ""},
		{HookCall{Room: "101"}, `!play.prompts: must be 1 to 20`, ""},
		{HookCall{Room: "101", Prompts: []string{"../x"}}, `!play.prompts: must be names of recordings`, ""},
		{HookCall{Room: "101", Prompts: make([]string, 21)}, `!play.prompts: must be 1 to 20`, ""},
		{HookCall{Room: "101", Prompts: []string{"x"}, Times: 11}, `!play.times: must be 1 to 10`, ""},
		{HookCall{Room: "101", To: "0", ExpireAfter: 25 * time.Hour}, `!call.expire: must be 1 to 86400 seconds`, ""},
	} {
		tx := smallHotel()
		err := hookWants(t, tx, Event{Kind: KindCron}, setup, Effect{HookCall: &row.call})
		if text, isError := strings.CutPrefix(row.want, "!"); isError {
			if err == nil || !strings.HasPrefix(err.Error(), text) || len(tx.queued) > 0 {
				t.Errorf("%+v: %v, want %s", row.call, err, text)
			}
			continue
		}
		if err != nil || len(tx.queued) != 1 {
			t.Errorf("%+v: %v", row.call, err)
			continue
		}
		q := tx.queued[0]
		equal(t, "body", string(q.Body), row.want)
		if q.To != ToCalls || q.Op != row.op || q.Kind != Once || q.Urgency != Guest || q.Lasts != 10*time.Minute || q.Room != row.call.Room || q.Handled {
			t.Errorf("queued %+v", q)
		}
	}
	err := hookWants(t, smallHotel(), Event{Kind: KindCron}, noPMS, Effect{HookCall: &HookCall{Room: "101", To: "0"}})
	if err == nil || err.Error() != "dial: this PBX cannot be told to place calls" {
		t.Error(err)
	}
}

// What comes of such a call is a person's matter, and no wake-up's.
func TestOutcomeOfAHooksCall(t *testing.T) {
	for _, op := range []string{OpPlay, OpDial} {
		refused := Event{Kind: KindRefused, Room: "101", Fields: map[string]string{"to": ToCalls, "op": op, "state": "refused", "error": "x"}}
		got := Rules(&refused, false)
		if len(got) != 1 || got[0].Alert == nil || got[0].Alert.Code != AlertRefused {
			t.Errorf("%s: %+v", op, got)
		}
		refused.Kind = KindDelivered
		if got := Rules(&refused, false); len(got) != 0 {
			t.Errorf("%s delivered: %+v", op, got)
		}
	}
}

// An alert that asks for it is mailed although only urgent ones are, if anybody is
// written to at all.
func TestAlertThatAsksForMail(t *testing.T) {
	for _, row := range []struct {
		setup Setup
		asked bool
		want  int
	}{
		{Setup{Mail: true, MailAlerts: MailUrgentAlerts}, false, 0}, {Setup{Mail: true, MailAlerts: MailUrgentAlerts}, true, 1},
		{Setup{Mail: true}, true, 1}, {Setup{}, true, 0},
	} {
		tx := smallHotel()
		if err := hookWants(t, tx, Event{Kind: KindCron}, row.setup, Effect{Alert: &RaiseAlert{Code: AlertHook, Mail: row.asked}}); err != nil {
			t.Fatal(err)
		}
		if len(tx.queued) != row.want || row.want == 1 && tx.queued[0].To != MailTo {
			t.Errorf("%+v: queued %+v", row, tx.queued)
		}
	}
}
