package sim

import (
	"maps"
	"time"
)

// Meeting is what a call met when it came to an extension.
type Meeting struct {
	At        time.Time
	Extension string
	// CallID is empty for a call that the PBX did not even begin.
	CallID string
	// From is who calls: a number, or "prompt".
	From string
	Kind CallKind
	Met  Met
	// Handset is how the telephone will behave; only of one that rings.
	Handset Handset
	// Prompts are what is played to whoever answers, with "+" between; empty: it
	// is no call of the PBX's own.
	Prompts string
}

// CallKind says who made a call.
type CallKind string

// The kinds of calls.
const (
	CallOfPerson CallKind = "person"
	CallOfDial   CallKind = "dial"   // the API's, to the one in whose name it calls
	CallOfPrompt CallKind = "prompt" // the API's, to be played something
	CallOfAlarm  CallKind = "alarm"  // the PBX's own wake-up
)

// Met says what became of a call at an extension.
type Met string

// What a call may meet.
const (
	MetRinging   Met = "rings"
	MetBusy      Met = "busy"
	MetDND       Met = "do not disturb"
	MetForward   Met = "forwarded"
	MetAway      Met = "away" // no telephone is registered
	MetCongested Met = "no channel"
)

// Setting is how an extension is set after a change.
type Setting struct {
	At        time.Time
	Extension string
	By        ChangedBy
	Settings  map[string]string // a copy, by the names of extension/query
}

// ChangedBy says how an extension was changed.
type ChangedBy string

// The ways in which an extension is changed.
const (
	ByHand     ChangedBy = "hand"     // on the web page or on the telephone
	ByUpdate   ChangedBy = "update"   // extension/update
	ByCheckout ChangedBy = "checkout" // hotel/checkout
)

// Witness sees at every moment what a test must not take anybody's word for. Its
// functions, of which each may be nil, are called while the PBX is busy with
// what they are told, so they must not ask anything of the PBX.
type Witness struct {
	Meets   func(Meeting)
	Changes func(Setting)
}

// meets tells what a call met at an extension; h is how a telephone that rings will behave.
func (p *PBX) meets(t *talk, number string, kind CallKind, m Met, h Handset, at time.Time) {
	if p.o.Witness.Meets != nil {
		p.o.Witness.Meets(Meeting{at.In(p.o.Zone), number, t.id, t.from, kind, m, h, t.prompts})
	}
}

// kindOf is the kind of a call that comes to an extension.
func (t *talk) kindOf() CallKind {
	switch {
	case t.straight:
		return CallOfAlarm
	case t.prompts != "":
		return CallOfPrompt
	}
	return CallOfPerson
}

// changedBy tells how an extension is set now.
func (p *PBX) changedBy(e *extension, by ChangedBy) {
	if p.o.Witness.Changes != nil {
		p.o.Witness.Changes(Setting{p.o.Now().In(p.o.Zone), e.number, by, maps.Clone(e.set)})
	}
}
