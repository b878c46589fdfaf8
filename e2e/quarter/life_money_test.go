package quarter

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
	"bellhop/sim"
)

// talk lets a guest call somebody outside, for some seconds or minutes: about as
// long as an interval, often, and a second more or less.
func (h *house) talk(r *room) { h.talkFor(r, h.talkLength()) }

func (h *house) talkLength() time.Duration {
	if h.chance(60) {
		return pick(h, []time.Duration{
			5 * time.Second, 20 * time.Second, 21 * time.Second, 30 * time.Second, 31 * time.Second, 59 * time.Second, 60 * time.Second,
			61 * time.Second, 66 * time.Second, 67 * time.Second, 120 * time.Second, 121 * time.Second, 180 * time.Second, 181 * time.Second, 241 * time.Second,
		})
	}
	return h.between(time.Second, 12*time.Minute)
}

// number draws one that somebody outside has.
func (h *house) number() string {
	start := pick(h, []string{"8", "8", "8", "7", "7", "02", "02", "06", "055", "0041", "00417", "0041", "005", "009", freeNumbers})
	return fmt.Sprintf("%s%07d", start, h.dice.IntN(10_000_000))
}

func (h *house) talkFor(r *room, long time.Duration) {
	number := h.number()
	far := sim.Handset{Does: sim.Answers, After: sim.Span(h.between(time.Second, 9*time.Second)), Talk: sim.Span(long)}
	switch n := h.dice.IntN(12); {
	case strings.HasPrefix(number, "7"):
		far.After = 0 // as a line does that cannot tell
	case n == 0:
		far = sim.Handset{Does: sim.Ignores}
	case n == 1:
		far = sim.Handset{Does: sim.Refuses, After: far.After}
	}
	h.must(h.pbx.SetOutside(number, far))
	now := h.now()
	id, err := h.pbx.Dial(pick(h, r.phones), number)
	h.placed("calls outside", err)
	if err == nil {
		h.model.calls[id], h.model.ledger.dialled[id] = r.number, now
	}
}

// talkAndLeave lets a guest check out while the room's telephone is in a call.
func (h *house) talkAndLeave(r *room, g *guest) {
	h.talkFor(r, h.between(4*time.Minute, 15*time.Minute))
	h.later(3*time.Minute, func() {
		switch {
		case h.model.inHouse[g.stay] == nil:
		case h.model.inHouse[g.stay].spoken:
			h.later(time.Minute, func() { h.leave(g) })
		default:
			h.count["check-outs amid a call"]++
			h.checkOut(h.model.inHouse[g.stay], g)
		}
	})
}

// letAgain lets a guest go and another one come to the room on the same day, whose
// minibar is entered when it may be of either.
func (h *house) letAgain() {
	r := h.choose(func(r *room) bool { return len(r.guests) == 1 && present(r) && !r.checking })
	if r == nil {
		return
	}
	h.checkOut(r, r.guests[0])
	h.later(h.between(50*time.Minute, 3*time.Hour), func() {
		if !vacant(r) || r.spoken {
			return
		}
		h.count["rooms let again on the same day"]++
		h.checkIn(r, h.newGuest(1+h.dice.IntN(3)))
		for range 2 {
			h.later(h.between(10*time.Minute, 9*time.Hour), func() { h.enter(r) })
		}
	})
}

// minibar lets a chambermaid tell what was taken: one thing, or several in one
// call; now and then what is not there, too many, or what she had wrong before.
func (h *house) minibar() {
	r := h.choose(func(r *room) bool { return !absent(r) })
	if h.chance(40) {
		r = cmp.Or(h.choose(func(r *room) bool { return h.now().Sub(r.touched) < 6*time.Hour && !absent(r) }), r)
	}
	h.enter(r)
	if h.chance(5) {
		h.later(h.between(time.Minute, time.Hour), func() {
			if !r.checking { // or it would be the look that ends the stay
				h.dialBar(r, "778*N*1")
			}
		})
	}
}

func (h *house) enter(r *room) {
	id := h.dialBar(r, "778*"+h.taken())
	if id == "" || !h.chance(35) {
		return
	}
	seq := 2
	for range 1 + h.dice.IntN(3) {
		digits := fmt.Sprintf("778*%s*%d", h.taken(), seq)
		if h.chance(30) {
			digits = fmt.Sprintf("778*%s*1*%d", minibarItem, seq) // as others of the call, often
		}
		if h.chance(15) {
			digits = fmt.Sprintf("778*R*%s*1*%d", minibarItem, seq)
		}
		if h.chance(25) {
			digits += "*12"
		}
		phone := r.phones[0]
		wait := time.Duration(seq) * 6 * time.Second
		h.later(wait, func() {
			body, err := json.Marshal(map[string]any{
				"event": "DTMF", "callid": id, "infos": digits, "sn": h.pbx.Serial(),
				"members": []any{map[string]any{"ext": map[string]any{"number": phone, "channelid": "PJSIP/" + phone, "memberstatus": "ANSWERED"}}},
			})
			h.must(err)
			if err := h.pbx.Push(context.Background(), body); !errors.Is(err, sim.ErrQueueFull) {
				h.must(err)
			}
			h.count["later minibar entries of a call"]++
		})
		seq++
	}
}

