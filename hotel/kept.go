package hotel

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Kept is a value that a hook keeps, at [KVKey]. One that does not end is the text
// alone.
type Kept struct {
	Value string    // JSON
	Until time.Time // it is gone from then on, UTC; zero: it stays
}

// keptRecord is how one that ends is written.
type keptRecord struct {
	Value string    `json:"value"`
	Until time.Time `json:"until"`
}

// MarshalJSON implements [json.Marshaler].
func (k Kept) MarshalJSON() ([]byte, error) {
	if k.Until.IsZero() {
		return json.Marshal(k.Value)
	}
	return json.Marshal(keptRecord(k))
}

// UnmarshalJSON implements [json.Unmarshaler].
func (k *Kept) UnmarshalJSON(text []byte) error {
	*k = Kept{}
	if strings.HasPrefix(string(text), `"`) {
		return json.Unmarshal(text, &k.Value)
	}
	return json.Unmarshal(text, (*keptRecord)(k))
}

// Gone tells whether the value is none at a time any more.
func (k Kept) Gone(now time.Time) bool { return !k.Until.IsZero() && !now.Before(k.Until) }

// PrefixKeptUntil begins the keys by which values that end are found, the one that
// ends first before the others.
const PrefixKeptUntil = "kvuntil/"

func keptUntilKey(until time.Time, key string) string {
	return PrefixKeptUntil + until.UTC().Format(wakeDueLayout) + "/" + key
}

// KeptUntil reads a key below [PrefixKeptUntil]: when what ends.
func KeptUntil(index string) (until time.Time, key string, ok bool) {
	text, key, found := strings.Cut(strings.TrimPrefix(index, PrefixKeptUntil), "/")
	until, err := time.Parse(wakeDueLayout, text)
	return until, key, found && err == nil
}

// maxKept is the longest that a value may be kept when it ends: ten years.
const maxKept = 10 * 366 * 24 * time.Hour

func (a *applier) kv(k *SetKV) error {
	key := KVKey(k.Hook, k.Key)
	var old Kept
	known := a.tx.Get(key, &old)
	switch {
	case k.Value == nil:
		a.dropKept(key, old)
		return nil
	case k.Key == "" || len(k.Key) > maxKVKey:
		return &Invalid{"kv", "key", fmt.Sprintf("must have 1 to %d bytes", maxKVKey), clip(k.Key)}
	case len(*k.Value) > maxKVValue:
		return &Invalid{"kv", "value", fmt.Sprintf("must have at most %d bytes", maxKVValue), ""}
	case k.ExpireAfter < 0 || k.ExpireAfter > maxKept:
		return &Invalid{"kv", "expire", fmt.Sprintf("must be 1 to %d seconds", maxKept/time.Second), k.ExpireAfter.String()}
	}
	if !known && a.keysOf(k.Hook) >= maxKVKeys {
		return &Invalid{"kv", "key", fmt.Sprintf("is one too many: a hook keeps at most %d keys", maxKVKeys), clip(k.Key)}
	}
	a.dropKept(key, old)
	kept := Kept{Value: *k.Value}
	if k.ExpireAfter > 0 {
		kept.Until = a.tx.Now().Add(k.ExpireAfter).UTC().Truncate(time.Millisecond)
		a.tx.Put(keptUntilKey(kept.Until, key), true)
	}
	a.tx.Put(key, kept)
	return nil
}

// dropKept removes a value, and that by which it is found.
func (a *applier) dropKept(key string, old Kept) {
	if !old.Until.IsZero() {
		a.tx.Delete(keptUntilKey(old.Until, key))
	}
	a.tx.Delete(key)
}

// keysOf counts what a hook keeps. At the most that it may, what has ended goes
// first.
func (a *applier) keysOf(hook string) int {
	prefix := KVKey(hook, "")
	if n := countTo(a.tx, prefix, maxKVKeys); n < maxKVKeys {
		return n
	}
	ended := map[string]Kept{}
	a.tx.List(prefix, func(key string, decode func(any) bool) bool {
		var k Kept
		if decode(&k) && k.Gone(a.tx.Now()) {
			ended[key] = k
		}
		return true
	})
	for key, k := range ended {
		a.dropKept(key, k)
	}
	return countTo(a.tx, prefix, maxKVKeys)
}
