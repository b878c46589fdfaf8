package api

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"regexp"
	"strings"
	"testing"
)

func TestTokensAreMadeWell(t *testing.T) {
	form := regexp.MustCompile(`^bh_[0-9A-Za-z]{49}$`)
	seen := map[string]bool{}
	for range 100 {
		token, hash := NewToken()
		sum, err := shownToken([]string{"Bearer " + token})
		if err != nil || hex.EncodeToString(sum[:]) != hash || !form.MatchString(token) || seen[token] {
			t.Fatalf("%s: %x, want %s: %v", token, sum, hash, err)
		}
		seen[token] = true
	}
	if base62(big62(0), 4) != "0000" || base62(big62(62*62+61), 4) != "010z" {
		t.Errorf("base 62: %s %s", base62(big62(0), 4), base62(big62(62*62+61), 4))
	}
}

func TestWhatIsNoTokenIsNotRead(t *testing.T) {
	token, _ := NewToken()
	slip := []byte(token)
	if slip[10]++; !wellFormed(token) || wellFormed(string(slip)) {
		t.Error("a slip in copying is not noticed")
	}
	for _, values := range [][]string{
		nil, {}, {""}, {"Bearer"}, {"Bearer "}, {token}, {"Basic " + token}, {"Bearer  " + token}, {"Bearer " + token + " "}, {"Bearer\t" + token},
		{" Bearer " + token}, {"Bearer " + token, "Bearer " + token}, {"Bearer " + token + ", Bearer " + token}, {"Bearer " + strings.ToUpper(token)},
		{"Bearer " + token[:len(token)-1]}, {"Bearer " + token + "0"}, {"Bearer bh-" + token[3:]}, {"Bearer " + string(slip)}, {"Bearer " + strings.Repeat("bh_", 1<<12)},
		{"Bearer bh_" + strings.Repeat("é", 24) + "0"},
	} {
		if sum, err := shownToken(values); err == nil || sum != [sha256.Size]byte{} {
			t.Errorf("%.60q was read", values)
		} else if strings.Contains(err.Error(), token[5:20]) {
			t.Errorf("the error says what was shown: %v", err)
		}
	}
	if _, err := shownToken([]string{"bearer " + token}); err != nil {
		t.Error("the scheme's name may be written small (RFC 9110)")
	}
}

func FuzzAuthorization(f *testing.F) {
	token, _ := NewToken()
	for _, seed := range []string{"Bearer " + token, "bearer " + token, "Basic dXNlcjpwYXNz", "Bearer bh_", "", "Bearer  ", token} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		sum, err := shownToken([]string{value})
		if (err == nil) == (sum == [sha256.Size]byte{}) {
			t.Errorf("%q: %x, %v", value, sum, err)
		}
		if err != nil {
			return
		}
		shown := value[strings.IndexByte(value, ' ')+1:]
		if !strings.EqualFold(value[:7], "Bearer ") || len(shown) != tokenLength || sha256.Sum256([]byte(shown)) != sum {
			t.Errorf("%q was read as a token", value)
		}
	})
}

func big62(n int64) *big.Int { return big.NewInt(n) }
