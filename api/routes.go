// Package api is Bellhop's HTTP API: routes, JSON types, and the client that
// the command line uses over the socket.
//
// Everything is answered on the unix socket, which only its owner may open.
// On TCP nothing but /healthz and /metrics is answered.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"bellhop/agent"
	"bellhop/hotel"
)

// maxBody bounds what a request may send; an import of rooms is the longest.
const maxBody = 1 << 20

// maxList bounds what one listing answers.
const maxList = 10000

// EventAnswer is one event and what became of it.
type EventAnswer struct {
	Event hotel.Event           `json:"event"`
	Units map[string]hotel.Done `json:"units,omitempty"`
}

// AlertAnswer is an alert in words.
type AlertAnswer struct {
	hotel.Alert
	Text string `json:"text"`
}

// Order answers a request that changed something.
type Order struct {
	Event uint64 `json:"event"` // the event that it entered as
}

// Problem answers what could not be done.
type Problem struct {
	Error string `json:"error"`
}

// Stay asks for a check-in, a check-out or a move.
type Stay struct {
	Room string `json:"room"`
	To   string `json:"to,omitempty"`
	Stay string `json:"stay,omitempty"`
}

type server struct{ agent *agent.Agent }

// Handler answers everything: it is for the socket.
func Handler(a *agent.Agent) http.Handler {
	s := &server{a}
	mux := http.NewServeMux()
	s.open(mux)
	mux.HandleFunc("GET /v1/status", s.status)
	mux.HandleFunc("GET /v1/events", s.events)
	mux.HandleFunc("GET /v1/events/{id}", s.event)
	mux.HandleFunc("POST /v1/events/{id}/rerun", s.rerun)
	mux.HandleFunc("GET /v1/queue", s.queue)
	mux.HandleFunc("GET /v1/queue/{id}", s.call)
	mux.HandleFunc("POST /v1/queue/{id}/{do}", s.decide)
	mux.HandleFunc("GET /v1/alerts", s.alerts)
	mux.HandleFunc("POST /v1/alerts/{id}/resolve", s.resolve)
	mux.HandleFunc("GET /v1/rooms", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Rooms()) })
	mux.HandleFunc("GET /v1/items", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Items()) })
	mux.HandleFunc("GET /v1/parked", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.ParkedUnits()) })
	mux.HandleFunc("GET /v1/postings", s.postings)
	mux.HandleFunc("GET /v1/calls", s.callRecords)
	mux.HandleFunc("POST /v1/import", s.importLists)
	mux.HandleFunc("POST /v1/checkin", s.stay(hotel.KindCheckIn))
	mux.HandleFunc("POST /v1/checkout", s.stay(hotel.KindCheckOut))
	mux.HandleFunc("POST /v1/move", s.stay(hotel.KindMove))
	mux.HandleFunc("GET /v1/cron", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Jobs()) })
	mux.HandleFunc("POST /v1/cron/run", s.cronRun)
	return http.MaxBytesHandler(mux, maxBody)
}

// OpenHandler answers what anybody may see: it is for TCP.
func OpenHandler(a *agent.Agent) http.Handler {
	mux := http.NewServeMux()
	(&server{a}).open(mux)
	return mux
}

func (s *server) open(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /metrics", s.metrics)
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // the far side may be gone
}

// fail answers an error by its kind.
func fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	var order *agent.OrderError
	switch {
	case errors.As(err, &order):
		status = http.StatusConflict
	case errors.Is(err, agent.ErrNoEvent):
		status = http.StatusNotFound
	case errors.Is(err, errRequest):
		status = http.StatusBadRequest
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(Problem{err.Error()})
}

var errRequest = errors.New("the request cannot be read")

func (s *server) status(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Status()) }

// numberOf reads a number of the query; otherwise when it is not there.
func numberOf(r *http.Request, name string, otherwise uint64) (uint64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, errors.Join(errRequest, errors.New(name+" must be a number"))
	}
	return n, nil
}

func limitOf(r *http.Request) (int, error) {
	n, err := numberOf(r, "limit", 100)
	return int(min(n, maxList)), err
}

func (s *server) events(w http.ResponseWriter, r *http.Request) {
	limit, err := limitOf(r)
	after, err2 := numberOf(r, "after", 0)
	if err := errors.Join(err, err2); err != nil {
		fail(w, err)
		return
	}
	if last := s.agent.LastID(); r.URL.Query().Has("last") && last > uint64(limit) {
		after = max(after, last-uint64(limit))
	}
	events, err := s.agent.Events(after, limit)
	list(w, events, err)
}

