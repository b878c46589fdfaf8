package faults

import (
	"math/rand/v2"
	"testing"
	"time"

	"bellhop/e2e/faults/guest"
	"bellhop/e2e/rig"
)

// TestClockJumps sets the clock of a whole computer again and again while its
// agent takes pushes, runs a schedule each minute and tells the PMS. It begins in
// 1970. In the end each report that was acknowledged has had its effects once,
// in the store and at the PMS, also where it was cut off before the clock was
// set and pushed again after; and the schedule has run once for each due time, in
// their order, and never by a clock that nobody vouched for. That a call is not
// delivered for as long as the clock was set back would let the machine fall
// silent.
func TestClockJumps(t *testing.T) {
	seed := setting("BELLHOP_FAULTS_SEED", int(rand.Uint32()))
	p := &powerTest{
		t: t, r: rand.New(rand.NewPCG(uint64(seed), 2)), maker: newMaker(t), disk: newPowerDisk(format(t)), book: newPowerBook(),
	}
	now := time.Now().UTC().Truncate(time.Minute).Add(57 * time.Second)
	p.first = now.Add(time.Minute) // when somebody first vouches for the clock
	o := guest.Orders{
		Session: 1, Clock: in1970, Right: now, Furnish: true,
		Push: true, Steps: clockSteps(now, p.first), Off: true,
	}
	p.disk.powerOn()
	v := p.maker.start(t, p.disk, o)
	p.book.begin(o.Session)
	p.until(v, guest.Off)
	p.disk.cut()
	p.end(v)
	p.disk.lose(p.r)
	row := rig.Row{Fault: "clock set forwards, backwards, to 1970 and right again", Again: p.book.again}
	for _, s := range o.Steps {
		if !s.Clock.IsZero() {
			row.Tried++
		}
	}
	p.verify(row)
}

// in1970 is not the very beginning: the kernel takes no time at which it would
// have been switched on before 1970.
var in1970 = time.Date(1970, 1, 2, 0, 0, 50, 0, time.UTC)

// clockSteps are what is done to the clock. Back in time nobody believes even a
// time service, until all that is known is past.
func clockSteps(right, vouched time.Time) []guest.Step {
	const day = 24 * time.Hour
	spring := time.Date(2027, 3, 28, 0, 59, 57, 0, time.UTC) // Rome's clocks go from 02:00 to 03:00 at 01:00 UTC
	autumn := time.Date(2027, 10, 31, 0, 59, 57, 0, time.UTC)
	return []guest.Step{
		// The PMS refuses what is signed in 1970. Set right by hand, then by a service.
		{After: 6, Cut: true, Clock: right.Add(10 * time.Second), Again: true, Wait: guest.Told},
		{After: 4, Clock: vouched, Synced: true, Wait: guest.Ticked},
		// An hour on and back, with the PMS away meanwhile.
		{After: 4, Cut: true, Clock: vouched.Add(time.Hour), Synced: true, Wait: guest.Ticked},
		{After: 4, Kill: true, Again: true},
		{PMS: guest.Down},
		{After: 4, Cut: true, Clock: vouched.Add(2 * time.Minute), Synced: true},
		{After: 4, PMS: guest.Up, Wait: guest.Told},
		{After: 4, Kill: true, Again: true},
		{After: 4, Clock: vouched.Add(time.Hour + 2*time.Minute), Synced: true, Wait: guest.Ticked},
		// A day.
		{PMS: guest.Down},
		{After: 4, Cut: true, Clock: vouched.Add(day), Synced: true},
		{After: 4, PMS: guest.Up, Again: true, Wait: guest.Ticked},
		{PMS: guest.Down},
		{After: 4, Cut: true, Clock: vouched.Add(time.Hour), Synced: true},
		{After: 4, PMS: guest.Up, Wait: guest.Told},
		{After: 4, Kill: true, Again: true},
		// Back to 1970, and killed there.
		{After: 4, Cut: true, Clock: in1970},
		{After: 4, Kill: true, Again: true},
		{After: 4, Clock: vouched.Add(day + 2*time.Minute), Synced: true, Wait: guest.Ticked},
		// Into and over both ends of summer time, and back.
		{After: 4, Clock: spring, Synced: true, Wait: guest.Ticked},
		{After: 4, Clock: spring.Add(30 * time.Minute), Synced: true, Wait: guest.Ticked},
		{After: 4, Clock: autumn, Synced: true, Wait: guest.Ticked},
		{After: 4, Clock: autumn.Add(30 * time.Minute), Synced: true, Wait: guest.Ticked},
		{After: 4, Clock: autumn.Add(-30 * time.Minute), Synced: true},
		{After: 4, Clock: autumn.Add(time.Hour), Synced: true, Wait: guest.Ticked},
	}
}
