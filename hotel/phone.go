package hotel

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// PrefixPhone begins the keys of the [Phone] records.
const PrefixPhone = "phone/"

// PhoneKey is the key of a [Phone].
func PhoneKey(extension string) string { return PrefixPhone + extension }

// PrefixGuest begins the keys of the [GuestRecord] records.
const PrefixGuest = "guest/"

// GuestKey is the key of a [GuestRecord]; it goes with its stay.
func GuestKey(stay string) string { return PrefixGuest + stay }

// GuestRecord is who stays, kept apart from the stay so that it can be forgotten
// earlier.
type GuestRecord struct {
	Name string `json:"name"` // as it was given, whatever the PBX makes of it
}

// Phone is what the hotel wants of a telephone on the PBX, and what stood
// there before. There is none of a telephone that the hotel has not touched.
type Phone struct {
	Extension string `json:"extension"`
	Room      string `json:"room"`
	// Name is the guest's as it was given; empty: what stood there before.
	Name string `json:"name,omitempty"`
	// Class is the class of service; empty: the hotel never set one.
	Class string `json:"class,omitempty"`
	// Order is the event that said so last.
	Order uint64 `json:"order,omitempty"`

	// Before is what the PBX held when the hotel first changed it. Ours is what
	// the hotel last wrote, or was about to write, and Found what it found then,
	// until the PBX shows ours: what is neither, somebody else has written since.
	Before PhoneSettings `json:"before,omitzero"`
	Ours   PhoneSettings `json:"ours,omitzero"`
	Found  PhoneSettings `json:"found,omitzero"`
	// Leaving are the settings to be given back once the PBX has checked the
	// telephone out, which takes them away; nil: it is not about to.
	Leaving *PhoneSettings `json:"leaving,omitempty"`
	// Lifted: do not disturb was taken off on the PBX for a wake-up, and is to be
	// put back.
	Lifted bool `json:"lifted,omitempty"`
}

// PhoneSettings are settings of a telephone as the PBX holds them; nil: not
// meant.
type PhoneSettings struct {
	Name   *string   `json:"name,omitempty"`
	Routes *[]string `json:"routes,omitempty"` // names of outbound routes
}

// Merge takes over what other means.
func (s *PhoneSettings) Merge(other PhoneSettings) {
	if other.Name != nil {
		s.Name = other.Name
	}
	if other.Routes != nil {
		s.Routes = other.Routes
	}
}

// PhoneNote is what the agent remembers of a telephone before it writes to the
// PBX, and after.
type PhoneNote struct {
	Extension string         `json:"extension"`
	Before    PhoneSettings  `json:"before,omitzero"`
	Ours      PhoneSettings  `json:"ours,omitzero"`
	Found     PhoneSettings  `json:"found,omitzero"`
	Leaving   *PhoneSettings `json:"leaving,omitempty"`
	Left      bool           `json:"left,omitempty"`  // what Leaving held has been given back
	Shown     bool           `json:"shown,omitempty"` // the PBX shows what is ours
	// Restored says that the PBX holds again what it held before the order of
	// that number.
	Restored uint64 `json:"restored,omitempty"`
	// Cleared are the guest's own settings that a check-out took off, to be read.
	Cleared []string `json:"cleared,omitempty"`
	// Lifted says whether do not disturb is about to be taken off for a wake-up, or
	// stands again; nil: neither.
	Lifted *bool `json:"lifted,omitempty"`
}

// RestorePhone wants a telephone put back as it was before the hotel changed it.
type RestorePhone struct {
	Extension string `json:"extension"`
}

// PhoneCall is the body of a call to the PBX that concerns a telephone. What
// is wanted is not in it: the newest is read when the call is carried out.
type PhoneCall struct {
	Extension string `json:"extension"`
	Stay      string `json:"stay,omitempty"` // vacate: the one that has ended
}

// The operations of calls to the PBX that concern a telephone.
const (
	OpPhone   = "phone"   // make it as it is wanted
	OpVacate  = "vacate"  // take from it what was the guest's, then the same
	OpRestore = "restore" // put it back as it was
)

// tellPhones says anew what is wanted of a room's telephones. change returns
// false for one that stays as it is.
func (a *applier) tellPhones(r Room, change func(*Phone) bool) {
	for _, extension := range r.Phones() {
		p := Phone{Extension: extension}
		a.tx.Get(PhoneKey(extension), &p)
		if !change(&p) {
			continue
		}
		p.Room, p.Order = r.Number, a.ev.ID
		a.tx.Put(PhoneKey(extension), p)
		a.tellPhone(OpPhone, r.Number, PhoneCall{Extension: extension})
	}
}

func (a *applier) tellPhone(op, room string, body PhoneCall) {
	text, err := json.Marshal(body)
	if err != nil {
		panic("hotel: encode a call to the PBX: " + err.Error()) // our own types always encode
	}
	c := QueuedCall{To: "pbx", Op: op, Body: text, Room: room, Urgency: Guest, Kind: Idempotent, CallID: a.ev.CallID}
	switch op {
	case OpVacate: // each of which takes something away of its own
	case OpTidy:
		c.Supersedes, c.Urgency = "tidy/"+body.Extension, Bulk
	default:
		c.Supersedes = PhoneKey(body.Extension)
	}
	if room != "" {
		c.Lanes = []string{room}
	}
	a.tx.Queue(c)
}

