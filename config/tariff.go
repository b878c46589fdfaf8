package config

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tariff is what holds for all calls; what they cost stands in the tariff that
// "bellhop tariff import" takes. See docs/calls.md.
type Tariff struct {
	// Round is the step of what a call costs, such as "0.10"; empty: the
	// currency's minor unit.
	Round string `toml:"round"`
	// Outside are what is dialled for an outside line and stands before the
	// numbers in call records.
	Outside       []string `toml:"outside"`
	International string   `toml:"international"` // dialled before a country's code
	CountryCode   string   `toml:"country_code"`  // the hotel's own; empty: not known
	National      string   `toml:"national"`      // dialled within the country in its place
	// Free are numbers that cost nothing, or with a star at the end beginnings of
	// numbers.
	Free     []string `toml:"free"`
	Holidays []string `toml:"holidays"` // dates
	// Grace are seconds by trunk: a call that talks no longer is free.
	Grace map[string]int `toml:"grace"`
}

var (
	isAmount  = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,3})?$`)
	isDialled = regexp.MustCompile(`^[0-9*#]{1,8}$`)
	isFree    = regexp.MustCompile(`^\+?[0-9]{1,20}\*?$`)
)

// maxGrace bounds the seconds of grace: longer calls are no misdialled ones.
const maxGrace = 300

func (t Tariff) faults() []error {
	var faults []error
	check := func(ok bool, key, rule, value string) {
		if !ok {
			faults = append(faults, &Fault{"tariff." + key, rule, value})
		}
	}
	check(t.Round == "" || isAmount.MatchString(t.Round) && strings.Trim(t.Round, "0.") != "", "round", `must be an amount such as "0.10", or empty`, t.Round)
	for _, code := range t.Outside {
		check(isDialled.MatchString(code), "outside", `must hold what is dialled, such as "9"`, strconv.Quote(code))
	}
	check(isDialled.MatchString(t.International), "international", `must be what is dialled, such as "00"`, strconv.Quote(t.International))
	check(t.CountryCode == "" || isCode(t.CountryCode) && len(t.CountryCode) <= 3, "country_code", `must be 1 to 3 digits such as "86", or empty`, t.CountryCode)
	check(t.National == "" || isDialled.MatchString(t.National), "national", `must be what is dialled, such as "0", or empty`, t.National)
	for _, number := range t.Free {
		check(isFree.MatchString(number), "free", `must hold numbers such as "10086", or beginnings such as "800*"`, strconv.Quote(number))
	}
	for _, date := range t.Holidays {
		_, err := time.Parse(time.DateOnly, date)
		check(err == nil, "holidays", `must hold dates such as "2026-10-01"`, strconv.Quote(date))
	}
	for _, trunk := range slices.Sorted(maps.Keys(t.Grace)) {
		seconds := t.Grace[trunk]
		check(trunk != "", "grace", "names no trunk", "")
		check(seconds >= 0 && seconds <= maxGrace, "grace."+trunk, "must be 0 to "+strconv.Itoa(maxGrace)+" seconds", strconv.Itoa(seconds))
	}
	return faults
}
