package sim

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"sync"
)

// Cable is a network in memory, for tests on a fake clock, which real
// connections would stop: who dials it comes to its listener, which it is.
type Cable struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// NewCable makes one that is plugged in.
func NewCable() *Cable { return &Cable{conns: make(chan net.Conn), done: make(chan struct{})} }

// CableAddress is where everybody who dials a cable seems to be.
var CableAddress = netip.MustParseAddrPort("192.0.2.9:40000")

// plug is the far end of a connection over a cable.
type plug struct{ net.Conn }

func (plug) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(CableAddress) }

// Accept implements [net.Listener].
func (c *Cable) Accept() (net.Conn, error) {
	select {
	case conn := <-c.conns:
		return plug{conn}, nil
	case <-c.done:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (c *Cable) Close() error {
	c.once.Do(func() { close(c.done) })
	return nil
}

// Addr implements [net.Listener].
func (c *Cable) Addr() net.Addr { return &net.TCPAddr{} }

// Dial connects, once somebody accepts; where to does not matter.
func (c *Cable) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case c.conns <- theirs:
		return ours, nil
	case <-c.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// DialEager gives a connection whose writes return before they are read, as
// those to a network do: [net.Pipe] has no buffer. It is for few of them.
func (c *Cable) DialEager(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := c.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return eager{conn}, nil
}

type eager struct{ net.Conn }

func (e eager) Write(b []byte) (int, error) {
	b = bytes.Clone(b)
	go func() { _, _ = e.Conn.Write(b) }() // ends with the connection
	return len(b), nil
}
