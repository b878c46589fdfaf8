package agent

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bellhop/hotel"
	"bellhop/pbx"
)

// MostOccupied bounds a list of occupied rooms.
const MostOccupied = 5000

// occupiedAtOnce is how many rooms the PBX is asked about in one go.
const occupiedAtOnce = 100

// OccupancyProposal is what the PBX's names say of who stays where.
type OccupancyProposal struct {
	Stays []hotel.OccupiedRoom `json:"stays"`
	// House are rooms whose telephone has a name with the room's number in it,
	// such as "Room 101": they are taken for vacant.
	House []ProposedRoom `json:"house"`
}

// ProposeOccupancy takes a room for occupied whose telephone has a name that is
// not its number; which are, a person decides. It blocks for as long as the PBX
// takes to list its extensions.
func (a *Agent) ProposeOccupancy(ctx context.Context) (OccupancyProposal, error) {
	p := OccupancyProposal{Stays: []hotel.OccupiedRoom{}, House: []ProposedRoom{}}
	list, err := a.extensions(ctx)
	if err != nil {
		return p, err
	}
	names := map[string]string{}
	for _, e := range list {
		names[e.Number] = strings.TrimSpace(e.Name)
	}
	for _, r := range a.Rooms() {
		for _, phone := range r.Phones() {
			name := names[phone]
			if name == "" || name == phone || name == r.Number {
				continue
			}
			if namesNobody(name, r.Number, phone) {
				p.House = append(p.House, ProposedRoom{Number: r.Number, Name: name})
				break
			}
			p.Stays = append(p.Stays, hotel.OccupiedRoom{Room: r.Number, Name: name})
			break
		}
	}
	return p, nil
}

// ConfirmOccupancy begins the stays that a person has agreed to, all in one
// order. Before, it reads the telephones, so that one that shows its guest is
// not written to, and keeps the routes that it has if they are those of a class
// of service. It blocks for as long as that takes.
func (a *Agent) ConfirmOccupancy(ctx context.Context, o hotel.FirstGuests) (uint64, error) {
	if len(o.Stays) > MostOccupied {
		return 0, &OrderError{Reason: fmt.Sprintf("occupancy: at most %d rooms can be listed", MostOccupied)}
	}
	if a.phones != nil {
		for some := range slices.Chunk(o.Stays, occupiedAtOnce) {
			if err := a.readShown(ctx, some); err != nil {
				return 0, err
			}
		}
	}
	return a.Do(ctx, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandOccupancy, FirstGuests: &o})
}

// readShown fills in what the telephones of rooms show.
func (a *Agent) readShown(ctx context.Context, stays []hotel.OccupiedRoom) error {
	view := a.store.Snapshot()
	var phones []string
	rooms := make([]hotel.Room, len(stays))
	for i, s := range stays {
		if !view.Get(hotel.RoomKey(s.Room), &rooms[i]) {
			return &OrderError{Reason: fmt.Sprintf("occupancy.room: must be a room of the hotel, but it is %q", s.Room)}
		}
		phones = append(phones, rooms[i].Phones()...)
	}
	settings, err := a.phones.read(ctx, phones)
	if err != nil {
		return fmt.Errorf("what the telephones show: %w", err)
	}
	for i := range stays {
		s := &stays[i]
		s.Shows = nil
		for _, phone := range rooms[i].Phones() {
			now := settings[phone]
			if now == nil {
				continue
			}
			if s.Name != "" && (now.Name == s.Name || now.Name == a.phones.clean(s.Name)) {
				if s.Shows == nil {
					s.Shows = map[string]string{}
				}
				s.Shows[phone] = now.Name
			}
			if s.Class == "" {
				s.Class = a.phones.classOf(*now)
			}
		}
	}
	return nil
}

// classOf is the class of service whose routes a telephone has, no more and no
// less; empty: none.
func (p *phoneWriter) classOf(now pbx.Settings) string {
	var outside []string
	for _, route := range now.Routes {
		if slices.Contains(p.emergency, route) {
			continue
		}
		for _, routes := range p.classes {
			if slices.Contains(routes, route) && !slices.Contains(outside, route) {
				outside = append(outside, route)
			}
		}
	}
	if len(outside) == 0 {
		return ""
	}
	for _, class := range slices.Sorted(maps.Keys(p.classes)) {
		own := slices.DeleteFunc(slices.Clone(p.classes[class]), func(r string) bool { return slices.Contains(p.emergency, r) })
		if sameRoutes(own, outside) {
			return class
		}
	}
	return ""
}

// Occupancy is what is known of who confirmed which rooms are occupied.
func (a *Agent) Occupancy() (state hotel.OccupancyState) {
	a.store.Snapshot().Get(hotel.OccupancyStateKey, &state)
	return state
}
