package agent

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
)

// hasHelp checks that telephones have the emergency route.
func (d *desk) hasHelp(after string, extensions ...string) {
	d.t.Helper()
	for _, x := range extensions {
		if s := d.pbx.phones[x]; !slices.Contains(s.Routes, "Emergency") {
			d.t.Errorf("after %s telephone %s has %q", after, x, s.Routes)
		}
	}
}

// Whatever becomes of a telephone, it keeps the emergency route, and gets it
// if somebody had taken it: this is held for each way in which we write routes.
func TestEveryTelephoneKeepsHelp(t *testing.T) {
	for _, phones := range []string{config.CheckoutClear, config.CheckoutPBX, config.CheckoutLeave} {
		for _, class := range []string{"", "none", "local"} {
			for _, had := range [][]string{nil, {"Local", "Lift"}} {
				name := phones + ", class " + class + ", before " + strings.Join(had, "+")
				t.Run(name, func(t *testing.T) {
					atDesk(t, func(c *config.Config) { c.Checkout.Phones = phones }, func(d *desk) {
						d.pbx.phones["101"].Routes, d.pbx.phones["102"].Routes = had, had
						d.checkIn("101", "Wang", class)
						d.rest(time.Minute)
						d.hasHelp("check-in", "101")
						d.order(hotel.Event{Kind: hotel.KindMove, Room: "101", Fields: map[string]string{"to": "102"}})
						d.rest(time.Minute)
						d.hasHelp("move", "101", "102")
						d.checkOut("102")
						d.rest(time.Minute)
						d.hasHelp("check-out", "102")
						d.restore("101")
						d.restore("102")
						d.rest(time.Minute)
						d.hasHelp("put back", "101", "102")
					})
				})
			}
		}
	}
}
