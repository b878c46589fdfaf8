package hotel

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sweep wants the house looked through at the end of its day: guests who should
// have left are listed, and what a vacant room's telephones show is put right.
type Sweep struct {
	// Overdue is what becomes of guests who should have left: list, or checkout,
	// which the config must allow and [SweepGuards] limit.
	Overdue string `json:"overdue,omitempty"` // empty: list
}

// What may become of guests who should have left.
const (
	OverdueList     = "list"
	OverdueCheckOut = "checkout"
)

// SweepGuards keep a sweep from checking out guests who may still be there. They
// lie beneath what any hook can say.
type SweepGuards struct {
	CheckOut bool // it may check out at all
	Rooms    int  // if more are overdue, something else is wrong, and none is
	Percent  int  // the same, of the occupied rooms
}

// RoomSight is what the PBX and the PMS's link show of a room that a sweep
// would check out; each list names why it must not be.
type RoomSight struct {
	Alarms   []string `json:"alarms,omitempty"`   // set by hand, as "1203 06:30"
	Names    []string `json:"names,omitempty"`    // telephones that show another name than the hotel gave them
	Calls    []string `json:"calls,omitempty"`    // telephones in use
	Unsynced string   `json:"unsynced,omitempty"` // a [Reason] why the PMS may know what we do not
}

// SightCall is the body of the call that looks at a room.
type SightCall struct {
	Room string `json:"room"`
}

// The operations of calls to the PBX that a sweep makes.
const (
	OpSight  = "sight"  // look whether a room may be checked out
	OpSurvey = "survey" // compare vacant rooms' telephones with what they should be
	OpTidy   = "tidy"   // make a vacant room's telephone that
)

// overdueRoom is an occupied room of which all guests should have left.
type overdueRoom struct {
	room   Room
	leaves string // the latest date
}

// overdue lists the rooms of which every stay should have ended before today,
// by their numbers, and counts those that are occupied.
func overdue(v View, today string) (list []overdueRoom, occupied int) {
	v.List(PrefixRoom, func(_ string, decode func(any) bool) bool {
		var r Room
		if !decode(&r) || r.Stay == "" {
			return true
		}
		occupied++
		if leaves, late := lateStays(v, r, today); late {
			list = append(list, overdueRoom{r, leaves})
		}
		return true
	})
	return list, occupied
}

// lateStays tells whether all stays of a room should have ended, and when the
// last of them. One without a date may be there for ever.
func lateStays(v View, r Room, today string) (leaves string, late bool) {
	if r.Stay == "" {
		return "", false
	}
	for _, id := range r.Stays() {
		var s Stay
		if !v.Get(StayKey(id), &s) || s.Leaves == "" || s.Leaves >= today {
			return "", false
		}
		leaves = max(leaves, s.Leaves)
	}
	return leaves, true
}

func (a *applier) sweep(s *Sweep) error {
	if s.Overdue != "" && s.Overdue != OverdueList && s.Overdue != OverdueCheckOut {
		return &Invalid{"sweep", "overdue", "must be list or checkout", clip(s.Overdue)}
	}
	today := a.ev.Time.In(a.setup.zone()).Format(time.DateOnly)
	late, occupied := overdue(a.tx, today)
	if err := a.listOverdue(late); err != nil {
		return err
	}
	if s.Overdue == OverdueCheckOut {
		if err := a.sightOverdue(late, occupied); err != nil {
			return err
		}
	}
	a.surveyVacant()
	return nil
}

// listOverdue keeps one alert of all who should have left.
func (a *applier) listOverdue(late []overdueRoom) error {
	if len(late) == 0 {
		return nil
	}
	const most = 40
	names := make([]string, 0, most)
	for _, o := range late[:min(most, len(late))] {
		names = append(names, o.room.Number+" ("+o.leaves+")")
	}
	if len(late) > most {
		names = append(names, "…")
	}
	return a.alert(&RaiseAlert{Code: AlertOverdue, Joined: true, Params: map[string]string{
		"count": strconv.Itoa(len(late)), "rooms": strings.Join(names, ", "),
	}})
}

// sightOverdue has the PBX asked about each room that may be checked out; what
// it shows decides. Where something in the whole speaks against it, none is.
func (a *applier) sightOverdue(late []overdueRoom, occupied int) error {
	if len(late) == 0 {
		return nil
	}
	if why := a.heldBack(late, occupied); why != "" {
		return a.alert(&RaiseAlert{Code: AlertSweepHeld, Joined: true, Params: map[string]string{"count": strconv.Itoa(len(late)), "why": why}})
	}
	for _, o := range late {
		a.sight(o.room)
	}
	return nil
}

