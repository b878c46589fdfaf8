package quarter

import (
	"slices"
	"time"

	"bellhop/sim"
)

// inspectAlarms: of the alarms on a telephone those of orders stand, those that
// somebody has set by hand, and no others.
func (h *house) inspectAlarms(r *room, x sim.PBXExtension) {
	now := h.now()
	var may []time.Time
	for _, w := range h.model.wakesOf(r) {
		can, must := w.alarms(now, h.zone)
		may = append(may, can...)
		for _, at := range must {
			h.count["alarms compared"]++
			if !h.standsFor(x.Alarms, at) {
				h.differs(r.number, "telephone %s has no alarm for the wake-up of %s: %+v", x.Number, at.Format(time.RFC3339), x.Alarms)
			}
		}
	}
	for _, w := range h.model.wakes { // one that was taken back, or is over since a moment
		if w.rangIn(x.Number) && (!w.cancelled.IsZero() && w.cancelled.After(now.Add(-settledWithin)) || w.shaken.After(now.Add(-settledWithin))) {
			return
		}
	}
	seen := map[string]bool{}
	for _, a := range x.Alarms {
		if a.Prompt == handPrompt {
			continue
		}
		i := slices.IndexFunc(may, func(at time.Time) bool { return slices.Contains(h.shownAs(at), a.Time) })
		if i < 0 || a.Type != "onetime" {
			h.differs(r.number, "telephone %s has an alarm of no order: %+v; there may be those of %v", x.Number, a, may)
			continue
		}
		if key := may[i].String(); seen[key] {
			h.differs(r.number, "telephone %s has two alarms for the wake-up of %s: %+v", x.Number, may[i].Format(time.RFC3339), x.Alarms)
		} else {
			seen[key] = true
		}
	}
	h.inspectHand(r, x)
}

// inspectHand: what the desk has set on the PBX itself stands until it has rung.
func (h *house) inspectHand(r *room, x sim.PBXExtension) {
	r.hand = slices.DeleteFunc(r.hand, func(a handAlarm) bool { return a.kind == "onetime" && h.now().After(a.rings.Add(-2*time.Minute)) })
	for _, a := range r.hand {
		stands := func(other sim.Alarm) bool { return other.Time == a.clock && other.Type == a.kind }
		if a.phone == x.Number && !slices.ContainsFunc(x.Alarms, stands) {
			h.differs(r.number, "telephone %s has lost the alarm %s that was set by hand: %+v", x.Number, a.clock, x.Alarms)
		}
	}
}

// lookAlarms notes on which telephones an alarm stands for a wake-up that is about
// to ring.
func (h *house) lookAlarms(w *wake, due time.Time) {
	w.stood = nil
	at := w.alarmAt(due)
	if at.IsZero() {
		return
	}
	for _, phone := range w.room.phones {
		if x, _ := h.pbx.Extension(phone); h.standsFor(x.Alarms, at) {
			w.stood = append(w.stood, phone)
		}
	}
}

// judgeAlarm holds the calls of the PBX's own alarm against an order: proven is
// when somebody has pressed a key before, if anybody has; sure, that nothing has
// happened which makes it hard to foretell.
func (h *house) judgeAlarm(w *wake, due, proven time.Time, sure bool) (rung []*ring) {
	at := w.alarmAt(due)
	ours, theirs := h.alarmRings(w, due, at)
	lives := w.cancelled.IsZero() && w.shaken.Before(due.Add(-5*time.Minute))
	for _, phone := range w.room.phones {
		first, calls := time.Time{}, 0
		for _, r := range ours {
			if r.phone != phone {
				continue
			}
			if calls++; first.IsZero() {
				first = r.at
			}
			if sure && !proven.IsZero() && r.at.After(proven.Add(goneWithin)) {
				h.differs(w.room.number, "a key was pressed at %s, and the PBX's alarm rang %s at %s", proven.In(h.zone).Format(time.TimeOnly), phone, r.at.In(h.zone).Format(time.TimeOnly))
			}
		}
		stood := slices.Contains(w.stood, phone)
		switch {
		case !proven.IsZero() || !lives:
		case theirs[phone] > 0 && calls == 0: // the desk had set the same one
		case stood && calls == 0:
			h.differs(w.room.number, "an alarm for %s stood on telephone %s, and did not ring", at.Format(time.RFC3339), phone)
		case stood && first.Sub(at).Abs() > clockOff:
			h.differs(w.room.number, "the PBX's alarm for %s rang telephone %s at %s", at.Format(time.RFC3339), phone, first.In(h.zone).Format(time.RFC3339))
		case stood && !w.until.IsZero() && calls < alarmCalls:
			// Its guest has left, and when the last call from the room was over the
			// telephone was made ready for the next one: the desk knows by then.
		case stood && sure && calls != alarmCalls:
			h.differs(w.room.number, "the PBX's alarm for %s rang telephone %s %d times", at.Format(time.RFC3339), phone, calls)
		case stood:
			h.count["wake-ups rung by an alarm of the PBX"]++
			if h.boxWasOff(due) {
				h.count["of these while the box was dead"]++
			}
		}
	}
	return ours
}

