package agent

import (
	"testing"

	"bellhop/config"
	"bellhop/hotel"
)

// TestCallSpeaksTheGuestsLanguage: which one is asked for once the PBX's dialplan
// has been heard to know of languages. The hotel's own is English.
func TestCallSpeaksTheGuestsLanguage(t *testing.T) {
	for name, c := range map[string]struct {
		stay, order, spoken string
		callee              string
	}{
		"nobody says":                 {"", "", "12", "7752"},
		"of the stay":                 {"zh", "", "12", "7751"},
		"of the order":                {"zh", "en", "12", "7752"},
		"one that is not spoken":      {"zh", "en", "1", "775"},
		"an older dialplan":           {"en", "en", "", "775"},
		"of the order, for no stay":   {"none", "zh", "21", "7751"},
		"for no stay, nobody says so": {"none", "", "1", "775"},
	} {
		t.Run(name, func(t *testing.T) {
			atBook(t, nil, func(b *book) {
				b.ring.guests["101"], b.ring.spoken = []guest{awake}, c.spoken
				if c.stay != "none" {
					b.order(hotel.Event{Kind: hotel.KindCheckIn, Room: "101", Fields: map[string]string{"language": c.stay}})
				}
				change := func(o *hotel.WakeUpAdd) { o.Language = c.order }
				first := b.wake("21:30", change, "101")[0]
				second := b.wake("21:40", change, "101")[0]
				b.until("21:50:00")
				b.rings("21:30:00 101 775", "21:40:00 101 "+c.callee)
				b.is(first.ID, hotel.WakeUpAnswered, 1)
				b.is(second.ID, hotel.WakeUpAnswered, 1)
				b.alerted()
			})
		})
	}
}

// TestDialplanThatIsOlderAgain: what a call for one language meets is no dialogue
// of ours any more. The guest is woken by the next one.
func TestDialplanThatIsOlderAgain(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.ring.guests["101"], b.ring.spoken = []guest{awake}, "12"
		b.wake("21:30", nil, "101")
		b.wake("21:40", nil, "101") // is asleep at the first call
		b.until("21:39:00")
		b.ring.lock.Lock()
		b.ring.guests["101"] = []guest{{}, awake}
		b.ring.lock.Unlock()
		w := b.wake("21:50", nil, "101")[0]
		b.until("21:48:00")
		b.ring.lock.Lock()
		b.ring.spoken = ""
		b.ring.lock.Unlock()
		b.until("22:10:00")
		b.is(w.ID, hotel.WakeUpAnswered, 2)
		b.rings("21:30:00 101 775", "21:40:00 101 7752", "21:45:00 101 7752", "21:50:00 101 7752", "21:55:00 101 775")
	})
}

// TestIVRSpeaksAsItDoes: a number of the PBX's own has none beside it.
func TestIVRSpeaksAsItDoes(t *testing.T) {
	atBook(t, func(c *config.Config) { c.WakeUp.IVR = "6500" }, func(b *book) {
		dial(b.t, b.Agent, "103", "775*L*12")
		b.wake("21:30", nil, "101")
		b.until("21:30:30")
		b.rings("21:30:00 101 6500")
	})
}
