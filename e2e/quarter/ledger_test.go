package quarter

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"bellhop/sim"
)

// ledger is what must be charged, by what the PBX has reported and people have
// ordered. It computes with whole numbers of its own, by the docs alone.
type ledger struct {
	house *house
	// asked is when the order began that is being carried out.
	asked    time.Time
	tenures  map[string][]*tenure // by room, the oldest first
	departed map[string]span      // stays, and between which moments they ended
	dialled  map[string]time.Time // calls, by their ids
	orders   map[uint64]*order    // of people, by the agent's events
	gaveUp   map[string]bool      // postings that a person wrote off
	resolved []*resolution
	later    time.Time         // when the forgotten rate was brought; zero: not yet
	known    map[string]charge // postings as the agent last showed them, by id
	judged   map[string]bool   // stays whose folio was looked at for the last time
	heard    heard
	entries  []*entry // copies of what was heard, as of the newest refresh
	byRoom   map[string][]*entry
	records  []sim.CDR // of the PBX, which forgets the oldest
	recorded map[string]bool
}

// heard is what the PBX has reported, which comes at any time.
type heard struct {
	mu      sync.Mutex
	entries []*entry
	byBody  map[string]*entry
}

// refresh takes over what was heard since.
func (l *ledger) refresh() {
	l.heard.mu.Lock()
	defer l.heard.mu.Unlock()
	l.entries, l.byRoom = nil, map[string][]*entry{}
	for _, e := range l.heard.entries {
		copied := *e
		l.entries = append(l.entries, &copied)
		l.byRoom[copied.room] = append(l.byRoom[copied.room], &copied)
	}
}

func newLedger(h *house) *ledger {
	return &ledger{
		house: h, tenures: map[string][]*tenure{}, departed: map[string]span{}, dialled: map[string]time.Time{}, orders: map[uint64]*order{},
		gaveUp: map[string]bool{}, known: map[string]charge{}, judged: map[string]bool{}, recorded: map[string]bool{},
		heard: heard{byBody: map[string]*entry{}},
	}
}

// keepRecords takes over what the PBX has recorded since.
func (l *ledger) keepRecords() {
	for _, r := range l.house.pbx.Records() {
		if key := r.CallID + " " + r.From + " " + r.To + " " + r.Start.String(); !l.recorded[key] {
			l.recorded[key] = true
			l.records = append(l.records, r)
		}
	}
}

// charge is a posting as it must be, or as somebody has it.
type charge struct {
	number           int // of its id
	id, stay, room   string
	kind, item       string
	quantity         int
	amount, tax      int64
	rate             int64
	staff, callID    string
	corrects, reason string
	state            string
	event            uint64
	at               time.Time
	late             bool
}

// tenure says since when whose name a room's telephones show: its begin lies
// between two moments.
type tenure struct {
	stay         string // empty: nobody's
	asked, known time.Time
	rest         bool      // nobody came; it is who is left of several
	paid         time.Time // since when who stays there is leaving; zero: not yet
}

// shows notes who is first in a room now.
func (l *ledger) shows(r *room, rest bool) {
	list, stay := l.tenures[r.number], ""
	if occupied(r) {
		stay = r.guests[0].stay
	}
	if n := len(list); n == 0 && stay == "" || n > 0 && list[n-1].stay == stay {
		return
	}
	l.tenures[r.number] = append(list, &tenure{stay: stay, asked: l.asked, known: l.house.now(), rest: rest && stay != ""})
}

// pays notes that who stays in a room is leaving.
func (l *ledger) pays(r *room) {
	if list := l.tenures[r.number]; len(list) > 0 {
		list[len(list)-1].paid = l.house.now()
	}
}

func (l *ledger) leaves(stay string) { l.departed[stay] = span{l.asked, l.house.now()} }

