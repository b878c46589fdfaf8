package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// shadow is what the hotel should show of a room when everything has come to
// rest.
type shadow struct {
	occupied    bool
	name, class string
	own         []string // routes that stood there before
}

// dayAtDesk gives random orders while a PBX has random troubles.
type dayAtDesk struct {
	*desk
	dice   *rand.Rand
	rooms  map[string]*shadow
	said   []string // for a person who looks for a fault
	starts []time.Time
	well   atomic.Bool // the PBX
}

var deskRooms = []string{"101", "102", "103", "104"}

func (d *dayAtDesk) say(format string, args ...any) {
	d.said = append(d.said, fmt.Sprintf("%s %s", d.pbx.now().Format(time.TimeOnly), fmt.Sprintf(format, args...)))
}

// room picks a room that is occupied, or vacant; empty: none is.
func (d *dayAtDesk) room(occupied bool) string {
	for _, n := range d.dice.Perm(len(deskRooms)) {
		if d.rooms[deskRooms[n]].occupied == occupied {
			return deskRooms[n]
		}
	}
	return ""
}

func (d *dayAtDesk) leave(room string) {
	r := d.rooms[room]
	r.occupied, r.name = false, ""
	if r.class != "" {
		r.class = hotel.ClassNone
	}
}

func (d *dayAtDesk) step() {
	vacant, occupied := d.room(false), d.room(true)
	switch n := d.dice.IntN(12); {
	case n < 4 && vacant != "":
		name := []string{"", "Li", "Wang & Co", "Zhao"}[d.dice.IntN(4)]
		class := []string{"", "local", "national", hotel.ClassNone}[d.dice.IntN(4)]
		d.say("check in %s %q %q", vacant, name, class)
		d.checkIn(vacant, name, class)
		r := d.rooms[vacant]
		r.occupied, r.name = true, name
		if class != "" {
			r.class = class
		}
	case n < 7 && occupied != "":
		d.say("check out %s", occupied)
		d.checkOut(occupied)
		d.leave(occupied)
	case n < 9 && occupied != "" && vacant != "":
		d.say("move %s to %s", occupied, vacant)
		d.order(hotel.Event{Kind: hotel.KindMove, Room: occupied, Fields: map[string]string{"to": vacant}})
		from, to := d.rooms[occupied], d.rooms[vacant]
		to.occupied, to.name = true, from.name
		if from.class != "" {
			to.class = from.class
		}
		d.leave(occupied)
	case n == 9:
		room := deskRooms[d.dice.IntN(len(deskRooms))]
		_, err := d.Do(d.t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRestore, Extension: room})
		var refused *OrderError
		if errors.As(err, &refused) {
			return // the hotel has changed nothing there
		}
		d.say("put back %s: %v", room, err)
		d.rooms[room].name, d.rooms[room].class = "", ""
	case n == 10:
		d.say("stop and start")
		d.end()
		d.start()
		d.starts = append(d.starts, time.Now())
	default:
		pause := time.Duration(d.dice.IntN(1+[]int{500, 5000, 90_000}[d.dice.IntN(3)])) * time.Millisecond
		d.say("wait %s", pause)
		d.rest(pause)
	}
}

// trouble lets the PBX be slow, away, or lose its answers.
func (d *dayAtDesk) trouble(seed uint64) {
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(seed, 2))
	throw := func(sides int) int {
		mu.Lock()
		defer mu.Unlock()
		return dice.IntN(sides)
	}
	d.pbx.fail = func(string) error {
		if d.well.Load() {
			return nil
		}
		time.Sleep(time.Duration(throw(700)) * time.Millisecond)
		switch n := throw(20); {
		case n < 3:
			return fmt.Errorf("away: %w", pbx.ErrRetry)
		case n == 3:
			return fmt.Errorf("no answer: %w", pbx.ErrUncertain)
		case n == 4:
			return fmt.Errorf("10008: %w", pbx.ErrBusy)
		}
		return nil
	}
	d.pbx.after = func(string) error {
		if d.well.Load() {
			return nil
		}
		time.Sleep(time.Duration(throw(700)) * time.Millisecond)
		if throw(10) == 0 {
			return fmt.Errorf("no answer: %w", pbx.ErrUncertain)
		}
		return nil
	}
}

// atRest checks what the PBX shows when it is well again and has had time.
func (d *dayAtDesk) atRest() {
	d.t.Helper()
	d.well.Store(true)
	d.rest(30 * time.Minute)
	for _, p := range d.Phones() {
		text, _ := json.Marshal(p)
		d.say("%s", text)
	}
	for _, number := range deskRooms {
		r := d.rooms[number]
		name, routes := "Room "+number, r.own
		if r.name != "" {
			name, _ = d.pbx.CleanName(r.name)
		}
		if r.class != "" {
			routes = append([]string{"Emergency", "Lift"}, d.c.Classes[r.class]...)
		}
		d.shows(number, name, routes...)
	}
	for _, al := range d.Alerts() {
		if al.Code != hotel.AlertNotCleared && al.Code != hotel.AlertUnreachable {
			d.t.Errorf("alert: %+v", al)
		}
	}
	for _, p := range d.Phones() {
		if leaving(p) || p.Found != (hotel.PhoneSettings{}) {
			d.t.Errorf("not settled: %+v", p)
		}
	}
	if state := d.store.Status(); state.Waiting != 0 || state.Parked != 0 {
		d.t.Errorf("%d calls wait, %d are parked", state.Waiting, state.Parked)
	}
	for i, at := range d.pbx.writes {
		started := slices.ContainsFunc(d.starts, func(start time.Time) bool { return i > 0 && start.After(d.pbx.writes[i-1]) && !start.After(at) })
		if i > 0 && !started && at.Sub(d.pbx.writes[i-1]) < writeSpacing {
			d.t.Errorf("change %d came %s after the one before", i, at.Sub(d.pbx.writes[i-1]))
		}
	}
}

// Whatever the desk does and whatever becomes of the PBX and of the agent
// meanwhile, in the end each telephone shows what it should.
func TestRandomDaysAtTheDesk(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			set := func(c *config.Config) {
				if seed%2 == 1 {
					c.Checkout.Phones = config.CheckoutPBX
				}
			}
			atDesk(t, set, func(d *desk) {
				day := dayAtDesk{desk: d, dice: rand.New(rand.NewPCG(seed, 1)), rooms: map[string]*shadow{}}
				for _, number := range deskRooms {
					day.rooms[number] = &shadow{own: []string{"Emergency", "Lift"}}
				}
				day.rooms["104"].own = []string{"Emergency", "Local", "Lift"}
				d.pbx.phones["104"].Routes = day.rooms["104"].own
				lags := []time.Duration{0, 3 * time.Second, 20 * time.Second}
				d.pbx.lag = lags[int(seed/2)%len(lags)]
				for range 3 {
					if day.pbx.fail == nil {
						day.trouble(seed)
					}
					day.well.Store(false)
					for range 25 {
						day.step()
					}
					day.atRest()
				}
				if t.Failed() {
					for _, line := range day.said {
						t.Log(line)
					}
					for _, line := range d.pbx.story {
						t.Log("the PBX:", line)
					}
				}
			})
		})
	}
}
