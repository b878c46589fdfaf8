package store

import (
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
)

// A name that a hook gives to whom it checks in lies apart and goes, although the
// event for which the hook ran has none.
func TestNamesThatHooksGive(t *testing.T) {
	b := newBench(t)
	ev := b.append(hotel.Event{Kind: hotel.KindCDR, Time: b.clock.now(), Room: "101"})
	hook := b.unit(ev.ID, "pms.lua:cdr:1", func(hotel.Tx) error { return nil })
	hook.Done = hotel.Done{Version: "v1", Effects: []hotel.Effect{{CheckIn: &hotel.CheckIn{Room: "101", Name: theName}}}}
	for _, err := range b.Finish(b.t.Context(), &ev, []Unit{{Name: hotel.RulesUnit}, hook}, true) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, holder := range b.holders() {
		if !strings.HasPrefix(holder, string(bucketNames)) {
			t.Errorf("the name stands in %q", holder)
		}
	}
	done, err := b.Done(ev.ID)
	if err != nil || len(done["pms.lua:cdr:1"].Effects) != 1 {
		t.Errorf("%v, %+v", err, done)
	}
	b.clock.add(31 * 24 * time.Hour)
	b.append(hotel.Event{Kind: hotel.KindCDR, Time: b.clock.now(), Room: "101"})
	b.finishAll()
	b.forget(30 * 24 * time.Hour)
	if left := b.holders(); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	if done, err := b.Done(ev.ID); err != nil || !done["pms.lua:cdr:1"].Removed {
		t.Errorf("%v, %+v", err, done)
	}
}
