package hotel

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call keeps the event's CDR, prices it, and charges who made the call. Nothing
// about the price keeps the record from being kept.
func (a *applier) call() error {
	if a.ev.CDR == nil {
		return &Invalid{Effect: "call", Rule: "the event has no CDR"}
	}
	record := CallRecord{Event: a.ev.ID, Room: a.ev.Room, Serial: a.ev.Serial, CallID: a.ev.CallID, CDR: *a.ev.CDR, Time: a.ev.Time}
	var r Room
	if a.ev.Room != "" && a.tx.Get(RoomKey(a.ev.Room), &r) {
		record.Stay = a.stayAt(r, a.callBegan(&record))
	}
	legs := a.legs(&record)
	if err := a.charge(&record, legs); err != nil {
		return err
	}
	a.tx.PutCall(record)
	if err := a.chargeLegs(record, legs); err != nil {
		return err
	}
	if record.Room != "" {
		a.noteCall(record.Room, a.ev.CDR)
		body := struct {
			CallRecord
			VIP int `json:"vip,omitempty"`
		}{record, a.vip(record.Stay)}
		a.tellPMS("call", Bulk, record.Room, body, nil)
	}
	return nil
}

// priceCall says what a call costs by the tariff of now, or why it costs nothing.
func (a *applier) priceCall(r *CallRecord) {
	c := r.CDR
	r.Number, r.Rate, r.Destination, r.Price, r.Why = "", "", "", 0, ""
	switch {
	case c.Type == "Inbound":
		r.Why = WhyInbound
	case !c.wentOut():
		r.Why = WhyInternal
	case c.Status != "ANSWERED":
		r.Why = WhyUnanswered
	}
	if r.Why != "" {
		return
	}
	quote, price := a.setup.PriceOf(TariffOf(a.tx), Dialled{c.To, a.callBegan(r), c.Talk, c.DestLine})
	r.Number, r.Why, r.Price = clip(quote.Number), quote.Why, price
	if quote.Exact != nil {
		r.Rate, r.Destination = quote.Rate.PrefixText(), quote.Rate.Name()
	}
}

// PriceOf works out what a call costs with tax, in minor units; with 0 the quote
// says why.
func (s *Setup) PriceOf(t Tariff, c Dialled) (quote Quote, price int64) {
	quote = s.Tariff.Price(t, c, s.zone(), s.Currency)
	if quote.Exact == nil || quote.Why != "" {
		return quote, 0
	}
	tax := s.Taxes.Default[PostingCall]
	price, _ = s.Taxes.Charge(s.Taxes.Charged(quote.Exact, tax, s.Tariff.Round), tax)
	switch {
	case price > maxAmount:
		price, quote.Why = 0, WhyTooMuch
	case price == 0:
		quote.Why = WhyNothing
	}
	return quote, price
}

// charge prices a call and puts it on the stay that is to pay it.
func (a *applier) charge(r *CallRecord, legs []CallRecord) error {
	a.priceCall(r)
	if a.isCopy(r, legs) {
		r.Price, r.Why = 0, WhyCopy
	}
	room, stay := a.callPayer(r, legs)
	if err := a.noteUnpriced(r, room); err != nil || r.Price == 0 {
		return err
	}
	return a.chargeTo(r, room, stay)
}

// chargeTo charges a priced call to a stay; with none it says why it does not.
func (a *applier) chargeTo(r *CallRecord, room, stay string) error {
	r.Why, r.Posting, r.Payer = "", "", ""
	switch {
	case room == "":
		r.Why = WhyHouse
		return nil
	case stay == "":
		r.Why = WhyVacant
		params := a.amountOf(r)
		params["room"] = room
		return a.alert(&RaiseAlert{Code: AlertVacantCall, Room: room, Joined: true, Params: params})
	}
	var s Stay
	known := a.tx.Get(StayKey(stay), &s)
	p := Posting{
		Room: room, Stay: stay, Kind: PostingCall, Item: clip(r.Destination), Description: a.callText(r), Quantity: 1,
		Late: !known || s.State == StayDeparted, CallID: r.CallID,
	}
	a.price(&p, a.setup.Taxes.without(r.Price, a.setup.Taxes.Default[PostingCall]), nil)
	p = a.enter(p)
	r.Posting, r.Payer = p.ID, stay
	if !p.Late {
		return nil
	}
	return a.tellLate(p)
}

