package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// systemd is the other end of NOTIFY_SOCKET.
type systemd struct {
	t    *testing.T
	conn *net.UnixConn
}

func newSystemd(t *testing.T) *systemd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "10000")
	return &systemd{t, conn}
}

func (s *systemd) want(state string) {
	s.t.Helper()
	buf := make([]byte, 100)
	_ = s.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, err := s.conn.Read(buf)
	if err != nil || string(buf[:n]) != state {
		s.t.Fatalf("systemd was told %q, %v, and not %q", buf[:n], err, state)
	}
}

func TestWatchdogIsFedOnlyWhileTheAgentWorks(t *testing.T) {
	s := newSystemd(t)
	ctx, cancel := context.WithCancel(t.Context())
	var asked atomic.Int32
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		notify(ctx, func() error {
			if asked.Add(1) < 5 {
				return errors.New("stuck")
			}
			return nil
		}, slog.New(slog.DiscardHandler))
	}()
	s.want("READY=1")
	s.want("WATCHDOG=1")
	if n := asked.Load(); n < 5 {
		t.Errorf("systemd was told that the agent works after %d questions", n)
	}
	s.want("WATCHDOG=1")
	cancel()
	<-ended
}

// An agent that is stuck so that it cannot even say so is not fed, and does
// not keep the process from ending.
func TestWatchdogOfAnAgentThatDoesNotAnswer(t *testing.T) {
	s := newSystemd(t)
	ctx, cancel := context.WithCancel(t.Context())
	asked, hold := make(chan struct{}), make(chan struct{})
	defer close(hold)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		notify(ctx, func() error { close(asked); <-hold; return nil }, slog.New(slog.DiscardHandler))
	}()
	s.want("READY=1")
	<-asked
	cancel()
	<-ended
	s.want("STOPPING=1")
}
