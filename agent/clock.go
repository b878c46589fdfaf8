package agent

import (
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"bellhop/pbx"
	"bellhop/store"
)

// pbxSlack is how far the PBX's clock may be from ours to vouch for it.
const pbxSlack = 2 * time.Minute

// clock tells whether the time can be believed. A small computer without a
// battery starts with any time at all; no schedule may run on it.
type clock struct {
	now      func() time.Time
	lastTime func() time.Time // of the newest stored event
	built    time.Time
	synced   func() bool // by NTP, as the kernel says

	mu     sync.Mutex
	offset *time.Duration // the PBX's clock against ours, when it was asked last
}

func newClock(s *store.Store, now func() time.Time) *clock {
	return &clock{now: now, lastTime: func() time.Time { return s.Status().LastTime }, built: buildTime(), synced: ntpSynced}
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
func (c *clock) why() string {
	now := c.now()
	if now.Before(c.built) {
		return fmt.Sprintf("it is before the program was built (%s)", c.built.Format(time.DateOnly))
	}
	// A second of slack: the stored time is cut to seconds, and NTP may step.
	if last := c.lastTime(); now.Before(last.Add(-time.Second)) {
		return fmt.Sprintf("it is before the newest event (%s)", last.Format(time.RFC3339))
	}
	if c.synced() {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.offset == nil {
		return "it is not synchronised, and the PBX's is not known"
	}
	if c.offset.Abs() > pbxSlack {
		return fmt.Sprintf("it is not synchronised, and %s from the PBX's", c.offset.Abs().Round(time.Second))
	}
	return ""
}

// compare takes what the PBX said of its clock. One that cannot be read says
// nothing.
func (c *clock) compare(id pbx.Identity, zone *time.Location) {
	theirs, ok := parsePBXClock(id.Clock, zone)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	offset := theirs.Sub(c.now())
	c.offset = &offset
}

// parsePBXClock reads "2019-10-17 23:07:43 UTC-8" (Yeastar API 2.0.0,
// deviceinfo/query). Whether its sign follows the common or the POSIX manner
// the manual does not say, so the hotel's zone is used, in which the PBX's
// wall clock stands.
func parsePBXClock(text string, zone *time.Location) (time.Time, bool) {
	if len(text) < len(time.DateTime) {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(time.DateTime, text[:len(time.DateTime)], zone)
	return t, err == nil
}
