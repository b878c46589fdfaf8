package quarter

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing/synctest"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
	"bellhop/sim"
)

const (
	// callSlack is how far from the moment at which somebody dialled the agent may
	// take the call to have begun: the PBX's clock may be so much ahead of ours, and
	// nobody may have asked it yet.
	callSlack = 100 * time.Second
	// allPostings bounds what is asked of the agent at once.
	allPostings = 1 << 20
)

// readCharge reads a posting as the PMS is told of it.
func readCharge(data []byte) (c charge, err error) {
	var p struct {
		ID, Stay, Room, Kind, Item, Staff, CallID, Corrects, Reason, State string
		Quantity                                                           int
		Amount, Tax, TaxRate                                               int64
		Event                                                              uint64
		Time                                                               time.Time
		Late                                                               bool
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return c, err
	}
	number, err := strconv.Atoi(strings.TrimPrefix(p.ID, "P"))
	return charge{
		number: number, id: p.ID, stay: p.Stay, room: p.Room, kind: p.Kind, item: p.Item, quantity: p.Quantity, amount: p.Amount, tax: p.Tax,
		rate: p.TaxRate, staff: p.Staff, callID: p.CallID, corrects: p.Corrects, reason: p.Reason, state: p.State, event: p.Event, at: p.Time, late: p.Late,
	}, err
}

func chargeOf(p hotel.Posting) charge {
	number, _ := strconv.Atoi(strings.TrimPrefix(p.ID, "P"))
	return charge{
		number: number, id: p.ID, stay: p.Stay, room: p.Room, kind: p.Kind, item: p.Item, quantity: p.Quantity, amount: p.Amount, tax: p.Tax,
		rate: int64(p.TaxRate), staff: p.Staff, callID: p.CallID, corrects: p.Corrects, reason: p.Reason, state: string(p.State), event: p.Event, at: p.Time, late: p.Late,
	}
}

// same tells whether two are one and the same posting, whatever became of it.
func (c charge) same(other charge) bool {
	c.state, other.state, c.at, other.at, c.reason, other.reason = "", "", time.Time{}, time.Time{}, "", ""
	return c == other
}

// audit is one going through the books.
type audit struct {
	house *house
	*ledger
	all     []charge // every posting that there is, in their order
	byID    map[string]charge
	taken   map[string]bool      // the PMS has it
	back    map[string]takenBack // of each posting, by corrections so far
	calls   map[string][]*callFact
	dials   map[string][]*entry  // by calls
	bars    map[string][]charge  // of minibars, by stay
	off     map[uint64]*takenOff // by the removal's event
	refused map[string]int       // how often the PMS has, by posting
	ended   bool
}

type takenBack struct {
	quantity    int
	amount, tax int64
}

// takenOff is what one removal has taken back.
type takenOff struct {
	stay, item, staff string
	at                time.Time
	count             int
}

// callFact is a record of the PBX, and what it must cost.
type callFact struct {
	record  sim.CDR
	room    string
	stays   map[string]bool // whose it may be; the empty one: nobody's
	costs   []charge        // one, or two around the hour at which the rate changes
	why     []string
	charged int
}

// inspectMoney goes through the books; at the end all must be there.
func (h *house) inspectMoney(ended bool) {
	if h.box == nil || len(h.wrong) > 0 {
		return
	}
	if long := h.run.days > 60; long && !ended && h.now().YearDay()%5 != 0 {
		return // it takes longer and longer
	}
	h.count["audits"]++
	synctest.Wait() // the agent and the PMS are looked at as of one moment
	h.model.ledger.refresh()
	a := h.newAudit(ended)
	if a == nil {
		return
	}
	for _, c := range a.all {
		a.explain(c)
	}
	for event, t := range a.off {
		a.explainRemoval(event, t)
	}
	a.inspectFolios()
	if ended {
		a.inspectMissing()
	}
}

