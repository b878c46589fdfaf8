package quarter

import (
	"fmt"
	"slices"
	"time"

	"bellhop/sim"
)

const (
	wakeRetries = 2
	wakeSpacing = 5 * time.Minute
	// rungWithin is how late the first ring may be while all is well: a coach's
	// thirty rooms take their turns.
	rungWithin = 2 * time.Minute
	// wakeOver is how long after its time a wake-up is over, whatever happened:
	// half an hour late, two more calls, and what comes of them.
	wakeOver = 75 * time.Minute
	// keyPatience is how long the dialogue asks for a key.
	keyPatience = 30 * time.Second
)

// wake is an order to wake somebody.
type wake struct {
	room   *room
	guest  *guest
	clock  string // "06:30"
	first  time.Time
	repeat string         // once, daily, weekdays
	days   []time.Weekday // of weekdays
	from   string         // desk, phone, group
	// cancelled is since when it is not wanted any more; zero: it is.
	cancelled time.Time
	// until is when it ends with the stay; zero: not before it is cancelled.
	until time.Time
	// shaken is when something last happened that makes its ringing hard to
	// foretell, such as a move.
	shaken time.Time
	been   []stop    // in which rooms it was before
	how    string    // call, pbx or both
	given  time.Time // when it was ordered
	// stood are the telephones on which an alarm of the PBX stood for it, just
	// before its time.
	stood []string
}

// moment is when a clock in the zone first shows a time of day on a date, or the
// moment at which it jumps over it: found by looking at every minute of the day.
func moment(date time.Time, clock string, zone *time.Location) time.Time {
	start := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, zone)
	for at := start.Add(-3 * time.Hour); ; at = at.Add(time.Minute) {
		shows := at.In(zone)
		if shows.Day() == date.Day() && shows.Month() == date.Month() && shows.Format("15:04") >= clock {
			return shows
		}
		if at.After(start.Add(30 * time.Hour)) {
			return time.Time{}
		}
	}
}

// next is when it rings for the first time after a moment; false: never.
func (w *wake) next(after time.Time, zone *time.Location) (time.Time, bool) {
	if w.repeat == "once" {
		return w.first, w.first.After(after)
	}
	for day := range 9 {
		local := w.first.In(zone)
		if after.After(w.first) {
			local = after.In(zone)
		}
		date := time.Date(local.Year(), local.Month(), local.Day()+day, 12, 0, 0, 0, zone)
		at := moment(date, w.clock, zone)
		if !at.After(after) || at.Before(w.first) {
			continue
		}
		if w.repeat == "daily" || slices.Contains(w.days, date.Weekday()) {
			return at, true
		}
	}
	return time.Time{}, false
}

// forgetWakes forgets orders that were over a day ago, so that rooms have time for
// others.
func (m *model) forgetWakes() {
	yesterday := m.house.now().AddDate(0, 0, -1)
	m.wakes = slices.DeleteFunc(m.wakes, func(w *wake) bool {
		return w.repeat == "once" && w.first.Before(yesterday) || !w.cancelled.IsZero() && w.cancelled.Before(yesterday)
	})
}

// cancelWake takes an order back.
func (m *model) cancelWake(w *wake) {
	if w.cancelled.IsZero() {
		w.cancelled = m.house.now()
		w.room.note(w.cancelled, "wake-up %s is cancelled", w.clock)
	}
}

// wakesOf are the orders for a room that still stand.
func (m *model) wakesOf(r *room) (list []*wake) {
	for _, w := range m.wakes {
		if w.room == r && w.cancelled.IsZero() {
			list = append(list, w)
		}
	}
	return list
}

// wakesLeave: of a sharer who goes the orders go; with the last guest all that
// are the room's, but for those before noon of the planned departure, where the
// hotel keeps these.
func (m *model) wakesLeave(r *room, g *guest, last bool) {
	now := m.house.now()
	noon := time.Date(g.told.Year(), g.told.Month(), g.told.Day(), 12, 0, 0, 0, m.house.zone)
	for _, w := range m.wakesOf(r) {
		due, more := w.next(now, m.house.zone)
		_, rings := w.next(now.Add(-wakeOver), m.house.zone)
		switch {
		case !rings: // it is over
		case w.guest != g && !last:
		case last && m.house.keepsWakes() && more && due.Before(noon):
			w.until = noon
		default:
			m.cancelWake(w)
		}
	}
}

// wakesArrive: guests who come to a vacant room are not woken for the last ones.
func (m *model) wakesArrive(r *room, guests ...*guest) {
	for _, w := range m.wakesOf(r) {
		if !slices.Contains(guests, w.guest) {
			m.cancelWake(w)
		}
	}
}

// wakesMove: orders go along with their guests.
func (m *model) wakesMove(from, to *room) {
	there, back := m.wakesOf(from), m.wakesOf(to)
	for _, w := range there {
		w.moveTo(to, m.house.now())
	}
	for _, w := range back {
		w.moveTo(from, m.house.now())
	}
}

func (w *wake) moveTo(r *room, now time.Time) {
	w.been = append(w.been, stop{w.room, now})
	w.room, w.shaken = r, now
}

// stop is a room in which a wake-up was, and until when.
type stop struct {
	room  *room
	until time.Time
}

// roomAt is the room of a wake-up at a moment.
func (w *wake) roomAt(at time.Time) *room {
	for _, s := range w.been {
		if at.Before(s.until) {
			return s.room
		}
	}
	return w.room
}

// rangAs tells whether a ring may be its own, by where it was then: it may have
// moved some seconds before that was known.
func (w *wake) rangAs(seen *ring) bool {
	return slices.Contains(w.roomAt(seen.at).phones, seen.phone) || slices.Contains(w.roomAt(seen.at.Add(time.Minute)).phones, seen.phone)
}

// rangIn tells whether it is, or was, of the room of a telephone.
func (w *wake) rangIn(phone string) bool {
	was := func(s stop) bool { return slices.Contains(s.room.phones, phone) }
	return slices.ContainsFunc(w.been, was) || slices.Contains(w.room.phones, phone)
}

// ring is what a call met at a telephone: the agent's, or of an alarm.
type ring struct {
	at      time.Time
	phone   string
	kind    sim.CallKind
	met     sim.Met
	handset sim.Handset
	prompts string
	claimed bool
}

// proven tells whether whoever was rung has pressed a key in time.
func (r *ring) proven() bool {
	h := r.handset
	if r.met != sim.MetRinging || h.Does != sim.Answers || time.Duration(h.After) >= 30*time.Second || h.Keys == "" {
		return false
	}
	pressed := time.Duration(h.Pause)
	return pressed < keyPatience && (h.Talk == 0 || pressed < time.Duration(h.Talk))
}

func (r *ring) String() string {
	return fmt.Sprintf("%s %s %s %s %+v", r.at.Format("15:04:05"), r.phone, r.kind, r.met, r.handset)
}
