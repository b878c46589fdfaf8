package sim

import (
	"strings"
	"time"
)

// How long the dialogue of a confirming number takes: it asks three times for a
// key, and thanks for it.
const (
	askLength   = 10 * time.Second
	asks        = 3
	thankLength = 3 * time.Second
)

// confirms tells whether the dialplan answers a number by asking for a key:
// the one of [Limits.Confirm], also with the digit of a language behind it, or
// with several of a room.
func (p *PBX) confirms(number string) bool {
	code := p.hotel.limits.Confirm
	rest, ok := strings.CutPrefix(number, code)
	return code != "" && ok && digits(rest) && (len(rest) != 1 || strings.Contains(p.hotel.limits.Languages, rest))
}

// ask plays that dialogue to who was rung: the first digit among its keys is
// reported, as CODE*KEY, or CODE*KEY*DIGITS of a number with a room's digits
// behind the code. A machine presses none.
func (p *PBX) ask(t *talk, number string, at time.Time) {
	t.turn++
	t.answered = at
	l := t.legs[0]
	l.status = statusAnswered
	p.show(t)
	code := p.hotel.limits.Confirm
	about := number[len(code):]
	if len(about) < 2 { // the digit of a language, if any
		about = ""
	}
	if spoken := p.hotel.limits.Languages; spoken != "" && about == "" {
		p.report(digitsReport(p.o.Serial, t.id, l.member(), code+"*L*"+spoken))
	}
	for i, key := range l.handset.Keys {
		pressed := time.Duration(i+1) * time.Duration(l.handset.Pause)
		p.after(t, at.Add(pressed), func(at time.Time) {
			if p.hotel.limits.SingleKeys {
				p.key(t, l, string(key))
			}
			if key < '0' || key > '9' {
				return
			}
			text := code + "*" + string(key)
			if about != "" {
				text += "*" + about
			}
			t.turn++ // what else was arranged, further keys too, is void
			p.report(digitsReport(p.o.Serial, t.id, l.member(), text))
			p.after(t, at.Add(thankLength), func(at time.Time) { p.bye(t, nil, at) })
		})
	}
	if talk := time.Duration(l.handset.Talk); talk > 0 {
		p.after(t, at.Add(talk), func(at time.Time) { p.bye(t, l, at) })
	}
	p.after(t, at.Add(asks*askLength), func(at time.Time) { p.bye(t, nil, at) })
}

// elsewhere lets who is rung first by a placed call be somebody else, if
// [Limits.CallersForward] says so: a forward, voicemail, or nobody for "do not
// disturb". It tells whether that was so.
func (p *PBX) elsewhere(t *talk, e *extension, setting string, hops int, at time.Time, then func(at time.Time)) bool {
	if !p.hotel.limits.CallersForward || setting != "" && !e.on(setting) {
		return false
	}
	if setting == "alwaysforward" {
		p.meets(t, e.number, CallOfDial, MetForward, Handset{}, at)
	}
	switch which := setting[:min(1, len(setting))]; {
	case which == "":
		if e.on("dnd") {
			p.meets(t, e.number, CallOfDial, MetDND, Handset{}, at)
			p.fail(t, reasonDND, "BUSY", at)
			return true
		}
		return false
	case hops > maxHops:
		p.fail(t, reasonBusy, "BUSY", at)
	case e.set[which+"transferto"] == "Extension":
		other := p.hotel.extensions[e.set[which+"transferext"]]
		if other == nil {
			p.fail(t, reasonNotFound, "FAILED", at)
			return true
		}
		p.ringFirst(t, other, false, hops+1, at, then)
	case e.set[which+"transferto"] == "Voicemail" && e.on("hasvoicemail"):
		l := p.join(t, e.number, statusRing)
		l.handset = Handset{Talk: Span(messageLength)} // a machine: it listens, and presses nothing
		p.show(t)
		then(at)
	default:
		p.fail(t, reasonTimeout, "NO ANSWER", at)
	}
	return true
}
