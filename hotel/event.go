package hotel

import "time"

// Kind names what happened. The names are those that hooks see.
type Kind string

// The kinds that a PBX reports. KindUnknown is a report whose kind, or whose
// whole body, could not be read; its bytes are kept in [Event.Raw].
const (
	KindDTMF         Kind = "dtmf"
	KindCDR          Kind = "cdr"
	KindCall         Kind = "call"
	KindExtension    Kind = "extension"
	KindBoot         Kind = "boot"
	KindConfig       Kind = "config"
	KindCallFailed   Kind = "call_failed"
	KindPromptEnd    Kind = "prompt_end"
	KindTransfer     Kind = "transfer"
	KindForward      Kind = "forward"
	KindInvite       Kind = "invite"
	KindIncoming     Kind = "incoming"
	KindConference   Kind = "conference"
	KindSatisfaction Kind = "satisfaction"
	KindSMS          Kind = "sms"
	KindUACSTA       Kind = "uacsta"
	KindAgentTimeout Kind = "agent_timeout"
	KindAgentPaused  Kind = "agent_paused"
	KindUnknown      Kind = "unknown"
)

// The kinds that Bellhop makes itself. Minibar, housekeeping, wakeup_request
// and confirm are views of a dtmf event whose digits have been read.
const (
	KindWakeUp        Kind = "wakeup"
	KindMinibar       Kind = "minibar"
	KindWakeUpRequest Kind = "wakeup_request"
	KindConfirm       Kind = "confirm"
	KindCheckIn       Kind = "checkin"
	KindCheckOut      Kind = "checkout"
	KindMove          Kind = "move"
	KindPosting       Kind = "posting"
	KindHousekeeping  Kind = "housekeeping"
	KindCron          Kind = "cron"
	KindAlert         Kind = "alert"
	KindDelivered     Kind = "delivered"
	KindRefused       Kind = "refused"
	KindExpired       Kind = "expired"
	// KindGap is a time in which reports of the PBX may have been missed; see
	// [Gap].
	KindGap Kind = "gap"
	// KindCommand is a person's order that has no kind of its own; Name says
	// which ("rooms import").
	KindCommand Kind = "command"
	// KindRerun runs an earlier event's parked units, or a possible copy, again.
	KindRerun Kind = "rerun"
)

// The sources of an event.
const (
	SourcePBX     = "pbx"
	SourceCron    = "cron"
	SourceCommand = "command"
	SourceAgent   = "agent"
)

// Event is one thing that happened, as kept in the journal. Only the fields
// that its kind has are set; times are UTC unless said otherwise.
type Event struct {
	// ID is the event's place in the journal, counted from 1; 0 until kept.
	ID   uint64    `json:"id,omitempty"`
	Kind Kind      `json:"kind"`
	Time time.Time `json:"time"` // when the agent took it
	// Unsure: Time is by a clock that was not believed.
	Unsure bool   `json:"unsure,omitempty"`
	Source string `json:"source"` // pbx, cron, command, pms or agent
	// By names the token of who gave an order over the network; empty: it was
	// given on the box itself, or is no order.
	By string `json:"by,omitempty"`

	// Name is the sender's own word for the kind, such as "NewCdr" or "Tranfer".
	Name   string `json:"name,omitempty"`
	Serial string `json:"serial,omitempty"` // the PBX's serial number
	CallID string `json:"callid,omitempty"` // the PBX's id of the telephone call

	Room      string   `json:"room,omitempty"`
	Extension string   `json:"extension,omitempty"`
	Members   []Member `json:"members,omitempty"`

	// Digits is the whole string that a feature code yields; Key is a single
	// key and KeyIndex its place in the call, counted from 0. A report has
	// one or the other: counting both would read each key twice.
	Digits   string `json:"digits,omitempty"`
	Key      string `json:"key,omitempty"`
	KeyIndex int    `json:"keyIndex,omitempty"`
	Entry    *Entry `json:"entry,omitempty"` // what Digits means

	CDR *CDR `json:"cdr,omitempty"`
	// Emergency is the number for help that was dialled, without an outside
	// prefix; see [Emergency.In].
	Emergency string `json:"emergency,omitempty"`

	// Fields holds what the kind has beyond the fields above, by the sender's
	// own names.
	Fields map[string]string `json:"fields,omitempty"`
	// Raw holds the body of an unknown event, secrets masked.
	Raw []byte `json:"raw,omitempty"`
	// Import is the list that an import command carries.
	Import *Import `json:"import,omitempty"`
	// Tariff is the one that a tariff import carries.
	Tariff *NewTariff `json:"tariff,omitempty"`
	// RoomOrder and FirstGuests are what the commands of these names carry.
	RoomOrder   *RoomOrder   `json:"roomOrder,omitempty"`
	FirstGuests *FirstGuests `json:"firstGuests,omitempty"`
	// Phone is what the agent remembers of a telephone.
	Phone *PhoneNote `json:"phone,omitempty"`
	// WakeUp is what a command about wake-ups carries.
	WakeUp *WakeCommand `json:"wakeup,omitempty"`
	// Ringing: a wake-up was rung in the room, or by the call, when this was kept.
	Ringing bool `json:"ringing,omitempty"`

	// Cause is the event that led to this one and Depth the length of that
	// chain; 0 for what came from outside.
	Cause uint64 `json:"cause,omitempty"`
	Depth int    `json:"depth,omitempty"`

	// Named: what a far side answered, as a hook may have sent it names of guests.
	Named bool `json:"named,omitempty"`

	// Again is set while an earlier event is run again; it is not kept.
	Again *Again `json:"again,omitempty"`

	// Lanes are fixed when the event is kept: it runs when it is at the head
	// of all of them.
	Lanes []string `json:"lanes,omitempty"`
	// DuplicateOf is the event that this one is a re-sent copy of; a copy is
	// kept and listed but not run. Possible says that only a restart in
	// between, or the end of its connection, made it look like one.
	DuplicateOf uint64 `json:"duplicateOf,omitempty"`
	Possible    bool   `json:"possible,omitempty"`
}

