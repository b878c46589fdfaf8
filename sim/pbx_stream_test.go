package sim

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// serveStream runs p's stream port until the test ends, and gives its address.
func serveStream(t *testing.T, p *PBX) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- p.ServeStream(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve streams: %v", err)
		}
	})
	return ln.Addr().String()
}

// connect sends a login packet and gives what comes.
func connect(t *testing.T, at, secret, version string) *bufio.Reader {
	t.Helper()
	conn, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	fmt.Fprintf(conn, "Action: login\r\nUsername: api\r\nSecret: %s\r\nVersion: %s\r\n\r\n", secret, version)
	return bufio.NewReader(conn)
}

// loggedIn waits until so many streams stand.
func loggedIn(t *testing.T, p *PBX, count int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		p.mu.Lock()
		now, changed := len(p.streams), p.changed
		p.mu.Unlock()
		if now == count {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%d streams, want %d", now, count)
		}
	}
}

func want(t *testing.T, r *bufio.Reader, text string) {
	t.Helper()
	got := make([]byte, len(text))
	if _, err := io.ReadFull(r, got); err != nil || string(got) != text {
		t.Errorf("got %q, %v\nwant %q", got, err, text)
	}
}

func TestStreamManners(t *testing.T) {
	p := newPBX(t, PBXOptions{TCP: true})
	at := serveStream(t, p)
	body := string(BootUp("1"))
	for _, m := range []StreamManner{
		{}, {Between: "\r\n"}, {Between: "\n\n", Segment: 1},
		{Banner: "S300 API\r\n", Welcome: "Response: Success\r\n\r\n", Segment: 7},
	} {
		p.SetStream(m)
		r := connect(t, at, "password", "2.0.0")
		loggedIn(t, p, 1)
		push(t, p, []byte(body), []byte(body))
		want(t, r, m.Banner+m.Welcome+body+m.Between+body+m.Between)
		flush(t, p)
		p.CutStreams()
		if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
			t.Errorf("after the cut: %q, %v", rest, err)
		}
	}
	if s := p.Stats(); s.Streams != 4 || s.Delivered != 8 || s.Lost != 0 {
		t.Errorf("%+v", s)
	}
}

func TestStreamOldForm(t *testing.T) {
	p := newPBX(t, PBXOptions{TCP: true})
	r := connect(t, serveStream(t, p), "password", "1.0.0")
	loggedIn(t, p, 1)
	push(t, p, BootUp("1"))
	want(t, r, string(oldForm(BootUp("1"), "1.0.0")))
}

func TestStreamLosesWhatNobodyTakes(t *testing.T) {
	p := newPBX(t, PBXOptions{TCP: true})
	at := serveStream(t, p)
	push(t, p, BootUp("1")) // nobody is there
	r := connect(t, at, "password", "2.0.0")
	loggedIn(t, p, 1)
	p.SetStream(StreamManner{Silent: true})
	push(t, p, BootUp("2"))
	p.SetStream(StreamManner{})
	push(t, p, BootUp("3"))
	want(t, r, string(BootUp("3")))
	flush(t, p)
	p.SetDown(true)
	loggedIn(t, p, 0)
	push(t, p, BootUp("4"))
	if rest, err := io.ReadAll(connect(t, at, "password", "2.0.0")); len(rest) > 0 {
		t.Errorf("while away: %q, %v", rest, err)
	}
	p.SetDown(false)
	r = connect(t, at, "password", "2.0.0")
	loggedIn(t, p, 1)
	push(t, p, BootUp("5"))
	want(t, r, string(BootUp("5")))
	flush(t, p)
	if s := p.Stats(); s.Lost != 3 || s.Delivered != 2 {
		t.Errorf("%+v", s)
	}
}

func TestStreamCountsWrongPasswordsWithTheAPI(t *testing.T) {
	clock := newClock()
	p := newPBX(t, PBXOptions{TCP: true, Now: clock.now})
	at := serveStream(t, p)
	refused := func(secret string) {
		t.Helper()
		if got, _ := io.ReadAll(connect(t, at, secret, "2.0.0")); len(got) > 0 {
			t.Errorf("answered %q", got)
		}
	}
	for range maxWrong {
		refused("wrong")
	}
	refused("password") // the address is locked
	if s := p.Stats(); s.Refused != maxWrong+1 || s.Streams != 0 {
		t.Errorf("%+v", s)
	}
	clock.move(lockTime)
	connect(t, at, "password", "2.0.0")
	loggedIn(t, p, 1)
}

func TestStreamTakesOnlyWholePackets(t *testing.T) {
	p := newPBX(t, PBXOptions{TCP: true})
	at := serveStream(t, p)
	for _, packet := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "Action login\r\n\r\n", "\r\n",
		strings.Repeat("x", 2*maxLogin), strings.Repeat("a: b\n", 20),
	} {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, packet)
		_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		if got, err := io.ReadAll(conn); len(got) > 0 {
			t.Errorf("%q was answered %q, %v", packet, got, err)
		}
		_ = conn.Close()
	}
	if n := p.Streams(); n != 0 {
		t.Errorf("%d streams", n)
	}
}

func TestTransportIsToldAtLogin(t *testing.T) {
	p := newPBX(t, PBXOptions{})
	for _, tcp := range []bool{false, true, false} {
		p.UseTCP(tcp)
		want := map[bool]string{false: "HTTP", true: "TCP"}[tcp]
		if a := ask(p, 150, "login", "", loginBody(digest)); a.Transport != want {
			t.Errorf("%+v, want %s", a, want)
		}
	}
}
