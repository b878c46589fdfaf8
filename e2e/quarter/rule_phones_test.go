package quarter

import (
	"slices"
	"strings"
	"time"

	"bellhop/config"
	"bellhop/sim"
)

// bareAtMost is how long a check-out of the PBX's own may leave a telephone
// without the route for emergency calls, while nothing else is wrong.
const bareAtMost = 10 * time.Second

// lookIn inspects at any time of the day.
func (h *house) lookIn() {
	h.model.forgetWakes()
	h.inspectAll()
	h.later(h.between(10*time.Minute, 50*time.Minute), h.lookIn)
}

// inspectAll holds all that can be seen now against the model.
func (h *house) inspectAll() {
	h.count["inspections"]++
	h.inspectHelp()
	h.inspectStays()
	h.inspectRings()
	phones := map[string]sim.PBXExtension{}
	for _, x := range h.pbx.State().Extensions {
		phones[x.Number] = x
	}
	for _, number := range h.model.numbers {
		r := h.model.rooms[number]
		if len(h.wrong) > 0 || !h.model.settled(r) {
			continue
		}
		for _, phone := range r.phones {
			h.inspectPhone(r, phones[phone])
		}
	}
}

// inspectHelp: nobody was cut off from help, ever.
func (h *house) inspectHelp() {
	w := h.witness
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, fault := range w.faults {
		h.differs("-", "%s", fault)
	}
	for phone, b := range w.bare {
		since := b.since
		if h.model.well.After(since) {
			since = h.model.well
		}
		if h.model.troubles == 0 && time.Since(since) > bareAtMost {
			h.differs(phone, "the telephone has had no route for emergency calls since %s", b.since.In(h.zone).Format(time.RFC3339))
		}
	}
}

// inspectPhone holds one telephone against what is known of its room.
func (h *house) inspectPhone(r *room, x sim.PBXExtension) {
	h.count["telephones looked at"]++
	if name, want := x.Settings["username"], r.shows(x.Number, h.run.masked); name != want {
		h.differs(r.number, "telephone %s shows %q, and must show %q", x.Number, name, want)
	}
	if has := x.Settings["hasvoicemail"] == "on"; has != r.voicemail {
		h.differs(r.number, "telephone %s has voicemail: %v, and must have: %v", x.Number, has, r.voicemail)
	}
	h.inspectAlarms(r, x)
	if routes := x.Settings["selectoutroute"]; !sameSet(strings.Split(routes, ","), r.routes()) {
		h.differs(r.number, "telephone %s has the routes %q, and must have %q", x.Number, routes, r.routes())
	}
	if occupied(r) {
		h.inspectOwn(r, x)
		return
	}
	if h.run.checkout != config.CheckoutLeave && r.meddled.IsZero() {
		h.inspectClean(r, x)
	}
}

// inspectOwn: what a guest has set is the guest's.
func (h *house) inspectOwn(r *room, x sim.PBXExtension) {
	if x.Number != r.phones[0] {
		return
	}
	for name, value := range r.own {
		if name == "dnd" && h.ringsNow(r) {
			continue // it is lifted for that
		}
		if x.Settings[name] != value {
			h.differs(r.number, "telephone %s has %s %q, and its guest has set %q", x.Number, name, x.Settings[name], value)
		}
	}
}

// inspectClean: nothing of the last guest is left.
func (h *house) inspectClean(r *room, x sim.PBXExtension) {
	for _, name := range []string{"dnd", "callrestriction", "alwaysforward"} {
		if x.Settings[name] != "off" {
			h.differs(r.number, "telephone %s of the vacant room has %s %q", x.Number, name, x.Settings[name])
		}
	}
	for on, to := range map[string]string{"busyforward": "btransferto", "noanswerforward": "ntransferto"} {
		if x.Settings[on] == "on" && x.Settings[to] != "Voicemail" {
			h.differs(r.number, "telephone %s of the vacant room has %s to %s", x.Number, on, x.Settings[to])
		}
	}
	if byHand := slices.ContainsFunc(x.Alarms, func(a sim.Alarm) bool { return a.Prompt == handPrompt }); byHand {
		h.differs(r.number, "telephone %s of the vacant room has alarms: %+v", x.Number, x.Alarms)
	}
	for _, mail := range x.Voicemails {
		if mail.Date.Before(r.left) && !r.kept {
			h.differs(r.number, "telephone %s of the vacant room has a voicemail of %s", x.Number, mail.Date.In(h.zone).Format(time.RFC3339))
		}
	}
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// afterSweep takes note that the house was swept at three: what somebody had set
// on telephones of vacant rooms before is gone.
func (h *house) afterSweep() {
	now := h.now()
	three := time.Date(now.Year(), now.Month(), now.Day(), 3, 0, 0, 0, h.zone)
	if h.model.troubles > 0 || h.model.well.After(three.Add(-10*time.Minute)) {
		return
	}
	h.count["nights swept"]++
	for _, r := range h.model.rooms {
		if r.meddled.Before(three) {
			r.meddled = time.Time{}
		}
	}
}

// inspectEnd: all has come to its end.
func (h *house) inspectEnd() {
	h.inspectPMS()
	h.inspectMoney(true)
	if gone := h.count["gone without a word"]; gone >= manyGone && h.count[sweptOut] == 0 {
		h.differs("-", "%d guests have left without a word, and no job has checked any out", gone)
	}
	if asleep := h.count["wake-ups: unanswered"] + h.count["wake-ups: busy"]; h.witness.desk < asleep {
		h.differs("-", "%d rooms did not answer, and the desk was called %d times", asleep, h.witness.desk)
	}
}
