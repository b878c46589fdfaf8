package site

import (
	"reflect"
	"testing"

	"bellhop/config"
	"bellhop/hotel"
)

// All that the config says of calls and credit is what they are priced and held
// against by.
func TestTariffAndCreditOfAConfig(t *testing.T) {
	c := config.Default()
	c.Hotel.Currency, c.Hotel.Country = "KWD", "CN"
	c.Tariff = config.Tariff{
		Round: "0.05", Outside: []string{"9", "0"}, International: "011", CountryCode: "86", National: "0", Free: []string{"800*"},
		Holidays: []string{"2026-10-01", "2026-12-25"}, Grace: map[string]int{"FXO1": 20},
	}
	c.Credit = config.Credit{Limit: "500.5", Warn: 8000, Class: "internal"}
	got, err := Tariff(c)
	want := hotel.TariffSetup{
		Dialling: hotel.Dialling{Outside: []string{"9", "0"}, International: "011", Country: "86", National: "0"},
		Round:    50, Free: []string{"800*"}, Grace: map[string]int{"FXO1": 20}, // a dinar has thousandths
		Holidays: map[string]bool{"2026-10-01": true, "2026-12-25": true}, Emergency: Emergency(c),
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v,\n got %+v\nwant %+v", err, got, want)
	}
	if got.Emergency.Meant("110") == "" {
		t.Error("a call for help is not known as one")
	}
	credit, err := Credit(c)
	if want := (hotel.CreditSetup{Limit: 500_500, Warn: 8000, Class: "internal"}); err != nil || credit != want {
		t.Errorf("%v, %+v", err, credit)
	}
	c.Hotel.Currency = "JPY"
	if _, err := Tariff(c); err == nil {
		t.Error("a yen has no hundredths, and was rounded to them")
	}
	if _, err := Credit(c); err == nil {
		t.Error("a yen has no hundredths, and limits them")
	}
}
