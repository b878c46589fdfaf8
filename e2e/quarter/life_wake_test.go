package quarter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
	"bellhop/sim"
)

// wakeApart is how far from each other the wake-ups of one room are, so that it
// is plain which one a ring belongs to.
const wakeApart = 100 * time.Minute

// freeAt tells whether no wake-up of a room is near a time of day.
func (h *house) freeAt(r *room, clock string) bool {
	minutes := func(clock string) int {
		at, _ := time.Parse("15:04", clock)
		return at.Hour()*60 + at.Minute()
	}
	for _, w := range h.model.wakes {
		apart := (minutes(w.clock) - minutes(clock) + 24*60) % (24 * 60)
		if w.room == r && min(apart, 24*60-apart) < int(wakeApart/time.Minute) {
			return false
		}
	}
	return true
}

// wakeTime draws when somebody wants to be woken; now and then in the hours of
// the night in which clocks are set.
func (h *house) wakeTime() string {
	if h.chance(8) {
		return fmt.Sprintf("%02d:%02d", 1+h.dice.IntN(3), h.dice.IntN(60))
	}
	return fmt.Sprintf("%02d:%02d", 5+h.dice.IntN(5), 5*h.dice.IntN(12))
}

// wakeByDesk lets a guest order a wake-up at the desk.
func (h *house) wakeByDesk() {
	r := h.choose(present)
	if r == nil {
		return
	}
	w := &wake{room: r, guest: r.guests[0], clock: h.wakeTime(), repeat: pick(h, []string{"once", "once", "once", "daily", "weekdays"}), from: "desk", how: h.wakeHow()}
	if w.repeat == "weekdays" {
		w.days = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
		if h.chance(30) {
			w.days = []time.Weekday{time.Saturday, time.Sunday}
		}
	}
	h.orderWakes([]*wake{w})
}

// wakeHow draws by whom an order is carried out: as the hotel does it, or as the
// desk says.
func (h *house) wakeHow() string {
	if h.chance(60) {
		return h.run.how
	}
	return pick(h, []string{"call", "pbx", "both"})
}

// wakeGroup lets a coach's guests be woken at one time.
func (h *house) wakeGroup() {
	clock, how, wakes := h.wakeTime(), h.wakeHow(), []*wake(nil)
	taken := map[*room]bool{}
	for range 40 {
		r := h.choose(present)
		if r == nil || taken[r] || !h.freeAt(r, clock) || len(wakes) == 30 {
			continue
		}
		taken[r] = true
		wakes = append(wakes, &wake{room: r, guest: r.guests[0], clock: clock, repeat: "once", from: "group", how: how})
	}
	if len(wakes) > 1 {
		h.orderWakes(wakes)
	}
}

// orderWakes gives an order for one or several rooms.
func (h *house) orderWakes(wakes []*wake) {
	if h.box == nil || h.timeless() || !h.freeAt(wakes[0].room, wakes[0].clock) { // without the time it cannot tell today from tomorrow, and tells the desk
		return
	}
	one := wakes[0]
	order := hotel.WakeUpAdd{Time: one.clock, Repeat: hotel.WakeRepeat(one.repeat), Days: one.days}
	if one.how != h.run.how {
		order.How = hotel.WakeHow(one.how)
	}
	for _, w := range wakes {
		order.Rooms = append(order.Rooms, w.room.number)
	}
	ctx, cancel := context.WithTimeout(context.Background(), orderPatience)
	defer cancel()
	now := h.now()
	_, _, _, err := h.box.agent.AddWakeUps(ctx, order)
	var refused *agent.OrderError
	if errors.As(err, &refused) && h.troubleAround(now, now) {
		return
	}
	if err != nil {
		h.differs(one.room.number, "a wake-up at %s: %v", one.clock, err)
		return
	}
	for _, w := range wakes {
		h.expectWake(w, now)
	}
}

// expectWake notes an order.
func (h *house) expectWake(w *wake, now time.Time) {
	for day := range 9 {
		date := time.Date(now.Year(), now.Month(), now.Day()+day, 12, 0, 0, 0, h.zone)
		at := moment(date, w.clock, h.zone)
		if at.After(now) && (w.repeat != "weekdays" || inWeek(w.days, date.Weekday())) {
			w.first = at
			break
		}
	}
	w.given = now
	h.model.wakes = append(h.model.wakes, w)
	w.room.note(now, "wake-up %s %s by %s (%s), first %s", w.clock, w.repeat, w.from, w.how, w.first.Format("01-02 15:04 MST"))
	h.count["wake-ups ordered by "+w.from]++
	h.count["wake-ups ordered: "+w.how]++
	h.followWake(w, now)
}

func inWeek(days []time.Weekday, day time.Weekday) bool {
	for _, d := range days {
		if d == day {
			return true
		}
	}
	return false
}

// followWake looks at what came of each time at which it was to ring.
func (h *house) followWake(w *wake, after time.Time) {
	due, more := w.next(after, h.zone)
	if !more {
		return
	}
	h.at(due.Add(-time.Second), func() { // what is cancelled after that is too late to be sure
		if w.cancelled.IsZero() && (w.until.IsZero() || due.Before(w.until)) {
			phone := w.room.phones[0]
			if h.chance(20) && present(w.room) {
				h.must(h.pbx.SetExtension(sim.PBXExtension{Number: phone, Handset: []sim.Handset{h.manner(), h.manner()}}))
			}
			h.lookAlarms(w, due)
			h.at(due.Add(wakeOver), func() { h.judgeWake(w, due) })
			h.followWake(w, due)
		}
	})
}

// cancelSome lets a guest want to sleep.
func (h *house) cancelSome() {
	r := h.choose(func(r *room) bool { return present(r) && len(h.model.wakesOf(r)) > 0 })
	if r == nil || h.box == nil {
		return
	}
	now := h.now()
	for _, w := range h.model.wakesOf(r) {
		if due, more := w.next(now.Add(-wakeOver), h.zone); !more || due.Before(now.Add(time.Minute)) {
			return // it rings, or may
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), orderPatience)
	defer cancel()
	if _, err := h.box.agent.CancelWakeUps(ctx, hotel.WakeUpCancel{Rooms: []string{r.number}}); err != nil {
		h.differs(r.number, "cancel a wake-up: %v", err)
		return
	}
	for _, w := range h.model.wakesOf(r) {
		h.model.cancelWake(w)
	}
	h.count["wake-ups cancelled"]++
}

// eveOfClocks lets guests be woken around the moment at which clocks are set in
// the coming night, at times that come twice or are skipped too.
func (h *house) eveOfClocks() {
	now := h.now()
	_, before := now.Zone()
	for at := now; at.Before(now.Add(12 * time.Hour)); at = at.Add(time.Minute) {
		if _, after := at.Zone(); after == before {
			continue
		}
		old := time.FixedZone("", before)
		for range 14 {
			r := h.choose(func(r *room) bool { return present(r) && len(h.model.wakesOf(r)) == 0 })
			if r == nil {
				break
			}
			clock := at.Add(h.between(-55*time.Minute, 70*time.Minute)).In(old).Format("15:04")
			h.count["wake-ups around the change of the clocks"]++
			h.orderWakes([]*wake{{room: r, guest: r.guests[0], clock: clock, repeat: "once", from: "desk", how: pick(h, []string{"call", "pbx", "both"})}})
		}
		return
	}
}
