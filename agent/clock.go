package agent

import (
	"runtime/debug"
	"sync"
	"time"

	"bellhop/pbx"
	"bellhop/site"

	"bellhop/hotel"
)

// pbxSlack is how far the PBX's clock may be from ours to vouch for it.
const pbxSlack = 2 * time.Minute

// reading is all that speaks for or against a time.
type reading struct {
	now    time.Time
	built  time.Time // of this program; zero: not known
	last   time.Time // of the newest stored event; zero: there is none
	synced bool      // by NTP, as the kernel says
	pbx    time.Time // what the PBX's clock shows now; zero: not known
}

// believable says why a time is not believed; "" when it is.
func believable(r reading) (why string) { return hotel.Said(distrusted(r), "en") }

// distrusted is the reason of that, to be said in another language.
func distrusted(r reading) string {
	if r.now.Before(r.built) {
		return hotel.Because(hotel.ReasonClockBuilt, r.built.Format(time.DateOnly))
	}
	// NTP may step by less than a second back.
	if r.now.Before(r.last.Add(-time.Second)) {
		return hotel.Because(hotel.ReasonClockEvent, r.last.Format(time.RFC3339))
	}
	if r.synced {
		return ""
	}
	if r.pbx.IsZero() {
		return hotel.Because(hotel.ReasonClockAlone)
	}
	if off := r.now.Sub(r.pbx).Abs(); off > pbxSlack {
		return hotel.Because(hotel.ReasonClockOff, off.Round(time.Second).String())
	}
	return ""
}

// clock gathers the readings. A small computer without a battery starts with
// any time at all; no schedule may run on it.
type clock struct {
	now      func() time.Time
	lastTime func() time.Time // of the newest stored event
	built    time.Time
	synced   func() bool // by NTP, as the kernel says
	// elapsed is the time since one of now, however the clock was set meanwhile.
	elapsed func(since time.Time) time.Duration

	mu     sync.Mutex
	theirs time.Time // what the PBX's clock showed when it was asked last; zero: never
	asked  time.Time // when that was
}

// newClock makes a clock that knows of no stored event yet.
func newClock(now func() time.Time) *clock {
	return &clock{
		now: now, lastTime: func() time.Time { return time.Time{} }, built: buildTime(), synced: ntpSynced,
		// Sub goes by the monotonic clock where both times have read it.
		elapsed: func(since time.Time) time.Duration { return now().Sub(since) },
	}
}

// buildTime is when this program was committed; zero when it is not known.
func buildTime() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			t, _ := time.Parse(time.RFC3339, s.Value) // zero when it is odd
			return t
		}
	}
	return time.Time{}
}

// ok tells whether the time is believed.
func (c *clock) ok() bool { return c.why() == "" }

// why says why the time is not believed; empty when it is.
func (c *clock) why() string { return hotel.Said(c.reason(), "en") }

// reason is why, to be said in another language.
func (c *clock) reason() string {
	return distrusted(reading{now: c.now().Round(0), built: c.built, last: c.lastTime(), synced: c.synced(), pbx: c.pbxNow()})
}

// pbxNow is what the PBX's clock shows now, by what it showed when it was
// asked. That ours was set since makes no difference.
func (c *clock) pbxNow() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.theirs.IsZero() {
		return time.Time{}
	}
	return c.theirs.Add(c.elapsed(c.asked))
}

// compare takes what the PBX said of its clock. One that cannot be read says
// nothing.
func (c *clock) compare(id pbx.Identity, zone *time.Location) {
	theirs, ok := site.ReadClock(id.Clock, zone, c.now())
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.theirs, c.asked = theirs, c.now()
}
