package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/hotel"
)

// long bounds what ought to take no time at all.
const long = 20 * time.Second

func TestAnswersHaveTheirStatus(t *testing.T) {
	c, _, _ := house(t)
	for _, ask := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/v1/import", `{"rooms":[{"number":"101"}]}`, 200, `{"event":1}`},
		{"POST", "/v1/import", ``, 400, "it has no body"},
		{"POST", "/v1/import", `{"rooms"`, 400, "cannot be read"},
		{"POST", "/v1/import", `{"beds":1}`, 400, `unknown field \"beds\"`},
		{"POST", "/v1/import", `{} {}`, 400, "more follows"},
		{"POST", "/v1/import", `{"rooms":"` + strings.Repeat("1", maxBody) + `"}`, 413, "longer than"},
		{"POST", "/v1/import", `{"rooms":[{"number":"10/1"}]}`, 409, "must be 1 to"},
		{"POST", "/v1/checkin", `[]`, 400, "cannot be read"},
		{"POST", "/v1/checkin", `{"room":101}`, 400, "cannot be read"},
		{"POST", "/v1/checkin", `{"room":""}`, 409, "room"},
		{"POST", "/v1/checkin", `{"room":"7"}`, 409, "must be a room"},
		{"POST", "/v1/move", `{"room":"101","to":"101"}`, 409, ""},
		{"POST", "/v1/cron/run", `{"name":"x","at":1}`, 400, "unknown field"},
		{"GET", "/v1/events/1", ``, 200, `"kind":"command"`},
		{"GET", "/v1/events/0", ``, 404, "no such event"},
		{"GET", "/v1/events/18446744073709551615", ``, 404, "no such event"},
		{"GET", "/v1/events/18446744073709551616", ``, 400, "must be a number"},
		{"GET", "/v1/events/-1", ``, 400, "must be a number"},
		{"POST", "/v1/events/0/rerun", ``, 404, "no such event"},
		{"GET", "/v1/events?after=18446744073709551615", ``, 200, ""},
		{"GET", "/v1/events?limit=18446744073709551615&last=1", ``, 200, "["},
		{"GET", "/v1/events?limit=0&last=1", ``, 200, "[]"},
		{"GET", "/v1/events?after=x", ``, 400, "after must be a number"},
		{"GET", "/v1/queue/7", ``, 404, "no such call"},
		{"GET", "/v1/queue/x", ``, 400, "must be a number"},
		{"POST", "/v1/queue/x/drop", ``, 409, ""},
		{"POST", "/v1/alerts/%2F..%2F/resolve", ``, 409, "must be an open alert"},
		{"GET", "/v1/postings?limit=-1", ``, 400, "limit must be a number"},
		{"GET", "/v1/calls?limit=x", ``, 400, "limit must be a number"},
		{"POST", "/v1/rooms/order", `{"do":"add","number":"0102","floor":"1"}`, 200, `{"event":`},
		{"POST", "/v1/rooms/order", `{"do":"paint","number":"0102"}`, 409, "must be add, edit or remove"},
		{"POST", "/v1/rooms/order", `{"do":"add","number":"../x"}`, 409, "must be 1 to 8 digits"},
		{"POST", "/v1/rooms/order", `{"do":"add","beds":2}`, 400, "unknown field"},
		{"POST", "/v1/rooms/proposal", `{"match":"1y"}`, 400, "must be digits"},
		{"POST", "/v1/rooms/proposal", `{}`, 502, "the PBX cannot be asked"},
		{"POST", "/v1/rooms/check", `{"rooms":["101"]}`, 502, "the PBX cannot be asked"},
		{"POST", "/v1/rooms/check", `{"rooms":[` + strings.Repeat(`"1",`, agent.RoomsAtOnce) + `"1"]}`, 400, "at once"},
		{"POST", "/v1/rooms/loose", ``, 502, "the PBX cannot be asked"},
		{"POST", "/v1/rooms/mend", `{"room":"101","extensions":["101"]}`, 409, "cannot be told"},
		{"GET", "/v1/occupancy", ``, 200, `"stays":0`},
		{"POST", "/v1/occupancy", `{}`, 400, "from must say"},
		{"POST", "/v1/occupancy", `{"from":"file","stays":[{"room":"9"}]}`, 409, "must be a room"},
		{"POST", "/v1/occupancy", `{"from":"file","stays":[` + strings.Repeat(`{},`, agent.MostOccupied) + `{}]}`, 409, "at most"},
		{"POST", "/v1/occupancy", `{"from":"here"}`, 200, `{"event":`},
		{"POST", "/v1/occupancy/proposal", ``, 502, "the PBX cannot be asked"},
		{"GET", "/v1/hooks", ``, 200, `"file":"minibar.lua","version":"`},
		{"POST", "/v1/hooks/reload", ``, 200, `"files":[`},
		{"POST", "/v1/hooks/minibar.lua/reset", ``, 409, "is not set aside"},
		{"POST", "/v1/hooks/%2F..%2F/reset", ``, 409, "is not set aside"},
		{"PUT", "/v1/import", `{}`, 405, ""},
		{"GET", "/v1/import", ``, 405, ""},
		{"POST", "/v1/status", ``, 405, ""},
		{"GET", "/v1/", ``, 404, ""},
		{"GET", "/healthz", ``, 200, `"ok":true`},
	} {
		request, err := http.NewRequestWithContext(t.Context(), ask.method, "http://bellhop"+ask.path, strings.NewReader(ask.body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := c.http.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != ask.status || !strings.Contains(string(text), ask.want) {
			t.Errorf("%s %s %.40s: %d %s, want %d %s", ask.method, ask.path, ask.body, response.StatusCode, text, ask.status, ask.want)
		}
		json := response.Header.Get("Content-Type") == "application/json"
		if plain := ask.status == 405 || ask.path == "/v1/"; !json && !plain {
			t.Errorf("%s %s: answered with %v", ask.method, ask.path, response.Header)
		}
	}
}

func TestMetricsCanBeRead(t *testing.T) {
	_, a, _ := house(t)
	w := httptest.NewRecorder()
	OpenHandler(a, Gate{}).ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1/metrics", nil))
	line := regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"(, ?)?)+\})? [-+]?([0-9.]+([eE][-+]?[0-9]+)?|Inf|NaN)$`)
	seen := map[string]bool{}
	for in := bufio.NewScanner(w.Body); in.Scan(); {
		text := in.Text()
		if text == "" || strings.HasPrefix(text, "# HELP ") || strings.HasPrefix(text, "# TYPE ") {
			continue
		}
		if !line.MatchString(text) {
			t.Errorf("not in the text format: %q", text)
		}
		name := text[:strings.LastIndexByte(text, ' ')]
		if seen[name] {
			t.Errorf("%s comes twice", name)
		}
		seen[name] = true
	}
	for _, name := range []string{"bellhop_events", "bellhop_store_ok", "bellhop_calls_waiting", `bellhop_hook_calls_total{hook="minibar.lua:minibar:1"}`, `bellhop_hook_file_aside{file="minibar.lua"}`, "process_resident_memory_bytes"} {
		if !seen[name] {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestHealthFollowsTheStore(t *testing.T) {
	for _, c := range []struct {
		storeError string
		status     int
	}{
		{"", 200},
		{"no space left on device", 503},
	} {
		st := agent.Status{Missing: []string{"the PBX"}}
		st.Store.Error = c.storeError
		w := httptest.NewRecorder()
		answerHealth(w, st)
		var h Health
		if err := json.Unmarshal(w.Body.Bytes(), &h); err != nil || h.OK != (c.status == 200) || len(h.Missing) != 1 {
			t.Errorf("%+v, %v", h, err)
		}
		if w.Code != c.status || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%q: %d %v", c.storeError, w.Code, w.Header())
		}
	}
}

func TestWhatIsNoOldSocketIsLeftAlone(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ListenSocket(file); err == nil || !strings.Contains(err.Error(), "is no socket") {
		t.Errorf("a file: %v", err)
	}
	if text, _ := os.ReadFile(file); string(text) != "precious" {
		t.Error("a file was replaced by a socket")
	}
	if _, err := ListenSocket(filepath.Join(file, "b.sock")); err == nil {
		t.Error("a socket below a file")
	}
	if _, err := ListenSocket(filepath.Join(folder, strings.Repeat("x", longestPath))); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("a path that is too long: %v", err)
	}
}

func TestClientSaysWhatIsWrong(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		answer http.HandlerFunc
		want   string
	}{
		{func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{") }, "read the agent's answer"},
		{func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusBadGateway) }, "502 Bad Gateway"},
		{func(w http.ResponseWriter, _ *http.Request) { answerWith(w, 409, Problem{"is occupied"}) }, "is occupied"},
		{func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "ask the agent"},
	} {
		ln, err := ListenSocket(filepath.Join(folder, "b.sock"))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- Serve(ctx, ln, c.answer) }()
		var out Order
		err = NewClient(filepath.Join(folder, "b.sock")).Get(t.Context(), "/", &out)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	err := NewClient(filepath.Join(folder, "gone.sock")).Get(t.Context(), "/", nil)
	if !errors.Is(err, ErrNotRunning) || !strings.Contains(err.Error(), `start it with "bellhop run"`) {
		t.Errorf("no agent: %v", err)
	}
	err = NewClient("").explain(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", os.ErrPermission)})
	if err == nil || !strings.Contains(err.Error(), "as the user that the agent runs as") {
		t.Errorf("another user: %v", err)
	}
}

// served runs a server on a socket until the test or end is over.
func served(t *testing.T, handler http.Handler, b bounds) (path string, end func() error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "b.sock")
	ln, err := ListenSocket(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, ln, handler, nil, b) }()
	end = func() error {
		cancel()
		select {
		case err := <-ended:
			ended <- err
			return err
		case <-time.After(long):
			return errors.New("the server does not end")
		}
	}
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	return path, end
}

