package agent

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// callPBX also tells which calls go on.
type callPBX struct {
	*deskPBX
	calls map[string]int
}

func (p *callPBX) AskCall(context.Context, string) (pbx.Call, error) {
	return pbx.Call{}, pbx.ErrMissing
}

func (p *callPBX) ExtensionCalls(_ context.Context, extension string) (list []pbx.Call, err error) {
	err = p.do("calls", false, func() { list = make([]pbx.Call, p.calls[extension]) })
	return list, err
}

func (p *callPBX) OutsideCalls(context.Context, pbx.Direction) ([]pbx.Call, error) { return nil, nil }

func (p *callPBX) HangUp(context.Context, hotel.Member) error { return nil }

// withCalls gives the desk a PBX that can be asked about calls.
func withCalls(d *desk) *callPBX {
	p := &callPBX{deskPBX: d.pbx, calls: map[string]int{}}
	d.phones.driver = p
	return p
}

func (d *desk) stay(id string) (s hotel.Stay) {
	d.store.Snapshot().Get(hotel.StayKey(id), &s)
	return s
}

func (d *desk) room(number string) RoomNow {
	for _, r := range d.RoomsNow() {
		if r.Number == number {
			return r
		}
	}
	return RoomNow{}
}

func (d *desk) comes(room, stay, name string, fields ...string) {
	d.t.Helper()
	f := map[string]string{"stay": stay, "name": name}
	for i := 0; i < len(fields); i += 2 {
		f[fields[i]] = fields[i+1]
	}
	d.order(hotel.Event{Kind: hotel.KindCheckIn, Room: room, Fields: f})
}

// A call is not ended by a check-out; the books are closed at once.
func TestCheckOutWaitsForACall(t *testing.T) {
	for name, set := range map[string]func(*config.Config){"by the agent": nil, "by the PBX": byPBX} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, set, func(d *desk) {
				far := withCalls(d)
				d.comes("101", "G1", "Li", "class", "national")
				d.rest(10 * time.Minute)
				d.pbx.log = nil
				far.calls["101"] = 1
				d.checkOut("101")
				d.rest(5 * time.Minute)
				d.did()
				d.shows("101", "Li", "Emergency", "Lift", "Local", "National")
				if s := d.stay("G1"); s.State != hotel.StayDeparted || !s.CallPending || !d.room("101").CallPending {
					t.Errorf("the stay: %+v", s)
				}
				d.pbx.mu.Lock()
				far.calls["101"] = 0
				d.pbx.mu.Unlock()
				d.rest(5 * time.Minute)
				d.shows("101", "Room 101", "Emergency", "Lift")
				if s := d.stay("G1"); s.CallPending {
					t.Errorf("after the call: %+v", s)
				}
				if !slices.Contains(d.pbx.log, "records") {
					t.Error("the record of the call was not fetched")
				}
				d.alerted()
			})
		})
	}
}

// A call that outlasts the check-out into the next stay is pending no more.
func TestRoomLetAgainDuringACall(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		far := withCalls(d)
		d.comes("101", "G1", "Li", "class", "national")
		d.rest(time.Minute)
		far.calls["101"] = 1
		d.checkOut("101")
		d.rest(time.Minute)
		d.comes("101", "G2", "Wang", "class", "local")
		d.rest(time.Minute)
		d.shows("101", "Wang", "Emergency", "Lift", "Local")
		if d.stay("G1").CallPending {
			t.Error("the call is still pending")
		}
		d.alerted(hotel.AlertNotCleared)
	})
}

