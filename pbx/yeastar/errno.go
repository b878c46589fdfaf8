package yeastar

import "fmt"

// Errno is an error number of the PBX (API 2.0.0, Error Code).
type Errno int

// The numbers that decide what the session does.
const (
	ErrnoLocked   Errno = 20002 // this address is locked for 10 minutes
	ErrnoPassword Errno = 20003 // wrong user name or password
	ErrnoNoToken  Errno = 20004
	ErrnoEmpty    Errno = 20005
	ErrnoExpired  Errno = 20006
)

func (e Errno) Error() string { return fmt.Sprintf("pbx error %d", int(e)) }

// renews tells whether a new login cures the error.
func (e Errno) renews() bool {
	return e == ErrnoNoToken || e == ErrnoEmpty || e == ErrnoExpired
}

// stops tells whether trying the login again would lead to, or lengthen, the
// lock: five wrong passwords in a row lock the address.
func (e Errno) stops() bool { return e == ErrnoLocked || e == ErrnoPassword }