func (h *house) newAudit(ended bool) *audit {
	l := h.model.ledger
	a := &audit{
		house: h, ledger: l, byID: map[string]charge{}, taken: map[string]bool{}, back: map[string]takenBack{},
		calls: map[string][]*callFact{},
		dials: map[string][]*entry{}, bars: map[string][]charge{}, off: map[uint64]*takenOff{}, ended: ended,
	}
	postings, err := h.box.agent.FindPostings(agent.PostingQuery{}, allPostings)
	if err != nil {
		h.differs("-", "the postings cannot be read: %v", err)
		return nil
	}
	for _, p := range postings {
		l.known[p.ID] = chargeOf(p)
	}
	h.pms.mu.Lock()
	maps.Copy(a.byID, l.known)
	a.refused = maps.Clone(h.pms.refused)
	for id, c := range h.pms.postings {
		a.taken[id] = true
		if known, there := l.known[id]; !there {
			h.differs(c.room, "the PMS was told of posting %s, which is nowhere else: %+v", id, c)
		} else if !known.same(c) {
			h.differs(c.room, "the PMS was told %+v, and here it is %+v", c, known)
		}
	}
	for id, c := range l.known {
		switch c.state {
		case "posted":
			if !a.taken[id] {
				h.differs(c.room, "posting %s is said to be at the PMS, which has not heard of it: %+v", id, c)
			}
		case "written-off":
			if !l.gaveUp[id] || a.taken[id] {
				h.differs(c.room, "posting %s was written off; by a person: %v, and the PMS has it: %v", id, l.gaveUp[id], a.taken[id])
			}
		case "refused":
			// What takes back a refused one waits with it, and was not sent.
			if h.pms.refused[id]+h.pms.refused[c.corrects] == 0 || a.taken[id] {
				h.differs(c.room, "posting %s is said to be refused; the PMS refused it %d times, and has it: %v: %+v", id, h.pms.refused[id], a.taken[id], c)
			}
		case "pending":
			if ended {
				h.differs(c.room, "posting %s waits for the PMS still: %+v", id, c)
			}
		}
	}
	h.pms.mu.Unlock()
	a.all = slices.SortedFunc(maps.Values(a.byID), func(x, y charge) int { return x.number - y.number })
	for _, e := range l.entries {
		a.dials[e.callID] = append(a.dials[e.callID], e)
	}
	for _, c := range a.all {
		if c.kind == "minibar" && c.corrects == "" {
			a.bars[c.stay] = append(a.bars[c.stay], c)
		}
	}
	l.keepRecords()
	for _, record := range l.records {
		f := a.factOf(record)
		a.calls[record.CallID] = append(a.calls[record.CallID], f)
	}
	for _, r := range l.resolved {
		r.used = false
	}
	for _, o := range l.orders {
		o.found = nil
	}
	return a
}

// factOf is what a record of the PBX must come to.
func (a *audit) factOf(record sim.CDR) *callFact {
	h, f := a.house, &callFact{record: record}
	from, to := record.Start.Truncate(time.Second).Add(-callSlack), record.Start
	if dialled, known := a.dialled[record.CallID]; known {
		from, to = dialled.Add(-5*time.Second), dialled.Add(callSlack)
	}
	list := rates
	if !a.later.IsZero() {
		list = append(slices.Clone(rates), laterRate)
	}
	for _, at := range []time.Time{from, to} {
		cost, why := h.price(record, list, at)
		if !slices.Contains(f.costs, cost) || !slices.Contains(f.why, why) {
			f.costs, f.why = append(f.costs, cost), append(f.why, why)
		}
	}
	if room := h.model.rooms[roomOf(record.From)]; room != nil && slices.Contains(room.phones, record.From) {
		f.room = room.number
		f.stays = a.staysBetween(f.room, from, to)
		if twice, shift := occursTwice(from, h.zone); twice { // its record, when it is fetched, has the time alone
			maps.Copy(f.stays, a.staysBetween(f.room, from.Add(shift), to.Add(shift)))
		}
	}
	return f
}

// occursTwice tells whether clocks show the time of a moment again, and when.
func occursTwice(at time.Time, zone *time.Location) (bool, time.Duration) {
	for _, shift := range []time.Duration{30 * time.Minute, time.Hour} {
		if at.Add(shift).In(zone).Format(time.DateTime) == at.In(zone).Format(time.DateTime) {
			return true, shift
		}
	}
	return false, 0
}