// taken draws an item and a count.
func (h *house) taken() string {
	switch n := h.dice.IntN(100); {
	case n < 2:
		return "9*1" // nobody knows what that is
	case n < 4:
		return "7*5" // there are four
	case n < 60:
		return minibarItem + "*1"
	case n < 80:
		return fmt.Sprintf("5*%d", 1+h.dice.IntN(3))
	}
	return fmt.Sprintf("7*%d", 1+h.dice.IntN(4))
}

func (h *house) dialBar(r *room, digits string) (id string) {
	id, err := h.pbx.Dial(r.phones[0], digits)
	h.placed("minibar entries", err)
	if err != nil {
		return ""
	}
	r.note(h.now(), "minibar: %s", digits)
	return id
}

// money gives a person's order about money, and the event that it became; 0: it
// was refused, or nobody was there to take it.
func (h *house) money(ev hotel.Event) uint64 {
	if h.box == nil {
		return 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), orderPatience)
	defer cancel()
	ev.Kind = hotel.KindCommand
	id, err := h.box.agent.Do(ctx, ev)
	var refused *agent.OrderError
	switch {
	case errors.As(err, &refused):
		h.count["orders about money that were refused: "+ev.Name]++
		return 0
	case err != nil:
		h.differs("-", "%s: %v", ev.Name, err)
		return 0
	}
	h.count["orders: "+ev.Name]++
	return id
}

// somePosting draws a charge on the folio of somebody who is here, of which
// something is left, or of somebody who has left.
func (h *house) somePosting(fits func(hotel.Posting) bool) *hotel.Posting {
	if h.box == nil {
		return nil
	}
	r := h.choose(func(r *room) bool { return occupied(r) })
	if h.chance(20) {
		r = h.choose(vacant)
	}
	if r == nil {
		return nil
	}
	bills, err := h.box.agent.Folio(agent.FolioQuery{Room: r.number})
	if err != nil {
		return nil // nobody has stayed there yet
	}
	for _, line := range bills[0].Lines {
		p := line.Posting
		if p.Corrects == "" && p.Kind != hotel.PostingPayment && p.State != hotel.PostingRefused && p.Back.Quantity < p.Quantity && fits(p) {
			return &p
		}
	}
	return nil
}

// correct lets the desk take back what was wrong, or a part of it.
func (h *house) correct() {
	p := h.somePosting(func(hotel.Posting) bool { return true })
	if p == nil {
		return
	}
	quantity := 1 + h.dice.IntN(p.Quantity-p.Back.Quantity)
	id := h.money(hotel.Event{Name: hotel.CommandCorrect, Fields: map[string]string{
		"posting": p.ID, "quantity": fmt.Sprint(quantity), "reason": "not taken", "staff": "12",
	}})
	if id != 0 {
		h.model.ledger.orders[id] = &order{what: "correct", posting: p.ID, quantity: quantity}
	}
}

// movePosting lets the desk put a charge on somebody else.
func (h *house) movePosting() {
	if p := h.somePosting(func(p hotel.Posting) bool { return p.Back.Quantity == 0 }); p != nil {
		h.moveCharge(*p)
	}
}

func (h *house) moveCharge(p hotel.Posting) {
	to := h.choose(func(r *room) bool { return occupied(r) && r.guests[0].stay != p.Stay })
	if to == nil {
		return
	}
	stay := pick(h, to.guests).stay
	if stay == p.Stay {
		return
	}
	id := h.money(hotel.Event{Name: hotel.CommandMovePosting, Fields: map[string]string{"posting": p.ID, "stay": stay, "reason": "of somebody else"}})
	if id == 0 {
		return
	}
	h.model.ledger.orders[id] = &order{what: "move", posting: p.ID, stay: stay}
	if p.State == hotel.PostingRefused {
		h.model.ledger.gaveUp[p.ID] = true
	}
}

// pay lets a guest pay what is owed, or something.
func (h *house) pay() {
	r := h.choose(occupied)
	if r == nil || h.box == nil {
		return
	}
	stay := r.guests[0].stay
	bills, err := h.box.agent.Folio(agent.FolioQuery{Stay: stay})
	if err != nil {
		h.differs(r.number, "the folio of %s: %v", stay, err)
		return
	}
	amount := bills[0].Owed
	if h.chance(30) || amount <= 0 {
		amount = int64(1 + h.dice.IntN(20_000))
	}
	id := h.money(hotel.Event{Name: hotel.CommandPay, Fields: map[string]string{"stay": stay, "amount": fmt.Sprint(amount), "how": "card"}})
	if id != 0 {
		h.model.ledger.orders[id] = &order{what: "pay", stay: stay, amount: amount}
	}
}

// refusals let the PMS refuse postings for a while.
func (h *house) refusals() {
	set := func(on bool) func() {
		return func() {
			h.pms.mu.Lock()
			defer h.pms.mu.Unlock()
			h.pms.refuses = on
		}
	}
	h.count["PMS refuses"]++
	h.lasting("PMS refuses", h.between(5*time.Minute, 90*time.Minute), set(true), set(false))
}

