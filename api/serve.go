package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// bounds keep what a far side may use up.
type bounds struct {
	head, request, answer, idle time.Duration
	// end is how long requests under way may take when the agent stops; what
	// is left then is cut off.
	end   time.Duration
	conns int // open at once; the next ones wait for a place
	// each is how many of them may come from one address; 0: all. Over that they
	// are closed at once, so that nobody takes all the places.
	each int
}

func ordinary() bounds {
	return bounds{
		head: 10 * time.Second, request: 30 * time.Second, answer: time.Minute, idle: time.Minute,
		end: 3 * time.Second, conns: 128,
	}
}

// fromNetwork are the bounds on TCP, where anybody may come.
func fromNetwork() bounds {
	b := ordinary()
	b.each = 16
	return b
}

// longestPath is what a system's address of a socket has room for.
const longestPath = 103

// ListenSocket opens the unix socket, readable by its owner alone. A socket
// file that nobody answers on any more is replaced; one that may still be in
// use, and a file that is no socket, are left alone.
func ListenSocket(path string) (net.Listener, error) {
	if len(path) > longestPath {
		return nil, fmt.Errorf("listen on the socket: its path may have %d bytes, but %q has %d", longestPath, path, len(path))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("make the socket's folder: %w", err)
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	switch {
	case err == nil:
		_ = conn.Close()
		return nil, fmt.Errorf("another agent answers on %s", path)
	case errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, syscall.ECONNREFUSED):
		if err := removeSocket(path); err != nil {
			return nil, err
		}
	default: // such as one whose agent is too busy to take a connection
		return nil, fmt.Errorf("find out whether another agent answers on the socket: %w", err)
	}
	ln, err := listenPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("listen on the socket: %w", err)
	}
	return ln, nil
}

func removeSocket(path string) error {
	info, err := os.Lstat(path)
	if err == nil && info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("listen on the socket: %s is there already, and is no socket", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replace the old socket: %w", err)
	}
	return nil
}

// Serve answers on ln until ctx ends, and returns when requests under way
// have ended or have been cut off.
func Serve(ctx context.Context, ln net.Listener, handler http.Handler) error {
	return serve(ctx, ln, handler, nil, ordinary())
}

// ServeTCP is [Serve] for a listener on the network; with a certificate over
// TLS alone.
func ServeTCP(ctx context.Context, ln net.Listener, handler http.Handler, cert *Certificate) error {
	return serve(ctx, ln, handler, cert, fromNetwork())
}

func serve(ctx context.Context, ln net.Listener, handler http.Handler, cert *Certificate, b bounds) error {
	var protocols http.Protocols
	protocols.SetHTTP1(true) // one request at a time on each connection
	srv := &http.Server{
		Protocols: &protocols,
		Handler:   handler, ReadHeaderTimeout: b.head, ReadTimeout: b.request,
		WriteTimeout: b.answer, IdleTimeout: b.idle, MaxHeaderBytes: 16 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // anybody could fill a log with broken connections
	}
	ended := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.end)
		defer cancel()
		err := srv.Shutdown(end)
		if errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close()
		}
		ended <- err
	})
	narrow := &narrow{
		Listener: ln, places: make(chan struct{}, b.conns), closed: make(chan struct{}), each: b.each, by: map[netip.Prefix]int{},
	}
	var err error
	if cert == nil {
		err = srv.Serve(narrow)
	} else {
		srv.TLSConfig = cert.config()
		err = srv.ServeTLS(narrow, "", "")
	}
	if stop() || !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the API: %w", err)
	}
	return <-ended
}

// narrow is a listener with so many connections at once; the next ones wait
// with the system.
type narrow struct {
	net.Listener
	places chan struct{}
	once   sync.Once
	closed chan struct{}

	each int
	mu   sync.Mutex
	by   map[netip.Prefix]int // open connections of each address
}

func (n *narrow) Accept() (net.Conn, error) {
	select {
	case n.places <- struct{}{}:
	case <-n.closed:
		return nil, net.ErrClosed
	}
	for {
		conn, err := n.Listener.Accept()
		if err != nil {
			<-n.places
			return nil, err
		}
		if from := household(conn.RemoteAddr().String()); n.enter(from) {
			return &placed{Conn: conn, leave: sync.OnceFunc(func() { n.leave(from); <-n.places })}, nil
		}
		_ = conn.Close()
	}
}

// enter takes one of the places that an address has.
func (n *narrow) enter(from netip.Prefix) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.each > 0 && n.by[from] >= n.each {
		return false
	}
	n.by[from]++
	return true
}

func (n *narrow) leave(from netip.Prefix) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.by[from]--; n.by[from] <= 0 {
		delete(n.by, from)
	}
}

func (n *narrow) Close() error {
	n.once.Do(func() { close(n.closed) })
	return n.Listener.Close()
}

// placed is a connection that gives its place back.
type placed struct {
	net.Conn
	leave func()
}

func (p *placed) Close() error {
	defer p.leave()
	return p.Conn.Close()
}
