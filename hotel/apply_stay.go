package hotel

import (
	"fmt"
	"strconv"
)

func (a *applier) checkIn(c *CheckIn) error {
	r, err := a.room("checkin", c.Room)
	if err != nil {
		return err
	}
	if r.Stay != "" {
		return &Invalid{"checkin", "room", "is occupied; check out or move first", c.Room}
	}
	id := c.Stay
	var old Stay
	switch {
	case id == "":
		id = a.newStay()
	case len(id) > maxStayID:
		return &Invalid{"checkin", "stay", fmt.Sprintf("must have at most %d bytes", maxStayID), clip(id)}
	case a.tx.Get(StayKey(id), &old):
		return &Invalid{"checkin", "stay", "must be a new id", clip(id)}
	}
	a.tx.Put(StayKey(id), Stay{ID: id, Room: r.Number, State: StayInHouse, CheckIn: a.ev.Time})
	r.Stay = id
	a.tx.Put(RoomKey(r.Number), r)
	return a.arrive(r, c)
}

// newStay makes an id from the event; one event may begin several stays.
func (a *applier) newStay() string {
	first := "S" + strconv.FormatUint(a.ev.ID, 10)
	var old Stay
	id := first
	for n := 2; a.tx.Get(StayKey(id), &old); n++ {
		id = first + "-" + strconv.Itoa(n)
	}
	return id
}

func (a *applier) checkOut(c *CheckOut) error {
	r, err := a.room("checkout", c.Room)
	if err != nil {
		return err
	}
	if r.Stay == "" {
		return &Invalid{"checkout", "room", "is vacant", c.Room}
	}
	var s Stay
	if a.tx.Get(StayKey(r.Stay), &s) {
		s.State, s.CheckOut, s.Left = StayDeparted, a.ev.Time, a.ev.ID
		a.tx.Put(StayKey(s.ID), s)
	}
	a.depart(r, r.Stay, true)
	r.Stay, r.LastStay, r.DND = "", r.Stay, false
	a.tx.Put(RoomKey(r.Number), r)
	return nil
}

func (a *applier) move(m *MoveStay) error {
	from, err := a.room("move", m.From)
	if err != nil {
		return err
	}
	to, err := a.room("move", m.To)
	if err != nil {
		return err
	}
	if from.Stay == "" {
		return &Invalid{"move", "from", "is vacant", m.From}
	}
	if from.Number == to.Number {
		return &Invalid{"move", "to", "is the same room", m.To}
	}
	if to.Stay != "" {
		return &Invalid{"move", "to", "is occupied", m.To}
	}
	var s Stay
	if a.tx.Get(StayKey(from.Stay), &s) {
		s.Room = to.Number
		a.tx.Put(StayKey(s.ID), s)
	}
	to.Stay, to.DND = from.Stay, from.DND
	from.Stay, from.LastStay, from.DND = "", from.Stay, false
	a.tx.Put(RoomKey(from.Number), from)
	a.tx.Put(RoomKey(to.Number), to)
	a.moveWakeUps(from.Number, to.Number, to.Stay, true)
	a.movePhones(from, to)
	return nil
}
