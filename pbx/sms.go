package pbx

import "context"

// SMS is a text message over one of the PBX's mobile trunks.
type SMS struct {
	Trunk string // by name
	To    string
	Text  string // no emoji
}

// SMSSender sends text messages. One must not be sent twice: ErrUncertain
// says that it may have been.
type SMSSender interface {
	// SendSMS hands the message over and gives the id under which the PBX
	// reports what became of it. ErrBusy: the trunk is in use.
	SendSMS(ctx context.Context, message SMS) (id string, err error)
}
