package sim

import (
	"bufio"
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	maxLogin     = 4 << 10 // bytes of a login packet
	loginTimeout = 10 * time.Second
)

// StreamManner is how the PBX writes to its event streams. The manual says
// neither what it answers to a login nor what parts two reports (API 2.0.0,
// TCP event reports): all of it is assumed.
type StreamManner struct {
	Banner  string // sent to who connects
	Welcome string // sent after a login that is taken
	Between string // what follows each report; empty: nothing, they are glued
	Segment int    // bytes written at once; 0: all that waits
	Silent  bool   // half open: connections stay, and nothing comes over them any more
}

// stream is a connection that is logged in.
type stream struct {
	conn    net.Conn
	version string
	queue   [][]byte
}

// form is a report as it goes out.
func (s *stream) form(body []byte) []byte { return Registration{Version: s.version}.form(body) }

// UseTCP changes the report method on the PBX's web page; the next login
// tells. Streams that are there are cut off by a change to HTTP.
func (p *PBX) UseTCP(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tcp = on; !on {
		p.cutStreams()
	}
	p.wake()
}

// SetStream changes how streams are written from now on.
func (p *PBX) SetStream(m StreamManner) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.manner = m
}

// CutStreams breaks off every stream. What it has not sent is lost.
func (p *PBX) CutStreams() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cutStreams()
}

// Streams is how many are logged in.
func (p *PBX) Streams() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.streams)
}

func (p *PBX) transport() string {
	if p.tcp {
		return "TCP"
	}
	return "HTTP"
}

// stream queues a report for who is logged in. The caller holds mu.
func (p *PBX) stream(body []byte) error {
	if len(p.streams) == 0 || p.manner.Silent {
		p.stats.Lost++
		p.lost(body)
		return nil
	}
	for s := range p.streams {
		if len(s.queue) >= p.o.Queue {
			p.lost(body)
			return fmt.Errorf("push report: %w", ErrQueueFull)
		}
	}
	for s := range p.streams {
		s.queue = append(s.queue, slices.Clone(body))
		p.sending++
	}
	p.wake()
	return nil
}

// cutStreams hangs up. The caller holds mu.
func (p *PBX) cutStreams() {
	for s := range p.streams {
		p.drop(s)
	}
}

// drop forgets a stream and what it has not sent. The caller holds mu.
func (p *PBX) drop(s *stream) {
	if !p.streams[s] {
		return
	}
	delete(p.streams, s)
	_ = s.conn.Close()
	p.stats.Lost += len(s.queue)
	p.lost(s.queue...)
	p.sending -= len(s.queue)
	s.queue = nil
	p.wake()
}

// ServeStream takes agents at the TCP port of the event reports until ctx
// ends; then it closes ln, waits for all that it began and returns nil.
func (p *PBX) ServeStream(ctx context.Context, ln net.Listener) error {
	return p.serveConns(ctx, ln, "streams", p.serveStream)
}

// serveConns talks with each who connects until ctx ends; then it closes ln,
// hangs up, waits for all that it began and returns nil.
func (p *PBX) serveConns(ctx context.Context, ln net.Listener, what string, talk func(context.Context, net.Conn)) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = ln.Close() })()
	in := &fickle{Listener: ln, away: p.isDown}
	for {
		conn, err := in.Accept()
		if ctx.Err() != nil {
			if err == nil {
				_ = conn.Close()
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("simulated pbx: serve %s: %w", what, err)
		}
		running.Go(func() {
			defer conn.Close()
			defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
			talk(ctx, conn)
		})
	}
}

