package agent

import (
	"bellhop/config"
	"bellhop/hotel"
)

// Taxes are those of a config.
func Taxes(c config.Tax) hotel.Taxes {
	return hotel.Taxes{OnTop: c.Prices == config.PricesNet, Default: map[string]hotel.TaxRate{
		hotel.PostingMinibar: hotel.TaxRate(c.Minibar), hotel.PostingCall: hotel.TaxRate(c.Call), hotel.PostingOther: hotel.TaxRate(c.Other),
	}}
}
