package store

import (
	"testing"
	"time"

	"bellhop/hotel"
)

// lasting queues a call that is of no use after a while.
func (b *bench) lasting(d time.Duration) hotel.QueuedCall {
	b.t.Helper()
	return b.queue(hotel.QueuedCall{To: "http://x", Op: "POST", Room: "101", Urgency: hotel.Guest, Kind: hotel.Keyed, Lasts: d})[0]
}

func wantExpired(t *testing.T, b *bench, q hotel.QueuedCall, want bool, when string) {
	t.Helper()
	calls, err := b.Calls(ListWaiting, 10) // as the disk has it
	if err != nil || len(calls) != 1 || calls[0].ID != q.ID {
		t.Fatalf("waiting: %+v, %v", calls, err)
	}
	if got := b.Expired(&calls[0]); got != want {
		t.Errorf("%s: expired is %v", when, got)
	}
}

// What lasts for an hour expires after an hour of the run that queued it,
// whatever is done to the clock.
func TestCallExpiresByTheSteadyClock(t *testing.T) {
	for name, jump := range jumps {
		for _, believed := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				b, clock := setBench(t)
				b.believed = func() bool { return believed }
				q := b.lasting(time.Hour)
				clock.set(jump)
				clock.add(59 * time.Minute)
				wantExpired(t, b, q, false, "within the hour")
				clock.add(2 * time.Minute)
				wantExpired(t, b, q, true, "after the hour")
			})
		}
	}
}

// Over a restart the clock must tell, if it is believed.
func TestCallExpiresOverARestart(t *testing.T) {
	b, clock := setBench(t)
	q := b.lasting(time.Hour)
	clock.add(59 * time.Minute)
	b.reopen()
	wantExpired(t, b, q, false, "within the hour")
	clock.add(2 * time.Minute)
	b.believed = func() bool { return false }
	wantExpired(t, b, q, false, "by a clock that nobody believes")
	b.believed = func() bool { return true }
	wantExpired(t, b, q, true, "after the hour")
}

// What was queued in 1970 has not waited for half a century.
func TestCallOfAnUnsureClockDoesNotExpireForIt(t *testing.T) {
	b, clock := setBench(t)
	clock.set(-56 * 365 * day)
	b.believed = func() bool { return false }
	q := b.lasting(time.Hour)
	clock.set(56 * 365 * day)
	b.reopen()
	clock.add(59 * time.Minute)
	wantExpired(t, b, q, false, "within an hour of the start")
	clock.add(2 * time.Minute)
	wantExpired(t, b, q, true, "an hour after the start")
}

// What has an hour of its own is held against the clock alone.
func TestCallWithAnHourOfItsOwn(t *testing.T) {
	b, clock := setBench(t)
	q := b.queue(hotel.QueuedCall{To: "http://x", Op: "POST", Urgency: hotel.Guest, Kind: hotel.Keyed, Expires: clock.now().Add(day)})[0]
	clock.set(2 * day)
	wantExpired(t, b, q, true, "a day later by the clock")
	b.believed = func() bool {
		clock.set(-2 * day)
		return true
	}
	wantExpired(t, b, q, false, "by a clock that is set while it is judged")
}
