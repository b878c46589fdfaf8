package faults

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"bellhop/e2e/rig"
)

// badNetworks are the ways in which the network between the agent's computer and
// all others is bad for a while.
var badNetworks = []struct {
	name string
	bad  func(ctx context.Context, n *lan, d time.Duration)
}{
	{"split", split}, {"losing all that goes one way", deafTo}, {"of 64 kbit/s", thin}, {"flapping", flaps},
}

// TestBadNetwork makes the network bad in each way, with either way of events.
// The PBX and the PMS are reached over it, and the PBX reports over it; orders are
// given on the agent's own computer.
func TestBadNetwork(t *testing.T) {
	for _, b := range badNetworks {
		for _, events := range []string{"pushes", "event stream"} {
			t.Run(b.name+", "+events, func(t *testing.T) {
				t.Parallel()
				n := newLAN(t)
				h := rig.NewHotel(t, rig.Setting{Stream: events == "event stream", Place: n.place()})
				l := h.Open()
				rest := h.Busy(rig.Traffic{Lines: 4, Pause: 400 * time.Millisecond, How: rig.Rough})
				for range setting("BELLHOP_FAULTS_NETWORKS", 4) {
					b.bad(t.Context(), n, time.Duration(300+rand.IntN(1500))*time.Millisecond)
					h.Tried()
					h.HeardAgain(l, time.Now())
					h.Acknowledges(l, 20)
				}
				mended := time.Now()
				well(h)
				rest()
				h.Settle(l, "network "+b.name+", "+events, mended)
			})
		}
	}
}