// Again says which event is run again on a person's order. The event that runs
// has the content and the time of that one, and the id of the order.
type Again struct {
	Event uint64    `json:"event"`
	Time  time.Time `json:"time"` // of the order
	// CopyOf: that event was left out as a copy of this one. A copy of a call record
	// is charged only with Charge, which a person has said.
	CopyOf uint64 `json:"copyOf,omitempty"`
	Charge bool   `json:"charge,omitempty"`
}

// origin is the event that came first: itself, or the one that is run again.
func (e *Event) origin() uint64 {
	if e.Again != nil {
		return e.Again.Event
	}
	return e.ID
}

// PartyRole says on which side of the PBX a member of a call stands.
type PartyRole string

// The three roles of a member.
const (
	RoleExtension PartyRole = "ext"
	RoleInbound   PartyRole = "inbound"
	RoleOutbound  PartyRole = "outbound"
)

// Member is one party of a telephone call.
type Member struct {
	Role    PartyRole `json:"role"`
	Number  string    `json:"number,omitempty"` // the extension, for RoleExtension
	From    string    `json:"from,omitempty"`
	To      string    `json:"to,omitempty"`
	Trunk   string    `json:"trunk,omitempty"`
	Channel string    `json:"channel,omitempty"`
	Status  string    `json:"status,omitempty"` // ALERT, RING, ANSWERED, ANSWER, HOLD, BYE
	Path    string    `json:"path,omitempty"`   // the IVR, queue or conference passed through
}

// CDR is the record of a finished telephone call as the PBX reports it.
type CDR struct {
	// Start is the PBX's local time without a zone, "2006-01-02 15:04:05".
	Start      string    `json:"start"`
	Began      time.Time `json:"began,omitzero"` // the same by our clock, UTC, as reckoned when it was taken; zero: not known
	From       string    `json:"from"`
	To         string    `json:"to"`
	Duration   int       `json:"duration"` // whole call, seconds
	Talk       int       `json:"talk"`     // answered part, seconds
	SourceLine string    `json:"sourceTrunk,omitempty"`
	DestLine   string    `json:"destTrunk,omitempty"`
	Status     string    `json:"status"` // ANSWERED, NO ANSWER, BUSY, FAILED, VOICEMAIL
	Type       string    `json:"type"`   // Internal, Inbound, Outbound, Callback, Transfer
	Recording  string    `json:"recording,omitempty"`
	DID        string    `json:"did,omitempty"`
}

// MergeKey is equal for two reports of one call leg, however they arrived,
// and for one due time of a schedule; empty for what is never merged. A callid alone is not enough: it is not unique after a restore of the PBX,
// and one call may have several records.
func (e *Event) MergeKey() string {
	switch {
	case e.Kind == KindCron:
		return "cron|" + e.Name + "|" + e.Fields["due"]
	case e.CDR == nil:
		return ""
	}
	c := e.CDR
	return "cdr|" + e.Serial + "|" + e.CallID + "|" + c.Start + "|" + c.From + "|" + c.To
}

// MergeTime is the time in the merge key: when the call began by the PBX's
// clock, as if that were UTC, or when a schedule was due. Reports that are to be
// merged have the same; zero when there is none that can be read.
func (e *Event) MergeTime() time.Time {
	layout, text := time.RFC3339, e.Fields["due"]
	if e.CDR != nil {
		layout, text = time.DateTime, e.CDR.Start
	}
	at, _ := time.Parse(layout, text)
	return at
}
