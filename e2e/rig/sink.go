package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"bellhop/sim"
)

// sink is a PMS that remembers every message of every attempt.
type sink struct {
	*sim.Sink
	url string

	mu    sync.Mutex
	told  map[string]map[string]bool // key -> what came under it: "posting P7"
	wrong []string                   // attempts that are no messages
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s, err := sim.NewSink(sim.SinkOptions{Secret: secret, KeepLast: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	k := &sink{Sink: s, told: map[string]map[string]bool{}}
	server := httptest.NewServer(k)
	t.Cleanup(server.Close)
	k.url = server.URL
	return k
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the sender is gone
	}
	s.note(body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.Sink.ServeHTTP(w, r)
}

func (s *sink) note(body []byte) {
	var m struct {
		ID    string `json:"id"`
		Type  string `json:"type"`
		Event uint64 `json:"event"`
		Data  struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	err := json.Unmarshal(body, &m)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || m.ID == "" {
		s.wrong = append(s.wrong, string(body))
		return
	}
	if s.told[m.ID] == nil {
		s.told[m.ID] = map[string]bool{}
	}
	s.told[m.ID][string(body)] = true
}

// fail lets the PMS fail in all its ways until ctx ends, and be well then.
func (s *sink) fail(ctx context.Context) {
	defer func() {
		s.Fail(0)
		s.Down(false)
		s.DropAnswer(0)
	}()
	for pass(ctx, time.Duration(rand.IntN(1500))*time.Millisecond) {
		switch rand.IntN(3) {
		case 0:
			s.Fail(http.StatusServiceUnavailable)
		case 1:
			s.DropAnswer(1 + rand.IntN(4))
		case 2:
			s.Down(true)
		}
		pass(ctx, time.Duration(rand.IntN(300))*time.Millisecond)
		s.Fail(0)
		s.Down(false)
	}
}
