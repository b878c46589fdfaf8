package agent

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
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

// forgot checks that nothing is left of a guest in what is kept of telephones.
func (d *desk) forgot(name string) {
	d.t.Helper()
	for _, p := range d.Phones() {
		if text, err := json.Marshal(p); err != nil || strings.Contains(string(text), `"`+name+`"`) {
			d.t.Errorf("still known: %s (%v)", text, err)
		}
	}
}

// A PBX may show for a while what was there before a change.
func TestPBXThatShowsChangesLate(t *testing.T) {
	for _, lag := range []time.Duration{2 * time.Second, 15 * time.Second, 50 * time.Second} {
		atDesk(t, nil, func(d *desk) {
			d.pbx.lag = lag
			d.checkIn("101", "Li", "national")
			d.rest(10 * time.Minute)
			d.did("change 101")
			d.shows("101", "Li", "Emergency", "Lift", "Local", "National")
			d.checkOut("101")
			d.rest(10 * time.Minute)
			d.shows("101", "Room 101", "Emergency", "Lift")
			d.did("change 101")
			d.alerted()
			d.forgot("Li")
		})
	}
}

// What is read while a change is not shown yet is not how the telephone is.
func TestGuestWhoLeavesBeforeThePBXShowsTheName(t *testing.T) {
	for name, between := range map[string]func(*desk){
		"at once":         func(d *desk) { d.rest(time.Second) },
		"after a restart": func(d *desk) { d.rest(time.Second); d.end(); d.start() },
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, nil, func(d *desk) {
				d.pbx.lag = 20 * time.Second
				d.checkIn("101", "Li", "national")
				between(d)
				d.checkOut("101")
				d.rest(10 * time.Minute)
				d.shows("101", "Room 101", "Emergency", "Lift")
				d.checkIn("101", "Wang", "")
				d.rest(2 * time.Second)
				d.checkOut("101")
				d.rest(time.Second)
				d.checkIn("101", "Zhao", "local")
				d.rest(10 * time.Minute)
				d.shows("101", "Zhao", "Emergency", "Lift", "Local")
				d.checkOut("101")
				d.rest(10 * time.Minute)
				d.shows("101", "Room 101", "Emergency", "Lift")
				for _, al := range d.Alerts() {
					if al.Code != hotel.AlertNotCleared { // it depends on who was quicker
						d.t.Errorf("alert: %+v", al)
					}
				}
			})
		})
	}
}

// A change whose answer was lost may come to be when another has been asked
// for.
func TestGuestWhoLeavesWhileItIsNotKnownWhetherTheNameWasTaken(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		late := false
		d.pbx.fail = func(op string) error {
			if op == "change 101" && !late {
				late = true
				go func() {
					time.Sleep(20 * time.Second)
					d.pbx.mu.Lock()
					defer d.pbx.mu.Unlock()
					if d.pbx.phones["101"].Name == "Room 101" && !slices.Contains(d.pbx.log, "change 101") {
						d.pbx.phones["101"].Name = "Li"
					}
				}()
				return fmt.Errorf("no answer: %w", pbx.ErrUncertain)
			}
			return nil
		}
		d.checkIn("101", "Li", "")
		d.rest(100 * time.Millisecond)
		d.checkOut("101")
		d.rest(10 * time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
	})
}

// After the PBX was away for long, a change gets its time to show all the same.
func TestPBXThatShowsChangesLateAfterItWasAway(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.pbx.fail = func(string) error { return fmt.Errorf("away: %w", pbx.ErrRetry) }
		d.checkIn("101", "Li", "")
		d.rest(10 * time.Minute)
		d.pbx.fail, d.pbx.lag = nil, 3*time.Second
		d.rest(10 * time.Minute)
		d.shows("101", "Li", "Emergency", "Lift")
		d.did("change 101")
		d.alerted()
	})
}

// A guest's name that was changed by hand, or that the PBX has cut, is not
// what stood there before.
func TestNameChangedByHandDuringAStayIsNotThePhones(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li Wie", "national")
		d.rest(time.Minute)
		d.pbx.phones["101"].Name = "Li Wei"
		d.pbx.phones["101"].Routes = []string{"Emergency", "National"}
		d.checkOut("101")
		d.rest(10 * time.Minute)
		d.checkIn("101", "Wang", "local")
		d.rest(time.Minute)
		d.checkOut("101")
		d.rest(10 * time.Minute)
		if name := d.pbx.phones["101"].Name; name != "Room 101" {
			d.t.Errorf("the vacant room's phone shows %q", name)
		}
		d.forgot("Li Wei")
		d.forgot("Li Wie")
		d.forgot("Wang")
		d.restore("101")
		d.rest(time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
	})
}

