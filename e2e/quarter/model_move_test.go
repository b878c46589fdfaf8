package quarter

import "maps"

// move takes all who stay in a room into a vacant one, or lets those of two
// rooms exchange them.
func (m *model) move(from, to *room) {
	if vacant(from) {
		from, to = to, from
	}
	m.moved(from, to, "%s and %s exchange who stays there")
	if vacant(to) {
		m.wakesArrive(to, from.guests...)
	}
	m.wakesMove(from, to)
	from.guests, to.guests = to.guests, from.guests
	from.class, to.class = to.class, from.class
	from.voicemail, to.voicemail = to.voicemail, from.voicemail
	for _, r := range []*room{from, to} {
		for _, g := range r.guests {
			m.inHouse[g.stay] = r
		}
		m.ledger.shows(r, false)
	}
	if vacant(from) {
		m.vacate(from)
		from.kept = true
		return
	}
	for _, r := range []*room{from, to} { // forwards and the like go with a swap
		maps.DeleteFunc(r.own, func(name, _ string) bool { return name != "dnd" })
	}
}

// moveOne takes one of several into a vacant room. What is dialled and shown there
// follows from the room that they shared; what was set on its telephone stays.
func (m *model) moveOne(from, to *room, g *guest) {
	m.moved(from, to, g.stay+" goes alone from %s to %s")
	m.wakesArrive(to, g)
	for _, w := range m.wakesOf(from) {
		if w.guest == g {
			w.moveTo(to, m.house.now())
		}
	}
	from.guests = without(from.guests, g)
	to.guests, to.class, to.voicemail = []*guest{g}, from.class, from.voicemail
	m.inHouse[g.stay] = to
	m.ledger.shows(from, true)
	m.ledger.shows(to, false)
}

func (m *model) moved(from, to *room, how string) {
	now := m.house.now()
	for _, r := range []*room{from, to} {
		r.note(now, how, from.number, to.number)
		r.touched = now
	}
}

func without(guests []*guest, gone *guest) (rest []*guest) {
	for _, g := range guests {
		if g != gone {
			rest = append(rest, g)
		}
	}
	return rest
}
