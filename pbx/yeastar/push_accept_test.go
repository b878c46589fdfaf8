package yeastar

import (
	"context"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// shortListener cannot take a connection the first few times.
type shortListener struct {
	net.Listener
	left atomic.Int32
}

func (l *shortListener) Accept() (net.Conn, error) {
	if l.left.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return l.Listener.Accept()
}

// When no more files can be opened the port stays open, what is being served
// goes on, and the next push is taken as soon as one can; it is said once.
func TestPushWhileFilesAreScarce(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	scarce := &shortListener{Listener: ln}
	scarce.left.Store(3)
	var said []string
	l := Listener{
		Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Report:  func(err error) { said = append(said, err.Error()) },
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Serve(ctx, scarce, func(context.Context, Push) error { return nil }) }()
	if got := push(t, ln.Addr().String(), "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Errorf("answered %q", got)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("serve: %v", err)
	}
	if len(said) != 1 || !strings.Contains(said[0], "too many open files") {
		t.Errorf("said %q", said)
	}
}
