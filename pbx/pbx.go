// Package pbx says what a telephone system (PBX) can do for Bellhop.
//
// Every driver delivers events and says who the PBX is: that is [Driver].
// Whatever else a PBX can do is a small interface of its own that a driver
// may also satisfy; what a driver lacks the agent makes from what it has.
package pbx

import (
	"context"
	"time"

	"bellhop/hotel"
)

// Report is one thing that a PBX told.
type Report struct {
	Event hotel.Event
	// Body is what was sent, for telling a copy from an equal report; nil for
	// what cannot be sent twice, such as a stream.
	Body []byte
	// Begun is when the connection that brought Body was accepted or, where it
	// brings several, was ready for this one; with the reading of the steady
	// clock that [time.Now] gives. Zero: not known.
	Begun time.Time
	// BrokenOff: that connection was reset before anything was answered, as far
	// as can be known: its sender will send Body again, or has done so.
	BrokenOff bool
	// Masked gives what was sent byte for byte, but for secrets: for handing
	// it on. nil: there is nothing to hand on, such as for a gap.
	Masked func() []byte
}

// Keep stores a report. When it returns nil the report is on disk, and only
// then may the PBX be told so. taken, when not nil, is called once with
// whether the PBX was seen to take that answer.
type Keep func(ctx context.Context, r Report) (taken func(seen bool), err error)

// Driver is our side of one kind of PBX.
type Driver interface {
	// Run takes reports and keeps up the login until ctx ends, and has ended
	// everything it began when it returns. It does not return because the PBX
	// is away: it tries again, and says so through its state.
	Run(ctx context.Context, keep Keep) error
	// Identify asks the PBX who it is. It blocks for as long as one call takes.
	Identify(ctx context.Context) (Identity, error)
	// State says how things stand, without blocking.
	State() State
}

// Identity is what a PBX says of itself.
type Identity struct {
	Model    string `json:"model"`
	Serial   string `json:"serial"`
	Firmware string `json:"firmware"`
	// Clock is the PBX's own time, as it writes it.
	Clock string `json:"clock,omitempty"`
	// Up is how long ago it was started; 0: not known.
	Up time.Duration `json:"up,omitempty"`
}

// State is how the connection to a PBX stands.
type State struct {
	// Listening is where reports are taken: where we listen, or the address of
	// the stream that we are logged in to; empty: nowhere now, Deaf says why.
	Listening string    `json:"listening,omitempty"`
	Deaf      string    `json:"deaf,omitempty"`
	Since     time.Time `json:"since,omitzero"`    // of the newest successful call to the PBX
	Error     string    `json:"error,omitempty"`   // why the newest call failed; empty when it did not
	LastPush  time.Time `json:"lastPush,omitzero"` // of the newest report
	// Setup is what somebody must change on the PBX or in the config before
	// reports can come; empty: nothing.
	Setup string `json:"setup,omitempty"`
}
