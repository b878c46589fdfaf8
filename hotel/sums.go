package hotel

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Sum is what one group of postings comes to.
type Sum struct {
	Group  string `json:"group"` // a day, an item, a member of staff, a destination
	Kind   string `json:"kind"`  // of the postings; those of a group in one kind are one sum
	Count  int    `json:"count"` // postings, corrections among them
	Amount int64  `json:"amount"`
	Tax    int64  `json:"tax"`
	// Quantity is of things; a payment or a call is one.
	Quantity int `json:"quantity"`
}

// SumBy is what postings can be summed up by.
type SumBy string

// What postings are summed up by.
const (
	ByDay         SumBy = "day"
	ByItem        SumBy = "item"
	ByStaff       SumBy = "staff"
	ByDestination SumBy = "destination" // of calls
)

// Known tells whether postings can be summed up by it.
func (by SumBy) Known() bool {
	return slices.Contains([]SumBy{ByDay, ByItem, ByStaff, ByDestination}, by)
}

// SumUp sums postings up, in the order of the groups. What was written off
// counts for what it counts on its folio, unless [Entries] has laid it apart.
func SumUp(postings []Posting, by SumBy, zone *time.Location) []Sum {
	type group struct{ name, kind string }
	sums := map[group]Sum{}
	for _, p := range postings {
		name, of := by.group(p, zone)
		counts := p.Counts()
		if !of || counts == (Taken{}) {
			continue
		}
		g := group{name, p.Kind}
		s := sums[g]
		sums[g] = Sum{name, p.Kind, s.Count + 1, s.Amount + counts.Amount, s.Tax + counts.Tax, s.Quantity + counts.Quantity}
	}
	return slices.SortedFunc(maps.Values(sums), func(x, y Sum) int {
		return cmp.Or(cmp.Compare(x.Group, y.Group), cmp.Compare(x.Kind, y.Kind))
	})
}

// Entries are postings as they count for the days of a span, as takings have them:
// what was written off counts for its own day, and is taken off that of the
// decision. So what was reported of a day stands. An empty date is no bound.
func Entries(postings []Posting, from, to string, zone *time.Location) (all []Posting) {
	for _, p := range postings {
		for _, entry := range p.entries() {
			if day := entry.Day(zone); (from == "" || day >= from) && (to == "" || day <= to) {
				all = append(all, entry)
			}
		}
	}
	return all
}

func (p Posting) entries() []Posting {
	if p.WrittenOff.IsZero() {
		return []Posting{p}
	}
	counts := p.Counts()
	p.State = PostingRefused // as it was: it counts in full
	off := p
	off.Quantity, off.Amount, off.Tax = counts.Quantity-p.Quantity, counts.Amount-p.Amount, counts.Tax-p.Tax
	off.Time, off.Booked = p.WrittenOff, time.Time{}
	return []Posting{p, off}
}

// group is where a posting belongs; false when it plays no part.
func (by SumBy) group(p Posting, zone *time.Location) (name string, of bool) {
	switch by {
	case ByItem:
		return ItemGroup(p.Minibar, p.Item), p.Kind == PostingMinibar
	case ByStaff:
		return p.Staff, p.Kind != PostingCall
	case ByDestination:
		return cmp.Or(p.Item, p.Description), p.Kind == PostingCall
	}
	return p.Day(zone), true
}

// ItemGroup is the group of an item in sums by item: its code, and of another price
// list than the usual one that, too.
func ItemGroup(minibar, code string) string {
	if minibar != "" && minibar != DefaultMinibar {
		return minibar + "/" + code
	}
	return code
}

// Reconciliation is what the box has charged against what the PMS has taken, by
// what became of the postings.
type Reconciliation struct {
	Currency string     `json:"currency"`
	From     string     `json:"from"` // dates of the hotel, the first and the last
	To       string     `json:"to"`
	States   []StateSum `json:"states"`
	Open     []Posting  `json:"open"` // those that the PMS does not have: pending, refused and written off
}

// StateSum is what the postings of one kind that became the same come to.
type StateSum struct {
	State  PostingState `json:"state"`
	Kind   string       `json:"kind"`
	Count  int          `json:"count"`
	Amount int64        `json:"amount"` // as they were charged, whatever became of them
}

// Reconcile puts the postings of some days together, the oldest first.
func Reconcile(postings []Posting, currency, from, to string) Reconciliation {
	r := Reconciliation{Currency: currency, From: from, To: to, States: []StateSum{}, Open: []Posting{}}
	type group struct {
		state PostingState
		kind  string
	}
	sums := map[group]StateSum{}
	for _, p := range postings {
		g := group{p.State, p.Kind}
		sums[g] = StateSum{p.State, p.Kind, sums[g].Count + 1, sums[g].Amount + p.Amount}
		if p.State != PostingPosted {
			r.Open = append(r.Open, p)
		}
	}
	r.States = slices.AppendSeq(r.States, maps.Values(sums))
	slices.SortFunc(r.States, func(x, y StateSum) int {
		return cmp.Or(cmp.Compare(x.State, y.State), cmp.Compare(x.Kind, y.Kind))
	})
	slices.SortStableFunc(r.Open, func(x, y Posting) int { return x.Time.Compare(y.Time) })
	return r
}
