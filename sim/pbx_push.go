package sim

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"
)

const maxAnswer = 64 << 10

// Push hands the PBX a report to send, in the form of 2.0.0; it goes out in
// the form that the agent has registered for. Push does not wait for the
// agent: while nobody is registered, or the agent is away, reports wait in
// order, and each is sent again until it is answered with 200. It fails with
// [ErrQueueFull], or with ctx's error if that has ended already.
//
// While the PBX delivers over TCP a report goes to the streams that are logged
// in, and is lost, as on the real PBX, when there is none or it breaks.
func (p *PBX) Push(ctx context.Context, body []byte) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("push report: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.push(body)
}

// push is Push for those who hold mu.
func (p *PBX) push(body []byte) error {
	p.watch(ReportMade, Told{Body: body})
	if p.tcp {
		return p.stream(body)
	}
	if len(p.waiting)+p.sending >= p.o.Queue {
		p.lost(body)
		return fmt.Errorf("push report: %w", ErrQueueFull)
	}
	p.waiting = append(p.waiting, slices.Clone(body))
	p.wake()
	return nil
}

// Pending is how many reports have not been answered with 200 yet.
func (p *PBX) Pending() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.waiting) + p.sending
}

// Flush waits until every report has been answered with 200, or ctx ends.
func (p *PBX) Flush(ctx context.Context) error {
	for {
		p.mu.Lock()
		pending, changed := len(p.waiting)+p.sending, p.changed
		p.mu.Unlock()
		if pending == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %d reports: %w", pending, ctx.Err())
		}
	}
}

// LoseAnswers lets the PBX hang up on the next n answers of the agent before
// it has read them: the agent has the report, and gets it again.
func (p *PBX) LoseAnswers(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose = n
}

// sendReports takes one report after the other until ctx ends.
func (p *PBX) sendReports(ctx context.Context) {
	for {
		body, ok := p.take(ctx)
		if !ok {
			return
		}
		for {
			if err := p.attempt(ctx, body); err == nil && !p.strikes(FaultRepeatReport) {
				break
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(p.o.Resend):
			}
		}
		p.answered()
	}
}

// take waits for a report and for somebody to send it to.
func (p *PBX) take(ctx context.Context) ([]byte, bool) {
	for {
		p.mu.Lock()
		if len(p.waiting) > 0 && p.reachable() {
			body := p.waiting[0]
			p.waiting[0] = nil
			p.waiting = p.waiting[1:]
			p.sending++
			p.mu.Unlock()
			return body, true
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, false
		}
	}
}

// reachable tells whether reports may go out. The caller holds mu.
func (p *PBX) reachable() bool { return !p.down && !p.tcp && p.tokens.alive(p.regOf, p.o.Now()) }

func (p *PBX) answered() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sending--
	p.stats.Delivered++
	p.wake()
}

// attempt sends a report once, to where the agent is registered now.
func (p *PBX) attempt(ctx context.Context, body []byte) error {
	p.mu.Lock()
	ok, reg, up := p.reachable(), p.reg, p.up
	p.mu.Unlock()
	if !ok {
		return errNobody
	}
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	defer context.AfterFunc(up, cancel)()
	conn, err := p.o.Dial(ctx, "tcp", net.JoinHostPort(reg.Host, reg.Port))
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	lose := p.begin()
	if _, err := conn.Write(wire(reg, body)); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if lose {
		return loseAnswer(conn)
	}
	if err := readAnswer(conn); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watch(ReportAnswered, Told{Body: body, Sent: reg.form(body)})
	return nil
}

var errNobody = errors.New("nobody is registered")

// begin counts an attempt and says whether its answer is to be lost.
func (p *PBX) begin() (lose bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Attempts++
	if p.lose > 0 {
		p.lose--
		return true
	}
	return false
}

// wire is a report as it goes over the line: a new connection, no length, a
// blank before the port and Accept twice, as the manual prints it (API 2.0.0,
// ExtensionStatus). The end of the JSON object is the end of the request.
func wire(reg Registration, body []byte) []byte {
	head := "POST " + reg.Path + " HTTP/1.1\r\n" +
		"Host: " + reg.Host + ": " + reg.Port + "\r\n" +
		"Accept: application/json\r\n" +
		"User-Agent: WebAPI\r\n" +
		"Content-Type: application/json\r\n" +
		"Accept: application/json\r\n\r\n"
	return append([]byte(head), reg.form(body)...)
}

// form is a report in the form that was registered for.
func (r Registration) form(body []byte) []byte {
	if r.Version == newVersion {
		return body
	}
	return oldForm(body, r.Version)
}

func readAnswer(conn net.Conn) error {
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxAnswer)); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d", r.StatusCode)
	}
	return nil
}

// loseAnswer waits until the agent has begun to answer, and resets the
// connection.
func loseAnswer(conn net.Conn) error {
	_, err := conn.Read(make([]byte, 1))
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return errLost
}

var errLost = errors.New("the answer was lost on command")
