package hotel

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// PrefixToken begins the keys of the [Token] records.
const PrefixToken = "token/"

// TokenKey is the key of a token's record.
func TokenKey(name string) string { return PrefixToken + name }

// Scope is what somebody may do who comes over the network. Each holds those
// before it.
type Scope string

// The scopes of tokens.
const (
	ScopeRead  Scope = "read"  // how things stand, without names of guests
	ScopeDesk  Scope = "desk"  // what the front desk sees and orders
	ScopeAdmin Scope = "admin" // what sets the house up, too
)

// Scopes are all, the least first.
var Scopes = []Scope{ScopeRead, ScopeDesk, ScopeAdmin}

// Known tells whether s is one of the scopes.
func (s Scope) Known() bool { return slices.Contains(Scopes, s) }

// Holds tells whether somebody of scope s may do what needs other. An unknown
// scope holds nothing, and nothing holds it.
func (s Scope) Holds(other Scope) bool {
	return s.Known() && other.Known() && slices.Index(Scopes, s) >= slices.Index(Scopes, other)
}

// Token lets one program in over the network. What it shows is not kept, but
// Hash, its SHA-256 in hexadecimal: enough to know it again, and of no use to
// who reads it. A slow hash as for passwords would add nothing, as nobody can
// try 256 random bits.
type Token struct {
	Name    string    `json:"name"`
	Scope   Scope     `json:"scope"`
	Hash    string    `json:"hash"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
	Used    string    `json:"used,omitempty"`   // the newest day, UTC, "2006-01-02"
}

// Expired tells whether the token's time is over.
func (t Token) Expired(now time.Time) bool { return !t.Expires.IsZero() && !now.Before(t.Expires) }

// TokenOrder makes a token known, or with Revoke forgets it.
type TokenOrder struct {
	Name    string    `json:"name"`
	Scope   Scope     `json:"scope,omitempty"`
	Hash    string    `json:"hash,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
	Revoke  bool      `json:"revoke,omitempty"`
}

// TokenUsed notes on which day a token was used. The hash says that it is
// still the same one.
type TokenUsed struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
	Day  string `json:"day"`
}

// Bounds of tokens: each request is compared with all of them.
const (
	maxTokens    = 64
	maxTokenName = 40
	maxTokenLife = 10 * 366 * 24 * time.Hour
	sizeHash     = 32
)

// tokenLetters are those that a token's name may have: it stands in the
// journal and in the log as who ordered something.
const tokenLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

func (a *applier) token(o *TokenOrder) error {
	var old Token
	known := a.tx.Get(TokenKey(o.Name), &old)
	switch {
	case o.Name == "" || len(o.Name) > maxTokenName || strings.Trim(o.Name, tokenLetters) != "":
		return &Invalid{"token", "name", fmt.Sprintf("must be 1 to %d letters, digits, - _ or .", maxTokenName), clip(o.Name)}
	case o.Revoke && !known:
		return &Invalid{"token", "name", "must be one of the list", o.Name}
	case o.Revoke:
		a.tx.Delete(TokenKey(o.Name))
		return nil
	case known:
		return &Invalid{"token", "name", "is on the list already: revoke it first, or take another name", o.Name}
	case !o.Scope.Known():
		return &Invalid{"token", "scope", "must be read, desk or admin", clip(string(o.Scope))}
	case !isHash(o.Hash):
		return &Invalid{Effect: "token", Field: "hash", Rule: "must be 64 hexadecimal digits"}
	case !o.Expires.IsZero() && (!o.Expires.After(a.ev.Time) || o.Expires.After(a.ev.Time.Add(maxTokenLife))):
		return &Invalid{"token", "expires", "must be within ten years from now", o.Expires.Format(time.RFC3339)}
	case countTo(a.tx, PrefixToken, maxTokens) >= maxTokens:
		return &Invalid{"token", "name", fmt.Sprintf("is one too many: there are %d at most, revoke one", maxTokens), o.Name}
	}
	a.tx.Put(TokenKey(o.Name), Token{Name: o.Name, Scope: o.Scope, Hash: strings.ToLower(o.Hash), Created: a.ev.Time, Expires: o.Expires})
	return nil
}

func isHash(text string) bool {
	sum, err := hex.DecodeString(text)
	return err == nil && len(sum) == sizeHash
}

// tokenUsed leaves a token alone that was revoked meanwhile, whatever has its
// name now.
func (a *applier) tokenUsed(u *TokenUsed) error {
	var t Token
	if !a.tx.Get(TokenKey(u.Name), &t) || t.Hash != u.Hash || t.Used >= u.Day {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, u.Day); err != nil {
		return &Invalid{"token", "day", "must be such as 2026-11-24", clip(u.Day)}
	}
	t.Used = u.Day
	a.tx.Put(TokenKey(t.Name), t)
	return nil
}

// The commands about tokens.
const (
	CommandTokenAdd    = "token add"
	CommandTokenRevoke = "token revoke"
	CommandTokenUsed   = "token used" // the agent notes it, once a day
)

func tokenRules(ev *Event) []Effect {
	f := ev.Fields
	if ev.Name == CommandTokenUsed {
		return []Effect{{TokenUsed: &TokenUsed{Name: f["name"], Hash: f["hash"], Day: f["day"]}}}
	}
	o := TokenOrder{Name: f["name"], Scope: Scope(f["scope"]), Hash: f["hash"], Revoke: ev.Name == CommandTokenRevoke}
	if text := f["expires"]; text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return []Effect{{}} // refused with a reason, as no person wrote it
		}
		o.Expires = at
	}
	return []Effect{{Token: &o}}
}
