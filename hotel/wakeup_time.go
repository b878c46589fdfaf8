package hotel

import (
	"slices"
	"time"
)

// zone is the hotel's.
func (s *Setup) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// rings tells whether it rings on a date.
func (w *WakeUp) rings(date time.Time) bool {
	return w.Repeat != WakeWeekdays || slices.Contains(w.Days, date.Weekday())
}

// after gives the first date and moment of a wake-up behind a date, which
// counts itself if from says so; false when there is none.
func (w *WakeUp) after(date string, from bool, zone *time.Location) (string, time.Time, bool) {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return "", time.Time{}, false
	}
	if !from {
		day = day.AddDate(0, 0, 1)
	}
	for range 8 {
		text := day.Format(time.DateOnly)
		if w.Until != "" && text > w.Until {
			break
		}
		if w.rings(day) {
			at, err := LocalMoment(text, w.Time, zone)
			return text, at.UTC(), err == nil
		}
		day = day.AddDate(0, 0, 1)
	}
	return "", time.Time{}, false
}

// upcoming gives the first date on or behind from at which it rings after now.
func (w *WakeUp) upcoming(from string, now time.Time, zone *time.Location) (string, time.Time, bool) {
	date, at, ok := w.after(from, true, zone)
	for ok && !at.After(now) {
		if again := shownAgain(at, zone); again.After(now) && w.Repeat == WakeOnce {
			return date, again.UTC(), true
		}
		date, at, ok = w.after(date, false, zone)
	}
	return date, at, ok
}

// shownAgain is when a clock that is set back shows the same time as at a moment
// once more; zero: it does not.
func shownAgain(at time.Time, zone *time.Location) time.Time {
	wall := WallClock(at.In(zone))
	for _, later := range []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour} {
		if t := at.Add(later); WallClock(t.In(zone)).Equal(wall) {
			return t
		}
	}
	return time.Time{}
}

// RingsOn tells whether it rings on a date ("2006-01-02"), as far as is known.
func (w *WakeUp) RingsOn(date string) bool {
	if w.Repeat == WakeOnce || w.State.Over() {
		return w.Date == date
	}
	day, err := time.Parse(time.DateOnly, date)
	return err == nil && date >= w.Date && (w.Until == "" || date <= w.Until) && w.rings(day)
}
