package config

import (
	"testing"
	"time"
)

func TestDoubtTime(t *testing.T) {
	for text, want := range map[string]time.Duration{"4h": 4 * time.Hour, "0s": 0, "24h": 24 * time.Hour, "90m": 90 * time.Minute, "-1s": -1, "24h1s": -1, "4": -1, "": -1} {
		m := Minibar{Doubt: text}
		if faults := m.faults(); (len(faults) > 0) != (want < 0) || want >= 0 && m.DoubtTime() != want {
			t.Errorf("%q: %v, %v", text, m.DoubtTime(), faults)
		}
	}
}
