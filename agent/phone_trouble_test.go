package agent

import (
	"testing"
	"time"

	"bellhop/hotel"
)

func (d *desk) restore(extension string) {
	d.t.Helper()
	d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRestore, Extension: extension})
}

// What is ordered while a telephone is being put back holds.
func TestGuestWhoArrivesWhileThePhoneIsPutBack(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li", "national")
		d.rest(time.Minute)
		d.checkOut("101")
		d.rest(time.Minute)
		d.pbx.phones["101"].Name = "Reception's own"
		d.pbx.after = func(op string) error {
			if op == "change 101" {
				d.pbx.after = nil
				d.checkIn("101", "Wang", "local")
			}
			return nil
		}
		d.restore("101")
		d.rest(10 * time.Minute)
		d.shows("101", "Wang", "Emergency", "Lift", "Local")
		d.checkOut("101")
		d.rest(10 * time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
		d.alerted()
	})
}