func TestVacatedPhoneIsReadBack(t *testing.T) {
	pin := func(c *config.Config) { c.Checkout.VoicemailPIN = "0{extension}" }
	leave := func(d *desk) {
		s := d.pbx.phones["101"]
		s.DND, s.Restricted, s.Together, s.Mobile, s.MobileKept, s.VoicemailPIN = true, true, true, true, true, "4711"
		s.Always = pbx.Forward{On: true, To: pbx.ToNumber, Number: "0900"}
		d.pbx.alarms["101"] = []pbx.Alarm{{ID: "1", Extension: "101"}}
		d.pbx.voicemail["101"] = []pbx.Voicemail{{File: "a.wav"}}
	}
	t.Run("clean", func(t *testing.T) {
		atDesk(t, pin, func(d *desk) {
			d.comes("101", "G1", "Li", "class", "national")
			d.rest(time.Minute)
			if !d.room("101").Clean.IsZero() {
				t.Error("an occupied room is clean")
			}
			leave(d)
			d.checkOut("101")
			d.rest(10 * time.Minute)
			if s := d.pbx.phones["101"]; s.DND || s.Restricted || s.Together || s.Mobile || s.MobileKept || s.Always.On || s.VoicemailPIN != "0101" {
				t.Errorf("left: %+v", s)
			}
			if d.room("101").Clean.IsZero() {
				t.Error("the room is not known to be clean")
			}
			d.comes("101", "G2", "Wang")
			d.rest(time.Minute)
			if !d.room("101").Clean.IsZero() {
				t.Error("an occupied room is clean")
			}
			d.alerted()
		})
	})
	t.Run("the PBX keeps an alarm", func(t *testing.T) {
		atDesk(t, pin, func(d *desk) {
			d.comes("101", "G1", "Li")
			d.rest(time.Minute)
			leave(d)
			d.pbx.keeps = true
			d.checkOut("101")
			d.rest(10 * time.Minute)
			if !d.room("101").Clean.IsZero() {
				t.Error("the room counts as clean")
			}
			d.alerted(hotel.AlertNotClean)
			if left := d.Alerts()[0].Params["left"]; left != "@left-alarms" {
				t.Errorf("left: %q", left)
			}
			d.pbx.keeps = false
			d.comes("101", "G2", "Wang") // then the guest before goes first
			d.rest(10 * time.Minute)
			if len(d.pbx.alarms["101"]) != 0 {
				t.Error("the alarm of the guest before is still there")
			}
			d.shows("101", "Wang", "Emergency", "Lift")
		})
	})
	t.Run("the PBX takes no change", func(t *testing.T) {
		atDesk(t, nil, func(d *desk) {
			d.comes("101", "G1", "Li")
			d.rest(time.Minute)
			d.pbx.phones["101"].Together = true
			d.pbx.stuck = "101"
			d.checkOut("101")
			d.rest(30 * time.Minute)
			d.alerted(hotel.AlertNotClean)
			if left := d.Alerts()[0].Params["left"]; left != "@left-together" {
				t.Errorf("left: %q", left)
			}
		})
	})
}

// A guest who pays the evening before is woken the next morning: what stands for
// that is not taken.
func TestAlarmThatStandsForAWakeUpStays(t *testing.T) {
	atDesk(t, func(c *config.Config) { c.WakeUp.How = "pbx" }, func(d *desk) {
		d.comes("101", "G1", "Li", "leaves", "2026-11-22")
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandWakeAdd, WakeUp: &hotel.WakeCommand{
			Add: &hotel.WakeUpAdd{Rooms: []string{"101"}, Time: "06:30"},
		}})
		d.rest(10 * time.Minute)
		if len(d.pbx.alarms["101"]) != 1 {
			t.Fatalf("alarms: %+v", d.pbx.alarms["101"])
		}
		d.pbx.alarms["101"] = append(d.pbx.alarms["101"], pbx.Alarm{ID: "hand", Extension: "101"})
		d.checkOut("101")
		d.rest(10 * time.Minute)
		if left := d.pbx.alarms["101"]; len(left) != 1 || left[0].ID == "hand" {
			t.Errorf("alarms after the check-out: %+v", left)
		}
		if d.room("101").Clean.IsZero() {
			t.Error("the room is not known to be clean")
		}
	})
}

// A check-out by the PBX takes all alarms. One that is still to ring is set again
// at once.
func TestAlarmIsSetAgainAfterACheckOutByThePBX(t *testing.T) {
	set := func(c *config.Config) { c.WakeUp.How, c.Checkout.Phones = "pbx", config.CheckoutPBX }
	atDesk(t, set, func(d *desk) {
		d.comes("101", "G1", "Li", "leaves", "2026-11-22")
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandWakeAdd, WakeUp: &hotel.WakeCommand{
			Add: &hotel.WakeUpAdd{Rooms: []string{"101"}, Time: "06:30"},
		}})
		d.rest(10 * time.Minute)
		d.checkOut("101")
		d.rest(30 * time.Second)
		if !slices.Contains(d.pbx.log, "checkout 101") || len(d.pbx.alarms["101"]) != 1 {
			t.Errorf("the PBX did %q, alarms: %+v", d.pbx.log, d.pbx.alarms["101"])
		}
	})
}

