package hotel

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxSharers bounds who may stay in one room.
const maxSharers = 30

func (a *applier) checkIn(c *CheckIn) error {
	r, err := a.room("checkin", c.Room)
	if err != nil {
		return err
	}
	if err := a.mayCheckIn(r, c); err != nil {
		return err
	}
	s := Stay{
		ID: cmp.Or(c.Stay, a.newStay()), Room: r.Number, State: StayInHouse, CheckIn: a.ev.Time,
		Leaves: c.Leaves, Language: c.Language, VIP: c.VIP, Incognito: c.Incognito,
	}
	a.tx.Put(StayKey(s.ID), s)
	if c.Limit != nil {
		a.tx.Put(CreditKey(s.ID), Credit{Limit: c.Limit})
	}
	if c.Name != "" {
		a.tx.Put(GuestKey(s.ID), GuestRecord{Name: c.Name})
	}
	if c.Share {
		r.Sharers = append(r.Sharers, s.ID)
		a.tx.Put(RoomKey(r.Number), r)
		return nil
	}
	r.Stay = s.ID
	a.tx.Put(RoomKey(r.Number), r)
	a.occupied(r.Number, s.ID)
	a.arriveWakeUps(r)
	a.arrive(r, s, c.Class)
	return nil
}

// mayCheckIn says why a guest cannot be taken in.
func (a *applier) mayCheckIn(r Room, c *CheckIn) error {
	refuse := func(field, rule, value string) error { return &Invalid{"checkin", field, rule, value} }
	var old Stay
	switch {
	case r.Stay != "" && !c.Share:
		return refuse("room", "is occupied; check out or move first", c.Room)
	case r.Stay == "" && c.Share:
		return refuse("room", "is vacant, so there is nobody to share it with", c.Room)
	case len(r.Sharers) >= maxSharers:
		return refuse("room", "is full", c.Room)
	case c.Share && a.stateOf(r.Stay) == StayChecking:
		return refuse("room", "is being looked through", c.Room)
	case len(c.Stay) > maxStayID:
		return refuse("stay", fmt.Sprintf("must have at most %d bytes", maxStayID), clip(c.Stay))
	case c.Stay != "" && a.tx.Get(StayKey(c.Stay), &old):
		return refuse("stay", "must be a new id", clip(c.Stay))
	case c.Class != "" && !slices.Contains(a.setup.Classes, c.Class):
		return refuse("class", "has no routes in the configuration", clip(c.Class))
	case c.Class != "" && c.Share && c.Class != a.classOf(r):
		return refuse("class", "is that of the guest who came first, and stays so until the last leaves", c.Class)
	case len(c.Name) > maxText:
		return refuse("name", fmt.Sprintf("must have at most %d bytes", maxText), "") // names go into no message
	case c.Language != "" && c.Language != "zh" && c.Language != "en":
		return refuse("language", "must be zh or en", clip(c.Language))
	case c.VIP < 0 || c.VIP > 9:
		return refuse("vip", "must be 0 to 9", "")
	case c.Leaves != "":
		if err := a.mayLeave("checkin", c.Leaves); err != nil {
			return err
		}
	}
	return mayOwe("checkin", c.Limit)
}

// mayLeave says why a stay cannot be planned to end on a date.
func (a *applier) mayLeave(effect, date string) error {
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return &Invalid{effect, "leaves", "must be a date such as 2026-11-24", clip(date)}
	}
	if today := a.ev.Time.In(a.setup.zone()).Format(time.DateOnly); date < today {
		return &Invalid{effect, "leaves", "is before today, " + today, date}
	}
	return nil
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

// Stays are all who stay in the room, the one whose name the telephones show
// first.
func (r Room) Stays() []string {
	if r.Stay == "" {
		return nil
	}
	return append([]string{r.Stay}, r.Sharers...)
}

func (a *applier) stateOf(stay string) StayState {
	var s Stay
	a.tx.Get(StayKey(stay), &s)
	return s.State
}

// vip is a guest's level; 0 when nobody is meant.
func (a *applier) vip(stay string) int {
	var s Stay
	if stay != "" {
		a.tx.Get(StayKey(stay), &s)
	}
	return s.VIP
}

func (a *applier) checkOut(c *CheckOut) error {
	r, err := a.room("checkout", c.Room)
	if err != nil {
		return err
	}
	if a.hasLeft(c) {
		return nil // twice is as good as once
	}
	leaving, err := a.whoLeaves(r, c)
	if err != nil {
		return err
	}
	if a.setup.LookThrough && !c.Now && len(leaving) == len(r.Stays()) {
		a.lookThrough(r)
		return nil
	}
	a.leave(r, leaving)
	return nil
}

