package yeastar

import (
	"fmt"
	"slices"
)

// Errno is an error number of the PBX (API 2.0.0, Error Code). By errors.Is
// it is each of the kinds of package pbx that it belongs to. One that the
// manual does not have, or that says we are at fault, belongs to none.
type Errno int

// The numbers that decide what the session does.
const (
	ErrnoLocked   Errno = 20002 // this address is locked for 10 minutes
	ErrnoPassword Errno = 20003 // wrong user name or password
	ErrnoNoToken  Errno = 20004
	ErrnoEmpty    Errno = 20005
	ErrnoExpired  Errno = 20006
)

// The numbers that decide what a call does next.
const (
	errnoUnknownRequest Errno = 10003
	errnoParameters     Errno = 10004
	errnoAlarmFailed    Errno = 10020
	errnoNoAlarm        Errno = 10021
	errnoAlarmExists    Errno = 10022
	errnoNoVoicemail    Errno = 20018
	errnoNoCDR          Errno = 20021
)

func (e Errno) Error() string {
	if words := errnoMeanings[e].words; words != "" {
		return fmt.Sprintf("pbx error %d: %s", int(e), words)
	}
	return fmt.Sprintf("pbx error %d", int(e))
}

// Is implements what [errors.Is] asks for.
func (e Errno) Is(kind error) bool { return slices.Contains(errnoMeanings[e].kinds, kind) }

// renews tells whether a new login cures the error.
func (e Errno) renews() bool {
	return e == ErrnoNoToken || e == ErrnoEmpty || e == ErrnoExpired
}

// stops tells whether trying the login again would lead to, or lengthen, the
// lock: five wrong passwords in a row lock the address.
func (e Errno) stops() bool { return e == ErrnoLocked || e == ErrnoPassword }

// gone tells whether a call, or one party's part in it, has ended.
func (e Errno) gone() bool { return e == 10005 || e == 10007 || e == 10103 }

// stale tells whether the key to a download was used or is older than its 30
// seconds: a recording's, a voicemail's, a CDR file's.
func (e Errno) stale() bool { return e == 20012 || e == 20017 || e == 20020 }