func (a *applier) amountOf(r *CallRecord) map[string]string {
	return map[string]string{"amount": FormatAmount(r.Price, a.setup.Currency), "currency": a.setup.Currency}
}

// without is the price of which [Taxes.Charge] makes that very amount.
func (t Taxes) without(amount int64, rate TaxRate) *big.Rat {
	price := new(big.Rat).SetInt64(amount)
	if t.OnTop {
		price.Quo(price, big.NewRat(int64(maxTaxRate+rate), int64(maxTaxRate)))
	}
	return price
}

// maskedDigits is how many digits of a number the bill does not show: who reads
// it need not learn who was called. The call record has all of them.
const maskedDigits = 3

// callText is what stands on the bill.
func (a *applier) callText(r *CallRecord) string {
	number := r.Number
	if n := min(maskedDigits, len(number)); n > 0 {
		number = number[:len(number)-n] + strings.Repeat("x", n)
	}
	began := a.callBegan(r).In(a.setup.zone()).Format("2006-01-02 15:04")
	return clip(fmt.Sprintf("%s %s, %s, %d:%02d", r.Destination, number, began, r.CDR.Talk/60, r.CDR.Talk%60))
}

// transferred is the type of a record that goes on with another's call.
const transferred = "Transfer"

// legs are the other records of the same telephone call. A callid may come again
// after a PBX was restored: what began a day earlier or later is another call.
func (a *applier) legs(r *CallRecord) (legs []CallRecord) {
	began := a.callBegan(r)
	for _, leg := range a.tx.Legs(r.CallID) {
		if leg.Event != r.Event && leg.Serial == r.Serial && leg.Why != WhyCopy && a.callBegan(&leg).Sub(began).Abs() < 24*time.Hour {
			legs = append(legs, leg)
		}
	}
	return legs
}

// isCopy tells whether a call is recorded, and so charged, already. A person who
// runs a copy again may know better.
func (a *applier) isCopy(r *CallRecord, legs []CallRecord) bool {
	if again := a.ev.Again; again != nil && again.CopyOf != 0 {
		return !again.Charge
	}
	return slices.ContainsFunc(legs, r.isCopyOf)
}

// isCopyOf tells whether both are records of one and the same leg: one may come
// by report and by download, and be run on a person's order.
func (r *CallRecord) isCopyOf(other CallRecord) bool {
	return r.CDR.Start == other.CDR.Start && r.CDR.From == other.CDR.From && r.CDR.To == other.CDR.To
}

// callPayer is the room and the stay that a call falls on: those that it began
// with. A transferred one began with the first of its records that is none
// itself, whatever order they come in.
func (a *applier) callPayer(r *CallRecord, legs []CallRecord) (room, stay string) {
	if r.CDR.Type == transferred {
		if origin := a.origin(legs); origin != nil {
			return a.caller(origin)
		}
	}
	return a.caller(r)
}

// origin is the first record of a call that is no transfer; nil: none has come.
func (a *applier) origin(legs []CallRecord) (first *CallRecord) {
	for i := range legs {
		leg := &legs[i]
		if leg.CDR.Type == transferred {
			continue
		}
		if first == nil || cmp.Or(a.callBegan(leg).Compare(a.callBegan(first)), cmp.Compare(leg.CDR.From, first.CDR.From), cmp.Compare(leg.CDR.To, first.CDR.To)) < 0 {
			first = leg
		}
	}
	return first
}

// caller is the room whose telephone made the call, or of one that came from
// outside, was rung, and who stayed there. A number outside may be that of a
// room, too.
func (a *applier) caller(r *CallRecord) (room, stay string) {
	made := r.CDR.From == r.Room || r.Event == a.ev.ID && a.ev.Extension == r.CDR.From
	var kept Room
	if !made && a.tx.Get(RoomKey(r.Room), &kept) {
		made = slices.Contains(kept.Phones(), r.CDR.From)
	}
	if r.Room == "" || !made && r.CDR.Type != "Inbound" {
		return "", ""
	}
	return r.Room, r.Stay
}

