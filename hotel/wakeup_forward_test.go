package hotel

import "testing"

// A room's call that went on to the desk, or to anybody else, wakes nobody.
func TestKeyAtAnotherTelephoneProvesNothing(t *testing.T) {
	for _, c := range []struct {
		room, extension string
		want            WakeUpState
	}{
		{"", "8000", WakeUpRinging},
		{"102", "102", WakeUpRinging},
		{"101", "101", WakeUpAnswered},
		{"", "", WakeUpAnswered}, // who pressed it is not known; the call is
	} {
		b := newWakeBook(t, "Asia/Shanghai")
		w := b.add(moment(t, "2026-11-21 22:00:00 +0800"), WakeUpAdd{Time: "06:30"})
		b.step(w.Due)
		b.do(w.Due, Effect{WakeUpPlaced: &WakeUpPlaced{Subject: ringSubject(w.ID, 1), Op: OpRing, State: CallDelivered, Reply: `{"callid":"1.1"}`}})
		b.do(w.Due, Effect{WakeUpKeyed: &WakeUpKeyed{Room: c.room, Extension: c.extension, CallID: "1.1"}})
		if got := b.get(w.ID).State; got != c.want {
			t.Errorf("a key of %q in room %q: %s, want %s", c.extension, c.room, got, c.want)
		}
	}
}
