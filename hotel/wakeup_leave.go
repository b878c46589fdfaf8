package hotel

import (
	"slices"
	"time"
)

// moveWakeUps takes a stay's wake-ups along into another room, and with all
// those that are the room's own.
func (a *applier) moveWakeUps(from, to, stay string, all bool) {
	for _, w := range wakeUpsOf(a.tx, from) {
		if w.Stay == stay || w.Stay == "" && all {
			a.moveWakeUp(w, to)
		}
	}
}

// swapWakeUps lets those who stayed in two rooms until now exchange them with
// their wake-ups, and with the rooms' own.
func (a *applier) swapWakeUps(x, y Room) {
	ofX, ofY := wakeUpsOf(a.tx, x.Number), wakeUpsOf(a.tx, y.Number)
	take := func(list []WakeUp, from, to Room) {
		for _, w := range list {
			if w.Stay == "" || slices.Contains(from.Stays(), w.Stay) {
				a.moveWakeUp(w, to.Number)
			}
		}
	}
	take(ofX, x, y)
	take(ofY, y, x)
}

func (a *applier) moveWakeUp(w WakeUp, to string) {
	var left Room
	if w.Attempt != nil && a.tx.Get(RoomKey(w.Room), &left) {
		a.forgetDND(left)
	}
	w.Room = to
	if w.Attempt != nil { // it rings in the room that the guest has left
		w.LastCall, w.Attempt = w.Attempt.CallID, nil
		w.Tries--
		w.At, w.Planned = a.ev.Time, a.ev.Time
	}
	if len(w.Alarms) > 0 || !w.AlarmAt.IsZero() {
		a.planAlarms(&w)
		a.queueAlarm(w)
	}
	a.saveWakeUp(w)
}

// leaveWakeUps ends what a departure ends: of a sharer the orders of that stay;
// when the last one leaves all that is the room's, but for what is due before
// the planned departure where the hotel keeps that: guests pay the evening before.
func (a *applier) leaveWakeUps(stay Stay, room Room, last bool) {
	until := a.leaving(stay)
	for _, w := range wakeUpsOf(a.tx, room.Number) {
		switch {
		case w.Stay != stay.ID && (!last || slices.Contains(room.Stays(), w.Stay)): // of others, whose turn comes
		case a.setup.Wake.Keeps && last && !w.Due.IsZero() && w.Due.Before(until):
			if w.Repeat != WakeOnce {
				w.Until = until.In(a.setup.zone()).Format(time.DateOnly)
				if _, at, more := w.after(w.Date, false, a.setup.zone()); more && !at.Before(until) {
					w.Until = w.Date
				}
			}
			if w.Stay == "" {
				w.Stay = stay.ID // so that the next guest is not woken
			}
			if len(w.Alarms) > 0 { // the check-out may take them off the telephone
				w.AlarmAt = a.ev.Time.Add(alarmCheck / 30)
			}
			a.saveWakeUp(w)
		default:
			a.cancelWakeUp(w)
		}
	}
	if last {
		a.forgetDND(room)
	}
}

// leaving is until when a guest who checks out may still sleep here: noon of the
// planned departure. Where none is known and it is evening, noon of tomorrow.
func (a *applier) leaving(stay Stay) time.Time {
	zone := a.setup.zone()
	local := a.ev.Time.In(zone)
	date := stay.Leaves
	if date == "" {
		if local.Hour() < 18 {
			return a.ev.Time
		}
		date = local.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	noon, err := LocalMoment(date, "12:00", zone)
	if err != nil {
		return a.ev.Time
	}
	return noon
}

// arriveWakeUps ends what a former stay has left behind in a room that is let
// again; stays are those that are in it now.
func (a *applier) arriveWakeUps(room Room) {
	for _, w := range wakeUpsOf(a.tx, room.Number) {
		if w.Stay != "" && !slices.Contains(room.Stays(), w.Stay) {
			a.cancelWakeUp(w)
		}
	}
}
