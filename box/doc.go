// Package box tells how the computer fares that the agent runs on: its disk and
// how long that takes to keep something, what was written on it, its memory, and
// the ports that the process listens on. It judges nothing: that is site's.
//
// What it reads it reads from the system, so that nothing here is portable but
// the questions. Elsewhere than on Linux most answers are [ErrUnknown].
package box

import "errors"

// ErrUnknown says that this system does not tell.
var ErrUnknown = errors.New("this system does not tell")

// System is where the kernel tells of itself; the zero System is this
// computer's.
type System struct {
	Proc string // "/proc" when empty
	Sys  string // "/sys" when empty
}

func (s System) proc() string {
	if s.Proc == "" {
		return "/proc"
	}
	return s.Proc
}

func (s System) sys() string {
	if s.Sys == "" {
		return "/sys"
	}
	return s.Sys
}
