package hotel

import (
	"slices"
	"strconv"
)

// CreditSetup says how much guests may owe.
type CreditSetup struct {
	Limit int64 // of each stay, in minor units; 0: none
	Warn  int   // hundredths of a percent of the limit at which the desk is told; 0: it is not
	// Class is the class of service of a room whose limit is reached; empty: the
	// desk is told alone.
	Class string
}

// PrefixCredit begins the keys of the [Credit] records.
const PrefixCredit = "credit/"

// CreditKey is the key of a stay's [Credit]; it goes with its stay.
func CreditKey(stay string) string { return PrefixCredit + stay }

// Credit is how a stay stands to its limit. There is none of a stay that has no
// limit of its own and is far from the hotel's.
type Credit struct {
	Limit   *int64 `json:"limit,omitempty"` // minor units; nil: the hotel's; 0: none
	Warned  bool   `json:"warned,omitempty"`
	Reached bool   `json:"reached,omitempty"`
}

// SetLimit gives a stay a limit of its own.
type SetLimit struct {
	Room  string `json:"room,omitempty"`
	Stay  string `json:"stay,omitempty"`  // with a room: of those who share it
	Limit *int64 `json:"limit,omitempty"` // minor units; nil: the hotel's; 0: none
}

// CommandLimit is the command that sets it.
const CommandLimit = "folio limit"

// What the command's limit may be beside an amount of minor units.
const (
	LimitDefault = "default"
	LimitNone    = "none"
)

func limitRules(ev *Event) []Effect {
	return []Effect{{SetLimit: &SetLimit{Room: ev.Room, Stay: ev.Fields["stay"], Limit: limitOf(ev.Fields["limit"])}}}
}

// limitOf reads a limit; one that is none is below zero, and is refused.
func limitOf(text string) *int64 {
	var limit int64
	switch text {
	case LimitDefault:
		return nil
	case LimitNone:
	default:
		var err error
		if limit, err = strconv.ParseInt(text, 10, 64); err != nil || limit == 0 {
			limit = -1
		}
	}
	return &limit
}

// mayOwe says why a limit cannot be.
func mayOwe(effect string, limit *int64) error {
	if limit != nil && (*limit < 0 || *limit > maxAmount) {
		return &Invalid{effect, "limit", "must be an amount above zero, none or default", strconv.FormatInt(*limit, 10)}
	}
	return nil
}

func (a *applier) setLimit(l *SetLimit) error {
	if err := mayOwe("limit", l.Limit); err != nil {
		return err
	}
	s, err := a.payer(l.Stay, l.Room)
	if err != nil {
		return err
	}
	if l.Room != "" && s.Room != l.Room {
		return &Invalid{"limit", "stay", "is not in room " + clip(l.Room) + ", but in " + s.Room, s.ID}
	}
	var c Credit
	a.tx.Get(CreditKey(s.ID), &c)
	c.Limit = l.Limit
	a.tx.Put(CreditKey(s.ID), c)
	a.checkCredit(s)
	return nil
}

// Allowance is what a stay may owe, as things stand.
type Allowance struct {
	Limit   int64 `json:"limit"`             // minor units; 0: any amount
	Own     bool  `json:"own,omitempty"`     // said for this stay, and not for the hotel
	Reached bool  `json:"reached,omitempty"` // it owes as much
}

// AllowanceOf gives what a stay may owe where the hotel's limit is usual; nil where
// nobody has said anything.
func AllowanceOf(v View, stay string, usual int64) *Allowance {
	var c Credit
	v.Get(CreditKey(stay), &c)
	switch {
	case c.Limit != nil:
		return &Allowance{Limit: *c.Limit, Own: true, Reached: c.Reached}
	case usual > 0:
		return &Allowance{Limit: usual, Reached: c.Reached}
	}
	return nil
}

