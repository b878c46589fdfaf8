package hotel

import (
	"slices"
	"strings"
	"time"
)

// Rate is one row of the tariff: what calls cost to numbers that begin with a
// prefix, at some times, by some trunk. Of the rates of one prefix the first
// that fits counts; see docs/calls.md.
type Rate struct {
	// Prefix in the form of [Dialling]; empty: any number.
	Prefix      string `json:"prefix"`
	Destination string `json:"destination,omitempty"`
	// Days on which it counts, such as "mo tu we th fr", with "ho" for holidays;
	// empty: each.
	Days string `json:"days,omitempty"`
	// From and To bound the time of day at which the call begins, "08:00" to
	// "24:00"; To itself is outside, and may be before From. Empty: any time.
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
	Trunk string `json:"trunk,omitempty"` // empty: any

	Connect  Exact `json:"connect,omitempty"`  // once for each call
	Included int   `json:"included,omitempty"` // seconds that Connect covers
	First    int   `json:"first,omitempty"`    // seconds of the first interval after that; 0: Tick
	Tick     int   `json:"tick,omitempty"`     // seconds of each further one; 0: 60
	Price    Exact `json:"price,omitempty"`    // a minute
	Minimum  Exact `json:"minimum,omitempty"`  // the least that a call costs
	// Surcharge is a percentage on top.
	Surcharge Exact `json:"surcharge,omitempty"`
}

// Name is the rate in words: of the destination, or else of the prefix.
func (r Rate) Name() string {
	if r.Destination != "" {
		return r.Destination
	}
	return r.PrefixText()
}

// PrefixText is the prefix as it is written in a file: a star for any number.
func (r Rate) PrefixText() string {
	if r.Prefix == "" {
		return "*"
	}
	return r.Prefix
}

// PrefixRate begins the keys of the tariff's records.
const PrefixRate = "rate/"

// RateKey is the key of the [RateList] of a prefix.
func RateKey(prefix string) string { return PrefixRate + prefix }

// RateList are the rates of one prefix, in their order.
type RateList struct {
	Rates []Rate `json:"rates"`
}

// Bounds of a tariff.
const (
	MaxRates      = 5000
	maxRatesOfOne = 100 // of one prefix
	maxPrefix     = 16
	maxSeconds    = 24 * 3600
)

// TariffSetup is what holds for all calls of the hotel.
type TariffSetup struct {
	Dialling
	// Round is the step of amounts, in minor units; 0: the minor unit itself.
	Round int64
	// Free are numbers that cost nothing, or with a star at the end prefixes.
	Free []string
	// Grace are seconds by trunk: a call that talks no longer is free. Analogue
	// lines without an answer signal report each call as answered.
	Grace map[string]int
	// Holidays are dates, "2006-01-02".
	Holidays map[string]bool
	// Emergency: calls for help cost nothing.
	Emergency Emergency
}

// Tariff finds rates: in the state, or in a file that is tried.
type Tariff interface {
	// RatesOf are the rates of exactly that prefix, in their order.
	RatesOf(prefix string) []Rate
}

// TariffOf is the tariff of the state.
func TariffOf(v View) Tariff { return stateTariff{v} }

type stateTariff struct{ view View }

func (t stateTariff) RatesOf(prefix string) []Rate {
	var list RateList
	t.view.Get(RateKey(prefix), &list)
	return list.Rates
}

// Rates is a tariff of its own, such as a file's.
type Rates []Rate

// RatesOf are those of a prefix.
func (all Rates) RatesOf(prefix string) (rates []Rate) {
	for _, r := range all {
		if r.Prefix == prefix {
			rates = append(rates, r)
		}
	}
	return rates
}

// find gives the rate of a call: of the longest prefix of which one fits.
func (s *TariffSetup) find(t Tariff, number string, begin time.Time, trunk string) (Rate, bool) {
	for n := min(len(number), maxPrefix); n >= 0; n-- {
		if rate, ok := s.fitting(t.RatesOf(number[:n]), begin, trunk); ok {
			return rate, true
		}
	}
	return Rate{}, false
}

// fitting is the first rate that fits. On a holiday those that name holidays
// come before those of its weekday.
func (s *TariffSetup) fitting(rates []Rate, begin time.Time, trunk string) (Rate, bool) {
	if s.Holidays[begin.Format(time.DateOnly)] {
		for _, r := range rates {
			if r.days()&holiday != 0 && r.takesAt(begin, trunk) {
				return r, true
			}
		}
	}
	weekday := daySet(1) << ((int(begin.Weekday()) + 6) % 7) // Monday is the first
	for _, r := range rates {
		if r.days()&weekday != 0 && r.takesAt(begin, trunk) {
			return r, true
		}
	}
	return Rate{}, false
}

// takesAt tells whether a call by a trunk that begins then is meant, whatever the
// day. Names of trunks are compared as the PBX writes them.
func (r *Rate) takesAt(begin time.Time, trunk string) bool {
	return (r.Trunk == "" || r.Trunk == trunk) && r.window().takes(begin.Hour()*60+begin.Minute())
}

// daySet has a bit for each of dayNames.
type daySet uint8

var dayNames = []string{"mo", "tu", "we", "th", "fr", "sa", "su", "ho"}

const (
	everyDay daySet = 1<<7 - 1 // holidays among them, as the weekday that they are
	holiday  daySet = 1 << 7
)

func (r *Rate) days() daySet {
	set := daySet(0)
	for _, name := range strings.Fields(r.Days) {
		set |= 1 << max(0, slices.Index(dayNames, name))
	}
	if set == 0 {
		return everyDay
	}
	return set
}

// window is a time of day in minutes; to itself is outside.
type window struct{ from, to int }

func (r *Rate) window() window {
	if r.From == "" {
		return window{0, 24 * 60}
	}
	from, _ := clockMinutes(r.From)
	to, _ := clockMinutes(r.To)
	return window{from, to}
}

func (w window) takes(minute int) bool {
	if w.from < w.to {
		return minute >= w.from && minute < w.to
	}
	return minute >= w.from || minute < w.to
}

// covers tells whether all of the other window is in this one. What sticks out
// begins where this one ends, or the other begins.
func (w window) covers(other window) bool {
	for _, minute := range []int{w.to, other.from} {
		if other.takes(minute%(24*60)) && !w.takes(minute%(24*60)) {
			return false
		}
	}
	return true
}
