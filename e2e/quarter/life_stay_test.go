package quarter

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing/synctest"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
	"bellhop/sim"
)

// ordered tells whether an order was carried out; false: nobody was there to
// take it. One that is refused is not as it must be.
func (h *house) ordered(room string, ev hotel.Event) bool {
	h.model.ledger.asked = h.now()
	err := h.order(ev)
	var refused *agent.OrderError
	switch {
	case err == nil:
		return true
	case errors.As(err, &refused):
		h.differs(room, "%s was refused: %v", ev.Kind, err)
		return true
	case h.box != nil:
		h.differs(room, "%s: %v", ev.Kind, err)
		return true
	}
	return false
}

// newGuest draws somebody who stays for so many nights.
func (h *house) newGuest(nights int) *guest {
	h.model.stays++
	name := pick(h, names)
	now := h.now()
	g := &guest{
		stay: fmt.Sprintf("G%d", h.model.stays), name: name.given, shown: name.shown,
		class:  pick(h, []string{"", "none", "internal", "local", "national", "international"}),
		leaves: time.Date(now.Year(), now.Month(), now.Day()+nights, 6, h.dice.IntN(6*60), h.dice.IntN(60), 0, h.zone),
	}
	g.told = g.leaves
	if h.chance(30) {
		g.vip = 1 + h.dice.IntN(9)
	}
	if h.chance(8) {
		g.incognito, g.name = true, fmt.Sprintf("%s %d", incognitoName, h.model.stays)
		h.count["incognito guests"]++
	}
	return g
}

func checkInOf(r *room, g *guest) hotel.Event {
	return hotel.Event{Kind: hotel.KindCheckIn, Room: r.number, Fields: map[string]string{
		"stay": g.stay, "name": g.name, "class": g.class, "leaves": g.leaves.Format(time.DateOnly),
		"incognito": strconv.FormatBool(g.incognito), "vip": strconv.Itoa(g.vip),
	}}
}

// arrive lets a guest come.
func (h *house) arrive() {
	if r := h.choose(vacant); r != nil {
		h.checkIn(r, h.newGuest(1+h.dice.IntN(5)))
	}
}

func (h *house) checkIn(r *room, g *guest) {
	r.spoken = true
	h.insist(func() bool {
		if !h.ordered(r.number, checkInOf(r, g)) {
			return false
		}
		r.spoken = false
		if vacant(r) {
			h.answers(r, h.manner())
		}
		h.model.checkIn(r, g)
		h.count["check-ins"]++
		h.at(g.leaves, func() { h.leave(g) })
		return true
	})
}

// answers says how a room's telephones behave from now on.
func (h *house) answers(r *room, how sim.Handset) {
	for _, phone := range r.phones {
		h.must(h.pbx.SetExtension(sim.PBXExtension{Number: phone, Handset: []sim.Handset{how}}))
	}
}

// coach lets a group come, who all leave together.
func (h *house) coach() {
	nights := 1 + h.dice.IntN(2)
	var leaves time.Time
	for range 30 {
		r := h.choose(vacant)
		if r == nil {
			break
		}
		g := h.newGuest(nights)
		if leaves.IsZero() {
			leaves = g.leaves
		}
		g.leaves, g.class = leaves, "local"
		h.checkIn(r, g)
	}
	h.count["coaches"]++
}

// share lets somebody come to a room that is occupied.
func (h *house) share() {
	r := h.choose(occupied)
	if r == nil || len(r.guests) > 3 {
		return
	}
	g := h.newGuest(1 + h.dice.IntN(4))
	g.class = ""
	ev := checkInOf(r, g)
	ev.Fields["share"] = "true"
	r.spoken = true
	h.insist(func() bool {
		if !h.ordered(r.number, ev) {
			return false
		}
		r.spoken = false
		h.model.checkIn(r, g)
		h.count["sharers"]++
		h.at(g.leaves, func() { h.leave(g) })
		return true
	})
}

