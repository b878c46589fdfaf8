package sim

import (
	"fmt"
	"time"
)

// Limits are what a PBX allows, how quick it is, and how it behaves where the
// manual says nothing or two things.
type Limits struct {
	// WritePause is the least pause between two writes; closer ones fail with
	// 10025. The manual gives no number; 0: any.
	WritePause Span `json:"write-pause"`
	// ApplyLag is how long queries show an extension as it was before a change,
	// and how long after [PBX.Apply] the dialplan is the one before.
	ApplyLag Span `json:"apply-lag"`
	// Slow is how much longer an answer takes that [FaultSlow] strikes, and a
	// file that [FaultFileSlow] does.
	Slow Span `json:"slow"`
	// Channels is how many parties may be in calls at once.
	Channels int `json:"channels"`
	// AlarmReports lets the calls of alarms be reported like others, with
	// CallStatus and NewCdr; what a PBX does is not documented.
	AlarmReports bool `json:"alarm-reports"`
	// AlarmUntilAnswered ends an alarm that was answered; otherwise it rings
	// as often as it was told to.
	AlarmUntilAnswered bool `json:"alarm-until-answered"`
	// CheckoutClearsAll lets a check-out also delete the records of calls and
	// reset "do not disturb", forwards and the like: the manual's other reading.
	CheckoutClearsAll bool `json:"checkout-clears-all"`
	// VoicemailHears reports PlayPromptEnd for a prompt that was forwarded to
	// voicemail.
	VoicemailHears bool `json:"voicemail-hears"`
	// SingleKeys reports each key of a feature code by itself too, before the
	// whole string.
	SingleKeys bool `json:"single-keys"`
	// ExtensionStatus reports what telephones do: on a PBX it is ticked for
	// each extension.
	ExtensionStatus bool `json:"extension-status"`
	// LoseReports loses what happens while nobody is registered; otherwise it
	// is reported to the next who is. The manual says that reports need a token
	// that lives, and not what becomes of the others.
	LoseReports bool `json:"lose-reports"`
	// WritesLoad lets each write over the API also read the dialplan, as Apply
	// does: old firmware loads more than was changed.
	WritesLoad bool `json:"writes-load"`
	// OneLock lets wrong passwords count at the doors of the API, of FTP and of
	// SFTP together, so that one locks all; otherwise the API has its own. What
	// a PBX does is not documented.
	OneLock bool `json:"one-lock"`
	// OneLogin ends every other token with each login; what becomes of them the
	// manual does not say.
	OneLogin bool `json:"one-login"`
	// Confirm is the number at which the dialplan asks for a key, and reports it;
	// empty: there is none.
	Confirm string `json:"confirm,omitempty"`
	// Languages are the digits that may follow it alone, for a dialogue in one
	// language; each dialogue in a room then begins by reporting them. Empty: it
	// is an older dialplan, which knows of none.
	Languages string `json:"languages,omitempty"`
	// CallersForward lets a call that the API places go where the one goes to
	// that is rung first: by its forwards, to its voicemail, or nowhere for "do
	// not disturb". What a PBX does is not documented.
	CallersForward bool `json:"callers-forward"`
	// Record keeps a recording of each answered call.
	Record bool `json:"record"`
}

var defaultLimits = Limits{Slow: Span(5 * time.Second), Channels: 200}

const (
	maxSlow     = 10 * time.Minute
	maxChannels = 10_000
)

// Limits gives what is set.
func (p *PBX) Limits() Limits {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hotel.limits
}

// SetLimits sets all of them; it fails for a negative one and for a span of
// more than 10 minutes.
func (p *PBX) SetLimits(l Limits) error {
	for _, span := range []Span{l.WritePause, l.ApplyLag, l.Slow} {
		if span < 0 || time.Duration(span) > maxSlow {
			return fmt.Errorf("set limits: a span must be between 0 and %s, but it is %s", maxSlow, time.Duration(span))
		}
	}
	if l.Channels < 0 || l.Channels > maxChannels {
		return fmt.Errorf("set limits: there may be 0 to %d channels, and not %d", maxChannels, l.Channels)
	}
	if !digits(l.Confirm) || len(l.Confirm) > maxPressed {
		return fmt.Errorf("set limits: the confirming number must be digits, but it is %q", l.Confirm)
	}
	if !digits(l.Languages) || len(l.Languages) > maxPressed {
		return fmt.Errorf("set limits: the languages must be digits, but they are %q", l.Languages)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hotel.limits = l
	return nil
}
