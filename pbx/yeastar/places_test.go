package yeastar

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const goodPush = "POST / HTTP/1.1\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{\"a\":1}"

// Whoever holds every place and says nothing, or says it slowly, keeps nobody
// out; the newest of them stay.
func TestSilentConnectionsGiveWay(t *testing.T) {
	addr, pushes, _ := server(t, Listener{MaxConns: 3}, nil)
	var held []net.Conn
	for range 9 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nA: "); err != nil {
			t.Logf("write: %v", err)
		}
		held = append(held, conn)
	}
	for range 2 {
		if answer := push(t, addr, goodPush); !strings.HasPrefix(answer, "HTTP/1.1 200 ") {
			t.Fatalf("answer %q", answer)
		}
		<-pushes
	}
	newest := held[len(held)-1]
	if _, err := io.WriteString(newest, "b\r\nContent-Length: 7\r\n\r\n{\"a\":2}"); err != nil {
		t.Fatal(err)
	}
	if p := <-pushes; string(p.Body) != `{"a":2}` {
		t.Errorf("body %q", p.Body)
	}
}

// A connection whose report is being kept does not give way.
func TestReportsThatAreBeingKeptStay(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	keeping, goOn, done := make(chan bool), make(chan bool), make(chan error)
	l := Listener{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, MaxConns: 1}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		done <- l.Serve(ctx, ln, func(context.Context, Push) error {
			keeping <- true
			<-goOn
			return nil
		})
	}()
	first := make(chan string)
	go func() { first <- push(t, ln.Addr().String(), goodPush) }()
	<-keeping
	if answer := push(t, ln.Addr().String(), goodPush); answer != "" {
		t.Errorf("a second connection was answered %q", answer)
	}
	goOn <- true
	if answer := <-first; !strings.HasPrefix(answer, "HTTP/1.1 200 ") {
		t.Errorf("the first was answered %q", answer)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Long bodies share what memory there is; what a PBX sends has its own.
func TestLongBodiesShareMemory(t *testing.T) {
	all := new(bodies)
	var long []*body
	var err error
	for err == nil {
		b := &body{of: all}
		for range maxReport {
			if err = b.add('x'); err != nil {
				break
			}
		}
		long = append(long, b)
	}
	if !errors.Is(err, errBodies) || len(long) != 1+commonPart/(maxReport-ownPart) {
		t.Fatalf("%d long bodies, then %v", len(long), err)
	}
	small := &body{of: all}
	for range ownPart {
		if err := small.add('x'); err != nil {
			t.Fatalf("a report of %d bytes: %v", len(small.text), err)
		}
	}
	for _, b := range append(long, small) {
		b.done()
	}
	if n := all.taken.Load(); n != 0 {
		t.Errorf("%d bytes are not given back", n)
	}
	b := &body{of: all}
	if err := b.room(maxReport + 1); !errors.Is(err, errTooLong) {
		t.Errorf("more than the longest: %v", err)
	}
}

// A chunk takes memory for what it has announced, and no more than there is.
func TestAnnouncedChunksShareMemory(t *testing.T) {
	addr, _, _ := server(t, Listener{MaxConns: 200}, nil)
	var held []net.Conn
	for range 1 + commonPart/(maxReport-ownPart) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n"); err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	answered := make(chan string, len(held))
	for _, conn := range held {
		go func() {
			_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			line := make([]byte, 12)
			_, _ = io.ReadFull(conn, line)
			answered <- string(line)
		}()
	}
	if got := <-answered; got != "HTTP/1.1 503" {
		t.Errorf("the one too many was answered %q", got)
	}
	if answer := push(t, addr, goodPush); !strings.HasPrefix(answer, "HTTP/1.1 200 ") {
		t.Errorf("a report was answered %q", answer)
	}
}

// pipes is a listener without a network, so that a test knows when all that can
// go on has gone on.
type pipes struct {
	conns chan net.Conn
	end   chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.end:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error { close(p.end); return nil }

func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// local is a connection that seems to come from this computer.
type local struct{ net.Conn }

func (local) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// send pushes what a connection is to say, and gives its answer once it is
// there and the connection has ended.
func (p pipes) send(request string) <-chan string {
	ours, theirs := net.Pipe()
	p.conns <- local{theirs}
	answer := make(chan string, 1)
	go func() {
		defer ours.Close()
		_, _ = io.WriteString(ours, request)
		text, _ := io.ReadAll(ours)
		answer <- string(text)
	}()
	return answer
}

// Of reports that are far longer than any of a PBX one is read at a time, as
// what is read takes far more memory than its text; a short one does not wait
// for them. What is in hand is counted when nothing can go on any more.
func TestLongReportsAreReadOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := pipes{make(chan net.Conn), make(chan struct{})}
		goOn, done := make(chan bool), make(chan error)
		var long, short atomic.Int32 // being kept; kept
		l := Listener{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			done <- l.Serve(ctx, ln, func(_ context.Context, p Push) error {
				if len(p.Body) <= ownPart {
					short.Add(1)
					return nil
				}
				long.Add(1)
				<-goOn
				long.Add(-1)
				return nil
			})
		}()
		var answers []<-chan string
		const waiting = 3
		for n := range waiting {
			answers = append(answers, ln.send("POST / HTTP/1.1\r\n\r\n{\"a\":\""+strings.Repeat("x", ownPart+n)+"\"}"))
		}
		synctest.Wait()
		answers = append(answers, ln.send(goodPush))
		for left := range waiting {
			synctest.Wait()
			if long.Load() != 1 || short.Load() != 1 {
				t.Errorf("after %d long reports: %d in hand at a time, and %d short ones were kept", left, long.Load(), short.Load())
			}
			goOn <- true
		}
		for _, answer := range answers {
			if got := <-answer; !strings.HasPrefix(got, "HTTP/1.1 200 ") {
				t.Errorf("a report was answered %q", got)
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// The same trouble is told of once a minute, with how often it was.
func TestTroubleIsToldSparingly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		s := sparing{report: func(err error) { told = append(told, err.Error()) }}
		for range 5 {
			s.tell("a", errors.New("a thing"))
			s.tell("b", errors.New("another"))
		}
		time.Sleep(sparingEvery)
		s.tell("a", errors.New("a thing"))
		s.tell("a", errors.New("a thing"))
		time.Sleep(sparingEvery)
		s.tell("b", errors.New("another"))
		for i, want := range []string{"a thing", "another", "a thing; and 4 times more", "another; and 4 times more"} {
			if i >= len(told) || !strings.HasPrefix(told[i], want) {
				t.Fatalf("told %q", told)
			}
		}
		if len(told) != 4 {
			t.Errorf("told %q", told)
		}
	})
}

// A report is dated when its connection was taken, not when it is read; the
// next by the same connection when that could begin.
func TestReportsAreDatedByTheirConnection(t *testing.T) {
	addr, pushes, _ := server(t, Listener{}, nil)
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	send := func(conn net.Conn) Push {
		if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":1}"); err != nil {
			t.Fatal(err)
		}
		return <-pushes
	}
	one, two := dial(), dial()
	later := send(two)
	earlier := send(one)
	next := send(two)
	if !earlier.Begun.Before(later.Begun) || !earlier.Begun.Before(next.Begun) || !later.Begun.Before(next.Begun) {
		t.Errorf("begun: one %s, two %s and %s", earlier.Begun, later.Begun, next.Begun)
	}
}
