package rig

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"bellhop/hotel"
)

// The rooms, each with a telephone of the same number. Those of each part are
// its own, so that each knows what must come of what it does.
const (
	firstRoom  = 1001
	pushRooms  = 32 // what staff key in is pushed, or streamed, from these
	deskRooms  = 4  // guests come and go here
	phoneRooms = 4  // and telephone outside here
	roomCount  = pushRooms + deskRooms + phoneRooms

	itemCode  = "1"
	itemPrice = 350
)

// Room is the number of the n-th of the rooms whose reports are pushed.
func Room(n int) string { return roomNumber(n % pushRooms) }

func roomNumber(n int) string { return strconv.Itoa(firstRoom + n) }

// Furnish imports rooms and items.
func (b *Box) Furnish() {
	b.T.Helper()
	var lists hotel.Import
	for n := range roomCount {
		lists.Rooms = append(lists.Rooms, hotel.Room{Number: roomNumber(n)})
	}
	lists.Items = []hotel.Item{{Minibar: hotel.DefaultMinibar, Code: itemCode, Name: "Water", Price: itemPrice}}
	if err := b.Client.Post(b.T.Context(), "/v1/import", lists, nil); err != nil {
		b.T.Fatal(err)
	}
}

// Hotel is a box and all that stands around it.
type Hotel struct {
	*Box
	PMS  *Sink
	PBX  *Telephones
	Push *Pusher
	Desk *Desk

	copyStore func(folder string) error
	hostile   Hostile
	row       Row
}

// Setting says how a hotel differs from the usual one.
type Setting struct {
	Stream bool   // events come over the PBX's event stream; otherwise it pushes
	Store  string // the folder of the store; empty: one of the box's own
	// ToPMS and ToPBX are ways to the far sides, given their address; nil: straight.
	ToPMS, ToPBX func(address string) string
	Hooks        map[string]string // beside those of [Hooks]
	// CopyStore copies the store's folder into another, which is read instead in
	// the end; nil: it may be read where it lies.
	CopyStore func(folder string) error
	Place     *Place  // where the agent is; nil: on this computer
	Hostile   Hostile // what is not to be held against the agent
}

// Hostile says what there is beside the usual hotel that means ill; the verdict
// is on everything else.
type Hostile struct {
	Reports bool     // the PBX's port is sent what is no report: it ends as alerts
	Hooks   []string // files with hooks that fail: their units are parked
}

// Place is another computer, on which the agent runs, and what is near it here.
type Place struct {
	Agent string   // the address of that computer
	Far   string   // of this one, on which the far sides are
	Enter []string // the command line that the agent's goes behind
}

// NewHotel lays a hotel out, with every far side there and well; no agent runs.
func NewHotel(t *testing.T, s Setting) *Hotel {
	t.Helper()
	if s.Place == nil {
		s.Place = &Place{Agent: "127.0.0.1", Far: "127.0.0.1"}
	}
	h := &Hotel{PMS: NewSink(t, s.Place.Far), PBX: NewTelephones(t, s.Place.Far, s.Stream), copyStore: s.CopyStore}
	pms := way(s.ToPMS, h.PMS.Address)
	o := Options{Store: s.Store, PMS: "http://" + pms, PBX: "http://" + way(s.ToPBX, h.PBX.Address), Event: h.PBX.StreamAddress}
	o.Place = *s.Place
	o.Hooks = Hooks(pms)
	for name, text := range s.Hooks {
		o.Hooks[name] = text
	}
	h.Box = NewBox(t, o)
	h.Push = NewPusher(h.PushTo)
	if s.Stream {
		h.Push.stream, h.Push.serial = h.PBX, h.PBX.Serial() // one PBX: its reports and records are merged
	}
	h.Desk = &Desk{box: h.Box}
	h.hostile = s.Hostile
	return h
}

func way(to func(string) string, address string) string {
	if to == nil {
		return address
	}
	return to(address)
}

