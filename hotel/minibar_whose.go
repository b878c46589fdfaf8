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

// whose is the stay that an entry of a moment falls on; empty: nobody is known.
// With doubt it may be any of those named, the oldest first, and a person must
// say which.
func (a *applier) whose(r Room, at time.Time) (stay string, doubt []string) {
	var list []Occupancy
	a.tx.Get(OccupancyKey(r.Number), &list)
	now := occupancyAt(list, at)
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

// occupancyAt is the place in a list of who stayed in the room at a moment; -1:
// the list does not go so far back.
func occupancyAt(list []Occupancy, at time.Time) int {
	i := len(list) - 1
	for i >= 0 && list[i].Since.After(at) {
		i--
	}
	return i
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
	a.noteMinibar(room, func(o *Occupancy) bool {
		first := o.Looked.IsZero() || o.Looked.After(a.ev.Time)
		if first {
			o.Looked = a.ev.Time
		}
		return first
	})
}

// noteEntry remembers that staff entered what a guest had taken who has left, or
// is leaving.
func (a *applier) noteEntry(room string) {
	a.noteMinibar(room, func(o *Occupancy) bool {
		if o.Stay != "" && a.stateOf(o.Stay) != StayChecking {
			return false
		}
		o.Entered = a.ev.Time
		return true
	})
}

// noteInspected: who inspects a vacant room has seen its minibar.
func (a *applier) noteInspected(r Room) {
	if r.Stay == "" && r.Status == StatusInspected {
		a.noteLook(r.Number)
	}
}

func (a *applier) noteMinibar(room string, note func(*Occupancy) bool) {
	var list []Occupancy
	a.tx.Get(OccupancyKey(room), &list)
	if i := occupancyAt(list, a.ev.Time); i >= 0 && note(&list[i]) {
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