func dial(t *testing.T, path, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(long))
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

// readBody reads what a request brings, and answers.
func readBody(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		fail(w, err)
		return
	}
	answer(w, Order{Event: 1})
}

func TestThoseWhoDawdleAreCutOff(t *testing.T) {
	b := ordinary()
	b.head, b.request, b.answer, b.idle = 50*time.Millisecond, 100*time.Millisecond, 150*time.Millisecond, 50*time.Millisecond
	path, _ := served(t, http.HandlerFunc(readBody), b)
	for name, text := range map[string]string{
		"nothing at all":          "",
		"half a head":             "GET / HTTP/1.1\r\nHost: b\r\nX-A: ",
		"half a body":             "POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 10\r\n\r\n12345",
		"no end of chunks":        "POST / HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
		"nothing after an answer": "GET / HTTP/1.1\r\nHost: b\r\n\r\n",
		"no HTTP":                 "\x16\x03\x01\x00\x05hello\r\n\r\n",
	} {
		conn := dial(t, path, text)
		if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: the connection stays open", name)
		}
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	b := ordinary()
	b.conns = 2
	in, out := make(chan bool), make(chan bool)
	path, _ := served(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		in <- true
		<-out
	}), b)
	const get = "GET / HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n"
	for range 5 {
		dial(t, path, get)
	}
	<-in
	<-in
	select {
	case <-in:
		t.Error("a third was let in")
	case out <- true:
	}
	for range 3 { // each has its turn
		<-in
		out <- true
	}
	out <- true
}

