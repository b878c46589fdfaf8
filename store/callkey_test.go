package store

import (
	"testing"
	"time"

	"bellhop/hotel"
)

// The key of a call follows from what led to it, and from nothing else: the same
// has the same wherever it is worked out, and whatever differs has another, as the
// far side drops what it has by that name.
func TestKeysOfCalls(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)
	cdr := hotel.CDR{Start: "2026-03-01 08:28:00", From: "101", To: "0211"}
	posting := hotel.QueuedCall{Unit: "rules", To: hotel.ToPMS, Op: hotel.OpPosting, Room: "101"}
	keyOf := func(store string, ev hotel.Event, before int, q hotel.QueuedCall) string {
		c := &commit{}
		c.meta.ID = store
		keys := c.callKeys(&ev)
		for range before {
			keys.next(&q)
		}
		return keys.next(&q)
	}
	plain := hotel.Event{ID: 7, Time: at, Kind: hotel.KindDTMF}
	call := hotel.Event{ID: 8, Time: at, Kind: hotel.KindCDR, Serial: "A1", CallID: "c-1", CDR: &cdr}
	other := func(change func(*hotel.Event, *hotel.QueuedCall)) (hotel.Event, hotel.QueuedCall) {
		ev, q := plain, posting
		change(&ev, &q)
		return ev, q
	}
	all := map[string]string{}
	add := func(what, key string) {
		t.Helper()
		if of, known := all[key]; known {
			t.Errorf("%s has the key of %s", what, of)
		}
		all[key] = what
	}
	add("an entry", keyOf("db", plain, 0, posting))
	add("its second call", keyOf("db", plain, 1, posting))
	add("the same of another box", keyOf("another", plain, 0, posting))
	for what, change := range map[string]func(*hotel.Event, *hotel.QueuedCall){
		"another event":                      func(ev *hotel.Event, _ *hotel.QueuedCall) { ev.ID = 9 },
		"what a restored box kept by the id": func(ev *hotel.Event, _ *hotel.QueuedCall) { ev.Time = at.Add(time.Nanosecond) },
		"a hook's":                           func(_ *hotel.Event, q *hotel.QueuedCall) { q.Unit = "h.lua:minibar:1" },
		"another operation":                  func(_ *hotel.Event, q *hotel.QueuedCall) { q.Op = "call" },
		"another far side":                   func(_ *hotel.Event, q *hotel.QueuedCall) { q.To = "https://x" },
		"another room":                       func(_ *hotel.Event, q *hotel.QueuedCall) { q.Room = "102" },
		"another address":                    func(_ *hotel.Event, q *hotel.QueuedCall) { q.URL = "https://x/y" },
	} {
		ev, q := other(change)
		add(what, keyOf("db", ev, 0, q))
	}
	add("a call record", keyOf("db", call, 0, posting))
	// Run again it is charged once more, on a person's word, each time.
	for n, id := range []uint64{20, 21} {
		again := call
		again.ID, again.Again = id, &hotel.Again{Event: 8, Time: at.Add(time.Duration(n) * time.Hour), CopyOf: 8, Charge: true}
		add("it, run again", keyOf("db", again, 0, posting))
		if n == 0 {
			again.Again.Time = at.Add(24 * time.Hour)
			add("the order of that number by a restored box", keyOf("db", again, 0, posting))
		}
	}
	// The record is the same by whatever way it came, and whatever number it got.
	again := call
	again.ID, again.Time = 99, at.Add(time.Hour)
	if keyOf("db", call, 0, posting) != keyOf("db", again, 0, posting) {
		t.Error("a call record has another key when it is downloaded after a restore")
	}
}
