// Package api is Bellhop's HTTP API: routes, JSON types, and the client that
// the command line uses over the socket.
//
// Everything is answered on the unix socket, which only its owner may open. On
// TCP a gate stands before the same routes: /healthz and /metrics are open, and
// each other one needs a token whose scope holds what scopes.go says of it.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"

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
	// Already: the stay had been checked out before, and nothing has changed.
	Already bool `json:"already,omitempty"`
	// Unclear: the call was not dropped but parked, as an attempt may have arrived:
	// it tells the PMS of this posting, which waits for a person now.
	Unclear string `json:"unclear,omitempty"`
	// Postings are those that it made, the oldest first: on whom a charge fell is
	// not always on whom it was meant to.
	Postings []hotel.Posting `json:"postings,omitempty"`
}

// RoomAnswer is a room with who stays there.
type RoomAnswer = agent.RoomNow

// Problem answers what could not be done.
type Problem struct {
	Error string `json:"error"`
}

// Stay asks for a check-in, a check-out, a move, a swap or a longer stay.
type Stay struct {
	Room string `json:"room"`
	To   string `json:"to,omitempty"`
	Stay string `json:"stay,omitempty"`
	// For a check-in: what the telephones show, and may dial.
	Name      string `json:"name,omitempty"`
	Class     string `json:"class,omitempty"`
	Leaves    string `json:"leaves,omitempty"` // "2026-11-24"; also for a longer stay
	Language  string `json:"language,omitempty"`
	VIP       int    `json:"vip,omitempty"`
	Incognito bool   `json:"incognito,omitempty"`
	Share     bool   `json:"share,omitempty"`
	// Limit is what the guest may owe: minor units, [hotel.LimitNone] or
	// [hotel.LimitDefault], which it is when it is empty.
	Limit string `json:"limit,omitempty"`
	// For a check-out: of all who stay there; without the room being looked
	// through.
	All bool `json:"all,omitempty"`
	Now bool `json:"now,omitempty"`
}

// fields are those of the event that the order becomes.
func (s Stay) fields() map[string]string {
	fields := map[string]string{}
	for key, value := range map[string]string{
		"to": s.To, "stay": s.Stay, "name": s.Name, "class": s.Class, "leaves": s.Leaves, "language": s.Language, "limit": s.Limit,
	} {
		if value != "" {
			fields[key] = value
		}
	}
	if s.VIP != 0 {
		fields["vip"] = strconv.Itoa(s.VIP)
	}
	for key, value := range map[string]bool{"incognito": s.Incognito, "share": s.Share, "all": s.All, "now": s.Now} {
		if value {
			fields[key] = "true"
		}
	}
	return fields
}

type server struct {
	agent    *agent.Agent
	patience time.Duration
}

// Handler answers everything: it is for the socket.
func Handler(a *agent.Agent) http.Handler {
	return (&server{a, patience}).handler()
}

func (s *server) handler() http.Handler { return http.MaxBytesHandler(s.routes(), maxBody) }

func (s *server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	s.open(mux)
	mux.HandleFunc("GET /v1/status", s.status)
	mux.HandleFunc("GET /v1/events", s.events)
	mux.HandleFunc("GET /v1/events/{id}", s.event)
	mux.HandleFunc("POST /v1/events/{id}/rerun", s.rerun)
	mux.HandleFunc("GET /v1/events/{id}/trace", s.trace)
	mux.HandleFunc("GET /v1/queue", s.queue)
	mux.HandleFunc("GET /v1/queue/{id}", s.call)
	mux.HandleFunc("POST /v1/queue/{id}/{do}", s.decide)
	mux.HandleFunc("GET /v1/alerts", s.alerts)
	mux.HandleFunc("POST /v1/alerts/{id}/resolve", s.resolve)
	mux.HandleFunc("GET /v1/rooms", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.RoomsNow()) })
	s.rooms(mux)
	s.minibar(mux)
	s.hooks(mux)
	mux.HandleFunc("GET /v1/items", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Items()) })
	mux.HandleFunc("GET /v1/parked", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.ParkedUnits()) })
	s.money(mux)
	mux.HandleFunc("GET /v1/calls", s.callRecords)
	mux.HandleFunc("POST /v1/import", s.importLists)
	s.tariff(mux)
	mux.HandleFunc("POST /v1/checkin", s.stay(hotel.Event{Kind: hotel.KindCheckIn}))
	mux.HandleFunc("POST /v1/checkout", s.checkOut)
	mux.HandleFunc("POST /v1/move", s.stay(hotel.Event{Kind: hotel.KindMove}))
	mux.HandleFunc("POST /v1/swap", s.stay(hotel.Event{Kind: hotel.KindMove, Fields: map[string]string{"swap": "true"}}))
	mux.HandleFunc("POST /v1/extend", s.stay(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandExtend}))
	mux.HandleFunc("GET /v1/phones", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Phones()) })
	mux.HandleFunc("POST /v1/phones/{extension}/restore", s.restorePhone)
	mux.HandleFunc("GET /v1/cron", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Jobs()) })
	mux.HandleFunc("POST /v1/cron/run", s.cronRun)
	mux.HandleFunc("GET /v1/wakeups", s.wakeUps)
	mux.HandleFunc("POST /v1/wakeups", s.addWakeUps)
	mux.HandleFunc("POST /v1/wakeups/cancel", s.cancelWakeUps)
	mux.HandleFunc("GET /v1/reports", s.reports)
	mux.HandleFunc("GET /v1/reports/{name}", s.report)
	s.replay(mux)
	mux.HandleFunc("POST /v1/mail/test", s.tryMail)
	mux.HandleFunc("POST /v1/backup", s.orderBackup)
	mux.HandleFunc("GET /v1/backup", s.backup)
	mux.HandleFunc("POST /v1/doctor", s.doctor)
	mux.HandleFunc("POST /v1/doctor/play", s.play)
	mux.HandleFunc("POST /v1/neighbours", s.neighbours)
	s.tokens(mux)
	return mux
}

