package config

import "strconv"

// SMS says by which line of the PBX text messages go out; see docs/hooks.md.
type SMS struct {
	Trunk  string `toml:"trunk"`   // by its name on the PBX; empty: none is sent
	PerDay int    `toml:"per_day"` // the most on one day, so that a hook that runs wild costs little
}

func (s SMS) faults() []error {
	var faults []error
	if s.Trunk != printable(s.Trunk) || len(s.Trunk) > 64 {
		faults = append(faults, &Fault{"sms.trunk", "must be a trunk's name, of 64 bytes at most", printable(s.Trunk)})
	}
	if s.PerDay < 1 || s.PerDay > 1000 {
		faults = append(faults, &Fault{"sms.per_day", "must be 1 to 1000", strconv.Itoa(s.PerDay)})
	}
	return faults
}
