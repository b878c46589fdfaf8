package hotel

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// tariffLife is a random tariff, and a call by it of which only the length is open.
type tariffLife struct {
	setup Setup
	rates Rates
	call  Dialled
}

// at prices the call when it talks so long.
func (l *tariffLife) at(seconds int) (Quote, int64) {
	c := l.call
	c.Seconds = seconds
	return l.setup.PriceOf(l.rates, c)
}

// TestTariffNeverFalls: whatever the tariff and whenever it begins, a longer call
// costs no less.
func TestTariffNeverFalls(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := randomTariff(r)
		last, rate, shortest := int64(0), Rate{}, 0
		for seconds := 0; seconds < 24*3600; seconds++ {
			if seconds > 250 {
				seconds += r.IntN(1200)
			}
			quote, price := l.at(seconds)
			if price < last {
				t.Fatalf("seed %d: %d seconds cost %d, and %d cost %d, by %+v, at %s", seed, seconds, price, shortest, last, quote.Rate, quote.Local)
			}
			if quote.Exact != nil && rate != (Rate{}) && quote.Rate != rate {
				t.Fatalf("seed %d: the rate of %d seconds is %+v, and of %d %+v, at %s", seed, seconds, quote.Rate, shortest, rate, quote.Local)
			}
			if quote.Exact != nil {
				rate = quote.Rate
			}
			last, shortest = price, seconds
			noteStep(seen, quote)
		}
		noteRate(seen, rate, l)
	}
	// Where nothing of a kind comes along, nothing is said of it.
	for _, what := range []string{
		"grace", "minimum", "covered", "surcharge", "window", "window over midnight", "days", "holiday", "trunk", "shorter prefix", "clocks change", "tax on top", "steps",
	} {
		if seen[what] < 10 {
			t.Errorf("%q came %d times", what, seen[what])
		}
	}
}

// TestTariffIsRoundedOnce: what is charged is the multiple of the step that is
// nearest to the exact price with its tax, and of two the upper one.
func TestTariffIsRoundedOnce(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		l := randomTariff(r)
		for range 50 {
			quote, price := l.at(1 + r.IntN(7200))
			if quote.Why == WhyNothing {
				quote.Why = ""
			}
			if quote.Why != "" {
				continue
			}
			exact := new(big.Rat).Set(quote.Exact)
			if tax := l.setup.Taxes.Default[PostingCall]; l.setup.Taxes.OnTop {
				exact.Mul(exact, big.NewRat(10_000+int64(tax), 10_000))
			}
			step := max(1, l.setup.Tariff.Round)
			low := new(big.Rat).Sub(big.NewRat(price, 1), exact) // above -step/2, up to step/2
			low.Mul(low, big.NewRat(2, step))
			if price%step != 0 || low.Cmp(big.NewRat(-1, 1)) <= 0 || low.Cmp(big.NewRat(1, 1)) > 0 {
				t.Fatalf("seed %d: %s, with tax, is charged as %d by steps of %d", seed, exact.FloatString(9), price, step)
			}
		}
	}
}

// noteStep counts what was of weight in a price.
func noteStep(seen map[string]int, quote Quote) {
	note := func(what string, is bool) {
		if is {
			seen[what]++
		}
	}
	note("grace", quote.Why == WhyGrace)
	if quote.Exact == nil || quote.Why != "" {
		return
	}
	sum := new(big.Rat).Add(quote.Connect, quote.Talk)
	note("minimum", sum.Add(sum, quote.Surcharge).Cmp(quote.Exact) < 0)
	note("covered", quote.Seconds == 0)
	note("surcharge", quote.Surcharge.Sign() > 0)
}

