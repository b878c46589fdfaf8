package yeastar

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"
)

// slowServer hands each report over and answers it when told to.
func slowServer(t *testing.T) (addr string, pushes chan Push, answer chan struct{}, taken chan bool) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pushes, answer, taken = make(chan Push, 1), make(chan struct{}), make(chan bool, 1)
	l := Listener{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, WriteTimeout: 200 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- l.Serve(ctx, ln, func(_ context.Context, p Push) error {
			*p.OnTaken = func(ok bool) { taken <- ok }
			pushes <- p
			<-answer
			return nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return ln.Addr().String(), pushes, answer, taken
}

const small = `{"event":"BootUp","sn":"1"}`

// A PBX that has lost patience and closed, in order, before the answer went
// out has not taken it.
func TestAnswerAfterTheCloseIsNotTaken(t *testing.T) {
	for name, text := range map[string]string{
		"length":    fmt.Sprintf("POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s", len(small), small),
		"no length": "POST / HTTP/1.1\r\n\r\n" + small,
		"more":      "POST / HTTP/1.1\r\n\r\n" + small + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			addr, pushes, answer, taken := slowServer(t)
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, text); err != nil {
				t.Fatal(err)
			}
			<-pushes
			_ = conn.Close()
			answer <- struct{}{}
			if <-taken {
				t.Error("the answer counts as taken")
			}
		})
	}
}

// A PBX that ends its sending with the request, and waits, takes the answer.
func TestAnswerToAHalfClosedLineIsTaken(t *testing.T) {
	addr, pushes, answer, taken := slowServer(t)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\n\r\n"+small); err != nil {
		t.Fatal(err)
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	<-pushes
	answer <- struct{}{}
	if text, err := io.ReadAll(conn); err != nil || len(text) == 0 {
		t.Errorf("answered %q, %v", text, err)
	}
	if !<-taken {
		t.Error("the answer does not count as taken")
	}
}

// An equal report is handed over when it is known how the answer to the one
// before was taken.
func TestEqualReportWaitsForItsTurn(t *testing.T) {
	var seen []bool
	var order []string
	handle := inTurn(func(_ context.Context, p Push) error {
		order = append(order, string(p.Body))
		*p.OnTaken = func(ok bool) { seen = append(seen, ok) }
		return nil
	})
	var first, other, second func(bool)
	_ = handle(t.Context(), Push{Body: []byte("a"), OnTaken: &first})
	_ = handle(t.Context(), Push{Body: []byte("b"), OnTaken: &other})
	ended := make(chan struct{})
	go func() {
		_ = handle(t.Context(), Push{Body: []byte("a"), OnTaken: &second})
		if len(seen) != 1 || !seen[0] {
			t.Errorf("handed over when %v was known", seen)
		}
		close(ended)
	}()
	first(true)
	<-ended
	if len(order) != 3 {
		t.Errorf("handed over: %q", order)
	}
	other(true)
	second(false)
}
