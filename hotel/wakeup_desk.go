package hotel

import "time"

// WakeDesk is what the desk was told of a wake-up that nobody answered.
type WakeDesk struct {
	At     time.Time `json:"at,omitzero"` // when it is told next; zero: no more
	Since  time.Time `json:"since"`
	Tries  int       `json:"tries,omitempty"`
	CallID string    `json:"callid,omitempty"`
	// Known is when somebody there confirmed to know.
	Known time.Time `json:"known,omitzero"`
	// Calling: a call is under way.
	Calling bool `json:"calling,omitempty"`
}

const (
	deskTries = 3
	deskAgain = 2 * time.Minute
	// deskWithin is how long the desk is called about one room, however busy it is;
	// what is told later is of no use.
	deskWithin = 30 * time.Minute
)

// escalate begins to ring the desk about a room that does not answer.
func (a *applier) escalate(w *WakeUp) {
	s := &a.setup.Wake
	if s.Desk == "" || !s.Calls || s.Confirm == "" || a.ev.Time.Sub(w.Due) > s.late()+2*time.Hour {
		return
	}
	w.Desk = &WakeDesk{At: a.ev.Time, Since: a.ev.Time}
	a.tellWakeUp(*w, "escalated")
}

// stepDesk rings the desk, or gives up.
func (a *applier) stepDesk(w *WakeUp, now time.Time) {
	d := w.Desk
	if d.Tries >= deskTries || now.Sub(d.Since) > deskWithin {
		d.At, d.Calling = time.Time{}, false
		return
	}
	d.Tries++
	d.Calling, d.CallID = true, ""
	d.At = now.Add(max(deskAgain, wakePatience))
	a.queueRing(OpDesk, *w, d.Tries, a.setup.Wake.Desk, d.Since.Add(deskWithin))
}

// placedDesk takes what came of a call to the desk. One that found it busy, or
// did not reach the PBX, does not count.
func (a *applier) placedDesk(w *WakeUp, number int, p *WakeUpPlaced, reply RingReply) {
	d := w.Desk
	if d == nil || d.Tries != number || !d.Calling {
		return
	}
	switch {
	case p.State == CallDelivered && !reply.Busy && !reply.Void:
		d.CallID = reply.CallID
	case p.State == CallUnknown:
		d.Calling = false
	default:
		d.Tries--
		d.Calling, d.At = false, a.ev.Time.Add(deskAgain/2)
	}
	a.saveWakeUp(*w)
}

// endDeskCall is the end of a call to the desk.
func (a *applier) endDeskCall(w *WakeUp) {
	w.Desk.Calling = false
	a.saveWakeUp(*w)
}

// keyDesk takes the desk's key for a room: from the desk's telephone alone.
func (a *applier) keyDesk(k *WakeUpKeyed) {
	if k.Extension != a.setup.Wake.Desk {
		return
	}
	for _, w := range a.escalated(k.Told) {
		a.acknowledge(&w)
	}
}

// escalated are the orders of a room about which the desk is being told.
func (a *applier) escalated(room string) (list []WakeUp) {
	a.tx.List(PrefixWakeDue, func(key string, _ func(any) bool) bool {
		var w WakeUp
		_, id, ok := WakeDue(key)
		if ok && a.tx.Get(WakeUpKey(id), &w) && w.Room == room && w.Desk != nil {
			list = append(list, w)
		}
		return true
	})
	return list
}

func (a *applier) acknowledge(w *WakeUp) {
	if w.Desk == nil || !w.Desk.Known.IsZero() {
		return
	}
	w.Desk.Known, w.Desk.At, w.Desk.Calling = a.ev.Time, time.Time{}, false
	a.saveWakeUp(*w)
	a.tellWakeUp(*w, "acknowledged")
}
