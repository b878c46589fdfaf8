package hotel

import "time"

// WakeOutcome is what came of a wake-up on one day.
type WakeOutcome struct {
	Date  string // in the hotel's zone, "2006-01-02"
	Due   time.Time
	State WakeUpState
	// Alarm: the PBX itself rang, which proves nothing.
	Alarm bool
}

// Outcomes are what is kept of the days of an order that are over, the earlier
// first: of one that repeats the newest two at most.
func (w *WakeUp) Outcomes(zone *time.Location) (list []WakeOutcome) {
	alarm := w.AlarmRing > 0 && w.Ring == w.AlarmRing
	if w.LastState != "" {
		list = append(list, WakeOutcome{w.LastDue.In(zone).Format(time.DateOnly), w.LastDue, w.LastState, alarm && w.LastState == WakeUpUnknown})
	}
	if w.State.Over() {
		list = append(list, WakeOutcome{w.Date, w.Due, w.State, alarm && w.State == WakeUpUnknown})
	}
	return list
}
