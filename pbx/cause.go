package pbx

import "context"

// EventCauser has the PBX report something, to see whether reports arrive.
type EventCauser interface {
	// CauseEvent has the PBX report something about an extension. It rings
	// nobody and changes nothing: what it writes, if it has to, is what stands
	// there. Let nobody else change that extension meanwhile. ErrMissing: there
	// is no such extension.
	CauseEvent(ctx context.Context, extension string) error
}
