package hotel

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func tokenOrder(name, scope, hash, expires string) []Effect {
	ev := command(CommandTokenAdd, map[string]string{"name": name, "scope": scope, "hash": hash, "expires": expires})
	return Rules(&ev, false)
}

func revokeOrder(name string) []Effect {
	ev := command(CommandTokenRevoke, map[string]string{"name": name})
	return Rules(&ev, false)
}

func usedOn(name, hash, day string) []Effect {
	ev := command(CommandTokenUsed, map[string]string{"name": name, "hash": hash, "day": day})
	return Rules(&ev, false)
}

var someHash, otherHash = strings.Repeat("a1", 32), strings.Repeat("b2", 32)

func TestTokenList(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, noPMS, tokenOrder("pms", "desk", strings.ToUpper(someHash), eventTime.Add(time.Hour).Format(time.RFC3339))...)
	want := Token{Name: "pms", Scope: ScopeDesk, Hash: someHash, Created: eventTime, Expires: eventTime.Add(time.Hour)}
	equal(t, "token", record[Token](tx, TokenKey("pms")), want)
	apply(t, tx, noPMS, usedOn("pms", otherHash, "2026-03-01")...)
	equal(t, "another one of that name was used", record[Token](tx, TokenKey("pms")), want)
	apply(t, tx, noPMS, usedOn("pms", someHash, "2026-03-02")...)
	apply(t, tx, noPMS, usedOn("pms", someHash, "2026-03-01")...)
	want.Used = "2026-03-02"
	equal(t, "used", record[Token](tx, TokenKey("pms")), want)
	apply(t, tx, noPMS, usedOn("gone", someHash, "2026-03-02")...)
	equal(t, "one that is not there", countTo(tx, PrefixToken, 9), 1)
	apply(t, tx, noPMS, revokeOrder("pms")...)
	equal(t, "the list", countTo(tx, PrefixToken, 9), 0)
	refused(t, tx, Invalid{"token", "name", "must be one of the list", "pms"}, revokeOrder("pms")...)
}

func TestTokensAreChecked(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, noPMS, tokenOrder("pms", "read", someHash, "")...)
	name, scope := "must be 1 to 40 letters, digits, - _ or .", "must be read, desk or admin"
	refused(t, tx, Invalid{"token", "name", name, ""}, tokenOrder("", "read", someHash, "")...)
	refused(t, tx, Invalid{"token", "name", name, "a b"}, tokenOrder("a b", "read", someHash, "")...)
	refused(t, tx, Invalid{"token", "name", name, "a\nb"}, tokenOrder("a\nb", "read", someHash, "")...)
	refused(t, tx, Invalid{"token", "name", name, strings.Repeat("x", 41)}, tokenOrder(strings.Repeat("x", 41), "read", someHash, "")...)
	refused(t, tx, Invalid{"token", "name", "is on the list already: revoke it first, or take another name", "pms"}, tokenOrder("pms", "read", otherHash, "")...)
	refused(t, tx, Invalid{"token", "scope", scope, "root"}, tokenOrder("x", "root", someHash, "")...)
	refused(t, tx, Invalid{"token", "scope", scope, "open"}, tokenOrder("x", "open", someHash, "")...)
	for _, hash := range []string{"", "a1", someHash + "a1", strings.Repeat("zz", 32)} {
		refused(t, tx, Invalid{Effect: "token", Field: "hash", Rule: "must be 64 hexadecimal digits"}, tokenOrder("x", "read", hash, "")...)
	}
	for _, at := range []time.Time{eventTime, eventTime.Add(-time.Hour), eventTime.AddDate(11, 0, 0)} {
		text := at.Format(time.RFC3339)
		refused(t, tx, Invalid{"token", "expires", "must be within ten years from now", text}, tokenOrder("x", "read", someHash, text)...)
	}
	if err := Apply(tx, &Event{Time: eventTime}, RulesUnit, tokenOrder("x", "read", someHash, "tomorrow"), noPMS); err == nil {
		t.Error("a time that cannot be read was taken")
	}
	for n := range maxTokens - 1 {
		apply(t, tx, noPMS, tokenOrder(fmt.Sprint("t", n), "read", someHash, "")...)
	}
	refused(t, tx, Invalid{"token", "name", "is one too many: there are 64 at most, revoke one", "x"}, tokenOrder("x", "read", someHash, "")...)
}

func TestScopesHoldThoseBefore(t *testing.T) {
	for i, have := range Scopes {
		for j, need := range Scopes {
			equal(t, string(have)+" for "+string(need), have.Holds(need), i >= j)
		}
		for _, odd := range []Scope{"", "open", "box", "Admin"} {
			equal(t, string(have)+" for "+string(odd), have.Holds(odd), false)
			equal(t, string(odd)+" for "+string(have), odd.Holds(have), false)
		}
	}
}

func TestTokenExpires(t *testing.T) {
	equal(t, "never", Token{}.Expired(eventTime), false)
	equal(t, "before", Token{Expires: eventTime}.Expired(eventTime.Add(-1)), false)
	equal(t, "at its end", Token{Expires: eventTime}.Expired(eventTime), true)
}
