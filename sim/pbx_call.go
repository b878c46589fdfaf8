package sim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dialByCall rings the caller, and once that has answered, the callee.
func (p *PBX) dialByCall(_ call, in params) answer {
	return p.dialFrom(in.text("caller"), in.text("callee"), in.text("autoanswer") == "yes")
}

// dialFrom connects two numbers. The caller must be an extension: IVRs, queues
// and trunks that call are not simulated.
func (p *PBX) dialFrom(caller, callee string, quick bool) answer {
	if caller == "" || callee == "" {
		return failed(errEmpty)
	}
	e := p.hotel.extensions[caller]
	switch {
	case e == nil && p.outsideNumber(caller):
		return failed(errRange)
	case e == nil:
		return failed(errNoExtension)
	case p.busy(caller):
		p.meets(&talk{from: caller}, caller, CallOfDial, MetBusy, Handset{}, p.o.Now())
		return failed(errNotIdle)
	}
	other := p.hotel.extensions[callee]
	if other == nil && !p.confirms(callee) {
		if number := p.permit(e, callee); number != "" {
			return failed(number)
		}
	}
	now := p.o.Now()
	t := p.newTalk(caller, callee, "Internal", now)
	p.ringFirst(t, e, quick, 0, now, func(at time.Time) {
		switch {
		case other != nil:
			p.callExtension(t, other, false, 0, at)
		case p.confirms(callee):
			p.ask(t, callee, at)
		default:
			p.callOutside(t, e, callee, at)
		}
	})
	return success.with("callid", t.id)
}

// permit judges whether an extension may call a number outside.
func (p *PBX) permit(e *extension, number string) errno {
	way, exists := p.hotel.route(number, e.routes())
	switch {
	case !exists:
		return errNoCallee
	case way == nil || e.on("callrestriction"):
		return errNoPermission
	}
	return ""
}

func (p *PBX) outsideNumber(number string) bool {
	_, exists := p.hotel.route(number, nil)
	return exists
}

// ringFirst rings the one in whose name a call is made; forwards are followed if
// [Limits.CallersForward] says so.
func (p *PBX) ringFirst(t *talk, e *extension, quick bool, hops int, at time.Time, then func(at time.Time)) {
	if p.elsewhere(t, e, "", hops, at, then) || p.elsewhere(t, e, "alwaysforward", hops, at, then) {
		return
	}
	h := e.nextHandset()
	switch {
	case p.crowded():
		p.meets(t, e.number, CallOfDial, MetCongested, Handset{}, at)
		p.fail(t, reasonCongestion, "FAILED", at)
		return
	case e.status == "Unavailable" || h.Does == Unreachable:
		p.meets(t, e.number, CallOfDial, MetAway, Handset{}, at)
		if !p.elsewhere(t, e, "noanswerforward", hops, at, then) {
			p.fail(t, reasonUnreachable, "FAILED", at)
		}
		return
	}
	p.meets(t, e.number, CallOfDial, MetRinging, h, at)
	l := p.join(t, e.number, statusRing)
	l.handset = h
	p.show(t)
	patience := p.patience(e)
	// unless gives a call up that nobody takes, unless it is forwarded.
	unless := func(setting, reason, status string) func(time.Time) {
		return func(at time.Time) {
			if p.hotel.limits.CallersForward && e.on(setting) {
				t.turn++
				t.leave(l)
			}
			if !p.elsewhere(t, e, setting, hops, at, then) {
				p.fail(t, reason, status, at)
			}
		}
	}
	switch after := time.Duration(h.After); {
	case quick:
		then(at)
	case h.Does == Refuses && after < patience:
		p.after(t, at.Add(after), unless("busyforward", reasonBusy, "BUSY"))
	case (h.Does == "" || h.Does == Answers) && after < patience:
		p.after(t, at.Add(after), then)
	default:
		p.after(t, at.Add(patience), unless("noanswerforward", reasonTimeout, "NO ANSWER"))
	}
}

// playByCall plays prompts to a number.
func (p *PBX) playByCall(_ call, in params) answer {
	return p.play(in, in.text("number"), in.text("dialpermission"))
}

const maxCount = 1000 // of a prompt; assumed

// play rings a number and plays prompts to whoever answers. A number outside
// needs an extension in whose name it is called.
func (p *PBX) play(in params, number, permission string) answer {
	prompt := in.text("prompt")
	if number == "" || prompt == "" {
		return failed(errEmpty)
	}
	names := strings.Split(prompt, "+")
	if slices.ContainsFunc(names, func(name string) bool { return !p.hasPrompt(name) }) {
		return failed(errNoPrompt)
	}
	count, wrong := readCount(in)
	if wrong != "" {
		return failed(wrong)
	}
	e := p.hotel.extensions[number]
	by := p.hotel.extensions[permission]
	if e == nil {
		if number := p.permitPrompt(by, number); number != "" {
			return failed(number)
		}
	}
	now := p.o.Now()
	t := p.newTalk("prompt", number, "Internal", now)
	t.prompts, t.length = prompt, time.Duration(len(names)*count)*promptLength
	if e == nil {
		p.callOutside(t, by, number, now)
	} else {
		p.callExtension(t, e, in.text("autoanswer") == "yes", 0, now)
	}
	return success.with("callid", t.id)
}

