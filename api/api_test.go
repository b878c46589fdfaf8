package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/hotel"
)

// house runs an agent and its API on a socket until the test ends.
func house(t *testing.T) (*Client, *agent.Agent, string) {
	t.Helper()
	return houseOf(t, agent.Options{})
}

// houseOf is a house with more.
func houseOf(t *testing.T, o agent.Options) (*Client, *agent.Agent, string) {
	t.Helper()
	folder := t.TempDir()
	c := config.Default()
	c.Hotel = config.Hotel{Name: "Test", Timezone: "Asia/Shanghai", Country: "CN", Currency: "CNY", Language: "en"}
	c.PBX.Driver = "none"
	c.Store.Path = filepath.Join(folder, "b.db")
	o.Config = c
	a, err := agent.New(o)
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(folder, "run", "b.sock")
	ln, err := ListenSocket(socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- a.Run(ctx) }()
	go func() { ended <- Serve(ctx, ln, Handler(a)) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, <-ended); err != nil {
			t.Error(err)
		}
	})
	return NewClient(socket), a, socket
}

func TestRoutes(t *testing.T) {
	c, _, _ := house(t)
	lists := hotel.Import{Rooms: []hotel.Room{{Number: "101"}, {Number: "102"}}, Items: []hotel.Item{{Code: "1", Name: "Cola", Price: 100}}}
	for _, step := range []struct {
		method, path string
		in           any
		fault        string // part of it; empty: none
	}{
		{"POST", "/v1/import", lists, ""},
		{"POST", "/v1/import", map[string]int{"beds": 1}, "unknown field"},
		{"POST", "/v1/checkin", Stay{Room: "101"}, ""},
		{"POST", "/v1/checkin", Stay{Room: "101"}, "is occupied"},
		{"POST", "/v1/checkin", Stay{Room: "101", Stay: "G9", Share: true, VIP: 12}, "must be 0 to 9"},
		{"POST", "/v1/checkin", Stay{Room: "101", Stay: "G9", Share: true, VIP: 3, Incognito: true, Language: "en", Leaves: "2999-01-01"}, ""},
		{"POST", "/v1/checkout", Stay{Room: "101"}, "must be named"},
		{"POST", "/v1/extend", Stay{Room: "101", Leaves: "2999-01-02", Stay: "G9"}, ""},
		{"POST", "/v1/swap", Stay{Room: "101", To: "102"}, ""},
		{"POST", "/v1/swap", Stay{Room: "102", To: "101"}, ""},
		{"POST", "/v1/checkout", Stay{Room: "101", Stay: "G9"}, ""},
		{"POST", "/v1/checkin", Stay{Room: "999"}, "must be a room of the hotel"},
		{"POST", "/v1/move", Stay{Room: "101", To: "102"}, ""},
		{"POST", "/v1/checkout", Stay{Room: "102"}, ""},
		{"GET", "/v1/status", nil, ""},
		{"GET", "/v1/events?limit=2&last=1", nil, ""},
		{"GET", "/v1/events?limit=x", nil, "limit must be a number"},
		{"GET", "/v1/events/1", nil, ""},
		{"GET", "/v1/events/999", nil, "no such event"},
		{"GET", "/v1/events/x", nil, "the id must be a number"},
		{"POST", "/v1/events/1/rerun", nil, "no parked unit"},
		{"GET", "/v1/queue", nil, ""},
		{"GET", "/v1/queue?list=odd", nil, "waiting, parked or ended"},
		{"GET", "/v1/queue/5", nil, "no such call"},
		{"POST", "/v1/queue/5/retry", nil, "must be parked or waiting"},
		{"POST", "/v1/queue/5/dance", nil, "retry or drop"},
		{"GET", "/v1/alerts", nil, ""},
		{"POST", "/v1/alerts/x/resolve", nil, "must be an open alert"},
		{"GET", "/v1/rooms", nil, ""},
		{"GET", "/v1/items", nil, ""},
		{"GET", "/v1/parked", nil, ""},
		{"GET", "/v1/postings?room=101", nil, ""},
		{"GET", "/v1/calls", nil, ""},
		{"GET", "/v1/cron", nil, ""},
		{"POST", "/v1/doctor", nil, ""},
		{"POST", "/v1/doctor?offline=1", nil, ""},
		{"GET", "/v1/doctor", nil, "405"},
		{"POST", "/v1/doctor?cause=1", nil, ""},
		{"POST", "/v1/doctor/play?room=999&prompt=x", nil, "must be a room"},
		{"POST", "/v1/doctor/play?room=101", nil, "must be names of recordings"},
		{"POST", "/v1/doctor/play?room=101&prompt=good-night", nil, "cannot be told to place calls"},
		{"GET", "/v1/doctor/play", nil, "405"},
		{"POST", "/v1/neighbours", nil, ""},
		{"GET", "/v1/reports", nil, ""},
		{"GET", "/v1/reports/evening", nil, "no such report"},
		{"POST", "/v1/cron/run", map[string]string{"name": "evening-report"}, ""},
		{"GET", "/v1/reports/evening", nil, ""},
		{"GET", "/v1/reports/evening?date=2001-01-01", nil, "no such report"},
		{"GET", "/v1/reports/evening%2F", nil, "no such report"},
		{"GET", "/v1/reports/even", nil, "no such report"},
		{"POST", "/v1/mail/test", nil, "no mail server is configured"},
		{"GET", "/v1/mail/test", nil, "405"},
		{"POST", "/v1/cron/run", map[string]string{"name": "none"}, "no hook has a schedule"},
		{"DELETE", "/v1/rooms", nil, "405"},
		{"POST", "/v1/items/delete", hotel.DeleteItem{Code: "1"}, ""},
		{"POST", "/v1/items/delete", hotel.DeleteItem{Code: "1"}, "is not on the price list minibar"},
		{"POST", "/v1/checkin", Stay{Room: "102", Limit: "x"}, "must be an amount above zero"},
		{"GET", "/v1/nowhere", nil, "404"},
	} {
		err := c.do(t.Context(), step.method, step.path, step.in, nil)
		if (err == nil) != (step.fault == "") || err != nil && !strings.Contains(err.Error(), step.fault) {
			t.Errorf("%s %s: %v, want %q", step.method, step.path, err, step.fault)
		}
	}
	var rooms []hotel.Room
	if err := c.Get(t.Context(), "/v1/rooms", &rooms); err != nil || len(rooms) != 2 || rooms[0].LastStay == "" && rooms[1].LastStay == "" {
		t.Errorf("rooms: %+v, %v", rooms, err)
	}
}

