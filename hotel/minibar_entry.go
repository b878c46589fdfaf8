package hotel

import (
	"cmp"
	"fmt"
	"math/big"
	"strconv"
)

// maxPerEntry is the most that one entry may take of an item that says nothing:
// two digits.
const maxPerEntry = 99

// Most is the most that one entry may take of it.
func (i Item) Most() int { return cmp.Or(i.Max, maxPerEntry) }

// NameIn is its name in a language, zh or en, or the one that stands for all.
func (i Item) NameIn(language string) string { return cmp.Or(i.Names[language], i.Name) }

// MinibarEntry is what a person says was taken from a minibar, priced by the
// list as it is now.
type MinibarEntry struct {
	Room    string `json:"room"`
	Stay    string `json:"stay,omitempty"`    // empty: whose it is
	Minibar string `json:"minibar,omitempty"` // empty: the room's
	Item    string `json:"item"`
	Count   int    `json:"count"`
	Removal bool   `json:"removal,omitempty"` // it was not taken after all
	Staff   string `json:"staff,omitempty"`
}

// minibar is an entry by hand: what is not clear is refused, as who gave it can
// say more.
func (a *applier) minibar(e *MinibarEntry) error {
	room, err := a.roomOrStay(e)
	if err != nil {
		return err
	}
	e = &MinibarEntry{room.Number, e.Stay, a.listOf(e.Minibar, room), e.Item, e.Count, e.Removal, e.Staff}
	item, err := a.item(e)
	if err != nil {
		return err
	}
	if e.Count < 1 || e.Count > item.Most() {
		return &Invalid{"minibar", "count", fmt.Sprintf("must be 1 to %d of %s", item.Most(), item.NameIn(a.setup.Language)), strconv.Itoa(e.Count)}
	}
	return a.postKnown(e, item)
}

func (a *applier) roomOrStay(e *MinibarEntry) (Room, error) {
	var s Stay
	if e.Room == "" && e.Stay != "" && a.tx.Get(StayKey(e.Stay), &s) {
		return a.room("minibar", s.Room)
	}
	return a.room("minibar", e.Room)
}

// listOf is the price list that is meant.
func (a *applier) listOf(named string, r Room) string {
	return cmp.Or(named, r.Minibar, DefaultMinibar)
}

func (a *applier) item(e *MinibarEntry) (item Item, err error) {
	wrong := &Invalid{"minibar", "item", "must be on the price list " + clip(e.Minibar), clip(e.Item)}
	if !isMinibar(e.Minibar) || !isNumber(e.Item, maxItemDigits) {
		return item, wrong
	}
	if a.tx.Get(ItemKey(e.Minibar, e.Item), &item) {
		return item, nil
	}
	if e.Removal {
		if was, charged := a.chargedItem(e); charged {
			return was, nil
		}
	}
	return item, wrong
}

// postKnown posts an entry of an item that is known, or refuses it when it is not
// clear whose it is.
func (a *applier) postKnown(e *MinibarEntry, item Item) error {
	return a.postClear(e.priced(item, a.setup.Language))
}

// priced is the entry as a charge by the list's price.
func (e *MinibarEntry) priced(item Item, language string) *PostCharge {
	p := &PostCharge{
		Room: e.Room, Stay: e.Stay, Kind: PostingMinibar, Minibar: e.Minibar, Item: e.Item, Description: item.NameIn(language),
		Quantity: e.Count, Amount: item.Price * int64(e.Count), Staff: e.Staff,
	}
	if e.Removal {
		p.Quantity, p.Amount = -p.Quantity, -p.Amount
	}
	return p
}

// postClear posts a charge of a minibar, or says why it cannot be: to who can
// say more.
func (a *applier) postClear(p *PostCharge) error {
	if err := p.check(); err != nil {
		return err
	}
	r, s, err := a.charged(p)
	if err != nil {
		return err
	}
	c := a.minibarCharge(p, r, s)
	if err := c.refusal(); err != nil {
		return err
	}
	return a.enterMinibar(c)
}

// postMinibar posts a hook's charge of a minibar. What is not clear waits for a
// person.
func (a *applier) postMinibar(p *PostCharge, r Room, s *Stay) error {
	c := a.minibarCharge(p, r, s)
	if s == nil {
		a.noteEntry(r.Number)
	}
	if c.refusal() != nil {
		return a.holdBack(c)
	}
	return a.enterMinibar(c)
}

// minibarCharge is a charge of a minibar and whom it falls on.
type minibarCharge struct {
	order   *PostCharge
	posting Posting
	named   bool     // a person or hook said whose it is
	doubt   []string // whose it may be
	has     int      // of the item on the folio
	nobody  bool     // it takes back, and nobody is known from whom
}