// leave lets a guest go, or stay on; some go without a word.
func (h *house) leave(g *guest) {
	r := h.model.inHouse[g.stay]
	if r == nil {
		return
	}
	if r.spoken {
		h.later(time.Minute, func() { h.leave(g) })
		return
	}
	switch n := h.dice.IntN(100); {
	case g.gone || n < 75:
		h.checkOut(r, g)
	case n < 90:
		h.stayOn(r, g)
	case n < 95 && h.run.sweep:
		g.gone = true
		r.note(h.now(), "%s has left without a word", g.stay)
		if absent(r) {
			h.answers(r, sim.Handset{Does: sim.Ignores})
		}
		h.count["gone without a word"]++
		h.later(h.between(40*time.Hour, 80*time.Hour), func() { h.leave(g) })
	default:
		h.talkAndLeave(r, g)
	}
}

// stayOn lets a guest stay longer: the desk is told, or only sees it.
func (h *house) stayOn(r *room, g *guest) {
	now := h.now()
	g.leaves = time.Date(now.Year(), now.Month(), now.Day()+1+h.dice.IntN(3), 10, h.dice.IntN(60), 0, 0, h.zone)
	h.at(g.leaves, func() { h.leave(g) })
	r.note(now, "%s stays on until %s", g.stay, g.leaves.Format("01-02 15:04"))
	h.count["late extensions"]++
	if h.chance(20) && len(r.guests) == 1 {
		h.showPresence(g)
		return
	}
	r.spoken = true
	h.insist(func() bool {
		done := h.ordered(r.number, hotel.Event{Kind: hotel.KindCommand, Name: "extend", Room: r.number, Fields: map[string]string{
			"stay": g.stay, "leaves": g.leaves.Format(time.DateOnly),
		}})
		r.spoken = !done
		if done {
			g.told = g.leaves
		}
		return done
	})
}

// showPresence lets a guest of whom the desk has told nothing be seen to be
// there: each evening with a call, or once for all with an alarm.
func (h *house) showPresence(g *guest) {
	r := h.model.inHouse[g.stay]
	if r == nil || h.now().After(g.leaves) {
		return
	}
	h.callAndBeHeard(r)
	now := h.now()
	h.at(time.Date(now.Year(), now.Month(), now.Day()+1, 20, 0, 0, 0, h.zone), func() { h.showPresence(g) })
	if now.Hour() < 15 {
		h.at(time.Date(now.Year(), now.Month(), now.Day(), 20, 0, 0, 0, h.zone), func() { h.showPresence(g) })
	}
}

// powerDuring takes the power away some milliseconds after a check-in was begun:
// it is carried out whole or not at all, and for sure if the desk was told so.
func (h *house) powerDuring() {
	r := h.choose(vacant)
	if h.box == nil || r == nil {
		return
	}
	g, answer, box := h.newGuest(1+h.dice.IntN(3)), make(chan error, 1), h.box
	asked := h.now()
	go func() {
		_, err := box.agent.Do(context.Background(), checkInOf(r, g))
		answer <- err
	}()
	time.Sleep(h.between(0, 7*time.Millisecond))
	var told, answered = error(nil), false
	synctest.Wait()
	select {
	case told = <-answer:
		answered = true
	default:
	}
	r.spoken = true
	folder := h.cutPower()
	if !answered {
		<-answer // it was told to nobody
	}
	h.count["orders with the power cut in their middle"]++
	r.note(h.now(), "power cut in the middle of the check-in of %s; answered %v, %v", g.stay, answered, told)
	h.powerOff(folder, h.between(time.Second, 3*time.Minute))
	h.insist(func() bool {
		if h.box == nil {
			return false
		}
		time.Sleep(time.Second) // what was kept and not carried out yet is
		r.spoken = false
		if answered && told == nil || h.stayOf(r) == g.stay {
			h.model.ledger.asked = asked
			h.model.checkIn(r, g)
			h.at(g.leaves, func() { h.leave(g) })
		}
		return true
	})
}

// stayOf asks the agent who is in a room.
func (h *house) stayOf(r *room) string {
	for _, known := range h.box.agent.Rooms() {
		if known.Number == r.number {
			return known.Stay
		}
	}
	return ""
}
