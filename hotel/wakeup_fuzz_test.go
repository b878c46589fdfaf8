package hotel

import (
	"encoding/json"
	"testing"
	"time"
)

// FuzzWakeUpOrders: whatever is asked for, an order is refused, or rings at the
// time that it names and leaves no key behind when it is cancelled.
func FuzzWakeUpOrders(f *testing.F) {
	for _, seed := range []string{`{"rooms":["101"],"time":"06:30"}`, `{"rooms":["101","102"],"time":"06:30","repeat":"weekdays","days":[1,3],"until":"2027-01-01"}`, `{"rooms":["103"],"time":"02:30","date":"2026-10-25","retries":3,"spacing":2}`} {
		f.Add(seed, int64(0))
	}
	zone := inZone(f, "Europe/Rome")
	f.Fuzz(func(t *testing.T, text string, seconds int64) {
		var o WakeUpAdd
		if len(text) > 1000 || json.Unmarshal([]byte(text), &o) != nil || seconds < 0 || seconds > 400*24*3600 {
			return
		}
		tx := smallHotel()
		now := wakeNow.Add(time.Duration(seconds) * time.Second)
		setup := Setup{Zone: zone, Wake: WakeSetup{Calls: true, Answers: "775"}}
		if Apply(tx, &Event{ID: 3, Time: now}, RulesUnit, []Effect{{WakeUpAdd: &o}}, setup) != nil || o.From == WakeFromPhone {
			return
		}
		var ids []string
		for _, w := range wakeUpsBelow(tx, prefixWakeRoom) {
			ids = append(ids, w.ID)
			if !w.Due.After(now) || WallClock(w.Due.In(zone)).Format("15:04") != w.Time && !skipped(w, zone) {
				t.Errorf("%s at %s: due %s", text, now, w.Due.In(zone))
			}
		}
		if len(ids) == 0 {
			t.Errorf("%s: taken, and nothing ordered", text)
		}
		must(Apply(tx, &Event{ID: 4, Time: now}, RulesUnit, []Effect{{WakeUpCancel: &WakeUpCancel{IDs: ids}}}, setup))
		if n := countTo(tx, PrefixWakeDue, 9) + countTo(tx, prefixWakeRoom, 9); n != 0 {
			t.Errorf("%s: %d keys are left", text, n)
		}
	})
}

// skipped tells whether the clock jumps over the time of the day.
func skipped(w WakeUp, zone *time.Location) bool {
	wall, err := time.Parse("2006-01-02 15:04", w.Date+" "+w.Time)
	must(err)
	at := FirstMoment(wall, zone)
	return !WallClock(at).Equal(wall) && at.Equal(w.Due)
}

func FuzzWakeKeys(f *testing.F) {
	f.Add("wakedue/2026-11-22T06:30:00.000Z/W1", "W1/3")
	f.Fuzz(func(t *testing.T, key, subject string) {
		if at, id, ok := WakeDue(key); ok && at.Year() >= 0 && at.Year() <= 9999 {
			if again, same, ok := WakeDue(wakeDueKey(at, id)); !ok || same != id || !again.Equal(at.Truncate(time.Millisecond)) {
				t.Errorf("%q: %s, %q", key, again, same)
			}
		}
		if id, n, ok := readSubject(subject); ok {
			if same, m, ok := readSubject(ringSubject(id, n)); !ok || same != id || m != n {
				t.Errorf("%q: %q, %d", subject, same, m)
			}
		}
	})
}
