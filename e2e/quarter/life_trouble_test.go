package quarter

import (
	"maps"
	"slices"
	"time"

	"bellhop/sim"
)

// outage takes the PBX away for a while, seldom for hours.
func (h *house) outage() {
	long := h.between(30*time.Second, 40*time.Minute)
	if h.chance(10) {
		long = h.between(time.Hour, 4*time.Hour)
	}
	h.count["PBX outages"]++
	h.while("PBX away", long, func() { h.pbx.SetDown(true) }, func() { h.pbx.SetDown(false) })
}

// while lets a trouble last that keeps the agent from the PBX.
func (h *house) while(name string, long time.Duration, begin, end func()) {
	var over func()
	h.lasting(name, long, func() {
		begin()
		over = h.model.trouble()
	}, func() {
		end()
		over()
	})
}

// lasting lets something be so for a while; one of a name at a time.
func (h *house) lasting(name string, long time.Duration, begin, end func()) {
	if h.model.on[name] != nil {
		return
	}
	begin()
	h.model.all.note(h.now(), "%s", name)
	h.model.on[name] = func() {
		delete(h.model.on, name)
		end()
		h.model.all.note(h.now(), "%s is over", name)
	}
	ending := h.model.on[name]
	h.later(long, func() {
		if h.model.on[name] != nil {
			ending()
		}
	})
}

// reboot starts the PBX anew.
func (h *house) reboot() {
	h.pbx.Restart()
	h.model.hiccup()
	h.model.all.note(h.now(), "PBX starts anew")
	h.count["PBX reboots"]++
}

// unplug breaks the line between box and PBX.
func (h *house) unplug() {
	h.count["network outages"]++
	h.while("network away", h.between(10*time.Second, 30*time.Minute), func() { h.setLine(true) }, func() { h.setLine(false) })
}

func (h *house) setLine(cut bool) {
	h.unplugged = cut
	if h.box != nil {
		h.box.line.set(cut)
	}
}

// badDays are faults of the API and of the way that strike at random. Wrong
// passwords are not among them: a person must act on those. Nor is a report that
// comes again though its answer was taken: that is a second one (DESIGN.md,
// "Re-sent or equal?").
var badDays = []sim.Fault{
	sim.FaultSlow, sim.FaultLostAnswer, sim.FaultCutAnswer, sim.FaultStatus500, sim.FaultTooOften, sim.FaultExpired,
	sim.FaultErrnoNumber, sim.FaultLength, sim.FaultEmptyList,
}

// badHour lets the PBX have some of them.
func (h *house) badHour() {
	h.count["bad hours of the PBX"]++
	set := func(percent int) {
		for _, f := range badDays {
			h.must(h.pbx.SetFault(f, sim.Chance{Percent: percent}))
		}
	}
	h.while("bad hour", h.between(10*time.Minute, 2*time.Hour), func() { set(1 + h.dice.IntN(6)) }, func() { set(0) })
}

// drift lets the PBX's clock gain on ours, within what is allowed.
func (h *house) drift() {
	if h.ahead < 80*time.Second {
		by := h.between(0, 3*time.Second)
		h.ahead += by
		h.pbx.Move(by)
	}
}

// power takes the power away at any moment, and gives it back after a while.
func (h *house) power() {
	if h.box == nil {
		return
	}
	long := h.between(time.Second, 3*time.Minute)
	if h.chance(20) {
		long = h.between(3*time.Minute, 90*time.Minute)
	}
	h.powerOff(h.cutPower(), long)
}

// powerAtBreakfast leaves the box dead while guests are to be woken.
func (h *house) powerAtBreakfast() {
	if h.box != nil {
		h.powerOff(h.cutPower(), h.between(15*time.Minute, 50*time.Minute))
	}
}

// powerOff leaves the box off for a while.
func (h *house) powerOff(folder string, long time.Duration) {
	h.count["power cuts"]++
	off := &span{from: h.now()}
	h.off = append(h.off, off)
	h.while("power", long, func() {}, func() {
		off.to = h.now()
		h.switchOn(folder)
		h.setLine(h.unplugged)
	})
}

// yearly is how many days a run has, at least, in which something is away for a
// month.
const yearly = 200

// longOutages let the PMS be away for thirty days, and later the line to the PBX:
// what that reports meanwhile it keeps as far as it can, and loses the rest, and
// its records of calls are fetched. Then they are away together.
func (h *house) longOutages() {
	month := 30*24*time.Hour - time.Hour
	const day = 24 * time.Hour
	unplug := func() {
		h.count["network away for a month"]++
		h.while("network away", month, func() { h.setLine(true) }, func() { h.setLine(false) })
	}
	away := func() {
		h.count["PMS away for a month"]++
		h.awayPMS(pmsAway, month)
	}
	h.later(20*day, func() { h.free(awayPMS, away) })
	h.later(70*day, func() { h.free("network away", unplug) })
	h.later(130*day, func() {
		h.free("network away", unplug)
		h.free(awayPMS, away)
	})
}

// free does something once a trouble of a name is over.
func (h *house) free(name string, do func()) {
	h.insist(func() bool {
		if h.model.on[name] != nil {
			return false
		}
		do()
		return true
	})
}

// calm ends what is still on, and waits until all has been done.
func (h *house) calm() {
	for len(h.model.on) > 0 {
		for _, name := range slices.Sorted(maps.Keys(h.model.on)) {
			h.model.on[name]()
		}
	}
	time.Sleep(2 * time.Hour)
}
