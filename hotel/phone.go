package hotel

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"
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
	// Barred is the class in its place while a guest's credit limit is reached.
	Barred string `json:"barred,omitempty"`
	// Voicemail says whether there is to be any; nil: what stood there before.
	Voicemail *bool `json:"voicemail,omitempty"`
	// Order is the event that said so last.
	Order uint64 `json:"order,omitempty"`

	// Before is what the PBX held when the hotel first changed it. Ours is what
	// the hotel last wrote, or was about to write (an empty name: that of a guest who left long ago), and Found what it found then,
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
	// GivenBack is since when the PBX shows that it holds them again. Some show
	// for a while what was there before the check-out, which looks the same:
	// until that has passed they are still known.
	GivenBack time.Time `json:"givenBack,omitzero"`

	// Clean is since when nothing of a guest is left on it, read back from the
	// PBX; zero: it is let, or that is not known. Vacating is the stay that what
	// is left is about to be taken off of; empty: none. CallUp: that waits for a
	// call to end.
	Clean    time.Time `json:"clean,omitzero"`
	Vacating string    `json:"vacating,omitempty"`
	CallUp   bool      `json:"callUp,omitempty"`
}

// PhoneSettings are settings of a telephone as the PBX holds them; nil: not
// meant.
type PhoneSettings struct {
	Name   *string   `json:"name,omitempty"`
	Routes *[]string `json:"routes,omitempty"` // names of outbound routes

	Voicemail *bool `json:"voicemail,omitempty"` // whether there is any
}

// Merge takes over what other means.
func (s *PhoneSettings) Merge(other PhoneSettings) {
	if other.Name != nil {
		s.Name = other.Name
	}
	if other.Routes != nil {
		s.Routes = other.Routes
	}
	if other.Voicemail != nil {
		s.Voicemail = other.Voicemail
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
	// CallUp: that stay's telephone waits for a call to end, or no longer does.
	Stay   string `json:"stay,omitempty"`
	CallUp *bool  `json:"callUp,omitempty"`
	// Vacated is the stay after which the telephone was gone through; Clean: so
	// that nothing was left.
	Vacated string `json:"vacated,omitempty"`
	Clean   bool   `json:"clean,omitempty"`
	// Forget: which guest's name it showed is not to be known any more.
	Forget bool `json:"forget,omitempty"`
}

// RestorePhone wants a telephone put back as it was before the hotel changed it.
type RestorePhone struct {
	Extension string `json:"extension"`
}

// PhoneCall is the body of a call to the PBX that concerns a telephone. What
// is wanted is not in it: the newest is read when the call is carried out.
type PhoneCall struct {
	Extension string `json:"extension"`
	Stay      string `json:"stay,omitempty"` // vacate: the one that has ended, or gone
	// To: it has not ended, but gone into that room. Swapped: so it has.
	To string `json:"to,omitempty"`
	// Arriving: it begins, and what an earlier one has left goes first.
	Arriving bool `json:"arriving,omitempty"`
}

// The operations of calls to the PBX that concern a telephone.
const (
	OpPhone   = "phone"   // make it as it is wanted
	OpVacate  = "vacate"  // take from it what was the guest's, then the same
	OpRestore = "restore" // put it back as it was
	OpSwapped = "swapped" // take from it what leads to who stayed there until a swap
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
		p.Barred = a.barredClass(r.Number, p.Class)
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
	case OpSwapped:
		c.Supersedes = OpSwapped + "/" + body.Extension
	case OpTidy:
		c.Supersedes, c.Urgency = "tidy/"+body.Extension, Bulk
	case OpDND:
		c.Supersedes = OpDND + "/" + body.Extension
	default:
		c.Supersedes = PhoneKey(body.Extension)
	}
	if room != "" {
		c.Lanes = []string{room}
	}
	a.tx.Queue(c)
}

// arrive sets a guest's name and class on the room's telephones.
func (a *applier) arrive(r Room, s Stay, class string) {
	if !a.setup.Phones {
		return
	}
	a.clearFirst(r)
	voicemail := a.voicemailFor(class, s.VIP)
	a.tellPhones(r, func(p *Phone) bool {
		p.Name = a.shown(s, p.Extension)
		if class != "" {
			p.Class = class
		}
		p.Voicemail = voicemail
		return p.Name != "" || class != "" || voicemail != nil
	})
}

// shown is what a telephone shows of a guest.
func (a *applier) shown(s Stay, extension string) string {
	if s.Incognito {
		return cmp.Or(a.setup.Incognito, extension)
	}
	var g GuestRecord
	a.tx.Get(GuestKey(s.ID), &g)
	return g.Name
}

// rename lets a room's telephones show who is first in it now.
func (a *applier) rename(r Room) {
	s := Stay{ID: r.Stay}
	a.tx.Get(StayKey(r.Stay), &s)
	if !a.setup.Phones {
		return
	}
	a.tellPhones(r, func(p *Phone) bool {
		old := p.Name
		p.Name = a.shown(s, p.Extension)
		return p.Name != old
	})
}

// voicemailFor says whether a guest is to have voicemail; nil: nobody has
// decided that.
func (a *applier) voicemailFor(class string, vip int) *bool {
	least := a.setup.VoicemailVIP
	if len(a.setup.Voicemail) == 0 && least == 0 {
		return nil
	}
	on := slices.Contains(a.setup.Voicemail, class) || least > 0 && vip >= least
	return &on
}

