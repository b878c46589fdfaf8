package quarter

import (
	"errors"
	"slices"
	"time"

	"bellhop/hotel"
	"bellhop/sim"
)

func (h *house) checkOut(r *room, g *guest) {
	ev := hotel.Event{Kind: hotel.KindCheckOut, Room: r.number, Fields: map[string]string{"stay": g.stay}}
	r.spoken = true
	h.insist(func() bool {
		if !h.ordered(r.number, ev) {
			return false
		}
		h.count["check-outs"]++
		if h.run.looks && len(r.guests) == 1 {
			h.model.checking(r, g)
			h.later(h.between(time.Minute, 50*time.Minute), func() { h.lookThrough(r, g) })
			return true
		}
		r.spoken = false
		h.model.checkOut(r, g)
		return true
	})
}

// lookThrough lets a chambermaid look through a room whose guest has paid; or the
// desk does without.
func (h *house) lookThrough(r *room, g *guest) {
	if h.wentAlready(r, g) {
		return
	}
	if h.chance(30) {
		h.letGo(r, g)
		return
	}
	keys := []string{"778*N*1"}
	if h.chance(30) {
		keys = []string{"778*" + minibarItem + "*1", "778*N*1"}
	}
	h.dialAll(r, keys, func() {
		h.count["rooms looked through"]++
		dialled := h.now()
		r.looked = true
		h.insist(func() bool {
			time.Sleep(time.Minute)
			quiet := !h.troubleAround(dialled.Add(-5*time.Minute), h.now())
			switch {
			case h.wentAlready(r, g):
			case h.box != nil && h.stayOf(r) == "":
				r.spoken = false
				h.model.ledger.asked = dialled
				if g.gone && h.run.sweep { // the night's job may have been first
					h.model.ledger.asked = h.midnight()
				}
				h.model.checkOut(r, g)
			case quiet:
				h.differs(r.number, "it was looked through at %s, and %s has not left", dialled.Format(time.TimeOnly), g.stay)
			case h.box == nil || h.now().Sub(dialled) < 20*time.Minute:
				return false
			default:
				h.letGo(r, g) // the PBX has lost it
			}
			return true
		})
	})
}

// wentAlready tells whether a job of the night has checked a guest out whose room was
// about to be looked through: then the desk is done with it.
func (h *house) wentAlready(r *room, g *guest) bool {
	if slices.Contains(r.guests, g) {
		return false
	}
	r.spoken = false
	return true
}

// dialAll dials one thing after the other from a room.
func (h *house) dialAll(r *room, keys []string, then func()) {
	_, err := h.pbx.Dial(r.phones[0], keys[0])
	busy := errors.Is(err, sim.ErrBusy)
	if !busy {
		h.must(err)
		if keys[0] != "778*N*1" {
			h.count["minibar entries"]++
		}
		keys = keys[1:]
	}
	if len(keys) == 0 {
		then()
		return
	}
	h.later(time.Minute, func() { h.dialAll(r, keys, then) })
}

// letGo lets the desk end a stay that waits for its room to be looked through.
func (h *house) letGo(r *room, g *guest) {
	ev := hotel.Event{Kind: hotel.KindCheckOut, Room: r.number, Fields: map[string]string{"stay": g.stay, "now": "true"}}
	r.looked = true // from now on its guest may be gone
	h.insist(func() bool {
		if h.wentAlready(r, g) {
			return true
		}
		if !h.ordered(r.number, ev) {
			return false
		}
		r.spoken = false
		h.model.checkOut(r, g)
		h.count["rooms not looked through"]++
		return true
	})
}
