package agent

import (
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// dials lets a guest dial a feature code.
func (d *desk) dials(extension, digits string) {
	d.t.Helper()
	if _, err := d.keep(d.t.Context(), pbx.Report{Event: hotel.Event{Kind: hotel.KindDTMF, Extension: extension, Digits: digits, CallID: "c" + digits}}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) disturb(extension string, quiet bool) {
	d.t.Helper()
	d.pbx.mu.Lock()
	defer d.pbx.mu.Unlock()
	if got := d.pbx.phones[extension].DND; got != quiet {
		d.t.Errorf("do not disturb of %s is %v on the PBX, want %v", extension, got, quiet)
	}
}

func withDND(c *config.Config) { c.Services.DND = "76" }

func TestDoNotDisturbThatIsDialledIsSetOnThePBX(t *testing.T) {
	atDesk(t, withDND, func(d *desk) {
		d.checkIn("101", "Li", "local")
		d.rest(time.Minute)
		d.dials("101", "76*1")
		d.rest(time.Minute)
		d.disturb("101", true)
		d.did("change 101", "change 101")
		d.dials("101", "76*1") // it is already
		d.rest(time.Minute)
		d.did()
		d.dials("101", "76*0")
		d.rest(time.Minute)
		d.disturb("101", false)
		d.did("change 101")
		d.alerted()
	})
}

func TestNewestWordOnDoNotDisturbCounts(t *testing.T) {
	atDesk(t, withDND, func(d *desk) {
		d.pbx.mu.Lock()
		d.pbx.fail = func(string) error { return pbx.ErrRetry }
		d.pbx.mu.Unlock()
		for _, digits := range []string{"76*1", "76*0", "76*1"} {
			d.dials("101", digits)
		}
		d.rest(3 * time.Minute)
		d.pbx.mu.Lock()
		d.pbx.fail = nil
		d.pbx.mu.Unlock()
		d.rest(3 * time.Minute)
		d.disturb("101", true)
		d.did("change 101")
	})
}

func TestDoNotDisturbMovesAlong(t *testing.T) {
	atDesk(t, withDND, func(d *desk) {
		d.checkIn("101", "Li", "local")
		d.checkIn("103", "Wang", "local")
		d.dials("101", "76*1")
		d.rest(time.Minute)
		d.order(hotel.Event{Kind: hotel.KindMove, Room: "101", Fields: map[string]string{"to": "102"}})
		d.rest(5 * time.Minute)
		d.disturb("101", false)
		d.disturb("102", true)
		d.order(hotel.Event{Kind: hotel.KindMove, Room: "102", Fields: map[string]string{"to": "103", "swap": "true"}})
		d.rest(5 * time.Minute)
		d.disturb("102", false)
		d.disturb("103", true)
		d.checkOut("103")
		d.rest(5 * time.Minute)
		d.disturb("103", false)
	})
}

func TestDoNotDisturbThatIsReadOnThePBXIsNotToldBack(t *testing.T) {
	atDesk(t, withDND, func(d *desk) {
		d.pbx.log = nil
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandReading, Room: "101", Fields: map[string]string{"dnd": "on"}})
		d.rest(time.Minute)
		d.did()
	})
}

// What the desk says while the room is rung holds from the end of that.
func TestDoNotDisturbDoesNotEndAWakeUp(t *testing.T) {
	atBook(t, func(c *config.Config) { c.WakeUp.Retries = 0 }, func(b *book) {
		b.wake("21:30", nil, "101")
		b.until("21:30:05")
		on := true
		b.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRoom, Room: "101", RoomOrder: &hotel.RoomOrder{Do: hotel.RoomEdit, Number: "101", DND: &on}})
		b.rest(10 * time.Second)
		b.disturb("101", false)
		b.until("21:40:00")
		b.disturb("101", true)
	})
}
