package hotel

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// RoomOrder adds, edits or removes a room. Of an edited room nil stays as it is.
type RoomOrder struct {
	Do         RoomDeed  `json:"do"`
	Number     string    `json:"number"`
	Extensions *[]string `json:"extensions,omitempty"`
	Building   *string   `json:"building,omitempty"`
	Floor      *string   `json:"floor,omitempty"`
	Minibar    *string   `json:"minibar,omitempty"`
	Status     *Status   `json:"status,omitempty"`
	Waiting    *bool     `json:"waiting,omitempty"` // a message waits
	DND        *bool     `json:"dnd,omitempty"`     // by the desk
}

// RoomDeed says what becomes of the room of a [RoomOrder].
type RoomDeed string

// What can be done with a room.
const (
	RoomAdd    RoomDeed = "add"
	RoomEdit   RoomDeed = "edit"
	RoomRemove RoomDeed = "remove"
)

// Who says that a room is not to be disturbed; see [Room].
const (
	DNDPhone = "phone" // dialled, by the feature code
	DNDDesk  = "desk"
	DNDPBX   = "pbx" // read there
)

// The commands about rooms that have no event kind of their own.
const (
	CommandRoom      = "room"      // carries a RoomOrder
	CommandMend      = "room mend" // the telephones in Fields["extensions"] are made as wanted
	CommandReading   = "room reading"
	CommandOccupancy = "occupancy" // carries FirstGuests
)

// roomRules are those of the commands about rooms; false: it is none of them.
func roomRules(ev *Event) ([]Effect, bool) {
	switch {
	case ev.Name == CommandRoom && ev.RoomOrder != nil:
		return []Effect{{Room: ev.RoomOrder}}, true
	case ev.Name == CommandMend:
		return []Effect{{Mend: &MendPhones{Room: ev.Room, Extensions: strings.Fields(ev.Fields["extensions"])}}}, true
	case ev.Name == CommandReading:
		return []Effect{{DND: &SetDND{Room: ev.Room, On: ev.Fields["dnd"] == "on", From: DNDPBX}}}, true
	case ev.Name == CommandOccupancy && ev.FirstGuests != nil:
		return []Effect{{FirstGuests: ev.FirstGuests}}, true
	}
	return nil, false
}

// maxPlace is how many bytes a building's or floor's name may have.
const maxPlace = 40

// checkPlace judges the name of a building or floor.
func checkPlace(field, text string) error {
	switch {
	case len(text) > maxPlace:
		return &Invalid{"rooms", field, fmt.Sprintf("must have at most %d bytes", maxPlace), clip(text)}
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return &Invalid{"rooms", field, "must be text of one line", clip(text)}
	case strings.TrimSpace(text) != text:
		return &Invalid{"rooms", field, "must not begin or end with a blank", text}
	}
	return nil
}

func (a *applier) orderRoom(o *RoomOrder) error {
	var r Room
	exists := a.tx.Get(RoomKey(o.Number), &r)
	switch {
	case o.Do == RoomAdd && exists:
		return &Invalid{"rooms", "number", "is a room already: edit it", o.Number}
	case o.Do == RoomAdd:
		r.Number = o.Number
	case !exists:
		return &Invalid{"rooms", "number", "must be a room of the hotel", clip(o.Number)}
	case o.Do == RoomRemove:
		return a.removeRoom(r)
	case o.Do != RoomEdit:
		return &Invalid{"rooms", "do", "must be add, edit or remove", clip(string(o.Do))}
	case o.Extensions != nil && r.Stay != "":
		edited := Room{Number: r.Number, Extensions: *o.Extensions}
		if gone := without(r.Phones(), edited.Phones()); len(gone) > 0 { // what the guest has on it would stay behind
			return &Invalid{"rooms", "extensions", "belongs to a room that is occupied; it can go after the check-out", gone[0]}
		}
	}
	return a.editRoom(r, o)
}

func (a *applier) editRoom(r Room, o *RoomOrder) error {
	if o.Extensions != nil {
		r.Extensions = *o.Extensions
	}
	for to, from := range map[*string]*string{&r.Building: o.Building, &r.Floor: o.Floor, &r.Minibar: o.Minibar} {
		if from != nil {
			*to = *from
		}
	}
	if o.Status != nil {
		r.Status = *o.Status
	}
	if err := a.importLists(&Import{Rooms: []Room{r}}); err != nil {
		return err
	}
	kept := Room{}
	a.tx.Get(RoomKey(r.Number), &kept)
	kept.Building, kept.Floor = r.Building, r.Floor // a list leaves what it does not name
	if o.Waiting != nil {
		kept.Waiting = *o.Waiting
	}
	a.tx.Put(RoomKey(r.Number), kept)
	if o.Status != nil {
		a.noteInspected(kept)
	}
	if o.DND != nil {
		return a.dnd(&SetDND{Room: r.Number, On: *o.DND, From: DNDDesk})
	}
	return nil
}

// removeRoom forgets a room; its telephones are put back as they were before
// the hotel changed them, and then forgotten, too.
func (a *applier) removeRoom(r Room) error {
	switch {
	case r.Stay != "":
		return &Invalid{"rooms", "number", "is occupied; check out or move first", r.Number}
	case len(wakeUpsOf(a.tx, r.Number)) > 0:
		return &Invalid{"rooms", "number", "has wake-ups; cancel them first", r.Number}
	}
	for _, extension := range r.Phones() {
		var p Phone
		if a.hasPhone(r.Number, extension) && a.tx.Get(PhoneKey(extension), &p) {
			if err := a.restorePhone(&RestorePhone{Extension: extension}); err != nil {
				return err
			}
		}
	}
	a.freePhones(r)
	a.tx.Delete(RoomKey(r.Number))
	return nil
}

// MendPhones has telephones of a room made as the hotel wants them.
type MendPhones struct {
	Room       string   `json:"room"`
	Extensions []string `json:"extensions"`
}

func (a *applier) mend(m *MendPhones) error {
	r, err := a.room("mend", m.Room)
	if err != nil {
		return err
	}
	if !a.setup.Phones {
		return &Invalid{Effect: "mend", Rule: "this PBX cannot be told anything about telephones"}
	}
	for _, x := range m.Extensions {
		if len(without([]string{x}, r.Phones())) > 0 {
			return &Invalid{"mend", "extensions", "must be the room's", clip(x)}
		}
		a.mendPhone(r, x)
	}
	a.queueAlarms(wakeUpsOf(a.tx, r.Number))
	return nil
}

// mendPhone has a telephone told anew. That of a vacant room is also rid of what
// guests set there, and may dial no more than any vacant room's: a person has seen
// what it shows, and agreed.
func (a *applier) mendPhone(r Room, extension string) {
	p := Phone{Extension: extension}
	a.tx.Get(PhoneKey(extension), &p)
	vacant := r.Stay == "" && a.setup.Vacate
	if vacant && p.Class == "" && len(a.setup.Classes) > 0 {
		p.Room, p.Class, p.Order = r.Number, ClassNone, a.ev.ID
		a.tx.Put(PhoneKey(extension), p)
	}
	a.tellPhone(OpPhone, r.Number, PhoneCall{Extension: extension})
	if vacant {
		a.tellPhone(OpTidy, r.Number, PhoneCall{Extension: extension})
	}
}