// What a guest who comes late to be shown may have left is not taken.
func TestArrivalThatIsCarriedOutLate(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.comes("101", "G1", "Li")
		d.rest(time.Minute)
		d.pbx.alarms["101"] = []pbx.Alarm{{ID: "1", Extension: "101"}}
		d.pbx.keeps = true
		d.checkOut("101")
		d.rest(10 * time.Minute)
		d.alerted(hotel.AlertNotClean)
		d.pbx.keeps = false
		d.pbx.fail = func(string) error { return fmt.Errorf("away: %w", pbx.ErrRetry) }
		d.comes("101", "G2", "Wang")
		d.rest(10 * time.Minute)
		d.pbx.fail = nil
		d.rest(10 * time.Minute)
		if len(d.pbx.alarms["101"]) != 1 {
			t.Error("an alarm that may be the new guest's is gone")
		}
		d.shows("101", "Wang", "Emergency", "Lift")
		d.alerted(hotel.AlertNotCleared, hotel.AlertNotClean)
	})
}

// Voicemail of a guest who has moved waits until the old room is let again.
func TestVoicemailOfAGuestWhoMoved(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.comes("101", "G1", "Li", "class", "local")
		d.rest(time.Minute)
		d.pbx.voicemail["101"] = []pbx.Voicemail{{File: "a.wav"}}
		d.pbx.phones["101"].DND = true
		d.order(hotel.Event{Kind: hotel.KindMove, Room: "101", Fields: map[string]string{"to": "102"}})
		d.rest(10 * time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
		d.shows("102", "Li", "Emergency", "Lift", "Local")
		if len(d.pbx.voicemail["101"]) != 1 || d.pbx.phones["101"].DND || !d.room("101").Clean.IsZero() {
			t.Errorf("after the move: %+v, %+v", d.pbx.voicemail["101"], d.pbx.phones["101"])
		}
		d.alerted(hotel.AlertVoicemail)
		d.comes("101", "G2", "Wang")
		d.rest(10 * time.Minute)
		if len(d.pbx.voicemail["101"]) != 0 {
			t.Error("the new guest hears the old one's voicemail")
		}
	})
}

// After a swap no call for one guest reaches the other; messages and alarms by
// hand a person hears of.
func TestSwapLeavesNoForwardToTheOtherGuest(t *testing.T) {
	atDesk(t, withDND, func(d *desk) {
		d.comes("101", "G1", "Li", "class", "local")
		d.comes("102", "G2", "Wang", "class", "local")
		d.dials("101", "76*1")
		d.rest(time.Minute)
		away := pbx.Forward{On: true, To: pbx.ToNumber, Number: "139"}
		for _, n := range []string{"101", "102"} {
			s := d.pbx.phones[n]
			s.Always, s.Busy, s.Mobile, s.MobileKept, s.Restricted = away, away, true, true, true
		}
		d.pbx.voicemail["102"] = []pbx.Voicemail{{Extension: "102", File: "a.wav"}}
		d.pbx.alarms["102"] = []pbx.Alarm{{ID: "7", Extension: "102"}}
		d.order(hotel.Event{Kind: hotel.KindMove, Room: "101", Fields: map[string]string{"to": "102", "swap": "true"}})
		d.rest(4 * time.Minute)
		for n, dnd := range map[string]bool{"101": false, "102": true} {
			s := d.pbx.phones[n]
			if s.Always.On || s.Busy.On || s.Mobile || s.MobileKept || s.Restricted || !s.NoAnswer.On || s.DND != dnd {
				t.Errorf("%s has %+v", n, s)
			}
		}
		d.shows("101", "Wang", "Emergency", "Lift", "Local")
		if len(d.pbx.voicemail["102"]) != 1 || len(d.pbx.alarms["102"]) != 1 {
			t.Error("something was deleted")
		}
		d.alerted(hotel.AlertSwapped)
		if text := d.Alerts()[0].Text("zh"); text != "房间 102 与 101 的客人已互换，房间 102 的电话 102 上仍有现住 101 的客人的：闹钟, 语音留言。请转达留言、重新设置闹钟，并在交换机上删除" {
			t.Errorf("alert: %s", text)
		}
	})
}

