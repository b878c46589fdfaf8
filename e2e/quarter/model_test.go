package quarter

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

const (
	emergencyRoute = "Emergency"
	foreignRoute   = "Lift" // of the house: no class names it
	deskPhone      = "8000"
	minibarItem    = "2"
	confirmCode    = "775"
	// settledWithin is how long the PBX may show what was before an order, with
	// nothing wrong all the while: a coach of guests is told it one by one.
	settledWithin = 25 * time.Minute
	// diaryLines is how much is remembered of each room.
	diaryLines = 25
)

// classRoutes are the routes of the classes of service that guests are given.
var classRoutes = map[string][]string{
	"none": nil, "internal": nil,
	"local":         {"Local"},
	"national":      {"Local", "National"},
	"international": {"Local", "National", "International"},
}

// names are guests' names, and what a PBX shows of them: it takes no apostrophe,
// no dot and no ampersand (API 2.0.0, extension/update).
var names = []struct{ given, shown string }{
	{"Anna Rossi", "Anna Rossi"}, {"Sean O'Brien", "Sean OBrien"}, {"Smith & Sons", "Smith + Sons"}, {"Dr. Kovács", "Dr Kovács"},
	{"Müller-Lüdenscheidt", "Müller-Lüdenscheidt"}, {"李伟", "李伟"}, {"van der Berg", "van der Berg"}, {"Ольга Петрова", "Ольга Петрова"}, {"", ""},
}

// model is what must be so.
type model struct {
	house   *house
	numbers []string
	rooms   map[string]*room
	all     room // whose diary is that of the house
	// troubles is how many troubles are on, and well since when none is.
	troubles int
	well     time.Time
	on       map[string]func() // troubles that last, and what ends them
	bad      []*span           // the troubles so far
	wakes    []*wake
	stays    int
	inHouse  map[string]*room // rooms by the ids of stays
}

// room is one room, as the people who work there know it.
type room struct {
	number string
	phones []string
	guests []*guest // who stays in it, whose name is shown first; none: vacant
	class  string   // of service, of its telephones
	// touched is when something was last ordered of it, and left when its last
	// guest did.
	touched, left time.Time
	kept          bool              // its last guest has moved, whose voicemail is still to be heard
	meddled       time.Time         // when somebody has set something while it was vacant
	known         bool              // it had a guest whose name or class was told to the PBX
	own           map[string]string // what the guest has set on the first telephone
	bar           int               // entries of the minibar that were dialled
	spoken        bool              // somebody at the desk is busy with it
	diary         []string
}

type guest struct {
	stay, name, shown, class string
	leaves                   time.Time // as the desk knows it
	told                     time.Time // … and as it has told the agent
	// gone: the guest has left without a word, so that a job may check the stay out.
	gone bool
}

func vacant(r *room) bool   { return len(r.guests) == 0 }
func occupied(r *room) bool { return len(r.guests) > 0 }

func newModel(h *house) *model {
	m := &model{house: h, rooms: map[string]*room{}, inHouse: map[string]*room{}, on: map[string]func(){}, well: time.Now()}
	for floor := 2; floor <= 7; floor++ { // 112 is for help
		for door := 1; door <= 20; door++ {
			number := fmt.Sprint(floor*100 + door)
			r := &room{number: number, phones: []string{number}, own: map[string]string{}}
			if floor == 7 && door <= 5 {
				r.phones = append(r.phones, "1"+number)
			}
			m.numbers = append(m.numbers, number)
			m.rooms[number] = r
		}
	}
	return m
}

func houseName(number string) string { return "Room " + number }

// note keeps a line in a room's diary.
func (r *room) note(at time.Time, format string, args ...any) {
	if len(r.diary) == diaryLines {
		r.diary = r.diary[1:]
	}
	r.diary = append(r.diary, at.Format("2006-01-02 15:04:05 ")+fmt.Sprintf(format, args...))
}

// shows is the name that the room's telephones must show.
func (r *room) shows() string {
	if vacant(r) || r.guests[0].shown == "" {
		return houseName(r.number)
	}
	return r.guests[0].shown
}

// routes are those that the room's telephones must have.
func (r *room) routes() []string {
	routes := []string{emergencyRoute, foreignRoute}
	if occupied(r) {
		routes = append(routes, classRoutes[r.class]...)
	}
	return routes
}

// checkIn takes a guest in, beside those who are there.
func (m *model) checkIn(r *room, g *guest) {
	now := m.house.now()
	if vacant(r) {
		r.class = g.class
		m.wakesArrive(r, g)
	}
	r.guests, r.touched = append(r.guests, g), now
	r.known = r.known || g.name != "" || g.class != ""
	m.inHouse[g.stay] = r
	r.note(now, "check-in %s %q class %q until %s", g.stay, g.name, g.class, g.leaves.Format("01-02 15:04"))
}

// checkOut lets one guest go. With the last one goes all that was theirs.
func (m *model) checkOut(r *room, g *guest) {
	now := m.house.now()
	r.note(now, "check-out %s", g.stay)
	delete(m.inHouse, g.stay)
	r.guests = slices.DeleteFunc(r.guests, func(other *guest) bool { return other == g })
	r.touched = now
	m.wakesLeave(r, g, vacant(r))
	if vacant(r) {
		r.left, r.own, r.kept, r.meddled = now, map[string]string{}, false, time.Time{}
	}
}

// move takes all who stay in a room into a vacant one, or lets those of two
// rooms exchange them.
func (m *model) move(from, to *room) {
	now := m.house.now()
	for _, r := range []*room{from, to} {
		r.note(now, "%s and %s exchange who stays there", from.number, to.number)
	}
	m.wakesMove(from, to)
	from.guests, to.guests = to.guests, from.guests
	from.class, to.class = to.class, from.class
	for _, r := range []*room{from, to} {
		for _, g := range r.guests {
			m.inHouse[g.stay] = r
		}
		r.touched = now
		if vacant(from) {
			r.own = map[string]string{}
		}
	}
	if vacant(from) {
		from.left, from.kept = now, true
		return
	}
	for _, r := range []*room{from, to} { // forwards and the like go with a swap
		maps.DeleteFunc(r.own, func(name, _ string) bool { return name != "dnd" })
	}
}

// span is a time in which something was wrong; while to is zero, it is.
type span struct{ from, to time.Time }

// trouble begins something that keeps the agent from the PBX or slows it down;
// the result ends it.
func (m *model) trouble() (over func()) {
	m.troubles++
	s := &span{from: m.house.now()}
	m.bad = append(m.bad, s)
	return func() {
		m.troubles--
		m.well = m.house.now()
		s.to = m.well
	}
}

// hiccup is a trouble that is over at once.
func (m *model) hiccup() { m.trouble()() }

// settled tells whether the PBX must show what was ordered of a room.
func (m *model) settled(r *room) bool {
	since := m.well
	if r.touched.After(since) {
		since = r.touched
	}
	return m.troubles == 0 && m.house.now().Sub(since) > settledWithin
}
