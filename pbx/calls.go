package pbx

import (
	"context"

	"bellhop/hotel"
)

// Call is one that is going on.
type Call struct {
	ID      string
	Members []hotel.Member
}

// DialOrder asks the PBX to call one number and then connect it to another.
type DialOrder struct {
	Caller string // rings first
	Callee string
	// Outside: the callee is reached over an outbound route.
	Outside bool
	// Permission is the extension by whose routes the call goes out; empty:
	// the caller's own.
	Permission string
	AutoAnswer bool // the caller's phone picks up by itself, if it can
}

// PromptOrder asks the PBX to call a number and play recordings to it.
type PromptOrder struct {
	Number     string
	Prompts    []string // names of recordings on the PBX, played one after the other
	Count      int      // how often the whole is played; 0: the PBX's default
	Outside    bool     // Number is reached over an outbound route
	Permission string   // the extension by whose routes it is reached
	AutoAnswer bool     // the phone picks up by itself, if it can
	Volume     *int     // 0 to 20; nil: the PBX's default
}

// Dialer places calls. A call must not be placed twice: after ErrUncertain
// ask about it, or wait for what the PBX reports.
type Dialer interface {
	// Dial gives the id under which the PBX reports the call.
	Dial(ctx context.Context, order DialOrder) (callID string, err error)
}

// PromptPlayer plays recordings on telephones. As with [Dialer], ErrUncertain
// says that the phone may be ringing already.
type PromptPlayer interface {
	// PlayPrompt gives the id under which the PBX reports the call.
	// ErrMissing: there is no such extension or recording.
	PlayPrompt(ctx context.Context, order PromptOrder) (callID string, err error)
}

// CallKeeper asks about calls and ends them.
type CallKeeper interface {
	// AskCall gives the call of that id. ErrMissing: it has ended.
	AskCall(ctx context.Context, callID string) (Call, error)
	// ExtensionCalls gives the calls that an extension takes part in.
	ExtensionCalls(ctx context.Context, extension string) ([]Call, error)
	// OutsideCalls gives the calls that came in, or those that went out, over a trunk.
	OutsideCalls(ctx context.Context, direction Direction) ([]Call, error)
	// HangUp ends one party's part in a call; one that has ended is no error.
	HangUp(ctx context.Context, member hotel.Member) error
}

// Direction of a call over a trunk.
type Direction string

// The two directions.
const (
	Inbound  Direction = "inbound"
	Outbound Direction = "outbound"
)