func (s *server) open(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /metrics", s.metrics)
}

func answer(w http.ResponseWriter, body any) { answerWith(w, http.StatusOK, body) }

func answerWith(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the far side may be gone
}

// fail answers an error by its kind.
func fail(w http.ResponseWriter, err error) {
	status := http.StatusServiceUnavailable // the disk, or the agent's end
	var order *agent.OrderError
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		status, err = http.StatusRequestEntityTooLarge, fmt.Errorf("the request is longer than %d bytes", long.Limit)
	case errors.As(err, &order):
		status = http.StatusConflict
	case errors.Is(err, agent.ErrNoEvent), errors.Is(err, errNoCall), errors.Is(err, errNoReport), errors.Is(err, agent.ErrNoFolio):
		status = http.StatusNotFound
	case errors.Is(err, agent.ErrCurrencies):
		status = http.StatusConflict
	case errors.Is(err, errRequest):
		status = http.StatusBadRequest
	case errors.Is(err, agent.ErrTooManyRooms):
		status = http.StatusBadRequest
	case errors.Is(err, agent.ErrNoPBX):
		status = http.StatusBadGateway
	case errors.Is(err, errTurn):
		status = http.StatusGatewayTimeout
	}
	answerWith(w, status, Problem{err.Error()})
}

var errRequest = errors.New("the request cannot be read")

// wrongRequest is an error in what was asked.
func wrongRequest(why string) error { return fmt.Errorf("%w: %s", errRequest, why) }

func (s *server) status(w http.ResponseWriter, _ *http.Request) { answer(w, s.agent.Status()) }

// numberOf reads a number of the query; otherwise when it is not there.
func numberOf(r *http.Request, name string, otherwise uint64) (uint64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, wrongRequest(name + " must be a number")
	}
	return n, nil
}

func limitOf(r *http.Request) (int, error) {
	n, err := numberOf(r, "limit", 100)
	return int(min(n, maxList)), err
}

func (s *server) events(w http.ResponseWriter, r *http.Request) {
	limit, err := limitOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	after, err := numberOf(r, "after", 0)
	if err != nil {
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
		return 0, wrongRequest("the id must be a number")
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
	var how Rerun
	if r.ContentLength != 0 {
		if err := read(r, &how); err != nil {
			fail(w, err)
			return
		}
	}
	s.order(w, r, func(ctx context.Context) (uint64, error) { return s.agent.Rerun(ctx, id, how.Charge) })
}

// Rerun says how an event is run again.
type Rerun struct {
	// Charge: a copy of a call record is charged, as it was another call.
	Charge bool `json:"charge,omitempty"`
}

func (s *server) do(w http.ResponseWriter, r *http.Request, ev hotel.Event) {
	s.order(w, r, func(ctx context.Context) (uint64, error) { return s.agent.Do(ctx, ev) })
}

// charge is do for what makes postings: the answer shows them.
func (s *server) charge(w http.ResponseWriter, r *http.Request, ev hotel.Event) {
	s.orderWith(w, r, func(ctx context.Context) (uint64, error) { return s.agent.Do(ctx, ev) }, func(o *Order) {
		o.Postings, _ = s.agent.PostedBy(o.Event) // it is done, whether they can be shown or not
	})
}

// patience is how long an answer waits for an order to have its turn; the
// client's own is longer, so that it learns what became of it.
const patience = 20 * time.Second

var errTurn = errors.New("it waits for others of its room and is carried out in its turn")

// order waits for what comes of an order and answers it.
func (s *server) order(w http.ResponseWriter, r *http.Request, do func(context.Context) (uint64, error)) {
	s.orderWith(w, r, do, nil)
}

func (s *server) orderWith(w http.ResponseWriter, r *http.Request, do func(context.Context) (uint64, error), say func(*Order)) {
	ctx, cancel := context.WithTimeout(r.Context(), s.patience)
	defer cancel()
	id, err := do(ctx)
	switch {
	case err == nil:
		o := Order{Event: id}
		if say != nil {
			say(&o)
		}
		answer(w, o)
	case id != 0 && errors.Is(err, context.DeadlineExceeded):
		fail(w, fmt.Errorf("event %d is kept; %w", id, errTurn))
	default:
		fail(w, err)
	}
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
		fail(w, wrongRequest("list must be waiting, parked or ended"))
		return
	}
	calls, err := s.agent.Calls(name, limit)
	list(w, calls, err)
}

