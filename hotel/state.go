package hotel

import (
	"strconv"
	"time"
)

// View reads the hotel's state as it was after one commit. It does not
// change while it is read, whatever is committed meanwhile.
type View interface {
	// Get decodes the record at key into a pointer; false when there is none.
	Get(key string, into any) bool
	// List visits the keys that begin with prefix, in order, until visit
	// returns false. decode works like Get.
	List(prefix string, visit func(key string, decode func(into any) bool) bool)
}

// The keys of the state. Each is a prefix and an id; listing a prefix lists
// its records in the order of their ids.
const (
	PrefixRoom       = "room/"
	PrefixExtension  = "ext/"
	PrefixItem       = "item/"
	PrefixStay       = "stay/"
	PrefixAlert      = "alert/"
	PrefixKV         = "kv/"
	PrefixCron       = "cron/"
	PrefixParkedUnit = "parked/"
	PrefixReran      = "reran/"
)

// RoomKey is the key of a [Room].
func RoomKey(number string) string { return PrefixRoom + number }

// ExtensionKey is the key of an [Extension].
func ExtensionKey(number string) string { return PrefixExtension + number }

// ItemKey is the key of an [Item].
func ItemKey(minibar, code string) string { return PrefixItem + minibar + "/" + code }

// StayKey is the key of a [Stay].
func StayKey(id string) string { return PrefixStay + id }

// AlertKey is the key of an open [Alert].
func AlertKey(id string) string { return PrefixAlert + id }

// KVKey is the key of a hook's own value, a [Kept].
func KVKey(hook, key string) string { return PrefixKV + hook + "/" + key }

// CronKey is the key of a [CronState].
func CronKey(name string) string { return PrefixCron + name }

// ParkedUnitKey is the key of a [ParkedUnit].
func ParkedUnitKey(event uint64, unit string) string {
	return PrefixParkedUnit + strconv.FormatUint(event, 10) + "/" + unit
}

// ReranKey is the key of a [Reran]; it goes with its event.
func ReranKey(event uint64) string { return PrefixReran + strconv.FormatUint(event, 10) }

// Room is one of the hotel's rooms.
type Room struct {
	Number     string   `json:"number"`
	Extensions []string `json:"extensions,omitempty"` // empty: the room's own number
	Building   string   `json:"building,omitempty"`
	Floor      string   `json:"floor,omitempty"`
	Minibar    string   `json:"minibar,omitempty"` // price list; empty: "minibar"
	Status     Status   `json:"status,omitempty"`  // housekeeping
	Waiting    bool     `json:"waiting,omitempty"` // a message waits
	Stay       string   `json:"stay,omitempty"`    // whose name the telephones show; empty: vacant
	// Sharers are the other stays in the room, in the order of their coming.
	Sharers  []string `json:"sharers,omitempty"`
	LastStay string   `json:"lastStay,omitempty"` // the stay before
	// DND is do-not-disturb as the hotel knows it; one that is set on the
	// telephone itself nobody can see.
	DND     bool      `json:"dnd,omitempty"`
	DNDFrom string    `json:"dndFrom,omitempty"` // phone, desk or pbx (read there)
	DNDAt   time.Time `json:"dndAt,omitzero"`
}

// Phones are the room's extensions; by default the one of its own number.
func (r Room) Phones() []string {
	if len(r.Extensions) == 0 {
		return []string{r.Number}
	}
	return r.Extensions
}

// Extension says to which room a telephone belongs.
type Extension struct {
	Room string `json:"room"`
}

// RoomOf finds the room of an extension; false when no room has it.
func RoomOf(v View, extension string) (Room, bool) {
	var x Extension
	var r Room
	if extension == "" || !v.Get(ExtensionKey(extension), &x) {
		return Room{}, false
	}
	ok := v.Get(RoomKey(x.Room), &r)
	return r, ok
}

// Status is a housekeeping status.
type Status string

// The housekeeping statuses.
const (
	StatusDirty        Status = "dirty"
	StatusClean        Status = "clean"
	StatusInspected    Status = "inspected"
	StatusOutOfOrder   Status = "out-of-order"
	StatusOutOfService Status = "out-of-service"
)

// Known tells whether s is one of the statuses.
func (s Status) Known() bool {
	switch s {
	case StatusDirty, StatusClean, StatusInspected, StatusOutOfOrder, StatusOutOfService:
		return true
	}
	return false
}

