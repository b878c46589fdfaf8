package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"bellhop/e2e/faults/guest"
	"bellhop/hotel"
	"bellhop/sim"
)

// look is how often something is looked for that does not tell by itself.
const look = 20 * time.Millisecond

// follow does as ordered; with no error it has come to the end.
func follow(o guest.Orders, b *book, p *pms, a *agent) error {
	local := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", guest.Socket)
	}}}
	until(func() bool { return listens(local) })
	if o.Furnish {
		if err := furnish(local); err != nil {
			return err
		}
	}
	b.sayTook(guest.Ready)
	for _, r := range o.Again {
		push(r, b)
	}
	if o.Push {
		if err := work(o, b, p, a); err != nil {
			return err
		}
	}
	if o.Tick {
		<-p.ticked
		b.say(guest.Ticked)
	}
	if !o.Off {
		select {}
	}
	until(func() bool { return drained(local) })
	b.sayTook(guest.Drained)
	return nil
}

func until(good func() bool) {
	for !good() {
		time.Sleep(look)
	}
}

// status is what is of interest here.
type status struct {
	Backlog int
	PBX     *struct{ Listening string }
	Store   struct {
		LastID, Watermark uint64
		Waiting           int
		Error             string
	}
}

func ask(local *http.Client) (s status, err error) {
	answer, err := local.Get("http://agent/v1/status")
	if err != nil {
		return s, err
	}
	defer answer.Body.Close()
	return s, json.NewDecoder(answer.Body).Decode(&s)
}

func listens(local *http.Client) bool {
	s, err := ask(local)
	return err == nil && s.PBX != nil && s.PBX.Listening != ""
}

func drained(local *http.Client) bool {
	s, err := ask(local)
	return err == nil && s.Backlog == 0 && s.Store.Watermark == s.Store.LastID && s.Store.Waiting == 0 && s.Store.Error == ""
}

func furnish(local *http.Client) error {
	lists := hotel.Import{Rooms: []hotel.Room{{Number: guest.TickRoom}}}
	for n := range (guest.Lines + 1) * guest.RoomsOfLine {
		lists.Rooms = append(lists.Rooms, hotel.Room{Number: guest.Room(n)})
	}
	lists.Items = []hotel.Item{{Minibar: hotel.DefaultMinibar, Code: guest.Item, Name: "Water", Price: guest.Price}}
	text, err := json.Marshal(lists)
	if err != nil {
		return err
	}
	answer, err := local.Post("http://agent/v1/import", "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if said, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		return fmt.Errorf("import: %s: %s", answer.Status, said)
	}
	return nil
}

// work pushes while the steps are gone through; without any, until the power
// goes.
func work(o guest.Orders, b *book, p *pms, a *agent) (err error) {
	var all sync.WaitGroup
	var enough atomic.Bool
	for line := range guest.Lines {
		all.Go(func() {
			for n := 0; !enough.Load(); n++ {
				push(guest.Report{Session: o.Session, Line: line, Number: n}, b)
			}
		})
	}
	if len(o.Steps) > 0 {
		err = (&steps{session: o.Session, book: b, pms: p, agent: a}).all(o.Steps)
		enough.Store(true)
	}
	all.Wait()
	return err
}

// phones dial anew for each report, as a PBX does.
var phones = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}

// push pushes a report until it is acknowledged, and says so.
func push(r guest.Report, b *book) {
	until(func() bool {
		answer, err := phones.Post("http://"+guest.PushTo, "application/json", bytes.NewReader(r.Body()))
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		_, err = io.Copy(io.Discard, answer.Body)
		return err == nil && answer.StatusCode == http.StatusOK
	})
	b.acked.Add(1)
	b.sayOf(guest.Acked, r)
}

// pms notes each message in the book before it answers.
type pms struct {
	*sim.Sink
	book   *book
	right  *rightClock
	ticked chan struct{}
	once   sync.Once

	told, ticks atomic.Int64 // messages, and those of the schedule, with their repetitions
}

// rightClock goes on however the computer's is set.
type rightClock struct {
	mu    sync.Mutex
	shown time.Time // zero: it shows what the computer's does
	at    time.Time
}

// with sets the clock while do sets the computer's: nobody reads the one in
// between.
func (c *rightClock) with(to time.Time, do func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown, c.at = to, time.Now()
	return do()
}

func (c *rightClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shown.IsZero() {
		return time.Now()
	}
	return c.shown.Add(time.Since(c.at))
}

func servePMS(b *book, right time.Time) (*pms, error) {
	clock := &rightClock{shown: right, at: time.Now()}
	sink, err := sim.NewSink(sim.SinkOptions{Secret: guest.SecretText, Now: clock.now})
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", guest.PMS)
	if err != nil {
		return nil, err
	}
	p := &pms{Sink: sink, book: b, right: clock, ticked: make(chan struct{})}
	go func() {
		err := http.Serve(listener, p)
		b.say(guest.Broken, fmt.Sprintf("%q", err.Error()))
	}()
	return p, nil
}

func (p *pms) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the agent was killed
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	p.Sink.ServeHTTP(&answer{w, func() {
		if err := p.note(body); err != nil {
			p.book.say(guest.Broken, fmt.Sprintf("%q", err.Error()))
		}
	}}, r)
}

// answer has a message noted before it is answered as taken.
type answer struct {
	http.ResponseWriter
	note func()
}

func (a *answer) WriteHeader(status int) {
	if status < 300 {
		a.note()
	}
	a.ResponseWriter.WriteHeader(status)
}

func (p *pms) note(body []byte) error {
	var m struct {
		ID, Type string
		Data     hotel.Posting
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return err
	}
	if m.ID == "" {
		return errors.New("a message without a key")
	}
	d := m.Data
	p.book.say(guest.Told, m.ID, m.Type, d.ID, d.Room, d.Kind, strconv.FormatInt(d.Amount, 10))
	p.told.Add(1)
	if d.Room == guest.TickRoom {
		p.ticks.Add(1)
		p.once.Do(func() { close(p.ticked) })
	}
	return nil
}