// serveStream hangs up on who may not log in, without a word (assumed).
func (p *PBX) serveStream(ctx context.Context, conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(loginTimeout))
	if banner := p.mannerNow().Banner; banner != "" {
		if _, err := conn.Write([]byte(banner)); err != nil {
			return
		}
	}
	in := bufio.NewReaderSize(conn, maxLogin)
	packet, err := readLogin(in)
	if err != nil {
		return
	}
	s := &stream{conn: conn, version: packet["version"]}
	if !p.admit(s, packet) {
		return
	}
	_ = conn.SetDeadline(time.Time{})
	gone, cancel := context.WithCancel(ctx)
	defer cancel()
	var reading sync.WaitGroup
	defer reading.Wait()
	defer conn.Close()
	reading.Go(func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, in) // the agent has nothing more to say; its end is what matters
	})
	p.writeStream(gone, s)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop(s)
}

var errPacket = errors.New("not a login packet")

// readLogin reads "Name: value" lines up to an empty one; names come in small
// letters.
func readLogin(in *bufio.Reader) (map[string]string, error) {
	packet := map[string]string{}
	for range 16 {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return nil, fmt.Errorf("read login packet: %w", err)
		}
		text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		if text == "" {
			return packet, nil
		}
		name, value, ok := strings.Cut(text, ":")
		if !ok {
			return nil, errPacket
		}
		packet[strings.ToLower(name)] = strings.TrimPrefix(value, " ")
	}
	return nil, errPacket
}

// admit judges a login. The password comes in clear; wrong ones count as
// those at the API do (assumed: the manual speaks of the address alone).
func (p *PBX) admit(s *stream, packet map[string]string) bool {
	at, err := netip.ParseAddrPort(s.conn.RemoteAddr().String())
	if err != nil {
		return false
	}
	from, now := at.Addr().Unmap().WithZone(""), p.o.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	right := strings.EqualFold(packet["action"], "login") && packet["username"] == p.o.User &&
		subtle.ConstantTimeCompare([]byte(packet["secret"]), []byte(p.o.Password)) == 1
	switch {
	case p.door.locked(from, now) || p.trouble.strikes(FaultLocked):
		p.stats.Refused++
		return false
	case !right:
		p.wrongPassword(from, now)
		return false
	case !p.tcp, p.down:
		return false
	}
	delete(p.door, from)
	p.stats.Streams++
	p.streams[s] = true
	if p.manner.Welcome != "" {
		s.queue = append(s.queue, nil) // stands for the welcome
		p.sending++
	}
	p.wake()
	return true
}

func (p *PBX) mannerNow() StreamManner {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.manner
}

// writeStream sends what is queued, all that waits together, until the stream
// is gone.
func (p *PBX) writeStream(ctx context.Context, s *stream) {
	for {
		p.mu.Lock()
		there, waiting, m, changed := p.streams[s], s.queue, p.manner, p.changed
		p.mu.Unlock()
		switch {
		case !there || ctx.Err() != nil:
			return
		case len(waiting) > 0:
			if writeSegments(s.conn, s.joined(waiting, m), m.Segment) != nil {
				return
			}
			p.sent(s, waiting)
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// sent takes reports that have gone out from the queue.
func (p *PBX) sent(s *stream, reports [][]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.streams[s] {
		return // it was cut off meanwhile, and they count as lost
	}
	s.queue = s.queue[len(reports):]
	p.sending -= len(reports)
	for _, report := range reports {
		if report != nil {
			p.stats.Delivered++
			p.watch(ReportAnswered, Told{report, s.form(report)})
		}
	}
	p.wake()
}

// joined is what goes out for the reports that wait.
func (s *stream) joined(waiting [][]byte, m StreamManner) []byte {
	var out bytes.Buffer
	for _, report := range waiting {
		if report == nil {
			out.WriteString(m.Welcome)
			continue
		}
		out.Write(s.form(report))
		out.WriteString(m.Between)
	}
	return out.Bytes()
}

func writeSegments(conn net.Conn, out []byte, size int) error {
	if size <= 0 {
		size = max(1, len(out))
	}
	for segment := range slices.Chunk(out, size) {
		if _, err := conn.Write(segment); err != nil {
			return fmt.Errorf("write to the stream: %w", err)
		}
	}
	return nil
}
