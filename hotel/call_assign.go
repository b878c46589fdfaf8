package hotel

import (
	"fmt"
	"strconv"
	"strings"
)

// The commands about calls.
const (
	CommandAssignCall = "calls assign"
	CommandPriceCalls = "calls price"
)

// AssignCall charges a call that nobody was charged for, such as one that the
// desk made for a guest.
type AssignCall struct {
	Call uint64 `json:"call"` // the event that reported it
	Stay string `json:"stay,omitempty"`
	Room string `json:"room,omitempty"` // instead: who stays there now
}

// PriceCalls prices those of the calls that have no price yet.
type PriceCalls struct {
	Calls []uint64 `json:"calls"`
}

// MaxPricedAtOnce bounds how many calls one order prices: other commits wait for
// it.
const MaxPricedAtOnce = 200

// CallNumbers writes a list of calls as [CommandPriceCalls] has it.
func CallNumbers(calls []uint64) string { return strings.Trim(fmt.Sprint(calls), "[]") }

func callRules(ev *Event) []Effect {
	if ev.Name == CommandAssignCall {
		call, err := strconv.ParseUint(ev.Fields["call"], 10, 64)
		if err != nil {
			call = 0 // no record has it: the order is refused
		}
		return []Effect{{AssignCall: &AssignCall{Call: call, Stay: ev.Fields["stay"], Room: ev.Room}}}
	}
	price := &PriceCalls{}
	for _, word := range strings.Fields(ev.Fields["calls"]) {
		call, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			return []Effect{{}}
		}
		price.Calls = append(price.Calls, call)
	}
	return []Effect{{PriceCalls: price}}
}

func (a *applier) assignCall(x *AssignCall) error {
	r, known := a.tx.Call(x.Call)
	id := strconv.FormatUint(x.Call, 10)
	switch {
	case !known:
		return &Invalid{"calls", "call", "must be the number of a call that is kept", id}
	case r.Posting != "" && a.stillCharged(r.Posting):
		return &Invalid{"calls", "call", "is charged to stay " + r.Payer + " (posting " + r.Posting + "): take that back or move it", id}
	}
	stay, err := a.payer(x.Stay, x.Room)
	if err != nil {
		return err
	}
	if r.Price == 0 && r.Why != WhyCopy {
		a.priceCall(&r)
	}
	if r.Price == 0 {
		return &Invalid{"calls", "call", "has nothing to charge: " + r.Why, id}
	}
	r.Assigned = true
	if err := a.chargeTo(&r, stay.Room, stay.ID); err != nil {
		return err
	}
	a.tx.PutCall(r)
	return a.noteUnpriced(&r, stay.Room)
}

// stillCharged tells whether something of a posting is owed.
func (a *applier) stillCharged(posting string) bool {
	_, err := a.correctable("calls", posting)
	return err == nil
}

// priceCalls goes by what is in the commit: a call that has its price already, or
// is gone, is passed over.
func (a *applier) priceCalls(p *PriceCalls) error {
	if len(p.Calls) > MaxPricedAtOnce {
		return &Invalid{"calls", "calls", "must be at most " + strconv.Itoa(MaxPricedAtOnce), strconv.Itoa(len(p.Calls))}
	}
	for _, event := range p.Calls {
		var waits bool
		if !a.tx.Get(UnpricedKey(event), &waits) {
			continue
		}
		r, known := a.tx.Call(event)
		if !known { // retention took it
			if err := a.countUnpriced(event, false); err != nil {
				return err
			}
			continue
		}
		if err := a.charge(&r, a.legs(&r)); err != nil {
			return err
		}
		a.tx.PutCall(r)
	}
	return nil
}

// UnpricedCalls are the events of the calls that wait for a price.
func UnpricedCalls(v View) (events []uint64) {
	v.List(PrefixUnpriced, func(key string, _ func(any) bool) bool {
		if event, err := strconv.ParseUint(strings.TrimPrefix(key, PrefixUnpriced), 10, 64); err == nil {
			events = append(events, event)
		}
		return true
	})
	return events
}
