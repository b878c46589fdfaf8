package main

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/hotel"
	"bellhop/site"
)

// takeRooms makes rooms of the PBX's extensions: of those that a person, or the
// flag, names. Nobody's telephone becomes a room by a guess.
func (s *setup) takeRooms() error {
	match := s.o.rooms
	if match == "none" || match == "" && s.opt.yes || !s.hasPBX() {
		return nil
	}
	if match == "" {
		all, err := s.proposal("")
		if err != nil || len(all.Rooms) == 0 {
			return err
		}
		match, err = s.answer(query{ask: "rooms", flag: "rooms", def: s.roomsProposed(all), check: func(text string) (string, error) {
			if text == "none" {
				return text, nil
			}
			_, err := hotel.ParseNumberMatch(text)
			return text, err
		}})
		if err != nil || match == "none" {
			return err
		}
	}
	p, err := s.proposal(match)
	if err != nil {
		return err
	}
	lists := hotel.Import{}
	var numbers []string
	for _, r := range p.Rooms {
		lists.Rooms = append(lists.Rooms, hotel.Room{Number: r.Number})
		numbers = append(numbers, r.Number)
	}
	known := slices.ContainsFunc(p.Left, func(r agent.ProposedRoom) bool { return r.Why == agent.LeftRoom })
	if len(numbers) == 0 && !known {
		return s.refuse("rooms.none", match)
	}
	if absent := absentOf(match, p); absent != "" {
		fmt.Fprintln(s.err, s.tell("rooms.absent", absent))
	}
	if len(numbers) > 0 {
		if err := s.client.Post(s.ctx, "/v1/import", lists, nil); err != nil {
			return fmt.Errorf("rooms import: %w", err)
		}
	}
	fmt.Fprintln(s.out, s.tell("rooms", len(numbers), site.NumberRanges(numbers)))
	return s.did("rooms")
}

func (s *setup) proposal(match string) (p agent.RoomProposal, err error) {
	if err = s.client.Post(s.ctx, "/v1/rooms/proposal", api.Match{Match: match}, &p); err != nil {
		err = fmt.Errorf("rooms import: %w", err)
	}
	return p, err
}

// roomsProposed are those of a new hotel; where there are rooms already, what is
// left is mostly none.
func (s *setup) roomsProposed(p agent.RoomProposal) string {
	if slices.ContainsFunc(p.Left, func(r agent.ProposedRoom) bool { return r.Why == agent.LeftRoom }) {
		return "none"
	}
	var numbers []string
	for _, r := range p.Rooms {
		numbers = append(numbers, r.Number)
	}
	return site.NumberRanges(numbers)
}

// confirmOccupancy says once which rooms are occupied.
func (s *setup) confirmOccupancy() error {
	var rooms []hotel.Room
	if err := s.client.Get(s.ctx, "/v1/rooms", &rooms); err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	var state hotel.OccupancyState
	if err := s.client.Get(s.ctx, "/v1/occupancy", &state); err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	if len(rooms) == 0 || !state.At.IsZero() {
		return nil
	}
	how, err := s.answer(query{ask: "occupancy", flag: "occupancy", given: s.o.occupancy, def: "later", check: oneOf("pbx", "listed", "later")})
	if err != nil || how == "later" {
		return err
	}
	c := s.sub("rooms occupancy")
	c.opt.fromPBX = how == "pbx"
	if err := roomsOccupancy(c); err != nil {
		return err
	}
	return s.did("occupancy")
}

const (
	ringEvery = 500 * time.Millisecond
	ringMost  = 4 * time.Minute
	ringAhead = 15 * time.Second // for the order to be taken
)

// ring wakes a room as a proof, once: the order book, the call and the key.
func (s *setup) ring() error {
	room, err := s.answer(query{ask: "test-call", flag: "test-call", given: s.o.testCall, may: true})
	if err != nil || room == "" || room == "none" {
		return err
	}
	once := 0
	at := time.Now().In(s.zone).Add(time.Minute + ringAhead).Format("15:04")
	var answer api.WakeUpsAnswer
	order := hotel.WakeUpAdd{Rooms: []string{room}, From: "desk", Time: at, Retries: &once}
	if err := s.client.Post(s.ctx, "/v1/wakeups", order, &answer); err != nil {
		return fmt.Errorf("test call: %w", err)
	}
	fmt.Fprintln(s.err, s.tell("ring", room, at))
	w, err := s.rung(answer.WakeUps[0].ID, room)
	switch {
	case err != nil:
		return err
	case w.Trouble != "":
		return s.refuse("ring.refused", room, w.Trouble, room)
	case w.State != hotel.WakeUpAnswered:
		return s.refuse("ring.not", room, w.State)
	}
	fmt.Fprintln(s.out, s.tell("ring.done", room))
	return nil
}

// rung waits for what comes of it, and takes it back if nothing does. A call that
// the PBX does not place is not waited for: who stands at the telephone is told.
func (s *setup) rung(id, room string) (w hotel.WakeUp, err error) {
	for began := time.Now(); time.Since(began) < ringMost && w.Trouble == ""; {
		var all []hotel.WakeUp
		if err := s.client.Get(s.ctx, "/v1/wakeups?all=1&room="+url.QueryEscape(room), &all); err != nil {
			return w, fmt.Errorf("test call: %w", err)
		}
		i := slices.IndexFunc(all, func(w hotel.WakeUp) bool { return w.ID == id })
		if i >= 0 {
			w = all[i]
		}
		if i >= 0 && w.State.Over() {
			return w, nil
		}
		select {
		case <-s.ctx.Done():
			return w, s.ctx.Err()
		case <-time.After(ringEvery):
		}
	}
	return w, s.client.Post(s.ctx, "/v1/wakeups/cancel", hotel.WakeUpCancel{IDs: []string{id}}, nil)
}
