package faults

import (
	"math/rand/v2"
	"testing"
	"time"

	"bellhop/e2e/rig"
)

// TestKilledAnywhere kills the agent at random places, with either way of
// events, while everything goes on and the far sides fail now and then.
func TestKilledAnywhere(t *testing.T) {
	for name, stream := range map[string]bool{"pushes": false, "event stream": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kills := setting("BELLHOP_FAULTS_KILLS", 40)
			h := rig.NewHotel(t, rig.Setting{Stream: stream})
			l := h.Open()
			rest := h.Busy(rig.Usual)
			for range kills {
				l = killSoon(h, l)
			}
			mended := time.Now()
			h.Ready(l)
			rest()
			h.Settle(l, "killed anywhere, "+name, mended)
		})
	}
}

// killSoon kills the agent while it starts, while it works, or just after it
// has acknowledged something, and starts the next.
func killSoon(h *rig.Hotel, l *rig.Life) *rig.Life {
	h.T.Helper()
	waited := false
	switch rand.IntN(10) {
	case 0, 1:
		rig.Pass(h.T.Context(), time.Duration(rand.IntN(40_000))*time.Microsecond)
	case 2, 3, 4, 5, 6:
		rig.Pass(h.T.Context(), time.Duration(20_000+rand.IntN(500_000))*time.Microsecond)
	default:
		waited = true
		h.Acknowledges(l, 1+rand.Int64N(60))
		rig.Pass(h.T.Context(), time.Duration(rand.IntN(5000))*time.Microsecond)
	}
	if !l.Running() {
		h.T.Fatalf("the agent ended by itself: %v", l.State)
	}
	l.Kill()
	if !l.Killed() {
		h.T.Fatalf("the agent ended by itself: %v", l.State)
	}
	h.Tried()
	began := time.Now()
	l = h.Start()
	if waited {
		h.Again(l, began)
	}
	return l
}