// hasLeft tells whether the stay that is meant has ended there, or is about to.
func (a *applier) hasLeft(c *CheckOut) bool {
	var s Stay
	if c.Stay == "" || !a.tx.Get(StayKey(c.Stay), &s) || s.Room != c.Room {
		return false
	}
	return s.State == StayDeparted || s.State == StayChecking && !c.Now
}

func (a *applier) whoLeaves(r Room, c *CheckOut) ([]string, error) {
	all := r.Stays()
	switch {
	case len(all) == 0:
		return nil, &Invalid{"checkout", "room", "is vacant", c.Room}
	case c.Stay != "" && !slices.Contains(all, c.Stay):
		return nil, &Invalid{"checkout", "stay", "does not stay in room " + r.Number, clip(c.Stay)}
	case a.stateOf(r.Stay) == StayChecking && !c.Now:
		return nil, &Invalid{"checkout", "room", "is being looked through already", c.Room}
	case c.Stay != "":
		return []string{c.Stay}, nil
	case len(all) > 1 && !c.All && a.stateOf(r.Stay) != StayChecking:
		return nil, &Invalid{"checkout", "stay", "must be named, or all be meant: in room " + r.Number + " stay " + strings.Join(all, ", "), ""}
	}
	return all, nil
}

// lookThrough lets all who stay in a room wait for housekeeping. Their
// telephones may dial no more than those of a vacant room.
func (a *applier) lookThrough(r Room) {
	for _, id := range r.Stays() {
		s := Stay{ID: id, Room: r.Number}
		a.tx.Get(StayKey(id), &s)
		s.State, s.Checking = StayChecking, a.ev.Time
		a.tx.Put(StayKey(id), s)
	}
	a.tellPhones(r, func(p *Phone) bool {
		if p.Class == "" || p.Class == ClassNone {
			return false
		}
		p.Class = ClassNone
		return true
	})
}

// looked lets those go who are leaving a room; that nobody is is no fault.
func (a *applier) looked(l *LookThrough) {
	var r Room
	if !a.tx.Get(RoomKey(l.Room), &r) {
		return
	}
	a.noteLook(r.Number)
	if a.stateOf(r.Stay) == StayChecking {
		a.noteEntry(r.Number)
		a.leave(r, r.Stays())
	}
}

// leave ends stays in a room. The telephones are taken back when nobody is left
// in it; until then they show the name of who came first.
func (a *applier) leave(r Room, leaving []string) {
	first := r.Stay
	rest := without(r.Stays(), leaving)
	for _, id := range leaving {
		var s Stay
		if !a.tx.Get(StayKey(id), &s) {
			s = Stay{ID: id, Room: r.Number}
		} else {
			s.State, s.CheckOut, s.Left = StayDeparted, a.ev.Time, a.ev.ID
			a.tx.Put(StayKey(id), s)
		}
		a.leaveWakeUps(s, r, len(rest) == 0)
	}
	if len(rest) == 0 {
		a.depart(r, PhoneCall{Stay: first}, true)
		a.empty(r)
		return
	}
	a.remain(r, rest)
}

// remain keeps who is left in a room after others went.
func (a *applier) remain(r Room, rest []string) {
	first := r.Stay
	r.Stay, r.Sharers = rest[0], nil
	if len(rest) > 1 {
		r.Sharers = rest[1:]
	}
	a.tx.Put(RoomKey(r.Number), r)
	a.bar(r.Number)
	if r.Stay == first {
		return
	}
	a.remember(r.Number, Occupancy{Stay: r.Stay, Since: a.ev.Time, Rest: true})
	a.rename(r)
}

// empty keeps a room that nobody stays in any more.
func (a *applier) empty(r Room) {
	vacant := Occupancy{Since: a.ev.Time}
	if a.enteredLeaving(r) {
		vacant.Entered = a.ev.Time
	}
	r.Stay, r.Sharers, r.LastStay, r.Waiting = "", nil, r.Stay, false
	r.DND, r.DNDFrom, r.DNDAt = false, "", time.Time{}
	a.tx.Put(RoomKey(r.Number), r)
	a.remember(r.Number, vacant)
}

func (a *applier) extend(e *ExtendStay) error {
	r, err := a.room("extend", e.Room)
	if err != nil {
		return err
	}
	stays := r.Stays()
	switch {
	case len(stays) == 0:
		return &Invalid{"extend", "room", "is vacant", e.Room}
	case e.Stay != "" && !slices.Contains(stays, e.Stay):
		return &Invalid{"extend", "stay", "does not stay in room " + r.Number, clip(e.Stay)}
	case e.Stay != "":
		stays = []string{e.Stay}
	}
	if err := a.mayLeave("extend", e.Leaves); err != nil {
		return err
	}
	for _, id := range stays {
		var s Stay
		if a.tx.Get(StayKey(id), &s) {
			s.Leaves = e.Leaves
			a.tx.Put(StayKey(id), s)
		}
	}
	return nil
}