// clearFirst has a room's telephones gone through before a guest is shown on
// them, if after the last one they were not found clean. While that is about to
// happen nothing is ordered: who left what would not be known. Do not disturb that
// a wake-up took off before was not this guest's.
func (a *applier) clearFirst(r Room) {
	if a.setup.Vacate {
		a.forgetDND(r)
	}
	for _, extension := range r.Phones() {
		p := Phone{Extension: extension}
		known := a.tx.Get(PhoneKey(extension), &p)
		if known && !p.Clean.IsZero() {
			p.Clean = time.Time{}
			a.tx.Put(PhoneKey(extension), p)
			continue
		}
		if a.setup.Vacate && r.LastStay != "" && p.Vacating == "" {
			a.tellPhone(OpVacate, r.Number, PhoneCall{Extension: extension, Stay: r.Stay, Arriving: true})
		}
	}
}

// depart takes the guest off the room's telephones, also while there is no PBX
// to be told: it is when it is back. With clear nobody stays there any more, and
// what was left on them goes too.
func (a *applier) depart(r Room, left PhoneCall, clear bool) {
	a.tellPhones(r, func(p *Phone) bool {
		if p.Name == "" && p.Class == "" && p.Voicemail == nil {
			return false // the hotel has put nothing there
		}
		p.Name, p.Voicemail = "", nil
		if p.Class != "" {
			p.Class = ClassNone
		}
		return true
	})
	if !clear || !a.setup.Phones || !a.setup.Vacate {
		return
	}
	for _, extension := range r.Phones() {
		p := Phone{Extension: extension}
		a.tx.Get(PhoneKey(extension), &p)
		p.Room, p.Vacating, p.Clean = r.Number, left.Stay, time.Time{}
		a.tx.Put(PhoneKey(extension), p)
		left.Extension = extension
		a.tellPhone(OpVacate, r.Number, left)
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
		if a.tx.Get(PhoneKey(extension), &p) && (p.Name != "" || p.Class != "" || p.Voicemail != nil) {
			return p, true
		}
	}
	return Phone{}, false
}

// classOf is the class of service of a room's telephones; empty: the hotel set
// none.
func (a *applier) classOf(r Room) string {
	wish, _ := a.wishFor(r)
	return wish.Class
}

// grant takes name and class of another room's telephones over.
func (a *applier) grant(r Room, wish Phone) {
	a.tellPhones(r, func(p *Phone) bool {
		p.Name = wish.nameOn(p.Extension)
		if wish.Class != "" {
			p.Class = wish.Class
		}
		p.Voicemail = wish.Voicemail
		return true
	})
}

// exchange is grant where somebody else stayed until now, of whose class
// nothing is to be left.
func (a *applier) exchange(r Room, wish Phone) {
	a.tellPhones(r, func(p *Phone) bool {
		old := *p
		p.Name, p.Class, p.Voicemail = wish.nameOn(p.Extension), wish.Class, wish.Voicemail
		return p.Name != old.Name || p.Class != old.Class || p.Voicemail != old.Voicemail
	})
}

// nameOn is the name as another telephone shows it: who is shown by the number of
// this one is shown by the other's there.
func (p Phone) nameOn(extension string) string {
	if p.Name == p.Extension && p.Name != "" {
		return extension
	}
	return p.Name
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
			a.depart(Room{Number: owner, Extensions: []string{gone}}, PhoneCall{}, false)
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
	p.Name, p.Class, p.Voicemail, p.Order = "", "", nil, a.ev.ID
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
	case n.Restored != 0 && p.Leaving != nil && p.GivenBack.IsZero(): // what a check-out took is still to be given back
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
	if n.Forget && p.Name == "" && p.Ours.Name != nil {
		p.Ours.Name, p.Found.Name = new(string), nil // one of ours, that is all
	}
	if n.Leaving != nil {
		p.Leaving, p.GivenBack = n.Leaving, time.Time{}
	}
	if n.Left {
		p.GivenBack = a.ev.Time
	}
	if n.Lifted != nil {
		p.Lifted = *n.Lifted
		if reflect.DeepEqual(p, Phone{Extension: p.Extension, Room: p.Room}) {
			a.tx.Delete(PhoneKey(n.Extension)) // nothing else is known of it
			return
		}
	}
	a.noteVacated(&p, n)
	a.tx.Put(PhoneKey(n.Extension), p)
	if n.CallUp != nil {
		a.noteCalls(n.Stay, p.Room)
	}
}

// noteVacated keeps how far a telephone has been cleared. When somebody stays
// there again it is not clean, whatever it was.
func (a *applier) noteVacated(p *Phone, n *PhoneNote) {
	if n.CallUp != nil {
		p.CallUp = *n.CallUp
	}
	if n.Vacated == "" || p.Vacating != "" && p.Vacating != n.Vacated {
		return
	}
	p.Vacating = ""
	a.queueAlarms(wakeUpsOf(a.tx, a.roomOf(*p))) // the PBX's own check-out takes those, too, that are to ring
	if r, known := RoomOf(a.tx, p.Extension); n.Clean && (!known || r.Stay == "") {
		p.Clean = a.ev.Time
	}
}

// noteCalls says of a stay that has ended whether a call of the room goes on.
func (a *applier) noteCalls(stay, room string) {
	var s Stay
	if !a.tx.Get(StayKey(stay), &s) || s.State != StayDeparted {
		return
	}
	var r Room
	a.tx.Get(RoomKey(room), &r)
	s.CallPending = slices.ContainsFunc(r.Phones(), func(extension string) bool {
		var p Phone
		return a.tx.Get(PhoneKey(extension), &p) && p.CallUp
	})
	a.tx.Put(StayKey(stay), s)
}
