package e2e

import (
	"context"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// line is the way to a far side, which can be bad: whoever dials it reaches
// the far side by way of it.
type line struct {
	t       *testing.T
	to      string
	address string

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

func newLine(t *testing.T, to string) *line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &line{t: t, to: to, address: ln.Addr().String(), ctx: ctx, conns: map[net.Conn]bool{}}
	l.group.Go(func() { l.accept(ln) })
	t.Cleanup(func() {
		cancel()
		_ = ln.Close()
		l.cut()
		l.group.Wait()
	})
	return l
}

func (l *line) accept(ln net.Listener) {
	for {
		near, err := ln.Accept()
		if err != nil {
			return
		}
		if l.closed.Load() {
			reset(near)
			continue
		}
		far, err := net.Dial("tcp", l.to)
		if err != nil {
			reset(near)
			continue
		}
		l.keep(near, far)
		l.group.Go(func() { l.carry(far, near, false) })
		l.group.Go(func() { l.carry(near, far, true) })
	}
}

func (l *line) keep(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		l.conns[c] = true
	}
}

// carry takes bytes one way; back is the way of answers.
func (l *line) carry(to, from net.Conn, back bool) {
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
		if rate := l.slow.Load(); rate > 0 && !pass(l.ctx, time.Duration(n)*time.Second/time.Duration(rate)) {
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
			reset(to)
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// cut breaks every connection.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		reset(c)
	}
}

// rough is bad in every way, one after the other, until ctx ends; then it is
// good, and what was half-open is broken, as an operating system does at last.
func (l *line) rough(ctx context.Context) {
	defer l.cut()
	for n := 0; ctx.Err() == nil; n++ {
		some := time.Duration(100+rand.IntN(700)) * time.Millisecond
		switch n % 6 {
		case 0:
			l.closed.Store(true)
			l.cut()
			pass(ctx, some)
			l.closed.Store(false)
		case 1:
			l.cutting.Store(2)
			pass(ctx, some)
			l.cutting.Store(0)
		case 2:
			l.slow.Store(8000) // 64 kbit/s
			pass(ctx, some)
			l.slow.Store(0)
		case 3: // flapping
			for range 10 {
				l.cut()
				pass(ctx, some/10)
			}
		case 4:
			l.deaf.Store(true)
			pass(ctx, some)
			l.deaf.Store(false)
			l.cut()
		case 5:
			pass(ctx, some)
		}
	}
}

// TestBadLine lets a PBX push while the line to the PMS is cut, slow, half-open
// and flapping, and cuts answers off after the PMS has taken what they answer;
// the agent is killed now and then, too.
func TestBadLine(t *testing.T) {
	k := newSink(t)
	far, err := url.Parse(k.url)
	if err != nil {
		t.Fatal(err)
	}
	way := newLine(t, far.Host)
	b := newBox(t, boxOptions{sink: "http://" + way.address, hooks: hooks()})
	l := b.start()
	b.ready(l)
	b.furnish()

	p := newPBX(b.push)
	c := p.chaos(t, k, traffic{lines: 6, pause: 40 * time.Millisecond, how: rough})
	ctx, enough := context.WithCancel(t.Context())
	var roughing sync.WaitGroup
	roughing.Go(func() { way.rough(ctx) })
	for range 6 {
		pass(t.Context(), 1500*time.Millisecond)
		b.killSoon(l, p)
		l = b.start()
	}
	enough()
	roughing.Wait()
	b.ready(l)
	c.end()
	b.settle(l, p, k)
	way.mu.Lock()
	defer way.mu.Unlock()
	if t.Logf("%d answers were cut off", way.cuts); way.cuts < 5 {
		t.Errorf("only %d answers were cut off", way.cuts)
	}
}
