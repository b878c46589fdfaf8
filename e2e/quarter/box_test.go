package quarter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pbx/yeastar"
	"bellhop/sim"
)

var (
	errOff  = errors.New("the box is off")
	errLine = errors.New("the line is broken")
)

// box is the computer beside the PBX. A power cut ends it for good: what is
// switched on again is another one, on what the disk held.
type box struct {
	agent  *agent.Agent
	folder string
	line   *line
	pushes *sim.Cable // from the PBX to the driver; nil: it does not listen yet
	end    func()
}

// line is the box's network: every connection from it and to it.
type line struct {
	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
}

// dial makes a connection that ends when the line is cut.
func (l *line) dial(dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if l.isCut() {
			return nil, errLine
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.cut {
			_ = conn.Close()
			return nil, errLine
		}
		wired := &wire{conn, l}
		l.conns[wired] = true
		return wired, nil
	}
}

func (l *line) isCut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cut
}

// set cuts the line with all that goes over it, or mends it.
func (l *line) set(cut bool) {
	l.mu.Lock()
	l.cut = cut
	var open []net.Conn
	for conn := range l.conns {
		open = append(open, conn)
	}
	l.mu.Unlock()
	if cut {
		for _, conn := range open {
			_ = conn.Close()
		}
	}
}

// slowly is the PBX's manner of taking its time, before an order has its effect
// and after: whatever is cut may be cut in between.
type slowly struct {
	next http.RoundTripper
	mu   sync.Mutex
	dice *rand.Rand
}

func (s *slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	s.rest()
	answer, err := s.next.RoundTrip(r)
	s.rest()
	return answer, err
}

func (s *slowly) rest() {
	s.mu.Lock()
	pause := time.Duration(1+s.dice.IntN(40)) * time.Millisecond
	if s.dice.IntN(50) == 0 {
		pause += time.Duration(s.dice.IntN(2000)) * time.Millisecond
	}
	s.mu.Unlock()
	time.Sleep(pause)
}

type wire struct {
	net.Conn
	line *line
}

func (w *wire) Close() error {
	w.line.mu.Lock()
	delete(w.line.conns, w)
	w.line.mu.Unlock()
	return w.Conn.Close()
}

// switchOn starts a box on what lies in a folder.
func (h *house) switchOn(folder string) {
	h.t.Helper()
	b := &box{folder: folder, line: &line{conns: map[net.Conn]bool{}}}
	a, err := agent.New(agent.Options{
		Config: h.configOf(folder), Driver: h.driverOf(b), Link: h.linkOf(), Log: slog.New(slog.DiscardHandler),
		Synced: func() bool { return h.run.synced }, Hooks: h.hooks(),
	})
	if err != nil {
		h.t.Fatalf("start the agent: %v", err)
	}
	b.agent = a
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	b.end = func() {
		cancel()
		if err := <-done; err != nil {
			h.t.Errorf("the agent ended: %v", err)
		}
	}
	h.setBox(b)
}

// hooks are the hotel's own.
func (h *house) hooks() fs.FS {
	if !h.run.sweep {
		return nil
	}
	return fstest.MapFS{"sweep.lua": {Data: []byte(`
		local bellhop = require "bellhop"
		bellhop.cron("0 3 * * *", "nightly-checkout-sweep", { within = 4 * 3600 }, function()
			bellhop.sweep { overdue = "checkout" }
		end)`)}}
}

func (h *house) configOf(folder string) config.Config {
	c := config.Default()
	c.Hotel = config.Hotel{Name: "Quarter", Timezone: h.run.zone, Country: "IT", Currency: "EUR", Language: "en"}
	if h.run.tamper != nil && h.run.tamper.zone != "" {
		c.Hotel.Timezone = h.run.tamper.zone
	}
	c.Classes = map[string][]string{}
	for class, routes := range classRoutes {
		if len(routes) > 0 {
			c.Classes[class] = routes
		}
	}
	c.Emergency.Routes = []string{emergencyRoute}
	c.Checkout.Phones = h.run.checkout
	c.Minibar.Doubt = doubtFor.String()
	c.Tax = config.Tax{Prices: config.PricesGross, Minibar: config.Percent(h.run.tax.minibar), Call: config.Percent(h.run.tax.call)}
	if h.run.tax.onTop {
		c.Tax.Prices = config.PricesNet
	}
	c.Tariff.Free, c.Tariff.Holidays, c.Tariff.Grace = []string{freeNumbers + "*"}, holidays, map[string]int{analogue: graceSeconds}
	if h.run.tax.step > 0 {
		c.Tariff.Round = fmt.Sprintf("0.%02d", h.run.tax.step)
	}
	c.Store.Keep, c.Store.MaxSize = "60d", "1GB"
	c.Checkout.Sweep, c.Checkout.SweepRooms, c.Checkout.SweepPercent = h.run.sweep, 30, 50
	c.Services.Confirm = confirmCode
	c.WakeUp.Desk = deskPhone
	c.Checkout.WakeUps, c.Checkout.LookThrough = h.run.wakeUps, h.run.looks
	c.Checkin.Incognito = h.run.masked
	if h.run.voicemail {
		c.Checkin.VoicemailVIP = voicemailFrom
	}
	if h.run.how != "" {
		c.WakeUp.How = h.run.how
	}
	c.Store.Path = filepath.Join(folder, "bellhop.db")
	c.PMS.Link = "webhook"
	if h.run.tamper != nil && h.run.tamper.config != nil {
		h.run.tamper.config(h, &c)
	}
	return c
}

