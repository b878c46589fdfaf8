package rig

import (
	"context"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Line is the way to a far side, which can be bad: whoever dials it reaches
// the far side by way of it.
type Line struct {
	t       *testing.T
	to      string
	Address string

	ctx     context.Context
	group   sync.WaitGroup
	closed  atomic.Bool  // nobody gets through: a dial is refused
	deaf    atomic.Bool  // bytes go nowhere, and nothing says so: half-open
	slow    atomic.Int64 // bytes a second each way; 0: as fast as it goes
	cutting atomic.Int64 // one answer in so many is cut off in its middle; 0: none

	mu    sync.Mutex
	conns map[net.Conn]bool
	cuts  int
}

// NewLine makes one, which is good.
func NewLine(t *testing.T, to string) *Line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &Line{t: t, to: to, Address: ln.Addr().String(), ctx: ctx, conns: map[net.Conn]bool{}}
	l.group.Go(func() { l.accept(ln) })
	t.Cleanup(func() {
		cancel()
		_ = ln.Close()
		l.Cut()
		l.group.Wait()
	})
	return l
}

func (l *Line) accept(ln net.Listener) {
	for {
		near, err := ln.Accept()
		if err != nil {
			return
		}
		if l.closed.Load() {
			Reset(near)
			continue
		}
		far, err := net.Dial("tcp", l.to)
		if err != nil {
			Reset(near)
			continue
		}
		l.keep(near, far)
		l.group.Go(func() { l.carry(far, near, false) })
		l.group.Go(func() { l.carry(near, far, true) })
	}
}

func (l *Line) keep(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		l.conns[c] = true
	}
}

// carry takes bytes one way; back is the way of answers.
func (l *Line) carry(to, from net.Conn, back bool) {
	defer func() {
		_ = to.Close()
		_ = from.Close()
		l.mu.Lock()
		delete(l.conns, to)
		delete(l.conns, from)
		l.mu.Unlock()
	}()
	buf := make([]byte, 512)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if rate := l.slow.Load(); rate > 0 && !Pass(l.ctx, time.Duration(n)*time.Second/time.Duration(rate)) {
			return
		}
		if l.deaf.Load() {
			continue
		}
		if in := l.cutting.Load(); back && in > 0 && rand.Int64N(in) == 0 {
			_, _ = to.Write(buf[:rand.IntN(n)])
			l.mu.Lock()
			l.cuts++
			l.mu.Unlock()
			Reset(to)
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// Cut breaks every connection.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		Reset(c)
	}
}

// Cuts counts the answers that were cut off in their middle.
func (l *Line) Cuts() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cuts
}

// Bad is a way in which a line is bad for a while; afterwards it is good.
type Bad func(ctx context.Context, l *Line, d time.Duration)

// The ways.
var (
	Closed Bad = func(ctx context.Context, l *Line, d time.Duration) { // nobody gets through
		l.closed.Store(true)
		l.Cut()
		Pass(ctx, d)
		l.closed.Store(false)
	}
	CutAnswers Bad = func(ctx context.Context, l *Line, d time.Duration) { // which the far side has given
		l.cutting.Store(2)
		Pass(ctx, d)
		l.cutting.Store(0)
	}
	Slow Bad = func(ctx context.Context, l *Line, d time.Duration) { // 64 kbit/s
		l.slow.Store(8000)
		Pass(ctx, d)
		l.slow.Store(0)
	}
	Flapping Bad = func(ctx context.Context, l *Line, d time.Duration) {
		for range 10 {
			l.Cut()
			Pass(ctx, d/10)
		}
	}
	// HalfOpen lets bytes go nowhere; at last the connections are broken, as an
	// operating system does.
	HalfOpen Bad = func(ctx context.Context, l *Line, d time.Duration) {
		l.deaf.Store(true)
		Pass(ctx, d)
		l.deaf.Store(false)
		l.Cut()
	}
)
