package hotel

// PrefixFolio begins the keys of the [Folio] records.
const PrefixFolio = "folio/"

// FolioKey is the key of a stay's [Folio]; it goes with its stay.
func FolioKey(stay string) string { return PrefixFolio + stay }

// Folio is what a stay's postings come to. They themselves are history: rules
// need the sums at each key press, and nobody wants to read all postings then.
type Folio struct {
	Charges int64 `json:"charges,omitempty"` // of all kinds but payments, less what was taken back
	Calls   int64 `json:"calls,omitempty"`   // the part of them that calls are
	Paid    int64 `json:"paid,omitempty"`
	// Items is how many of each thing from a minibar are on it, by [ItemKey].
	Items map[string]int `json:"items,omitempty"`
}

// Owed is what is still to be paid, in minor units.
func (f Folio) Owed() int64 { return f.Charges - f.Paid }

// addUp adds a new posting to its stay's sums.
func (a *applier) addUp(p Posting) {
	var s Stay
	if p.Stay == "" || !a.tx.Get(StayKey(p.Stay), &s) {
		return // its folio goes with it
	}
	var f Folio
	a.tx.Get(FolioKey(p.Stay), &f)
	f.sum(p)
	a.tx.Put(FolioKey(p.Stay), f)
	a.checkCredit(s)
}

// Add adds a posting that is kept, for what it counts.
func (f *Folio) Add(p Posting) {
	counts := p.Counts()
	p.Quantity, p.Amount, p.Tax = counts.Quantity, counts.Amount, counts.Tax
	f.sum(p)
}

func (f *Folio) sum(p Posting) {
	if p.Kind == PostingPayment {
		f.Paid -= p.Amount
		return
	}
	f.Charges += p.Amount
	switch p.Kind {
	case PostingCall:
		f.Calls += p.Amount
	case PostingMinibar:
		if f.Items == nil {
			f.Items = map[string]int{}
		}
		f.Items[ItemKey(p.Minibar, p.Item)] += p.Quantity
		if f.Items[ItemKey(p.Minibar, p.Item)] == 0 {
			delete(f.Items, ItemKey(p.Minibar, p.Item))
		}
	}
}
