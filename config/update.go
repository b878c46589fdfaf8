package config

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// Update says whose new versions are taken; see docs/update.md.
type Update struct {
	// Keys are public keys of minisign that count beside those that the program
	// was built with.
	Keys []string `toml:"keys"`
}

// minisignKey is the size of a public key: algorithm, number, key.
const minisignKey = 2 + 8 + 32

func (u Update) faults() []error {
	var faults []error
	for _, key := range u.Keys {
		raw, err := base64.StdEncoding.DecodeString(key)
		if err != nil || len(raw) != minisignKey || !strings.HasPrefix(string(raw), "Ed") {
			faults = append(faults, &Fault{"update.keys", "must hold public keys of minisign, the second line of a .pub file", key})
		}
	}
	if len(u.Keys) > maxUpdateKeys {
		faults = append(faults, &Fault{"update.keys", fmt.Sprintf("may hold %d keys at most", maxUpdateKeys), fmt.Sprint(len(u.Keys))})
	}
	return faults
}

// maxUpdateKeys leaves room for a change of keys.
const maxUpdateKeys = 8
