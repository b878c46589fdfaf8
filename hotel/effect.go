package hotel

import "time"

// Effect is one thing that a rule or a hook wants done. Exactly one field is
// set. It is a command, not a value to write: [Apply] checks it against the
// state of the moment when it is committed.
type Effect struct {
	Post         *PostCharge   `json:"post,omitempty"`
	Correct      *Correct      `json:"correct,omitempty"`
	Minibar      *MinibarEntry `json:"minibar,omitempty"`
	Unclear      *UnclearEntry `json:"unclear,omitempty"`
	ResolveEntry *ResolveEntry `json:"resolveEntry,omitempty"`
	Staff        *StaffOrder   `json:"staff,omitempty"`
	StaffSeen    *StaffSeen    `json:"staffSeen,omitempty"`
	Token        *TokenOrder   `json:"token,omitempty"`
	TokenUsed    *TokenUsed    `json:"tokenUsed,omitempty"`
	Settle       *Settle       `json:"settle,omitempty"`
	Pay          *Pay          `json:"pay,omitempty"`
	Alert        *RaiseAlert   `json:"alert,omitempty"`
	Status       *SetStatus    `json:"status,omitempty"`
	DND          *SetDND       `json:"dnd,omitempty"`
	KV           *SetKV        `json:"kv,omitempty"`
	HTTP         *HTTPPost     `json:"http,omitempty"`
	CheckIn      *CheckIn      `json:"checkin,omitempty"`
	CheckOut     *CheckOut     `json:"checkout,omitempty"`
	Move         *MoveStay     `json:"move,omitempty"`
	Extend       *ExtendStay   `json:"extend,omitempty"`
	Looked       *LookThrough  `json:"looked,omitempty"`
	Call         *RecordCall   `json:"call,omitempty"`
	AssignCall   *AssignCall   `json:"assignCall,omitempty"`
	PriceCalls   *PriceCalls   `json:"priceCalls,omitempty"`
	DeleteItem   *DeleteItem   `json:"deleteItem,omitempty"`
	SetLimit     *SetLimit     `json:"setLimit,omitempty"`
	Tariff       *NewTariff    `json:"tariff,omitempty"`
	Import       *Import       `json:"import,omitempty"`
	CronRan      *CronRan      `json:"cronRan,omitempty"`
	ResolveAlert *ResolveAlert `json:"resolveAlert,omitempty"`
	Sweep        *Sweep        `json:"sweep,omitempty"`
	Leave        *Leave        `json:"leave,omitempty"`
	Survey       *Survey       `json:"survey,omitempty"`
	Backup       *Backup       `json:"backup,omitempty"`
	Park         *ParkUnit     `json:"park,omitempty"`
	Unpark       *UnparkUnit   `json:"unpark,omitempty"`
	Reran        *Reran        `json:"reran,omitempty"`
	Requeue      *Requeue      `json:"requeue,omitempty"`
	Restore      *RestorePhone `json:"restore,omitempty"`
	Phone        *PhoneNote    `json:"phone,omitempty"`
	Emergency    *CallForHelp  `json:"emergency,omitempty"`
	Room         *RoomOrder    `json:"room,omitempty"`
	Mend         *MendPhones   `json:"mend,omitempty"`
	FirstGuests  *FirstGuests  `json:"firstGuests,omitempty"`
	HookCall     *HookCall     `json:"hookCall,omitempty"`
	SMS          *SendSMS      `json:"sms,omitempty"`

	WakeUpAdd    *WakeUpAdd    `json:"wakeupAdd,omitempty"`
	WakeUpCancel *WakeUpCancel `json:"wakeupCancel,omitempty"`
	WakeUpStep   *WakeUpStep   `json:"wakeupStep,omitempty"`
	WakeUpKeyed  *WakeUpKeyed  `json:"wakeupKeyed,omitempty"`
	WakeUpEnded  *WakeUpEnded  `json:"wakeupEnded,omitempty"`
	WakeUpPlaced *WakeUpPlaced `json:"wakeupPlaced,omitempty"`
	WakeUpAlarms *WakeUpAlarms `json:"wakeupAlarms,omitempty"`
	WakeUpHear   *WakeUpHear   `json:"wakeupHear,omitempty"`
	WakeUpSpoken *WakeUpSpoken `json:"wakeupSpoken,omitempty"`
	WakeUpBoot   *WakeUpBoot   `json:"wakeupBoot,omitempty"`
	Report       *KeepReport   `json:"report,omitempty"`
}

