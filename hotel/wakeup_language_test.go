package hotel

import (
	"fmt"
	"testing"
)

// What ends a call of which the PBX has not told the id is its record, by whom it
// was made to; and what follows from a call in which nobody was asked for a key.
func TestEndOfACallInOneLanguage(t *testing.T) {
	for _, c := range []struct {
		to, status string
		reached    bool
		over       bool
		spoken     string
	}{
		{"7752", "NO ANSWER", false, true, "12"},
		{"7752", "ANSWERED", true, true, "12"},
		{"7752", "Answered", false, true, ""},
		{"775", "ANSWERED", false, false, "12"}, // a call of the guest's own
		{"", "NO ANSWER", false, true, "12"},
	} {
		for _, known := range []bool{false, true} {
			b := newWakeBook(t, "Asia/Shanghai")
			b.setup.Wake.Language = "en"
			b.do(wakeNow, Effect{WakeUpSpoken: &WakeUpSpoken{Extension: "8000", Languages: "12"}})
			w := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
			b.step(w.Due)
			if known {
				b.do(w.Due, Effect{WakeUpPlaced: &WakeUpPlaced{Subject: ringSubject(w.ID, 1), Op: OpRing, State: CallDelivered, Reply: `{"callid":"1.1"}`}})
			}
			if c.reached {
				b.do(w.Due, Effect{WakeUpSpoken: &WakeUpSpoken{Room: "101", Extension: "101", CallID: "1.1", Languages: "12"}})
			}
			b.do(w.Due, Effect{WakeUpSpoken: &WakeUpSpoken{Room: "101", Extension: "191", CallID: "9.9", Languages: "12"}}) // another call
			b.do(w.Due, Effect{WakeUpEnded: &WakeUpEnded{Room: "101", Extension: "101", CallID: "1.1", To: c.to, Status: c.status}})
			got, name := b.get(w.ID), fmt.Sprintf("%+v, its id known: %v", c, known)
			if over := got.Attempt == nil; over != (c.over || known) {
				t.Errorf("%s: over %v", name, over)
			}
			if c.over && record[Spoken](b.tx, KeySpoken).Languages != c.spoken {
				t.Errorf("%s: then %+v", name, record[Spoken](b.tx, KeySpoken))
			}
		}
	}
}
