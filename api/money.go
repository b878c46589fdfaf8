package api

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
)

// PostingDecision says what becomes of a posting: what is of no use for what
// is done is not looked at.
type PostingDecision struct {
	Stay     string `json:"stay,omitempty"`     // move: whose it is
	Room     string `json:"room,omitempty"`     // move: instead, who stays there
	Quantity int    `json:"quantity,omitempty"` // correct: how many; 0: all that is left
	Reason   string `json:"reason,omitempty"`
	Staff    string `json:"staff,omitempty"`
}

// Payment is what a guest has paid.
type Payment struct {
	Stay   string `json:"stay,omitempty"`
	Room   string `json:"room,omitempty"` // instead: who stays there
	Amount int64  `json:"amount"`         // minor units
	Back   bool   `json:"back,omitempty"` // the guest got it back
	How    string `json:"how,omitempty"`
	Staff  string `json:"staff,omitempty"`
}

// Sums answers what postings come to.
type Sums struct {
	Currency string      `json:"currency"`
	Sums     []hotel.Sum `json:"sums"`
}

func (s *server) money(mux *http.ServeMux) {
	mux.HandleFunc("GET /v1/postings", s.postings)
	mux.HandleFunc("POST /v1/postings/{id}/{do}", s.decidePosting)
	mux.HandleFunc("GET /v1/folio", s.folio)
	mux.HandleFunc("POST /v1/folio/pay", s.pay)
	mux.HandleFunc("GET /v1/sums", s.sums)
	mux.HandleFunc("GET /v1/reconciliation", s.reconciliation)
}

func (s *server) folio(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	bills, err := s.agent.Folio(agent.FolioQuery{
		Stay: q.Get("stay"), Room: q.Get("room"), Joined: q.Get("joined") != "", Language: q.Get("language"),
	})
	list(w, bills, err)
}

func (s *server) pay(w http.ResponseWriter, r *http.Request) {
	var p Payment
	if err := read(r, &p); err != nil {
		fail(w, err)
		return
	}
	fields := map[string]string{"stay": p.Stay, "amount": strconv.FormatInt(p.Amount, 10), "how": p.How, "staff": p.Staff}
	if p.Back {
		fields["back"] = "true"
	}
	s.charge(w, r, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandPay, Room: p.Room, Fields: fields})
}

func (s *server) decidePosting(w http.ResponseWriter, r *http.Request) {
	name, known := map[string]string{
		"resend": hotel.CommandResend, "writeoff": hotel.CommandWriteOff, "move": hotel.CommandMovePosting, "correct": hotel.CommandCorrect,
	}[r.PathValue("do")]
	if !known {
		fail(w, wrongRequest(fmt.Sprintf("a posting is corrected, moved, resent or writeoff, but not %q", r.PathValue("do"))))
		return
	}
	var d PostingDecision
	if r.ContentLength != 0 {
		if err := read(r, &d); err != nil {
			fail(w, err)
			return
		}
	}
	fields := map[string]string{"posting": r.PathValue("id"), "stay": d.Stay, "reason": d.Reason, "staff": d.Staff}
	if d.Quantity != 0 {
		fields["quantity"] = strconv.Itoa(d.Quantity)
	}
	s.charge(w, r, hotel.Event{Kind: hotel.KindCommand, Name: name, Room: d.Room, Fields: fields})
}

// maxSummed bounds the postings that one sum is made of.
const maxSummed = 1_000_000

func (s *server) postings(w http.ResponseWriter, r *http.Request) {
	limit, err := limitOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	q, err := postingQuery(r)
	if err != nil {
		fail(w, err)
		return
	}
	all, err := s.agent.FindPostings(q, limit)
	list(w, all, err)
}

func postingQuery(r *http.Request) (agent.PostingQuery, error) {
	from := r.URL.Query()
	q := agent.PostingQuery{Room: from.Get("room"), Stay: from.Get("stay"), From: from.Get("from"), To: from.Get("to"), Nobody: from.Get("nobody") != ""}
	for _, date := range []string{q.From, q.To} {
		if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
			return q, wrongRequest(fmt.Sprintf("from and to must be dates such as 2026-11-24, but one is %q", date))
		}
	}
	if q.From != "" && q.To != "" && q.From > q.To {
		return q, wrongRequest(fmt.Sprintf("from must not be after to, but %s is after %s", q.From, q.To))
	}
	for _, state := range from["state"] {
		known := hotel.PostingStates
		if !slices.Contains(known, hotel.PostingState(state)) {
			return q, wrongRequest(fmt.Sprintf("state must be one of %v, but it is %q", known, state))
		}
		q.States = append(q.States, hotel.PostingState(state))
	}
	return q, nil
}

func (s *server) sums(w http.ResponseWriter, r *http.Request) {
	by := hotel.SumBy(r.URL.Query().Get("by"))
	if !by.Known() {
		fail(w, wrongRequest(fmt.Sprintf("by must be day, item, staff or destination, but it is %q", by)))
		return
	}
	q, all, err := s.asked(r, true)
	if err != nil {
		fail(w, err)
		return
	}
	zone := s.agent.Zone()
	answer(w, Sums{s.agent.Currency(), hotel.SumUp(hotel.Entries(all, q.From, q.To, zone), by, zone)})
}

func (s *server) reconciliation(w http.ResponseWriter, r *http.Request) {
	q, all, err := s.asked(r, false)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, hotel.Reconcile(all, s.agent.Currency(), q.From, q.To))
}

// asked gives all postings that a request asks about, to be added up; decided for
// those that were written off on its days, too.
func (s *server) asked(r *http.Request, decided bool) (agent.PostingQuery, []hotel.Posting, error) {
	q, err := postingQuery(r)
	if err != nil {
		return q, nil, err
	}
	q.Decided = decided
	all, err := s.agent.FindPostings(q, maxSummed)
	if err == nil {
		err = s.agent.OneCurrency(all)
	}
	return q, all, err
}