// free tells whether it must not be charged to anybody.
func (f *callFact) free() bool {
	return f.room == "" || f.costs[0].amount == 0 && len(f.costs) == 1 || len(f.stays) == 1 && f.stays[""]
}

// sure tells whether it must be charged to somebody.
func (f *callFact) sure() bool {
	return f.room != "" && !f.stays[""] && !slices.ContainsFunc(f.costs, func(c charge) bool { return c.amount == 0 })
}

// explain finds why there is a posting, and holds it against that.
func (a *audit) explain(c charge) {
	o := a.orders[c.event]
	switch {
	case c.corrects != "" && o == nil:
		a.explainTakenOff(c)
	case c.corrects != "":
		a.explainBack(c, o)
	case o != nil:
		a.explainOrder(c, o)
	case c.kind == "call":
		a.explainCall(c)
	case c.kind == "minibar":
		a.explainEntry(c)
	default:
		a.house.differs(c.room, "nobody knows why there is posting %+v", c)
	}
	a.inspectLate(c)
}

// inspectLate: what came when its stay had ended is late.
func (a *audit) inspectLate(c charge) {
	left, gone := a.departed[c.stay]
	// What takes back has the call of what it takes back.
	decided := func(r *resolution) bool { return r.callID == c.callID || c.corrects != "" && r.at.Equal(c.at) }
	if o := a.orders[c.event]; o == nil && slices.ContainsFunc(a.resolved, decided) {
		return // it has the time at which it was entered
	}
	switch {
	case c.stay == "" || gone && !c.at.Before(left.from) && !c.at.After(left.to):
	case c.late && gone && a.house.boxWasOffBetween(c.at, left.to):
		// it was taken before the power went, and carried out beside the check-out after
	case gone && c.at.After(left.to) != c.late, !gone && c.late:
		a.house.differs(c.room, "posting %s of %s is late: %v, and its stay ended: %v %s to %s: %+v", c.id, c.at.In(a.house.zone).Format(time.RFC3339), c.late, gone, left.from, left.to, c)
	}
}

func (a *audit) explainCall(c charge) {
	for _, f := range a.calls[c.callID] {
		if f.charged > 0 || f.room == "" {
			continue
		}
		f.charged++
		if !f.stays[c.stay] || c.stay == "" {
			a.house.differs(c.room, "the call %s of %s was charged to %s, and is of one of %v", c.callID, f.record.Start.Format(time.DateTime), c.stay, slices.Sorted(maps.Keys(f.stays)))
		}
		equal := func(cost charge) bool {
			return cost.amount == c.amount && cost.tax == c.tax && cost.rate == c.rate && cost.item == c.item && c.quantity == 1
		}
		if !slices.ContainsFunc(f.costs, equal) {
			a.house.differs(c.room, "the call %+v was charged as %+v, and costs one of %+v", f.record, c, f.costs)
		}
		return
	}
	a.house.differs(c.room, "nobody knows why a call was charged: %+v; the PBX has %d records of it, or it was charged before", c, len(a.calls[c.callID]))
}

func (a *audit) explainEntry(c charge) {
	var near *entry
	for _, e := range a.dials[c.callID] {
		if e.item == "" || e.removal != (c.quantity < 0) || e.charged > 0 || e.staff != c.staff {
			continue
		}
		if near = e; !e.about(c.at) {
			continue
		}
		asIs := e.item == c.item && e.count == max(c.quantity, -c.quantity)
		res, ok := a.resolutionFor(e, c.stay, asIs, func(r *resolution) bool { return r.gives(e, c) })
		if !ok {
			continue
		}
		e.charged++
		if res != nil {
			res.used, e.resolution = true, res
		}
		a.compareEntry(c, e, res)
		return
	}
	a.house.differs(c.room, "nobody knows why there is posting %+v; nearest is %+v", c, near)
}

// resolutionOf is what a person said about an entry, if it was not clear.
func (a *audit) resolutionOf(e *entry) *resolution {
	for _, r := range a.resolved {
		if !r.used && r.of(e) {
			return r
		}
	}
	return nil
}

