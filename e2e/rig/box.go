package rig

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/hotel"
	"bellhop/store"
)

// StartTime bounds how long an agent may take until it answers, on a busy
// machine and under strace.
const StartTime = 30 * time.Second

// NoticeTime bounds how long it may take until something is seen to happen.
const NoticeTime = 30 * time.Second

// Box is an installation: config, hooks, store, and the agents that run on it
// one after the other.
type Box struct {
	T      *testing.T
	Folder string
	Config string
	DB     string
	Socket string
	PushTo string // where the PBX pushes to
	Open   string // where /healthz is answered
	Log    string
	Client *api.Client

	enter []string // the command line that the agent's goes behind
}

// Options say what differs from box to box.
type Options struct {
	PMS   string            // the address of the PMS
	PBX   string            // the address of the PBX's API; empty: nobody answers there
	Event string            // the address of the PBX's event stream; empty: the PBX pushes
	Store string            // the folder of the store; empty: one of the box's own
	Hooks map[string]string // file name -> text
	Extra string            // more of the config, whole sections
	Place Place             // where the agent is, and where those are who may push; empty: this computer
}

const (
	pmsSecret   = "a secret for tests"
	pbxPassword = "a password for tests"
	hotelZone   = "Europe/Rome"
)

// Zone is the hotel's.
func Zone(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(hotelZone)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// NewBox lays a box out; no agent runs yet.
func NewBox(t *testing.T, o Options) *Box {
	t.Helper()
	folder := t.TempDir()
	o.Store = cmp.Or(o.Store, filepath.Join(folder, "store"))
	o.PBX = cmp.Or(o.PBX, "http://127.0.0.1:1")
	o.Place.Agent = cmp.Or(o.Place.Agent, "127.0.0.1")
	o.Place.Far = cmp.Or(o.Place.Far, "127.0.0.1")
	b := &Box{
		T: t, Folder: folder,
		Config: filepath.Join(folder, "bellhop.toml"), DB: filepath.Join(o.Store, "bellhop.db"),
		Socket: filepath.Join(folder, "bellhop.sock"), Log: filepath.Join(folder, "log"),
		PushTo: freeAddress(t, o.Place.Agent), Open: freeAddress(t, o.Place.Agent),
		enter: o.Place.Enter,
	}
	b.Client = api.NewClient(b.Socket)
	for name, text := range o.Hooks {
		b.Write(filepath.Join("hooks", name), text)
	}
	b.Write("pms-secret", pmsSecret)
	b.Write("pbx-password", pbxPassword)
	b.Write("bellhop.toml", b.toml(o))
	t.Cleanup(b.showLog)
	return b
}

func (b *Box) toml(o Options) string {
	events := fmt.Sprintf("event_listen = %q\nallow_from = [%q]\n", b.PushTo, o.Place.Far)
	if o.Event != "" {
		events = fmt.Sprintf("events = \"tcp\"\nevent_addr = %q\n", o.Event)
	}
	return fmt.Sprintf(`
[hotel]
name = "Harbour Inn"
timezone = %q
country = "IT"
currency = "EUR"
language = "en"
[pbx]
url = %q
username = "api"
password_file = %q
%s
[classes]
local = ["Local"]
[emergency]
routes = ["Emergency"]
[hooks]
dir = %q
[api]
listen = %q
socket = %q
[store]
path = %q
[pms]
link = "webhook"
url = %q
secret_file = %q
%s`, hotelZone, o.PBX, b.in("pbx-password"), events, b.in("hooks"), b.Open, b.Socket, b.DB, o.PMS, b.in("pms-secret"), o.Extra)
}

func (b *Box) in(name string) string { return filepath.Join(b.Folder, name) }

// Write makes a file in the box's folder.
func (b *Box) Write(name, text string) {
	b.T.Helper()
	path := filepath.Join(b.Folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		b.T.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.T.Fatal(err)
	}
}

// freeAddress is one that nobody listens on, outside of the ports that
// systems give to outgoing connections, so that it stays free. What is free
// here is taken to be free on another computer.
func freeAddress(t *testing.T, host string) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		if ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil {
			_ = ln.Close()
			return net.JoinHostPort(host, port)
		}
	}
	t.Fatal("no port is free")
	return ""
}

// showLog shows the end of what the agents said when the test has failed.
func (b *Box) showLog() {
	if !b.T.Failed() {
		return
	}
	text, _ := os.ReadFile(b.Log) // there may be none
	const most = 6000
	b.T.Logf("the agent's last words:\n%s", text[max(0, len(text)-most):])
}

// Status asks the running agent how things stand.
func (b *Box) Status() agent.Status {
	b.T.Helper()
	var s agent.Status
	if err := b.Client.Get(b.T.Context(), "/v1/status", &s); err != nil {
		b.T.Fatal(err)
	}
	return s
}

// Drained waits until every event is finished and every call has ended.
func (b *Box) Drained(limit time.Duration) {
	b.T.Helper()
	Eventually(b.T, limit, func() (bool, string) {
		var s agent.Status
		if err := b.Client.Get(b.T.Context(), "/v1/status", &s); err != nil {
			return false, err.Error()
		}
		done := s.Backlog == 0 && s.Store.Watermark == s.Store.LastID && s.Store.Waiting == 0 && s.Store.Error == ""
		return done, fmt.Sprintf("%d of %d events finished, %d in memory, %d calls waiting: %s",
			s.Store.Watermark, s.Store.LastID, s.Backlog, s.Store.Waiting, strings.Join(s.Missing, "; "))
	})
}

// Health asks /healthz over TCP.
func (b *Box) Health(ctx context.Context) (status int, h api.Health, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.Open+"/healthz", nil)
	if err != nil {
		return 0, h, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, h, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, h, err
	}
	return response.StatusCode, h, json.Unmarshal(text, &h)
}

// Read opens the store of an agent that has stopped.
func (b *Box) Read() *store.Store {
	b.T.Helper()
	s, err := store.Open(store.Options{Path: b.DB, ReadOnly: true})
	if err != nil {
		b.T.Fatal(err)
	}
	b.T.Cleanup(func() { _ = s.Close() })
	return s
}

// Event reads an event and its units. One that was just acknowledged is in
// the journal a moment later.
func (b *Box) Event(id uint64) (a api.EventAnswer) {
	b.T.Helper()
	Eventually(b.T, NoticeTime, func() (bool, string) {
		err := b.Client.Get(b.T.Context(), fmt.Sprintf("/v1/events/%d", id), &a)
		return err == nil, fmt.Sprint(err)
	})
	return a
}

// Charges are the postings of a room, the oldest first.
func (b *Box) Charges(number string) (all []string) {
	b.T.Helper()
	var postings []hotel.Posting
	if err := b.Client.Get(b.T.Context(), "/v1/postings?limit=100&room="+number, &postings); err != nil {
		b.T.Fatal(err)
	}
	for _, p := range slices.Backward(postings) {
		all = append(all, fmt.Sprintf("%s %d", p.Kind, p.Amount))
	}
	return all
}

// Alarmed tells whether an alert of a code is open.
func (b *Box) Alarmed(code string) bool {
	b.T.Helper()
	var alerts []api.AlertAnswer
	if err := b.Client.Get(b.T.Context(), "/v1/alerts", &alerts); err != nil {
		b.T.Fatal(err)
	}
	return slices.ContainsFunc(alerts, func(a api.AlertAnswer) bool { return a.Code == code })
}
