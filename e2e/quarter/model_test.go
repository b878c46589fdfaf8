package quarter

import (
	"fmt"
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
	diaryLines = 40
)

// classRoutes are the routes of the classes of service that guests are given.
var classRoutes = map[string][]string{
	"none": nil, "internal": nil,
	"local":         {"Local", analogueRoute},
	"national":      {"Local", analogueRoute, "National"},
	"international": {"Local", analogueRoute, "National", "International"},
}

// names are guests' names, and what a PBX shows of them: it takes no apostrophe,
// no dot and no ampersand (API 2.0.0, extension/update).
var names = []name{
	{"Anna Rossi", "Anna Rossi"}, {"Sean O'Brien", "Sean OBrien"}, {"Smith & Sons", "Smith + Sons"}, {"Dr. Kovács", "Dr Kovács"},
	{"Müller-Lüdenscheidt", "Müller-Lüdenscheidt"}, {"李伟", "李伟"}, {"van der Berg", "van der Berg"}, {"Ольга Петрова", "Ольга Петрова"}, {"", ""},
}

type name struct{ given, shown string }

// incognitoName begins the names of those who are incognito: no telephone ever
// shows it, and no message to the PMS has it.
const incognitoName = "Garbo"

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
	calls    map[string]string // rooms, by the ids of calls to numbers outside
	inHouse  map[string]*room  // rooms by the ids of stays
	ledger   *ledger
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
	status        string            // as housekeeping has said last
	statuses      int               // how often it has
	voicemail     bool              // what its telephones are to have, if the hotel says so
	hand          []handAlarm       // what the desk has set on the PBX itself
	checking      bool              // its guests have paid, and it is being looked through
	looked        bool              // … and that was dialled, or is done without
	spoken        bool              // somebody at the desk is busy with it
	diary         []string
}

type guest struct {
	stay, name, shown, class string
	leaves                   time.Time // as the desk knows it
	told                     time.Time // … and as it has told the agent
	// gone: the guest has left without a word, so that a job may check the stay out.
	gone      bool
	incognito bool
	vip       int
}

func vacant(r *room) bool   { return len(r.guests) == 0 }
func occupied(r *room) bool { return len(r.guests) > 0 }

// absent tells whether all who stay in a room have left it without a word: nobody
// calls from there, or answers.
func absent(r *room) bool {
	return occupied(r) && !slices.ContainsFunc(r.guests, func(g *guest) bool { return !g.gone })
}

func present(r *room) bool { return occupied(r) && !absent(r) }

func newModel(h *house) *model {
	m := &model{house: h, rooms: map[string]*room{}, inHouse: map[string]*room{}, on: map[string]func(){}, calls: map[string]string{}, well: time.Now(), ledger: newLedger(h)}
	for floor := 2; floor <= 7; floor++ { // 112 is for help
		for door := 1; door <= 20; door++ {
			number := fmt.Sprint(floor*100 + door)
			r := &room{number: number, phones: []string{number}, own: map[string]string{}, voicemail: true}
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

// shows is the name that one of the room's telephones must show; masked is what
// the hotel lets them show of those who are incognito, if anything.
func (r *room) shows(phone, masked string) string {
	switch {
	case occupied(r) && r.guests[0].incognito && masked != "":
		return masked
	case occupied(r) && r.guests[0].incognito:
		return phone
	case vacant(r) || r.guests[0].shown == "":
		return houseName(r.number)
	}
	return r.guests[0].shown
}

// routes are those that the room's telephones must have.
func (r *room) routes() []string {
	routes := []string{emergencyRoute, foreignRoute}
	if occupied(r) && !r.checking {
		routes = append(routes, classRoutes[r.class]...)
	}
	return routes
}

// checkIn takes a guest in, beside those who are there.
func (m *model) checkIn(r *room, g *guest) {
	now := m.house.now()
	if vacant(r) {
		r.class, r.voicemail = g.class, m.house.voicemailOf(g)
		m.wakesArrive(r, g)
	}
	r.guests, r.touched = append(r.guests, g), now
	r.known = r.known || g.name != "" || g.class != "" || m.house.run.voicemail
	m.inHouse[g.stay] = r
	m.ledger.shows(r, false)
	r.note(now, "check-in %s %q class %q until %s", g.stay, g.name, g.class, g.leaves.Format("01-02 15:04"))
}

// checkOut lets one guest go. With the last one goes all that was theirs.
func (m *model) checkOut(r *room, g *guest) {
	now := m.house.now()
	r.note(now, "check-out %s", g.stay)
	delete(m.inHouse, g.stay)
	r.guests = without(r.guests, g)
	r.touched = now
	m.ledger.leaves(g.stay)
	m.ledger.shows(r, true)
	m.wakesLeave(r, g, vacant(r))
	if vacant(r) {
		m.vacate(r)
		r.kept = false
	}
}

// checking notes that a room's guest has paid, and is gone when it has been looked
// through.
func (m *model) checking(r *room, g *guest) {
	r.checking, r.touched = true, m.house.now()
	r.note(r.touched, "%s has paid", g.stay)
	m.ledger.pays(r)
}

// vacate notes that nobody is left in a room.
func (m *model) vacate(r *room) {
	r.left, r.own, r.meddled, r.hand = m.house.now(), map[string]string{}, time.Time{}, nil
	r.voicemail, r.checking, r.looked = true, false, false
}

// voicemailOf tells whether a guest is to have voicemail: where the hotel says
// nothing, all have it.
func (h *house) voicemailOf(g *guest) bool { return !h.run.voicemail || g.vip >= voicemailFrom }

// voicemailFrom is the least level of those who have it, where the hotel says so.
const voicemailFrom = 4

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
