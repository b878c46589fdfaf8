package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Tax says how charges are taxed; see docs/money.md.
type Tax struct {
	Prices  string  `toml:"prices"` // gross: the tax is in them; net: it comes on top
	Minibar Percent `toml:"minibar"`
	Call    Percent `toml:"call"`
	Other   Percent `toml:"other"`
}

// Whether prices are with their tax.
const (
	PricesGross = "gross"
	PricesNet   = "net"
)

// Percent is a percentage in hundredths of a percent; in the file it is text
// such as "8.25%", as numbers there are not kept exactly.
type Percent int

// UnmarshalText reads "6%", "6" or "8.25%", of 0 to 100.
func (p *Percent) UnmarshalText(text []byte) error {
	whole, part, point := strings.Cut(strings.TrimSuffix(strings.TrimSpace(string(text)), "%"), ".")
	n, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 31)
	if err != nil || whole == "" || point && part == "" || len(part) > 2 || n > 10_000 {
		return fmt.Errorf(`must be a percentage of 0 to 100 such as "6%%" or "8.25%%", but it is %q`, text)
	}
	*p = Percent(n)
	return nil
}

func (t Tax) faults() []error {
	if t.Prices != PricesGross && t.Prices != PricesNet {
		return []error{&Fault{"tax.prices", `must be "gross" (the tax is in the prices) or "net" (it comes on top)`, t.Prices}}
	}
	return nil
}
