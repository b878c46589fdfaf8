package site

import (
	"fmt"

	"bellhop/config"
	"bellhop/hotel"
)

// Credit is how much guests may owe.
func Credit(c config.Config) (hotel.CreditSetup, error) {
	s := hotel.CreditSetup{Warn: int(c.Credit.Warn), Class: c.Credit.Class}
	if c.Credit.Limit == "" {
		return s, nil
	}
	var err error
	if s.Limit, err = hotel.ParseAmount(c.Credit.Limit, c.Hotel.Currency); err != nil {
		return s, fmt.Errorf("credit.limit: %w", err)
	}
	return s, nil
}

// Tariff is what the config says of all calls.
func Tariff(c config.Config) (hotel.TariffSetup, error) {
	t := c.Tariff
	s := hotel.TariffSetup{
		Dialling: hotel.Dialling{Outside: t.Outside, International: t.International, Country: t.CountryCode, National: t.National},
		Free:     t.Free, Grace: t.Grace, Holidays: map[string]bool{}, Emergency: Emergency(c),
	}
	for _, date := range t.Holidays {
		s.Holidays[date] = true
	}
	var err error
	if t.Round != "" {
		if s.Round, err = hotel.ParseAmount(t.Round, c.Hotel.Currency); err != nil {
			return s, fmt.Errorf("tariff.round: %w", err)
		}
	}
	return s, nil
}
