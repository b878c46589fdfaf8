package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// ServeHTTP implements [http.Handler].
func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if err != nil {
		s.count(func(c *SinkStats) { c.Rejected++ })
		http.Error(w, "the body cannot be read", http.StatusRequestEntityTooLarge)
		return
	}
	m, status, why := s.read(r, body)
	if status != 0 {
		s.count(func(c *SinkStats) { c.Rejected++ })
		http.Error(w, why, status)
		return
	}
	how := s.take(m)
	if how.delay > 0 && !pause(r, how.delay) || how.down || how.drop > 0 {
		panic(http.ErrAbortHandler) // hangs up without an answer
	}
	if how.fail != 0 {
		http.Error(w, "failing on command", how.fail)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// pause tells whether the sender waited to its end.
func pause(r *http.Request, delay time.Duration) bool {
	t := time.NewTimer(delay)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (s *Sink) count(add func(*SinkStats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Requests++
	add(&s.stats)
}

// read checks and decodes a message; a status that is not 0 says what is wrong.
func (s *Sink) read(r *http.Request, body []byte) (m Received, status int, why string) {
	if r.Method != http.MethodPost {
		return m, http.StatusMethodNotAllowed, "only POST is taken"
	}
	if err := s.verify(r.Header, body); err != nil {
		return m, http.StatusUnauthorized, err.Error()
	}
	var in struct {
		ID     string          `json:"id"`
		Type   string          `json:"type"`
		Event  uint64          `json:"event"`
		CallID string          `json:"callid"`
		Room   string          `json:"room"`
		Time   time.Time       `json:"time"`
		Data   json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return m, http.StatusBadRequest, "the body is not a message"
	}
	if in.ID != r.Header.Get("webhook-id") {
		return m, http.StatusBadRequest, "the body has another id than the header"
	}
	return Received{Key: in.ID, Type: in.Type, Event: in.Event, CallID: in.CallID, Room: in.Room, Time: in.Time, Data: in.Data}, 0, ""
}

// take keeps a message unless the manner of now forbids it, and gives that
// manner; how.drop is set when this answer is to be dropped.
func (s *Sink) take(m Received) (how manner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	how = s.manner
	s.stats.Requests++
	if how.down || how.fail != 0 {
		s.stats.Failed++
		return how
	}
	if how.drop > 0 {
		s.manner.drop--
	}
	full, first := s.memory.add(m)
	switch {
	case full:
		s.stats.Failed++
		how.fail = http.StatusInsufficientStorage
	case first:
		s.stats.Taken++
		s.release()
	default:
		s.stats.Copies++
	}
	return how
}
