package sim

import (
	"fmt"
	"time"
)

// What a telephone does when it is called.
const (
	Answers     = "answers"     // after a while of ringing
	Ignores     = "ignores"     // it rings until the PBX gives up
	Refuses     = "refuses"     // after a while of ringing, as busy
	Unreachable = "unreachable" // it is switched off
)

// Handset says how a telephone behaves in one call: a script for the person
// beside it. The zero value answers at once and waits until the other side
// hangs up.
type Handset struct {
	Does  string `json:"does"`           // empty: answers
	After Span   `json:"after"`          // how long it rings before it answers or refuses
	Talk  Span   `json:"talk,omitempty"` // after which it hangs up; 0: never
	Keys  string `json:"keys,omitempty"` // pressed one by one after the answer
	Pause Span   `json:"pause"`          // before each key
}

// sound tells whether a script from outside can be played.
func (h Handset) sound() error {
	switch h.Does {
	case "", Answers, Ignores, Refuses, Unreachable:
	default:
		return fmt.Errorf("a telephone answers, ignores, refuses or is unreachable, not %q", h.Does)
	}
	if len(h.Keys) > maxPressed {
		return fmt.Errorf("at most %d keys may be pressed in a call", maxPressed)
	}
	for _, span := range []Span{h.After, h.Talk, h.Pause} {
		if span < 0 || time.Duration(span) > 24*time.Hour {
			return fmt.Errorf("a span must be between 0 and 24h, but it is %s", time.Duration(span))
		}
	}
	return nil
}

const maxPressed = 64

// Span is a duration that is written as 1m30s.
type Span time.Duration

// MarshalText writes a span.
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalText reads a span; one without a unit is an error.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("a span is written as 1m30s, not %q", text)
	}
	*s = Span(d)
	return nil
}

// nextHandset takes how the telephone behaves in its next call.
func (e *extension) nextHandset() Handset {
	h := e.handset[0]
	if len(e.handset) > 1 {
		e.handset = e.handset[1:]
	}
	return h
}
