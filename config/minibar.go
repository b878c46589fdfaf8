package config

import "time"

// Minibar says how entries of minibars are charged; see docs/minibar.md.
type Minibar struct {
	// Doubt is for how long after somebody came into a room an entry may still
	// be of who was there before, as long as nobody has looked; "0s": it never is.
	Doubt string `toml:"doubt"`
}

// DoubtTime is the doubt; of a checked config.
func (m Minibar) DoubtTime() time.Duration {
	d, err := time.ParseDuration(m.Doubt)
	if err != nil {
		return 4 * time.Hour
	}
	return d
}

func (m Minibar) faults() []error {
	if d, err := time.ParseDuration(m.Doubt); err != nil || d < 0 || d > 24*time.Hour {
		return []error{&Fault{"minibar.doubt", `must be such as "4h", 0s to 24h`, m.Doubt}}
	}
	return nil
}
