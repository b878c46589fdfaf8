package quarter

import (
	"slices"
	"strings"
	"time"

	"bellhop/hotel"
)

// quiet tells whether nothing is wrong, and has not been for a while: who dials
// when nobody listens is told so by the telephone.
func (h *house) quiet() bool {
	return h.model.troubles == 0 && h.now().Sub(h.model.well) >= 5*time.Minute
}

// wakeByPhone lets a guest dial for a wake-up.
func (h *house) wakeByPhone() {
	r := h.choose(present)
	if r == nil || !h.quiet() {
		return
	}
	w := &wake{room: r, guest: r.guests[0], clock: h.wakeTime(), repeat: "once", from: "phone", how: h.run.how}
	if !h.freeAt(r, w.clock) {
		return
	}
	_, err := h.pbx.Dial(r.phones[0], "779*"+w.clock[:2]+w.clock[3:])
	h.placed("779 dialled", err)
	if err == nil {
		now := h.now()
		h.later(10*time.Second, func() {
			if h.troubleAround(now, h.now()) {
				w.shaken = h.now().AddDate(0, 0, 7) // whether it was taken is not known
			}
		})
		h.expectWake(w, now.Add(10*time.Second))
	}
}

// idle tells whether no wake-up of a room rings, or may soon.
func (h *house) idle(r *room) bool {
	now := h.now()
	return !slices.ContainsFunc(h.model.wakesOf(r), func(w *wake) bool {
		due, more := w.next(now.Add(-wakeOver), h.zone)
		return w.shaken.After(now) || more && due.Before(now.Add(2*time.Minute))
	})
}

// cancelByPhone lets a guest want to sleep, and dial that. What the desk has
// ordered stands, and it is told so.
func (h *house) cancelByPhone() {
	byPhone := func(w *wake) bool { return w.from == "phone" }
	r := h.choose(func(r *room) bool {
		return present(r) && slices.ContainsFunc(h.model.wakesOf(r), byPhone) && h.idle(r)
	})
	if r == nil || !h.quiet() {
		return
	}
	_, err := h.pbx.Dial(r.phones[0], "779*C")
	h.placed("779*C dialled", err)
	if err != nil {
		return
	}
	dialled, stands := h.now(), false
	for _, w := range h.model.wakesOf(r) {
		_, more := w.next(dialled, h.zone)
		switch {
		case more && byPhone(w):
			h.model.cancelWake(w)
		case more:
			stands = true
		}
	}
	h.later(15*time.Second, func() {
		switch told := func(a hotel.Alert) bool { return a.Code == hotel.AlertWakeStands && a.Room == r.number }; {
		case h.troubleAround(dialled, h.now()):
			for _, w := range h.model.wakesOf(r) {
				w.shaken = dialled.AddDate(0, 0, 7)
			}
		case stands && !slices.ContainsFunc(h.box.agent.Alerts(), told):
			h.differs(r.number, "the guest wants no wake-up, the desk has ordered one, and was not told")
		}
	})
}

// hearWakes lets a guest ask when the telephone will ring.
func (h *house) hearWakes() {
	r := h.choose(func(r *room) bool { return present(r) && h.idle(r) })
	if r == nil || !h.quiet() {
		return
	}
	want := h.spoken(r)
	_, err := h.pbx.Dial(r.phones[0], "779*H")
	h.placed("779*H dialled", err)
	if err != nil {
		return
	}
	dialled := h.now()
	r.spoken = true
	h.later(30*time.Second, func() {
		r.spoken = false
		h.witness.mu.Lock()
		defer h.witness.mu.Unlock()
		heard := func(t *ring) bool { return t.phone == r.phones[0] && !t.at.Before(dialled) && t.prompts == want }
		if !h.troubleAround(dialled, h.now()) && !slices.ContainsFunc(h.witness.told, heard) {
			h.differs(r.number, "the guest asked for the wake-ups, and was not told %s", want)
		}
	})
}

// spoken is what a guest is told who asks: the next three.
func (h *house) spoken(r *room) string {
	var dues []time.Time
	for _, w := range h.model.wakesOf(r) {
		if due, more := w.next(h.now(), h.zone); more {
			dues = append(dues, due)
		}
	}
	slices.SortFunc(dues, time.Time.Compare)
	var prompts []string
	for _, due := range dues[:min(3, len(dues))] {
		prompts = append(prompts, "bh-wakeup-at")
		for _, digit := range due.In(h.zone).Format("1504") {
			prompts = append(prompts, "bh-"+string(digit))
		}
	}
	if len(prompts) == 0 {
		return "bh-wakeup-none"
	}
	return strings.Join(prompts, "+")
}
