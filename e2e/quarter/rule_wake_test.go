package quarter

import (
	"slices"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
	"bellhop/sim"
)

// judgeWake says whether what came of a wake-up is what had to come: by the
// telephones that the PBX saw ring, and how those behave.
func (h *house) judgeWake(w *wake, due time.Time) {
	if h.box == nil {
		h.later(10*time.Minute, func() { h.judgeWake(w, due) })
		return
	}
	loose := h.troubleAround(due.Add(-10*time.Minute), due.Add(30*time.Minute)) ||
		!w.shaken.IsZero() && w.shaken.After(due.Add(-5*time.Minute)) ||
		!w.cancelled.IsZero() && w.cancelled.Before(due.Add(30*time.Minute))
	h.count["wake-ups judged"]++
	before := len(h.wrong)
	if w.how == "pbx" {
		h.judgeByPBX(w, due, loose)
	} else {
		h.judgeCalls(w, due, loose)
	}
	if len(h.wrong) > before {
		h.tellBook(w)
	}
}

// timeless tells whether the box cannot know yet what the time is: it began anew
// while the PBX, whose clock it would go by, did not answer, and no service sets
// its own.
func (h *house) timeless() bool {
	now := h.now()
	return !h.run.synced && slices.ContainsFunc(h.model.bad, func(s *span) bool {
		return (s.to.IsZero() || s.to.After(now.Add(-10*time.Minute))) && h.boxWasOffBetween(s.from, now)
	})
}

// tellBook adds what the agent and the PBX know of a room to its diary.
func (h *house) tellBook(w *wake) {
	for _, known := range h.box.agent.WakeUps(agent.WakeQuery{All: true, Room: w.room.number}) {
		w.room.note(h.now(), "the agent's order book: %+v", known)
	}
	for _, seen := range h.witness.wakes {
		if slices.Contains(w.room.phones, seen.phone) {
			w.room.note(h.now(), "the PBX has seen %s", seen)
		}
	}
}

// judgeCalls judges an order for which the box is to call the room.
func (h *house) judgeCalls(w *wake, due time.Time, loose bool) {
	rings := h.claim(w, due, loose)
	if w.how == "both" {
		proof := time.Time{}
		if i := slices.IndexFunc(rings, (*ring).proven); i >= 0 {
			proof = rings[i].at.Add(time.Duration(rings[i].handset.After) + time.Duration(rings[i].handset.Pause))
		}
		h.judgeAlarm(w, due, proof, !loose)
	}
	proven := false
	for i, r := range rings {
		h.count["wake-ups: a call "+string(r.met)]++
		if proven && !loose {
			h.differs(w.room.number, "woken at %s, and rung again at %s", due.Format(time.TimeOnly), r.at.Format(time.TimeOnly))
		}
		if i > 0 && !loose && r.at.Sub(rings[i-1].at) < wakeSpacing-20*time.Second {
			h.differs(w.room.number, "rung at %s and again at %s", rings[i-1].at.Format(time.TimeOnly), r.at.Format(time.TimeOnly))
		}
		proven = proven || r.proven()
	}
	outcome := h.outcomeOf(w, due)
	if outcome == "answered" && !proven && !loose {
		h.differs(w.room.number, "the wake-up of %s is said to be answered, and nobody has pressed a key: %v", due.Format(time.RFC3339), rings)
	}
	if loose {
		h.judgeOver(w, due, "wake-ups amid troubles: ")
		return
	}
	h.count["wake-ups: "+outcome]++
	switch want := wantedOutcome(rings, proven); {
	case len(rings) == 0:
		h.differs(w.room.number, "nobody rang at %s (%s)", due.Format(time.RFC3339), outcome)
	case rings[0].at.Sub(due) > rungWithin:
		h.differs(w.room.number, "rung at %s instead of %s", rings[0].at.Format(time.TimeOnly), due.Format(time.RFC3339))
	case !proven && len(rings) != 1+wakeRetries:
		h.differs(w.room.number, "nobody answered at %s, and %d calls were made: %v", due.Format(time.RFC3339), len(rings), rings)
	case outcome == "unanswered" && want == "busy" && h.run.forwards: // it went on to voicemail
	case outcome != want:
		h.differs(w.room.number, "the wake-up of %s is said to be %q, and is %q: %v", due.Format(time.RFC3339), outcome, want, rings)
	}
}

// judgeOver: amid troubles anything may come of a wake-up, but something must, as
// soon as the box can know that its time has come.
func (h *house) judgeOver(w *wake, due time.Time, what string) {
	if h.box == nil || h.timeless() {
		h.later(10*time.Minute, func() { h.judgeOver(w, due, what) })
		return
	}
	outcome := h.outcomeOf(w, due)
	h.count[what+outcome]++
	if outcome == "scheduled" || outcome == "ringing" {
		h.differs(w.room.number, "the wake-up of %s is %s", due.Format(time.RFC3339), outcome)
	}
}

func wantedOutcome(rings []*ring, proven bool) string {
	switch {
	case proven:
		return "answered"
	case len(rings) == 0:
		return "failed"
	}
	last := rings[len(rings)-1]
	if last.met == sim.MetBusy || last.met == sim.MetDND || last.met == sim.MetRinging && last.handset.Does == sim.Refuses {
		return "busy"
	}
	return "unanswered"
}