func TestNothingOfAGuestIsKeptOfAPhoneAfterTheStay(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li", "national")
		d.rest(time.Minute)
		d.checkOut("101")
		d.rest(time.Minute)
		d.forgot("Li")
		// The name never reached the PBX.
		d.pbx.fail = func(op string) error {
			if op == "change 102" {
				return fmt.Errorf("away: %w", pbx.ErrRetry)
			}
			return nil
		}
		d.checkIn("102", "Wang", "")
		d.rest(time.Minute)
		d.pbx.fail = nil
		d.checkOut("102")
		d.rest(10 * time.Minute)
		d.shows("102", "Room 102", "Emergency", "Lift")
		d.forgot("Wang")
		d.alerted()
	})
}

// Neither alerts nor what is shown of the queue name a guest.
func TestAlertsNameNoGuest(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.pbx.after = func(string) error { d.pbx.phones["101"].Name = "stuck"; return nil }
		d.checkIn("101", "Li Wei", "")
		d.rest(10 * time.Minute)
		d.alerted(hotel.AlertRefused)
		if text := fmt.Sprint(d.Alerts()); strings.Contains(text, "Li Wei") || !strings.Contains(text, "still to change: name") {
			d.t.Errorf("the alert says %s", text)
		}
		_, err := d.Do(d.t.Context(), hotel.Event{Kind: hotel.KindCheckIn, Room: "102", Fields: map[string]string{"name": strings.Repeat("Wang ", 200)}})
		if err == nil || strings.Contains(err.Error(), "Wang") {
			d.t.Errorf("a name that is too long: %v", err)
		}
	})
}

// That a route is missing keeps no name on a telephone, and none off it.
func TestNameIsSetAlsoWhenARouteIsMissing(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.pbx.routes = []string{"Emergency", "Lift", "Local"}
		d.checkIn("101", "Li", "national")
		d.rest(10 * time.Minute)
		d.shows("101", "Li", "Emergency", "Lift")
		d.alerted(hotel.AlertRefused)
		d.pbx.routes = []string{"Help", "Lift", "Local"}
		d.pbx.phones["101"].Routes = []string{"Help", "Lift"}
		d.pbx.phones["101"].DND = true
		d.checkOut("101")
		d.rest(10 * time.Minute)
		d.shows("101", "Room 101", "Help", "Lift")
		if d.pbx.phones["101"].DND {
			d.t.Error("the guest's do-not-disturb is still on")
		}
	})
}

// A name that stood there before, and that cannot be written so, is written as
// the PBX takes it.
func TestNameBeforeThatThePBXDoesNotTake(t *testing.T) {
	for before, after := range map[string]string{"": "101", "Bar & Grill": "Bar + Grill"} {
		atDesk(t, nil, func(d *desk) {
			d.pbx.phones["101"].Name = before
			d.checkIn("101", "Li", "")
			d.rest(time.Minute)
			d.checkOut("101")
			d.rest(10 * time.Minute)
			d.shows("101", after, "Emergency", "Lift")
			d.checkIn("101", "Wang", "")
			d.rest(time.Minute)
			d.restore("101")
			d.rest(10 * time.Minute)
			d.shows("101", after, "Emergency", "Lift")
			d.alerted()
			if left := d.Phones(); len(left) != 0 {
				d.t.Errorf("left: %+v", left)
			}
		})
	}
}

func byPBX(c *config.Config) { c.Checkout.Phones = config.CheckoutPBX }

// The emergency routes come back whatever the PBX shows meanwhile.
func TestCheckOutByAPBXThatShowsChangesLate(t *testing.T) {
	for _, lag := range []time.Duration{5 * time.Second, 45 * time.Second} {
		atDesk(t, byPBX, func(d *desk) {
			d.pbx.lag = lag
			d.checkIn("101", "Li", "national")
			d.rest(10 * time.Minute)
			d.checkOut("101")
			d.rest(20 * time.Minute)
			d.shows("101", "Room 101", "Emergency", "Lift")
			d.checkIn("102", "", "")
			d.checkOut("102")
			d.rest(20 * time.Minute)
			d.shows("102", "Room 102", "Emergency", "Lift")
			d.alerted()
		})
	}
}