// resolutionFor is what a person said about an entry that gives what was found on
// a stay, or nil if nobody had to be asked, and the entry gives it as it is. It is
// false where neither can be: of entries of a call that are equal each may have
// been said something else of.
func (a *audit) resolutionFor(e *entry, stay string, asIs bool, gives func(*resolution) bool) (res *resolution, ok bool) {
	said := 0
	for _, r := range a.resolved {
		if !r.of(e) {
			continue
		}
		said++
		if !r.used && !r.drop && gives(r) && (res == nil || r.stay == stay) {
			res = r
		}
	}
	if res != nil {
		return res, true
	}
	equal := 0
	for _, other := range a.dials[e.callID] {
		if !other.equals(e) {
			continue
		}
		equal++
		if other.charged > 0 && other.resolution == nil {
			said++
		}
	}
	return nil, asIs && said < equal
}

// gives tells whether a posting is what a person made of an entry.
func (r *resolution) gives(e *entry, c charge) bool {
	return cmp.Or(r.newItem, e.item) == c.item && cmp.Or(r.newCount, e.count) == max(c.quantity, -c.quantity)
}

func (a *audit) compareEntry(c charge, e *entry, res *resolution) {
	d := drinkOf(c.item)
	if d == nil {
		a.house.differs(c.room, "nothing with code %q is in any minibar: %+v", c.item, c)
		return
	}
	if c.quantity < 0 { // nothing can be known to have been charged
		if c.stay != "" {
			a.house.differs(c.room, "%+v takes back what nobody knows of", c)
		}
		c.quantity, c.amount, c.tax = -c.quantity, -c.amount, -c.tax
	}
	if cost := d.cost(a.house.run.tax, c.quantity); cost.amount != c.amount || cost.tax != c.tax || cost.rate != c.rate {
		a.house.differs(c.room, "%d of %s cost %d with %d tax, and posting %s has %d with %d", c.quantity, d.name, cost.amount, cost.tax, c.id, c.amount, c.tax)
	}
	stays, sure := a.whose(e)
	switch {
	case res != nil && res.stay != "":
		stays = []string{res.stay}
	case sure && len(stays) > 1:
		a.house.differs(c.room, "what was entered at %s may be of %v, and was charged to %s unasked", e.came.In(a.house.zone).Format(time.RFC3339), stays, c.stay)
	}
	if !slices.Contains(stays, c.stay) {
		a.house.differs(c.room, "what was entered at %s is of %v, and was charged to %q", e.made.In(a.house.zone).Format(time.RFC3339), stays, c.stay)
	}
	if sure {
		a.house.count["minibar entries whose stay is sure"]++
	} else {
		a.house.count["minibar entries amid troubles"]++
	}
}

// explainBack holds what a person's order has taken back against it.
func (a *audit) explainBack(c charge, o *order) {
	o.found = append(o.found, c)
	want := -o.quantity
	if o.what == "move" {
		want = -a.byID[o.posting].quantity
	}
	if o.posting != c.corrects || o.what == "pay" || c.quantity != want {
		a.house.differs(c.room, "the order was to %s %d of %s, and there is %+v", o.what, o.quantity, o.posting, c)
	}
	a.takeBack(c)
}

// takeBack holds a correction against what it corrects: of parts, all together
// are the very amount.
func (a *audit) takeBack(c charge) {
	first, before := a.byID[c.corrects], a.back[c.corrects]
	quantity := before.quantity - c.quantity
	amount, tax := share(first.amount, quantity, first.quantity), share(first.tax, quantity, first.quantity)
	if c.stay != first.stay || c.item != first.item || c.rate != first.rate || quantity > first.quantity || c.number < first.number ||
		-c.amount != amount-before.amount || -c.tax != tax-before.tax {
		a.house.differs(c.room, "%+v takes back %+v, of which %+v was taken back before", c, first, before)
	}
	a.back[c.corrects] = takenBack{quantity, amount, tax}
}

// share is some of all of an amount, which is not negative, rounded half up.
func share(amount int64, some, all int) int64 {
	if all <= 0 {
		return 0
	}
	return (2*amount*int64(some) + int64(all)) / (2 * int64(all))
}

