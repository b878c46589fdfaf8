package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"bellhop/pms"
	"bellhop/pms/pmstest"
)

const testSecret = "a secret of the test"

// far is a receiver that checks each signature by its own computation.
type far struct {
	t      *testing.T
	mu     sync.Mutex
	manner pmstest.Manner
	taken  []pms.Message
}

func (f *far) Meet(m pmstest.Manner) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.manner = m
}

func (f *far) Taken() []pms.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]pms.Message(nil), f.taken...)
}

func (f *far) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := f.check(r)
	switch manner := f.meet(m); manner {
	case pmstest.Refuses:
		http.Error(w, "no such room", http.StatusUnprocessableEntity)
	case pmstest.Busy:
		w.WriteHeader(http.StatusServiceUnavailable)
	case pmstest.Loses:
		panic(http.ErrAbortHandler)
	case pmstest.Hangs:
		<-r.Context().Done()
	}
}

// meet keeps a message if it is taken, in one step with reading the manner.
func (f *far) meet(m pms.Message) pmstest.Manner {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.manner == pmstest.Takes || f.manner == pmstest.Loses {
		f.taken = append(f.taken, m)
	}
	return f.manner
}

func (f *far) check(r *http.Request) pms.Message {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Errorf("read body: %v", err)
	}
	id, stamp := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
	h := hmac.New(sha256.New, []byte(testSecret))
	h.Write([]byte(id + "." + stamp + "." + string(body)))
	if want := "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil)); r.Header.Get("webhook-signature") != want {
		f.t.Errorf("signed %s, want %s", r.Header.Get("webhook-signature"), want)
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if age := time.Since(time.Unix(seconds, 0)); err != nil || age > time.Minute || age < -time.Minute {
		f.t.Errorf("stamped %q: %v", stamp, err)
	}
	var in struct {
		ID, Type, CallID, Room string
		Event                  uint64
		Time                   time.Time
		Data                   json.RawMessage
	}
	if err := json.Unmarshal(body, &in); err != nil || in.ID != id {
		f.t.Errorf("id %q with body %s: %v", id, body, err)
	}
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || len(r.Header["Idempotency-Key"]) != 0 {
		f.t.Errorf("%s with %v", r.Method, r.Header)
	}
	return pms.Message{Key: in.ID, Type: in.Type, Event: in.Event, CallID: in.CallID, Room: in.Room, Time: in.Time, Data: in.Data}
}

func TestContract(t *testing.T) {
	pmstest.Run(t, func(t *testing.T) (pms.Link, pmstest.Far) {
		f := &far{t: t}
		return start(t, f, Options{Secret: testSecret}), f
	})
}

// start serves handler and links to it; both end with the test.
func start(t *testing.T, handler http.Handler, o Options) *Link {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	if o.URL == "" {
		o.URL = server.URL
	}
	link, err := New(o)
	if err != nil {
		t.Fatalf("new link: %v", err)
	}
	t.Cleanup(link.Close)
	return link
}