// list answers a listing; an empty one is [] and not null.
func list[T any](w http.ResponseWriter, all []T, err error) {
	if err != nil {
		fail(w, err)
		return
	}
	if all == nil {
		all = []T{}
	}
	answer(w, all)
}

func idOf(r *http.Request) (uint64, error) {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, errors.Join(errRequest, errors.New("the id must be a number"))
	}
	return id, nil
}

func (s *server) event(w http.ResponseWriter, r *http.Request) {
	id, err := idOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	ev, units, err := s.agent.Event(id)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, EventAnswer{ev, units})
}

func (s *server) rerun(w http.ResponseWriter, r *http.Request) {
	id, err := idOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	ordered(w)(s.agent.Rerun(r.Context(), id))
}

// ordered answers an order by what came of it.
func ordered(w http.ResponseWriter) func(uint64, error) {
	return func(id uint64, err error) {
		if err != nil {
			fail(w, err)
			return
		}
		answer(w, Order{id})
	}
}

func (s *server) do(w http.ResponseWriter, ctx context.Context, ev hotel.Event) {
	ordered(w)(s.agent.Do(ctx, ev))
}

func (s *server) queue(w http.ResponseWriter, r *http.Request) {
	limit, err := limitOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	name := r.URL.Query().Get("list")
	if name == "" {
		name = "waiting"
	}
	if name != "waiting" && name != "parked" && name != "ended" {
		fail(w, errors.Join(errRequest, errors.New("list must be waiting, parked or ended")))
		return
	}
	calls, err := s.agent.Calls(name, limit)
	list(w, calls, err)
}

func (s *server) call(w http.ResponseWriter, r *http.Request) {
	id, err := idOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	c, found, err := s.agent.Call(id)
	if err == nil && !found {
		err = &agent.OrderError{Reason: "no such call: it was delivered, or never was"}
	}
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, c)
}

func (s *server) decide(w http.ResponseWriter, r *http.Request) {
	names := map[string]string{"retry": hotel.CommandRetry, "drop": hotel.CommandDrop}
	name, known := names[r.PathValue("do")]
	if !known {
		fail(w, errors.Join(errRequest, errors.New("a call can be told to retry or drop")))
		return
	}
	s.do(w, r.Context(), hotel.Event{Kind: hotel.KindCommand, Name: name, Fields: map[string]string{"call": r.PathValue("id")}})
}

func (s *server) alerts(w http.ResponseWriter, _ *http.Request) {
	all := []AlertAnswer{}
	for _, a := range s.agent.Alerts() {
		all = append(all, AlertAnswer{a, a.Text(s.agent.Language())})
	}
	answer(w, all)
}

func (s *server) resolve(w http.ResponseWriter, r *http.Request) {
	s.do(w, r.Context(), hotel.Event{
		Kind: hotel.KindCommand, Name: hotel.CommandResolve, Fields: map[string]string{"alert": r.PathValue("id")},
	})
}

func (s *server) postings(w http.ResponseWriter, r *http.Request) {
	limit, err := limitOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	all, err := s.agent.Postings(r.URL.Query().Get("room"), limit)
	list(w, all, err)
}

func (s *server) callRecords(w http.ResponseWriter, r *http.Request) {
	limit, err := limitOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	all, err := s.agent.CallRecords(r.URL.Query().Get("room"), limit)
	list(w, all, err)
}

// read takes the body of a request.
func read(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errors.Join(errRequest, err)
	}
	return nil
}

func (s *server) importLists(w http.ResponseWriter, r *http.Request) {
	var lists hotel.Import
	if err := read(r, &lists); err != nil {
		fail(w, err)
		return
	}
	s.do(w, r.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists})
}

func (s *server) stay(kind hotel.Kind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var stay Stay
		if err := read(r, &stay); err != nil {
			fail(w, err)
			return
		}
		fields := map[string]string{}
		if stay.To != "" {
			fields["to"] = stay.To
		}
		if stay.Stay != "" {
			fields["stay"] = stay.Stay
		}
		s.do(w, r.Context(), hotel.Event{Kind: kind, Room: stay.Room, Fields: fields})
	}
}

func (s *server) cronRun(w http.ResponseWriter, r *http.Request) {
	var job struct {
		Name string `json:"name"`
	}
	if err := read(r, &job); err != nil {
		fail(w, err)
		return
	}
	ordered(w)(s.agent.RunJob(r.Context(), job.Name))
}
