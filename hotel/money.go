package hotel

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Amounts of money are whole numbers of the currency's minor unit: fen, cents,
// and whole yen. What is charged is worked out exactly and rounded once, half
// up, to a minor unit; the tax in it is then worked out of that amount, so that
// both stand on the bill as they are added up. What takes a charge back takes
// back the very amounts, and rounds nothing.

// The currencies whose minor unit is not a hundredth (ISO 4217, list one).
var (
	withoutMinor   = []string{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
	withThousandth = []string{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
)

// MinorDigits is how many digits behind the point a currency has.
func MinorDigits(currency string) int {
	switch {
	case slices.Contains(withoutMinor, currency):
		return 0
	case slices.Contains(withThousandth, currency):
		return 3
	}
	return 2
}

// FormatAmount writes an amount of minor units with the currency's point and
// digits, without its name: 1250 fen as 12.50.
func FormatAmount(minor int64, currency string) string {
	digits := MinorDigits(currency)
	text, sign := strconv.FormatInt(minor, 10), ""
	if minor < 0 {
		text, sign = text[1:], "-"
	}
	if digits == 0 {
		return sign + text
	}
	if len(text) <= digits {
		text = strings.Repeat("0", digits+1-len(text)) + text
	}
	return sign + text[:len(text)-digits] + "." + text[len(text)-digits:]
}

// ParseAmount reads an amount such as 12, 12.5 or 12.50 into minor units. It
// rounds nothing: more digits than the currency has are an error, and so is a
// sign.
func ParseAmount(text, currency string) (int64, error) {
	digits := MinorDigits(currency)
	minor, err := parseDecimal(text, digits)
	if err == nil && minor > maxAmount {
		err = fmt.Errorf("must be at most %s, but it is %q", FormatAmount(maxAmount, currency), text)
	}
	return minor, err
}

// parseDecimal reads a number without a sign as so many of the smallest parts
// that so many digits behind the point can tell apart.
func parseDecimal(text string, digits int) (int64, error) {
	whole, part, point := strings.Cut(strings.TrimSpace(text), ".")
	wrong := fmt.Errorf("must be such as 12 or 12.50, with at most %d digits behind the point, but it is %q", digits, text)
	if digits == 0 {
		wrong = fmt.Errorf("must be a whole number such as 12, but it is %q", text)
	}
	if whole == "" || point && part == "" || len(part) > digits || strings.Trim(whole+part, "0123456789") != "" {
		return 0, wrong
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", digits-len(part)), 10, 64)
	if err != nil {
		return 0, wrong
	}
	return n, nil
}

// TaxRate is a tax in hundredths of a percent: 600 is 6%.
type TaxRate int

// maxTaxRate bounds a tax: a hundred percent.
const maxTaxRate TaxRate = 10_000

// ParseTaxRate reads a rate such as "6", "6%" or "8.25%".
func ParseTaxRate(text string) (TaxRate, error) {
	n, err := parseDecimal(strings.TrimSuffix(strings.TrimSpace(text), "%"), 2)
	if err != nil || n > int64(maxTaxRate) {
		return 0, fmt.Errorf(`must be a percentage of 0 to 100 such as "6%%" or "8.25%%", but it is %q`, text)
	}
	return TaxRate(n), nil
}

// String writes the rate as a percentage, without digits that say nothing.
func (r TaxRate) String() string {
	text := FormatAmount(int64(r), "")
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// Taxes says how charges are taxed.
type Taxes struct {
	OnTop   bool               // prices are without the tax; otherwise it is in them
	Default map[string]TaxRate // by kind of posting; one that is not there has none
}

// Charge works out what is posted for an exact price in minor units, which is
// not negative, and how much of that is tax.
func (t Taxes) Charge(price *big.Rat, rate TaxRate) (amount, tax int64) {
	full := new(big.Rat).SetInt64(int64(maxTaxRate + rate))
	full.Quo(full, new(big.Rat).SetInt64(int64(maxTaxRate)))
	if t.OnTop {
		price = new(big.Rat).Mul(price, full)
	}
	amount = RoundHalfUp(price)
	part := new(big.Rat).SetFrac64(amount*int64(rate), int64(maxTaxRate+rate))
	return amount, RoundHalfUp(part)
}

// RoundHalfUp rounds what is not negative to a whole number, halves up. What no
// int64 holds becomes the largest one.
func RoundHalfUp(x *big.Rat) int64 {
	twice := new(big.Int).Lsh(x.Num(), 1)
	twice.Add(twice, x.Denom())
	n := twice.Quo(twice, new(big.Int).Lsh(x.Denom(), 1))
	if !n.IsInt64() {
		return math.MaxInt64
	}
	return n.Int64()
}
