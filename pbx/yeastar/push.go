package yeastar

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Push is one report as it came in over HTTP.
type Push struct {
	Remote netip.Addr
	Body   []byte
	// Begun is when its connection was accepted or, for a later report on the
	// same one, when it could begin.
	Begun time.Time
	// OnTaken, when the handler sets it through the pointer it was given, is
	// called once after the answer: true if the PBX was seen to take it. An
	// equal report that comes meanwhile is handed over afterwards.
	OnTaken *func(bool)

	conn net.Conn // nil: nothing more can be found out
}

// brokenOff tells whether its sender cannot get an answer any more.
func (p Push) brokenOff() bool { return p.conn != nil && brokenOff(p.conn) }

// Listener receives the reports that the PBX pushes over HTTP. It reads the
// wire itself: the PBX writes a Host with a blank in it and leaves lengths
// out (API 2.0.0, Event Reports), which a strict server refuses or loses.
type Listener struct {
	Allowed      []netip.Prefix // who may push; nobody when empty
	ReadTimeout  time.Duration  // for one whole request
	WriteTimeout time.Duration  // for one answer, and for seeing it taken
	MaxConns     int            // served at a time; see places
	Report       func(error)    // told what went wrong with connections, of each kind now and then; may be nil
}

// The bounds used where a setting is 0.
const (
	defaultTimeout = 10 * time.Second
	defaultConns   = 64
	drainTime      = 500 * time.Millisecond
	tailTime       = 300 * time.Millisecond // for what a body has beyond its declared length
)

var errHandle = errors.New("report not kept")

// Serve takes connections until ctx ends or ln fails, and returns only when
// every connection has ended.
func (l *Listener) Serve(ctx context.Context, ln net.Listener, handle func(context.Context, Push) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = ln.Close() })()
	s := &service{
		Listener: l, handle: inTurn(handle), places: newPlaces(orDefault(l.MaxConns, defaultConns)),
		bodies: new(bodies), long: make(chan struct{}, 1), trouble: sparing{report: l.Report},
	}
	for {
		conn, err := ln.Accept()
		if ctx.Err() != nil {
			if err == nil {
				_ = conn.Close()
			}
			return nil
		}
		if passing(err) {
			s.trouble.tell("short", fmt.Errorf("accept push, trying on: %w", err))
			s.places.clear() // who only holds a connection gives its file up
			select {
			case <-ctx.Done():
			case <-time.After(acceptAgain):
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("accept push: %w", err)
		}
		remote, allowed := l.admit(conn)
		if !allowed {
			s.trouble.tell("stranger", fmt.Errorf("refuse push from %s: address not allowed", conn.RemoteAddr()))
			_ = conn.Close()
			continue
		}
		own, err := s.places.take(ctx, conn)
		if err != nil {
			s.trouble.tell("crowd", fmt.Errorf("refuse push from %s: %w", remote, err))
			_ = conn.Close()
			continue
		}
		running.Go(func() {
			defer s.places.leave(own)
			s.converse(ctx, own, remote)
		})
	}
}

// acceptAgain is the pause after a connection could not be taken because the
// system is short of something.
const acceptAgain = 50 * time.Millisecond

// passing tells whether a connection could not be taken for a reason that goes
// by itself: too many files are open, or its sender has given up. Those that are
// being served go on, and end that way.
func passing(err error) bool {
	return slices.ContainsFunc([]error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED}, func(e error) bool {
		return errors.Is(err, e)
	})
}

// service is one run of a Listener.
type service struct {
	*Listener
	handle  func(context.Context, Push) error
	places  *places
	bodies  *bodies
	long    chan struct{} // holds one while a report longer than ownPart is handed over
	trouble sparing
}

func (l *Listener) admit(conn net.Conn) (netip.Addr, bool) {
	at, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}, false
	}
	addr := at.Addr().Unmap().WithZone("")
	return addr, slices.ContainsFunc(l.Allowed, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// converse serves one connection until it closes.
func (s *service) converse(ctx context.Context, own *place, remote netip.Addr) {
	conn := own.conn
	defer hangUp(conn)
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	r := bufio.NewReaderSize(conn, 4096)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(orDefault(s.ReadTimeout, defaultTimeout)))
		s.places.begins(own)
		again, err := s.serveOne(ctx, own, r, remote)
		if err != nil && err != io.EOF && ctx.Err() == nil {
			s.told(remote, err, s.places.whole(own))
		}
		if err != nil || !again {
			return
		}
	}
}

