package quarter

import (
	"slices"
	"time"
)

// inspectStays: whom the desk has checked in is in that room, and nobody else
// is anywhere.
func (h *house) inspectStays() {
	if h.box == nil {
		return
	}
	for _, known := range h.box.agent.Rooms() {
		r := h.model.rooms[known.Number]
		if r == nil {
			h.differs(known.Number, "there is no such room")
			continue
		}
		if r.spoken && (!r.checking || r.looked) {
			continue
		}
		h.swept(r, known.Stay)
		var got, want []string
		if known.Stay != "" {
			got = append([]string{known.Stay}, known.Sharers...)
		}
		for _, g := range r.guests {
			want = append(want, g.stay)
		}
		if !slices.Equal(got, want) {
			h.differs(r.number, "the stays are %q, and must be %q", got, want)
		}
	}
}

// Of so many who leave without a word the nights find some.
const (
	sweptOut = "checked out by a job, and gone indeed"
	manyGone = 10
)

// swept takes note of a job that has checked out who had gone without a word.
func (h *house) swept(r *room, stay string) {
	if stay != "" || vacant(r) || !h.run.sweep || slices.ContainsFunc(r.guests, func(g *guest) bool { return !g.gone }) {
		return
	}
	now := h.now()
	h.model.ledger.asked = h.midnight()
	if three := time.Date(now.Year(), now.Month(), now.Day(), 3, 0, 0, 0, h.zone); h.pms.turnedBefore(three) {
		h.differs(r.number, "a job has checked out who was there, while the PMS has been away since %s", h.pmsSince.Format(time.RFC3339))
	}
	for occupied(r) {
		h.model.checkOut(r, r.guests[0])
	}
	h.count[sweptOut]++
}

// midnight is when today began.
func (h *house) midnight() time.Time {
	now := h.now()
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, h.zone)
}
