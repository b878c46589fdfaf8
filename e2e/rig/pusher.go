package rig

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"bellhop/sim"
)

// What a report is about.
const (
	AboutMinibar      = "minibar"
	AboutHousekeeping = "housekeeping"
	AboutCall         = "call"
)

// Report is one body that a PBX pushes, once or, as an event of its own
// again, several times.
type Report struct {
	callid string
	about  string
	room   int
	body   []byte

	events   int // that this body stands for: one for each time that it was told anew
	attempts int
	lost     int // attempts whose answer was not read as a whole
	refused  int // answered 503
	// unsure counts lost answers that the PBX's system may have acknowledged
	// all the same: then the agent may take what is sent again for a new event.
	unsure int
	story  []string // how each attempt went
}

// CallID is that of the call which it tells of; no other report has it.
func (r *Report) CallID() string { return r.callid }

func (r *Report) note(format string, args ...any) {
	r.story = append(r.story, time.Now().Format("05.000000 ")+fmt.Sprintf(format, args...))
}

// Pusher pushes reports in the manner of a PBX: each on a connection of its own,
// again until a 200 has come back.
type Pusher struct {
	to     string
	serial string
	calls  atomic.Int64

	acked   atomic.Int64
	refused atomic.Int64

	stream *Telephones // which sends instead; nil: they are pushed

	mu      sync.Mutex
	reports []*Report
	strange []string // answers that are neither 200 nor 503
}

// NewPusher makes one that pushes to an address.
func NewPusher(to string) *Pusher { return &Pusher{to: to, serial: PushSerial} }

// PushSerial is the serial number in what a [Pusher] pushes: who else uses it
// pushes what nobody knows of.
const PushSerial = "369872B04EDC"