var errNoCall = errors.New("no such call: it was delivered, or never was")

func (s *server) call(w http.ResponseWriter, r *http.Request) {
	id, err := idOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	c, found, err := s.agent.Call(id)
	if err == nil && !found {
		err = errNoCall
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
		fail(w, wrongRequest("a call can be told to retry or drop"))
		return
	}
	s.orderWith(w, r, func(ctx context.Context) (uint64, error) {
		return s.agent.Do(ctx, hotel.Event{Kind: hotel.KindCommand, Name: name, Fields: map[string]string{"call": r.PathValue("id")}})
	}, func(o *Order) {
		if name == hotel.CommandDrop {
			o.Unclear = s.unclear(r.PathValue("id"))
		}
	})
}

// unclear is the posting of a call that was to be dropped, and is kept as it may
// have arrived.
func (s *server) unclear(call string) string {
	id, _ := strconv.ParseUint(call, 10, 64)
	q, found, err := s.agent.Call(id)
	if err != nil || !found || q.Op != hotel.OpPosting || q.State != hotel.CallUnknown {
		return ""
	}
	return q.Subject
}

func (s *server) alerts(w http.ResponseWriter, r *http.Request) {
	all, say := []AlertAnswer{}, s.agent.Say
	if !namesFor(r) {
		say = func(a hotel.Alert) string { return a.Text(s.agent.Language()) }
	}
	for _, a := range s.agent.Alerts() {
		all = append(all, AlertAnswer{a, say(a)})
	}
	answer(w, all)
}

func (s *server) resolve(w http.ResponseWriter, r *http.Request) {
	s.do(w, r, hotel.Event{
		Kind: hotel.KindCommand, Name: hotel.CommandResolve, Fields: map[string]string{"alert": r.PathValue("id")},
	})
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
	if err := d.Decode(into); errors.Is(err, io.EOF) {
		return wrongRequest("it has no body")
	} else if err != nil {
		return fmt.Errorf("%w: %w", errRequest, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return wrongRequest("more follows the JSON value")
	}
	return nil
}

func (s *server) importLists(w http.ResponseWriter, r *http.Request) {
	var lists hotel.Import
	if err := read(r, &lists); err != nil {
		fail(w, err)
		return
	}
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists})
}

// stay takes an order about a stay; the event is what it becomes.
func (s *server) stay(ev hotel.Event) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var stay Stay
		if err := read(r, &stay); err != nil {
			fail(w, err)
			return
		}
		order := ev
		order.Room, order.Fields = stay.Room, stay.fields()
		maps.Copy(order.Fields, ev.Fields)
		s.do(w, r, order)
	}
}

// checkOut says of a stay that has been checked out before that it has.
func (s *server) checkOut(w http.ResponseWriter, r *http.Request) {
	var stay Stay
	if err := read(r, &stay); err != nil {
		fail(w, err)
		return
	}
	already := s.agent.CheckedOut(stay.Room, stay.Stay, stay.Now)
	s.orderWith(w, r, func(ctx context.Context) (uint64, error) {
		return s.agent.Do(ctx, hotel.Event{Kind: hotel.KindCheckOut, Room: stay.Room, Fields: stay.fields()})
	}, func(o *Order) { o.Already = already })
}

func (s *server) restorePhone(w http.ResponseWriter, r *http.Request) {
	s.do(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRestore, Extension: r.PathValue("extension")})
}

func (s *server) cronRun(w http.ResponseWriter, r *http.Request) {
	var job struct {
		Name string `json:"name"`
	}
	if err := read(r, &job); err != nil {
		fail(w, err)
		return
	}
	s.order(w, r, func(ctx context.Context) (uint64, error) { return s.agent.RunJob(ctx, job.Name) })
}