// noteRate counts what made a call have its rate.
func noteRate(seen map[string]int, rate Rate, l tariffLife) {
	_, offset := l.call.Begin.In(l.setup.zone()).Zone()
	_, later := l.call.Begin.Add(time.Hour).In(l.setup.zone()).Zone()
	for what, is := range map[string]bool{
		"window": rate.From != "" && rate.From < rate.To, "window over midnight": rate.From > rate.To,
		"days": rate.Days != "" && !strings.Contains(rate.Days, "ho"), "holiday": strings.Contains(rate.Days, "ho"), "trunk": rate.Trunk != "",
		"shorter prefix": len(rate.Prefix) < len(l.call.Number)-3, "clocks change": offset != later,
		"tax on top": l.setup.Taxes.OnTop, "steps": l.setup.Tariff.Round > 1,
	} {
		if is {
			seen[what]++
		}
	}
}

// The moments at which the clocks of a zone change.
var clockChanges = map[string][]time.Time{
	"Europe/Rome":         {time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC)},
	"America/New_York":    {time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)},
	"Australia/Lord_Howe": {time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC), time.Date(2026, 10, 3, 15, 30, 0, 0, time.UTC)},
	"Asia/Shanghai":       {time.Date(2026, 9, 30, 16, 0, 0, 0, time.UTC)}, // midnight
}

// randomTariff has rows with windows, days, holidays and trunks; the call begins
// somewhere in a week, or shortly before clocks or a window change.
func randomTariff(r *rand.Rand) tariffLife {
	name := []string{"Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"}[r.IntN(4)]
	zone, err := time.LoadLocation(name)
	must(err)
	change := clockChanges[name][r.IntN(len(clockChanges[name]))]
	l := tariffLife{rates: randomRates(r), call: Dialled{Number: []string{"", "1", "12", "123"}[r.IntN(4)] + "456", Trunk: "T"}}
	switch r.IntN(3) {
	case 0:
		l.call.Begin = change.Add(time.Duration(r.IntN(7*24*3600)) * time.Second)
	case 1:
		l.call.Begin = change.Add(-time.Duration(r.IntN(600)) * time.Second)
	default: // the windows' minutes are those of a quarter
		l.call.Begin = change.Add(time.Duration(r.IntN(7*24*4)) * 15 * time.Minute).Add(-time.Duration(r.IntN(300)) * time.Second)
	}
	l.setup = Setup{
		Currency: []string{"CNY", "JPY", "KWD"}[r.IntN(3)], Zone: zone,
		Taxes: Taxes{OnTop: r.IntN(2) == 0, Default: map[string]TaxRate{PostingCall: TaxRate(r.IntN(3000))}},
		Tariff: TariffSetup{
			Round: []int64{0, 1, 5, 10, 100}[r.IntN(5)], Grace: map[string]int{"T": r.IntN(200)},
			Holidays: map[string]bool{l.call.Begin.In(zone).Format(time.DateOnly): r.IntN(3) == 0},
		},
	}
	return l
}

func randomRates(r *rand.Rand) (rates Rates) {
	text := func(most int) Exact {
		x, err := ParseExact(fmt.Sprintf("%d.%06d", r.IntN(most), r.IntN(1_000_000)))
		must(err)
		return x
	}
	for _, prefix := range []string{"", "1", "12", "123"} {
		for range 1 + r.IntN(4) {
			rate := Rate{Prefix: prefix, First: r.IntN(150), Tick: r.IntN(100), Price: text(3)}
			if r.IntN(2) == 0 {
				rate.Connect, rate.Included = text(2), r.IntN(200)
			}
			if r.IntN(2) == 0 {
				rate.Minimum, rate.Surcharge = text(9), text(50)
			}
			if r.IntN(2) == 0 {
				rate.From, rate.To = fmt.Sprintf("%02d:%02d", r.IntN(24), 30*r.IntN(2)), fmt.Sprintf("%02d:%02d", r.IntN(24), 15+30*r.IntN(2))
			}
			if r.IntN(3) == 0 {
				rate.Days = strings.Join(slices.Compact(slices.Sorted(slices.Values([]string{dayNames[r.IntN(8)], dayNames[r.IntN(8)], dayNames[r.IntN(8)]}))), " ")
			}
			rate.Trunk = []string{"", "", "T", "U"}[r.IntN(4)]
			rates = append(rates, rate)
		}
	}
	return rates
}
