package store

import (
	"fmt"
	"time"

	"bellhop/hotel"
)

// fillEverything puts something into every bucket: finished events and
// unfinished ones, copies, raw bytes, state, history, calls on each list.
func fillEverything(b *bench) {
	b.t.Helper()
	for n := range 30 {
		ev := hotel.Event{Kind: hotel.KindDTMF, Digits: fmt.Sprint(n), Lanes: []string{fmt.Sprint(100 + n%5)}}
		switch n % 5 {
		case 1:
			ev = hotel.Event{Kind: hotel.KindCDR, CallID: fmt.Sprint(n), CDR: &hotel.CDR{From: "101", To: "555", Start: fmt.Sprint(n)}}
		case 2:
			ev.Kind, ev.Raw = hotel.KindUnknown, []byte(fmt.Sprintf("raw %d", n))
		case 3:
			if _, err := b.Append(b.t.Context(), ev, &Push{Body: []byte(fmt.Sprint("body", n))}); err != nil {
				b.t.Fatal(err)
			}
		case 4:
			ev = hotel.Event{Kind: hotel.KindCheckIn, Room: "104", Fields: map[string]string{"name": fmt.Sprint("Guest ", n), "stay": fmt.Sprint("S", n)}}
		}
		ev = b.append(ev)
		if n%7 == 6 {
			continue // stays unfinished
		}
		units := []Unit{b.unit(ev.ID, hotel.RulesUnit, func(tx hotel.Tx) error { everyEffect(tx, &ev, n); return nil }), {Name: "hook"}}
		if n > 0 {
			view := b.Snapshot().Recorder()
			var value string
			view.Get(hotel.KVKey("hook", "k"), &value)
			view.List(hotel.PrefixKV, func(string, func(any) bool) bool { return true })
			units[1].Done.Version, units[1].Done.Reads = "v1", view.Reads()
		}
		for _, err := range b.Finish(b.t.Context(), &ev, units, n%9 != 8) {
			if err != nil {
				b.t.Fatal(err)
			}
		}
	}
	waiting, err := b.Calls(ListWaiting, 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	for i, state := range []hotel.CallState{hotel.CallDelivered, hotel.CallRefused, hotel.CallUnknown, hotel.CallExpired} {
		b.settle(waiting[2*i], state)
	}
}

func everyEffect(tx hotel.Tx, ev *hotel.Event, n int) {
	room := fmt.Sprint(100 + n%5)
	if n == 0 {
		tx.Put(hotel.KVKey("hook", "k"), `"v"`)
	}
	stay := hotel.Stay{ID: fmt.Sprint("S", n), Room: room, State: hotel.StayInHouse}
	tx.Put(hotel.RoomKey(room), hotel.Room{Number: room, Stay: stay.ID})
	tx.Put(hotel.StayKey(stay.ID), stay)
	p := hotel.Posting{ID: fmt.Sprint("P", tx.Next()), Room: room, Stay: stay.ID, Amount: int64(n), Event: ev.ID, State: hotel.PostingPending, Time: tx.Now()}
	tx.PutPosting(p)
	tx.PutCall(hotel.CallRecord{Event: ev.ID, Room: room, Time: tx.Now()})
	tx.Queue(hotel.QueuedCall{To: "pms", Op: "posting", Room: room, Lanes: []string{room}, Urgency: hotel.Guest, Kind: hotel.Keyed, Subject: p.ID})
	status := hotel.QueuedCall{To: "pms", Op: "status", Room: room, Lanes: []string{room}, Urgency: hotel.Housekeeping, Kind: hotel.Keyed, Supersedes: "housekeeping/" + room}
	if n%4 == 0 {
		status.NotBefore = tx.Now().Add(time.Hour)
	}
	tx.Queue(status)
	if n%6 == 0 {
		tx.Emit(hotel.Event{Kind: hotel.KindHousekeeping, Room: room})
	}
}
