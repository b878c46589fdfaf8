package pbx

import "context"

// Extension is one telephone of the PBX as it stands now.
type Extension struct {
	Number string
	Name   string
	Type   string // the PBX's word for the kind of line, such as SIP or FXS
	Status PhoneStatus
	// Agent is the number under which who sits there takes the calls of queues;
	// empty: nobody does.
	Agent string
}

// PhoneStatus says what a telephone is doing.
type PhoneStatus string

// What a telephone may be doing.
const (
	PhoneIdle    PhoneStatus = "idle"
	PhoneRinging PhoneStatus = "ringing"
	PhoneBusy    PhoneStatus = "busy"
	PhoneHeld    PhoneStatus = "held"
	PhoneAway    PhoneStatus = "away"  // not registered: unplugged, or its line is down
	PhoneFault   PhoneStatus = "fault" // its port or the line to it is broken
	PhoneUnknown PhoneStatus = "unknown"
)

// Settings are what the hotel reads and changes of an extension.
type Settings struct {
	Number string
	Name   string
	// Routes are the names of the outbound routes that the extension may use:
	// its class of service. OtherRoutes are those that it may not; together
	// they are all that the PBX has.
	Routes      []string
	OtherRoutes []string
	DND         bool // do not disturb
	// Restricted keeps the extension from calling out, whatever its routes.
	Restricted bool
	Always     Forward
	NoAnswer   Forward
	Busy       Forward
	// Together rings other telephones of the user along with this one, Mobile
	// lets a mobile telephone take part as if it were this one.
	Together, Mobile bool
	// MobileKept: the PBX keeps a mobile number of the user, on or off.
	MobileKept   bool `json:",omitempty"`
	Voicemail    bool // calls may be taken by voicemail
	VoicemailPIN PIN  // empty: the PBX does not show it
}

// PIN is a secret of digits. It prints as stars, so that no log or error holds
// it.
type PIN string

// String implements [fmt.Stringer].
func (p PIN) String() string { return "***" }

// GoString implements [fmt.GoStringer].
func (p PIN) GoString() string { return p.String() }

// MarshalText implements [encoding.TextMarshaler].
func (p PIN) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Forward says where calls go instead of ringing here.
type Forward struct {
	On bool
	// To and Number stay known while On is false, so that it can be put back.
	To     ForwardTo
	Number string // for ToExtension and ToNumber
	Prefix string // dialled before an outside number
}

// ForwardTo is the kind of destination.
type ForwardTo string

// Where calls may be forwarded to; empty: the PBX names no destination.
const (
	ToVoicemail ForwardTo = "voicemail"
	ToExtension ForwardTo = "extension"
	ToMobile    ForwardTo = "mobile" // the user's mobile number as the PBX holds it
	ToNumber    ForwardTo = "number"
)

// Change says what of an extension is to change; nil stays as it is.
type Change struct {
	Name *string // the guest's, as in the hotel: see [NameCleaner]
	// Routes replaces the whole list: see [RoutesFor]. Empty bars every route.
	Routes     *[]string
	DND        *bool
	Restricted *bool
	// A forward with an empty To is only switched on or off.
	Always   *Forward
	NoAnswer *Forward
	Busy     *Forward

	Together, Mobile *bool
	ForgetMobile     bool // the user's mobile number is deleted
	Voicemail        *bool
	VoicemailPIN     *PIN // digits
}

// ExtensionLister lists telephones.
type ExtensionLister interface {
	// ListExtensions gives every extension of the PBX.
	ListExtensions(ctx context.Context) ([]Extension, error)
}

// ExtensionSetter reads and changes what an extension may and does.
type ExtensionSetter interface {
	// ReadExtensions gives the settings of the extensions named, in the PBX's
	// order. ErrMissing: one of them is not there; ErrInvalid: none is named.
	ReadExtensions(ctx context.Context, numbers ...string) ([]Settings, error)
	// ChangeExtension changes what the change names and nothing else; nothing
	// named is nothing asked. Doing it twice is as good as once.
	ChangeExtension(ctx context.Context, number string, change Change) error
}

// CheckOuter empties rooms.
type CheckOuter interface {
	// CheckOut takes from the extensions what belonged to the guest: name,
	// voicemail, alarms and outbound routes, emergency routes included, so
	// these must be given back. It may also delete the call records: fetch
	// them before. What the guest set on the phone (do not disturb, forwards,
	// restriction) stays. Doing it twice is as good as once.
	CheckOut(ctx context.Context, extensions ...string) error
}
