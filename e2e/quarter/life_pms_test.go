package quarter

import (
	"errors"
	"time"

	"bellhop/sim"
)

// pmsOutage takes the PMS away, for hours and now and then for days. It is no
// trouble of the PBX: all that is said of telephones holds meanwhile.
func (h *house) pmsOutage() {
	how := pick(h, []manner{pmsAway, pmsAway, pmsBusy, pmsSilent})
	long := h.between(20*time.Minute, 8*time.Hour)
	if h.chance(30) {
		long = h.between(12*time.Hour, 60*time.Hour)
	}
	h.awayPMS(how, long)
}

func (h *house) awayPMS(how manner, long time.Duration) {
	if h.model.on[awayPMS] != nil {
		return
	}
	h.count["PMS "+string(how)]++
	h.pmsSince = h.now()
	h.lasting(awayPMS, long, func() { h.pms.set(how) }, func() {
		h.pms.set(pmsTakes)
		h.pmsBack = h.now()
	})
}

const awayPMS = "PMS away"

// mumble lets the PMS take what it is told, and its answers be lost.
func (h *house) mumble() {
	h.awayPMS(pmsMumble, h.between(time.Minute, time.Hour))
}

// statusCodes are what housekeeping dials, and what it means (DESIGN.md, "Grammar
// of digits").
var statusCodes = []struct{ code, status string }{{"00", "dirty"}, {"01", "clean"}, {"14", "clean"}, {"16", "inspected"}}

// housekeep lets a chambermaid tell how a room is.
func (h *house) housekeep() {
	r := h.choose(func(r *room) bool { return !absent(r) })
	said := pick(h, statusCodes)
	_, err := h.pbx.Dial(r.phones[0], "777*"+said.code)
	h.placed("statuses dialled", err)
	if errors.Is(err, sim.ErrBusy) {
		return
	}
	r.status, r.statuses = said.status, r.statuses+1
	r.note(h.now(), "housekeeping says %s", said.status)
	now, count := h.now(), r.statuses
	h.later(toldPMSWithin, func() {
		if r.statuses == count && h.model.on[awayPMS] == nil && !h.pmsBack.After(now.Add(-time.Minute)) && !h.troubleAround(now.Add(-5*time.Minute), h.now()) {
			h.inspectStatus(r)
		}
	})
}

// toldPMSWithin is how soon the PMS knows when nothing is wrong.
const toldPMSWithin = 2 * time.Minute
