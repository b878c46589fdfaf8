package api

import (
	"context"
	"net/http"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
)

// WakeUpsAnswer answers an order of wake-ups.
type WakeUpsAnswer struct {
	Event   uint64           `json:"event"`
	WakeUps []hotel.WakeUp   `json:"wakeups"`
	Spread  agent.WakeSpread `json:"spread"` // when the rooms will be rung
}

func (s *server) wakeUps(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	date := q.Get("date")
	if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
		fail(w, wrongRequest("date must be such as 2026-11-24"))
		return
	}
	list(w, s.agent.WakeUps(agent.WakeQuery{Room: q.Get("room"), Date: date, All: q.Has("all")}), nil)
}

func (s *server) addWakeUps(w http.ResponseWriter, r *http.Request) {
	o := hotel.WakeUpAdd{From: "api"}
	if err := read(r, &o); err != nil {
		fail(w, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.patience)
	defer cancel()
	event, orders, spread, err := s.agent.AddWakeUps(ctx, o)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, WakeUpsAnswer{event, orders, spread})
}

func (s *server) cancelWakeUps(w http.ResponseWriter, r *http.Request) {
	var c hotel.WakeUpCancel
	if err := read(r, &c); err != nil {
		fail(w, err)
		return
	}
	s.order(w, r, func(ctx context.Context) (uint64, error) { return s.agent.CancelWakeUps(ctx, c) })
}
