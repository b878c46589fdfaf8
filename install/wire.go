package install

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	defaultSilence = 30 * time.Second
	// patience is how many times the longest silence one step may take, for a
	// server that sends a byte now and then.
	patience = 10
	// maxReplies bounds what comes over a control connection in one step.
	maxReplies = 256 << 10
	// maxStep bounds what comes in one step over a connection that files come
	// over: the biggest one, with what is around it.
	maxStep = 2 * maxFile
	// goodbyeTime is what an orderly end is worth.
	goodbyeTime = 2 * time.Second
)

var errFlood = errors.New("it sends more than it was asked for")

// wire is all connections of one session. While a step is under way, no read
// or write waits longer than silence for a sign of life, and the end of the
// step's context closes everything. Between steps nothing is read that would
// need a deadline.
type wire struct {
	silence time.Duration
	dialer  func(ctx context.Context, network, address string) (net.Conn, error)

	mu    sync.Mutex
	conns map[*wired]bool
	ctx   context.Context // of the step under way
	until time.Time       // when it ends at the latest; zero: no step is under way
	cut   bool
}

func newWire(s Server) *wire {
	w := &wire{silence: s.Silence, dialer: s.Dial, conns: map[*wired]bool{}}
	if w.silence <= 0 {
		w.silence = defaultSilence
	}
	if w.dialer == nil {
		w.dialer = new(net.Dialer).DialContext
	}
	return w
}

// step begins one; the function that it gives ends it. Steps do not overlap.
func (w *wire) step(ctx context.Context) (end func()) {
	w.mu.Lock()
	w.ctx, w.until = ctx, time.Now().Add(patience*w.silence)
	for c := range w.conns {
		c.begin()
	}
	w.mu.Unlock()
	stop := context.AfterFunc(ctx, w.close)
	return func() {
		stop()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.until = time.Time{}
		for c := range w.conns {
			_ = c.Conn.SetDeadline(time.Time{})
		}
	}
}

// dial connects within a step. most bounds what is read in each step.
func (w *wire) dial(address string, most int64) (*wired, error) {
	w.mu.Lock()
	ctx := w.ctx
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, w.silence)
	defer cancel()
	conn, err := w.dialer(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	c := &wired{Conn: conn, w: w, most: most}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	w.conns[c] = true
	c.begin()
	return c, nil
}

// goodbye is a last step, which may take a moment and no longer.
func (w *wire) goodbye(say func()) {
	ctx, cancel := context.WithTimeout(context.Background(), goodbyeTime)
	defer cancel()
	defer w.close()
	defer w.step(ctx)()
	say()
}

// close ends all connections.
func (w *wire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	for c := range w.conns {
		_ = c.Conn.Close()
	}
	clear(w.conns)
}

// wired is one connection of a wire.
type wired struct {
	net.Conn
	w    *wire
	most int64
	left atomic.Int64 // bytes that may yet be read in this step
}

// begin starts a step. The caller holds the wire's mu.
func (c *wired) begin() {
	c.left.Store(c.most)
	c.renew()
}

// renew moves the deadline on. The caller holds the wire's mu.
func (c *wired) renew() {
	if c.w.until.IsZero() {
		return
	}
	at := time.Now().Add(c.w.silence)
	if at.After(c.w.until) {
		at = c.w.until
	}
	_ = c.Conn.SetDeadline(at)
}

// alive notes that the other side has given or taken something.
func (c *wired) alive() {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	c.renew()
}

func (c *wired) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.alive()
		if c.left.Add(-int64(n)) < 0 {
			return 0, errFlood
		}
	}
	return n, err
}

func (c *wired) Write(b []byte) (int, error) {
	const part = 64 << 10 // so that a slow line shows signs of life
	for done := 0; ; {
		end := min(done+part, len(b))
		n, err := c.Conn.Write(b[done:end])
		done += n
		if n > 0 {
			c.alive()
		}
		if err != nil || done == len(b) {
			return done, err
		}
	}
}

// SetDeadline and the two that follow are the wire's own business: those who
// use the connection do not know when a step is under way.
func (c *wired) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (c *wired) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (c *wired) SetWriteDeadline(time.Time) error { return nil }

func (c *wired) Close() error {
	c.w.mu.Lock()
	delete(c.w.conns, c)
	c.w.mu.Unlock()
	return c.Conn.Close()
}
