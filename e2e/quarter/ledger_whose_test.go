package quarter

import (
	"slices"
	"time"
)

const (
	// doubtFor is how long after somebody came an entry may be of who was there
	// before, and leftWithin how long ago that one may have left.
	doubtFor   = 4 * time.Hour
	leftWithin = 24 * time.Hour
)

// whose is on whom an entry falls (docs/minibar.md, "Whose it is"): one stay, or
// several of which a person must say one. When it cannot be told to the moment
// what came first, sure is false, and they are all whom it may be of.
func (l *ledger) whose(e *entry) (stays []string, sure bool) {
	list := l.tenures[e.room]
	if !e.prompt() || l.unsure(e) {
		return l.maybe(e), false
	}
	now := len(list) - 1
	for now >= 0 && list[now].asked.After(e.came) {
		now--
	}
	owner := now
	for owner >= 0 && list[owner].stay == "" {
		owner--
	}
	if owner < 0 {
		return []string{""}, true
	}
	mine := list[owner].stay
	came := begin(list, owner)
	end := list[came].known.Add(doubtFor)
	if e.came.After(end.Add(-time.Minute)) && e.came.Before(end.Add(time.Minute)) {
		return l.maybe(e), false
	}
	if e.came.After(end) || l.looked(e.room, list[came].known, e.came) {
		return []string{mine}, true
	}
	var before []string
	for i := came - 1; i >= 0; i-- {
		t, left := list[i], list[i+1].known
		if t.stay == "" {
			if l.looked(e.room, t.known, left) || l.entered(e.room, list, i) {
				break
			}
			continue
		}
		if e.came.Sub(left) > leftWithin {
			break
		}
		if t.stay != mine && !slices.Contains(before, t.stay) {
			before = append(before, t.stay)
		}
		first := begin(list, i)
		if l.looked(e.room, list[first].known, left) {
			break
		}
		i = first
	}
	slices.Reverse(before)
	return append(before, mine), true
}

// begin is the place at which those came of whom one is at a place of the list.
func begin(list []*tenure, i int) int {
	for i > 0 && list[i].rest {
		i--
	}
	return i
}

// looked tells whether a room's minibar was found as it should be, or the vacant
// room inspected.
func (l *ledger) looked(room string, from, to time.Time) bool {
	return slices.ContainsFunc(l.byRoom[room], func(m *entry) bool {
		if m.item != "" || !m.lost.IsZero() || m.came.Before(from) || !m.came.Before(to) {
			return false
		}
		return !m.inspected || l.staysBetween(room, m.came, m.came)[""]
	})
}

// entered tells whether somebody entered what was taken while a room was vacant,
// or who stayed there before was leaving.
func (l *ledger) entered(room string, list []*tenure, vacancy int) bool {
	from, to := list[vacancy].known, list[vacancy+1].known
	if vacancy > 0 && !list[vacancy-1].paid.IsZero() {
		from = list[vacancy-1].paid
	}
	return slices.ContainsFunc(l.byRoom[room], func(m *entry) bool {
		return !m.inspected && m.lost.IsZero() && !m.came.Before(from) && m.came.Before(to)
	})
}

// unsure tells whether something of the last day happened in a room of which the
// order is not known to the moment.
func (l *ledger) unsure(e *entry) bool {
	since := e.came.Add(-30 * time.Hour)
	for i, t := range l.tenures[e.room] {
		if t.known.Before(since) && (i+1 == len(l.tenures[e.room]) || l.tenures[e.room][i+1].known.Before(since)) {
			continue
		}
		if t.known.Sub(t.asked) > 5*time.Second && t.asked.Before(e.came) {
			return true
		}
		near := func(m *entry) bool {
			return m.came.Sub(t.known).Abs() < 5*time.Second || !t.paid.IsZero() && m.came.Sub(t.paid).Abs() < 5*time.Second
		}
		if slices.ContainsFunc(l.byRoom[e.room], near) {
			return true
		}
	}
	return slices.ContainsFunc(l.byRoom[e.room], func(m *entry) bool {
		return (!m.lost.IsZero() || !m.prompt()) && !m.made.After(e.came) && (m.came.IsZero() || m.came.After(since))
	})
}

// maybe are all who were in a room in the day before an entry was made, and until
// it came.
func (l *ledger) maybe(e *entry) (stays []string) {
	to := e.came
	if to.IsZero() {
		to = time.Now()
	}
	for i, t := range l.tenures[e.room] {
		over := i+1 < len(l.tenures[e.room]) && l.tenures[e.room][i+1].known.Before(e.made.Add(-30*time.Hour))
		newest := l.newestBefore(e.room, e.made) == t.stay
		if t.stay != "" && !t.asked.After(to) && (!over || newest) {
			stays = append(stays, t.stay)
		}
	}
	if len(stays) == 0 {
		return []string{""}
	}
	return stays
}

// newestBefore is who stayed in a room last, as of a moment.
func (l *ledger) newestBefore(room string, at time.Time) (stay string) {
	for _, t := range l.tenures[room] {
		if t.stay != "" && t.known.Before(at) {
			stay = t.stay
		}
	}
	return stay
}
