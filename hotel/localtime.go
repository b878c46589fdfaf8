package hotel

import (
	"fmt"
	"time"
)

// WallClock is what a clock in t's zone shows, as a time of UTC: local times
// can be reckoned with there, as UTC has no edges.
func WallClock(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// FirstMoment is when a clock in the zone first shows wall, a time of UTC as
// [WallClock] gives it, or the moment at which it jumps over it. So a local time
// that occurs twice counts once, and one that is skipped counts at the jump.
func FirstMoment(wall time.Time, zone *time.Location) time.Time {
	year, month, day := wall.Date()
	t := time.Date(year, month, day, wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	start, end := t.ZoneBounds()
	switch shown := WallClock(t); {
	case shown.After(wall): // behind the jump
		return start
	case shown.Before(wall): // before it
		return end
	case start.IsZero():
		return t
	}
	_, before := start.Add(-time.Second).In(zone).Zone()
	if earlier := wall.Add(-time.Duration(before) * time.Second); earlier.Before(start) {
		return earlier.In(zone)
	}
	return t
}

// LocalMoment is the [FirstMoment] of a date ("2006-01-02") and a time of day
// ("15:04") in the zone.
func LocalMoment(date, clock string, zone *time.Location) (time.Time, error) {
	wall, err := time.Parse("2006-01-02 15:04", date+" "+clock)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q must be a date and %q a time of day", date, clock)
	}
	return FirstMoment(wall, zone), nil
}
