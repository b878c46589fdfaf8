package hotel

import (
	"math/big"
	"testing"
)

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		currency string
		text     string
	}{
		{1250, "CNY", "12.50"}, {5, "EUR", "0.05"}, {0, "EUR", "0.00"}, {-5, "EUR", "-0.05"}, {-1250, "USD", "-12.50"},
		{1250, "JPY", "1250"}, {-7, "KRW", "-7"}, {1, "KWD", "0.001"}, {12345, "TND", "12.345"},
		{maxAmount, "EUR", "10000000000.00"},
	} {
		if text := FormatAmount(c.minor, c.currency); text != c.text {
			t.Errorf("%d %s is written %q, not %q", c.minor, c.currency, text, c.text)
		}
		if c.minor < 0 {
			continue
		}
		if minor, err := ParseAmount(c.text, c.currency); err != nil || minor != c.minor {
			t.Errorf("%q %s is read as %d, not %d (%v)", c.text, c.currency, minor, c.minor, err)
		}
	}
	for text, currency := range map[string]string{
		"": "EUR", ".5": "EUR", "5.": "EUR", "1.005": "EUR", "1.5": "JPY", "-1": "EUR", "+1": "EUR", "1e3": "EUR", "1,5": "EUR",
		"99999999999999999999": "EUR", "10000000000.01": "EUR", "0x10": "EUR", "1_0": "EUR",
	} {
		if minor, err := ParseAmount(text, currency); err == nil {
			t.Errorf("%q %s was read as %d", text, currency, minor)
		}
	}
}

func TestTaxRates(t *testing.T) {
	for text, rate := range map[string]TaxRate{"6": 600, "6%": 600, "8.25%": 825, "0": 0, "100%": 10000, " 7.7 %": 770, "101": -1, "1.234": -1, "-1": -1, "": -1} {
		got, err := ParseTaxRate(text)
		if (err != nil) != (rate < 0) || err == nil && got != rate {
			t.Errorf("%q is read as %d (%v), not %d", text, got, err, rate)
		}
	}
	for rate, text := range map[TaxRate]string{600: "6%", 825: "8.25%", 1950: "19.5%", 0: "0%", 10000: "100%"} {
		if rate.String() != text {
			t.Errorf("%d is written %q, not %q", rate, rate.String(), text)
		}
	}
}

// The figures were worked out by hand.
func TestTaxOfACharge(t *testing.T) {
	for _, c := range []struct {
		price       *big.Rat
		onTop       bool
		rate        TaxRate
		amount, tax int64
	}{
		{big.NewRat(1200, 1), false, 600, 1200, 68},   // 1200·6/106 = 67.92
		{big.NewRat(1200, 1), true, 600, 1272, 72},    // 1200·1.06
		{big.NewRat(1190, 1), false, 1900, 1190, 190}, // 1190·19/119
		{big.NewRat(10, 3), true, 1900, 4, 1},         // 3.333·1.19 = 3.967: once, not 3·1.19 = 3.57; 4·19/119 = 0.64
		{big.NewRat(21, 2), true, 1900, 12, 2},        // 10.5·1.19 = 12.495; rounded first, it were 11·1.19 = 13.09; 12·19/119 = 1.92
		{big.NewRat(1, 2), false, 0, 1, 0},            // half up
		{big.NewRat(49, 100), false, 2000, 0, 0},
		{big.NewRat(3, 1), false, 2000, 3, 1}, // 3·20/120 = 0.5: half up
		{new(big.Rat), true, 600, 0, 0},
		{big.NewRat(10, 4), true, 825, 3, 0}, // 2.5·1.0825 = 2.706; 3·8.25/108.25 = 0.229
	} {
		amount, tax := Taxes{OnTop: c.onTop}.Charge(c.price, c.rate)
		if amount != c.amount || tax != c.tax {
			t.Errorf("%s, tax %s, on top %v: %d with %d of tax, not %d with %d", c.price.FloatString(3), c.rate, c.onTop, amount, tax, c.amount, c.tax)
		}
	}
}

// What no amount can hold is refused wherever it is bounded, so it must stay large.
func TestRoundingWhatIsTooLarge(t *testing.T) {
	for _, bits := range []uint{62, 63, 64, 90} {
		x := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), bits))
		if n := RoundHalfUp(x); n < 1<<62 {
			t.Errorf("2^%d is rounded to %d", bits, n)
		}
	}
}
