package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/pbx/yeastar"
	"bellhop/sim"
)

// The names of those who leave have one of these in them; who stays is called
// otherwise.
var leavers = []string{"Kanarie", "金丝雀"}

const stayer = "Bleibtreu"

// welcome writes names wherever a hook can.
const welcome = `
local bellhop = require "bellhop"
bellhop.on("checkin", function(event)
  local name = event.fields.name
  if not name then return end
  bellhop.alert("Welcome " .. name, { room = event.room })
  bellhop.kv.set("guest-" .. event.room, { last = name })
  bellhop.log("came: " .. name)
  bellhop.post { room = event.room, kind = "other", amount = 0, description = "Flowers for " .. name }
  bellhop.http.post("http://127.0.0.1:1/welcome", { name = name }, { room = event.room })
  bellhop.report { name = "arrivals-" .. event.room, title = "Arrivals", rows = { { event.room, name } } }
  if event.room == "1002" then error("no flowers for " .. name) end
end)
bellhop.on("move", function(event)
  bellhop.log(type(bellhop.kv.get("guest-" .. event.room)))
end)`

// small is a hotel whose PBX is simulated, and nobody else answers: not the
// management system, the mail server, the other program, nor the hook's.
type small struct {
	*canary
	file string
	pbx  *sim.PBX
	h    http.Handler
}

// live lets the agent run for as long as do takes.
func (s *small) live(who string, do func()) {
	s.t.Helper()
	cfg, err := config.Load(s.file)
	s.must(err)
	s.must(makeFolders(cfg))
	opened, err := openDriver(cfg, slog.New(slog.DiscardHandler))
	s.must(err)
	calls, pushes := sim.NewCable(), sim.NewCable()
	d := opened.(*yeastar.Driver)
	d.Session.HTTP.Transport.(*http.Transport).DialContext = calls.Dial
	d.Listen = func(context.Context, string, string) (net.Listener, error) { return pushes, nil }
	link, err := openLink(cfg)
	s.must(err)
	mails, err := openMail(cfg)
	s.must(err)
	mails.Pin = hex.EncodeToString(make([]byte, 32))
	mails.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }
	a, err := agent.New(agent.Options{
		Config: cfg, Driver: d, Link: link, Mail: mails, Synced: func() bool { return true },
		Hooks: fstest.MapFS{"welcome.lua": {Data: []byte(welcome)}},
		Log:   slog.New(slog.NewTextHandler(s.to("the log of "+who), &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	s.must(err)
	dial.to = pushes
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = s.pbx.Serve(ctx, calls) })
	running.Go(func() { s.must(a.Run(ctx)) })
	s.h = api.Handler(a)
	do()
	cancel()
	running.Wait()
	pushes.Close()
}

// dial leads the PBX to the agent that runs.
var dial = &redial{}

type redial struct{ to *sim.Cable }

func (r *redial) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if r.to == nil {
		return nil, errors.New("connection refused")
	}
	return r.to.Dial(ctx, network, address)
}

func (s *small) post(path, body string) string {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s %s: %d %s", path, body, w.Code, w.Body)
	}
	return w.Body.String()
}

// holders are the live records of the database in which one of the names stands,
// however it is written there, each by its bucket and key.
func (s *small) holders(names ...string) (found []string) {
	s.t.Helper()
	cfg, err := config.Load(s.file)
	s.must(err)
	db, err := bbolt.Open(cfg.Store.Path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
	s.must(err)
	defer db.Close()
	s.must(db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(bucket []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				for _, name := range names {
					if holds(append(append(bytes.Clone(k), 0), v...), name) {
						found = append(found, fmt.Sprintf("%s %q: %.200q", bucket, k, v))
					}
				}
				return nil
			})
		})
	}))
	return found
}

func holds(text []byte, name string) bool {
	for _, form := range inBase64(name) {
		if bytes.Contains(text, []byte(form)) {
			return true
		}
	}
	return bytes.Contains(bytes.ToLower(text), []byte(strings.ToLower(name)))
}

// in are the buckets of what was found.
func in(found []string) map[string]int {
	buckets := map[string]int{}
	for _, f := range found {
		bucket, _, _ := strings.Cut(f, " ")
		buckets[bucket]++
	}
	return buckets
}

