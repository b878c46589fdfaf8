package hotel

import (
	"math/big"
	"slices"
	"strings"
	"time"
)

// Why a call costs nothing, or is not charged.
const (
	WhyUnanswered = "unanswered"
	WhyNoTalk     = "no-talk"
	WhyInternal   = "internal"
	WhyInbound    = "inbound"
	WhyEmergency  = "emergency"
	WhyFree       = "free-number"
	WhyGrace      = "grace"
	WhyNothing    = "costs-nothing" // by its rate
	WhyNoRate     = "no-rate"       // unpriced: the tariff does not know the number
	WhyHouse      = "house"         // not from a room
	WhyVacant     = "vacant"        // nobody stayed in the room
	WhyCopy       = "copy"          // another record is of the same call
	WhyTooMuch    = "too-much"      // more than an amount can be: unpriced
)

// Dialled is a call that is to be priced.
type Dialled struct {
	Number  string // as it was dialled
	Begin   time.Time
	Seconds int    // of talk
	Trunk   string // empty: not known
}

// Quote is what a call costs, step by step. The steps are exact, in minor units.
type Quote struct {
	Number string // in its one form
	Why    string // why it costs nothing or has no price; empty: it has a rate
	Rate   Rate
	Local  time.Time // when it began, by the hotel's wall clock
	// Seconds are those that count after the connect fee's own, in whole intervals.
	Seconds   int
	Connect   *big.Rat
	Talk      *big.Rat
	Surcharge *big.Rat
	Exact     *big.Rat // of all together, at least the minimum
}

// Price works out what a call costs. Zone is the hotel's.
func (s *TariffSetup) Price(t Tariff, c Dialled, zone *time.Location, currency string) Quote {
	sum := Quote{Number: s.Number(c.Number), Local: c.Begin.In(zone)}
	switch {
	case s.Emergency.Meant(bare(c.Number)) != "" || s.Emergency.Meant(sum.Number) != "":
		sum.Why = WhyEmergency
	case c.Seconds <= 0:
		sum.Why = WhyNoTalk
	case s.isFree(sum.Number):
		sum.Why = WhyFree
	}
	if sum.Why != "" {
		return sum
	}
	var known bool
	if sum.Rate, known = s.find(t, sum.Number, sum.Local, c.Trunk); !known {
		sum.Why = WhyNoRate
	} else {
		sum.add(c.Seconds, currency)
	}
	if c.Seconds <= s.Grace[c.Trunk] {
		sum.Why = WhyGrace // whether there is a rate or not
	}
	return sum
}

// isFree tells whether a number costs nothing whatever the tariff says.
func (s *TariffSetup) isFree(number string) bool {
	return slices.ContainsFunc(s.Free, func(free string) bool {
		start, open := strings.CutSuffix(free, "*")
		start = s.prefix(bare(start))
		return number == start || open && strings.HasPrefix(number, start)
	})
}

// add works out the steps.
func (s *Quote) add(talk int, currency string) {
	r := &s.Rate
	unit := new(big.Rat).SetInt64(pow10(MinorDigits(currency)))
	minor := func(e Exact) *big.Rat { return new(big.Rat).Mul(e.Rat(), unit) }

	s.Seconds = r.intervals(talk)
	s.Connect = minor(r.Connect)
	s.Talk = new(big.Rat).Mul(minor(r.Price), big.NewRat(int64(s.Seconds), 60))
	both := new(big.Rat).Add(s.Connect, s.Talk)
	s.Surcharge = new(big.Rat).Mul(both, new(big.Rat).Quo(r.Surcharge.Rat(), big.NewRat(100, 1)))
	s.Exact = both.Add(both, s.Surcharge)
	if least := minor(r.Minimum); s.Exact.Cmp(least) < 0 {
		s.Exact = least
	}
}

// intervals are the seconds that count of so many: the connect fee covers the
// first of them, the rest is counted in whole intervals.
func (r *Rate) intervals(talk int) int {
	rest := talk - r.Included
	if rest <= 0 {
		return 0
	}
	tick := r.Tick
	if tick == 0 {
		tick = 60
	}
	first := r.First
	if first == 0 {
		first = tick
	}
	if rest <= first {
		return first
	}
	return first + (rest-first+tick-1)/tick*tick
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// Charged is what of an exact price in minor units is to be given to
// [Taxes.Charge], so that the amount with tax is rounded once, half up, to so
// many minor units.
func (t Taxes) Charged(price *big.Rat, rate TaxRate, step int64) *big.Rat {
	if step <= 1 {
		return price
	}
	full := big.NewRat(1, 1)
	if t.OnTop {
		full.SetFrac64(int64(maxTaxRate+rate), int64(maxTaxRate))
	}
	steps := new(big.Rat).Mul(price, full)
	steps.Quo(steps, new(big.Rat).SetInt64(step))
	amount := new(big.Rat).SetInt(new(big.Int).Mul(big.NewInt(RoundHalfUp(steps)), big.NewInt(step)))
	return amount.Quo(amount, full)
}
