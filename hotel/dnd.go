package hotel

import "time"

// OpDND makes a telephone's do not disturb what the hotel knows of its room.
// What the guest has set with a key of the telephone itself nobody can see.
const OpDND = "do-not-disturb"

func (a *applier) dnd(d *SetDND) error {
	r, err := a.room("dnd", d.Room)
	if err != nil {
		return err
	}
	r.DND, r.DNDFrom, r.DNDAt = d.On, "", time.Time{}
	if d.On {
		r.DNDFrom, r.DNDAt = d.From, a.ev.Time
	}
	a.tx.Put(RoomKey(r.Number), r)
	if !d.On {
		a.forgetDND(r)
	}
	if d.From != DNDPBX { // what was read there need not be told
		a.tellDND(r)
	}
	return nil
}

// tellDND has the room's telephones told.
func (a *applier) tellDND(r Room) {
	if !a.setup.Phones {
		return
	}
	for _, extension := range r.Phones() {
		a.tellPhone(OpDND, r.Number, PhoneCall{Extension: extension})
	}
}