// PMSCode joins a status with occupancy into the codes 1 to 6 that hotel
// management systems share; 0 for statuses that have none.
func (s Status) PMSCode(occupied bool) int {
	code := map[Status]int{StatusDirty: 1, StatusClean: 3, StatusInspected: 5}[s]
	if code != 0 && occupied {
		code++
	}
	return code
}

// Item is something in a minibar.
type Item struct {
	Minibar string `json:"minibar"` // price list it is on
	Code    string `json:"code"`    // digits, as dialled
	Name    string `json:"name"`
	// Names are those in other languages, by zh or en; Name stands for one that
	// is missing.
	Names map[string]string `json:"names,omitempty"`
	Price int64             `json:"price"`         // of one, in the currency's minor unit
	Max   int               `json:"max,omitempty"` // most that one entry may take; 0: 99
	Tax   *TaxRate          `json:"tax,omitempty"` // nil: that of minibars
}

// DefaultMinibar is the price list of a room that names none.
const DefaultMinibar = "minibar"

// StayState says where a stay is on its way.
type StayState string

// The states of a stay.
const (
	StayInHouse  StayState = "in-house"
	StayChecking StayState = "checking" // leaving; the room is being looked through
	StayDeparted StayState = "departed"
)

// Stay is a guest in a room from check-in to check-out. Names are not part
// of it: they are kept where retention can remove them.
type Stay struct {
	ID       string    `json:"id"`
	Room     string    `json:"room"`
	State    StayState `json:"state"`
	CheckIn  time.Time `json:"checkIn"`
	CheckOut time.Time `json:"checkOut,omitzero"`
	Left     uint64    `json:"left,omitempty"`    // the event that ended it
	Checking time.Time `json:"checking,omitzero"` // since when the room is being looked through

	Leaves    string `json:"leaves,omitempty"`    // planned, the hotel's date "2006-01-02"
	Language  string `json:"language,omitempty"`  // zh or en; empty: the hotel's
	VIP       int    `json:"vip,omitempty"`       // 0 to 9
	Incognito bool   `json:"incognito,omitempty"` // the name never leaves the desk

	// Moved is when the guest last changed rooms, and so was there; zero: never.
	Moved time.Time `json:"moved,omitzero"`

	// CallPending: it has ended while a call of the room went on, which is not
	// over yet, or whose record has not come.
	CallPending bool `json:"callPending,omitempty"`
}

// Alert is something that a person must acknowledge. Equal ones are counted,
// not repeated.
type Alert struct {
	ID     string            `json:"id"`
	Code   string            `json:"code"` // what kind of thing; "hook" for a hook's own words
	Room   string            `json:"room,omitempty"`
	Params map[string]string `json:"params,omitempty"` // what the text names
	Event  uint64            `json:"event,omitempty"`  // the first that led to it
	Count  int               `json:"count"`
	First  time.Time         `json:"first"`
	Last   time.Time         `json:"last"`
}

// CronState is what is remembered of a schedule.
type CronState struct {
	LastRun time.Time `json:"lastRun"` // the time it was due, not when it ran
}

// ParkedUnit is a unit that failed and waits for a person.
type ParkedUnit struct {
	Event uint64    `json:"event"`
	Unit  string    `json:"unit"`
	Error string    `json:"error"`
	Time  time.Time `json:"time"`
}

// CallRecord is a CDR as the hotel keeps it.
type CallRecord struct {
	Event  uint64    `json:"event"`
	Room   string    `json:"room,omitempty"`
	Stay   string    `json:"stay,omitempty"`
	Serial string    `json:"serial,omitempty"` // the PBX's
	CallID string    `json:"callid,omitempty"`
	CDR    CDR       `json:"cdr"`
	Time   time.Time `json:"time"` // when it was reported, UTC

	// Number is the one that was dialled, in the form that the tariff knows.
	Number      string `json:"number,omitempty"`
	Rate        string `json:"rate,omitempty"` // the prefix by which it is priced
	Destination string `json:"destination,omitempty"`
	Price       int64  `json:"price,omitempty"` // with tax, in minor units
	// Why nobody is charged: one of the words that begin with Why. With a price,
	// it may still be assigned to somebody.
	Why     string `json:"why,omitempty"`
	Posting string `json:"posting,omitempty"` // the charge
	Payer   string `json:"payer,omitempty"`   // the stay that is charged
	// Assigned: a person said whose it is.
	Assigned bool `json:"assigned,omitempty"`
}

// Import is a list of rooms or of minibar items that replaces the records
// of equal number or code, and leaves the others.
type Import struct {
	Rooms []Room `json:"rooms,omitempty"`
	Items []Item `json:"items,omitempty"`
}
