package e2e

import (
	"net"
	"path/filepath"
	"testing"
	"time"

	"bellhop/e2e/rig"
)

// TestSystemdIsTold runs the agent as systemd does: it says when it is ready,
// that it lives, and that it stops.
func TestSystemdIsTold(t *testing.T) {
	b := rig.NewBox(t, rig.Options{PMS: "http://127.0.0.1:1"})
	path := filepath.Join(b.Folder, "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	want := func(state string) {
		t.Helper()
		buf := make([]byte, 100)
		_ = conn.SetReadDeadline(time.Now().Add(rig.StartTime))
		for { // the watchdog may be fed once more before the end
			n, err := conn.Read(buf)
			if err != nil {
				t.Fatalf("systemd waits for %s: %v", state, err)
			}
			if string(buf[:n]) == state {
				return
			}
		}
	}
	l := b.Start("env", "NOTIFY_SOCKET="+path, "WATCHDOG_USEC=100000")
	want("READY=1")
	if b.Status().Hotel == "" { // ready means: it answers
		t.Error("it says that it is ready, and is not")
	}
	want("WATCHDOG=1")
	want("WATCHDOG=1")
	b.Stop(l)
	want("STOPPING=1")
}
