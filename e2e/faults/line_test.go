package faults

import (
	"math/rand/v2"
	"testing"
	"time"

	"bellhop/e2e/rig"
)

// badLines are the ways in which a line is bad.
var badLines = []struct {
	name string
	bad  rig.Bad
}{
	{"closed", rig.Closed}, {"answers cut off", rig.CutAnswers}, {"64 kbit/s", rig.Slow}, {"flapping", rig.Flapping}, {"half-open", rig.HalfOpen},
}

// TestBadLine makes the lines to the PMS and to the PBX bad in each way, and
// kills the agent now and then meanwhile.
func TestBadLine(t *testing.T) {
	for _, b := range badLines {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			var lines []*rig.Line
			by := func(address string) string {
				l := rig.NewLine(t, address)
				lines = append(lines, l)
				return l.Address
			}
			h := rig.NewHotel(t, rig.Setting{ToPMS: by, ToPBX: by})
			l := h.Open()
			rest := h.Busy(rig.Traffic{Lines: 4, Pause: 60 * time.Millisecond, How: rig.Rough})
			for n := range setting("BELLHOP_FAULTS_LINES", 4) {
				b.bad(t.Context(), lines[n%len(lines)], time.Duration(200+rand.IntN(800))*time.Millisecond)
				h.Tried()
				h.Again(l, time.Now())
				if n%4 == 3 {
					l.Kill()
					l = h.Start()
				}
			}
			mended := time.Now()
			h.Ready(l)
			rest()
			h.Settle(l, "line to the PMS and the PBX "+b.name, mended)
		})
	}
}
