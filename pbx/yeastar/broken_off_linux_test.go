package yeastar

import (
	"io"
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// untilOver waits until the system has heard that the other side is gone.
func untilOver(t *testing.T, conn net.Conn) {
	t.Helper()
	err := onSocket(conn, func(fd int) error {
		for {
			events := []unix.PollFd{{Fd: int32(fd)}}
			if _, err := unix.Poll(events, -1); err != unix.EINTR {
				return err
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Only a reset says that nobody waits for the answer: who has ended its sending
// in order may wait.
func TestOnlyAResetIsBrokenOff(t *testing.T) {
	request := "POST / HTTP/1.1\r\n\r\n" + small
	for name, c := range map[string]struct {
		leave func(*net.TCPConn) error
		want  bool
	}{
		"waits":       {func(*net.TCPConn) error { return nil }, false},
		"half closed": {(*net.TCPConn).CloseWrite, false},
		"closed":      {(*net.TCPConn).Close, false},
		"reset": {func(conn *net.TCPConn) error {
			_ = conn.SetLinger(0)
			return conn.Close()
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			there, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer there.Close()
			here, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer here.Close()
			if _, err := io.WriteString(there, request); err != nil {
				t.Fatal(err)
			}
			if err := c.leave(there.(*net.TCPConn)); err != nil {
				t.Fatal(err)
			}
			if c.want {
				untilOver(t, here)
			}
			if (Push{conn: here}).brokenOff() != c.want {
				t.Errorf("broken off: %v", !c.want)
			}
			got := make([]byte, len(request))
			if _, err := io.ReadFull(here, got); err != nil || string(got) != request {
				t.Errorf("what was sent before: %q, %v", got, err)
			}
		})
	}
	if (Push{}).brokenOff() {
		t.Error("what came by no connection was broken off")
	}
}
