package agent

import (
	"reflect"
	"testing"

	"bellhop/config"
	"bellhop/hotel"
)

func TestTaxesOfAConfig(t *testing.T) {
	want := hotel.Taxes{OnTop: true, Default: map[string]hotel.TaxRate{hotel.PostingMinibar: 600, hotel.PostingCall: 900, hotel.PostingOther: 1300}}
	c := config.Tax{Prices: config.PricesNet, Minibar: 600, Call: 900, Other: 1300}
	if got := Taxes(c); !reflect.DeepEqual(got, want) {
		t.Errorf("without the tax: %+v", got)
	}
	want.OnTop, c.Prices = false, config.PricesGross
	if got := Taxes(c); !reflect.DeepEqual(got, want) {
		t.Errorf("with the tax: %+v", got)
	}
}
