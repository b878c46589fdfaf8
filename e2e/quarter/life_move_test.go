package quarter

import (
	"maps"

	"bellhop/hotel"
)

// move lets guests have another room.
func (h *house) move() {
	h.exchange(h.choose(occupied), h.choose(vacant), "moves", nil, h.model.move)
}

// swap lets the guests of two rooms exchange them; now and then one is vacant.
func (h *house) swap() {
	with := occupied
	if h.chance(20) {
		with = func(*room) bool { return true }
	}
	h.exchange(h.choose(occupied), h.choose(with), "swaps", map[string]string{"swap": "true"}, h.model.move)
}

// moveOne lets one of several guests have a room alone: who came first, whose name
// is shown, or another.
func (h *house) moveOne() {
	from := h.choose(func(r *room) bool { return len(r.guests) > 1 })
	if from == nil {
		return
	}
	n := h.dice.IntN(len(from.guests))
	g, what := from.guests[n], "sharers who move alone"
	if n == 0 {
		what = "first guests who move alone"
	}
	h.exchange(from, h.choose(vacant), what, map[string]string{"stay": g.stay}, func(from, to *room) {
		h.model.moveOne(from, to, g)
	})
}

func (h *house) exchange(from, to *room, what string, fields map[string]string, then func(from, to *room)) {
	if from == nil || to == nil || from == to {
		return
	}
	ev := hotel.Event{Kind: hotel.KindMove, Room: from.number, Fields: map[string]string{"to": to.number}}
	maps.Copy(ev.Fields, fields)
	from.spoken, to.spoken = true, true
	h.insist(func() bool {
		if !h.ordered(from.number, ev) {
			return false
		}
		from.spoken, to.spoken = false, false
		then(from, to)
		h.count[what]++
		return true
	})
}
