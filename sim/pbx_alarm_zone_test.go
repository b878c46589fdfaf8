package sim

import (
	"slices"
	"testing"
	"time"
)

// TestAlarmRingsWhenTheClockShowsItsTime where clocks are set back: zones do that
// at different hours and by different spans.
func TestAlarmRingsWhenTheClockShowsItsTime(t *testing.T) {
	for _, c := range []struct{ zone, at, set, rings, again string }{
		{"Europe/Rome", "02:30", "2031-10-25T20:00:00+02:00", "2031-10-26T02:30:00+02:00", "2031-10-26T02:30:00+01:00"},
		{"America/New_York", "01:30", "2031-11-01T20:00:00-04:00", "2031-11-02T01:30:00-04:00", "2031-11-02T01:30:00-05:00"},
		{"Australia/Lord_Howe", "01:40", "2031-04-05T20:00:00+11:00", "2031-04-06T01:40:00+11:00", "2031-04-06T01:40:00+10:30"},
		{"Australia/Lord_Howe", "06:30", "2031-04-05T20:00:00+11:00", "2031-04-06T06:30:00+10:30", "2031-04-07T06:30:00+10:30"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		set, err := time.Parse(time.RFC3339, c.set)
		if err != nil {
			t.Fatal(err)
		}
		a := alarm{at: c.at, kind: "everyday"}
		first, _ := a.next(set.In(zone))
		second, _ := a.next(first)
		if got := []string{first.Format(time.RFC3339), second.Format(time.RFC3339)}; !slices.Equal(got, []string{c.rings, c.again}) {
			t.Errorf("%s %s rings at %s, want %s and %s", c.zone, c.at, got, c.rings, c.again)
		}
	}
}

// TestAlarmThatRingsIsLeftAlone when another one is set beside it by hand.
func TestAlarmThatRingsIsLeftAlone(t *testing.T) {
	p := newPBX(t, PBXOptions{Now: newClock().now, Extensions: 1})
	at := func(after time.Duration) Alarm {
		return Alarm{Time: p.State().Time.Add(after).Format("15:04"), Type: "onetime", Repeats: "3", Interval: "5"}
	}
	if err := p.SetExtension(PBXExtension{Number: "1001", Handset: []Handset{{Does: Ignores}}, Alarms: []Alarm{at(2 * time.Minute)}}); err != nil {
		t.Fatal(err)
	}
	before := len(rings(p, "1001", 4))
	x, _ := p.Extension("1001")
	if err := p.SetExtension(PBXExtension{Number: "1001", Alarms: append(x.Alarms, at(12*time.Hour))}); err != nil {
		t.Fatal(err)
	}
	if after := len(rings(p, "1001", 20)); before != 1 || after != 2 {
		t.Errorf("it rang %d times before and %d after, want 1 and 2", before, after)
	}
	if x, _ := p.Extension("1001"); len(x.Alarms) != 1 {
		t.Errorf("%+v stand, want the other one", x.Alarms)
	}
}