// A PBX that still shows what its check-out took, after that was given back: a
// start does not take this for how the telephone is.
func TestStartBeforeThePBXShowsWhatWasGivenBack(t *testing.T) {
	atDesk(t, byPBX, func(d *desk) {
		d.checkIn("101", "Li", "national")
		d.rest(10 * time.Minute)
		d.checkOut("101")
		d.rest(20 * time.Second)
		d.shows("101", "Room 101", "Emergency", "Lift")
		d.end()
		taken := *d.pbx.phones["101"]
		taken.Name, taken.Routes = "101", nil
		d.pbx.stale["101"] = staleSettings{taken, time.Now().Add(20 * time.Second)}
		d.start()
		d.checkIn("101", "Wang", "local")
		d.rest(10 * time.Minute)
		d.shows("101", "Wang", "Emergency", "Lift", "Local")
	})
}

// Nothing that a check-out needs first keeps the emergency routes away that one
// before it has taken.
func TestRoutesComeBackBeforeTheRecordsAreFetched(t *testing.T) {
	atDesk(t, byPBX, func(d *desk) {
		d.checkIn("101", "Li", "national")
		d.rest(time.Minute)
		d.pbx.fail = func(op string) error {
			if op == "change 101" && slices.Contains(d.pbx.log, "checkout 101") {
				return fmt.Errorf("away: %w", pbx.ErrRetry)
			}
			return nil
		}
		d.checkOut("101")
		d.rest(3 * time.Second)
		d.shows("101", "101")
		d.end()
		d.pbx.fail = func(op string) error {
			if op == "records" {
				return fmt.Errorf("away: %w", pbx.ErrRetry)
			}
			return nil
		}
		d.start()
		d.rest(2 * time.Second)
		d.shows("101", "Room 101", "Emergency", "Lift")
		d.pbx.fail = nil
		d.rest(time.Hour)
		d.shows("101", "Room 101", "Emergency", "Lift")
		for _, p := range d.Phones() {
			if leaving(p) {
				d.t.Errorf("still leaving: %+v", p)
			}
		}
		d.alerted()
	})
}

// A check-out by the PBX takes nothing from a telephone that the hotel never
// named or gave a class.
func TestCheckOutByThePBXOfAPhoneThatNobodyNamed(t *testing.T) {
	atDesk(t, byPBX, func(d *desk) {
		d.pbx.phones["101"].Routes = []string{"Emergency", "Lift", "Local"}
		for range 2 {
			d.checkIn("101", "", "")
			d.checkOut("101")
			d.rest(10 * time.Minute)
			d.shows("101", "Room 101", "Emergency", "Lift", "Local")
		}
		d.checkIn("101", "Li", "national")
		d.rest(time.Minute)
		d.checkOut("101")
		d.rest(10 * time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift")
		d.restore("101")
		d.rest(time.Minute)
		d.shows("101", "Room 101", "Emergency", "Lift", "Local")
		d.alerted()
	})
}

// What is remembered of a check-out by the PBX ends with it, in whatever way.
func TestLeavingEnds(t *testing.T) {
	left := func(d *desk) {
		d.t.Helper()
		for _, p := range d.Phones() {
			if leaving(p) {
				d.t.Errorf("still leaving: %+v", p)
			}
		}
	}
	t.Run("the room is let again", func(t *testing.T) {
		atDesk(t, byPBX, func(d *desk) {
			d.checkIn("101", "Li", "national")
			d.rest(time.Minute)
			d.pbx.after = func(op string) error {
				if op == "checkout 101" {
					d.pbx.fail = func(string) error { return fmt.Errorf("away: %w", pbx.ErrRetry) }
				}
				return nil
			}
			d.checkOut("101")
			d.rest(time.Minute)
			d.shows("101", "101")
			d.checkIn("101", "Wang", "local")
			d.pbx.fail, d.pbx.after = nil, nil
			d.rest(10 * time.Minute)
			d.shows("101", "Wang", "Emergency", "Lift", "Local")
			left(d)
		})
	})
	t.Run("the PBX has none", func(t *testing.T) {
		atDesk(t, byPBX, func(d *desk) {
			d.pbx.fail = func(op string) error {
				if op == "checkout 101" {
					return fmt.Errorf("10003: %w", pbx.ErrUnsupported)
				}
				return nil
			}
			d.checkIn("101", "Li", "national")
			d.rest(time.Minute)
			d.checkOut("101")
			d.rest(10 * time.Minute)
			d.shows("101", "Room 101", "Emergency", "Lift")
			left(d)
			d.alerted()
		})
	})
	t.Run("a route has gone meanwhile", func(t *testing.T) {
		atDesk(t, byPBX, func(d *desk) {
			d.checkIn("101", "Li", "national")
			d.rest(time.Minute)
			d.pbx.after = func(op string) error {
				if op == "checkout 101" {
					d.pbx.routes = []string{"Emergency", "Local", "National", "Elevator"}
				}
				return nil
			}
			d.checkOut("101")
			d.rest(10 * time.Minute)
			d.shows("101", "Room 101", "Emergency")
			left(d)
		})
	})
}

// A class that was given up goes also when a guest arrives before the telephone
// has been put back.
func TestPutBackOvertakenByAGuestWithoutAClass(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li", "national")
		d.rest(time.Minute)
		d.pbx.fail = func(string) error { return fmt.Errorf("away: %w", pbx.ErrRetry) }
		d.restore("101")
		d.checkOut("101")
		d.checkIn("101", "Wang", "")
		d.pbx.fail = nil
		d.rest(10 * time.Minute)
		d.shows("101", "Wang", "Emergency", "Lift")
	})
}

