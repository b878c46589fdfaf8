package store

import "time"

// clockSlack is how far a clock that is right may seem to be set: it is read to
// the second, and NTP may take a little back.
const clockSlack = 2 * time.Second

// reading is what the clocks showed at one moment.
type reading struct {
	now    time.Time     // UTC; the clock may be set at any time, by any amount
	steady time.Duration // since any moment of this run, however the clock was set
}

// read reads the clocks.
func (s *Store) read() reading { return reading{s.now().UTC().Round(0), s.steady()} }

// setSince is by how much the clock was set between an earlier reading and
// this one.
func (r reading) setSince(earlier reading) time.Duration {
	return r.now.Sub(earlier.now) - (r.steady - earlier.steady)
}

// same tells whether the clock was left alone between an earlier reading and
// this one.
func (r reading) same(earlier reading) bool { return r.setSince(earlier).Abs() < clockSlack }

// believed tells whether the time of the commit can be believed. What speaks
// for a time is asked later than it was read: if the clock was set in between,
// that speaks for another one.
func (c *commit) believed() bool {
	return c.store.believed() && c.store.read().same(c.reading)
}

// mark is what the ages of the run's events are reckoned from.
type mark struct {
	reading
	begun bool // the run has kept an event
}

// noteClock says in an event what one needs to know to compare its time with
// those before it: whether it is the first of a run, and otherwise by how much
// the clock was set since the event before it.
func (c *commit) noteClock(k *kept) {
	s, before := c.store, c.store.mark
	switch {
	case !before.begun:
		k.First = true
	case !c.same(before.reading):
		k.Step = c.setSince(before.reading)
	default:
		return
	}
	s.mark = mark{c.reading, true}
	c.undo = append(c.undo, func() { s.mark = before })
}
