package rig

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"bellhop/api"
	"bellhop/hotel"
)

// Desk checks guests in and out, each order until it is known to be carried
// out, as a receptionist does: after an answer that did not come he looks how
// the room stands.
type Desk struct {
	box   *Box
	stays []*guest
	count atomic.Int64 // answers
}

// guest is one stay.
type guest struct {
	stay, room, name, class string
	begun, ended            bool // known to be carried out
	leaving                 bool // the check-out has been ordered
}

// run orders until ctx ends; what was ordered then is brought to its end, until
// deadline ends.
func (d *Desk) run(ctx, deadline context.Context) {
	for Pass(ctx, time.Duration(rand.IntN(700))*time.Millisecond) {
		room := roomNumber(pushRooms + rand.IntN(deskRooms))
		if g := d.inRoom(room); g != nil {
			d.checkOut(deadline, g)
		} else {
			d.checkIn(deadline, room)
		}
	}
}

// inRoom is the guest in a room; nil: it is vacant.
func (d *Desk) inRoom(room string) *guest {
	for _, g := range slices.Backward(d.stays) {
		if g.room == room && !g.ended {
			return g
		}
	}
	return nil
}

func (d *Desk) checkIn(ctx context.Context, room string) {
	n := len(d.stays) + 1
	g := &guest{stay: fmt.Sprint("G", n), room: room, name: fmt.Sprint("Guest ", n), class: []string{"local", hotel.ClassNone}[n%2]}
	d.stays = append(d.stays, g)
	g.begun = d.order(ctx, "/v1/checkin", api.Stay{Room: room, Stay: g.stay, Name: g.name, Class: g.class},
		func(r hotel.Room) bool { return r.Stay == g.stay })
}

func (d *Desk) checkOut(ctx context.Context, g *guest) {
	g.leaving = true
	g.ended = d.order(ctx, "/v1/checkout", api.Stay{Room: g.room}, func(r hotel.Room) bool { return r.Stay == "" })
}

// order is true once the order was answered, or the room is seen to be as it
// was ordered to be; false when ctx ended.
func (d *Desk) order(ctx context.Context, path string, order api.Stay, carriedOut func(hotel.Room) bool) bool {
	for ctx.Err() == nil {
		if err := d.box.Client.Post(ctx, path, order, nil); err == nil {
			d.count.Add(1)
			return true
		}
		if r, err := d.look(ctx, order.Room); err == nil && carriedOut(r) {
			return true
		}
		Pass(ctx, 20*time.Millisecond)
	}
	return false
}

func (d *Desk) look(ctx context.Context, number string) (hotel.Room, error) {
	var rooms []hotel.Room
	if err := d.box.Client.Get(ctx, "/v1/rooms", &rooms); err != nil {
		return hotel.Room{}, err
	}
	for _, r := range rooms {
		if r.Number == number {
			return r, nil
		}
	}
	return hotel.Room{}, fmt.Errorf("there is no room %s", number)
}
