package store

import (
	"testing"
	"time"

	"bellhop/hotel"
)

// What a hook keeps for a while goes when that is over, and what it has set anew
// since stays.
func TestRetentionOfValuesThatEnd(t *testing.T) {
	b := newBench(t)
	set := func(key string, expire time.Duration) {
		t.Helper()
		value := "1"
		b.run(func(tx hotel.Tx) {
			err := hotel.Apply(tx, &hotel.Event{ID: 1, Time: b.clock.now()}, "h.lua:dtmf:1",
				[]hotel.Effect{{KV: &hotel.SetKV{Hook: "h", Key: key, Value: &value, ExpireAfter: expire}}}, hotel.Setup{})
			if err != nil {
				t.Error(err)
			}
		})
	}
	retain := func() int {
		t.Helper()
		n, _, err := b.Retain(t.Context(), 1000*24*time.Hour, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	set("soon", time.Minute)
	set("anew", time.Minute)
	set("late", time.Hour)
	set("always", 0)
	if n := retain(); n != 0 {
		t.Errorf("%d went at once", n)
	}
	b.clock.add(30 * time.Second)
	set("anew", time.Hour)
	b.clock.add(40 * time.Second)
	if n := retain(); n != 1 {
		t.Errorf("%d went, not one", n)
	}
	left := map[string]bool{}
	for _, prefix := range []string{hotel.PrefixKV, hotel.PrefixKeptUntil} {
		b.Snapshot().List(prefix, func(key string, _ func(any) bool) bool {
			left[key] = true
			return true
		})
	}
	if len(left) != 5 || left[hotel.KVKey("h", "soon")] {
		t.Errorf("left %v", left)
	}
}
