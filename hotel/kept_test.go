package hotel

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"time"
)

func kvEffect(key, value string, expire time.Duration) Effect {
	return Effect{KV: &SetKV{Hook: "h", Key: key, Value: &value, ExpireAfter: expire}}
}

// A value that ends is found by when it does; set anew or removed it leaves nothing
// behind.
func TestKeptValuesThatEnd(t *testing.T) {
	tx := newTx(nil)
	set := func(effects ...Effect) {
		t.Helper()
		if err := Apply(tx, &Event{ID: 1, Time: eventTime}, "h.lua:dtmf:1", effects, Setup{}); err != nil {
			t.Fatal(err)
		}
	}
	set(kvEffect("a", "1", time.Minute), kvEffect("b", "2", 0))
	index := keptUntilKey(commitTime.Add(time.Minute), KVKey("h", "a"))
	if want := []string{KVKey("h", "a"), KVKey("h", "b"), index}; !slices.Equal(tx.keys(), want) {
		t.Errorf("keys %q, want %q", tx.keys(), want)
	}
	if until, key, ok := KeptUntil(index); !ok || key != KVKey("h", "a") || !until.Equal(commitTime.Add(time.Minute)) {
		t.Errorf("%v %q %v", until, key, ok)
	}
	if got := tx.state[KVKey("h", "b")]; got != `"2"` {
		t.Errorf("what stays is %s", got)
	}
	a := record[Kept](tx, KVKey("h", "a"))
	if a.Value != "1" || a.Gone(commitTime.Add(time.Minute-1)) || !a.Gone(commitTime.Add(time.Minute)) {
		t.Errorf("%+v", a)
	}
	set(kvEffect("a", "3", time.Hour))
	if _, there := tx.state[index]; there || len(tx.keys()) != 3 {
		t.Errorf("set anew: keys %q", tx.keys())
	}
	set(kvEffect("a", "4", 0))
	if want := []string{KVKey("h", "a"), KVKey("h", "b")}; !slices.Equal(tx.keys(), want) {
		t.Errorf("it stays now: keys %q", tx.keys())
	}
	set(kvEffect("a", "5", time.Hour), Effect{KV: &SetKV{Hook: "h", Key: "a"}})
	if want := []string{KVKey("h", "b")}; !slices.Equal(tx.keys(), want) {
		t.Errorf("removed: keys %q", tx.keys())
	}
	refused(t, tx, Invalid{"kv", "expire", "must be 1 to 316224000 seconds", "-1s"}, kvEffect("a", "1", -time.Second))
	refused(t, tx, Invalid{"kv", "expire", "must be 1 to 316224000 seconds", "87840h0m1s"}, kvEffect("a", "1", maxKept+time.Second))
}

// At the most that a hook may keep, what has ended makes room.
func TestEndedValuesMakeRoom(t *testing.T) {
	tx := newTx(nil)
	ended := commitTime.Add(-time.Second)
	for i := range maxKVKeys {
		key := KVKey("h", strconv.Itoa(i))
		k := Kept{Value: "1"}
		if i < 2 {
			k.Until = ended
			tx.Put(keptUntilKey(ended, key), true)
		}
		tx.Put(key, k)
	}
	if err := Apply(tx, &Event{ID: 1, Time: eventTime}, "h.lua:dtmf:1", []Effect{kvEffect("new", "1", 0), kvEffect("more", "1", 0)}, Setup{}); err != nil {
		t.Fatal(err)
	}
	if len(tx.keys()) != maxKVKeys {
		t.Errorf("%d keys", len(tx.keys()))
	}
	refused(t, tx, Invalid{"kv", "key", "is one too many: a hook keeps at most 1000 keys", "third"}, kvEffect("third", "1", 0))
}

func FuzzKept(f *testing.F) {
	f.Add(`"1"`)
	f.Add(`{"value":"1","until":"2026-11-22T00:00:00Z"}`)
	f.Fuzz(func(t *testing.T, text string) {
		var k, again Kept
		if json.Unmarshal([]byte(text), &k) != nil {
			return
		}
		out, err := json.Marshal(k)
		if err != nil {
			return // a year that no text has
		}
		if err := json.Unmarshal(out, &again); err != nil || again.Value != k.Value || !again.Until.Equal(k.Until) {
			t.Errorf("%s: %+v, %+v, %v", text, k, again, err)
		}
	})
}
