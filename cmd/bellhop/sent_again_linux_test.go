package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx/yeastar"
	"bellhop/sim"
)

// slowReader holds the first connection back: of what has come on it nothing is
// read until it is told to.
type slowReader struct {
	net.Listener
	first chan *slowConn
	taken bool
}

type slowConn struct {
	*net.TCPConn
	read, ended chan struct{}
	once        sync.Once
}

func (l *slowReader) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil || l.taken {
		return conn, err
	}
	l.taken = true
	slow := &slowConn{TCPConn: conn.(*net.TCPConn), read: make(chan struct{}), ended: make(chan struct{})}
	l.first <- slow
	return slow, nil
}

func (c *slowConn) Read(b []byte) (int, error) {
	<-c.read
	return c.TCPConn.Read(b)
}

func (c *slowConn) Close() error {
	c.once.Do(func() { close(c.ended) })
	return c.TCPConn.Close()
}

// untilReset waits until the system has heard that the sender is gone. It takes
// nothing from the connection.
func (c *slowConn) untilReset(t *testing.T) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var polled error
	err = raw.Control(func(fd uintptr) {
		for {
			// No event is asked for: what ends it is the end of the connection.
			if _, err := unix.Poll([]unix.PollFd{{Fd: int32(fd)}}, -1); err != unix.EINTR {
				polled = err
				return
			}
		}
	})
	if err := cmp.Or(err, polled); err != nil {
		t.Fatal(err)
	}
}

// A PBX writes a report, breaks the connection off and sends the report again
// by another one; the answer to that reaches it before the first is even read.
// That is one event, and the late one a copy of it that can be run.
func TestReportReadAfterItWasSentAgain(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	slow := &slowReader{Listener: ln, first: make(chan *slowConn, 1)}
	c := config.Default()
	c.Hotel = config.Hotel{Name: "Busy", Timezone: "Asia/Shanghai", Country: "CN", Currency: "CNY", Language: "en"}
	c.Store.Path = filepath.Join(t.TempDir(), "bellhop.db")
	a, err := agent.New(agent.Options{Config: c, Driver: &yeastar.Driver{
		Listener: yeastar.Listener{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		Listen:   func(context.Context, string, string) (net.Listener, error) { return slow, nil },
	}})
	if err != nil {
		t.Fatal(err)
	}
	serving(t, a.Run)

	body := sim.DTMF("1", "1.1", "1001", "778*1*1")
	request := fmt.Sprintf("POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	send := func() *net.TCPConn {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		return conn.(*net.TCPConn)
	}
	gone := send()
	first := <-slow.first
	_ = gone.SetLinger(0)
	_ = gone.Close()
	first.untilReset(t)

	again := send()
	defer again.Close()
	if answer, err := io.ReadAll(again); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 200 ") {
		t.Fatalf("answered %q, %v", answer, err)
	}
	close(first.read)
	<-first.ended
	lists := hotel.Import{Rooms: []hotel.Room{{Number: "1001"}}}
	if _, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists}); err != nil { // now both can be read
		t.Fatal(err)
	}
	var came []hotel.Event
	for id := uint64(1); id <= a.LastID(); id++ {
		ev, _, err := a.Event(id)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == hotel.KindDTMF {
			came = append(came, ev)
		}
	}
	if len(came) != 2 || came[0].DuplicateOf != 0 || came[1].DuplicateOf != came[0].ID || !came[1].Possible {
		t.Errorf("kept %+v", came)
	}
}