// arrive sets a guest's name and class on the room's telephones.
func (a *applier) arrive(r Room, c *CheckIn) error {
	switch {
	case c.Class == "" && c.Name == "":
		return nil
	case c.Class != "" && !slices.Contains(a.setup.Classes, c.Class):
		return &Invalid{"checkin", "class", "has no routes in the configuration", clip(c.Class)}
	case len(c.Name) > maxText:
		return &Invalid{"checkin", "name", fmt.Sprintf("must have at most %d bytes", maxText), ""} // names go into no message
	}
	if c.Name != "" {
		a.tx.Put(GuestKey(r.Stay), GuestRecord{Name: c.Name})
	}
	if a.setup.Phones {
		a.tellPhones(r, func(p *Phone) bool {
			p.Name = c.Name
			if c.Class != "" {
				p.Class = c.Class
			}
			return true
		})
	}
	return nil
}

// depart takes the guest off the room's telephones, also while there is no PBX
// to be told: it is when it is back. With clear the stay has ended there, and
// what it left on them goes too.
func (a *applier) depart(r Room, stay string, clear bool) {
	a.tellPhones(r, func(p *Phone) bool {
		if p.Name == "" && p.Class == "" {
			return false // the hotel has put nothing there
		}
		p.Name = ""
		if p.Class != "" {
			p.Class = ClassNone
		}
		return true
	})
	if !clear || !a.setup.Phones || !a.setup.Vacate {
		return
	}
	for _, extension := range r.Phones() {
		a.tellPhone(OpVacate, r.Number, PhoneCall{Extension: extension, Stay: stay})
	}
}

// The classes of service that need no routes but those for emergency calls;
// [ClassNone] is that of a vacant room.
const (
	ClassNone     = "none"
	ClassInternal = "internal"
)

// wishFor is what is wanted of a room's telephones; false: nothing.
func (a *applier) wishFor(r Room) (p Phone, known bool) {
	for _, extension := range r.Phones() {
		p = Phone{}
		if a.tx.Get(PhoneKey(extension), &p) && (p.Name != "" || p.Class != "") {
			return p, true
		}
	}
	return Phone{}, false
}

// movePhones takes name and class along into another room.
func (a *applier) movePhones(from, to Room) {
	if wish, known := a.wishFor(from); known && a.setup.Phones {
		a.grant(to, wish)
	}
	a.depart(from, "", false)
}

func (a *applier) grant(r Room, wish Phone) {
	a.tellPhones(r, func(p *Phone) bool {
		p.Name = wish.Name
		if wish.Class != "" {
			p.Class = wish.Class
		}
		return true
	})
}

// rewirePhones lets telephones that a list of rooms gives to other rooms, or to
// none, show who stays there now.
func (a *applier) rewirePhones(old map[string]Room, wishes map[string]Phone) {
	for _, number := range slices.Sorted(maps.Keys(old)) {
		var r Room
		a.tx.Get(RoomKey(number), &r)
		for _, gone := range without(old[number].Phones(), r.Phones()) {
			owner := number
			if now, known := RoomOf(a.tx, gone); known {
				owner = now.Number
			}
			a.depart(Room{Number: owner, Extensions: []string{gone}}, "", false)
		}
	}
	for _, number := range slices.Sorted(maps.Keys(wishes)) {
		var r Room
		a.tx.Get(RoomKey(number), &r)
		if added := without(r.Phones(), old[number].Phones()); len(added) > 0 && a.setup.Phones && r.Stay != "" {
			a.grant(Room{Number: number, Extensions: added}, wishes[number])
		}
	}
}

// without are those of the list that are not among the others.
func without(list, others []string) (rest []string) {
	for _, x := range list {
		if !slices.Contains(others, x) {
			rest = append(rest, x)
		}
	}
	return rest
}

func (a *applier) restorePhone(r *RestorePhone) error {
	var p Phone
	if !a.tx.Get(PhoneKey(r.Extension), &p) {
		return &Invalid{"phones", "extension", "must be one that the hotel has changed", clip(r.Extension)}
	}
	p.Name, p.Class, p.Order = "", "", a.ev.ID
	p.Room = a.roomOf(p)
	a.tx.Put(PhoneKey(p.Extension), p)
	a.tellPhone(OpRestore, p.Room, PhoneCall{Extension: p.Extension})
	return nil
}

// roomOf is the room in whose lane a telephone's calls are: they keep their
// order with the check-outs of that room.
func (a *applier) roomOf(p Phone) string {
	if r, known := RoomOf(a.tx, p.Extension); known {
		return r.Number
	}
	return p.Room
}

// notePhone keeps what the agent found on the PBX. A telephone that was put
// back is forgotten, unless something new was wanted of it meanwhile.
func (a *applier) notePhone(n *PhoneNote) {
	p := Phone{Extension: n.Extension}
	known := a.tx.Get(PhoneKey(n.Extension), &p)
	switch {
	case n.Restored != 0 && p.Leaving != nil: // what a check-out took is still to be given back
		return
	case n.Restored != 0 && n.Restored == p.Order:
		a.tx.Delete(PhoneKey(n.Extension))
		return
	case n.Restored != 0 && !known:
		return
	case n.Restored != 0:
		p.Before, p.Ours, p.Found = PhoneSettings{}, PhoneSettings{}, PhoneSettings{}
	}
	p.Room = a.roomOf(p)
	p.Before.Merge(n.Before)
	p.Ours.Merge(n.Ours)
	p.Found.Merge(n.Found)
	if n.Shown {
		p.Found = PhoneSettings{}
	}
	if n.Leaving != nil {
		p.Leaving = n.Leaving
	}
	if n.Left {
		p.Leaving = nil
	}
	if n.Lifted != nil {
		p.Lifted = *n.Lifted
		if reflect.DeepEqual(p, Phone{Extension: p.Extension, Room: p.Room}) {
			a.tx.Delete(PhoneKey(n.Extension)) // nothing else is known of it
			return
		}
	}
	a.tx.Put(PhoneKey(n.Extension), p)
}
