package hotel

import (
	"cmp"
	"fmt"
	"math/big"
	"strconv"
	"time"
)

// PostingState says what became of a posting at the PMS.
type PostingState string

// The states of a posting. Without a PMS a posting is posted at once: the
// box's own folio is the only one.
const (
	PostingPending    PostingState = "pending"
	PostingPosted     PostingState = "posted"
	PostingRefused    PostingState = "refused"     // a person must decide
	PostingUnclear    PostingState = "unclear"     // the same: its call was dropped, but may have arrived
	PostingWrittenOff PostingState = "written-off" // a person did: the PMS never gets it
)

// PostingStates are all of them.
var PostingStates = []PostingState{PostingPending, PostingPosted, PostingRefused, PostingUnclear, PostingWrittenOff}

// Parked tells whether a posting waits for a person: the PMS lacks it, or may
// lack it.
func (s PostingState) Parked() bool { return s == PostingRefused || s == PostingUnclear }

// The kinds of postings.
const (
	PostingMinibar = "minibar"
	PostingCall    = "call"
	PostingOther   = "other"
	PostingPayment = "payment" // its amount is negative
)

// Posting is a charge on a stay, a correction of one, or a payment. None is
// ever changed but in what became of it: what was wrong is taken back by a
// posting of its own.
type Posting struct {
	ID          string    `json:"id"`
	Room        string    `json:"room"`              // where it was charged; the stay may have moved since
	Stay        string    `json:"stay,omitempty"`    // empty: nobody is known who it falls on
	Kind        string    `json:"kind"`              // minibar, call, other or payment
	Minibar     string    `json:"minibar,omitempty"` // minibar: the price list
	Item        string    `json:"item,omitempty"`    // minibar: its code; call: its destination
	Description string    `json:"description,omitempty"`
	Quantity    int       `json:"quantity"`
	Amount      int64     `json:"amount"` // of all together and with tax, in the currency's minor unit; negative takes back
	Currency    string    `json:"currency"`
	TaxRate     TaxRate   `json:"taxRate,omitempty"` // hundredths of a percent
	Tax         int64     `json:"tax,omitempty"`     // the part of Amount that is tax
	Staff       string    `json:"staff,omitempty"`
	Time        time.Time `json:"time"` // of the event that led to it, UTC
	// Booked is when it was posted, where an entry was resolved or run again later:
	// it counts for that day. Zero: at Time.
	Booked time.Time `json:"booked,omitzero"`
	Event  uint64    `json:"event"`
	CallID string    `json:"callid,omitempty"`
	// Late: it came when the stay had ended.
	Late bool `json:"late,omitempty"`
	// Corrects is the posting that this one takes back, in whole or in part.
	Corrects string `json:"corrects,omitempty"`
	// Reason is why: of a correction in a person's words.
	Reason string       `json:"reason,omitempty"`
	State  PostingState `json:"state"`
	// WrittenOff is when a person gave it up: for that day it counts no longer.
	WrittenOff time.Time `json:"writtenOff,omitzero"`
	// Refusal is what the PMS said, or a person who wrote it off.
	Refusal string `json:"refusal,omitempty"`
	// Back is what later postings have taken back of it, TakenBy which these are.
	Back    Taken    `json:"back,omitzero"`
	TakenBy []string `json:"takenBy,omitempty"`
	// Call is the queued call that waits for a person since it was refused; 0:
	// none does.
	Call uint64 `json:"call,omitempty"`
}

// Day is the hotel's day, "2006-01-02", for which the posting counts: that on which
// it was made. What was reported of an earlier one stands.
func (p Posting) Day(zone *time.Location) string { return p.Made().In(zone).Format(time.DateOnly) }

// Made is when the posting was made.
func (p Posting) Made() time.Time {
	if !p.Booked.IsZero() {
		return p.Booked
	}
	return p.Time
}

// Taken is the part of a posting that was taken back; the sums are those of the
// posting's sign.
type Taken struct {
	Quantity int   `json:"quantity"`
	Amount   int64 `json:"amount"`
	Tax      int64 `json:"tax,omitempty"`
}

// Counts is what a posting counts for on its folio.
func (p Posting) Counts() Taken {
	if p.State == PostingWrittenOff {
		return p.Back
	}
	return Taken{p.Quantity, p.Amount, p.Tax}
}

// OpPosting is the operation of the call that tells the PMS of a posting; its
// subject is the posting's id.
const OpPosting = "posting"

// PostCharge puts a charge on a stay: the one that is named, else who stays in
// the room; of a minibar whom it belongs to, see docs/minibar.md.
type PostCharge struct {
	Room        string `json:"room"`              // may be empty with a stay: that's
	Stay        string `json:"stay,omitempty"`    // that very stay, wherever it is now; empty: the room's
	Kind        string `json:"kind"`              // minibar, call or other
	Minibar     string `json:"minibar,omitempty"` // empty: the room's
	Item        string `json:"item,omitempty"`
	Description string `json:"description,omitempty"`
	// Quantity is 1 when it is 0. Less than that of a minibar's item is a
	// removal: it takes back what was charged.
	Quantity int `json:"quantity,omitempty"`
	// Amount is of all together in the minor unit; as prices are, it is with or
	// without the tax.
	Amount int64    `json:"amount"`
	Tax    *TaxRate `json:"tax,omitempty"` // nil: that of the item or kind
	Staff  string   `json:"staff,omitempty"`
}

