package config

import (
	"strings"
	"testing"
)

func TestUpdateKeys(t *testing.T) {
	for key, ok := range map[string]bool{
		"RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3": true,
		"RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO":  false,
		"untrusted comment: minisign public key":                   false,
		"":                                                         false,
	} {
		if faults := (Update{Keys: []string{key}}).faults(); (len(faults) == 0) != ok {
			t.Errorf("%q: %v", key, faults)
		}
	}
	many := strings.Split(strings.Repeat("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3 ", 9), " ")[:9]
	if len((Update{Keys: many}).faults()) != 1 {
		t.Error("nine keys are taken")
	}
}