// Open starts the first agent, furnishes the hotel, and waits until the agent
// knows from when on it misses no record of a call.
func (h *Hotel) Open() *Life {
	h.T.Helper()
	l := h.Start()
	h.Ready(l)
	h.Furnish()
	Eventually(h.T, NoticeTime, func() (bool, string) {
		return slices.ContainsFunc(h.journal(), func(e hotel.Event) bool { return e.Kind == hotel.KindCron }), "the agent has not asked for the records of calls"
	})
	return l
}

// Traffic is what goes on in a hotel.
type Traffic struct {
	Lines int           // pushers side by side
	Pause time.Duration // the longest between the bursts of one of them
	How   func() Manner // of each push
	Wild  bool          // the PMS and the PBX fail now and then
}

// Usual is traffic that keeps an agent busy, with answers that get lost.
var Usual = Traffic{Lines: 6, Pause: 60 * time.Millisecond, How: Rough, Wild: true}

// Busy begins traffic. rest begins nothing new, mends the far sides, and waits
// until an agent, which must run, has acknowledged what was begun.
func (h *Hotel) Busy(tr Traffic) (rest func()) {
	working, enough := context.WithCancel(h.T.Context())
	failing, well := context.WithCancel(h.T.Context())
	h.T.Cleanup(func() { enough(); well() })
	var mended, done []func()
	if tr.Wild {
		mended = append(mended, spawn(func() { h.PMS.fail(failing) }), spawn(func() { h.PBX.fail(failing) }))
	}
	done = append(done, h.Push.run(working, h.T.Context(), tr))
	done = append(done, spawn(func() { h.Desk.run(working, h.T.Context()) }), spawn(func() { h.PBX.live(working) }))
	return func() {
		enough()
		well()
		for _, wait := range append(mended, done...) {
			wait()
		}
	}
}

// spawn runs do beside; wait returns when it has ended.
func spawn(do func()) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	return func() { <-done }
}

// Acknowledged counts what has been promised by now.
func (h *Hotel) Acknowledged() int64 {
	return h.Push.acked.Load() + h.PBX.delivered.Load() + h.Desk.count.Load()
}

// Tried counts one more time that the fault was brought about.
func (h *Hotel) Tried() { h.row.Tried++ }

// Again waits until something more has been acknowledged, and notes how long
// that took from when the fault was over.
func (h *Hotel) Again(l *Life, over time.Time) {
	h.T.Helper()
	h.grows(l, "things are acknowledged", h.Acknowledged, 1)
	h.row.Again = append(h.row.Again, time.Since(over))
}

// HeardAgain waits until the agent has read another report of the PBX, and
// notes how long that took from when the fault was over.
func (h *Hotel) HeardAgain(l *Life, over time.Time) {
	h.T.Helper()
	Eventually(h.T, NoticeTime, func() (bool, string) {
		if !l.Running() {
			h.T.Fatalf("the agent ended: %v", l.State)
		}
		s := h.Status()
		return s.PBX != nil && s.PBX.LastPush.After(over), "the agent has read no report"
	})
	h.row.Again = append(h.row.Again, time.Since(over))
}

// Acknowledges waits until so many more things have been acknowledged.
func (h *Hotel) Acknowledges(l *Life, more int64) {
	h.T.Helper()
	h.grows(l, "things are acknowledged", h.Acknowledged, more)
}

// Pushes waits until so many more pushes have been acknowledged.
func (h *Hotel) Pushes(l *Life, more int64) {
	h.T.Helper()
	h.grows(l, "pushes are acknowledged", h.Push.acked.Load, more)
}

// Refuses waits until so many more pushes have been refused.
func (h *Hotel) Refuses(l *Life, more int64) {
	h.T.Helper()
	h.grows(l, "pushes are refused", h.Push.refused.Load, more)
}

func (h *Hotel) grows(l *Life, what string, count func() int64, more int64) {
	h.T.Helper()
	from := count()
	Eventually(h.T, NoticeTime, func() (bool, string) {
		if !l.Running() {
			h.T.Fatalf("the agent ended: %v", l.State)
		}
		return count() >= from+more, fmt.Sprintf("%d of %d %s", count()-from, more, what)
	})
}
