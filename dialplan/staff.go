package dialplan

import (
	"crypto/sha1"
	"encoding/hex"
)

// Person may book at minibars that ask for a PIN. The file on the PBX holds
// salt and hash, not the PIN. That keeps it from a glance; whoever has the
// file tries all PINs of four digits in no time. A PIN here says who is
// calling; it keeps no secret.
type Person struct {
	Code string // up to eight digits
	Salt string // hexadecimal, a different one for each person
	Hash string // by HashPIN
}

// HashPIN is the hash by which the PBX knows a PIN. It is SHA-1 because that
// is what Asterisk can compute in a dialplan (func_sha1).
func HashPIN(salt, code, pin string) string {
	sum := sha1.Sum([]byte(salt + "*" + code + "*" + pin))
	return hex.EncodeToString(sum[:])
}
