package store

import (
	"errors"
	"testing"
	"time"

	"bellhop/hotel"
)

// setClock is a wall clock that a test sets, and a steady one beside it.
type setClock struct {
	*clock
	by time.Duration // that it was set by
}

func (c *setClock) set(by time.Duration) {
	c.add(by)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by += by
}

func (c *setClock) steady() time.Duration {
	at := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	return at.Sub(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) - c.by
}

// setBench is a store whose clock can be set.
func setBench(t *testing.T) (*bench, *setClock) {
	c := &setClock{}
	b := newBench(t, func(o *Options) {
		c.clock = newClock()
		o.Now, o.Steady = c.now, c.steady
	})
	return b, c
}

const day = 24 * time.Hour

// jumps are what becomes of clocks: of one that NTP or a person sets, and of one
// that has begun in 1970.
var jumps = map[string]time.Duration{
	"an hour on": time.Hour, "an hour back": -time.Hour, "a day on": day, "a day back": -day,
	"to 1970": -56 * 365 * day, "from 1970": 56 * 365 * day,
}

// What was pushed a minute before is known when it is sent again, and what was
// pushed eleven minutes before is not taken for sent again, whenever the clock
// was set.
func TestCopiesOverAClockThatIsSet(t *testing.T) {
	old, young := []byte("eleven minutes ago"), []byte("a minute ago")
	for name, jump := range jumps {
		for _, c := range []struct {
			name    string
			restart bool
			set     func(c *setClock, moment int)
		}{
			{"in one run", false, func(c *setClock, moment int) {
				if moment == 1 {
					c.set(jump)
				}
			}},
			{"before a restart", true, func(c *setClock, moment int) {
				if moment == 1 {
					c.set(jump)
				}
			}},
			{"twice before a restart", true, func(c *setClock, moment int) {
				if moment == 0 || moment == 1 {
					c.set(jump)
				}
			}},
			{"after a restart", true, func(c *setClock, moment int) {
				if moment == 2 {
					c.set(jump)
				}
			}},
			{"between the two and after a restart", true, func(c *setClock, moment int) {
				if moment != 1 {
					c.set(jump)
				}
			}},
		} {
			t.Run(name+" "+c.name, func(t *testing.T) {
				b, clock := setBench(t)
				mustAppend(t, b.Store, "old", old)
				clock.add(10 * time.Minute)
				c.set(clock, 0)
				kept := mustAppend(t, b.Store, "young", young)
				c.set(clock, 1)
				mustAppend(t, b.Store, "other", []byte("just now"))
				clock.add(30 * time.Second)
				if c.restart {
					b.reopen()
					<-b.recent.loaded
				}
				c.set(clock, 2)
				clock.add(30 * time.Second)
				if r := mustAppend(t, b.Store, "young", young); r.DuplicateOf != kept.ID || r.Possible != c.restart {
					t.Errorf("sent again after a minute: %+v", r)
				}
				if r := mustAppend(t, b.Store, "old", old); r.DuplicateOf != 0 {
					t.Errorf("an equal one after eleven minutes: %+v", r)
				}
			})
		}
	}
}

// Between two runs nobody knows by how much the clock was set: that it was set
// right in the one says nothing of the times of the other.
func TestClockSetRightInALaterRun(t *testing.T) {
	b, clock := setBench(t)
	old, year := []byte("long ago"), 365*day
	mustAppend(t, b.Store, "old", old)
	clock.add(time.Hour)
	clock.set(-56 * year) // it has no battery
	b.reopen()
	mustAppend(t, b.Store, "in 1970", []byte("1"))
	clock.set(56 * year)
	mustAppend(t, b.Store, "set right", []byte("2"))
	b.reopen()
	if r := mustAppend(t, b.Store, "old", old); r.DuplicateOf != 0 {
		t.Errorf("an equal one after an hour: %+v", r)
	}
}

// A clock that is set right just as an event is kept speaks for the right time,
// not for the wrong one that the event has: else no later one would ever be
// believed.
func TestClockSetWhileItIsJudged(t *testing.T) {
	b, clock := setBench(t)
	right := clock.now()
	clock.set(30 * 365 * day)
	b.believed = func() bool {
		clock.set(-30 * 365 * day)
		return true
	}
	mustAppend(t, b.Store, "1", nil)
	if last := b.Status().LastTime; last.After(right) {
		t.Errorf("newest time %s, it is %s", last, right)
	}
	b.believed = func() bool { return true }
	mustAppend(t, b.Store, "2", nil)
	if last := b.Status().LastTime; !last.Equal(right) {
		t.Errorf("newest time %s, it is %s", last, right)
	}
}

// How long a commit takes has nothing to do with the clock being set.
func TestAliveWhileTheClockIsSet(t *testing.T) {
	b, clock := setBench(t)
	clock.add(time.Minute)
	err := b.do(t.Context(), func(*commit) error {
		clock.set(day)
		if err := b.Alive(time.Minute); err != nil {
			t.Errorf("a commit that has just begun: %v", err)
		}
		clock.set(-2 * day)
		clock.add(2 * time.Minute)
		return b.Alive(time.Minute)
	})
	if err == nil || errors.Is(err, errLost) {
		t.Error("a commit that has taken two minutes is well")
	}
}

// By a clock that is not believed nothing is too old.
func TestNothingIsTooOldByAClockThatIsNotBelieved(t *testing.T) {
	b, clock := setBench(t)
	ev := b.append(hotel.Event{Kind: hotel.KindDTMF})
	done := b.unit(ev.ID, hotel.RulesUnit, func(hotel.Tx) error { return nil })
	if err := b.Finish(t.Context(), &ev, []Unit{done}, true)[0]; err != nil {
		t.Fatal(err)
	}
	clock.set(365 * day)
	for _, believed := range []bool{false, true} {
		b.believed = func() bool { return believed }
		before := b.Status().Events
		if _, _, err := b.Retain(t.Context(), 30*day, 1<<40); err != nil {
			t.Fatal(err)
		}
		if gone := b.Status().Events < before; gone != believed {
			t.Errorf("believed: %v, and something is removed: %v", believed, gone)
		}
	}
}
