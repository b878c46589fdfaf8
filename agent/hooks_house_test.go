package agent

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bellhop/hotel"
	"bellhop/luahooks"
)

// Hooks are closed behind the last who uses them, and not before: at once where
// nobody does, and those in use never.
func TestHooksAreClosedBehindTheLast(t *testing.T) {
	load := func() *hookSet {
		set, err := luahooks.Load(fstest.MapFS{"t.lua": {Data: []byte(keeps("one"))}}, luahooks.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(set.Close)
		return newHookSet(set)
	}
	is := func(when string, set *hookSet, closed bool) {
		t.Helper()
		in := luahooks.Input{Event: &hotel.Event{Kind: hotel.KindDTMF, Digits: "9"}, Now: time.Now(), Zone: time.UTC}
		err := set.Run(t.Context(), "t.lua:dtmf:1", in).Err
		if got := err != nil && strings.Contains(err.Error(), "closed"); got != closed || err != nil && !got {
			t.Errorf("%s: %v, to be closed: %v", when, err, closed)
		}
	}
	h := newHookHouse(nil, testConfig(t), time.Now)
	first, second, third := load(), load(), load()
	h.swap(first, loadedHooks{})
	one, two := h.take(), h.take()
	h.swap(second, loadedHooks{})
	is("two use it", first, false)
	h.give(one)
	is("one uses it", first, false)
	h.give(two)
	is("nobody uses it", first, true)
	h.give(h.take())
	is("nobody uses it, and it is in use", second, false)
	h.swap(second, loadedHooks{})
	is("it took its own place", second, false)
	h.swap(third, loadedHooks{})
	is("nobody used it when its place was taken", second, true)
}