// decideRefused lets the desk decide about what the PMS has refused.
func (h *house) decideRefused() {
	if h.box == nil {
		return
	}
	list, err := h.box.agent.FindPostings(agent.PostingQuery{States: []hotel.PostingState{hotel.PostingRefused}}, 20)
	if err != nil {
		h.differs("-", "refused postings: %v", err)
		return
	}
	for _, p := range list {
		fresh := p.Corrects == "" && p.Back.Quantity == 0 && p.Kind != hotel.PostingPayment
		switch n := h.dice.IntN(4); {
		case n == 0 && fresh:
			if h.money(hotel.Event{Name: hotel.CommandWriteOff, Fields: map[string]string{"posting": p.ID, "reason": "goodwill"}}) != 0 {
				h.model.ledger.gaveUp[p.ID] = true
			}
		case n == 1 && fresh && p.Stay != "":
			h.moveCharge(p)
		default:
			h.money(hotel.Event{Name: hotel.CommandResend, Fields: map[string]string{"posting": p.ID}})
		}
	}
}

// decideEntries lets the desk say what is not clear about minibars.
func (h *house) decideEntries() {
	if h.box == nil {
		return
	}
	for _, al := range h.box.agent.Alerts() {
		if slices.Contains([]string{hotel.AlertMinibarDoubt, hotel.AlertMinibarItem, hotel.AlertMinibarCount, hotel.AlertMinibarRemoval, hotel.AlertMinibarNobody}, al.Code) {
			h.decideEntry(al)
		}
	}
}

func (h *house) decideEntry(al hotel.Alert) {
	res := &resolution{callID: al.Params["callid"], item: al.Params["item"], staff: al.Params["staff"], removal: al.Params["removal"] == "true"}
	_, _ = fmt.Sscan(al.Params["count"], &res.count)
	res.at, _ = time.Parse(time.RFC3339Nano, al.Params["time"])
	fields := map[string]string{"alert": al.ID}
	switch al.Code {
	case hotel.AlertMinibarDoubt:
		stays := strings.Split(al.Params["stays"], ", ")
		h.judgeDoubt(al, stays, res)
		res.stay = pick(h, stays)
		fields["stay"] = res.stay
	case hotel.AlertMinibarItem:
		res.newItem = minibarItem
		fields["item"] = res.newItem
	case hotel.AlertMinibarCount:
		res.newCount = 4
		fields["count"] = "4"
	case hotel.AlertMinibarRemoval, hotel.AlertMinibarNobody:
		res.drop = true
	}
	if h.chance(20) {
		res.drop = true
	}
	drop := map[string]string{"alert": al.ID, "drop": "true"}
	if res.drop {
		fields = drop
	}
	id := h.money(hotel.Event{Name: hotel.CommandMinibarResolve, Fields: fields})
	if id == 0 && !res.drop { // no more than was charged can be taken back; or still nobody knows whose it is
		res.drop = true
		id = h.money(hotel.Event{Name: hotel.CommandMinibarResolve, Fields: drop})
	}
	if id != 0 {
		h.model.ledger.resolved = append(h.model.ledger.resolved, res)
	}
}

// judgeDoubt: the desk is asked where it must be, and told all whose it may be.
func (h *house) judgeDoubt(al hotel.Alert, stays []string, res *resolution) {
	l := h.model.ledger
	l.refresh()
	for _, e := range l.entries {
		if !res.of(e) {
			continue
		}
		if want, sure := l.whose(e); sure && !slices.Equal(stays, want) {
			h.differs(e.room, "what was entered at %s may be of %q, and the desk is asked about %q", e.came.In(h.zone).Format(time.RFC3339), want, stays)
		} else if sure {
			h.count["doubts compared"]++
		}
		return
	}
	h.differs(al.Room, "the desk is asked about an entry that nobody has made: %+v", al.Params)
}

// priceCalls lets the desk bring the rate that was forgotten, on the second day,
// and have those calls priced that wait.
func (h *house) priceCalls() {
	l := h.model.ledger
	if h.box == nil {
		return
	}
	if l.later.IsZero() && h.money(hotel.Event{Name: hotel.CommandTariff, Tariff: tariffOf(append(h.agentsRates(), laterRate))}) != 0 {
		l.later = h.now()
	}
	for wait := h.box.agent.UnpricedCalls(); len(wait) > 0 && !l.later.IsZero(); {
		some := wait[:min(len(wait), hotel.MaxPricedAtOnce)]
		wait = wait[len(some):]
		h.money(hotel.Event{Name: hotel.CommandPriceCalls, Fields: map[string]string{"calls": hotel.CallNumbers(some)}})
	}
}

// settleAll lets the desk decide about all that is open, at the end.
func (h *house) settleAll() {
	h.priceCalls()
	for range 4 {
		h.decideEntries()
		h.decideRefused()
		time.Sleep(10 * time.Minute)
	}
}