// TestNamesLeave lets guests come by every way that there is, while nobody but the
// PBX answers, and go, one of them while the PBX is away, too. As long as a name
// is kept it stands in the records; when that is over it stands in none of them,
// and nothing that the program says has it. Who stays keeps the own.
func TestNamesLeave(t *testing.T) {
	s := &small{canary: &canary{t: t, folder: t.TempDir(), secrets: map[string]string{}, said: map[string]*bytes.Buffer{}}}
	s.file = s.config(life{})
	text, err := os.ReadFile(s.file)
	s.must(err)
	s.must(os.WriteFile(s.file, bytes.Replace(text, []byte("[store]"), []byte("[store]\nkeep_names = \"1d\""), 1), 0o600))
	synctest.Test(t, func(t *testing.T) {
		s.t = t
		time.Sleep(time.Until(time.Date(2030, 1, 1, 10, 0, 0, 0, time.UTC)))
		s.pbx, err = sim.NewPBX(sim.PBXOptions{Password: canaryPassword, Extensions: 6, Dial: dial.Dial})
		s.must(err)
		s.live("the first day", s.come)
		if found := in(s.holders(leavers...)); found["names"] == 0 || found["state"] == 0 || found["postings"] == 0 || found["outbox"] == 0 || found["journal"] > 0 || found["raw"] == 0 || found["past"] == 0 {
			t.Errorf("in house the names stand in %v", found)
		}
		s.live("the day of departure", s.leave)
		time.Sleep(20 * time.Hour) // the box is off
		s.live("the night", func() { time.Sleep(2 * time.Hour) })
		for _, name := range leavers {
			if len(s.holders(name)) == 0 {
				t.Errorf("%s is forgotten too early", name)
			}
		}
		s.live("the next day", func() {
			time.Sleep(4 * time.Hour)
			s.ask(life{name: "all"}, s.h)
		})
		s.wantForgotten()
		s.live("the day after", func() { // the PBX is back, and still shows a name
			s.pbx.SetDown(false)
			time.Sleep(time.Hour)
		})
		time.Sleep(24 * time.Hour)
		s.live("the last day", func() { time.Sleep(2 * time.Hour) })
		for _, number := range []string{"1001", "1002", "1003", "1004", "1006"} {
			if x, _ := s.pbx.Extension(number); x.Settings["username"] != number {
				t.Errorf("telephone %s shows %q", number, x.Settings["username"])
			}
		}
	})
	s.t = t
	s.wantForgotten()
	s.askInWords()
	s.lookForNames()
}

// come lets the guests in.
func (s *small) come() {
	time.Sleep(time.Minute)
	s.must(s.pbx.SetExtension(sim.PBXExtension{Number: "1004", Settings: map[string]string{"username": "Kanarie Vier"}}))
	s.post("/v1/import", `{"rooms":[{"number":"1001"},{"number":"1002"},{"number":"1003"},{"number":"1004"},{"number":"1005"},{"number":"1006"}]}`)
	s.post("/v1/occupancy", `{"from":"pbx","stays":[{"room":"1004","name":"Kanarie Vier"},{"room":"1004","name":"Kanarie Fuenf"}]}`)
	s.post("/v1/checkin", `{"room":"1001","name":"Kanarie & Söhne \"O'Brien\""}`)
	s.post("/v1/checkin", `{"room":"1002","stay":"G2","name":"金丝雀","vip":3}`)
	s.post("/v1/checkin", `{"room":"1002","stay":"G3","name":"Kanarie Drei","share":true}`)
	s.post("/v1/checkin", `{"room":"1003","stay":"G4","name":"Kanarie Sechs","incognito":true}`)
	s.post("/v1/checkin", `{"room":"1005","stay":"G5","name":"`+stayer+`"}`)
	time.Sleep(10 * time.Minute)
	_, err := s.pbx.Dial("1001", "112")
	s.must(err)
	s.must(s.pbx.Push(context.Background(), []byte(`{"event":"Queer","sn":"1","username":"Kanarie Sieben"}`)))
	s.must(s.pbx.Push(context.Background(), []byte(`{"event":"Queer","username":"Kanarie Acht"`)))
	time.Sleep(10 * time.Minute)
	s.post("/v1/move", `{"room":"1001","to":"1006"}`)
	time.Sleep(10 * time.Minute)
}

// leave lets them go; the room that was moved into when the PBX is away.
func (s *small) leave() {
	time.Sleep(30 * time.Minute)
	for _, room := range []string{"1002", "1003", "1004"} {
		s.post("/v1/checkout", `{"room":"`+room+`","all":true}`)
	}
	time.Sleep(30 * time.Minute)
	s.pbx.SetDown(true)
	s.post("/v1/checkout", `{"room":"1006","all":true}`)
	time.Sleep(time.Hour)
}

func (s *small) wantForgotten() {
	s.t.Helper()
	for _, found := range s.holders(leavers...) {
		s.t.Errorf("a name is left: %s", found)
	}
	for _, found := range s.holders(stayer) {
		if strings.HasPrefix(found, `state "guest/G5"`) {
			return
		}
	}
	s.t.Error("who is still here is forgotten")
}

// lookForNames searches all that was said since names are gone.
func (s *small) lookForNames() {
	s.t.Helper()
	if len(s.said) < 40 {
		s.t.Errorf("only %d have said something", len(s.said))
	}
	known := false
	for who, text := range s.said {
		known = known || strings.HasPrefix(who, "bellhop") && holds(text.Bytes(), stayer)
		for _, name := range leavers {
			if holds(text.Bytes(), name) {
				s.t.Errorf("%s has %s: %.3000q", who, name, text)
			}
		}
	}
	if !known {
		s.t.Error("no command tells who is still here")
	}
}