// told says what went wrong with a connection, and what it was if it had to
// give its place up.
func (s *service) told(remote netip.Addr, err error, stays bool) {
	kind := "request"
	switch {
	case !stays:
		kind, err = "crowd", errGaveWay
	case errors.Is(err, errHandle):
		kind = "keep"
	}
	s.trouble.tell(kind, fmt.Errorf("serve push from %s: %w", remote, err))
}

func (s *service) serveOne(ctx context.Context, own *place, r *bufio.Reader, remote netip.Addr) (bool, error) {
	conn := own.conn
	h, err := readHead(r)
	if idle, ok := err.(net.Error); ok && idle.Timeout() {
		return false, io.EOF // nothing of a next request had come: no fault
	}
	if err != nil {
		return false, err
	}
	b := &body{of: s.bodies}
	defer b.done()
	err = readBody(r, h, b, func() { _ = conn.SetReadDeadline(time.Now().Add(tailTime)) })
	whole := s.places.whole(own)
	switch {
	case !whole:
		return false, errGaveWay
	case errors.Is(err, errTooLong):
		return false, errors.Join(err, s.answer(conn, "413 Content Too Large", false))
	case errors.Is(err, errBodies):
		return false, errors.Join(err, s.answer(conn, "503 Service Unavailable", false))
	}
	// What came before a break is worth keeping, but not worth a 200 that
	// would stop the PBX from sending the whole.
	if err != nil {
		return false, err
	}
	var taken func(bool)
	if err := s.hand(ctx, Push{Remote: remote, Body: b.text, Begun: own.begun, OnTaken: &taken, conn: conn}); err != nil {
		return false, errors.Join(fmt.Errorf("%w: %w", errHandle, err), s.answer(conn, "503 Service Unavailable", false))
	}
	b.done()
	err = s.answer(conn, "200 OK", h.keepAlive())
	if taken != nil {
		taken(err == nil && s.seenTaken(conn, r))
	}
	return h.keepAlive(), err
}

// hand gives a report to whoever keeps it, a long one when no other long one is
// being kept: what is read of it takes far more memory than its text.
func (s *service) hand(ctx context.Context, p Push) error {
	if len(p.Body) <= ownPart {
		return s.handle(ctx, p)
	}
	select {
	case s.long <- struct{}{}:
		defer func() { <-s.long }()
		return s.handle(ctx, p)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Listener) answer(conn net.Conn, status string, keep bool) error {
	_ = conn.SetWriteDeadline(time.Now().Add(orDefault(l.WriteTimeout, defaultTimeout)))
	last := "Connection: close\r\n"
	if keep {
		last = ""
	}
	_, err := fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Length: 0\r\n%s\r\n", status, last)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}

// lookTime is how long the PBX is listened to at a time for a sign that it
// has taken an answer.
const lookTime = 5 * time.Millisecond

// seenTaken waits until the PBX's system has acknowledged every byte of the
// answer. Where the kernel does not tell, the PBX's orderly close or its next
// request say so. A reset says the contrary.
func (l *Listener) seenTaken(conn net.Conn, r *bufio.Reader) bool {
	end := time.Now().Add(orDefault(l.WriteTimeout, defaultTimeout))
	for sure := false; time.Now().Before(end); {
		_ = conn.SetReadDeadline(time.Now().Add(lookTime))
		_, err := r.Peek(1)
		var late net.Error
		timeout := errors.As(err, &late) && late.Timeout()
		if err != nil && err != io.EOF && !timeout {
			return false
		}
		left, known := unsent(conn)
		switch {
		case !known && !timeout:
			return true
		case known && left == 0 && (sure || !timeout):
			return true
		case !timeout:
			// What has come may have come before the answer went out: a PBX
			// that lost patience, or what a body has beyond its end.
			time.Sleep(lookTime)
		}
		// On a busy machine a reset may have come and not been noticed: only
		// a second look, which begins by reading, is sure.
		sure = known && left == 0
	}
	return false
}

// hangUp closes so that the answer is not lost: closing with input unread
// makes the system reset the connection, and the answer goes with it.
func hangUp(conn net.Conn) {
	defer conn.Close()
	tcp, ok := conn.(*net.TCPConn)
	if !ok || tcp.CloseWrite() != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Now().Add(drainTime))
	_, _ = io.CopyN(io.Discard, conn, maxBody)
}

func orDefault[T int | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}