// heldBack is why, on the whole, no room may be checked out without a person's
// order; empty: nothing speaks against it.
func (a *applier) heldBack(late []overdueRoom, occupied int) string {
	g := a.setup.Sweep
	_, confirmed := OccupancyConfirmed(a.tx)
	switch {
	case !g.CheckOut:
		return Because(ReasonSweepOff)
	case !confirmed:
		return Because(ReasonUnconfirmed)
	case !a.setup.Phones:
		return Because(ReasonNobodyToAsk)
	case len(late) > g.Rooms:
		return Because(ReasonManyRooms, strconv.Itoa(g.Rooms))
	case len(late)*100 > g.Percent*occupied:
		return Because(ReasonLargePart, strconv.Itoa(g.Percent))
	}
	return ""
}

// sightLasts is how long a look at a room may be late: in the morning somebody
// is at the desk.
const sightLasts = 2 * time.Hour

func (a *applier) sight(r Room) {
	body, err := json.Marshal(SightCall{Room: r.Number})
	if err != nil {
		panic("hotel: encode a look at a room: " + err.Error()) // our own types always encode
	}
	a.tx.Queue(QueuedCall{
		To: "pbx", Op: OpSight, Body: body, Room: r.Number, Lanes: []string{r.Number}, Urgency: Bulk, Kind: Idempotent,
		Lasts: sightLasts, Answer: true, Supersedes: "sight/" + r.Number,
	})
}

// leftBy is when, on the day of their departure, guests have left: who is on the
// telephone later is still there.
const leftBy = "14:00:00"

// Leave checks a room out that a sweep has looked at, unless what was seen, or
// what has happened since, speaks against it.
type Leave struct {
	Room  string    `json:"room"`
	Sight RoomSight `json:"sight"`
}

func (a *applier) sweepOut(l *Leave) error {
	r, err := a.room("sweep", l.Room)
	if err != nil {
		return err
	}
	today := a.ev.Time.In(a.setup.zone()).Format(time.DateOnly)
	leaves, late := lateStays(a.tx, r, today)
	if !late || !a.setup.Sweep.CheckOut {
		return nil // it was extended, or has left, since
	}
	if open := wakeUpsOf(a.tx, r.Number); len(open) > 0 {
		return a.keepIn(r, Because(ReasonWakeUp, open[0].Date+" "+open[0].Time))
	}
	if why := l.Sight.objections(); why != "" {
		return a.keepIn(r, why)
	}
	if at := lastCall(a.tx, r.Number); at > leaves+" "+leftBy {
		return a.keepIn(r, Because(ReasonCalled, at))
	}
	if at := a.lastMove(r); at > leaves+" "+leftBy {
		return a.keepIn(r, Because(ReasonMoved, at))
	}
	if err := a.checkOut(&CheckOut{Room: r.Number, All: true, Now: true}); err != nil {
		return err
	}
	return a.alert(&RaiseAlert{Code: AlertSwept, Room: r.Number, Params: map[string]string{"leaves": leaves}})
}

// keepIn tells that a room is left as it is.
func (a *applier) keepIn(r Room, why string) error {
	return a.alert(&RaiseAlert{Code: AlertNotSwept, Room: r.Number, Joined: true, Params: map[string]string{"why": why}})
}

// objections says what of a room speaks against a check-out; empty: nothing.
func (s RoomSight) objections() string {
	var parts []string
	say := func(what Reason, list []string) {
		if len(list) > 0 {
			parts = append(parts, Because(what, list...))
		}
	}
	say(ReasonAlarmsByHand, s.Alarms)
	say(ReasonOtherName, s.Names)
	say(ReasonInCall, s.Calls)
	if s.Unsynced != "" {
		parts = append(parts, s.Unsynced)
	}
	return strings.Join(parts, "; ")
}

// prefixLastCall begins the keys under which it is kept when a room's telephone
// was last in an answered call, or called out, by the PBX's clock.
const prefixLastCall = "lastcall/"

// noteCall remembers that a room was on the telephone. One that rang in vain
// says nothing of who is there.
func (a *applier) noteCall(room string, c *CDR) {
	var r Room
	a.tx.Get(RoomKey(room), &r)
	if c.Talk == 0 && !slices.Contains(r.Phones(), c.From) {
		return
	}
	if _, err := time.Parse(time.DateTime, c.Start); err == nil && c.Start > lastCall(a.tx, room) {
		a.tx.Put(prefixLastCall+room, c.Start)
	}
}

func lastCall(v View, room string) (start string) {
	v.Get(prefixLastCall+room, &start)
	return start
}

// lastMove is when, on the hotel's wall, one of a room's guests came from another
// room: who made calls did so by the telephone there.
func (a *applier) lastMove(r Room) (at string) {
	for _, id := range r.Stays() {
		var s Stay
		if a.tx.Get(StayKey(id), &s) && !s.Moved.IsZero() {
			at = max(at, s.Moved.In(a.setup.zone()).Format(time.DateTime))
		}
	}
	return at
}

// sightRules read what was seen of a room.
func sightRules(ev *Event) []Effect {
	var sight *RoomSight
	if err := json.Unmarshal([]byte(ev.Fields["reply"]), &sight); err != nil || sight == nil {
		return nil
	}
	return []Effect{{Leave: &Leave{Room: ev.Room, Sight: *sight}}}
}