func TestBodyIsBounded(t *testing.T) {
	c, _, _ := house(t)
	long := Stay{Room: strings.Repeat("1", maxBody)}
	if err := c.Post(t.Context(), "/v1/checkin", long, nil); err == nil {
		t.Error("a body of more than a megabyte was taken")
	}
}

func TestSocketIsItsOwnersAlone(t *testing.T) {
	_, _, socket := house(t)
	info, err := os.Stat(socket)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := ListenSocket(socket); err == nil || !strings.Contains(err.Error(), "another agent answers") {
		t.Errorf("the socket of a running agent was taken: %v", err)
	}
	old := filepath.Join(t.TempDir(), "old.sock")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: old, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false) // as after a kill
	_ = left.Close()
	ln, err := ListenSocket(old)
	if err != nil {
		t.Fatalf("a socket that nobody answers on: %v", err)
	}
	_ = ln.Close()
	if err := NewClient(old).Get(t.Context(), "/v1/status", nil); !errors.Is(err, ErrNotRunning) {
		t.Errorf("without an agent: %v", err)
	}
}

func TestOverTCPNothingElseIsAnswered(t *testing.T) {
	_, a, _ := house(t)
	open := httptest.NewServer(OpenHandler(a, Gate{}))
	defer open.Close()
	for path, want := range map[string]int{
		"/healthz": 200, "/metrics": 200, "/v1/status": 401, "/v1/events": 401, "/v1/rooms": 401, "/": 401,
	} {
		r, err := http.Get(open.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil || r.StatusCode != want {
			t.Errorf("%s: %d, %v; want %d", path, r.StatusCode, err, want)
		}
		if path == "/metrics" && !strings.Contains(string(text), "\nbellhop_store_ok 1\n") {
			t.Errorf("metrics:\n%s", text)
		}
	}
	r, err := http.Post(open.URL+"/v1/checkout", "application/json", strings.NewReader(`{"room":"101"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != 401 {
		t.Errorf("an order over TCP: %d", r.StatusCode)
	}
}

func TestCheckedOutTwiceIsToldSo(t *testing.T) {
	c, _, _ := house(t)
	post := func(path string, body any) (order Order) {
		t.Helper()
		if err := c.Post(t.Context(), path, body, &order); err != nil {
			t.Fatal(err)
		}
		return order
	}
	post("/v1/import", hotel.Import{Rooms: []hotel.Room{{Number: "101"}}})
	post("/v1/checkin", Stay{Room: "101", Stay: "G1", Leaves: "2999-01-01", VIP: 2})
	var rooms []RoomAnswer
	if err := c.Get(t.Context(), "/v1/rooms", &rooms); err != nil || len(rooms) != 1 || len(rooms[0].Stays) != 1 || rooms[0].Stays[0].VIP != 2 {
		t.Fatalf("rooms: %+v, %v", rooms, err)
	}
	if order := post("/v1/checkout", Stay{Room: "101", Stay: "G1"}); order.Already {
		t.Error("the first check-out was the second")
	}
	if order := post("/v1/checkout", Stay{Room: "101", Stay: "G1"}); !order.Already {
		t.Error("the second check-out was taken for the first")
	}
	if err := c.Post(t.Context(), "/v1/checkout", Stay{Room: "101"}, nil); err == nil {
		t.Error("a vacant room was checked out")
	}
}
