package hotel

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// FirstGuests is what a person has confirmed of a hotel in which guests stayed
// before the box came: which rooms they are in. Rooms that are not listed stay
// as they are.
type FirstGuests struct {
	Stays []OccupiedRoom `json:"stays,omitempty"`
	From  string         `json:"from,omitempty"` // file, pbx or here
}

// OccupiedRoom is one room with its guest; one that is listed again has a
// further guest, who shares it.
type OccupiedRoom struct {
	Room   string `json:"room"`
	Name   string `json:"name,omitempty"`
	Leaves string `json:"leaves,omitempty"` // planned, the hotel's date "2006-01-02"
	Stay   string `json:"stay,omitempty"`   // the PMS's id; empty: one is made
	Class  string `json:"class,omitempty"`  // of service; empty: not known
	// Shows are the telephones that show the name already, and how. The hotel
	// has not written it there, and takes it off when the guest leaves.
	Shows map[string]string `json:"shows,omitempty"`
}

// OccupancyStateKey is the key of an [OccupancyState].
const OccupancyStateKey = "confirmed/occupancy"

// OccupancyState says that, and when, a person confirmed who stays where.
type OccupancyState struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`   // command
	From  string    `json:"from"` // file, pbx or here
	Event uint64    `json:"event"`
	Stays int       `json:"stays"` // that began by it
}

// OccupancyConfirmed tells when a person first confirmed which rooms are
// occupied; false: nobody has, and a job must not take a room for vacant.
func OccupancyConfirmed(v View) (at time.Time, confirmed bool) {
	var s OccupancyState
	confirmed = v.Get(OccupancyStateKey, &s)
	return s.At, confirmed
}

// occupy begins the stays of guests who are in the house. Rooms that are
// occupied already keep their guests, so that twice is harmless. Nothing is
// taken off a telephone, and one that shows its guest is not written to.
func (a *applier) occupy(o *FirstGuests) error {
	fresh := map[string]bool{} // the rooms that were vacant
	began := 0
	for _, s := range o.Stays {
		r, err := a.room("occupancy", s.Room)
		if err != nil {
			return err
		}
		if r.Stay == "" {
			fresh[s.Room] = true
		}
		if !fresh[s.Room] {
			continue
		}
		if err := a.begin(r, s); err != nil {
			return err
		}
		began++
	}
	var state OccupancyState
	if a.tx.Get(OccupancyStateKey, &state) && began == 0 {
		return nil
	}
	at := a.ev.Time
	if !state.At.IsZero() {
		at = state.At
	}
	a.tx.Put(OccupancyStateKey, OccupancyState{At: at, By: a.ev.Source, From: o.From, Event: a.ev.ID, Stays: state.Stays + began})
	return nil
}

func (a *applier) begin(r Room, s OccupiedRoom) error {
	var old Stay
	id := s.Stay
	switch {
	case id == "":
		id = a.newStay()
	case len(id) > maxStayID:
		return &Invalid{"occupancy", "stay", fmt.Sprintf("must have at most %d bytes", maxStayID), clip(id)}
	case a.tx.Get(StayKey(id), &old):
		return &Invalid{"occupancy", "stay", "must be a new id", clip(id)}
	}
	if _, err := time.Parse(time.DateOnly, s.Leaves); s.Leaves != "" && err != nil {
		return &Invalid{"occupancy", "leaves", `must be a date such as "2026-11-24"`, clip(s.Leaves)}
	}
	switch {
	case len(r.Sharers) >= maxSharers:
		return &Invalid{"occupancy", "room", "is full", r.Number}
	case s.Class != "" && !slices.Contains(a.setup.Classes, s.Class):
		return &Invalid{"occupancy", "class", "has no routes in the configuration", clip(s.Class)}
	case len(s.Name) > maxText:
		return &Invalid{"occupancy", "name", fmt.Sprintf("must have at most %d bytes", maxText), ""} // names go into no message
	}
	s.Name = nameOf(s.Name)
	a.tx.Put(StayKey(id), Stay{ID: id, Room: r.Number, State: StayInHouse, CheckIn: a.ev.Time, Leaves: s.Leaves})
	if s.Name != "" {
		a.tx.Put(GuestKey(id), GuestRecord{Name: s.Name})
	}
	if r.Stay != "" {
		r.Sharers = append(r.Sharers, id)
		a.tx.Put(RoomKey(r.Number), r)
		return nil
	}
	r.Stay = id
	a.tx.Put(RoomKey(r.Number), r)
	a.occupied(r.Number, id)
	a.adopt(r, s)
	return nil
}

// adopt takes over a guest's telephones as they are.
func (a *applier) adopt(r Room, s OccupiedRoom) {
	if !a.setup.Phones || s.Name == "" && s.Class == "" {
		return
	}
	a.tellPhones(r, func(p *Phone) bool {
		p.Name = s.Name
		if s.Class != "" {
			p.Class = s.Class
		}
		if shown, shows := s.Shows[p.Extension]; shows && p.Ours.Name == nil {
			// Of the name before the guest's nothing is known but the number.
			number := p.Extension
			p.Before.Name, p.Ours.Name = &number, &shown
		}
		return true
	})
}

// Rooms are the rooms that it names.
func (o *FirstGuests) Rooms() []string {
	numbers := map[string]bool{}
	for _, s := range o.Stays {
		numbers[s.Room] = true
	}
	return slices.Sorted(maps.Keys(numbers))
}
