package config

import "testing"

func TestPercent(t *testing.T) {
	for text, want := range map[string]Percent{"6": 600, "6%": 600, "8.25%": 825, "7.5": 750, "0": 0, "100%": 10000, "": -1, "%": -1, "100.01": -1, "-1": -1, "+1": -1, "1.": -1, "1.234": -1, ".5": -1, "1e1": -1, "6,5": -1} {
		p := Percent(-1)
		if err := p.UnmarshalText([]byte(text)); p != want || (err != nil) != (want < 0) {
			t.Errorf("%q is read as %d (%v), not %d", text, p, err, want)
		}
	}
}
