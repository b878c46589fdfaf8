package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"math/big"
	"strings"
)

// A token is "bh_", 256 random bits, and a checksum of what stands before it,
// the latter two in base 62. The beginning lets scanners of source code find
// one that was left there, and the checksum tells one from what only looks
// like it, and a slip in copying from a token that was revoked.
const (
	tokenPrefix  = "bh_"
	tokenRandom  = 43 // the digits of 256 bits
	tokenCheck   = 6  // and of 32
	tokenLength  = len(tokenPrefix) + tokenRandom + tokenCheck
	base62Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// NewToken makes a token, and the SHA-256 of it, in hexadecimal, by which an
// agent knows it again. The token itself is for the one who is to show it, and
// is kept nowhere else.
func NewToken() (token, hash string) {
	var random [32]byte
	_, _ = rand.Read(random[:]) // it ends the program rather than fail
	body := tokenPrefix + base62(new(big.Int).SetBytes(random[:]), tokenRandom)
	token = body + checkDigits(body)
	sum := sha256.Sum256([]byte(token))
	return token, hex.EncodeToString(sum[:])
}

func checkDigits(body string) string {
	return base62(big.NewInt(int64(crc32.ChecksumIEEE([]byte(body)))), tokenCheck)
}

// base62 writes n with so many digits.
func base62(n *big.Int, size int) string {
	digits, base, rest := make([]byte, size), big.NewInt(int64(len(base62Digits))), new(big.Int)
	for i := size - 1; i >= 0; i-- {
		n, rest = new(big.Int).DivMod(n, base, rest)
		digits[i] = base62Digits[rest.Int64()]
	}
	return string(digits)
}

// errNoToken says that a request shows no token, or what cannot be one. It
// never says what was shown.
var errNoToken = errors.New("no token is shown")

// shownToken reads what the values of a request's Authorization say, and gives
// the SHA-256 of the token. Of several values none is the right one.
func shownToken(values []string) (sum [sha256.Size]byte, err error) {
	if len(values) != 1 {
		return sum, errNoToken
	}
	scheme, token, found := strings.Cut(values[0], " ")
	if !found || !strings.EqualFold(scheme, "Bearer") || !wellFormed(token) {
		return sum, errNoToken
	}
	return sha256.Sum256([]byte(token)), nil
}

// wellFormed tells whether a text can be a token.
func wellFormed(token string) bool {
	if len(token) != tokenLength || !strings.HasPrefix(token, tokenPrefix) || strings.Trim(token[len(tokenPrefix):], base62Digits) != "" {
		return false
	}
	body := token[:len(token)-tokenCheck]
	return checkDigits(body) == token[len(body):]
}
