package hotel

import (
	"slices"
	"time"
)

func (a *applier) move(m *MoveStay) error {
	name := "move"
	if m.Swap {
		name = "swap"
	}
	from, err := a.room(name, m.From)
	if err != nil {
		return err
	}
	to, err := a.room(name, m.To)
	if err != nil {
		return err
	}
	switch {
	case m.Swap && from.Stay == "" && to.Stay == "":
		return &Invalid{name, "from", "is vacant, and so is the other", m.From}
	case m.Swap && m.Stay != "":
		return &Invalid{name, "stay", "cannot be named: who stays in the rooms goes with all", clip(m.Stay)}
	case m.Swap && from.Stay == "":
		from, to = to, from
	case from.Stay == "":
		return &Invalid{name, "from", "is vacant", m.From}
	}
	if from.Number == to.Number {
		return &Invalid{name, "to", "is the same room", m.To}
	}
	switch {
	case to.Stay != "" && m.Swap:
		a.swap(from, to)
	case to.Stay != "":
		return &Invalid{name, "to", "is occupied", m.To}
	case m.Stay != "" && !slices.Contains(from.Stays(), m.Stay):
		return &Invalid{name, "stay", "does not stay in room " + from.Number, clip(m.Stay)}
	case m.Stay != "" && len(from.Sharers) > 0:
		a.moveOne(from, to, m.Stay)
	default:
		a.moveAll(from, to)
	}
	return nil
}

// moveAll takes all who stay in a room into a vacant one.
func (a *applier) moveAll(from, to Room) {
	old := from
	a.carry(&to, from)
	for _, id := range to.Sharers {
		a.moveWakeUps(from.Number, to.Number, id, false)
	}
	a.moveWakeUps(from.Number, to.Number, to.Stay, true)
	a.tx.Put(RoomKey(to.Number), to)
	a.occupied(to.Number, to.Stay)
	if to.DND {
		a.tellDND(to)
	}
	a.arriveWakeUps(to)
	a.empty(from)
	if a.setup.Phones {
		a.clearFirst(to)
		if wish, known := a.wishFor(old); known {
			a.grant(to, wish)
		}
	}
	a.depart(old, PhoneCall{Stay: to.Stay, To: to.Number}, true)
}

// moveOne takes one of several into a vacant room.
func (a *applier) moveOne(from, to Room, stay string) {
	wish, known := a.wishFor(from)
	a.carry(&to, Room{Stay: stay})
	a.moveWakeUps(from.Number, to.Number, stay, false)
	a.tx.Put(RoomKey(to.Number), to)
	a.occupied(to.Number, to.Stay)
	a.arriveWakeUps(to)
	a.remain(from, without(from.Stays(), []string{stay}))
	if !a.setup.Phones {
		return
	}
	a.clearFirst(to)
	if known {
		a.grant(to, wish)
	}
	a.rename(to) // also who came behind a guest without a name, whose room was told nothing
}

// swap lets those who stay in two rooms exchange them.
func (a *applier) swap(x, y Room) {
	wishX, _ := a.wishFor(x)
	wishY, _ := a.wishFor(y)
	a.swapWakeUps(x, y)
	oldX := x
	a.carry(&x, y)
	a.carry(&y, oldX)
	for _, r := range []Room{x, y} {
		a.tx.Put(RoomKey(r.Number), r)
		a.occupied(r.Number, r.Stay)
	}
	if !a.setup.Phones {
		return
	}
	if x.DND != y.DND {
		a.tellDND(x)
		a.tellDND(y)
	}
	a.exchange(x, wishY)
	a.exchange(y, wishX)
	a.bar(x.Number) // what is owed goes with the guest, though the telephones may look alike
	a.bar(y.Number)
	a.partFrom(x, y)
	a.partFrom(y, x)
}

// partFrom has a room's telephones rid of what leads to who has gone into the
// other one by a swap.
func (a *applier) partFrom(r, other Room) {
	if !a.setup.Vacate {
		return
	}
	for _, extension := range r.Phones() {
		a.tellPhone(OpSwapped, r.Number, PhoneCall{Extension: extension, Stay: other.Stay, To: other.Number})
	}
}

// carry puts who stays in one room, and what goes along with them, into
// another.
func (a *applier) carry(to *Room, from Room) {
	to.Stay, to.Sharers, to.Waiting = from.Stay, slices.Clone(from.Sharers), from.Waiting
	to.DND, to.DNDFrom, to.DNDAt = from.DND, from.DNDFrom, from.DNDAt
	if !to.DND {
		to.DNDFrom, to.DNDAt = "", time.Time{}
	}
	for _, id := range to.Stays() {
		var s Stay
		if a.tx.Get(StayKey(id), &s) {
			s.Room, s.Moved = to.Number, a.ev.Time
			a.tx.Put(StayKey(id), s)
		}
	}
}
