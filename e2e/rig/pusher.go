package e2e

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
	aboutMinibar      = "minibar"
	aboutHousekeeping = "housekeeping"
	aboutCall         = "call"
)

// report is one body that a PBX pushes, once or, as an event of its own
// again, several times.
type report struct {
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

func (r *report) note(format string, args ...any) {
	r.story = append(r.story, time.Now().Format("05.000000 ")+fmt.Sprintf(format, args...))
}

// pbx pushes reports in the manner of a PBX: each on a connection of its own,
// again until a 200 has come back.
type pbx struct {
	to     string
	serial string
	calls  atomic.Int64

	acked   atomic.Int64
	refused atomic.Int64

	mu      sync.Mutex
	reports []*report
	strange []string // answers that are neither 200 nor 503
}

func newPBX(to string) *pbx { return &pbx{to: to, serial: "369872B04EDC"} }

// invent makes a report and enters it into the list.
func (p *pbx) invent(about string, in int) *report {
	n := int(p.calls.Add(1))
	r := &report{callid: strconv.Itoa(1_700_000_000+n) + "." + strconv.Itoa(n), about: about, room: in}
	switch about {
	case aboutMinibar:
		r.body = sim.DTMF(p.serial, r.callid, room(in), "778*"+itemCode+"*1")
	case aboutHousekeeping:
		r.body = sim.DTMF(p.serial, r.callid, room(in), "777*0"+strconv.Itoa(n%2))
	case aboutCall:
		r.body = sim.NewCdr(p.serial, sim.CDR{
			CallID: r.callid, Start: time.Unix(int64(1_700_000_000+n), 0).UTC(), From: room(in), To: "0551234",
			Duration: 60, Talk: 50, DestTrunk: "sip", Status: "ANSWERED", Type: "Outbound",
		})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reports = append(p.reports, r)
	return r
}

// manner is how an attempt goes.
type manner int

const (
	whole  manner = iota // reads the answer and closes in order
	half                 // resets the connection within the answer
	vanish               // resets it before the answer
)

// tell pushes a report until its 200 was read; false when ctx ended before.
func (p *pbx) tell(ctx context.Context, r *report, how func() manner) bool {
	r.events++
	for ctx.Err() == nil {
		if p.attempt(ctx, r, how()) {
			p.acked.Add(1)
			return true
		}
		pass(ctx, time.Duration(1+rand.IntN(5))*time.Millisecond)
	}
	return false
}

// attempt makes one connection; true when a 200 was read and the connection
// closed in order.
func (p *pbx) attempt(ctx context.Context, r *report, how manner) bool {
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
		reset(conn)
		r.lost++
		r.unsure++
		r.note("half read")
		return false
	case vanish:
		reset(conn)
		r.lost++
		if time.Since(began) > surelyUnseen {
			r.unsure++ // an answer may have come meanwhile
		}
		r.note("vanished after %s", time.Since(began))
		pass(ctx, patience)
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

func reset(conn net.Conn) {
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func (p *pbx) read(conn net.Conn, r *report) bool {
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
func (p *pbx) wire(body []byte) []byte {
	length := ""
	if rand.IntN(2) == 0 {
		length = fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	head := "POST /bellhop HTTP/1.1\r\nHost: " + p.to + "\r\nContent-Type: application/json\r\n" + length + "\r\n"
	return append([]byte(head), body...)
}

// traffic is what a PBX does in a while.
type traffic struct {
	lines int           // pushers side by side
	pause time.Duration // the longest between the bursts of one of them
	how   func() manner
}

// rough loses an answer now and then.
func rough() manner {
	switch rand.IntN(40) {
	case 0:
		return half
	case 1:
		return vanish
	}
	return whole
}

func smooth() manner { return whole }

// run pushes until ctx ends; what has been begun then is pushed to its end,
// until deadline ends. The result waits for all.
func (p *pbx) run(ctx, deadline context.Context, tr traffic) (wait func()) {
	var group sync.WaitGroup
	for range tr.lines {
		group.Go(func() { p.line(ctx, deadline, tr) })
	}
	return group.Wait
}

func (p *pbx) line(ctx, deadline context.Context, tr traffic) {
	var told []*report // minibar entries that may come again, as events of their own
	for pass(ctx, time.Duration(rand.Int64N(int64(tr.pause)))) {
		for range 1 + rand.IntN(5) {
			r := p.choose(told)
			if !p.tell(deadline, r, tr.how) {
				return
			}
			if r.about == aboutMinibar {
				told = append(told, r)
			}
		}
	}
}

// choose gives what happens next: mostly something new, now and then, on
// purpose, what happened before in the same words.
func (p *pbx) choose(told []*report) *report {
	in := rand.IntN(roomCount)
	switch n := rand.IntN(20); {
	case n < 2 && len(told) > 0:
		return told[len(told)-1-rand.IntN(min(3, len(told)))]
	case n < 4:
		return p.invent(aboutCall, in)
	case n < 6:
		return p.invent(aboutHousekeeping, in)
	}
	return p.invent(aboutMinibar, in)
}
