package pbx

import "errors"

// The kinds of failure by which a caller decides what to do next. A driver's
// errors answer to one of them by errors.Is; ErrUncertain comes beside
// another. An error of no kind is for good: the program and the PBX do not
// understand each other, and a person must look.
var (
	// ErrRetry: not now, and time may cure it: the line, a PBX that starts or
	// has too much to do. Try again with growing pauses, so often and no more.
	ErrRetry = errors.New("the PBX cannot do it now")

	// ErrUncertain: the request went out, and it is not known whether it was
	// carried out. What must not happen twice, such as a call, an SMS or a new
	// alarm, is asked about before it is repeated.
	ErrUncertain = errors.New("it is not known whether the PBX has done it")

	// ErrBusy: the extension or the call is not in the state for it, such as
	// an engaged phone. Whether to try later, the order decides.
	ErrBusy = errors.New("the extension or call is in another state")

	// ErrMissing: what was named is not there: extension, alarm, prompt,
	// call, route or file.
	ErrMissing = errors.New("the PBX has nothing of that name")

	// ErrExists: something else stands where it was to be made.
	ErrExists = errors.New("the PBX has something else there")

	// ErrInvalid: a value or a right stands against it; it is refused each time.
	ErrInvalid = errors.New("the request is refused for good")

	// ErrUnsupported: this model or firmware cannot do it. The driver
	// remembers that until it logs in anew, and does not ask the PBX again.
	ErrUnsupported = errors.New("this PBX cannot do that")

	// ErrAuth: the PBX and we do not agree who we are: user name, password,
	// certificate, or a lock after wrong ones. A person must act; trying at
	// once again lengthens a lock.
	ErrAuth = errors.New("the PBX does not let us in")
)