// RaiseAlert tells a person. Text is a hook's own words; rules set Code.
type RaiseAlert struct {
	Code   string            `json:"code"`
	Room   string            `json:"room,omitempty"`
	Params map[string]string `json:"params,omitempty"`
	// Joined: whatever the parameters but the stay, an open alert of that code and
	// room is the same one. It takes the new ones, but keeps since when ("from").
	Joined bool `json:"joined,omitempty"`
	// Mail: it is mailed when it opens, whichever alerts are, if people are written to.
	Mail bool `json:"mail,omitempty"`
	// SMS is a number to which it is sent when it opens; empty: to none.
	SMS string `json:"sms,omitempty"`
}

// SetStatus sets a room's housekeeping status and tells the PMS.
type SetStatus struct {
	Room   string `json:"room"`
	Status Status `json:"status"`
	Staff  string `json:"staff,omitempty"`
}

// SetDND sets or takes back a room's do-not-disturb.
type SetDND struct {
	Room string `json:"room"`
	On   bool   `json:"on"`
	From string `json:"from,omitempty"` // [DNDPhone], [DNDDesk] or [DNDPBX]
}

// SetKV keeps a hook's own value; nil removes it.
type SetKV struct {
	Hook  string  `json:"hook"` // the file's name, without .lua
	Key   string  `json:"key"`
	Value *string `json:"value"`
	// ExpireAfter is counted from the commit; 0: it stays.
	ExpireAfter time.Duration `json:"expireAfter,omitempty"`
}

// HTTPPost queues a POST; it is retried until it is answered or expires.
type HTTPPost struct {
	URL    string `json:"url"`
	Body   string `json:"body,omitempty"` // JSON
	Room   string `json:"room,omitempty"` // its lane
	Answer bool   `json:"answer,omitempty"`
	// ExpireAfter is counted from the commit; 0: a day.
	ExpireAfter time.Duration `json:"expireAfter,omitempty"`
}

// CheckIn begins a stay in a vacant room. Stay is the PMS's id; empty: one
// is made from the event.
type CheckIn struct {
	Room string `json:"room"`
	Stay string `json:"stay,omitempty"`
	Name string `json:"name,omitempty"` // the guest's, for the telephones' displays
	// Class of service of the telephones; empty: as it is.
	Class     string `json:"class,omitempty"`
	Leaves    string `json:"leaves,omitempty"`   // planned, the hotel's date "2006-01-02"
	Language  string `json:"language,omitempty"` // zh or en
	VIP       int    `json:"vip,omitempty"`
	Incognito bool   `json:"incognito,omitempty"`
	// Share: in an occupied room, beside who stays there.
	Share bool `json:"share,omitempty"`
	// Limit is what the guest may owe, in minor units; nil: the hotel's; 0: any
	// amount.
	Limit *int64 `json:"limit,omitempty"`
}

// CheckOut ends the stay in a room. Of several, Stay says which, or All that
// it is all of them.
type CheckOut struct {
	Room string `json:"room"`
	Stay string `json:"stay,omitempty"`
	All  bool   `json:"all,omitempty"`
	Now  bool   `json:"now,omitempty"` // the room need not be looked through
}

// MoveStay takes who stays in one room into a vacant one, with Stay one of
// them. With Swap the other room may be occupied: they exchange rooms.
type MoveStay struct {
	From string `json:"from"`
	To   string `json:"to"`
	Stay string `json:"stay,omitempty"`
	Swap bool   `json:"swap,omitempty"`
}

// ExtendStay changes when a stay is planned to end; without Stay that of all in
// the room.
type ExtendStay struct {
	Room   string `json:"room"`
	Stay   string `json:"stay,omitempty"`
	Leaves string `json:"leaves"` // the hotel's date, "2006-01-02"
}

// LookThrough says that a room has been looked through: who is leaving it may go.
type LookThrough struct {
	Room string `json:"room"`
}

// RecordCall keeps the event's CDR and tells the PMS.
type RecordCall struct{}

// CronRan remembers for which time a schedule last ran.
type CronRan struct {
	Name string    `json:"name"`
	Due  time.Time `json:"due"`
}

// ResolveAlert closes an alert.
type ResolveAlert struct {
	ID string `json:"id"`
}

// ParkUnit keeps a failed unit for a person.
type ParkUnit struct {
	Event uint64 `json:"event"`
	Unit  string `json:"unit"`
	Error string `json:"error"`
}

// UnparkUnit takes a unit off the list: it has been run again.
type UnparkUnit struct {
	Event uint64 `json:"event"`
	Unit  string `json:"unit"`
}

// Reran notes that an event that was left out as a copy has been run after
// all, or one with parked units again.
type Reran struct {
	Event uint64 `json:"event"`
	// Charged: a call record was charged though it is a copy.
	Charged bool `json:"charged,omitempty"`
}

// Requeue decides about a parked or waiting call: again, or never.
type Requeue struct {
	Call uint64 `json:"call"`
	Drop bool   `json:"drop,omitempty"`
}
