package quarter

import (
	"slices"
	"time"

	"bellhop/sim"
)

const (
	// handPrompt is what alarms play that people have set on the PBX itself: by
	// that they are told from the agent's.
	handPrompt = "music1"
	// netAfter is how much later than the call the PBX rings, where it is to do so
	// should the box be dead.
	netAfter = 10 * time.Minute
	// alarmAhead is how long before its time an alarm stands: one that rings once
	// has no date, so it must be less than a day.
	alarmAhead = 20 * time.Hour
	// alarmCalls is how often the PBX rings, five minutes apart.
	alarmCalls = 3
	// alarmRise is how long the agent may take to set an alarm whose time comes,
	// or to find that somebody has taken it away.
	alarmRise = 75 * time.Minute
	// clockOff is by how much the PBX's clock may be ahead.
	clockOff = 100 * time.Second
)

// handAlarm is one that the desk has set on the PBX itself.
type handAlarm struct {
	phone, clock, kind string
	rings              time.Time // for the first time
}

// alarmAt is when the PBX itself is to ring for what is due at a moment; zero:
// never.
func (w *wake) alarmAt(due time.Time) time.Time {
	switch w.how {
	case "pbx":
		return due
	case "both":
		return due.Add(netAfter)
	}
	return time.Time{}
}

// alarms are the times at which the PBX's own may ring for an order, of those that
// may stand on it now: must tells which have to.
func (w *wake) alarms(now time.Time, zone *time.Location) (may, must []time.Time) {
	due, more := w.next(now.Add(-2*time.Hour), zone)
	for ; more && due.Before(now.Add(2*alarmAhead)); due, more = w.next(due, zone) {
		at := w.alarmAt(due)
		ends := at.Add(alarmCalls*5*time.Minute + settledWithin)
		if at.IsZero() || !w.until.IsZero() && !due.Before(w.until) || now.After(ends) || at.After(now.Add(alarmAhead+2*time.Minute)) {
			continue
		}
		may = append(may, at)
		if now.Before(due.Add(-time.Minute)) && at.Before(now.Add(alarmAhead-alarmRise)) && w.given.Before(now.Add(-settledWithin)) &&
			w.shaken.Before(now.Add(-settledWithin)) && onlyOnce(at, now, zone) {
			must = append(must, at)
		}
	}
	return may, must
}

// onlyOnce tells whether a clock in the zone shows the time of a moment only then,
// from now on: an alarm that stood before would ring an hour early.
func onlyOnce(at, now time.Time, zone *time.Location) bool {
	shows := at.In(zone).Format("15:04")
	for earlier := at.Add(-time.Minute); earlier.After(now) && earlier.After(at.Add(-3*time.Hour)); earlier = earlier.Add(-time.Minute) {
		if earlier.In(zone).Format("15:04") == shows {
			return false
		}
	}
	return true
}

// shownAs are the times of day at which an alarm for a moment may stand: the PBX's
// clock may be a little ahead.
func (h *house) shownAs(at time.Time) []string {
	var list []string
	for _, off := range []time.Duration{0, time.Minute, 2 * time.Minute} {
		list = append(list, at.Add(off).In(h.zone).Format("15:04"))
	}
	return list
}

// standsFor finds an alarm that rings once at a moment.
func (h *house) standsFor(alarms []sim.Alarm, at time.Time) bool {
	times := h.shownAs(at)
	return slices.ContainsFunc(alarms, func(a sim.Alarm) bool { return a.Type == "onetime" && slices.Contains(times, a.Time) })
}