// staysBetween are all who may have been first in a room between two moments,
// with the empty one for nobody.
func (l *ledger) staysBetween(room string, from, to time.Time) map[string]bool {
	list, found := l.tenures[room], map[string]bool{}
	if len(list) == 0 || !list[0].known.Before(from) {
		found[""] = true
	}
	for i, t := range list {
		if !t.asked.After(to) && (i == len(list)-1 || !list[i+1].known.Before(from)) {
			found[t.stay] = true
		}
	}
	return found
}

// entry is what was dialled about a minibar, or that a room was inspected.
type entry struct {
	callID, room string
	item         string // empty: nothing was taken
	count        int
	removal      bool
	staff        string
	inspected    bool
	made, came   time.Time // when the PBX had the report, and when somebody had taken it; zero: nobody has
	lost         time.Time // since when nobody will get it; zero: somebody has, or may
	charged      int       // of it, found in postings
	resolution   *resolution
}

// report takes note of what the PBX reports.
func (l *heard) report(f sim.Fate, body []byte) {
	var r struct {
		CallID, Infos string
		Members       []struct{ Ext *struct{ Number string } }
	}
	if json.Unmarshal(body, &r) != nil || len(r.Infos) < 4 || len(r.Members) == 0 || r.Members[0].Ext == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key, now := r.CallID+" "+r.Infos, time.Now()
	e := l.byBody[key]
	if e == nil {
		if e = readEntry(r.Infos); e == nil {
			return
		}
		e.callID, e.room, e.made = r.CallID, roomOf(r.Members[0].Ext.Number), now
		l.byBody[key] = e
		l.entries = append(l.entries, e)
	}
	switch {
	case f == sim.ReportAnswered && e.came.IsZero():
		e.came = now
	case f == sim.ReportLost:
		e.lost = now
	}
}

// roomOf is the room of a telephone: second ones have a digit more.
func roomOf(phone string) string { return phone[max(0, len(phone)-3):] }

// readEntry reads digits by the grammar of docs/dialplan.md; nil: they are none
// of these.
func readEntry(infos string) *entry {
	parts := strings.Split(infos, "*")
	if infos == "777*16" {
		return &entry{inspected: true}
	}
	if parts[0] != "778" {
		return nil
	}
	e := &entry{}
	switch parts = parts[1:]; parts[0] {
	case "N":
		return e
	case "R":
		e.removal, parts = true, parts[1:]
	}
	e.item = parts[0]
	e.count, _ = strconv.Atoi(parts[1])
	if len(parts) > 3 {
		e.staff = parts[3]
	}
	return e
}

// prompt tells whether it came at the moment at which it was made.
func (e *entry) prompt() bool { return !e.came.IsZero() && e.came.Sub(e.made) < 3*time.Second }

// about tells whether the agent may have taken it at a moment.
func (e *entry) about(at time.Time) bool {
	until := e.came
	if until.IsZero() {
		until = e.lost // it may have been taken, and the answer lost
	}
	return !at.Before(e.made.Add(-time.Second)) && (until.IsZero() || !at.After(until.Add(time.Second)))
}

// equals tells whether a person sees no difference between two entries of a call.
func (e *entry) equals(o *entry) bool {
	return e.item == o.item && e.count == o.count && e.staff == o.staff && e.removal == o.removal
}

// order is a person's about money.
type order struct {
	what     string // correct, move, pay
	posting  string
	quantity int
	stay     string // move: to whom; pay: of whom
	amount   int64
	found    []charge
}

// resolution is a person's word about an entry that was not clear.
type resolution struct {
	callID, item, staff string
	count               int
	removal             bool
	drop                bool
	stay                string // empty: as it is
	newItem             string
	newCount            int
	at                  time.Time // when it was entered
	used                bool
}

// of tells whether a person has said it about an entry.
func (r *resolution) of(e *entry) bool {
	return r.callID == e.callID && r.item == e.item && r.count == e.count && r.staff == e.staff && r.removal == e.removal && e.about(r.at)
}
