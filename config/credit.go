package config

import (
	"slices"
	"strings"
)

// Credit says how much guests may owe; see docs/calls.md.
type Credit struct {
	Limit string  `toml:"limit"` // of each stay, such as "500.00"; empty: none
	Warn  Percent `toml:"warn"`  // of the limit, at which the desk is told
	Class string  `toml:"class"` // of service, once it is reached; empty: the desk is told alone
}

func (c Credit) faults() []error {
	var faults []error
	if c.Limit != "" && (!isAmount.MatchString(c.Limit) || strings.Trim(c.Limit, "0.") == "") {
		faults = append(faults, &Fault{"credit.limit", `must be an amount such as "500.00", or empty for none`, c.Limit})
	}
	if !slices.Contains([]string{"", "none", "internal", "local", "national"}, c.Class) {
		faults = append(faults, &Fault{"credit.class", `must be "none", "internal", "local" or "national", or empty`, c.Class})
	}
	return faults
}
