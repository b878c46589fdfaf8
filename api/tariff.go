package api

import (
	"net/http"

	"bellhop/hotel"
)

// tariff are the routes about what calls cost.
func (s *server) tariff(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/tariff", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Tariff()) })
	mux.HandleFunc("POST /v1/tariff", s.importTariff)
}

func (s *server) importTariff(w http.ResponseWriter, r *http.Request) {
	var tariff hotel.NewTariff
	if err := read(r, &tariff); err != nil {
		fail(w, err)
		return
	}
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandTariff, Tariff: &tariff})
}
