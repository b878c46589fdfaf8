package sim

import "time"

// The reasons of CallFailed, as the manual spells them.
const (
	reasonRestricted  = "NO Outbound Restriction"
	reasonCongestion  = "Circuit/channel congestion"
	reasonDND         = "DND"
	reasonBusy        = "486 Busy here"
	reasonNotFound    = "404 NOT found"
	reasonUnreachable = "480 Temporatily Unavailable"
	reasonTimeout     = "603 Declined" // the called has rung too long
)

const (
	maxHops       = 4               // of forwards
	messageLength = 8 * time.Second // of what a caller leaves
	promptLength  = 5 * time.Second // of each prompt
	keyLength     = 500 * time.Millisecond
)

// callExtension lets a call ring at an extension, or go where it forwards to.
func (p *PBX) callExtension(t *talk, e *extension, quick bool, hops int, at time.Time) {
	switch {
	case hops > maxHops:
		p.fail(t, reasonBusy, "BUSY", at) // forwards that lead in a circle; assumed
		return
	case p.crowded():
		p.meets(t, e.number, t.kindOf(), MetCongested, Handset{}, at)
		p.fail(t, reasonCongestion, "FAILED", at)
		return
	case e.on("alwaysforward") && !t.straight:
		p.meets(t, e.number, t.kindOf(), MetForward, Handset{}, at)
		p.forward(t, e, "a", hops, at)
		return
	case e.on("dnd") && !t.straight:
		p.meets(t, e.number, t.kindOf(), MetDND, Handset{}, at)
		p.fail(t, reasonDND, "BUSY", at)
		return
	case p.busy(e.number):
		p.meets(t, e.number, t.kindOf(), MetBusy, Handset{}, at)
		p.forwardOr(t, e, "busyforward", hops, at, reasonBusy, "BUSY")
		return
	}
	h := e.nextHandset()
	if e.status == "Unavailable" || h.Does == Unreachable {
		p.meets(t, e.number, t.kindOf(), MetAway, Handset{}, at)
		p.forwardOr(t, e, "noanswerforward", hops, at, reasonUnreachable, "NO ANSWER")
		return
	}
	p.meets(t, e.number, t.kindOf(), MetRinging, h, at)
	l := p.join(t, e.number, statusRing)
	l.handset = h
	if c := t.caller(); c != nil && c != l {
		c.status = statusAlert
	}
	t.turn++
	p.show(t)
	p.ringOut(t, l, e, quick, hops, at)
}

// ringOut arranges how the ringing ends: answered, refused or given up.
func (p *PBX) ringOut(t *talk, l *leg, e *extension, quick bool, hops int, at time.Time) {
	h, patience := l.handset, p.patience(e)
	switch {
	case quick:
		p.pick(t, l, at)
	case (h.Does == "" || h.Does == Answers) && time.Duration(h.After) < patience:
		p.after(t, at.Add(time.Duration(h.After)), func(at time.Time) { p.pick(t, l, at) })
	case h.Does == Refuses && time.Duration(h.After) < patience:
		p.after(t, at.Add(time.Duration(h.After)), func(at time.Time) {
			t.leave(l)
			p.forwardOr(t, e, "busyforward", hops, at, reasonBusy, "BUSY")
		})
	default:
		p.after(t, at.Add(patience), func(at time.Time) {
			t.leave(l)
			p.forwardOr(t, e, "noanswerforward", hops, at, reasonTimeout, "NO ANSWER")
		})
	}
}

// patience is how long an extension rings.
func (p *PBX) patience(e *extension) time.Duration {
	d, err := time.ParseDuration(e.set["ringtimeout"] + "s")
	if err != nil || d <= 0 {
		return 30 * time.Second
	}
	return d
}

// busy tells whether an extension is in a call.
func (p *PBX) busy(number string) bool {
	for _, t := range p.hotel.talks {
		for _, l := range t.legs {
			if l.role == roleExt && l.number == number {
				return true
			}
		}
	}
	return false
}

// leave takes a party out of a call.
func (t *talk) leave(l *leg) {
	for i, other := range t.legs {
		if other == l {
			t.legs = append(t.legs[:i:i], t.legs[i+1:]...)
			return
		}
	}
}

// forwardOr goes where a forward leads that is on, or fails.
func (p *PBX) forwardOr(t *talk, e *extension, setting string, hops int, at time.Time, reason, status string) {
	if t.straight || !e.on(setting) {
		p.fail(t, reason, status, at)
		return
	}
	p.forward(t, e, setting[:1], hops, at)
}

