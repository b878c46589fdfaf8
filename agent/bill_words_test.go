package agent

import (
	"strings"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
)

// TestBillNamesAmountsWithTaxAsThat: 计税金额 would be the amount without tax, of
// which no reader gets 5.66 by 6%.
func TestBillNamesAmountsWithTaxAsThat(t *testing.T) {
	bill := hotel.NewBill(nil, []hotel.Posting{{ID: "P1", Kind: hotel.PostingMinibar, Quantity: 1, Amount: 10000, TaxRate: 600, Tax: 566, State: hotel.PostingPosted}}, "CNY")
	for language, want := range map[string]string{"zh": "其中税额 6%（含税合计 100.00）", "en": "Tax 6% in 100.00"} {
		if page := BillPage([]hotel.Bill{bill}, config.Hotel{Name: "H"}, language, time.UTC, time.Unix(0, 0)); !strings.Contains(page, want) {
			t.Errorf("%s lacks %s:\n%s", language, want, page)
		}
	}
}
