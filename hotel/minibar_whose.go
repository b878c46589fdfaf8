package hotel

import (
	"slices"
	"time"
)

// Whose a minibar entry is. Staff enter it once the guest has left, often hours
// later, and a room's number says nothing of who drank what. docs/minibar.md has
// the table of cases.

// doubtReach is how long ago somebody may have left a room for an entry to be
// still theirs.
const doubtReach = 24 * time.Hour

// whose is the stay that the event's entry falls on; empty: nobody is known.
// With doubt it may be any of those named, the oldest first, and a person must
// say which.
func (a *applier) whose(r Room) (stay string, doubt []string) {
	var list []Occupancy
	a.tx.Get(OccupancyKey(r.Number), &list)
	now, at := occupancyAt(list, a.ev)
	owner := now
	for owner >= 0 && list[owner].Stay == "" {
		owner--
	}
	if owner < 0 {
		return a.whoseWithoutList(r, list, at), nil
	}
	stay = list[owner].Stay
	if s := (Stay{}); !a.tx.Get(StayKey(stay), &s) {
		return "", nil // it ended so long ago that nobody knows it any more
	}
	if before := a.maybeTheirs(list[:now+1], owner, at); len(before) > 0 {
		return stay, append(before, stay)
	}
	return stay, nil
}

// occupancyAt is the place in a list of who stayed in the room at an event, and
// when that was; -1: the list does not go so far back. A clock that was not
// believed says nothing, so the order in which events were kept does: where the
// box takes now for yesterday, its guest of now is in the room all the same. Such
// an event came no earlier than what is known from before it.
func occupancyAt(list []Occupancy, ev *Event) (place int, at time.Time) {
	i, at := len(list)-1, ev.Time
	for i >= 0 && list[i].cameAfter(ev) {
		i--
	}
	for n := 0; ev.Unsure && n <= i; n++ {
		for _, known := range []time.Time{list[n].Since, list[n].Entered, list[n].Looked} {
			if known.After(at) && !list[n].Unsure {
				at = known
			}
		}
	}
	return i, at
}

func (o Occupancy) cameAfter(ev *Event) bool {
	if ev.Unsure || o.Unsure {
		return o.Event > ev.origin()
	}
	return o.Since.After(ev.Time)
}

// whoseWithoutList goes by what is known of a room from before lists were kept.
func (a *applier) whoseWithoutList(r Room, list []Occupancy, at time.Time) string {
	var s Stay
	if r.Stay != "" && len(list) == 0 && (!a.tx.Get(StayKey(r.Stay), &s) || !s.CheckIn.After(at)) {
		return r.Stay
	}
	if r.LastStay != "" && a.tx.Get(StayKey(r.LastStay), &s) {
		return r.LastStay
	}
	return ""
}

// maybeTheirs are those who left the room before the owner came into it, and
// whose minibar nobody may have entered until then.
func (a *applier) maybeTheirs(list []Occupancy, owner int, at time.Time) (before []string) {
	came := firstOf(list, owner)
	if !at.Before(list[came].Since.Add(a.setup.MinibarDoubt)) || anyLooked(list[came:], at) {
		return nil
	}
	for i := came - 1; i >= 0; i-- {
		o := list[i]
		if o.Stay == "" {
			if !o.Looked.IsZero() || !o.Entered.IsZero() {
				break
			}
			continue
		}
		if at.Sub(list[i+1].Since) > doubtReach {
			break
		}
		if o.Stay != list[owner].Stay && !slices.Contains(before, o.Stay) {
			before = append(before, o.Stay)
		}
		first := firstOf(list, i)
		if anyLooked(list[first:i+1], at) {
			break // who was there before them is out of it
		}
		i = first
	}
	slices.Reverse(before)
	return before
}

// firstOf is the place at which those came of whom one is at a place of the list.
func firstOf(list []Occupancy, i int) int {
	for i > 0 && list[i].Rest {
		i--
	}
	return i
}

// anyLooked tells whether nothing was missing at some time, before a moment.
func anyLooked(list []Occupancy, at time.Time) bool {
	return slices.ContainsFunc(list, func(o Occupancy) bool { return !o.Looked.IsZero() && !o.Looked.After(at) })
}

// noteLook remembers that nothing was missing from a room's minibar.
func (a *applier) noteLook(room string) {
	a.noteMinibar(room, func(o *Occupancy, at time.Time) bool {
		first := o.Looked.IsZero() || o.Looked.After(at)
		if first {
			o.Looked = at
		}
		return first
	})
}

// noteEntry remembers that staff entered what a guest had taken who has left, or
// is leaving.
func (a *applier) noteEntry(room string) {
	a.noteMinibar(room, func(o *Occupancy, at time.Time) bool {
		if o.Stay != "" && a.stateOf(o.Stay) != StayChecking {
			return false
		}
		o.Entered = at
		return true
	})
}

// noteInspected: who inspects a vacant room has seen its minibar.
func (a *applier) noteInspected(r Room) {
	if r.Stay == "" && r.Status == StatusInspected {
		a.noteLook(r.Number)
	}
}

func (a *applier) noteMinibar(room string, note func(*Occupancy, time.Time) bool) {
	var list []Occupancy
	a.tx.Get(OccupancyKey(room), &list)
	if i, at := occupancyAt(list, a.ev); i >= 0 && note(&list[i], at) {
		a.tx.Put(OccupancyKey(room), list)
	}
}

// enteredLeaving tells whether a room's minibar was entered while who leaves it
// waited for that.
func (a *applier) enteredLeaving(r Room) bool {
	var s Stay
	var list []Occupancy
	a.tx.Get(OccupancyKey(r.Number), &list)
	if len(list) == 0 || !a.tx.Get(StayKey(r.Stay), &s) || s.Checking.IsZero() {
		return false
	}
	return !list[len(list)-1].Entered.Before(s.Checking)
}