// explainTakenOff: what was entered as not taken after all is taken back from the
// newest charge first.
func (a *audit) explainTakenOff(c charge) {
	first := a.byID[c.corrects]
	for _, other := range slices.Backward(a.bars[c.stay]) {
		open := other.quantity - a.back[other.id].quantity
		if other.number > c.number || other.item != c.item || open <= 0 || a.gaveUp[other.id] {
			continue
		}
		if other.id != first.id && a.refused[other.id] > 0 {
			continue // of what is refused at that time the PMS has nothing to take back
		}
		if other.id != first.id {
			a.house.differs(c.room, "%+v takes back %s, and %s is newer", c, c.corrects, other.id)
		}
		break
	}
	a.takeBack(c)
	t := a.off[c.event]
	if t == nil {
		t = &takenOff{stay: c.stay, item: c.item, staff: c.staff, at: c.at}
		a.off[c.event] = t
	}
	t.count -= c.quantity
}

// explainRemoval finds the entry by which things were taken back.
func (a *audit) explainRemoval(event uint64, t *takenOff) {
	for _, e := range a.ledger.entries {
		if !e.removal || e.charged > 0 || e.item != t.item || e.count != t.count || e.staff != t.staff || !e.about(t.at) {
			continue
		}
		stays, _ := a.whose(e)
		res, ok := a.resolutionFor(e, t.stay, true, func(r *resolution) bool { return r.stay == "" || r.stay == t.stay })
		if !ok {
			continue
		}
		if res != nil && res.stay != "" {
			stays = []string{res.stay}
		}
		if slices.Contains(stays, t.stay) {
			e.charged++
			if res != nil {
				res.used, e.resolution = true, res
			}
			return
		}
	}
	a.house.differs("-", "nobody knows why event %d took back %+v", event, *t)
}

func (a *audit) explainOrder(c charge, o *order) {
	o.found = append(o.found, c)
	switch o.what {
	case "pay":
		if c.kind != "payment" || c.amount != -o.amount || c.stay != o.stay || c.tax != 0 {
			a.house.differs(c.room, "%s has paid %d, and there is %+v", o.stay, o.amount, c)
		}
	case "move":
		first := a.byID[o.posting]
		if c.stay != o.stay || c.amount != first.amount || c.tax != first.tax || c.quantity != first.quantity || c.item != first.item || c.callID != first.callID {
			a.house.differs(c.room, "%+v was moved to %s, and there is %+v", first, o.stay, c)
		}
	default:
		a.house.differs(c.room, "nobody knows why there is posting %+v", c)
	}
}

// inspectMissing: at the end nothing is missing, and all is at the PMS but what a
// person gave up or has not decided about yet.
func (a *audit) inspectMissing() {
	h := a.house
	unpriced := 0
	for id, facts := range a.calls {
		for _, f := range facts {
			switch {
			case f.free() && f.charged > 0:
				h.differs(f.room, "a call that costs nothing (%v, of %v) was charged: %+v", f.why, slices.Sorted(maps.Keys(f.stays)), f.record)
			case f.sure() && f.charged == 0:
				h.differs(f.room, "nobody was charged for the call %s, which costs %+v: %+v", id, f.costs[0], f.record)
			}
			if f.room != "" {
				h.count["records of calls: "+strings.Join(f.why, " or ")]++
			}
			if f.room != "" && f.why[0] == "no-rate" {
				unpriced++
			}
		}
	}
	if wait := len(h.box.agent.UnpricedCalls()); wait != unpriced {
		h.differs("-", "%d calls have no rate, and %d wait for a price", unpriced, wait)
	}
	for _, e := range a.ledger.entries {
		a.inspectEntry(e)
	}
	for event, o := range a.orders {
		want := 1
		if o.what == "move" && a.byID[o.posting].state != "written-off" {
			want = 2
		}
		if len(o.found) != want {
			h.differs("-", "the order %d to %s %s must give %d postings, and gave %+v", event, o.what, o.posting, want, o.found)
		}
	}
	for _, c := range a.all {
		h.count["postings: "+c.kind]++
		h.count["postings that are "+c.state]++
		if c.late {
			h.count["postings that are late"]++
		}
	}
	a.inspectRecords()
}

