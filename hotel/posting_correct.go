package hotel

import (
	"math/big"
	"slices"
	"strconv"
)

// Correct takes a posting back, or a part of it, by a posting of its own.
type Correct struct {
	Posting  string `json:"posting"`
	Quantity int    `json:"quantity,omitempty"` // how many of them; 0: all that is left
	Reason   string `json:"reason,omitempty"`
	Staff    string `json:"staff,omitempty"`
}

func (a *applier) correct(c *Correct) error {
	p, err := a.correctable("correct", c.Posting)
	if err != nil {
		return err
	}
	left := magnitude(p.Quantity) - magnitude(p.Back.Quantity)
	if c.Quantity < 0 || c.Quantity > left {
		return &Invalid{"correct", "quantity", "must be 1 to " + strconv.Itoa(left) + ", which is what is left of it", strconv.Itoa(c.Quantity)}
	}
	quantity := c.Quantity
	if quantity == 0 {
		quantity = left
	}
	a.takeBack(p, quantity, c.Reason, c.Staff)
	return nil
}

// correctable gives a posting of which there is something to take back.
func (a *applier) correctable(effect, id string) (Posting, error) {
	p, known := a.tx.Posting(id)
	switch {
	case !known:
		return p, &Invalid{effect, "posting", "must be a posting that is kept", clip(id)}
	case p.Corrects != "":
		return p, &Invalid{effect, "posting", "is a correction itself: post anew what was right", id}
	case p.State == PostingWrittenOff:
		return p, &Invalid{effect, "posting", "was written off", id}
	case p.State == PostingRefused && effect == "correct":
		return p, &Invalid{effect, "posting", "was refused, so the PMS has nothing to take back: write it off, and post what was right", id}
	case p.State == PostingUnclear && effect != "calls":
		return p, &Invalid{effect, "posting", "may be at the PMS or not: send it again or write it off first", id}
	case p.Back.Quantity == p.Quantity:
		return p, &Invalid{effect, "posting", "was taken back before", id}
	}
	return p, nil
}

// takeBack posts what takes so many of a posting back. Of parts, all together
// take back the very amount, to the last minor unit.
func (a *applier) takeBack(p Posting, quantity int, reason, staff string) Posting {
	total := magnitude(p.Back.Quantity) + quantity
	if p.Quantity < 0 {
		total, quantity = -total, -quantity
	}
	back := Taken{total, part(p.Amount, total, p.Quantity), part(p.Tax, total, p.Quantity)}
	entered := a.enter(Posting{
		Room: p.Room, Stay: p.Stay, Kind: p.Kind, Minibar: p.Minibar, Item: p.Item, Description: p.Description,
		Quantity: -quantity, Amount: p.Back.Amount - back.Amount, Currency: p.Currency, TaxRate: p.TaxRate,
		Tax: p.Back.Tax - back.Tax, Staff: clip(staff), Late: a.departed(p.Stay), Corrects: p.ID, Reason: clip(reason), CallID: p.CallID,
	})
	p.Back, p.TakenBy = back, append(slices.Clone(p.TakenBy), entered.ID)
	a.tx.PutPosting(p)
	return entered
}

// part is so many of all of an amount, rounded half up by its size.
func part(amount int64, some, all int) int64 {
	if amount < 0 {
		return -part(-amount, some, all)
	}
	x := new(big.Rat).SetFrac64(int64(some), int64(all))
	return RoundHalfUp(x.Mul(x, new(big.Rat).SetInt64(amount)))
}

func magnitude(n int) int { return max(n, -n) }

// departed tells whether a stay has ended.
func (a *applier) departed(stay string) bool {
	var s Stay
	return stay != "" && a.tx.Get(StayKey(stay), &s) && s.State == StayDeparted
}
