package agent

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// report is something that the PBX tells, and is not asked about again.
func (d *desk) report(ev hotel.Event) {
	d.t.Helper()
	if _, err := d.keep(d.t.Context(), pbx.Report{Event: ev}); err != nil {
		d.t.Fatal(err)
	}
	d.rest(time.Second)
}

func outgoing(extension, number, status string) hotel.Event {
	return hotel.Event{Kind: hotel.KindCall, Serial: "A1", CallID: "c" + extension, Extension: extension, Members: []hotel.Member{
		{Role: hotel.RoleExtension, Number: extension, Status: "ALERT"},
		{Role: hotel.RoleOutbound, From: extension, To: number, Trunk: "sip", Status: status},
	}}
}

func finished(extension, number string, cdr hotel.CDR) hotel.Event {
	cdr.Start, cdr.From, cdr.To = "2026-11-21 21:00:00", extension, number
	return hotel.Event{Kind: hotel.KindCDR, Serial: "A1", CallID: "c" + extension, CDR: &cdr}
}

// A call for help is an alert while it rings, with the name of who stays there;
// the name is in no record of it.
func TestCallForHelpIsToldAtOnce(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("103", "Wang", "none")
		d.report(outgoing("103", "0119", "RING"))
		d.alerted(hotel.AlertEmergency)
		al := d.Alerts()[0]
		if text := d.Say(al); al.Room != "103" || text != "EMERGENCY CALL to 119 from room 103, guest Wang" {
			t.Errorf("room %q: %s", al.Room, text)
		}
		for _, value := range slices.Sorted(maps.Values(al.Params)) {
			if strings.Contains(value, "Wang") {
				t.Errorf("the alert holds the guest's name: %+v", al)
			}
		}
		d.report(outgoing("103", "0119", "ANSWER"))
		d.report(finished("103", "0119", hotel.CDR{Type: "Outbound", Status: "ANSWERED", DestLine: "sip"}))
		d.alerted(hotel.AlertEmergency)
		if n := d.Alerts()[0].Count; n != 3 {
			t.Errorf("counted %d times", n)
		}
		if ev, _ := d.store.Event(d.LastID()); ev.Emergency != "119" {
			t.Errorf("the event does not say so: %+v", ev)
		}
	})
}

// The house has a room 110: who calls it calls a room, and who calls for help
// from a telephone that nobody knows is not taken for that room.
func TestRoomCalled110(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.report(finished("103", "110", hotel.CDR{Type: "Internal", Status: "NO ANSWER"}))
		d.report(finished("103", "110", hotel.CDR{Type: "Internal", Status: "FAILED"}))
		d.alerted()
		d.report(finished("8888", "110", hotel.CDR{Type: "Outbound", Status: "ANSWERED"}))
		d.alerted(hotel.AlertEmergency)
		if al := d.Alerts()[0]; al.Room != "" || al.Params["extension"] != "8888" {
			t.Errorf("%+v", al)
		}
	})
}

func TestHelpThatCannotBeCalled(t *testing.T) {
	atDesk(t, func(c *config.Config) { c.Emergency.Numbers = []string{"555"} }, func(d *desk) {
		d.report(hotel.Event{Kind: hotel.KindCallFailed, Serial: "A1", CallID: "c103", Extension: "103", Fields: map[string]string{"reason": "NO Outbound Restriction"}})
		d.report(finished("103", "9555", hotel.CDR{Type: "Internal", Status: "FAILED"}))
		d.alerted(hotel.AlertNoHelp)
		d.report(finished("104", "110", hotel.CDR{Type: "Outbound", Status: "FAILED"}))
		d.alerted(hotel.AlertNoHelp)
	})
}