// claim takes the rings that belong to a wake-up.
func (h *house) claim(w *wake, due time.Time, loose bool) (rings []*ring) {
	h.witness.mu.Lock()
	defer h.witness.mu.Unlock()
	from := due
	if loose {
		from = due.Add(-time.Minute)
	}
	for _, seen := range h.witness.wakes {
		if seen.kind == sim.CallOfDial && w.rangAs(seen) && !seen.claimed && !seen.at.Before(from) && seen.at.Before(due.Add(wakeOver)) && !h.ofAnother(w, due, seen) {
			seen.claimed = true
			rings = append(rings, seen)
		}
	}
	return rings
}

// ofAnother tells whether a ring cannot be of a time of an order: that had been
// taken back, or another one, which came to the room since, was due.
func (h *house) ofAnother(w *wake, due time.Time, seen *ring) bool {
	if !w.cancelled.IsZero() && seen.at.After(w.cancelled.Add(time.Minute)) {
		return true
	}
	return slices.ContainsFunc(h.model.wakes, func(o *wake) bool {
		if o == w || len(o.been) == 0 || !o.rangAs(seen) {
			return false
		}
		theirs, more := o.next(due, h.zone)
		return more && !theirs.After(seen.at) && (o.cancelled.IsZero() || o.cancelled.After(theirs))
	})
}

// inspectRings: nobody was rung whom nobody wanted to be.
func (h *house) inspectRings() {
	h.witness.mu.Lock()
	defer h.witness.mu.Unlock()
	var young []*ring
	for _, seen := range h.witness.wakes {
		switch {
		case time.Since(seen.at) < 3*time.Hour:
			young = append(young, seen)
		case !seen.claimed && !h.wakeMoved(seen):
			h.differs(seen.phone, "the telephone was rung (%s) at %s for no order", seen.kind, seen.at.In(h.zone).Format(time.RFC3339))
		}
	}
	h.witness.wakes = young
	h.witness.told = slices.DeleteFunc(h.witness.told, func(r *ring) bool { return time.Since(r.at) > time.Hour })
	h.witness.hand = slices.DeleteFunc(h.witness.hand, func(r *ring) bool { return time.Since(r.at) > 3*time.Hour })
}

// wakeMoved tells whether a ring may be of a wake-up that went to another room or
// was taken back while it rang.
func (h *house) wakeMoved(seen *ring) bool {
	for _, w := range h.model.wakes {
		if !w.rangIn(seen.phone) {
			continue
		}
		// It may have moved, and been taken back in the other room an hour later.
		for _, at := range []time.Time{w.shaken, w.cancelled} {
			if !at.IsZero() && (at.Sub(seen.at).Abs() < wakeOver || h.outOfReach(at, seen.at)) {
				return true
			}
		}
	}
	return false
}

// outcomeOf is what the agent says came of it: the one thing that nobody but the
// agent knows. Another guest may have wanted the same in that room, and a sharer may
// have ordered it: that of this guest counts before, and then one that ended alike.
func (h *house) outcomeOf(w *wake, due time.Time) string {
	found, best := "not known", -1
	for _, known := range h.box.agent.WakeUps(agent.WakeQuery{All: true, Room: w.room.number}) {
		outcome := known.State
		switch {
		case known.Time != w.clock:
			continue
		case known.Due.Equal(due):
		case known.LastDue.Equal(due):
			outcome = known.LastState
		default:
			continue
		}
		score := 0
		if known.Stay == w.guest.stay {
			score += 2
		}
		if (known.State == hotel.WakeUpCancelled) != w.cancelled.IsZero() && string(known.Repeat) == w.repeat {
			score++
		}
		if score > best {
			found, best = string(outcome), score
		}
	}
	return found
}

// ringsNow tells whether a room is being woken.
func (h *house) ringsNow(r *room) bool {
	now := h.now()
	for _, w := range h.model.wakesOf(r) {
		if due, more := w.next(now.Add(-30*time.Minute), h.zone); more && due.Before(now.Add(time.Minute)) {
			return true
		}
	}
	return false
}

// troubleAround tells whether something was wrong at any time of a span.
func (h *house) troubleAround(from, to time.Time) bool {
	for _, s := range h.model.bad {
		if s.from.Before(to) && (s.to.IsZero() || s.to.After(from)) {
			return true
		}
	}
	return false
}

// outOfReach tells whether one trouble kept the agent from taking away in time
// what was to ring at a moment.
func (h *house) outOfReach(from, to time.Time) bool {
	return slices.ContainsFunc(h.model.bad, func(s *span) bool {
		return s.from.Before(from.Add(10*time.Minute)) && (s.to.IsZero() || s.to.After(to.Add(-10*time.Minute))) && from.Before(to)
	})
}

// boxWasOff tells whether the box had no power at a moment.
func (h *house) boxWasOff(at time.Time) bool {
	return slices.ContainsFunc(h.off, func(s *span) bool { return s.from.Before(at) && (s.to.IsZero() || s.to.After(at)) })
}

// boxWasOffBetween tells whether the power went at any time of a span.
func (h *house) boxWasOffBetween(from, to time.Time) bool {
	return slices.ContainsFunc(h.off, func(s *span) bool { return !s.from.Before(from) && s.from.Before(to) })
}