// Invent makes a report and enters it into the list.
func (p *Pusher) Invent(about string, in int) *Report {
	n := int(p.calls.Add(1))
	r := &Report{callid: strconv.Itoa(1_700_000_000+n) + "." + strconv.Itoa(n), about: about, room: in}
	switch about {
	case AboutMinibar:
		r.body = sim.DTMF(p.serial, r.callid, Room(in), "778*"+itemCode+"*1")
	case AboutHousekeeping:
		r.body = sim.DTMF(p.serial, r.callid, Room(in), "777*0"+strconv.Itoa(n%2))
	case AboutCall:
		c := p.record(r, n)
		r.body = sim.NewCdr(p.serial, c)
		if p.stream != nil {
			// It lists the call, too: both must be known as one.
			r.body = sim.NewCdr(ownSerial, c)
			p.stream.AddRecord(c)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reports = append(p.reports, r)
	return r
}

func (p *Pusher) record(r *Report, n int) sim.CDR {
	start := time.Unix(int64(1_700_000_000+n), 0).UTC()
	if p.stream != nil {
		start = time.Now().In(p.stream.zone).Truncate(time.Second)
	}
	return sim.CDR{
		CallID: r.callid, Start: start, From: Room(r.room), To: "0551234",
		Duration: 60, Talk: 50, DestTrunk: "sip", Status: "ANSWERED", Type: "Outbound",
	}
}

// Manner is how an attempt goes.
type Manner int

const (
	whole  Manner = iota // reads the answer and closes in order
	half                 // resets the connection within the answer
	vanish               // resets it before the answer
)

// Tell pushes a report until its 200 was read; false when ctx ended before.
func (p *Pusher) Tell(ctx context.Context, r *Report, how func() Manner) bool {
	if p.stream != nil {
		p.send(ctx, r)
		return true
	}
	r.events++
	for ctx.Err() == nil {
		if p.attempt(ctx, r, how()) {
			p.acked.Add(1)
			return true
		}
		Pass(ctx, time.Duration(1+rand.IntN(5))*time.Millisecond)
	}
	return false
}

// send lets a report go over the stream, if there is one: nobody acknowledges
// it.
func (p *Pusher) send(ctx context.Context, r *Report) {
	r.unsure = 1
	if p.stream.Streams() == 0 {
		Pass(ctx, 100*time.Millisecond) // not many at once go to nobody
	}
	if p.stream.Push(ctx, r.body) == nil && p.stream.Streams() > 0 {
		p.acked.Add(1)
	}
}

// attempt makes one connection; true when a 200 was read and the connection
// closed in order.
func (p *Pusher) attempt(ctx context.Context, r *Report, how Manner) bool {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", p.to)
	if err != nil {
		return false // nobody there: not even an attempt
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(answerTime))
	r.attempts++
	began := time.Now()
	if _, err := conn.Write(p.wire(r.body)); err != nil {
		r.lost++
		r.note("not written: %v", err)
		return false
	}
	switch how {
	case half:
		_, _ = conn.Read(make([]byte, 1+rand.IntN(10)))
		Reset(conn)
		r.lost++
		r.unsure++
		r.note("half read")
		return false
	case vanish:
		Reset(conn)
		r.lost++
		if time.Since(began) > surelyUnseen {
			r.unsure++ // an answer may have come meanwhile
		}
		r.note("vanished after %s", time.Since(began))
		Pass(ctx, patience)
		return false
	}
	return p.read(conn, r)
}

const (
	// answerTime is how long the PBX waits for an answer.
	answerTime = 30 * time.Second
	// patience is what a PBX has at least before it sends a report again that
	// it has broken off: by then the agent has seen the first.
	patience = 250 * time.Millisecond
	// surelyUnseen is shorter than any answer takes to count as taken.
	surelyUnseen = 3 * time.Millisecond
)

func Reset(conn net.Conn) {
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func (p *Pusher) read(conn net.Conn, r *Report) bool {
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		r.lost++
		r.note("not answered: %v", err)
		return false
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		r.lost++
		r.note("not answered whole: %v", err)
		return false
	}
	r.note("answered %s", answer.Status)
	switch answer.StatusCode {
	case http.StatusOK:
		return true
	case http.StatusServiceUnavailable:
		r.refused++
		p.refused.Add(1)
	default:
		p.mu.Lock()
		p.strange = append(p.strange, answer.Status)
		p.mu.Unlock()
	}
	return false
}

// wire is a request as a PBX writes it, with and without the length.
func (p *Pusher) wire(body []byte) []byte {
	length := ""
	if rand.IntN(2) == 0 {
		length = fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	head := "POST /bellhop HTTP/1.1\r\nHost: " + p.to + "\r\nContent-Type: application/json\r\n" + length + "\r\n"
	return append([]byte(head), body...)
}

// Rough loses an answer now and then.
func Rough() Manner {
	switch rand.IntN(40) {
	case 0:
		return half
	case 1:
		return vanish
	}
	return whole
}

// Smooth loses nothing.
func Smooth() Manner { return whole }

// run pushes until ctx ends; what has been begun then is pushed to its end,
// until deadline ends. The result waits for all.
func (p *Pusher) run(ctx, deadline context.Context, tr Traffic) (wait func()) {
	var group sync.WaitGroup
	for range tr.Lines {
		group.Go(func() { p.line(ctx, deadline, tr) })
	}
	return group.Wait
}

func (p *Pusher) line(ctx, deadline context.Context, tr Traffic) {
	var told []*Report // minibar entries that may come again, as events of their own
	for Pass(ctx, time.Duration(rand.Int64N(int64(tr.Pause)))) {
		for range 1 + rand.IntN(5) {
			r := p.choose(told)
			if !p.Tell(deadline, r, tr.How) {
				return
			}
			if r.about == AboutMinibar && p.stream == nil {
				told = append(told, r)
			}
		}
	}
}

// choose gives what happens next: mostly something new, now and then, on
// purpose, what happened before in the same words.
func (p *Pusher) choose(told []*Report) *Report {
	in := rand.IntN(pushRooms)
	switch n := rand.IntN(20); {
	case n < 2 && len(told) > 0:
		return told[len(told)-1-rand.IntN(min(3, len(told)))]
	case n < 4:
		return p.Invent(AboutCall, in)
	case n < 6:
		return p.Invent(AboutHousekeeping, in)
	}
	return p.Invent(AboutMinibar, in)
}
