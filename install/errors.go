package install

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// The kinds of failure. Each error of this package answers to one of them by
// errors.Is, unless it is of the box's own disk or of what the caller gave.
var (
	// ErrLogin: user name or password was refused. It is never tried again by
	// itself: a few wrong passwords may lock the box's address out, for the
	// PBX's API too.
	ErrLogin = errors.New("the login was refused")
	// ErrUntrusted: the server shows another key or certificate than the one
	// that a person agreed to, or none was agreed to yet.
	ErrUntrusted = errors.New("the server is not known to be the right one")
	// ErrReach: there is no connection.
	ErrReach = errors.New("the server cannot be reached")
	// ErrLost: a connection broke off or fell silent.
	ErrLost = errors.New("the connection was lost")
	// ErrBusy: the server takes no more connections now.
	ErrBusy = errors.New("the server is too busy")

	ErrMissing  = errors.New("nothing is there")
	ErrDenied   = errors.New("permission was denied")
	ErrReadOnly = errors.New("the server's disk is read-only")
	ErrFull     = errors.New("the server could not write it; mostly its disk is full")
	// ErrExists: the server does not let another file's place be taken.
	ErrExists = errors.New("something is there already")
	// ErrNoFile: a link, a folder or a device stands where a file should.
	ErrNoFile = errors.New("it is no plain file")
	ErrTooBig = errors.New("it is too big")
	// ErrUnsupported: the server lacks what is needed.
	ErrUnsupported = errors.New("the server cannot do that")
	// ErrRefused: the server said no in a way that tells no more.
	ErrRefused = errors.New("the server refused it")

	// ErrChanged: a file is no longer what the plan saw.
	ErrChanged = errors.New("the file has changed since it was looked at")
	// ErrOthers: a rollback would take back what others have made of a file.
	ErrOthers = errors.New("others have changed it since it was installed")
	// ErrReadBack: what the server gives back is not what it was sent.
	ErrReadBack = errors.New("what was read back is not what was sent")
	// ErrLineEnds: the server changes the ends of lines (FTP's ASCII mode).
	ErrLineEnds = errors.New("the server changes the ends of lines")
	// ErrMerge: what is there cannot be merged safely; the text says why.
	ErrMerge = errors.New("what is there cannot be merged")
	// ErrNothing: there is no run that could be rolled back.
	ErrNothing = errors.New("nothing to roll back")
	// ErrTaken: another apply or rollback is under way on this box.
	ErrTaken = errors.New("another apply or rollback is under way")
)

// advice says what to do about a kind.
var advice = map[error]string{
	ErrLogin:       "check the user in install.url and the password before another try: a few wrong ones lock this box's address out",
	ErrUntrusted:   "if the PBX is new, was replaced or reset, compare its fingerprint and agree by \"bellhop trust install\"; otherwise somebody may stand in between",
	ErrReach:       "check address and port, that the PBX has this service switched on, and that this box's address is allowed there and not locked",
	ErrLost:        "run the same command again: what is done already is not done twice",
	ErrBusy:        "close other FTP or SFTP programs, wait a minute and run the same command again",
	ErrMissing:     "check the path",
	ErrDenied:      "give the user permission to write there, or log in as one who may",
	ErrReadOnly:    "remount it writable, or restart the PBX if its disk has gone read-only by a fault",
	ErrFull:        "make room on the PBX's disk, such as by deleting old recordings, and run the same command again",
	ErrExists:      "rename or remove it by hand",
	ErrNoFile:      "name the file itself in the configuration, and not a link or a folder",
	ErrTooBig:      "see what stands there: nothing of Bellhop's is that big",
	ErrUnsupported: "use the other of sftp:// and ftp:// in install.url",
	ErrRefused:     "see whether this user may write there, whether the disk is full or read-only, and what the server's log says",
	ErrChanged:     "somebody works on the PBX; look at a new plan",
	ErrOthers:      "look at the difference, and say whether it is to be overwritten or left as it is",
	ErrReadBack:    "see whether the PBX's disk is full or faulty, and run the same command again",
	ErrLineEnds:    "switch ASCII mode off on the server, or use sftp:// in install.url",
}

// Error is a failure at the server.
type Error struct {
	Kind error  // one of those above
	Step string // what was tried, such as "store"
	Path string // on the server; "" for the server itself
	Said string // the server's own words, made harmless
	Err  error  // what lies beneath; may be nil
}

// Error gives one line: step and subject, the kind, the server's words and
// what to do.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(e.Step)
	if e.Path != "" {
		text.WriteString(" " + e.Path)
	}
	text.WriteString(": " + e.Kind.Error())
	switch {
	case e.Said != "":
		fmt.Fprintf(&text, " (it says: %s)", e.Said)
	case e.Err != nil:
		fmt.Fprintf(&text, " (%v)", e.Err)
	}
	if todo := advice[e.Kind]; todo != "" {
		text.WriteString(": " + todo)
	}
	return text.String()
}

// Unwrap lets errors.Is find the kind and what lies beneath.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

const maxSaid = 200 // bytes of a server's words that are repeated

// harmless makes a server's words fit for a line of an error: printable,
// short, and without the password if it echoes that.
func harmless(text, password string) string {
	if password != "" {
		text = strings.ReplaceAll(text, password, "…")
	}
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if len(text) > maxSaid {
		text = strings.ToValidUTF8(text[:maxSaid], "") + "…"
	}
	return text
}

// broken judges an error of which the server said nothing: the caller's end of
// patience stays what it is, and all else is a lost connection.
func broken(ctx context.Context, step, path string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s %s: %w", step, path, context.Cause(ctx))
	}
	return &Error{Kind: ErrLost, Step: step, Path: path, Err: err}
}