// checkCredit holds what a stay owes against its limit. The desk is told once,
// until the stay has been below it.
func (a *applier) checkCredit(s Stay) {
	var c Credit
	a.tx.Get(CreditKey(s.ID), &c)
	old := c
	limit := a.setup.Credit.Limit
	if c.Limit != nil {
		limit = *c.Limit
	}
	var f Folio
	a.tx.Get(FolioKey(s.ID), &f)
	warn := int64(a.setup.Credit.Warn)
	c.Reached = limit > 0 && f.Owed() >= limit
	c.Warned = c.Reached || limit > 0 && warn > 0 && f.Owed() >= part(limit, int(warn), int(maxTaxRate))
	if !c.Reached && old.Reached {
		a.closeCredit(s.ID, AlertCredit, AlertCreditOnly)
	}
	if !c.Warned && old.Warned {
		a.closeCredit(s.ID, AlertCreditNear)
	}
	if s.State == StayDeparted && (c.Reached && !old.Reached || c.Warned && !old.Warned) {
		return // nobody is there any more who could owe more
	}
	switch {
	case c == (Credit{}):
		a.tx.Delete(CreditKey(s.ID))
	case c != old:
		a.tx.Put(CreditKey(s.ID), c)
	}
	if c.Reached != old.Reached {
		a.bar(s.Room)
	}
	switch {
	case c.Reached && !old.Reached && a.bars(s.Room):
		a.tellCredit(AlertCredit, s, f, limit)
	case c.Reached && !old.Reached:
		a.tellCredit(AlertCreditOnly, s, f, limit)
	case c.Warned && !old.Warned:
		a.tellCredit(AlertCreditNear, s, f, limit)
	}
}

// closeCredit resolves what the desk was told of a stay that is no longer so,
// whatever room it was in.
func (a *applier) closeCredit(stay string, codes ...string) {
	var over []string
	a.tx.List(PrefixAlert, func(key string, decode func(any) bool) bool {
		var al Alert
		if decode(&al) && slices.Contains(codes, al.Code) && al.Params["stay"] == stay {
			over = append(over, key)
		}
		return true
	})
	for _, key := range over {
		a.tx.Delete(key)
	}
}

func (a *applier) tellCredit(code string, s Stay, f Folio, limit int64) {
	err := a.alert(&RaiseAlert{Code: code, Room: s.Room, Params: map[string]string{
		"stay": s.ID, "room": s.Room, "owed": FormatAmount(f.Owed(), a.setup.Currency), "limit": FormatAmount(limit, a.setup.Currency),
		"currency": a.setup.Currency, "class": a.setup.Credit.Class,
	}})
	if err != nil {
		panic("hotel: tell of a credit limit: " + err.Error()) // it has a code
	}
}

// The classes of service, in the order of what they allow.
var classOrder = []string{ClassNone, ClassInternal, "local", "national", "international"}

// lowered is the class of a room whose limit is reached; empty: the guest's
// allows no more.
func (a *applier) lowered(class string) string {
	if slices.Index(classOrder, class) > slices.Index(classOrder, a.setup.Credit.Class) {
		return a.setup.Credit.Class
	}
	return ""
}

// barredClass is what a telephone of a room may dial at most while somebody who
// stays there has reached the limit; empty: what the guest may.
func (a *applier) barredClass(room, class string) string {
	if a.setup.Credit.Class == "" || !slices.Contains(a.setup.Classes, a.setup.Credit.Class) {
		return ""
	}
	var r Room
	a.tx.Get(RoomKey(room), &r)
	for _, id := range r.Stays() {
		var c Credit
		if a.tx.Get(CreditKey(id), &c) && c.Reached {
			return a.lowered(class)
		}
	}
	return ""
}

// bar lowers the telephones of a room, or gives them back what the guest may
// dial, as those who stay there now stand to their limits.
func (a *applier) bar(room string) {
	var r Room
	if !a.setup.Phones || !a.tx.Get(RoomKey(room), &r) {
		return
	}
	a.tellPhones(r, func(p *Phone) bool { return p.Barred != a.barredClass(room, p.Class) })
}

// bars tells whether a telephone of the room is lowered.
func (a *applier) bars(room string) bool {
	var r Room
	a.tx.Get(RoomKey(room), &r)
	return slices.ContainsFunc(r.Phones(), func(extension string) bool {
		var p Phone
		return a.tx.Get(PhoneKey(extension), &p) && p.Barred != ""
	})
}

// Granted is the class of service that the telephone is to have now.
func (p Phone) Granted() string {
	if p.Class != "" && p.Barred != "" {
		return p.Barred
	}
	return p.Class
}