func (a *audit) inspectEntry(e *entry) {
	h := a.house
	if e.item == "" {
		return
	}
	h.count["minibar entries that the PBX reported"]++
	res := e.resolution
	if res == nil {
		res = a.resolutionOf(e)
	}
	waits := slices.ContainsFunc(h.box.agent.Alerts(), func(al hotel.Alert) bool {
		return strings.HasPrefix(al.Code, "minibar-") && al.Params["callid"] == e.callID && al.Params["item"] == e.item
	})
	switch {
	case e.charged > 0 || !e.lost.IsZero() || waits:
	case res != nil && res.drop:
		res.used = true
	default:
		var said []resolution
		for _, r := range a.resolved {
			if r.callID == e.callID {
				said = append(said, *r)
			}
		}
		h.differs(e.room, "nobody was charged for what was entered, or asked: %+v; said of that call was %+v", *e, said)
	}
}

// inspectRecords: the PMS was told of each call of a room why it costs nothing.
func (a *audit) inspectRecords() {
	h := a.house
	h.pms.mu.Lock()
	defer h.pms.mu.Unlock()
	for id, whys := range h.pms.whys {
		for _, f := range a.calls[id] {
			allowed := slices.Clone(f.why)
			if f.stays[""] {
				allowed = append(allowed, "vacant")
			}
			if rateFor([]rate{laterRate}, strings.Replace(f.record.To, "00", "+", 1), "", f.record.Start) != nil {
				allowed = append(allowed, "no-rate") // before that rate was brought
			}
			if f.room != "" && !slices.ContainsFunc(whys, func(why string) bool { return slices.Contains(allowed, why) }) {
				h.differs(f.room, "the call %+v costs nothing since %q, and it must be one of %q", f.record, whys, allowed)
			}
		}
	}
}

// keptFor is how long after a stay its folio is looked at for the last time: the
// agent keeps it a little longer.
const keptFor = 45 * 24 * time.Hour

// inspectFolios holds each folio against the postings, to the cent: of those whose
// stay was over long ago for the last time.
func (a *audit) inspectFolios() {
	h := a.house
	lines := map[string][]charge{}
	for _, c := range a.all {
		lines[c.stay] = append(lines[c.stay], c)
	}
	for stay := range lines {
		left, gone := a.departed[stay]
		over := gone && h.now().Sub(left.to) > keptFor
		if stay == "" || a.judged[stay] || !a.ended && !over && gone {
			continue
		}
		a.judged[stay] = over
		bills, err := h.box.agent.Folio(agent.FolioQuery{Stay: stay})
		if err != nil || len(bills) != 1 {
			h.differs("-", "the folio of %s: %v", stay, err)
			continue
		}
		a.inspectFolio(stay, bills[0], lines[stay])
	}
}

func (a *audit) inspectFolio(stay string, bill hotel.Bill, lines []charge) {
	h := a.house
	h.count["folios compared"]++
	var charges, paid, tax int64
	want := map[string]int64{}
	for _, c := range lines {
		amount, part := c.amount, c.tax
		if a.gaveUp[c.id] && c.state == "written-off" {
			amount, part = a.back[c.id].amount, a.back[c.id].tax
		}
		if c.kind == "payment" {
			paid -= amount
		} else {
			charges, tax = charges+amount, tax+part
		}
		if amount != 0 {
			want[c.id] = amount
		}
	}
	if bill.Charges != charges || bill.Paid != paid || bill.Owed != charges-paid || bill.Tax != tax {
		h.differs("-", "the folio of %s has charges %d, tax %d, paid %d, owed %d, and must have %d, %d, %d, %d: %+v", stay,
			bill.Charges, bill.Tax, bill.Paid, bill.Owed, charges, tax, paid, charges-paid, lines)
	}
	got := map[string]int64{}
	for _, line := range bill.Lines {
		if line.Amount != 0 {
			got[line.ID] = line.Amount
		}
	}
	if !maps.Equal(got, want) {
		h.differs("-", "the folio of %s has the lines %v, and must have %v", stay, got, want)
	}
}
