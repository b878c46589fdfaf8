package sim

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// What a person at a telephone can be refused.
var (
	ErrNoExtension = errors.New("there is no such extension")
	ErrNoCall      = errors.New("there is no such call")
	ErrNumber      = errors.New("that is no number to dial")
	ErrBusy        = errors.New("the telephone is in a call")
)

// Dial lets a telephone of the hotel dial: another extension, a number
// outside, or, with a star in it, a feature code and what follows, such as
// 778*2*1; that is reported as one string at the end. It gives the call's id.
// A call that the PBX does not let out is reported as failed, and no error.
func (p *PBX) Dial(extension, number string) (callid string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	p.runDue(now)
	e := p.hotel.extensions[extension]
	switch {
	case e == nil:
		return "", fmt.Errorf("dial from %s: %w", extension, ErrNoExtension)
	case number == "" || len(number) > maxPressed || strings.Trim(number, "0123456789*#"+codeLetters) != "":
		return "", fmt.Errorf("dial from %s: %w", extension, ErrNumber)
	case p.busy(extension):
		return "", fmt.Errorf("dial from %s: %w", extension, ErrBusy)
	}
	t := p.newTalk(extension, number, "Internal", now)
	if p.crowded() {
		p.fail(t, reasonCongestion, "FAILED", now)
		return t.id, nil
	}
	l := p.join(t, extension, statusAlert)
	switch other := p.hotel.extensions[number]; {
	case strings.Contains(number, "*"):
		p.enterCode(t, l, number, now)
	case other != nil:
		p.callExtension(t, other, false, 0, now)
	default:
		p.callOutside(t, e, number, now)
	}
	return t.id, nil
}

// codeLetters stand in what a dialogue of the dialplan reports for what was
// chosen in it: a removal, nothing taken, wrong PINs, cancel, hear.
const codeLetters = "RNPCH"

// enterCode plays a call to a feature code: the PBX answers at once, and each
// key takes its time.
func (p *PBX) enterCode(t *talk, l *leg, number string, at time.Time) {
	code, keys, _ := strings.Cut(number, "*")
	if code == "" {
		code, keys = number, ""
	}
	t.to, t.answered, l.status = code, at, statusAnswered
	p.show(t)
	if keys = "*" + keys; p.hotel.limits.SingleKeys && code != number {
		p.press(t, l, keys, keyLength, at)
	}
	p.after(t, at.Add(time.Duration(len(keys)+1)*keyLength), func(at time.Time) {
		p.report(digitsReport(p.o.Serial, t.id, l.member(), number))
		p.bye(t, l, at)
	})
}

// Press lets somebody press keys in a call that goes on, given by its id or by
// an extension that is in it; they are reported one by one, at once.
func (p *PBX) Press(where, keys string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runDue(p.o.Now())
	if keys == "" || len(keys) > maxPressed || strings.Trim(keys, "0123456789*#") != "" {
		return fmt.Errorf("press keys at %s: %w", where, ErrNumber)
	}
	t, l := p.hotel.find(where)
	if t == nil {
		return fmt.Errorf("press keys at %s: %w", where, ErrNoCall)
	}
	for _, key := range keys {
		p.key(t, l, string(key))
	}
	return nil
}

// Finish lets the party at an extension, or whoever comes last in a call given
// by its id, hang up.
func (p *PBX) Finish(where string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	p.runDue(now)
	t, l := p.hotel.find(where)
	if t == nil {
		return fmt.Errorf("hang up at %s: %w", where, ErrNoCall)
	}
	p.bye(t, l, now)
	return nil
}

// find gives the call of an id or of an extension, and who is meant in it.
func (h *hotel) find(where string) (*talk, *leg) {
	if t := h.talks[where]; t != nil && len(t.legs) > 0 {
		return t, t.legs[len(t.legs)-1]
	}
	for _, t := range h.ordered() {
		for _, l := range t.legs {
			if l.role == roleExt && l.number == where {
				return t, l
			}
		}
	}
	return nil, nil
}

// CallIn places a call from outside to an extension, and gives its id; trunk
// is where it comes in, empty: the manual's.
func (p *PBX) CallIn(from, extension, trunk string) (callid string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	p.runDue(now)
	e := p.hotel.extensions[extension]
	switch {
	case e == nil:
		return "", fmt.Errorf("call %s: %w", extension, ErrNoExtension)
	case from == "" || len(from) > maxPressed || strings.Trim(from, "+0123456789") != "":
		return "", fmt.Errorf("call %s: %w", extension, ErrNumber)
	}
	t := p.newTalk(from, extension, "Inbound", now)
	t.source = orElse(trunk, defaultTrunk)
	if p.crowded() {
		p.fail(t, reasonCongestion, "FAILED", now)
		return t.id, nil
	}
	p.joinTrunk(t, roleInbound, from, extension, t.source, statusAlert)
	p.callExtension(t, e, false, 0, now)
	return t.id, nil
}

// SetOutside says how a number outside behaves when it is called.
func (p *PBX) SetOutside(number string, h Handset) error {
	if err := h.sound(); err != nil {
		return fmt.Errorf("set outside number: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hotel.outside[number] == (Handset{}) && len(p.hotel.outside) >= maxRecords {
		return errors.New("set outside number: there are too many")
	}
	p.hotel.outside[number] = h
	return nil
}
