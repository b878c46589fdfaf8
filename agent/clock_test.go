package agent

import (
	"strings"
	"testing"
	"time"

	"bellhop/pbx"
)

func TestBelievable(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	ago, ahead := now.Add(-time.Hour), now.Add(time.Hour)
	for _, c := range []struct {
		name string
		r    reading
		want string // of why; "": it is believed
	}{
		{"synchronised", reading{synced: true}, ""},
		{"synchronised, after build and events", reading{synced: true, built: ago, last: ago}, ""},
		{"synchronised to before the build", reading{synced: true, built: ahead}, "before the program was built (2026-06-01)"},
		{"synchronised to before the newest event", reading{synced: true, last: ahead}, "before the newest event (2026-06-01T13:00:00Z)"},
		{"a small step back", reading{synced: true, last: now.Add(500 * time.Millisecond)}, ""},
		{"synchronised, and the PBX is wrong", reading{synced: true, pbx: ago}, ""},
		{"alone", reading{built: ago, last: ago}, "the PBX's is not known"},
		{"like the PBX", reading{pbx: now}, ""},
		{"two minutes behind the PBX", reading{pbx: now.Add(2 * time.Minute)}, ""},
		{"two minutes before the PBX", reading{pbx: now.Add(-2 * time.Minute)}, ""},
		{"more than two minutes behind", reading{pbx: now.Add(121 * time.Second)}, "2m1s from the PBX's"},
		{"more than two minutes before", reading{pbx: now.Add(-121 * time.Second)}, "2m1s from the PBX's"},
		{"like the PBX, before the build", reading{pbx: now, built: ahead}, "before the program was built"},
	} {
		c.r.now = now
		if why := believable(c.r); (why == "") != (c.want == "") || !strings.Contains(why, c.want) {
			t.Errorf("%s: %q, want %q", c.name, why, c.want)
		}
	}
}

func TestClockSetAfterThePBXWasAsked(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	now, passed := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), time.Duration(0)
	c := &clock{
		now: func() time.Time { return now }, lastTime: func() time.Time { return time.Time{} },
		synced: func() bool { return false }, elapsed: func(time.Time) time.Duration { return passed },
	}
	c.compare(pbx.Identity{Clock: "not a time"}, shanghai)
	if why := c.why(); !strings.Contains(why, "not known") {
		t.Errorf("a PBX without a clock vouches: %q", why)
	}
	c.compare(pbx.Identity{Clock: "2026-06-01 20:00:30 UTC+8"}, shanghai)
	if !c.ok() {
		t.Errorf("30 s from the PBX's: %s", c.why())
	}
	now, passed = now.Add(30*time.Minute), 30*time.Minute
	if !c.ok() {
		t.Errorf("half an hour later: %s", c.why())
	}
	now = now.Add(24 * time.Hour) // a person sets the clock to the wrong day
	if c.ok() {
		t.Error("a day from the PBX's is believed")
	}
}

func TestBuildTimeIsNotInTheFuture(t *testing.T) {
	if built := buildTime(); built.After(time.Now()) {
		t.Errorf("built at %s", built)
	}
}