// permitPrompt judges a prompt to a number outside.
func (p *PBX) permitPrompt(by *extension, number string) errno {
	if by != nil {
		return p.permit(by, number)
	}
	if !p.outsideNumber(number) {
		return errNoCallee
	}
	return errNoPermission
}

// readCount reads how often a prompt is played, and judges its volume.
func readCount(in params) (int, errno) {
	if volume := in.text("volume"); !digits(volume) {
		return 0, errVolumeDigits
	} else if n, err := strconv.Atoi(orElse(volume, "0")); err != nil || n > 20 {
		return 0, errVolume
	}
	count, err := strconv.Atoi(orElse(in.text("count"), "1"))
	if err != nil || count < 1 || count > maxCount {
		return 0, errValue
	}
	return count, ""
}

// onChannel finds the party on a channel.
func (h *hotel) onChannel(channel string) (*talk, *leg) {
	for _, t := range h.talks {
		for _, l := range t.legs {
			if l.channel == channel {
				return t, l
			}
		}
	}
	return nil, nil
}

func (p *PBX) hangUpCall(_ call, in params) answer {
	channel := in.text("channelid")
	if channel == "" {
		return failed(errEmpty)
	}
	t, l := p.hotel.onChannel(channel)
	if t == nil {
		return failed(errNoChannel)
	}
	p.bye(t, l, p.o.Now())
	return success.with("callid", t.id)
}

// transferCall sends the party on a channel to another number; the party that
// it talked to is let go. Which of the two the channel names is assumed. No
// Transfer is reported (API 2.0.0, Transfer).
func (p *PBX) transferCall(_ call, in params) answer {
	channel, number := in.text("channelid"), in.text("number")
	if channel == "" || number == "" {
		return failed(errEmpty)
	}
	t, l := p.hotel.onChannel(channel)
	if t == nil {
		return failed(errNoChannel)
	}
	if t.answered.IsZero() || len(t.legs) < 2 {
		return failed(errNotBridged)
	}
	e := p.hotel.extensions[number]
	by := p.hotel.extensions[orElse(in.text("dialpermission"), l.number)]
	if e == nil {
		if number := p.permitPrompt(by, number); number != "" {
			return failed(number)
		}
	}
	now := p.o.Now()
	t.turn++
	t.legs = []*leg{l}
	if e != nil {
		p.callExtension(t, e, false, 0, now)
	} else {
		p.callOutside(t, by, number, now)
	}
	return success.with("callid", t.id)
}

// callInfo is how a call that goes on is printed.
type callInfo struct {
	Members []Member `json:"members"`
	CallID  string   `json:"callid"`
}

// queryCalls lists calls by id or by type. The manual's table has "calls", its
// examples "Calls".
func (p *PBX) queryCalls(_ call, in params) answer {
	if id := in.text("callid"); id != "" {
		t := p.hotel.talks[id]
		if t == nil {
			return failed(errNoCallID)
		}
		return success.with(p.callsKey(), []callInfo{{t.members(), t.id}})
	}
	switch kind := in.text("type"); kind {
	case "":
		return failed(errEmpty)
	case "inbound", "outbound":
		return p.callsOfType(kind)
	}
	return failed(errValue)
}

func (p *PBX) callsKey() string {
	if p.trouble.strikes(FaultLowerCalls) {
		return "calls"
	}
	return "Calls"
}

// callsOfType lists calls with a party outside.
func (p *PBX) callsOfType(role string) answer {
	list := [][]byte{}
	for _, t := range p.hotel.ordered() {
		if slices.ContainsFunc(t.legs, func(l *leg) bool { return l.role == role }) {
			list = append(list, printed(callInfo{t.members(), t.id}, ""))
		}
	}
	return p.withList(success, p.callsKey(), list)
}

// queryExtensionCalls lists the calls of extensions. The manual's table spells
// the list numbertocalls, its example numercalls; members go without a status.
func (p *PBX) queryExtensionCalls(c call, in params) answer {
	type row struct {
		CallID  string   `json:"callid"`
		Members []Member `json:"members"`
	}
	found, number := p.listed(c, in, true)
	if number != "" {
		return failed(number)
	}
	list := [][]byte{}
	for _, e := range found {
		rows := []row{}
		for _, t := range p.hotel.ordered() {
			if slices.ContainsFunc(t.legs, func(l *leg) bool { return l.role == roleExt && l.number == e.number }) {
				rows = append(rows, row{t.id, t.members()})
			}
		}
		var o object
		o.add("number", quote(e.number))
		if len(rows) > 0 {
			o.add("numercalls", printed(rows, ""))
		}
		list = append(list, o.bytes())
	}
	return success.with("calllist", rawList(list))
}

// unescape reads URL encoding, as the text of a message has it.
func unescape(text string) (string, bool) {
	plain, err := url.QueryUnescape(text)
	return plain, err == nil
}
