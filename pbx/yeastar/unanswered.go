package yeastar

import (
	"errors"

	"bellhop/pbx"
)

// unanswered is a call that the PBX did not answer, or not so that it could
// be read.
type unanswered struct {
	err  error
	sent bool // the PBX may have had it
}

func (e *unanswered) Error() string { return e.err.Error() }
func (e *unanswered) Unwrap() error { return e.err }

// Is implements what [errors.Is] asks for.
func (e *unanswered) Is(kind error) bool {
	switch kind {
	case pbx.ErrAuth:
		return errors.Is(e.err, ErrPin)
	case pbx.ErrRetry:
		return !errors.Is(e.err, ErrPin)
	case pbx.ErrUncertain:
		return e.sent
	}
	return false
}
