package hotel

import (
	"cmp"
	"slices"
)

// Bill is what one or several stays have to pay: the postings that count, and
// their sums, in minor units.
type Bill struct {
	Currency string     `json:"currency"`
	Stays    []BillStay `json:"stays"`
	Lines    []BillLine `json:"lines"`
	// Taxes are the sums by rate, the lowest first; without any tax there is none.
	Taxes   []TaxLine `json:"taxes,omitempty"`
	Minibar int64     `json:"minibar"`
	Calls   int64     `json:"calls"`
	Other   int64     `json:"other"`
	Charges int64     `json:"charges"` // of all three, with tax
	Tax     int64     `json:"tax"`     // the part of them that is tax
	Paid    int64     `json:"paid"`
	Owed    int64     `json:"owed"`
}

// BillStay is a stay on a bill.
type BillStay struct {
	Stay
	Name string `json:"name,omitempty"` // empty: unknown, forgotten, or not to be shown
	// Allowance is what who stays there may owe; nil: nothing is said of that, or
	// the stay has ended. It does not stand on a printed bill.
	Allowance *Allowance `json:"allowance,omitempty"`
}

// BillLine is a posting as it counts.
type BillLine struct {
	Posting
	// Text is what it is for, in the language of who asked.
	Text string `json:"text"`
}

// TaxLine is what was charged at one rate.
type TaxLine struct {
	Rate   TaxRate `json:"rate"`
	Amount int64   `json:"amount"` // with the tax
	Tax    int64   `json:"tax"`
}

// NewBill puts the postings of stays together, the oldest first. What was
// written off is left out, but for the part that a correction takes back.
func NewBill(stays []BillStay, postings []Posting, currency string) Bill {
	b := Bill{Currency: currency, Stays: stays, Lines: []BillLine{}}
	rates := map[TaxRate]TaxLine{}
	for _, p := range postings {
		counts := p.Counts()
		if counts == (Taken{}) {
			continue
		}
		p.Quantity, p.Amount, p.Tax = counts.Quantity, counts.Amount, counts.Tax
		b.Lines = append(b.Lines, BillLine{Posting: p, Text: p.Description})
		if p.Kind == PostingPayment {
			b.Paid -= p.Amount
			continue
		}
		*b.sum(p.Kind) += p.Amount
		b.Charges += p.Amount
		b.Tax += p.Tax
		line := rates[p.TaxRate]
		rates[p.TaxRate] = TaxLine{p.TaxRate, line.Amount + p.Amount, line.Tax + p.Tax}
	}
	b.Owed = b.Charges - b.Paid
	for rate, line := range rates {
		if rate != 0 || len(rates) > 1 {
			b.Taxes = append(b.Taxes, line)
		}
	}
	slices.SortFunc(b.Taxes, func(x, y TaxLine) int { return cmp.Compare(x.Rate, y.Rate) })
	slices.SortStableFunc(b.Lines, func(x, y BillLine) int { return x.Time.Compare(y.Time) })
	return b
}

func (b *Bill) sum(kind string) *int64 {
	switch kind {
	case PostingMinibar:
		return &b.Minibar
	case PostingCall:
		return &b.Calls
	}
	return &b.Other
}
