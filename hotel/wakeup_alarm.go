package hotel

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// WakeAlarm is an alarm of the PBX that stands for a wake-up.
type WakeAlarm struct {
	Extension string    `json:"extension"`
	ID        string    `json:"id,omitempty"` // the PBX's; empty: it is about to be set
	At        time.Time `json:"at"`           // when it first rings, UTC
	// Theirs: somebody else had set the same one. It is not ours to delete.
	Theirs bool `json:"theirs,omitempty"`
}

// WakeUpAlarms is what the agent found and did about the alarms of a wake-up.
type WakeUpAlarms struct {
	ID     string      `json:"id"`
	Alarms []WakeAlarm `json:"alarms"`
	// Error says why they cannot stand; a person is told.
	Error string `json:"error,omitempty"`
}

// OpAlarm makes the alarms on the PBX what the record says.
const OpAlarm = "alarm"

const (
	// AlarmAhead is how long before its time an alarm is set: one that rings once
	// has no date on the PBX, so it must be less than a day.
	AlarmAhead = 20 * time.Hour
	// alarmCheck is how often it is looked for.
	alarmCheck = time.Hour
	// AlarmRings and AlarmInterval are how often the PBX rings, and the minutes
	// between.
	AlarmRings    = 3
	AlarmInterval = 5
)

// AlarmQuiet is how long before its time an alarm is not set any more, and not
// taken away without a reason.
const AlarmQuiet = 30 * time.Second

// alarmEnd is how long after its first ring it is over.
const alarmEnd = (AlarmRings-1)*AlarmInterval*time.Minute + 2*time.Minute

// WantsAlarm says when the PBX's own alarm is to ring for a wake-up; zero: it is
// not.
func (s *WakeSetup) WantsAlarm(w WakeUp) time.Time {
	if w.State.Over() || w.Due.IsZero() {
		return time.Time{}
	}
	switch s.HowOf(w) {
	case WakeByPBX:
		return w.Due
	case WakeByBoth:
		return w.Due.Add(s.net())
	}
	return time.Time{}
}

// alarmClear is by how much the PBX's clock may be behind.
const alarmClear = 2 * time.Minute

// AlarmFrom is the earliest moment at which an alarm may be set: so late that the
// PBX's clock, in the zone, does not show its time once before.
func AlarmFrom(at time.Time, zone *time.Location) time.Time {
	if first := FirstMoment(WallClock(at.In(zone)), zone); first.Before(at) {
		return first.Add(alarmClear)
	}
	return at.Add(-AlarmAhead)
}

// planAlarms says when the alarm for the day that is next is to be set.
func (a *applier) planAlarms(w *WakeUp) {
	at := a.setup.Wake.WantsAlarm(*w)
	if at.IsZero() {
		w.AlarmAt = time.Time{}
		return
	}
	w.AlarmAt = AlarmFrom(at, a.setup.zone())
	if w.AlarmAt.Before(a.ev.Time) {
		w.AlarmAt = a.ev.Time
	}
}

// stepAlarms has the alarms looked at, and says when again. From a minute before
// its time an alarm is left alone.
func (a *applier) stepAlarms(w *WakeUp, now time.Time) {
	at := a.setup.Wake.WantsAlarm(*w)
	w.AlarmAt = time.Time{}
	quiet := at.Add(-time.Minute)
	if at.IsZero() || !now.Before(quiet) {
		return
	}
	if again := now.Add(alarmCheck); again.Before(quiet) {
		w.AlarmAt = again
	}
	a.queueAlarm(*w)
}

func (a *applier) queueAlarm(w WakeUp) {
	body, err := json.Marshal(RingCall{WakeUp: w.ID, Room: w.Room})
	if err != nil {
		panic(fmt.Sprintf("hotel: encode an alarm: %v", err)) // our own types always encode
	}
	a.tx.Queue(QueuedCall{
		To: "pbx", Op: OpAlarm, Body: body, Room: w.Room, Lanes: []string{w.Room}, Urgency: Guest, Kind: Idempotent,
		Supersedes: OpAlarm + "/" + w.ID, Lasts: 24 * time.Hour,
	})
}

// dropAlarms has those that stand taken away: the proof is there, or the order
// is not.
func (a *applier) dropAlarms(w *WakeUp) {
	w.AlarmAt = time.Time{}
	if len(w.Alarms) > 0 {
		a.queueAlarm(*w)
	}
}

// noteAlarms keeps what the agent found.
func (a *applier) noteAlarms(n *WakeUpAlarms) {
	var w WakeUp
	if !a.tx.Get(WakeUpKey(n.ID), &w) {
		return
	}
	w.Alarms = n.Alarms
	a.saveWakeUp(w)
	if n.Error != "" {
		a.mustAlert(AlertWakeAlarm, &w, map[string]string{"error": n.Error})
	}
}

// checkAlarms has every alarm that should stand looked at.
func (a *applier) checkAlarms() { a.queueAlarms(wakeUpsBelow(a.tx, prefixWakeRoom)) }

func (a *applier) queueAlarms(list []WakeUp) {
	for _, w := range list {
		if len(w.Alarms) > 0 {
			a.queueAlarm(w)
		}
	}
}

