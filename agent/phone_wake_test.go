package agent

import (
	"testing"
	"time"

	"bellhop/hotel"
)

// TestAlarmOfAFastClockInTheNightOfAutumn: the PBX's clock shows 02:00 twice, and by
// a clock that is ahead 02:59 of summer is the second of them. Set too early, it
// rings an hour too early.
func TestAlarmOfAFastClockInTheNightOfAutumn(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2031, 10, 26, 0, 59, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		ahead time.Duration
		at    time.Time
		clock string
		from  time.Time
	}{
		"right":              {0, at, "02:59", at.Add(-hotel.AlarmAhead)},
		"fast":               {82 * time.Second, at, "02:00", at.Add(-time.Hour + 2*time.Minute)},
		"slow":               {-82 * time.Second, at, "02:58", at.Add(-hotel.AlarmAhead)},
		"right, second hour": {0, at.Add(time.Minute), "02:00", at.Add(3*time.Minute - time.Hour)},
		"slow, second hour":  {-82 * time.Second, at.Add(time.Minute), "02:59", at.Add(time.Minute - hotel.AlarmAhead)},
		"fast, by day":       {82 * time.Second, at.Add(6 * time.Hour), "08:00", at.Add(6*time.Hour - hotel.AlarmAhead)},
	} {
		now := at.Add(-4 * time.Hour)
		p := &phoneWriter{now: func() time.Time { return now }, alarms: &alarms{pbxNow: func() time.Time { return now.Add(c.ahead).In(rome) }}}
		spec, err := p.alarmSpec(hotel.WakeUp{}, c.at)
		clock := time.Date(0, 1, 1, spec.Hour, spec.Minute, 0, 0, time.UTC).Format("15:04")
		if from := p.alarmFrom(c.at); err != nil || clock != c.clock || !from.Equal(c.from) {
			t.Errorf("%s: %s (%v) from %s, want %s from %s", name, clock, err, from.UTC(), c.clock, c.from)
		}
	}
}
