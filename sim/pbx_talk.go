package sim

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// What a party of a call is, and how far it is (API 2.0.0, CallStatus).
const (
	roleExt      = "ext"
	roleInbound  = "inbound"
	roleOutbound = "outbound"

	statusAlert    = "ALERT"    // the caller, while the other side rings
	statusRing     = "RING"     // the called
	statusAnswered = "ANSWERED" // the caller, once the other side has answered
	statusAnswer   = "ANSWER"   // the called
	statusHold     = "HOLD"
	statusBye      = "BYE" // whoever hung up
)

// talk is a call that goes on.
type talk struct {
	id       string
	number   int // in the order of their beginning
	from, to string
	kind     string // Internal, Inbound, Outbound
	start    time.Time
	answered time.Time // zero: not yet
	legs     []*leg
	source   string // trunk of an inbound call
	dest     string // trunk of an outbound call
	prompts  string // what is played to the called; empty: nobody but people talk
	length   time.Duration
	keys     int // single keys reported so far
	mail     bool
	silent   bool // nothing is reported of it
	straight bool // it follows no forwards and rings through "do not disturb"
	turn     int  // counts steps: what was arranged for an earlier one is void
	done     func(answered bool, at time.Time)
}

// leg is one party of a call.
type leg struct {
	role     string
	number   string // of an extension
	from, to string // of a party outside
	trunk    string
	channel  string
	status   string
	handset  Handset
}

func (l *leg) member() Member {
	if l.role == roleExt {
		return Member{Ext: &Extension{Number: l.number, Channel: l.channel, Status: l.status}}
	}
	t := &Trunk{From: l.from, To: l.to, Name: l.trunk, Channel: l.channel, Status: l.status}
	if l.role == roleInbound {
		return Member{Inbound: t}
	}
	return Member{Outbound: t}
}

func (t *talk) members() []Member {
	list := make([]Member, len(t.legs))
	for i, l := range t.legs {
		list[i] = l.member()
	}
	return list
}

// caller is the party that called; nil for a prompt.
func (t *talk) caller() *leg {
	if t.prompts != "" || len(t.legs) == 0 {
		return nil
	}
	return t.legs[0]
}

// ordered lists the calls that go on, the oldest first.
func (h *hotel) ordered() []*talk {
	list := make([]*talk, 0, len(h.talks))
	for _, t := range h.talks {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *talk) int { return a.number - b.number })
	return list
}

// newTalk begins a call; it has no parties yet.
func (p *PBX) newTalk(from, to, kind string, at time.Time) *talk {
	p.hotel.calls++
	t := &talk{id: CallID(at, p.hotel.calls), number: p.hotel.calls, from: from, to: to, kind: kind, start: at}
	p.hotel.talks[t.id] = t
	return t
}

// join adds an extension to a call.
func (p *PBX) join(t *talk, number, status string) *leg {
	p.hotel.channels++
	l := &leg{role: roleExt, number: number, status: status, channel: fmt.Sprintf("PJSIP/%s-%08x", number, p.hotel.channels)}
	t.legs = append(t.legs, l)
	return l
}

// joinTrunk adds a party outside to a call.
func (p *PBX) joinTrunk(t *talk, role, from, to, trunk, status string) *leg {
	p.hotel.channels++
	l := &leg{
		role: role, from: from, to: to, trunk: trunk, status: status,
		channel: fmt.Sprintf("PJSIP/trunk-%s-endpoint-%08x", trunk, p.hotel.channels),
	}
	t.legs = append(t.legs, l)
	return l
}

// crowded tells whether there is no channel left for one more party.
func (p *PBX) crowded() bool {
	busy := 0
	for _, t := range p.hotel.talks {
		busy += len(t.legs)
	}
	return busy >= p.hotel.limits.Channels
}

// after arranges the next step of a call; it is void once the call has taken
// another.
func (p *PBX) after(t *talk, at time.Time, step func(at time.Time)) {
	turn := t.turn
	p.arrange(at, func(at time.Time) {
		if t.turn == turn {
			step(at)
		}
	})
}

// show reports how far a call is.
func (p *PBX) show(t *talk) {
	if t.silent {
		return
	}
	p.report(CallStatus(p.o.Serial, t.id, t.members()...))
	if !p.hotel.limits.ExtensionStatus {
		return
	}
	for _, l := range t.legs {
		if l.role == roleExt && l.status != statusBye {
			p.report(ExtensionStatus(p.o.Serial, l.number, map[bool]string{true: "Ringing", false: "Busy"}[l.status == statusRing], defaultAddress))
		}
	}
}

// defaultAddress is that of a telephone in the manual's example.
const defaultAddress = "192.168.5.100"

// pick lets the called answer; its telephone then does what its script says.
func (p *PBX) pick(t *talk, l *leg, at time.Time) {
	t.turn++
	t.answered = at
	l.status = statusAnswer
	if c := t.caller(); c != nil {
		c.status = statusAnswered
	}
	p.show(t)
	p.press(t, l, l.handset.Keys, time.Duration(l.handset.Pause), at)
	if t.prompts != "" {
		p.after(t, at.Add(t.length), func(at time.Time) { p.promptEnds(t, at) })
	}
	if talk := time.Duration(l.handset.Talk); talk > 0 {
		p.after(t, at.Add(talk), func(at time.Time) { p.bye(t, l, at) })
	}
}

