package hotel

import (
	"strconv"
	"time"
)

// What a hook wants of stays enters as the order that a person would have given:
// an event of its own, whose rules carry it out, for which hooks run, and which a
// chain of events bounds. What cannot be at all is refused at once.

func (a *applier) hooked() bool { return a.unit != RulesUnit }

func (a *applier) orderCheckIn(c *CheckIn) error {
	r, err := a.room("checkin", c.Room)
	if err != nil {
		return err
	}
	if err := a.mayCheckIn(r, c); err != nil {
		return err
	}
	fields := map[string]string{}
	for name, value := range map[string]string{
		"stay": c.Stay, "name": c.Name, "class": c.Class, "leaves": c.Leaves, "language": c.Language,
		"incognito": trueWord(c.Incognito), "share": trueWord(c.Share),
	} {
		if value != "" {
			fields[name] = value
		}
	}
	if c.VIP != 0 {
		fields["vip"] = strconv.Itoa(c.VIP)
	}
	a.tx.Emit(Event{Kind: KindCheckIn, Room: r.Number, Fields: fields})
	return nil
}

// trueWord is how an order says that something holds; see said.
func trueWord(is bool) string {
	if is {
		return "true"
	}
	return ""
}

func (a *applier) orderMove(m *MoveStay) error {
	for _, number := range []string{m.From, m.To} {
		if _, err := a.room("move", number); err != nil {
			return err
		}
	}
	fields := map[string]string{"to": m.To}
	for name, value := range map[string]string{"stay": m.Stay, "swap": trueWord(m.Swap)} {
		if value != "" {
			fields[name] = value
		}
	}
	a.tx.Emit(Event{Kind: KindMove, Room: m.From, Fields: fields, Lanes: []string{m.From, m.To}})
	return nil
}

// orderCheckOut is a check-out that a hook wants. When a person's order or keys led
// to it, it is that person's. Otherwise it is a job's, and what keeps a sweep from
// checking out guests who may still be there holds for it as well.
func (a *applier) orderCheckOut(c *CheckOut) error {
	r, err := a.room("checkout", c.Room)
	if err != nil {
		return err
	}
	if a.hasLeft(c) {
		return nil
	}
	if _, err := a.whoLeaves(r, c); err != nil {
		return err
	}
	if !a.ev.byPerson() {
		return a.sightWanted(r)
	}
	fields := map[string]string{}
	for name, value := range map[string]string{"stay": c.Stay, "all": trueWord(c.All), "now": trueWord(c.Now)} {
		if value != "" {
			fields[name] = value
		}
	}
	a.tx.Emit(Event{Kind: KindCheckOut, Room: r.Number, Fields: fields})
	return nil
}

// byPerson tells whether somebody gave the event as an order, or dialled it. What
// followed from it is of the house again, and so is a schedule's job that a person
// ran.
func (e *Event) byPerson() bool {
	if e.Depth > 0 {
		return false
	}
	return e.Source == SourceCommand && e.Kind != KindCron || e.Kind == KindDTMF && e.Digits != ""
}

// sightWanted has the PBX asked about a room that a job would check out, where the
// sweep would ask; otherwise a person is told.
func (a *applier) sightWanted(r Room) error {
	late, occupied := overdue(a.tx, a.ev.Time.In(a.setup.zone()).Format(time.DateOnly))
	why := a.heldBack(late, occupied)
	if why == "" {
		why = Because(ReasonNotDue)
		for _, o := range late {
			if o.room.Number == r.Number {
				a.sight(r)
				return nil
			}
		}
	}
	return a.alert(&RaiseAlert{Code: AlertHookCheckOut, Room: r.Number, Joined: true, Params: map[string]string{"why": why}})
}