func TestEndDoesNotWaitForDawdlers(t *testing.T) {
	b := ordinary()
	b.end = 50 * time.Millisecond
	inside := make(chan struct{}, 1)
	path, end := served(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inside <- struct{}{}
		readBody(w, r)
	}), b)
	dial(t, path, "GET /")
	dial(t, path, "POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 10\r\n\r\n12345")
	<-inside
	if err := end(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

// stuckHouse runs an agent whose check-ins do not end before freed is closed
// or the hook's time is over.
func stuckHouse(t *testing.T) (a *agent.Agent, asked <-chan struct{}) {
	t.Helper()
	hold, seen := make(chan struct{}), make(chan struct{}, 10)
	far := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		seen <- struct{}{}
		<-hold
	}))
	t.Cleanup(far.Close)
	t.Cleanup(func() { close(hold) })
	c := config.Default()
	c.Hotel = config.Hotel{Name: "Test", Timezone: "Asia/Shanghai", Country: "CN", Currency: "CNY", Language: "en"}
	c.PBX.Driver, c.Hooks.Deadline = "none", "30s"
	c.Store.Path = filepath.Join(t.TempDir(), "b.db")
	hook := fmt.Sprintf("local bellhop = require \"bellhop\"\nbellhop.on(\"checkin\", function(event) bellhop.http.get(%q) end)\n", far.URL)
	a, err := agent.New(agent.Options{Config: c, Hooks: fstest.MapFS{"slow.lua": {Data: []byte(hook)}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if _, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &hotel.Import{Rooms: []hotel.Room{{Number: "101"}}}}); err != nil {
		t.Fatal(err)
	}
	return a, seen
}

func TestAnOrderThatWaitsIsToldSo(t *testing.T) {
	a, _ := stuckHouse(t)
	s := &server{a, 500 * time.Millisecond} // the event is kept before
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, httptest.NewRequest("POST", "/v1/checkin", strings.NewReader(`{"room":"101"}`)))
	var p Problem
	err := json.Unmarshal(w.Body.Bytes(), &p)
	if err != nil || w.Code != http.StatusGatewayTimeout || !strings.Contains(p.Error, "is kept; it waits for others of its room") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestARequestThatIsGivenUpIsCarriedOut(t *testing.T) {
	a, asked := stuckHouse(t)
	path, _ := served(t, Handler(a), ordinary())
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() { gone <- NewClient(path).Post(ctx, "/v1/checkin", Stay{Room: "101"}, nil) }()
	<-asked // the rules are committed, the hook runs
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("the request: %v", err)
	}
	if rooms := a.Rooms(); len(rooms) != 1 || rooms[0].Stay == "" {
		t.Errorf("rooms: %+v", rooms)
	}
}

func FuzzRequests(f *testing.F) {
	c := config.Default()
	c.Hotel = config.Hotel{Name: "Test", Timezone: "Asia/Shanghai", Country: "CN", Currency: "CNY", Language: "en"}
	c.PBX.Driver, c.Store.Path = "none", filepath.Join(f.TempDir(), "b.db")
	a, err := agent.New(agent.Options{Config: c})
	if err != nil {
		f.Fatal(err)
	}
	// It does not run: what is not refused at the door would wait for ever.
	f.Cleanup(func() { _ = a.Close() })
	handler := (&server{a, 0}).handler()
	f.Add("GET", "/v1/events/1", "limit=1&after=x", "")
	f.Add("POST", "/v1/import", "", `{"rooms":[{"number":"1"}]}`)
	f.Add("POST", "/v1/queue/1/drop", "", "{}")
	f.Add("GET", "/v1/queue", "list=ended&limit=9", "")
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		request, err := http.NewRequest(method, "http://b/", strings.NewReader(body))
		if err != nil {
			return
		}
		request.URL.Path, request.URL.RawQuery = "/"+path, query
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, request)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable && w.Code != http.StatusGatewayTimeout {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