// forward sends a call on: which is the first letter of the settings of an
// always, no answer or busy forward.
func (p *PBX) forward(t *talk, e *extension, which string, hops int, at time.Time) {
	t.turn++
	if e.set[which+"transferto"] != "Voicemail" {
		p.reportForward(t)
	}
	number := e.set[which+"transferprefix"]
	switch e.set[which+"transferto"] {
	case "Extension":
		other := p.hotel.extensions[e.set[which+"transferext"]]
		if other == nil {
			p.fail(t, reasonNotFound, "FAILED", at)
			return
		}
		p.callExtension(t, other, false, hops+1, at)
	case "Mobile Number":
		p.callOutside(t, e, number+e.set["moblie"], at)
	case "Custom Number":
		p.callOutside(t, e, number+e.set[which+"transfernum"], at)
	default:
		p.toVoicemail(t, e, at)
	}
}

// reportForward tells of a call from outside that is sent on (API 2.0.0,
// Forward, whose members are such callers alone).
func (p *PBX) reportForward(t *talk) {
	c := t.caller()
	if c == nil || c.role != roleInbound {
		return
	}
	m := c.member()
	m.Inbound.Status = ""
	p.report(printed(struct {
		Event   string   `json:"event"`
		CallID  string   `json:"callid"`
		Members []Member `json:"members"`
		Serial  string   `json:"sn"`
	}{"Forward", t.id, []Member{m}, p.o.Serial}, "  "))
}

// toVoicemail lets the caller leave a message.
func (p *PBX) toVoicemail(t *talk, e *extension, at time.Time) {
	if !e.on("hasvoicemail") {
		p.fail(t, reasonTimeout, "NO ANSWER", at)
		return
	}
	l := p.join(t, e.number, statusRing)
	t.mail = true
	p.pick(t, l, at)
	length := messageLength
	if t.prompts != "" {
		length = t.length
	} else {
		p.after(t, at.Add(length), func(at time.Time) { p.bye(t, t.caller(), at) })
	}
	from := t.from
	p.after(t, at.Add(length-1), func(time.Time) { e.leave(from, at, length) })
}

// callOutside lets a call go out by a route that the extension may take.
func (p *PBX) callOutside(t *talk, e *extension, number string, at time.Time) {
	way, exists := p.hotel.route(number, e.routes())
	switch {
	case !exists:
		p.fail(t, reasonNotFound, "FAILED", at)
		return
	case way == nil || e.on("callrestriction"):
		p.fail(t, reasonRestricted, "FAILED", at)
		return
	case p.crowded():
		p.fail(t, reasonCongestion, "FAILED", at)
		return
	}
	l := p.joinTrunk(t, roleOutbound, t.from, number, way.Trunk, statusRing)
	l.handset = p.hotel.far(number)
	t.dest = way.Trunk
	if t.kind == "Internal" {
		t.kind = "Outbound"
	}
	if c := t.caller(); c != nil && c != l {
		c.status = statusAlert
	}
	t.turn++
	p.show(t)
	p.farEnds(t, l, at)
}

// farPatience is how long the telephone network lets a number ring; assumed.
const farPatience = time.Minute

func (p *PBX) farEnds(t *talk, l *leg, at time.Time) {
	h := l.handset
	switch {
	case h.Does == Unreachable:
		p.fail(t, reasonUnreachable, "NO ANSWER", at)
	case h.Does == Refuses:
		p.after(t, at.Add(time.Duration(h.After)), func(at time.Time) { p.fail(t, reasonBusy, "BUSY", at) })
	case h.Does == Ignores || time.Duration(h.After) >= farPatience:
		p.after(t, at.Add(farPatience), func(at time.Time) { p.fail(t, reasonTimeout, "NO ANSWER", at) })
	default:
		p.after(t, at.Add(time.Duration(h.After)), func(at time.Time) { p.pick(t, l, at) })
	}
}

// far is how a telephone outside behaves; drawn if nobody has said.
func (h *hotel) far(number string) Handset {
	if said, known := h.outside[number]; known {
		return said
	}
	return h.chance()
}

// wakeCall rings an extension for an alarm. What the PBX reports of that is
// not documented; see [Limits.AlarmReports].
func (p *PBX) wakeCall(e *extension, prompt string, at time.Time, done func(answered bool, ended time.Time)) {
	t := p.newTalk("prompt", e.number, "Internal", at)
	t.prompts, t.length, t.straight = prompt, promptLength, true
	t.silent = !p.hotel.limits.AlarmReports
	t.done = done
	p.callExtension(t, e, false, 0, at)
}
