package agent

import (
	"slices"
	"strings"
	"time"

	"bellhop/backup"
	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/site"
	"bellhop/store"
)

// Status is how things stand, for people and for monitoring.
type Status struct {
	Hotel       string    `json:"hotel"`
	Version     string    `json:"version"`        // of the program
	Held        string    `json:"held,omitempty"` // why it keeps nothing yet
	Works       Works     `json:"works"`
	Started     time.Time `json:"started"`
	ClockOK     bool      `json:"clockOK"`
	Clock       string    `json:"clock,omitempty"` // why it is not believed
	Missing     []string  `json:"missing,omitempty"`
	Backlog     int       `json:"backlog"` // events being run or waiting for their turn, in memory
	Kept        uint64    `json:"kept"`    // reports acknowledged since the start
	Refused     uint64    `json:"refused"` // reports that could not be kept
	Alerts      int       `json:"alerts"`
	ParkedUnits int       `json:"parkedUnits"`

	Store        store.Status       `json:"store"`
	PBX          *pbx.State         `json:"pbx,omitempty"`
	Destinations []DestinationState `json:"destinations,omitempty"`
	HookFaults   string             `json:"hookFaults,omitempty"`
	API          site.Door          `json:"api,omitzero"`
	// Backup is the newest that has left the box; nil: there is none.
	Backup *backup.Made `json:"backup,omitempty"`
}

// Status reads how things stand. It does not block.
func (a *Agent) Status() Status {
	view := a.store.Snapshot()
	s := Status{
		Hotel: a.config.Hotel.Name, Version: a.version, Started: a.started, Backlog: a.dispatcher.backlog(),
		Kept: a.kept.Load(), Refused: a.refused.Load(), Store: a.store.Status(),
		Alerts: count(view, hotel.PrefixAlert), ParkedUnits: count(view, hotel.PrefixParkedUnit),
		Destinations: a.outbox.state(), HookFaults: a.hooks.faultText(), API: a.door(),
	}
	s.Backup = backup.ReadRecord(BackupRecord(a.config.Store.Path)).Last
	slices.SortFunc(s.Destinations, func(x, y DestinationState) int { return strings.Compare(x.To, y.To) })
	s.Clock = a.clock.why()
	s.ClockOK = s.Clock == ""
	if a.driver != nil {
		state := a.driver.State()
		s.PBX = &state
	}
	s.Works = a.works(&s)
	s.Missing = missing(&s)
	if s.API.Error != "" {
		s.Missing = append(s.Missing, "the API is not answered at "+s.API.Address+": "+s.API.Error)
	}
	if why := a.held.Load(); why != nil {
		s.Held = *why
		s.Missing = append(s.Missing, "nothing is taken and nothing sent: this version is "+*why)
	}
	if a.link == nil && a.config.PMS.Link != "none" {
		s.Missing = append(s.Missing, "the PMS is told of nothing: its link could not be set up, the log says why; what it is to learn waits")
	}
	if a.mail == nil && a.config.Mail.Host != "" {
		s.Missing = append(s.Missing, "no mail is sent: its server could not be set up, the log says why; mails are kept for a day")
	}
	return s
}

// missing says in plain words what does not work, and why.
func missing(s *Status) []string {
	var m []string
	say := func(text string) { m = append(m, text) }
	if s.Store.Error != "" {
		say("events are not acknowledged: " + s.Store.Error)
	}
	if s.PBX == nil {
		say("no PBX is configured")
	} else {
		m = append(m, missingOfPBX(s.PBX)...)
	}
	for _, d := range s.Destinations {
		switch {
		case d.Missing:
			say(d.To + ": calls are queued for it, and nothing is configured that sends them")
		case d.Failures > 0:
			say(d.To + " does not take calls: " + d.Error)
		}
	}
	if !s.ClockOK {
		say("the clock is not believed: " + s.Clock)
	}
	if s.HookFaults != "" {
		say("some hooks are not used: " + s.HookFaults)
	}
	return m
}

