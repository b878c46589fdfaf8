package sim

import (
	"container/heap"
	"context"
	"sync/atomic"
	"time"
)

// movedClock is the PBX's clock: another one, moved ahead by command.
type movedClock struct {
	from  func() time.Time
	ahead atomic.Int64 // nanoseconds
}

func (c *movedClock) now() time.Time { return c.from().Add(time.Duration(c.ahead.Load())) }

// agenda is what will happen on the PBX's clock, the earliest first; what
// happens at the same time keeps the order in which it was arranged.
type agenda struct {
	items  []appointment
	number uint64
}

type appointment struct {
	at     time.Time
	number uint64
	run    func(at time.Time)
}

func (a *agenda) Len() int { return len(a.items) }
func (a *agenda) Less(i, j int) bool {
	if !a.items[i].at.Equal(a.items[j].at) {
		return a.items[i].at.Before(a.items[j].at)
	}
	return a.items[i].number < a.items[j].number
}
func (a *agenda) Swap(i, j int) { a.items[i], a.items[j] = a.items[j], a.items[i] }
func (a *agenda) Push(x any)    { a.items = append(a.items, x.(appointment)) }
func (a *agenda) Pop() any {
	last := a.items[len(a.items)-1]
	a.items[len(a.items)-1] = appointment{}
	a.items = a.items[:len(a.items)-1]
	return last
}

// arrange lets run happen at a time of the PBX's clock. run is given that very
// time, however late the agenda is looked at, so that what it arranges in turn
// does not drift. The caller holds mu, and so does run's.
func (p *PBX) arrange(at time.Time, run func(at time.Time)) {
	p.agenda.number++
	heap.Push(&p.agenda, appointment{at, p.agenda.number, run})
	p.wake()
}

// runDue lets everything happen whose time has come. The caller holds mu.
func (p *PBX) runDue(now time.Time) {
	for len(p.agenda.items) > 0 && !p.agenda.items[0].at.After(now) {
		next := heap.Pop(&p.agenda).(appointment)
		next.run(next.at)
	}
}

// keepTime runs the agenda until ctx ends.
func (p *PBX) keepTime(ctx context.Context) {
	for {
		p.mu.Lock()
		p.runDue(p.o.Now())
		changed, wait := p.changed, time.Hour
		if len(p.agenda.items) > 0 {
			wait = p.agenda.items[0].at.Sub(p.o.Now())
		}
		p.mu.Unlock()
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// The bounds of how far the clock is moved by one command, since everything
// that happens on the way is played, and by all of them.
const (
	maxMove  = 366 * 24 * time.Hour
	maxAhead = 100 * maxMove
)

// Move sets the PBX's clock ahead, by at most a year (and a hundred years in
// all), and lets happen what
// comes due on the way, each at its own time: calls progress, alarms ring,
// tokens end. Moving by 0 lets happen what is due already, for those whose
// clock stands until they move it. It gives the time that the clock shows then.
func (p *PBX) Move(by time.Duration) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	ahead := time.Duration(p.clock.ahead.Load()) + min(max(by, 0), maxMove)
	p.clock.ahead.Store(int64(min(ahead, maxAhead)))
	now := p.o.Now()
	p.runDue(now)
	p.wake()
	return now.In(p.o.Zone)
}
