package quarter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/hotel"
	"bellhop/sim"
)

// manner draws how the telephone of a room behaves when it is called.
func (h *house) manner() sim.Handset {
	after, talk := sim.Span(h.between(2*time.Second, 20*time.Second)), sim.Span(h.between(10*time.Second, 3*time.Minute))
	switch n := h.dice.IntN(20); {
	case n < 12: // somebody who presses a key when asked to
		return sim.Handset{Does: sim.Answers, After: after, Talk: talk, Keys: "1", Pause: sim.Span(h.between(time.Second, 8*time.Second))}
	case n < 14:
		return sim.Handset{Does: sim.Answers, After: after, Talk: talk}
	case n < 17:
		return sim.Handset{Does: sim.Ignores}
	case n < 19:
		return sim.Handset{Does: sim.Refuses, After: after}
	}
	return sim.Handset{Does: sim.Unreachable}
}

// otherManner lets a telephone behave otherwise from now on.
func (h *house) otherManner() {
	if r := h.choose(present); r != nil {
		h.answers(r, h.manner())
	}
}

// placed takes it that a telephone is in use.
func (h *house) placed(what string, err error) {
	h.t.Helper()
	if errors.Is(err, sim.ErrBusy) {
		return
	}
	h.must(err)
	h.count[what]++
}

// callAndBeHeard is a call for sure.
func (h *house) callAndBeHeard(r *room) {
	_, err := h.pbx.Dial(r.phones[0], deskPhone)
	h.placed("calls of guests who stay on", err)
	r.note(h.now(), "calls the desk")
}

func (h *house) callOut() {
	if r := h.choose(present); r != nil {
		h.talk(r)
	}
}

func (h *house) callRoom() {
	from, to := h.choose(present), h.choose(present)
	if from == nil || from == to {
		return
	}
	_, err := h.pbx.Dial(from.phones[0], to.phones[0])
	h.placed("calls between rooms", err)
}

// callIn lets somebody outside call a guest, and leave a message perhaps.
func (h *house) callIn() {
	r := h.choose(present)
	if r == nil {
		return
	}
	_, err := h.pbx.CallIn(fmt.Sprintf("138%08d", h.dice.IntN(100_000_000)), pick(h, r.phones), "")
	h.placed("calls from outside", err)
}

// ownSettings are what guests set on their telephones, and what takes it back.
var ownSettings = []struct{ on, off map[string]string }{
	{map[string]string{"dnd": "on"}, map[string]string{"dnd": "off"}},
	{map[string]string{"callrestriction": "on"}, map[string]string{"callrestriction": "off"}},
	{map[string]string{"alwaysforward": "on", "atransferto": "Extension", "atransferext": deskPhone}, map[string]string{"alwaysforward": "off"}},
	{map[string]string{"busyforward": "on", "btransferto": "Custom Number", "btransfernum": "800123456"}, map[string]string{"busyforward": "off"}},
	{map[string]string{"noanswerforward": "on", "ntransferto": "Extension", "ntransferext": deskPhone}, map[string]string{"noanswerforward": "off"}},
}

// setOwn lets a guest set something on the telephone, or take it back.
func (h *house) setOwn() {
	r := h.choose(present)
	if r == nil {
		return
	}
	which := pick(h, ownSettings)
	settings := which.on
	for name := range which.off {
		if r.own[name] == "on" {
			settings = which.off
		}
	}
	h.must(h.pbx.SetExtension(sim.PBXExtension{Number: r.phones[0], Settings: settings}))
	for name, value := range settings {
		r.own[name] = value
	}
	r.note(h.now(), "the guest sets %v", settings)
	h.count["settings of guests"]++
}

// alarmByHand lets the desk set an alarm on the PBX itself.
func (h *house) alarmByHand() {
	r := h.choose(present)
	if r == nil {
		return
	}
	phone := pick(h, r.phones)
	x, _ := h.pbx.Extension(phone)
	kind := pick(h, []string{"onetime", "everyday"})
	at := fmt.Sprintf("%02d:%02d", 5+h.dice.IntN(4), h.dice.IntN(60))
	if h.chance(50) { // as guests like it
		at = at[:4] + pick(h, []string{"0", "5"})
	}
	for _, a := range x.Alarms {
		if a.Time == at {
			return
		}
	}
	h.must(h.pbx.SetExtension(sim.PBXExtension{Number: phone, Alarms: append(x.Alarms, sim.Alarm{Time: at, Type: kind, Repeats: "1", Prompt: handPrompt})}))
	now := h.now()
	r.hand = append(r.hand, handAlarm{phone, at, kind, moment(time.Date(now.Year(), now.Month(), now.Day()+1, 12, 0, 0, 0, h.zone), at, h.zone)})
	r.note(h.now(), "alarm %s %s on the PBX by hand", kind, at)
	h.count["alarms by hand"]++
}

// meddle lets somebody set something on a telephone of a vacant room. The agent
// leaves those alone that it never had a guest's on: who knows whose they are.
func (h *house) meddle() {
	r := h.choose(func(r *room) bool { return vacant(r) && r.known })
	if r == nil {
		return
	}
	h.must(h.pbx.SetExtension(sim.PBXExtension{Number: r.phones[0], Settings: pick(h, ownSettings).on}))
	r.meddled = h.now()
	r.note(r.meddled, "somebody sets a forward or the like")
	h.count["settings in vacant rooms"]++
}

// callForHelp lets a guest call for help: the desk is told at once.
func (h *house) callForHelp() {
	r := h.choose(present)
	if r == nil {
		return
	}
	number := pick(h, []string{"112", "113", "118"})
	h.must(h.pbx.SetOutside(number, sim.Handset{Does: sim.Answers, After: sim.Span(4 * time.Second), Talk: sim.Span(time.Minute)}))
	id, err := h.pbx.Dial(r.phones[0], number)
	h.placed("calls for help", err)
	if err != nil {
		return
	}
	r.note(h.now(), "calls %s for help", number)
	began := h.now()
	h.later(toldWithin, func() {
		if h.box == nil || h.model.troubles > 0 || h.model.well.After(began.Add(-heartbeat)) {
			return
		}
		told := func(a hotel.Alert) bool {
			return strings.HasPrefix(a.Code, "emergency-call") && a.Room == r.number && a.Params["call"] == id
		}
		if !slices.ContainsFunc(h.box.agent.Alerts(), told) {
			h.differs(r.number, "somebody called %s for help at %s, and the desk was not told", number, began.Format(time.TimeOnly))
		}
	})
}

// toldWithin is how soon the desk hears of a call for help.
const toldWithin = 10 * time.Second

// heartbeat is how long after a trouble the box has asked the PBX for something: one
// that began anew reports nothing before that.
const heartbeat = 6 * time.Minute