func missingOfPBX(s *pbx.State) (m []string) {
	if s.Setup != "" {
		m = append(m, s.Setup)
	}
	if s.Listening == "" {
		m = append(m, strings.TrimSuffix("reports of the PBX are not taken: "+s.Deaf, ": "))
	}
	if s.Error != "" {
		m = append(m, "calls to the PBX fail: "+s.Error)
	}
	return m
}

func count(v hotel.View, prefix string) (n int) {
	v.List(prefix, func(string, func(any) bool) bool {
		n++
		return true
	})
	return n
}

// list reads all records below a prefix.
func list[T any](v hotel.View, prefix string) []T {
	all := []T{}
	v.List(prefix, func(_ string, decode func(any) bool) bool {
		var record T
		decode(&record)
		all = append(all, record)
		return true
	})
	return all
}

// Rooms are all rooms, by number.
func (a *Agent) Rooms() []hotel.Room { return list[hotel.Room](a.store.Snapshot(), hotel.PrefixRoom) }

// Items are all minibar items, by price list and code.
func (a *Agent) Items() []hotel.Item { return list[hotel.Item](a.store.Snapshot(), hotel.PrefixItem) }

// Staff are those on the list, by code.
func (a *Agent) Staff() []hotel.Staff {
	return list[hotel.Staff](a.store.Snapshot(), hotel.PrefixStaff)
}

// Alerts are those that nobody has resolved, the newest first.
func (a *Agent) Alerts() []hotel.Alert {
	all := list[hotel.Alert](a.store.Snapshot(), hotel.PrefixAlert)
	slices.SortFunc(all, func(x, y hotel.Alert) int { return y.Last.Compare(x.Last) })
	return all
}

// Say puts an alert into the hotel's language, with the names of guests that
// are still known: for the desk, and for nobody else.
func (a *Agent) Say(al hotel.Alert) string {
	return al.TextFor(a.store.Snapshot(), a.Language())
}

// ParkedUnits are the units that failed and wait for a person.
func (a *Agent) ParkedUnits() []hotel.ParkedUnit {
	return list[hotel.ParkedUnit](a.store.Snapshot(), hotel.PrefixParkedUnit)
}

// Events reads up to most events with an id above after, oldest first.
func (a *Agent) Events(after uint64, most int) ([]hotel.Event, error) {
	return a.store.Events(after, most)
}

// LastID is the id of the newest event.
func (a *Agent) LastID() uint64 { return a.store.LastID() }

// Event reads one event and the records of its units, by their names.
func (a *Agent) Event(id uint64) (hotel.Event, map[string]hotel.Done, error) {
	ev, err := a.store.Event(id)
	if err != nil {
		return ev, nil, err
	}
	done, err := a.store.Done(id)
	return ev, done, err
}

// Calls reads up to most queued calls of a list: waiting, parked or ended.
func (a *Agent) Calls(name string, most int) ([]hotel.QueuedCall, error) {
	return a.store.Calls(store.QueueList(name), most)
}

// Call finds a queued call; false when it was delivered or never was.
func (a *Agent) Call(id uint64) (hotel.QueuedCall, bool, error) { return a.store.Call(id) }

// Postings reads up to most postings of a room, or of all, newest first.
func (a *Agent) Postings(room string, most int) ([]hotel.Posting, error) {
	return a.store.Postings(room, most)
}

// CallRecords reads up to most CDRs of a room, or of all, newest first.
func (a *Agent) CallRecords(room string, most int) ([]hotel.CallRecord, error) {
	return a.store.CallRecords(room, most)
}

// Currency is the hotel's, by ISO 4217.
func (a *Agent) Currency() string { return a.config.Hotel.Currency }

// Zone is the hotel's time zone.
func (a *Agent) Zone() *time.Location { return a.zone }

// Language is the hotel's, "zh" or "en".
func (a *Agent) Language() string { return a.config.Hotel.Language }

// ErrNoEvent says that there is no event of an id.
var ErrNoEvent = store.ErrNoEvent