func (a *applier) post(p *PostCharge) error {
	if err := p.check(); err != nil {
		return err
	}
	r, s, err := a.charged(p)
	if err != nil {
		return err
	}
	if p.Kind == PostingMinibar {
		return a.postMinibar(p, r, s)
	}
	posting := p.posting(r)
	posting.Stay, posting.Late = r.Stay, false
	if s != nil {
		posting.Stay, posting.Late = s.ID, s.State == StayDeparted
	}
	a.price(&posting, new(big.Rat).SetInt64(p.Amount), p.Tax)
	return a.tellNobody(a.enter(posting))
}

// charged gives the room, and the stay if it is named.
func (a *applier) charged(p *PostCharge) (r Room, s *Stay, err error) {
	if p.Stay == "" {
		r, err = a.room("post", p.Room)
		return r, nil, err
	}
	s = &Stay{}
	if !a.tx.Get(StayKey(p.Stay), s) {
		return r, nil, &Invalid{"post", "stay", "must be a stay that is kept", clip(p.Stay)}
	}
	if p.Room == "" || p.Room == s.Room {
		r = Room{Number: s.Room} // which may be gone
		a.tx.Get(RoomKey(s.Room), &r)
		return r, s, nil
	}
	r, err = a.room("post", p.Room)
	return r, s, err
}

// posting is the charge as it is kept, without stay and price.
func (p *PostCharge) posting(r Room) Posting {
	posting := Posting{
		Room: r.Number, Kind: p.Kind, Item: clip(p.Item), Description: clip(p.Description), Quantity: p.Quantity, Staff: clip(p.Staff),
	}
	if posting.Quantity == 0 {
		posting.Quantity = 1
	}
	return posting
}

// tellNobody tells of a charge that falls on no stay, unless the hotel has never
// said who stays where. The charge is kept.
func (a *applier) tellNobody(p Posting) error {
	if p.Stay != "" || !a.knowsStays() {
		return nil
	}
	return a.alert(&RaiseAlert{Code: AlertNobody, Room: p.Room, Joined: true, Params: map[string]string{
		"room": p.Room, "what": p.what(), "amount": FormatAmount(p.Amount, p.Currency) + " " + p.Currency, "posting": p.ID,
	}})
}

// knowsStays tells whether the hotel has ever said who stays where.
func (a *applier) knowsStays() bool { return countTo(a.tx, PrefixOccupancy, 1) > 0 }

// what says in a few words what was charged.
func (p Posting) what() string {
	name := cmp.Or(p.Description, p.Item, p.Kind)
	if p.Quantity == 1 {
		return name
	}
	return strconv.Itoa(p.Quantity) + " × " + name
}

func (p *PostCharge) check() error {
	switch {
	case p.Kind != PostingMinibar && p.Kind != PostingCall && p.Kind != PostingOther:
		return &Invalid{"post", "kind", "must be minibar, call or other", clip(p.Kind)}
	case p.Amount > maxAmount || p.Amount < -maxAmount:
		return &Invalid{"post", "amount", "is too large", strconv.FormatInt(p.Amount, 10)}
	case p.Quantity > maxQuantity || p.Quantity < -maxQuantity:
		return &Invalid{"post", "quantity", "is too large", strconv.Itoa(p.Quantity)}
	case !isMinibar(p.Minibar):
		return &Invalid{"post", "minibar", minibarRule, clip(p.Minibar)}
	case p.Tax != nil && (*p.Tax < 0 || *p.Tax > maxTaxRate):
		return &Invalid{"post", "tax", fmt.Sprintf("must be 0 to %d hundredths of a percent", maxTaxRate), strconv.Itoa(int(*p.Tax))}
	}
	return nil
}

// price gives a posting its amount and tax for an exact price in minor units;
// a negative one takes back what the same positive one would charge.
func (a *applier) price(p *Posting, exact *big.Rat, tax *TaxRate) {
	p.Currency, p.TaxRate = a.setup.Currency, a.setup.Taxes.Default[p.Kind]
	if tax != nil {
		p.TaxRate = *tax
	}
	p.Amount, p.Tax = a.setup.Taxes.Charge(new(big.Rat).Abs(exact), p.TaxRate)
	if exact.Sign() < 0 {
		p.Amount, p.Tax = -p.Amount, -p.Tax
	}
}

// enter is the one way in which a posting comes to be: it gets its id and the
// event's time, is added to its stay's folio, and the PMS is told.
func (a *applier) enter(p Posting) Posting {
	p.ID = "P" + strconv.FormatUint(a.tx.Next(), 10)
	p.Time, p.Event, p.State, p.Booked = a.ev.Time, a.ev.ID, PostingPosted, a.booked
	if a.ev.Again != nil {
		p.Booked = a.ev.Again.Time
	}
	if p.CallID == "" {
		p.CallID = a.ev.CallID
	}
	if a.setup.PMS {
		p.State = PostingPending
		body := struct {
			Posting
			VIP int `json:"vip,omitempty"`
		}{p, a.vip(p.Stay)}
		a.tellPMS(OpPosting, Guest, p.Room, body, func(c *QueuedCall) { c.Subject = p.ID })
	}
	a.tx.PutPosting(p)
	a.take(p, 1)
	a.addUp(p)
	return p
}
