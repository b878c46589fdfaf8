package faults

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"bellhop/e2e/rig"
	"bellhop/sim"
)

// farTrouble is what goes wrong at a far side, and is over when bring returns.
type farTrouble struct {
	name   string
	stream bool
	bring  func(ctx context.Context, h *rig.Hotel, l *rig.Life)
}

var farTroubles = []farTrouble{
	{"PBX restarted, pushes", false, restartPBX},
	{"PBX restarted, event stream", true, restartPBX},
	{"PMS restarted", false, restartPMS},
	{"answers lost after the far side acted", false, loseAnswers},
}

// restartPBX switches the PBX off and on again; sometimes that takes a while.
func restartPBX(ctx context.Context, h *rig.Hotel, _ *rig.Life) {
	if rand.IntN(2) == 0 {
		h.PBX.SetDown(true)
		rig.Pass(ctx, time.Duration(rand.IntN(1000))*time.Millisecond)
		h.PBX.SetDown(false)
	}
	h.PBX.Restart()
}

func restartPMS(ctx context.Context, h *rig.Hotel, _ *rig.Life) {
	if err := h.PMS.Restart(ctx, time.Duration(rand.IntN(1000))*time.Millisecond); err != nil {
		h.T.Fatal(err)
	}
}

// loseAnswers lets the PBX and the PMS do what they are told and lose most of
// their answers, until more has come in than they could have been told.
func loseAnswers(_ context.Context, h *rig.Hotel, l *rig.Life) {
	lost := map[sim.Fault]sim.Chance{sim.FaultLostAnswer: {Percent: 40}, sim.FaultCutAnswer: {Percent: 40}}
	for f, c := range lost {
		if err := h.PBX.SetFault(f, c); err != nil {
			h.T.Fatal(err)
		}
	}
	h.PMS.DropAnswer(20)
	h.Acknowledges(l, 60)
	h.PMS.DropAnswer(0)
	for f := range lost {
		if err := h.PBX.SetFault(f, sim.Chance{}); err != nil {
			h.T.Fatal(err)
		}
	}
}

// TestFarSideTrouble restarts the PBX and the PMS in the middle of everything,
// and lets them lose answers after they have acted. The agent is not killed.
func TestFarSideTrouble(t *testing.T) {
	for _, trouble := range farTroubles {
		t.Run(trouble.name, func(t *testing.T) {
			t.Parallel()
			h := rig.NewHotel(t, rig.Setting{Stream: trouble.stream})
			l := h.Open()
			rest := h.Busy(rig.Traffic{Lines: 4, Pause: 200 * time.Millisecond, How: rig.Rough})
			for range setting("BELLHOP_FAULTS_RESTARTS", 8) {
				h.Acknowledges(l, 20)
				trouble.bring(t.Context(), h, l)
				h.Tried()
				h.Again(l, time.Now())
			}
			mended := time.Now()
			rest()
			h.Settle(l, trouble.name, mended)
		})
	}
}
