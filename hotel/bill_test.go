package hotel

import (
	"testing"
	"time"
)

func TestBill(t *testing.T) {
	at := func(n int) time.Time { return eventTime.Add(time.Duration(n) * time.Hour) }
	b := NewBill([]BillStay{{Stay: Stay{ID: "G1"}}, {Stay: Stay{ID: "G2"}}}, []Posting{
		{ID: "P1", Stay: "G1", Kind: "minibar", Quantity: 3, Amount: 1000, TaxRate: 600, Tax: 57, Time: at(1)},
		{ID: "P2", Stay: "G1", Kind: "minibar", Quantity: -1, Amount: -333, TaxRate: 600, Tax: -19, Time: at(2), Corrects: "P1"},
		{ID: "P3", Stay: "G1", Kind: "payment", Quantity: 1, Amount: -500, Time: at(9)},
		{ID: "P4", Stay: "G1", Kind: "call", Quantity: 1, Amount: 120, TaxRate: 1900, Tax: 19, Time: at(3), State: PostingRefused},
		{ID: "P5", Stay: "G1", Kind: "other", Quantity: 1, Amount: 70, Time: at(4), State: PostingWrittenOff},
		{ID: "P6", Stay: "G2", Kind: "other", Quantity: 2, Amount: 80, Time: at(0)},
		{ID: "P7", Stay: "G2", Kind: "other", Quantity: 2, Amount: 60, TaxRate: 2500, Tax: 12, Time: at(5), State: PostingWrittenOff, Back: Taken{Quantity: 1, Amount: 30, Tax: 6}},
		{ID: "P8", Stay: "G2", Kind: "other", Quantity: -1, Amount: -30, TaxRate: 2500, Tax: -6, Time: at(6), Corrects: "P7"},
	}, "EUR")
	var lines []string
	for _, l := range b.Lines {
		lines = append(lines, l.ID+" "+FormatAmount(l.Amount, "EUR"))
	}
	equal(t, "lines", lines, []string{"P6 0.80", "P1 10.00", "P2 -3.33", "P4 1.20", "P7 0.30", "P8 -0.30", "P3 -5.00"})
	equal(t, "sums", []int64{b.Minibar, b.Calls, b.Other, b.Charges, b.Tax, b.Paid, b.Owed}, []int64{667, 120, 80, 867, 57, 500, 367})
	equal(t, "taxes", b.Taxes, []TaxLine{{0, 80, 0}, {600, 667, 38}, {1900, 120, 19}, {2500, 0, 0}})
	if b := NewBill(nil, []Posting{{Kind: "other", Quantity: 1, Amount: 5}}, "EUR"); b.Taxes != nil {
		t.Errorf("without any tax there are %+v", b.Taxes)
	}
}
