package yeastar

import (
	"errors"
	"fmt"
	"os"
	"time"

	"bellhop/sim"
)

// live lets one thing happen in the hotel, or to it.
func (h *hour) live() {
	switch n := h.life.IntN(1000); {
	case n < 500:
		h.dial()
	case n < 800:
		h.telephone()
	case n < 870:
		h.alter()
	case n < 960:
		h.strike()
	case n < 975:
		h.sim.LoseAnswers(1 + h.life.IntN(3))
	case n < 983:
		h.journal.Fill(true)
		h.later(30*time.Second, func() { h.journal.Fill(false) })
	case n < 989:
		h.later(40*time.Second, h.journal.Hold())
	case n < 995:
		h.breakLine()
	case n < 998:
		h.sim.Restart()
	default:
		_ = h.sim.Move(time.Duration(h.life.IntN(3)) * time.Second) // its clock gains on ours
	}
}

// later lets a trouble end after a while, at the end of the hour at the latest.
func (h *hour) later(most time.Duration, end func()) {
	done := false
	once := func() {
		if !done {
			done = true
			end()
		}
	}
	timer := time.NewTimer(time.Duration(h.life.Int64N(int64(most))))
	over := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-timer.C:
		case <-over:
			timer.Stop()
		}
		once()
	}()
	h.undo = append(h.undo, func() {
		close(over)
		<-ended
	})
}

// dial lets a guest dial a code that nobody has dialled before.
func (h *hour) dial() {
	h.codes++
	_, err := h.sim.Dial(h.room(h.life), fmt.Sprintf("778*%d*1", h.codes))
	h.person(err)
}

// person takes it that a telephone is in use.
func (h *hour) person(err error) {
	h.t.Helper()
	if !errors.Is(err, sim.ErrBusy) {
		h.must(err)
	}
}

func (h *hour) telephone() {
	var err error
	switch h.life.IntN(3) {
	case 0:
		_, err = h.sim.Dial(h.room(h.life), h.room(h.life))
	case 1:
		_, err = h.sim.Dial(h.room(h.life), fmt.Sprintf("8%06d", h.life.IntN(1_000_000)))
	default:
		_, err = h.sim.CallIn(fmt.Sprintf("138%08d", h.life.IntN(100_000_000)), h.room(h.life), "")
	}
	h.person(err)
}

// alter lets somebody change what is not ours on the PBX's web page.
func (h *hour) alter() {
	room, value := h.room(h.life), fmt.Sprint(h.life.IntN(1000))
	name := []string{"callerid", "email", "moblie", "vmsecret"}[h.life.IntN(4)]
	h.must(h.sim.SetExtension(sim.PBXExtension{Number: room, Settings: map[string]string{name: value}}))
	if name != "vmsecret" { // the PBX does not show it
		h.foreign[room][name] = value
	}
}

// strike lets faults strike: one a few times, or all now and then.
func (h *hour) strike() {
	faults := sim.Faults()
	f := faults[h.life.IntN(len(faults))]
	switch {
	case h.life.IntN(5) == 0:
		h.must(h.sim.SetAllFaults(h.life.IntN(6)))
	case f != sim.FaultLocked || h.life.IntN(5) == 0: // a lock costs ten minutes
		h.must(h.sim.SetFault(f, sim.Chance{Next: 1 + h.life.IntN(2)}))
	}
}

// breakLine breaks a line in one of the ways in which lines break.
func (h *hour) breakLine() {
	which := h.life.IntN(6)
	if which > 1 && which != 4 && h.silent.Load() {
		return
	}
	switch which {
	case 0:
		h.sim.SetDown(true)
		h.later(4*time.Minute, func() { h.sim.SetDown(false) })
	case 1:
		h.sim.CutStreams()
	case 2:
		h.sim.SetStream(sim.StreamManner{Banner: "S300\r\n", Welcome: "Response: Success\r\n\r\n", Between: "\r\n"})
	case 3:
		h.sim.SetStream(sim.StreamManner{Segment: 1 + h.life.IntN(50)})
	case 4:
		if h.changed {
			return // a person who had just put it right would have it counted on
		}
		h.changed = true
		h.sim.SetPassword("another")
		h.later(25*time.Minute, func() { // and whoever puts it right lets it be tried, as the agent says
			h.sim.SetPassword(hourPassword)
			_ = os.Remove(h.driver.Session.TriesFile)
		})
		h.sim.CutStreams()
	default:
		h.silent.Store(true)
		h.sim.SetStream(sim.StreamManner{Silent: true})
		h.later(4*time.Minute, func() {
			h.sim.CutStreams() // a line that was half open does not come to life again
			h.sim.SetStream(sim.StreamManner{})
			h.silent.Store(false)
		})
	}
}

// calm ends what has no end of its own.
func (h *hour) calm() {
	h.must(h.sim.SetAllFaults(0))
	for _, f := range sim.Faults() {
		h.must(h.sim.SetFault(f, sim.Chance{}))
	}
	h.sim.LoseAnswers(0)
	h.sim.SetStream(sim.StreamManner{})
	h.sim.CutStreams()
}
