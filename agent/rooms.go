package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bellhop/hotel"
	"bellhop/pbx"
)

// Why an extension of the PBX is proposed as no room.
const (
	LeftTaken     = "belongs to room"
	LeftRoom      = "is a room already"
	LeftPattern   = "is not among those asked for"
	LeftCode      = "is a feature code"
	LeftPantry    = "is a pantry's (dialplan.pantries)"
	LeftEmergency = "is a number for help"
	LeftAgent     = "takes the calls of queues"
	LeftNumber    = "is no number of 1 to 8 digits"
)

// RoomProposal is what the PBX's list of extensions has for rooms.
type RoomProposal struct {
	Rooms []ProposedRoom `json:"rooms"`
	Left  []ProposedRoom `json:"left"`
}

// ProposedRoom is an extension, and why it is proposed as no room.
type ProposedRoom struct {
	Number string `json:"number"`
	Name   string `json:"name,omitempty"`
	Type   string `json:"type,omitempty"`
	Why    string `json:"why,omitempty"`
}

// ErrNoPBX says that what was asked only a PBX can tell, and that there is
// none, or that it cannot.
var ErrNoPBX = errors.New("the PBX cannot be asked")

// extensions lists the PBX's. It blocks for as long as the PBX takes.
func (a *Agent) extensions(ctx context.Context) ([]pbx.Extension, error) {
	lister, able := a.driver.(pbx.ExtensionLister)
	if !able {
		return nil, fmt.Errorf("%w: none is connected that lists its extensions", ErrNoPBX)
	}
	list, err := lister.ListExtensions(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPBX, err)
	}
	return list, nil
}

// ProposeRooms makes rooms of the PBX's extensions, one of each; which are to
// be, a person decides.
func (a *Agent) ProposeRooms(ctx context.Context, match hotel.NumberMatch) (RoomProposal, error) {
	p := RoomProposal{Rooms: []ProposedRoom{}, Left: []ProposedRoom{}}
	list, err := a.extensions(ctx)
	if err != nil {
		return p, err
	}
	view := a.store.Snapshot()
	for _, e := range list {
		room := ProposedRoom{Number: e.Number, Name: e.Name, Type: e.Type, Why: a.noRoom(view, e, match)}
		if room.Why == "" {
			p.Rooms = append(p.Rooms, room)
		} else {
			p.Left = append(p.Left, room)
		}
	}
	return p, nil
}

// noRoom says why an extension is not to become a room; empty: it may.
func (a *Agent) noRoom(view hotel.View, e pbx.Extension, match hotel.NumberMatch) string {
	owner, owned := hotel.RoomOf(view, e.Number)
	switch {
	case owned && owner.Number == e.Number:
		return LeftRoom
	case owned:
		return LeftTaken + " " + owner.Number
	case !match.Takes(e.Number):
		return LeftPattern
	case len(e.Number) > 8 || strings.Trim(e.Number, "0123456789") != "":
		return LeftNumber
	case slices.Contains(a.services.Codes(), e.Number):
		return LeftCode
	case slices.Contains(a.config.Dialplan.Pantries, e.Number):
		return LeftPantry
	case slices.Contains(a.emergency.Numbers(), e.Number):
		return LeftEmergency
	case e.Agent != "":
		return LeftAgent
	case view.Get(hotel.RoomKey(e.Number), &hotel.Room{}): // its telephones are others
		return LeftRoom
	}
	return ""
}

// LooseExtensions are those of the PBX that belong to no room.
func (a *Agent) LooseExtensions(ctx context.Context) ([]ProposedRoom, error) {
	p, err := a.ProposeRooms(ctx, hotel.NumberMatch{})
	if err != nil {
		return nil, err
	}
	loose := p.Rooms
	for _, e := range p.Left {
		if _, owned := hotel.RoomOf(a.store.Snapshot(), e.Number); !owned {
			loose = append(loose, e)
		}
	}
	return loose, nil
}
