package hotel

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// UnclearEntry is an entry of a minibar that a hook cannot charge: its item is
// not on the list, or its count cannot be. It waits for a person.
type UnclearEntry MinibarEntry

// ResolveEntry is a person's word about an entry that waits: an alert says
// which. What is left out is as it was entered.
type ResolveEntry struct {
	Alert string `json:"alert"`
	Item  string `json:"item,omitempty"`
	Count int    `json:"count,omitempty"`
	Stay  string `json:"stay,omitempty"`
	Drop  bool   `json:"drop,omitempty"` // it is not charged
}

// holdsEntry tells whether an alert keeps what was entered at a minibar.
func (a Alert) holdsEntry() bool {
	return slices.Contains([]string{AlertMinibarDoubt, AlertMinibarItem, AlertMinibarCount, AlertMinibarRemoval, AlertMinibarNobody}, a.Code)
}

func joinStays(stays []string) string { return strings.Join(stays, ", ") }

func (a *applier) unclearEntry(u *UnclearEntry) error {
	e := MinibarEntry(*u)
	r, err := a.room("minibar", e.Room)
	if err != nil {
		return err
	}
	e.Minibar = a.listOf(e.Minibar, r)
	a.noteEntry(r.Number)
	if done, err := a.takeOffDeleted(&e, r); done || err != nil {
		return err
	}
	params := a.entryParams(&e)
	code := AlertMinibarItem
	if item, err := a.item(&e); err == nil {
		code = AlertMinibarCount
		params["what"], params["most"] = item.NameIn(a.setup.Language), strconv.Itoa(item.Most())
	}
	return a.keepEntry(code, e.Room, params)
}

// holdBack keeps a charge until a person has said whose it is, or how many.
func (a *applier) holdBack(c *minibarCharge) error {
	p := c.posting
	e := &MinibarEntry{Room: p.Room, Minibar: p.Minibar, Item: p.Item, Count: magnitude(p.Quantity), Removal: p.Quantity < 0, Staff: p.Staff}
	params := a.entryParams(e)
	params["what"] = cmp.Or(p.Description, p.Item, p.Kind)
	params["price"] = strconv.FormatInt(c.order.Amount, 10)
	params["tax"] = strconv.Itoa(int(p.TaxRate))
	if len(c.doubt) > 0 {
		params["stays"] = joinStays(c.doubt)
		return a.keepEntry(AlertMinibarDoubt, e.Room, params)
	}
	if c.nobody {
		return a.keepEntry(AlertMinibarNobody, e.Room, params)
	}
	params["stay"], params["has"] = p.Stay, strconv.Itoa(c.has)
	return a.keepEntry(AlertMinibarRemoval, e.Room, params)
}

// entryParams hold all that is needed to post an entry later.
func (a *applier) entryParams(e *MinibarEntry) map[string]string {
	params := map[string]string{
		"room": e.Room, "minibar": e.Minibar, "item": e.Item, "count": strconv.Itoa(e.Count), "staff": e.Staff,
		"event": strconv.FormatUint(a.ev.ID, 10), "callid": a.ev.CallID, "time": a.ev.Time.Format(time.RFC3339Nano),
		"at": a.ev.Time.In(a.setup.zone()).Format("2006-01-02 15:04"),
	}
	if e.Removal {
		params["removal"] = "true"
	}
	if a.ev.Unsure { // then the order of events says whose it is
		params["unsure"], params["event"] = "true", strconv.FormatUint(a.ev.origin(), 10)
	}
	for key, value := range params {
		if value == "" {
			delete(params, key)
		}
	}
	return params
}

// keepEntry raises the alert. Equal entries of one event are two.
func (a *applier) keepEntry(code, room string, params map[string]string) error {
	raise := &RaiseAlert{Code: code, Room: room, Params: params}
	for key, value := range params {
		params[key] = clip(value)
	}
	for n := 2; ; n++ {
		if _, _, open := a.findAlert(raise); !open {
			break
		}
		params["n"] = strconv.Itoa(n)
	}
	if err := a.alert(raise); err != nil {
		return err
	}
	if _, _, open := a.findAlert(raise); !open {
		return &Invalid{"minibar", "entry", "cannot be held, as too many alerts are open: resolve some, then run the event again (events rerun)", ""}
	}
	return nil
}

// resolveEntry posts an entry that waited, as of when it was entered, or drops it.
func (a *applier) resolveEntry(o *ResolveEntry) error {
	var al Alert
	if !a.tx.Get(AlertKey(o.Alert), &al) {
		return &Invalid{"minibar", "alert", "must be an open alert", clip(o.Alert)}
	}
	if !al.holdsEntry() {
		return &Invalid{"minibar", "alert", "holds nothing that was entered at a minibar", al.ID}
	}
	if o.Drop && (o.Item != "" || o.Count != 0 || o.Stay != "") {
		return &Invalid{"minibar", "drop", "goes with nothing else", ""}
	}
	if !o.Drop {
		if err := a.postResolved(al, o); err != nil {
			return err
		}
	}
	a.tx.Delete(AlertKey(al.ID))
	return nil
}

func (a *applier) postResolved(al Alert, o *ResolveEntry) error {
	f := al.Params
	if al.Code == AlertMinibarCount && o.Count == 0 {
		return &Invalid{"minibar", "count", "must say how many it was, as the count that was entered cannot be", f["count"]}
	}
	count, _ := strconv.Atoi(f["count"])
	e := &MinibarEntry{
		Room: al.Room, Stay: o.Stay, Minibar: f["minibar"], Item: cmp.Or(o.Item, f["item"]), Count: cmp.Or(o.Count, count),
		Removal: f["removal"] == "true", Staff: f["staff"],
	}
	if e.Count < 1 || e.Count > maxQuantity {
		return &Invalid{"minibar", "count", "must be 1 to " + strconv.Itoa(maxQuantity), strconv.Itoa(e.Count)}
	}
	ev := *a.ev // what comes of it is of the event that it was entered with
	ev.CallID, ev.Unsure, ev.Again = f["callid"], f["unsure"] == "true", nil
	if id, err := strconv.ParseUint(f["event"], 10, 64); err == nil {
		ev.ID = id
	}
	if at, err := time.Parse(time.RFC3339Nano, f["time"]); err == nil {
		ev.Time = at
	}
	then := *a
	then.ev, then.booked = &ev, a.ev.Time
	if price, err := strconv.ParseInt(f["price"], 10, 64); err == nil && o.Item == "" && e.Count == count {
		return then.postClear(e.charge(price, f))
	}
	item, err := a.item(e)
	if err != nil {
		return err
	}
	return then.postKnown(e, item)
}

// charge is the one that a hook wanted, with its own price.
func (e *MinibarEntry) charge(price int64, params map[string]string) *PostCharge {
	p := &PostCharge{
		Room: e.Room, Stay: e.Stay, Kind: PostingMinibar, Minibar: e.Minibar, Item: e.Item, Description: params["what"],
		Quantity: e.Count, Amount: price, Staff: e.Staff,
	}
	if e.Removal {
		p.Quantity = -e.Count
	}
	if rate, err := strconv.Atoi(params["tax"]); err == nil {
		tax := TaxRate(rate)
		p.Tax = &tax
	}
	return p
}
