package hotel

import (
	"testing"
	"time"
)

func TestMoveTakesWakeUpsAlong(t *testing.T) {
	tx, ev := newTx(nil), &Event{ID: 7, Time: time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)}
	tx.Put(RoomKey("101"), Room{Number: "101", Stay: "S1"})
	tx.Put(RoomKey("102"), Room{Number: "102"})
	a := applier{tx: tx, ev: ev}
	due := time.Date(2026, 11, 22, 5, 30, 0, 0, time.UTC)
	for id, w := range map[string]WakeUp{
		"W1": {Stay: "S1", State: WakeUpScheduled}, "W2": {State: WakeUpScheduled},
		"W3": {Stay: "S0", State: WakeUpScheduled}, "W4": {Stay: "S1", State: WakeUpAnswered},
	} {
		w.ID, w.Room, w.Due, w.Next = id, "101", due, due
		a.putWakeUp(w)
	}
	if err := a.move(&MoveStay{From: "101", To: "102"}); err != nil {
		t.Fatal(err)
	}
	for id, room := range map[string]string{"W1": "102", "W2": "102", "W3": "101", "W4": "101"} {
		var w WakeUp
		if tx.Get(WakeUpKey(id), &w); w.Room != room {
			t.Errorf("%s is for room %s, want %s", id, w.Room, room)
		}
	}
}

func TestWakeUpIsFoundByItsTime(t *testing.T) {
	tx := newTx(nil)
	a := applier{tx: tx, ev: &Event{}}
	at := time.Date(2026, 11, 22, 6, 30, 0, 0, time.FixedZone("", 3600))
	w := WakeUp{ID: "W1", Next: at.Add(time.Hour)}
	a.putWakeUp(w)
	w.Next = at
	a.putWakeUp(w)
	var keys []string
	tx.List(PrefixWakeDue, func(key string, _ func(any) bool) bool { keys = append(keys, key); return true })
	if len(keys) != 1 {
		t.Fatalf("keys %q, want one", keys)
	}
	if got, id, ok := WakeDue(keys[0]); !ok || id != "W1" || !got.Equal(at) {
		t.Errorf("%s reads as %s, %s, %v", keys[0], got, id, ok)
	}
	w.Next = time.Time{}
	a.putWakeUp(w)
	if n := countTo(tx, PrefixWakeDue, 9); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}