func (a *applier) minibarCharge(p *PostCharge, r Room, s *Stay) *minibarCharge {
	c := &minibarCharge{order: p, posting: p.posting(r), named: s != nil}
	c.posting.Minibar = a.listOf(p.Minibar, r)
	if c.named {
		c.posting.Stay = s.ID
	} else {
		c.posting.Stay, c.doubt = a.whose(r)
	}
	c.posting.Late = a.departed(c.posting.Stay)
	if c.removal() && c.posting.Stay != "" {
		var f Folio
		a.tx.Get(FolioKey(c.posting.Stay), &f)
		c.has = f.Items[ItemKey(c.posting.Minibar, c.posting.Item)] - a.refusedOf(c.posting)
	}
	c.nobody = c.removal() && c.posting.Stay == "" && a.knowsStays()
	tax := p.Tax
	var item Item
	if tax == nil && a.tx.Get(ItemKey(c.posting.Minibar, c.posting.Item), &item) {
		tax = item.Tax
	}
	a.price(&c.posting, new(big.Rat).SetInt64(p.Amount), tax)
	return c
}

// removal tells whether it takes items back.
func (c *minibarCharge) removal() bool { return c.posting.Quantity < 0 && c.posting.Item != "" }

// tooMany: more of it is to be taken back than was charged.
func (c *minibarCharge) tooMany() bool {
	return c.removal() && c.posting.Stay != "" && -c.posting.Quantity > c.has
}

// refusal says why it cannot be posted as it is.
func (c *minibarCharge) refusal() error {
	switch {
	case len(c.doubt) > 0:
		return &Invalid{"minibar", "stay", "must be named: it may be that of " + joinStays(c.doubt), ""}
	case c.nobody:
		return &Invalid{"minibar", "stay", "must be named: nobody is known to have stayed in room " + c.posting.Room, ""}
	case c.tooMany():
		return &Invalid{"minibar", "count", fmt.Sprintf("must be at most %d, which is what stay %s was charged", c.has, c.posting.Stay), strconv.Itoa(-c.posting.Quantity)}
	}
	return nil
}

// enterMinibar posts what is clear, and tells the desk of what comes late.
func (a *applier) enterMinibar(c *minibarCharge) error {
	entered := []Posting{}
	if c.removal() && c.posting.Stay != "" {
		entered = a.takeOff(c.posting)
	} else {
		entered = append(entered, a.enter(c.posting))
	}
	for _, p := range entered {
		if err := a.tellNobody(p); err != nil {
			return err
		}
		if p.Late && !c.named {
			if err := a.tellLate(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeOff takes items back that were charged, the newest first: the very amounts,
// as corrections. What is left when no charge is known any more has the price of
// the removal itself.
func (a *applier) takeOff(p Posting) (entered []Posting) {
	type piece struct {
		of    Posting
		count int
	}
	var parts []piece
	left := -p.Quantity
	a.tx.PostingsOf(p.Stay, func(o Posting) bool {
		count := min(left, o.Quantity-o.Back.Quantity)
		same := o.Kind == PostingMinibar && o.Minibar == p.Minibar && o.Item == p.Item
		if same && o.Corrects == "" && o.State != PostingWrittenOff && !o.State.Parked() && count > 0 {
			parts = append(parts, piece{o, count})
			left -= count
		}
		return left > 0
	})
	for _, of := range parts {
		entered = append(entered, a.takeBack(of.of, of.count, "", p.Staff))
	}
	if left > 0 {
		rest := p
		rest.Quantity = -left
		rest.Amount, rest.Tax = -part(-p.Amount, left, -p.Quantity), -part(-p.Tax, left, -p.Quantity)
		entered = append(entered, a.enter(rest))
	}
	return entered
}

// refusedOf is how many of an item are on a folio that the PMS has refused, or may
// not have: of those it has nothing to take back.
func (a *applier) refusedOf(p Posting) (count int) {
	a.tx.PostingsOf(p.Stay, func(o Posting) bool {
		if o.Kind == PostingMinibar && o.Minibar == p.Minibar && o.Item == p.Item && o.Corrects == "" && o.State.Parked() {
			count += o.Quantity - o.Back.Quantity
		}
		return true
	})
	return count
}

// tellLate tells the desk that somebody's bill has changed who has left, once
// for each stay.
func (a *applier) tellLate(p Posting) error {
	var s Stay
	a.tx.Get(StayKey(p.Stay), &s)
	raise := &RaiseAlert{Code: AlertLate, Room: s.Room, Joined: true, Params: map[string]string{"stay": p.Stay}}
	sum, items := p.Amount, p.what()
	if _, al, open := a.findAlert(raise); open {
		before, _ := strconv.ParseInt(al.Params["sum"], 10, 64)
		sum, items = sum+before, al.Params["items"]+", "+items
	}
	raise.Params["room"], raise.Params["items"], raise.Params["sum"] = s.Room, items, strconv.FormatInt(sum, 10)
	raise.Params["amount"] = FormatAmount(sum, p.Currency) + " " + p.Currency
	return a.alert(raise)
}
