package agent

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"sync"
	"time"

	"bellhop/hotel"
)

// Tokens are those of the list, by name.
func (a *Agent) Tokens() []hotel.Token {
	return list[hotel.Token](a.store.Snapshot(), hotel.PrefixToken)
}

// Admit finds the token whose SHA-256 is sum; false when there is none, or its
// time is over. It compares with all of them, and takes as long whichever it is.
func (a *Agent) Admit(sum [sha256.Size]byte) (found hotel.Token, ok bool) {
	shown := []byte(hex.EncodeToString(sum[:]))
	for _, t := range a.Tokens() {
		if subtle.ConstantTimeCompare(shown, []byte(t.Hash)) == 1 {
			found, ok = t, true
		}
	}
	return found, ok && !a.Expired(found)
}

// Expired tells whether a token's time is over.
func (a *Agent) Expired(t hotel.Token) bool { return t.Expired(a.latest()) }

// latest is now, or the newest time that the store has seen: a clock that is
// set back makes no token valid again.
func (a *Agent) latest() time.Time {
	now := a.now()
	if last := a.store.Status().LastTime; last.After(now) {
		return last
	}
	return now
}

// TokenSeen notes that a token was used, if that is the first time today: one
// event a day. That it cannot be noted, as on a full disk, stops nobody.
func (a *Agent) TokenSeen(ctx context.Context, t hotel.Token) {
	day := a.now().UTC().Format(time.DateOnly)
	if day <= t.Used || !a.seen.first(t.Hash, day) {
		return
	}
	_, _ = a.store.Append(ctx, hotel.Event{
		Kind: hotel.KindCommand, Name: hotel.CommandTokenUsed, Source: hotel.SourceAgent,
		Fields: map[string]string{"name": t.Name, "hash": t.Hash, "day": day},
	}, nil)
}

// seenToday remembers which tokens have been noted on a day, so that many
// requests at once make one event.
type seenToday struct {
	mu     sync.Mutex
	day    string
	hashes map[string]bool
}

func (s *seenToday) first(hash, day string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.day != day {
		s.day, s.hashes = day, map[string]bool{} // as many as there are tokens
	}
	if s.hashes[hash] {
		return false
	}
	s.hashes[hash] = true
	return true
}

type byKey struct{}

// As says in whose name the orders under a context are given: each event that
// they become says so. Without it they were given on the box itself.
func As(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, byKey{}, name)
}

// giver is who gives the orders under a context; empty: somebody on the box.
func giver(ctx context.Context) string {
	name, _ := ctx.Value(byKey{}).(string)
	return name
}

// Tell raises an alert of who serves the agent, such as the API's listener.
func (a *Agent) Tell(ctx context.Context, code string, params map[string]string) {
	a.tell(ctx, code, params)
}