// AlarmID is an alarm of the PBX, and the wake-up that it stands for.
type AlarmID struct{ WakeUp, ID string }

// AlarmsOf are the alarms that the hotel has set on one of a room's telephones,
// of wake-ups which are still to ring.
func AlarmsOf(v View, room, extension string) (list []AlarmID) {
	for _, w := range wakeUpsOf(v, room) {
		for _, x := range w.Alarms {
			if x.Extension == extension && x.ID != "" && !x.Theirs {
				list = append(list, AlarmID{w.ID, x.ID})
			}
		}
	}
	return list
}

// StandingAlarms are the PBX's ids of those.
func StandingAlarms(v View, room, extension string) (ids []string) {
	for _, x := range AlarmsOf(v, room, extension) {
		ids = append(ids, x.ID)
	}
	return ids
}

// AwaitsAlarm tells whether an alarm of the PBX is about to ring or rings, and the
// order needs it: nobody has pressed a key for it, and nobody has taken it back.
func (w *WakeUp) AwaitsAlarm(x WakeAlarm, now time.Time) bool {
	if now.Before(x.At.Add(-AlarmQuiet)) || now.After(x.At.Add(alarmEnd)) {
		return false
	}
	past := !w.LastDue.IsZero() && x.At.Before(w.Due) // of the day before, as far as one that repeats
	return w.State != WakeUpAnswered && w.State != WakeUpCancelled && !(past && w.LastState == WakeUpAnswered)
}

// AlarmHeir is another order of the room that goes by an alarm of one: the same was
// standing when it looked.
func AlarmHeir(v View, of WakeUp, x WakeAlarm) (heir WakeUp, alarm int, found bool) {
	r, known := RoomOf(v, x.Extension)
	if !known || x.ID == "" {
		return heir, 0, false
	}
	for _, w := range wakeUpsOf(v, r.Number) {
		i := slices.IndexFunc(w.Alarms, func(other WakeAlarm) bool { return other.Extension == x.Extension && other.ID == x.ID && other.Theirs })
		if w.ID != of.ID && i >= 0 {
			return w, i, true
		}
	}
	return heir, 0, false
}

// isAlarm: the PBX itself rings, and nobody proves anything.
func (w *WakeUp) isAlarm() bool {
	return w.State == WakeUpRinging && w.Tries == 0 && w.Ring == w.AlarmRing && w.AlarmRing > 0
}

// alarmEarly is how much earlier than by our clock an alarm may ring: the PBX's is
// ahead by up to a minute before that is reckoned with.
const alarmEarly = 70 * time.Second

// beginAlarm is the moment from which on the PBX may ring. If no alarm stands the
// room is called when it is time, if it can be.
func (a *applier) beginAlarm(w *WakeUp, now time.Time) {
	if now.After(w.Due.Add(a.setup.Wake.late())) {
		// The PBX has rung, for all that is known.
		if stands(w) {
			w.Ring++
			w.State, w.AlarmRing = WakeUpRinging, w.Ring
			a.overWakeUp(w, WakeUpUnknown)
			return
		}
		a.tooLate(w, now)
		return
	}
	if !stands(w) && now.Before(w.Due) {
		w.At = w.Due
		a.saveWakeUp(*w)
		return
	}
	if !stands(w) {
		a.beginAttempt(w, now)
		return
	}
	w.Ring++
	w.State, w.AlarmRing, w.Seen = WakeUpRinging, w.Ring, nil
	w.At = w.Due.Add(alarmEnd)
	a.saveWakeUp(*w)
	a.tellWakeUp(*w, string(WakeUpRinging))
}

// stands tells whether the PBX holds an alarm for the day that is next.
func stands(w *WakeUp) bool {
	return slices.ContainsFunc(w.Alarms, func(x WakeAlarm) bool { return x.ID != "" })
}

// seenAlarm notes a call of the PBX's own while it is to ring.
func (a *applier) seenAlarm(w *WakeUp, e *WakeUpEnded) {
	// A call of the PBX's own comes from no number, such as "prompt".
	if e.To == "" || e.To != e.Extension || isNumber(e.From, maxText) || len(w.Seen) >= w.alarmCalls() {
		return
	}
	w.Seen = append(w.Seen, strings.ToUpper(e.Status))
	a.saveWakeUp(*w)
}

// alarmCalls is how many calls the PBX makes: each of the room's telephones rings.
func (w *WakeUp) alarmCalls() int {
	standing := 0
	for _, x := range w.Alarms {
		if x.ID != "" {
			standing++
		}
	}
	return AlarmRings * max(1, standing)
}

// alarmOutcome is what can be said of an alarm. A handset that was lifted proves
// nothing: guests do that asleep. That none of the calls was answered does.
func (w *WakeUp) alarmOutcome() WakeUpState {
	missed := func(status string) bool { return status == "NO ANSWER" || status == "BUSY" || status == "FAILED" }
	if len(w.Seen) >= w.alarmCalls() && !slices.ContainsFunc(w.Seen, func(s string) bool { return !missed(s) }) {
		return WakeUpUnanswered
	}
	return WakeUpUnknown
}