// promptEnds reports that a prompt was played whole, and hangs up.
func (p *PBX) promptEnds(t *talk, at time.Time) {
	if !t.silent && (!t.mail || p.hotel.limits.VoicemailHears) {
		members := t.members()
		for _, m := range members { // the manual prints them without
			switch {
			case m.Ext != nil:
				m.Ext.Status = ""
			case m.Outbound != nil:
				m.Outbound.Status = ""
			}
		}
		p.report(PlayPromptEnd(p.o.Serial, t.id, t.prompts, members...))
	}
	p.bye(t, nil, at)
}

// press lets a party press keys, each after a pause.
func (p *PBX) press(t *talk, l *leg, keys string, pause time.Duration, at time.Time) {
	for i, key := range keys {
		p.after(t, at.Add(time.Duration(i+1)*pause), func(time.Time) { p.key(t, l, string(key)) })
	}
}

// key reports a single key (API 2.0.0, DTMF).
func (p *PBX) key(t *talk, l *leg, key string) {
	if !t.silent {
		p.report(keyReport(p.o.Serial, t.id, l.member(), key, t.keys))
	}
	t.keys++
}

// bye ends a call because a party hung up; nil: the PBX did.
func (p *PBX) bye(t *talk, l *leg, at time.Time) {
	if l != nil {
		l.status = statusBye
	} else {
		for _, other := range t.legs {
			other.status = statusBye // assumed: a prompt that ends leaves one party
		}
	}
	p.show(t)
	status := "ANSWERED"
	switch {
	case t.mail:
		status = "VOICEMAIL"
	case t.answered.IsZero():
		status = "NO ANSWER"
	}
	p.end(t, status, at)
}

// fail ends a call that came to nothing.
func (p *PBX) fail(t *talk, reason, status string, at time.Time) {
	if !t.silent {
		var members []Member
		for _, l := range t.legs {
			if l.role == roleExt {
				m := l.member()
				m.Ext.Status = ""
				members = append(members, m)
			}
		}
		p.report(callFailed(p.o.Serial, t.id, reason, members))
	}
	p.end(t, status, at)
}

// end takes a call out of those that go on, and reports its record.
func (p *PBX) end(t *talk, status string, at time.Time) {
	t.turn++
	delete(p.hotel.talks, t.id)
	answered := !t.answered.IsZero() && !t.mail
	if !t.silent {
		c := CDR{
			CallID: t.id, Start: t.start.In(p.o.Zone), From: t.from, To: t.to, Duration: seconds(at.Sub(t.start)),
			SourceTrunk: t.source, DestTrunk: t.dest, Status: status, Type: t.kind,
		}
		if !t.answered.IsZero() {
			c.Talk = seconds(at.Sub(t.answered))
		}
		if t.kind == "Inbound" {
			c.DID = t.to
		}
		if answered && p.hotel.limits.Record {
			c.Recording = fmt.Sprintf("%s-%s-%s-%s-%s.wav", c.Start.Format("20060102150405"), t.id, t.from, t.to, t.kind)
		}
		p.hotel.record(c)
		p.reportCDR(c)
		p.showIdle(t)
	}
	if t.done != nil {
		t.done(answered, at)
	}
}

func (p *PBX) showIdle(t *talk) {
	if !p.hotel.limits.ExtensionStatus {
		return
	}
	for _, l := range t.legs {
		if l.role == roleExt {
			p.report(ExtensionStatus(p.o.Serial, l.number, "Idle", defaultAddress))
		}
	}
}

func seconds(d time.Duration) int { return int(d / time.Second) }

// report hands over a report of the PBX's own. One that finds the queue full
// is counted and lost, and so is, if [Limits.LoseReports] says so, one that
// nobody is registered for. The caller holds mu.
func (p *PBX) report(body []byte) {
	if p.hotel.limits.LoseReports && !p.registered() {
		p.watch(ReportMade, Told{Body: body})
		p.lost(body)
		p.stats.Dropped++
		return
	}
	if p.push(body) != nil {
		p.stats.Dropped++
	}
}

// reportCDR reports the record of a call, in another spelling if that fault
// strikes.
func (p *PBX) reportCDR(c CDR) {
	body := NewCdr(p.o.Serial, c)
	if p.trouble.strikes(FaultSpelling) {
		body = p.trouble.misspell(body)
	}
	p.report(body)
}

// callFailed prints a call that failed; the members may be missing (API
// 2.0.0, CallFailed).
func callFailed(serial, callid, reason string, members []Member) []byte {
	return printed(struct {
		CallID  string   `json:"callid"`
		Event   string   `json:"event"`
		Reason  string   `json:"reason"`
		Members []Member `json:"members,omitempty"`
		Serial  string   `json:"sn"`
	}{callid, "CallFailed", reason, members, serial}, "  ")
}

// keyReport prints a single key; index is its place in the call, from 0.
func keyReport(serial, callid string, m Member, key string, index int) []byte {
	return printed(struct {
		Event   string   `json:"event"`
		CallID  string   `json:"callid"`
		Members []Member `json:"members"`
		Info    string   `json:"info"`
		Flag    string   `json:"flag"`
		Serial  string   `json:"sn"`
	}{"DTMF", callid, []Member{m}, key, strconv.Itoa(index), serial}, "  ")
}
