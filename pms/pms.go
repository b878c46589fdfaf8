// Package pms says what a link to a hotel management system (PMS) does.
//
// A [Link] carries one [Message] at a time to the far side and says what came
// of it. It keeps nothing and repeats nothing: the queue of what is still to
// be told, the order within a room and the pauses between attempts belong to
// the caller. So a link has three answers only:
//
//   - nil: the far side has taken the message.
//   - [*Refused]: it never will; a person must look at it.
//   - [*Retry]: it may later, or it is not known whether it did. The message
//     goes out again under the same key, by which the far side tells a copy.
//
// Package pmstest holds the tests that every link passes.
package pms

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Message is one thing that the PMS is to learn.
type Message struct {
	// Key is the same over all attempts; the far side de-duplicates by it.
	Key    string
	Type   string          // "posting", "housekeeping", "call" …
	Event  uint64          // journal id of the event that led to it
	CallID string          // the PBX's id of the telephone call; may be empty
	Room   string          // may be empty
	Time   time.Time       // when it was queued; links send it in UTC
	Data   json.RawMessage // the body proper, by type
}

// Link is our connection to one PMS. Its methods may be called side by side.
type Link interface {
	// Send tells the far side one message and gives its reply, which may be
	// empty and is bounded by the link. It blocks until the outcome is known,
	// the link's own time-out passes or ctx ends. It does not repeat a failed
	// attempt, except at once and under the same key when a connection that
	// was kept from before turns out to be dead. The error is a [*Refused] or
	// a [*Retry], the latter wrapping the context's error when ctx ended; it
	// holds no secret.
	Send(ctx context.Context, m Message) (reply []byte, err error)
}

// Refused says that a message was refused for good: repeating does not help.
type Refused struct {
	Status int    // the far side's own code, such as an HTTP status; 0: none
	Reason string // for a person; at most a line, printable
}

func (e *Refused) Error() string {
	switch {
	case e.Status == 0:
		return "refused: " + e.Reason
	case e.Reason == "":
		return fmt.Sprintf("refused with status %d", e.Status)
	}
	return fmt.Sprintf("refused with status %d: %s", e.Status, e.Reason)
}

// Retry says that the attempt failed in a way that time may cure.
type Retry struct {
	// After is how long the far side asks to be left alone, counted from when
	// it answered; 0: as the caller sees fit.
	After time.Duration
	// Only says that the far side is there, and that it is this message alone
	// that must wait.
	Only bool
	// Unsent says that nothing of the message has gone out: one that must not be
	// sent twice may be tried again.
	Unsent bool
	Err    error // never nil
}

func (e *Retry) Error() string {
	if e.After > 0 {
		return fmt.Sprintf("%v (not again before %s)", e.Err, e.After)
	}
	return e.Err.Error()
}

// Unwrap gives what went wrong.
func (e *Retry) Unwrap() error { return e.Err }
