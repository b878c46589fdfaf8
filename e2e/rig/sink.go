package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/sim"
)

// Sink is a PMS that remembers every message of every attempt, and the server
// that hooks post to.
type Sink struct {
	*sim.Sink
	Address string
	end     func() // of the server; one goroutine calls it at a time

	mu    sync.Mutex
	told  map[string]map[string]bool // key -> what came under it: "posting P7"
	order []attempted                // keys, by when they came first
	wrong []string                   // attempts that are no messages
	posts map[string]string          // of hooks: key -> body
}

// attempted is a message that came for the first time, taken or not. Messages of
// one kind and room are queued in the order of their places.
type attempted struct {
	key, kind, room string
	place           uint64
}

// placeOf is the number of a posting, which is drawn when it is queued; of what has
// none that of its event, as a room's events follow one another.
func placeOf(event uint64, data []byte) uint64 {
	var p struct{ ID string }
	_ = json.Unmarshal(data, &p) // what is no posting has no such id
	n, err := strconv.ParseUint(strings.TrimPrefix(p.ID, "P"), 10, 64)
	if err != nil {
		return event
	}
	return n
}

// NewSink starts one at an address of this computer.
func NewSink(t *testing.T, at string) *Sink {
	t.Helper()
	s, err := sim.NewSink(sim.SinkOptions{Secret: pmsSecret, KeepLast: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	k := &Sink{Sink: s, told: map[string]map[string]bool{}, posts: map[string]string{}}
	ln, err := net.Listen("tcp", net.JoinHostPort(at, "0"))
	if err != nil {
		t.Fatal(err)
	}
	k.Address = ln.Addr().String()
	k.begin(ln)
	t.Cleanup(func() { k.end() })
	return k
}

// begin serves on a listener until end is called.
func (s *Sink) begin(ln net.Listener) {
	server := &http.Server{Handler: s, ErrorLog: log.New(io.Discard, "", 0)}
	wait := spawn(func() { _ = server.Serve(ln) }) // it says that it was closed
	s.end = func() {
		_ = server.Close()
		wait()
	}
}

// Restart lets the PMS end in the middle of whatever it does, and begin again
// at the same address after a while: meanwhile nobody is there.
func (s *Sink) Restart(ctx context.Context, away time.Duration) error {
	s.end()
	Pass(ctx, away)
	ln, err := net.Listen("tcp", s.Address)
	if err != nil {
		return fmt.Errorf("the PMS comes back: %w", err)
	}
	s.begin(ln)
	return nil
}

func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the sender is gone
	}
	if r.URL.Path == postPath {
		s.post(w, r.Header.Get("Idempotency-Key"), string(body))
		return
	}
	s.note(body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.Sink.ServeHTTP(w, r)
}

// postPath is where hooks post to.
const postPath = "/post"

// post keeps what a hook has posted, and loses some of the answers.
func (s *Sink) post(w http.ResponseWriter, key, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, known := s.posts[key]; key == "" || known && before != body {
		s.wrong = append(s.wrong, "key "+key+" carried "+before+" and "+body)
	}
	s.posts[key] = body
	if rand.IntN(20) == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sink) note(body []byte) {
	var m struct {
		ID    string `json:"id"`
		Type  string `json:"type"`
		Room  string `json:"room"`
		Event uint64 `json:"event"`
		Data  json.RawMessage
	}
	err := json.Unmarshal(body, &m)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || m.ID == "" {
		s.wrong = append(s.wrong, "what is no message: "+string(body[:min(len(body), 200)]))
		return
	}
	if s.told[m.ID] == nil {
		s.told[m.ID] = map[string]bool{}
		s.order = append(s.order, attempted{m.ID, m.Type, m.Room, placeOf(m.Event, m.Data)})
	}
	s.told[m.ID][string(body)] = true
}

// fail lets the PMS fail in all its ways until ctx ends, and be well then.
func (s *Sink) fail(ctx context.Context) {
	defer func() {
		s.Fail(0)
		s.Down(false)
		s.DropAnswer(0)
	}()
	for Pass(ctx, time.Duration(rand.IntN(1500))*time.Millisecond) {
		switch rand.IntN(3) {
		case 0:
			s.Fail(http.StatusServiceUnavailable)
		case 1:
			s.DropAnswer(1 + rand.IntN(4))
		case 2:
			s.Down(true)
		}
		Pass(ctx, time.Duration(rand.IntN(300))*time.Millisecond)
		s.Fail(0)
		s.Down(false)
	}
}
