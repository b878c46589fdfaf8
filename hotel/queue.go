package hotel

import (
	"encoding/json"
	"time"
)

// Urgency orders what waits for one destination: a smaller one never waits
// for a larger one.
type Urgency int

// The urgencies.
const (
	Urgent Urgency = iota // wake-ups, emergency
	Guest
	Housekeeping
	Bulk
)

func (u Urgency) String() string {
	return [...]string{"urgent", "guest", "housekeeping", "bulk"}[min(max(u, 0), Bulk)]
}

// CallKind says what may be done when it is not known whether an attempt
// arrived.
type CallKind string

// The kinds of queued calls.
const (
	Idempotent CallKind = "idempotent" // repeat freely
	Keyed      CallKind = "keyed"      // repeat: the far side knows it by its key
	Readback   CallKind = "readback"   // ask before repeating
	Once       CallKind = "once"       // never repeat by yourself: dial, prompt, SMS
)

// CallState is where a queued call is on its way.
type CallState string

// The states of a queued call. Those after Sending are ends; refused and
// unknown are parked until a person decides.
const (
	CallQueued     CallState = "queued"
	CallSending    CallState = "sending" // written only for [Once]
	CallDelivered  CallState = "delivered"
	CallRefused    CallState = "refused"
	CallUnknown    CallState = "unknown"
	CallExpired    CallState = "expired"
	CallSuperseded CallState = "superseded"
	CallDropped    CallState = "dropped" // by a person
)

// ToPMS is the destination of what the PMS is told.
const ToPMS = "pms"

// QueuedCall is one thing to be done outside: on the PBX, at the PMS or over
// HTTP. Order holds among calls of one destination, room and urgency.
type QueuedCall struct {
	ID uint64 `json:"id,omitempty"`
	// Key goes out with every attempt, the same over all of them. It follows from
	// what led to the call.
	Key string `json:"key,omitempty"`
	// Run is the store's run that queued it.
	Run string `json:"run,omitempty"`

	To   string          `json:"to"` // "pms", "pbx" or the origin of a URL
	Op   string          `json:"op"` // "posting", "housekeeping", "POST" …
	Body json.RawMessage `json:"body,omitempty"`
	URL  string          `json:"url,omitempty"` // for calls over HTTP
	// Raw is sent in place of Body, as it is; it need not be JSON.
	Raw []byte `json:"raw,omitempty"`

	Room    string   `json:"room,omitempty"`
	Lanes   []string `json:"lanes,omitempty"` // rooms; a move has two
	Urgency Urgency  `json:"urgency"`
	Kind    CallKind `json:"kind"`

	NotBefore time.Time `json:"notBefore,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
	// Lasts says instead how long after it is queued it expires; Expires is then
	// when that is if nobody sets the clock. For what has no hour of its own.
	Lasts time.Duration `json:"lasts,omitempty"`
	// Supersedes names what this call says anew: an older waiting call of the
	// same name is marked superseded.
	Supersedes string `json:"supersedes,omitempty"`
	// After is a call, possibly of another urgency, that must end first.
	After uint64 `json:"after,omitempty"`
	// Subject is the key of the posting that the outcome settles.
	Subject string `json:"subject,omitempty"`
	// Answer asks for an event when it is delivered.
	Answer bool `json:"answer,omitempty"`
	// Handled: the rules act upon its failure, so that it is not parked.
	Handled bool `json:"handled,omitempty"`

	Event  uint64    `json:"event,omitempty"` // what led to it
	Depth  int       `json:"depth,omitempty"` // of that event
	CallID string    `json:"callid,omitempty"`
	Unit   string    `json:"unit,omitempty"` // the rule or hook that wanted it
	Queued time.Time `json:"queued,omitzero"`
	// Where Lasts is set: Queued by the steady clock of the run that queued it,
	// and whether Queued is by a clock that was not believed.
	Steady time.Duration `json:"steady,omitempty"`
	Unsure bool          `json:"unsure,omitempty"`

	State     CallState `json:"state,omitempty"`
	Attempts  int       `json:"attempts,omitempty"`
	LastError string    `json:"lastError,omitempty"`
}

// ErrorCut is the error of a call of kind once that the agent's end cut off.
const ErrorCut = "the agent ended while it was being sent"

// ErrorRestored is the error of a call that may have been made before the box
// was restored from a copy in which it waits.
const ErrorRestored = "it waited when the backup was made: the box of before may have made it"

// Repeatable tells whether the call may be made by a box that does not know
// whether another one has made it: not what happens once, nor what takes from a
// telephone that may be somebody else's by now.
func (q *QueuedCall) Repeatable() bool {
	return q.Kind != Once && q.Op != OpVacate && q.Op != OpSwapped
}

// Parked tells whether the call waits for a person.
func (s CallState) Parked() bool { return s == CallRefused || s == CallUnknown }

// Outcome is what came of an attempt at a queued call, for good.
type Outcome struct {
	ID       uint64
	State    CallState
	Error    string
	Attempts int
	Reply    []byte // bounded by the destination's worker
}