// One telephone that the PBX cannot change keeps no other waiting, and somebody
// learns of it.
func TestPhoneThatIsBusyForLong(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.pbx.fail = func(op string) error {
			if op == "change 101" {
				return fmt.Errorf("10008: %w", pbx.ErrBusy)
			}
			return nil
		}
		d.checkIn("101", "Li", "")
		d.rest(time.Second)
		for _, room := range []string{"102", "103", "104"} {
			d.checkIn(room, "Wang", "")
		}
		d.rest(5 * time.Second)
		for _, room := range []string{"102", "103", "104"} {
			d.shows(room, "Wang", "Emergency", "Lift")
		}
		d.alerted()
		d.rest(time.Hour)
		d.alerted(hotel.AlertStuck)
		if al := d.Alerts()[0]; al.Count != 1 || !strings.Contains(al.Text("en"), "phone for pbx, room 101, ") {
			d.t.Errorf("the alert says %d times %q", al.Count, al.Text("en"))
		}
		d.pbx.fail = nil
		d.rest(2 * time.Minute)
		d.shows("101", "Li", "Emergency", "Lift")
	})
}

// After a long outage nobody is told of calls that are carried out now.
func TestNoCallIsCalledStuckAfterAnOutage(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.pbx.fail = func(string) error { return fmt.Errorf("away: %w", pbx.ErrRetry) }
		for _, room := range []string{"101", "102", "103"} {
			d.checkIn(room, "Li", "")
		}
		d.rest(time.Hour)
		d.alerted(hotel.AlertUnreachable)
		d.pbx.fail = nil
		d.rest(10 * time.Minute)
		d.alerted(hotel.AlertUnreachable)
		d.shows("103", "Li", "Emergency", "Lift")
	})
}

// A PBX that cannot be told anything about telephones is told of once, and not
// at each check-in.
func TestPBXThatCannotBeToldOfGuests(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.pbx.fail = func(op string) error {
			if op == "read" {
				return fmt.Errorf("10003: %w", pbx.ErrUnsupported)
			}
			return nil
		}
		for _, room := range []string{"101", "102"} {
			d.checkIn(room, "Li", "local")
			d.checkOut(room)
		}
		d.rest(10 * time.Minute)
		d.did()
		d.alerted(hotel.AlertNoPhones)
		if al := d.Alerts()[0]; al.Count != 1 {
			d.t.Errorf("told %d times", al.Count)
		}
		if state := d.store.Status(); state.Waiting != 0 || state.Parked != 0 {
			d.t.Errorf("%d calls wait, %d are parked", state.Waiting, state.Parked)
		}
	})
}

// What the PBX was told before the agent was started anew may yet show after
// an attempt that failed.
func TestGuestWhoLeavesAfterARestartOfABusyPBX(t *testing.T) {
	for restarts := range 2 {
		atDesk(t, nil, func(d *desk) {
			d.pbx.lag = 30 * time.Second
			d.checkIn("101", "Li", "national")
			d.rest(time.Second)
			d.end()
			var away atomic.Bool
			away.Store(true)
			d.pbx.fail = func(op string) error {
				if away.Load() && op == "change 101" {
					return fmt.Errorf("away: %w", pbx.ErrRetry)
				}
				return nil
			}
			d.start()
			d.checkOut("101")
			d.rest(time.Second)
			if restarts > 0 {
				d.end()
				d.start()
			}
			away.Store(false)
			d.rest(10 * time.Minute)
			d.shows("101", "Room 101", "Emergency", "Lift")
			d.forgot("Li")
		})
	}
}