// chargeLegs puts transferred records that came before the one that the call began
// with onto its room. What a person has decided about them stands.
func (a *applier) chargeLegs(r CallRecord, legs []CallRecord) error {
	if r.CDR.Type == transferred {
		return nil
	}
	all := append(slices.Clone(legs), r)
	for _, leg := range legs {
		if leg.CDR.Type != transferred || leg.Assigned {
			continue
		}
		room, stay := a.callPayer(&leg, all)
		if err := a.noteUnpriced(&leg, room); err != nil { // nobody's telephone began it, as far as was known
			return err
		}
		if leg.Price == 0 || stay == leg.Payer && (stay != "" || room == "") {
			continue
		}
		if leg.Posting != "" && !a.takeCallBack(leg.Posting) {
			continue
		}
		if err := a.chargeTo(&leg, room, stay); err != nil {
			return err
		}
		a.tx.PutCall(leg)
	}
	return nil
}

// takeCallBack takes the charge of a call off its stay; false when a person has
// dealt with it, or must.
func (a *applier) takeCallBack(posting string) bool {
	p, err := a.correctable("calls", posting)
	if err != nil || p.State == PostingUnclear {
		return false
	}
	if p.State == PostingRefused {
		return a.giveUp(&Settle{Posting: p.ID, Reason: "transfer"}) == nil
	}
	a.takeBack(p, magnitude(p.Quantity), "transfer", "")
	return true
}

// PrefixUnpriced begins the keys of the records that say which calls wait for a
// price; an event's id with leading zeros follows.
const PrefixUnpriced = "unpriced/"

// UnpricedKey is the key of the record that says so of a call, by its event.
func UnpricedKey(event uint64) string { return fmt.Sprintf("%s%020d", PrefixUnpriced, event) }

// keyUnpriced holds how many they are.
const keyUnpriced = "unpriced-calls"

// maxUnpriced bounds them: of more, the oldest keep none of their own, and can be
// assigned alone.
const maxUnpriced = 10_000

// unpricedCalls is how many calls of rooms wait for a price, and since when.
type unpricedCalls struct {
	Count int       `json:"count"`
	Since time.Time `json:"since"`
}

// noteUnpriced remembers of a room's call that the tariff has no price for it, or
// forgets that, and keeps the one alert about all of them.
func (a *applier) noteUnpriced(r *CallRecord, room string) error {
	key, yes := UnpricedKey(r.Event), true
	var known bool
	wants := room != "" && (r.Why == WhyNoRate || r.Why == WhyTooMuch)
	if known = a.tx.Get(key, &yes); known == wants {
		return nil
	}
	return a.countUnpriced(r.Event, wants)
}

func (a *applier) countUnpriced(event uint64, more bool) error {
	var all unpricedCalls
	a.tx.Get(keyUnpriced, &all)
	if !more {
		a.tx.Delete(UnpricedKey(event))
		all.Count--
	} else {
		if all.Count >= maxUnpriced {
			a.forgetUnpriced(&all)
		}
		if all.Count++; all.Count == 1 {
			all.Since = a.ev.Time
		}
		a.tx.Put(UnpricedKey(event), true)
	}
	if all.Count > 0 {
		a.tx.Put(keyUnpriced, all)
		return a.tellUnpriced(all, more)
	}
	a.tx.Delete(keyUnpriced)
	if id, _, open := a.findAlert(&RaiseAlert{Code: AlertUnpriced, Joined: true}); open {
		a.tx.Delete(AlertKey(id))
	}
	return nil
}

// tellUnpriced raises the alert, or lets an open one say how many are left.
func (a *applier) tellUnpriced(all unpricedCalls, more bool) error {
	raise := &RaiseAlert{Code: AlertUnpriced, Joined: true, Params: map[string]string{
		"count": strconv.Itoa(all.Count), "from": all.Since.In(a.setup.zone()).Format("2006-01-02 15:04"),
	}}
	if more {
		return a.alert(raise)
	}
	if id, al, open := a.findAlert(raise); open {
		al.Params = raise.Params
		a.tx.Put(AlertKey(id), al)
	}
	return nil
}

func (a *applier) forgetUnpriced(all *unpricedCalls) {
	a.tx.List(PrefixUnpriced, func(key string, _ func(any) bool) bool {
		a.tx.Delete(key)
		all.Count--
		return false
	})
}
