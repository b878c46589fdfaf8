package quarter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"

	"bellhop/hotel"
)

const (
	// storyLines is how many orders to the PBX are remembered of a telephone.
	storyLines = 60
	// storyOf is how much of an order or its answer is.
	storyOf = 600
	// storyLong is how far back the events of a room are told.
	storyLong = 48 * time.Hour
)

// story remembers what the PBX was told of each telephone, and what it said.
type story struct {
	mu    sync.Mutex
	lines map[string][]string // by telephone
}

var ofPhone = regexp.MustCompile(`"(?:number|extnumber|caller|callee)":\s*"(\d+)"`)

// around hands orders on, and notes them.
func (s *story) around(next http.RoundTripper) http.RoundTripper {
	return trip(func(r *http.Request) (*http.Response, error) {
		if r.Body == nil {
			return next.RoundTrip(r)
		}
		order, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(order))
		found := ofPhone.FindSubmatch(order)
		if found == nil {
			return next.RoundTrip(r)
		}
		at := time.Now()
		answer, err := next.RoundTrip(r)
		if err != nil {
			s.note(string(found[1]), at, r.URL.Path, order, []byte(err.Error()))
			return nil, err
		}
		said, cut := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(said), broken{cut}))
		s.note(string(found[1]), at, r.URL.Path, order, said)
		return answer, nil
	})
}

func (s *story) note(phone string, at time.Time, path string, order, said []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.lines[phone]
	if len(list) == storyLines {
		list = list[1:]
	}
	line := fmt.Sprintf("%s %s %.*s -> %.*s", at.UTC().Format("2006-01-02 15:04:05Z"), path, storyOf, order, storyOf, said)
	s.lines[phone] = append(list, line)
}

func (s *story) of(phone string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines[phone])
}

type trip func(*http.Request) (*http.Response, error)

func (t trip) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// broken is the end of a body that was cut, or of one that was not.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return 0, io.EOF
}

// tellRoom prints all that the agent and the PBX know of a room.
func (h *house) tellRoom(r *room) {
	h.t.Helper()
	for _, phone := range r.phones {
		for _, line := range h.story.of(phone) {
			h.t.Log(line)
		}
	}
	if h.box == nil {
		return
	}
	a := h.box.agent
	for _, key := range append([]string{hotel.RoomKey(r.number)}, keysOf(r.phones)...) {
		if found, known := a.Record(key); known {
			h.t.Logf("%s: %s", key, found.Value)
		}
	}
	for _, list := range []string{"waiting", "parked"} {
		calls, err := a.Calls(list, 500)
		for _, c := range calls {
			if slices.ContainsFunc(r.phones, func(phone string) bool { return bytes.Contains(c.Body, []byte(phone)) }) {
				h.t.Logf("%s: %+v body %s", list, c, c.Body)
			}
		}
		if err != nil {
			h.t.Log(err)
		}
	}
	for _, alert := range a.Alerts() {
		if alert.Room == r.number {
			h.t.Logf("alert: %+v", alert)
		}
	}
	h.tellEvents(r)
}

func keysOf(phones []string) (keys []string) {
	for _, phone := range phones {
		keys = append(keys, hotel.PhoneKey(phone))
	}
	return keys
}

// tellEvents prints the events of a room.
func (h *house) tellEvents(r *room) {
	h.t.Helper()
	after, err := h.box.agent.FirstSince(h.now().Add(-storyLong))
	for err == nil {
		var events []hotel.Event
		if events, err = h.box.agent.Events(after, 500); err != nil || len(events) == 0 {
			break
		}
		for _, ev := range events {
			after = ev.ID
			if ev.Room != r.number && !slices.Contains(r.phones, ev.Extension) {
				continue
			}
			text, _ := json.Marshal(ev)
			h.t.Logf("%s", text)
		}
	}
	if err != nil {
		h.t.Log(err)
	}
}
