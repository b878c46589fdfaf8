package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pms"
)

// mailSender writes the mails that are queued and carries them to the server.
// What a mail is about was fixed when it was queued; its words are of the
// moment at which it is sent.
type mailSender struct {
	server *MailServer
	hotel  config.Hotel
	zone   *time.Location
	view   func() hotel.View
	now    func() time.Time
	tell   func(ctx context.Context, code string, params map[string]string)

	line chan struct{} // one connection at a time

	mu    sync.Mutex
	state MailState
	// had are the addresses that have a mail which others are still to get, by
	// its key.
	had  map[string][]string
	told map[string]bool // what a person was told of, in this run
}

// maxHad is how many mails are remembered that only some addresses have; who
// is forgotten may get one twice.
const maxHad = 16

// MailState is how sending mails has gone since the agent's start.
type MailState struct {
	Sent   time.Time `json:"sent,omitzero"`   // newest success
	Failed time.Time `json:"failed,omitzero"` // newest failure
	Error  string    `json:"error,omitempty"` // of that
}

func (a *Agent) newMailSender(server *MailServer) *mailSender {
	if server == nil || a.config.Mail.Host == "" {
		return nil
	}
	return &mailSender{
		server: server, hotel: a.config.Hotel, zone: a.zone, now: a.now, tell: a.tell,
		view: func() hotel.View { return a.store.Snapshot() },
		line: make(chan struct{}, 1), had: map[string][]string{}, told: map[string]bool{},
	}
}

// noMail ends the mails that were queued before mail.host was taken away.
type noMail struct{}

func (noMail) width() int { return 1 }

func (noMail) send(context.Context, hotel.QueuedCall) ([]byte, error) { return nil, nil }

// mailTo finds who sends mails; false when it could not be set up.
func (a *Agent) mailTo() (sender, bool) {
	if a.config.Mail.Host == "" {
		return noMail{}, true
	}
	if a.mail == nil {
		return nil, false // and not the nil mailSender, which would be no nil interface
	}
	return a.mail, true
}

func (s *mailSender) width() int { return 1 }

func (s *mailSender) send(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	var about hotel.Mail
	if err := json.Unmarshal(c.Body, &about); err != nil {
		return nil, &pms.Refused{Reason: "the call names nothing to write of"}
	}
	l, any := s.letter(about)
	if !any {
		return nil, nil // it was dealt with meanwhile
	}
	l.id, l.date = c.Key, c.Queued
	return nil, s.deliver(ctx, l, c.Attempts)
}

// maxPutOff is how often an address may put a mail off that others have taken:
// some minutes, which is what servers want of a sender whom they do not know.
const maxPutOff = 14

// deliver carries a letter to the addresses that do not have it yet; tries is
// how often that was tried before.
func (s *mailSender) deliver(ctx context.Context, l letter, tries int) error {
	to := s.lacking(l.id)
	message, err := l.compose(s.server.Config.From, s.server.Config.To, s.hotel, s.zone)
	if err != nil {
		return &pms.Refused{Reason: fmt.Sprintf("the mail cannot be written: %v", err)}
	}
	r, err := s.carry(ctx, message, to)
	if others := len(s.server.Config.To) - len(to); others > 0 && len(r.refused)+len(r.later) == len(to) {
		err = nil // others have it: it is these addresses that are at fault, not the mail or the server
	}
	if tries >= maxPutOff && err == nil {
		maps.Copy(r.refused, r.later)
		r.later = nil
	}
	s.note(l.id, r, err)
	s.tellOf(ctx, r, err)
	if err == nil && len(r.later) > 0 {
		address := slices.Sorted(maps.Keys(r.later))[0]
		return &pms.Retry{Only: true, Err: fmt.Errorf("%s: %s", address, r.later[address])}
	}
	return err
}

// carry waits for its turn on the line.
func (s *mailSender) carry(ctx context.Context, message []byte, to []string) (received, error) {
	select {
	case s.line <- struct{}{}:
		defer func() { <-s.line }()
	case <-ctx.Done():
		return received{}, &pms.Retry{Err: ctx.Err()}
	}
	return s.server.carry(ctx, message, to)
}

// lacking are the addresses that do not have a mail yet.
func (s *mailSender) lacking(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.server.Config.To), func(to string) bool { return slices.Contains(s.had[id], to) })
}

// note remembers who has the mail, and how it went.
func (s *mailSender) note(id string, r received, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.state.Failed, s.state.Error = s.now(), err.Error()
	} else {
		s.state.Sent = s.now()
	}
	if err == nil && len(r.later) == 0 {
		delete(s.had, id)
		return
	}
	if len(s.had) >= maxHad && s.had[id] == nil {
		clear(s.had)
	}
	if len(r.took) > 0 {
		s.had[id] = append(s.had[id], r.took...)
	}
}

// tellOf raises an alert, which no mail follows, for what only a person can
// mend: once until it goes well again.
func (s *mailSender) tellOf(ctx context.Context, r received, err error) {
	var stopped *mailStopped
	switch {
	case errors.As(err, &stopped):
		s.tellOnce(ctx, "stopped", hotel.AlertMail, map[string]string{"error": stopped.why})
	case err == nil:
		s.mu.Lock()
		delete(s.told, "stopped")
		s.mu.Unlock()
		for address, why := range r.refused {
			s.tellOnce(ctx, address, hotel.AlertMailAddress, map[string]string{"address": address, "error": why})
		}
	}
}

// stopped tells whether a person was told that mails have stopped.
func (s *mailSender) stopped() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told["stopped"]
}

func (s *mailSender) tellOnce(ctx context.Context, what, code string, params map[string]string) {
	s.mu.Lock()
	told := s.told[what]
	s.told[what] = true
	s.mu.Unlock()
	if !told {
		s.tell(ctx, code, params)
	}
}

// MailState is how it has gone; false when no mail is configured, or it could
// not be set up.
func (a *Agent) MailState() (MailState, bool) {
	if a.mail == nil {
		return MailState{}, false
	}
	a.mail.mu.Lock()
	defer a.mail.mu.Unlock()
	return a.mail.state, true
}

// MailTried is what came of a mail that was sent to see whether it goes.
type MailTried struct {
	Took    []string          `json:"took,omitempty"`
	Refused map[string]string `json:"refused,omitempty"` // by address, in the server's words
	Later   map[string]string `json:"later,omitempty"`   // the same, for now
	Error   string            `json:"error,omitempty"`   // nobody has it, and why
}

// TryMail sends a mail that says that it is a test. It blocks for as long as the
// server takes, at most until ctx ends.
func (a *Agent) TryMail(ctx context.Context) (MailTried, error) {
	if a.config.Mail.Host == "" {
		return MailTried{}, &OrderError{Reason: "no mail server is configured: see [mail] of the config"}
	}
	if a.mail == nil {
		return MailTried{}, &OrderError{Reason: "the mail server could not be set up at the start; the agent's log says why"}
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	return a.mail.try(ctx), nil
}

func (s *mailSender) try(ctx context.Context) MailTried {
	l := s.test()
	message, err := l.compose(s.server.Config.From, s.server.Config.To, s.hotel, s.zone)
	if err != nil {
		return MailTried{Error: err.Error()}
	}
	r, err := s.carry(ctx, message, s.server.Config.To)
	s.note("", r, err)
	tried := MailTried{Took: r.took, Refused: r.refused, Later: r.later}
	if err != nil {
		tried.Error = strings.TrimPrefix(err.Error(), "refused: ")
	}
	return tried
}
