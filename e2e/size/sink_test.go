package size

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"bellhop/sim"
)

// orderly is a PMS that watches the order within each room: a call's number is
// at the end of its key, and those of a room must rise.
type orderly struct {
	*sim.Sink
	url string

	mu    sync.Mutex
	last  map[string]uint64
	wrong []string
}

func newOrderly(t *testing.T) *orderly {
	t.Helper()
	s, err := sim.NewSink(sim.SinkOptions{Secret: secret, KeepLast: 1})
	if err != nil {
		t.Fatal(err)
	}
	o := &orderly{Sink: s, last: map[string]uint64{}}
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

func (o *orderly) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the sender is gone
	}
	var m struct {
		ID, Room string
		Event    uint64
	}
	if err := json.Unmarshal(body, &m); err == nil {
		o.note(m.ID, m.Room, m.Event)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	o.Sink.ServeHTTP(w, r)
}

func (o *orderly) note(key, room string, n uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n < o.last[room] { // the same one again is a repeat
		o.wrong = append(o.wrong, key+" of room "+room+" behind "+strconv.FormatUint(o.last[room], 10))
	}
	o.last[room] = n
}

// want holds that so many different messages came, each once, in order.
func (o *orderly) want(t *testing.T, messages int) {
	t.Helper()
	if st := o.Stats(); st.Taken != messages || st.Copies != 0 || st.Rejected != 0 {
		t.Errorf("the PMS has %+v, want %d messages, each once", st, messages)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.wrong) > 0 {
		t.Errorf("%d out of order, the first: %s", len(o.wrong), o.wrong[0])
	}
}