// A PBX that comes back later may show forwards of the new guest.
func TestSwapThatIsCarriedOutLate(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.comes("101", "G1", "Li", "class", "local")
		d.comes("102", "G2", "Wang", "class", "local")
		d.rest(time.Minute)
		d.pbx.fail = func(string) error { return fmt.Errorf("away: %w", pbx.ErrRetry) }
		d.order(hotel.Event{Kind: hotel.KindMove, Room: "101", Fields: map[string]string{"to": "102", "swap": "true"}})
		d.rest(10 * time.Minute)
		d.pbx.phones["101"].Always = pbx.Forward{On: true, To: pbx.ToNumber, Number: "139"}
		d.pbx.fail = nil
		d.rest(10 * time.Minute)
		d.shows("101", "Wang", "Emergency", "Lift", "Local")
		if !d.pbx.phones["101"].Always.On {
			t.Error("a forward that may be the new guest's is gone")
		}
		d.alerted(hotel.AlertNotCleared, hotel.AlertNotCleared)
	})
}

func TestVoicemailIsSwitchedByGradeAndPutBack(t *testing.T) {
	atDesk(t, func(c *config.Config) { c.Checkin.Voicemail = []string{"national"} }, func(d *desk) {
		d.pbx.phones["102"].Voicemail = true
		for room, class := range map[string]string{"101": "national", "102": "local", "103": "local"} {
			d.comes(room, "G"+room, "Li", "class", class)
		}
		d.rest(time.Minute)
		for room, on := range map[string]bool{"101": true, "102": false, "103": false} {
			if d.pbx.phones[room].Voicemail != on {
				t.Errorf("voicemail of %s during the stay: %t", room, !on)
			}
		}
		for _, room := range []string{"101", "102", "103"} {
			d.checkOut(room)
		}
		d.rest(10 * time.Minute)
		for room, on := range map[string]bool{"101": false, "102": true, "103": false} {
			if d.pbx.phones[room].Voicemail != on {
				t.Errorf("voicemail of %s after the stay: %t", room, !on)
			}
		}
		d.comes("102", "G4", "Li", "class", "local")
		d.rest(time.Minute)
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRestore, Extension: "102"})
		d.rest(time.Minute)
		if !d.pbx.phones["102"].Voicemail {
			t.Error("voicemail was not put back")
		}
		d.alerted()
	})
}

func TestRoomThatNobodyLooksThrough(t *testing.T) {
	atDesk(t, func(c *config.Config) { c.Checkout.LookThrough = true }, func(d *desk) {
		d.comes("101", "G1", "Li", "class", "national")
		d.comes("102", "G2", "Wang", "class", "national")
		d.rest(time.Minute)
		d.checkOut("101")
		d.checkOut("102")
		d.rest(10 * time.Minute)
		d.shows("101", "Li", "Emergency", "Lift")
		d.order(hotel.Event{Kind: hotel.KindCheckOut, Room: "102", Fields: map[string]string{"now": "true"}})
		d.alerted()
		d.rest(3 * time.Hour)
		d.alerted(hotel.AlertLookThrough)
		if al := d.Alerts()[0]; al.Count != 1 || al.Room != "101" {
			t.Errorf("alert: %+v", al)
		}
		d.shows("102", "Room 102", "Emergency", "Lift")
	})
}

// What a check-out by the PBX had taken was given back long ago: it is nothing that
// is left on a telephone that was put back before a guest who has moved was off it.
func TestPutBackAfterAMoveIsClean(t *testing.T) {
	set := func(c *config.Config) { c.Checkout.Phones = config.CheckoutPBX }
	atDesk(t, set, func(d *desk) {
		own := []string{"Emergency", "Local", "Lift"}
		d.pbx.phones["104"].Routes = own
		d.checkIn("104", "Zhao", "national")
		d.rest(2 * time.Minute)
		d.checkOut("104")
		d.rest(2 * time.Minute)
		d.pbx.fail = func(string) error { return fmt.Errorf("away: %w", pbx.ErrRetry) }
		d.checkIn("104", "Li", "")
		d.order(hotel.Event{Kind: hotel.KindMove, Room: "104", Fields: map[string]string{"to": "102"}})
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRestore, Extension: "104"})
		d.rest(5 * time.Second)
		d.pbx.fail = nil
		d.rest(10 * time.Minute)
		d.shows("104", "Room 104", own...)
		d.alerted()
	})
}