// driverOf makes the real driver, with the box's line in place of a network.
func (h *house) driverOf(b *box) pbx.Driver {
	client := yeastar.NewPlainClient()
	transport := client.Transport.(*http.Transport)
	transport.DialContext = b.line.dial(h.api.Dial)
	client.Transport = &slowly{next: h.story.around(transport), dice: rand.New(rand.NewPCG(h.run.seed, uint64(h.folders)))}
	d := &yeastar.Driver{
		Address:  "192.0.2.9:8260",
		Listener: yeastar.Listener{Allowed: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}},
		Listen: func(context.Context, string, string) (net.Listener, error) {
			cable := sim.NewCable()
			h.mu.Lock()
			defer h.mu.Unlock()
			b.pushes = cable
			return cable, nil
		},
		Session: &yeastar.Session{
			Base: "http://192.0.2.1", API: yeastar.V2, User: "api", Password: pbxPassword, HTTP: client,
			Registration: yeastar.Registration{Address: "192.0.2.9", Port: "8260"},
			TriesFile:    filepath.Join(b.folder, "pbx-login-tries"),
		},
	}
	if h.run.tamper != nil && h.run.tamper.driver != nil {
		return h.run.tamper.driver(d)
	}
	return d
}

// pushTo is how the PBX reaches the agent.
func (h *house) pushTo(ctx context.Context, network, address string) (net.Conn, error) {
	h.mu.Lock()
	b := h.box
	var to *sim.Cable
	if b != nil {
		to = b.pushes
	}
	h.mu.Unlock()
	if to == nil {
		return nil, errOff
	}
	return b.line.dial(to.Dial)(ctx, network, address)
}

func (h *house) setBox(b *box) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.box = b
}

// order gives the agent a person's order.
func (h *house) order(ev hotel.Event) error {
	if h.box == nil {
		return errOff
	}
	ctx, cancel := context.WithTimeout(context.Background(), orderPatience)
	defer cancel()
	_, err := h.box.agent.Do(ctx, ev)
	return err
}

// orderPatience is how long a person at the desk waits.
const orderPatience = time.Minute

// cutPower takes the power away at this very moment, and gives the folder with
// what the disk then held. A write that was not acknowledged yet may be missing;
// which of the others may not, is for the agent to say by its answers.
func (h *house) cutPower() (folder string) {
	h.t.Helper()
	synctest.Wait() // nobody writes: what is copied was there at one moment
	b := h.box
	folder = h.newFolder()
	if h.stale != "" {
		copyFiles(h.t, h.stale, folder)
	} else {
		copyFiles(h.t, b.folder, folder)
	}
	h.setBox(nil)
	b.line.set(true) // before anything of the old box goes on
	b.end()
	if err := os.RemoveAll(b.folder); err != nil {
		h.t.Fatal(err)
	}
	return folder
}

func (h *house) newFolder() string {
	h.t.Helper()
	h.folders++
	folder := filepath.Join(h.disk, fmt.Sprint(h.folders))
	if err := os.Mkdir(folder, 0o700); err != nil {
		h.t.Fatal(err)
	}
	return folder
}

// copyFiles copies a folder as it is at this moment. Backups that are done nobody
// writes to any more: they are linked.
func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		copied := filepath.Join(to, strings.TrimPrefix(path, from))
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(copied, 0o700)
		case filepath.Ext(path) == ".db" && filepath.Base(filepath.Dir(path)) == "backups":
			return os.Link(path, copied)
		}
		return copyFile(path, copied)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() // it was only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}
