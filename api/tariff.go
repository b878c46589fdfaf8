package api

import (
	"net/http"

	"bellhop/hotel"
)

// tariff are the routes about what calls cost.
func (s *server) tariff(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/tariff", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Tariff()) })
	mux.HandleFunc("POST /v1/tariff", s.importTariff)
	mux.HandleFunc("GET /v1/calls/unpriced", func(w http.ResponseWriter, _ *http.Request) { list(w, s.agent.UnpricedCalls(), nil) })
	mux.HandleFunc("POST /v1/calls/price", s.priceCalls)
	mux.HandleFunc("POST /v1/calls/{id}/assign", s.assignCall)
	mux.HandleFunc("POST /v1/folio/limit", s.setLimit)
}

func (s *server) importTariff(w http.ResponseWriter, r *http.Request) {
	var tariff hotel.NewTariff
	if err := read(r, &tariff); err != nil {
		fail(w, err)
		return
	}
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandTariff, Tariff: &tariff})
}

// PriceCalls asks for calls to be priced that have no price yet.
type PriceCalls struct {
	Calls []uint64 `json:"calls"` // at most [hotel.MaxPricedAtOnce]
}

func (s *server) priceCalls(w http.ResponseWriter, r *http.Request) {
	var p PriceCalls
	if err := read(r, &p); err != nil {
		fail(w, err)
		return
	}
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandPriceCalls, Fields: map[string]string{"calls": hotel.CallNumbers(p.Calls)}})
}

// AssignCall says who is to pay for a call.
type AssignCall struct {
	Room string `json:"room,omitempty"`
	Stay string `json:"stay,omitempty"`
}

func (s *server) assignCall(w http.ResponseWriter, r *http.Request) {
	var to AssignCall
	if err := read(r, &to); err != nil {
		fail(w, err)
		return
	}
	fields := map[string]string{"call": r.PathValue("id")}
	if to.Stay != "" {
		fields["stay"] = to.Stay
	}
	s.charge(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandAssignCall, Room: to.Room, Fields: fields})
}

// Limit says how much a stay may owe.
type Limit struct {
	Room  string `json:"room,omitempty"`
	Stay  string `json:"stay,omitempty"`
	Limit string `json:"limit"` // minor units, [hotel.LimitNone] or [hotel.LimitDefault]
}

func (s *server) setLimit(w http.ResponseWriter, r *http.Request) {
	var l Limit
	if err := read(r, &l); err != nil {
		fail(w, err)
		return
	}
	fields := map[string]string{"limit": l.Limit}
	if l.Stay != "" {
		fields["stay"] = l.Stay
	}
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandLimit, Room: l.Room, Fields: fields})
}
