package agent

import (
	"cmp"
	"context"
	"slices"
	"time"

	"bellhop/hotel"
)

// WakeQuery says which wake-ups are meant.
type WakeQuery struct {
	Room string // empty: of every room
	Date string // that ring on this date; empty: whenever
	All  bool   // also those that are over
}

// WakeUps lists the order book, the next to ring first.
func (a *Agent) WakeUps(q WakeQuery) []hotel.WakeUp {
	var all []hotel.WakeUp
	if view := a.store.Snapshot(); q.All {
		all = list[hotel.WakeUp](view, hotel.PrefixWakeUp)
	} else {
		all = hotel.OpenWakeUps(view, q.Room)
	}
	all = slices.DeleteFunc(all, func(w hotel.WakeUp) bool {
		return q.Room != "" && w.Room != q.Room || q.Date != "" && !w.RingsOn(q.Date)
	})
	for i := range all {
		all[i].Trouble = hotel.Said(all[i].Trouble, "en")
	}
	slices.SortStableFunc(all, func(a, b hotel.WakeUp) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(len(a.Room), len(b.Room)), cmp.Compare(a.Room, b.Room))
	})
	return all
}

// WakeSpread is when the rooms of one time are rung, if each takes so long.
type WakeSpread struct {
	Calls  int       `json:"calls"`
	AtOnce int       `json:"atOnce"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"` // when the last is first rung
}

// wakeCall is how long a room that is rung takes up a place, as a rule.
const wakeCall = 45 * time.Second

// AddWakeUps enters an order, and gives what was ordered and when the rooms will
// be rung. Those that were ordered before for the same time take their turns too.
func (a *Agent) AddWakeUps(ctx context.Context, o hotel.WakeUpAdd) (event uint64, orders []hotel.WakeUp, spread WakeSpread, err error) {
	if o.From == hotel.WakeFromPhone {
		return 0, nil, spread, &OrderError{Reason: `wakeup.from: "phone" is what a room's telephone orders`}
	}
	event, err = a.Do(ctx, hotel.Event{
		Kind: hotel.KindCommand, Name: hotel.CommandWakeAdd, WakeUp: &hotel.WakeCommand{Add: &o}, Lanes: []string{wakeLane},
	})
	if err != nil {
		return event, nil, spread, err
	}
	setup := a.wakeSetup()
	spread.AtOnce = a.wakePlaces()
	open := a.WakeUps(WakeQuery{})
	for _, w := range open {
		if w.Event == event {
			orders = append(orders, w)
			spread.From = w.Due
		}
	}
	for _, w := range open {
		if w.Due.Equal(spread.From) && setup.HowOf(w) != hotel.WakeByPBX {
			spread.Calls++
		}
	}
	spread.To = spread.From.Add(time.Duration((max(1, spread.Calls)-1)/spread.AtOnce) * wakeCall)
	return event, orders, spread, nil
}

// CancelWakeUps takes orders back.
func (a *Agent) CancelWakeUps(ctx context.Context, c hotel.WakeUpCancel) (uint64, error) {
	return a.Do(ctx, hotel.Event{
		Kind: hotel.KindCommand, Name: hotel.CommandWakeCancel, WakeUp: &hotel.WakeCommand{Cancel: &c}, Lanes: []string{wakeLane},
	})
}