// goneWithin is how long an alarm may stand behind the key that makes it needless.
const goneWithin = time.Minute

// alarmRings takes the calls of the PBX's own alarms that belong to a wake-up, and
// counts those of alarms that were set by hand for the same time.
func (h *house) alarmRings(w *wake, due, at time.Time) (ours []*ring, theirs map[string]int) {
	h.witness.mu.Lock()
	defer h.witness.mu.Unlock()
	from, to := at.Add(-clockOff), at.Add(2*clockOff+(alarmCalls-1)*5*time.Minute)
	for _, seen := range h.witness.wakes {
		if w.shaken.Before(at.Add(-time.Hour)) && !slices.Contains(w.room.phones, seen.phone) {
			continue // in the room of before it rings for who is there now
		}
		if seen.kind == sim.CallOfAlarm && !seen.claimed && w.rangIn(seen.phone) && seen.at.After(from) && seen.at.Before(to) {
			if h.ringsForAnother(w, seen.phone, due) {
				continue // both rooms of a swap are woken at that time
			}
			seen.claimed = true
			ours = append(ours, seen)
		}
	}
	theirs = map[string]int{}
	for _, seen := range h.witness.hand {
		if seen.at.Sub(at).Abs() < clockOff {
			theirs[seen.phone]++
		}
	}
	return ours, theirs
}

// ringsForAnother tells whether a telephone is in a room to which somebody else has
// come who is to be woken at the same time.
func (h *house) ringsForAnother(w *wake, phone string, due time.Time) bool {
	if slices.Contains(w.room.phones, phone) {
		return false
	}
	return slices.ContainsFunc(h.model.wakes, func(other *wake) bool {
		if other == w || !other.cancelled.IsZero() || !slices.Contains(other.room.phones, phone) {
			return false
		}
		theirs, more := other.next(due.Add(-time.Second), h.zone)
		return more && theirs.Equal(due)
	})
}

// judgeByPBX judges an order that the PBX alone is to ring for. It has no proof; if
// it reports the calls of its alarms, it is known when nobody took them.
func (h *house) judgeByPBX(w *wake, due time.Time, loose bool) {
	calls := h.claim(w, due, loose)
	rung := h.judgeAlarm(w, due, time.Time{}, !loose)
	const what = "wake-ups by an alarm: "
	if soon := due.Sub(w.given) < settledWithin; loose || soon {
		h.judgeOver(w, due, what)
		return
	}
	outcome := h.outcomeOf(w, due)
	h.count[what+outcome]++
	want := "unknown"
	if h.run.reports && len(rung) > 0 && !slices.ContainsFunc(rung, (*ring).taken) {
		want = "unanswered"
	}
	switch {
	case len(calls) > 0:
		h.differs(w.room.number, "the PBX was to ring at %s, and the box did: %v", due.Format(time.RFC3339), calls)
	case len(w.stood) < len(w.room.phones):
		h.differs(w.room.number, "at %s an alarm stood on %q alone", due.Format(time.RFC3339), w.stood)
	case outcome != want && !h.handRang(w.room, due):
		h.differs(w.room.number, "the wake-up of %s is said to be %q, and is %q: %v", due.Format(time.RFC3339), outcome, want, rung)
	}
}

// handRang tells whether an alarm that was set by hand rang in a room amid those of
// a wake-up: the PBX reports both alike, and either may be the one that was taken.
func (h *house) handRang(r *room, due time.Time) bool {
	h.witness.mu.Lock()
	defer h.witness.mu.Unlock()
	from, to := due.Add(-clockOff), due.Add(2*clockOff+(alarmCalls-1)*5*time.Minute)
	return slices.ContainsFunc(h.witness.hand, func(seen *ring) bool {
		return slices.Contains(r.phones, seen.phone) && seen.at.After(from) && seen.at.Before(to)
	})
}

// taken tells whether somebody has lifted the handset of a telephone that rang.
func (r *ring) taken() bool {
	return r.met == sim.MetRinging && r.handset.Does == sim.Answers && time.Duration(r.handset.After) < 30*time.Second
}
