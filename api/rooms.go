package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"bellhop/agent"
	"bellhop/hotel"
)

// rooms are the routes about rooms. Those that ask the PBX are orders, although
// nothing follows from them: they take as long as it does.
func (s *server) rooms(mux *http.ServeMux) {
	mux.HandleFunc("POST /v1/rooms/order", s.roomOrder)
	mux.HandleFunc("POST /v1/rooms/proposal", s.roomProposal)
	mux.HandleFunc("POST /v1/rooms/check", s.roomCheck)
	mux.HandleFunc("POST /v1/rooms/loose", s.looseExtensions)
	mux.HandleFunc("POST /v1/rooms/mend", s.roomMend)
	mux.HandleFunc("GET /v1/occupancy", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Occupancy()) })
	mux.HandleFunc("POST /v1/occupancy", s.occupancy)
	mux.HandleFunc("POST /v1/occupancy/proposal", s.occupancyProposal)
}

func (s *server) roomOrder(w http.ResponseWriter, r *http.Request) {
	var o hotel.RoomOrder
	if err := read(r, &o); err != nil {
		fail(w, err)
		return
	}
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRoom, Room: o.Number, RoomOrder: &o})
}

// Match asks about the extensions whose numbers fit patterns; see
// [hotel.ParseNumberMatch].
type Match struct {
	Match string `json:"match"`
}

func (s *server) roomProposal(w http.ResponseWriter, r *http.Request) {
	var wanted Match
	if err := read(r, &wanted); err != nil {
		fail(w, err)
		return
	}
	match, err := hotel.ParseNumberMatch(wanted.Match)
	if err != nil {
		fail(w, wrongRequest("match: "+err.Error()))
		return
	}
	asked(s, w, r, func(ctx context.Context) (agent.RoomProposal, error) { return s.agent.ProposeRooms(ctx, match) })
}

// asked answers with what the PBX says, if it does in time.
func asked[T any](s *server, w http.ResponseWriter, r *http.Request, ask func(context.Context) (T, error)) {
	ctx, cancel := context.WithTimeout(r.Context(), s.patience)
	defer cancel()
	found, err := ask(ctx)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, found)
}

// Rooms asks about rooms by their numbers.
type Rooms struct {
	Rooms []string `json:"rooms"`
}

func (s *server) roomCheck(w http.ResponseWriter, r *http.Request) {
	var wanted Rooms
	if err := read(r, &wanted); err != nil {
		fail(w, err)
		return
	}
	asked(s, w, r, func(ctx context.Context) ([]agent.Difference, error) { return s.agent.CheckRooms(ctx, wanted.Rooms) })
}

func (s *server) looseExtensions(w http.ResponseWriter, r *http.Request) {
	asked(s, w, r, s.agent.LooseExtensions)
}

// Mend asks for telephones of a room to be made as they are wanted.
type Mend struct {
	Room       string   `json:"room"`
	Extensions []string `json:"extensions"`
}

func (s *server) roomMend(w http.ResponseWriter, r *http.Request) {
	var m Mend
	if err := read(r, &m); err != nil {
		fail(w, err)
		return
	}
	s.do(w, r, hotel.Event{
		Kind: hotel.KindCommand, Name: hotel.CommandMend, Room: m.Room, Fields: map[string]string{"extensions": strings.Join(m.Extensions, " ")},
	})
}

func (s *server) occupancy(w http.ResponseWriter, r *http.Request) {
	var o hotel.FirstGuests
	if err := read(r, &o); err != nil {
		fail(w, err)
		return
	}
	if o.From == "" {
		fail(w, wrongRequest(fmt.Sprintf("from must say where the list comes from: %q, %q or %q", "file", "pbx", "here")))
		return
	}
	s.order(w, r, func(ctx context.Context) (uint64, error) { return s.agent.ConfirmOccupancy(ctx, o) })
}

func (s *server) occupancyProposal(w http.ResponseWriter, r *http.Request) {
	asked(s, w, r, s.agent.ProposeOccupancy)
}
