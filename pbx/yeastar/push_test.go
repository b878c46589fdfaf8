package yeastar

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// server runs a listener for one test; what it takes comes out of the channel.
func server(t *testing.T, l Listener, fail error) (string, chan Push, chan bool) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if l.Allowed == nil {
		l.Allowed = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}
	pushes, taken, done := make(chan Push, 16), make(chan bool, 16), make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		done <- l.Serve(ctx, ln, func(_ context.Context, p Push) error {
			*p.OnTaken = func(ok bool) { taken <- ok }
			pushes <- p
			return fail
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return ln.Addr().String(), pushes, taken
}

// push writes the parts one by one and gives the whole answer.
func push(t *testing.T, addr string, parts ...string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for i, part := range parts {
		if i > 0 {
			time.Sleep(20 * time.Millisecond)
		}
		if _, err := io.WriteString(conn, part); err != nil {
			t.Logf("write: %v", err)
		}
	}
	_ = conn.SetReadDeadline(time.Now().Add(3 * time.Second))
	answer, _ := io.ReadAll(conn)
	return string(answer)
}

func TestPushEveryVector(t *testing.T) {
	addr, pushes, taken := server(t, Listener{}, nil)
	files, _ := filepath.Glob("testdata/events/*.http")
	if len(files) == 0 {
		t.Fatal("no vectors")
	}
	for _, file := range files {
		text := vector(t, filepath.Base(file))
		if answer := push(t, addr, string(text)); !strings.HasPrefix(answer, "HTTP/1.1 200 OK\r\n") {
			t.Fatalf("%s: answer %q", file, answer)
		}
		p, rest := <-pushes, text[bytes.IndexByte(text, '{'):]
		if len(p.Body) == 0 || !bytes.HasPrefix(rest, p.Body) {
			t.Errorf("%s: body %q", file, p.Body)
		}
		if !<-taken {
			t.Errorf("%s: answer not seen taken", file)
		}
	}
}

func TestPushFramings(t *testing.T) {
	const line = "POST / HTTP/1.1\r\nHost: 192.168.5.150: 8260\r\nAccept: a\r\nAccept: a\r\n"
	const body = `{"event":"BootUp","sn":"}{\"1"}`
	for name, parts := range map[string][]string{
		"none":    {line + "\r\n" + body},
		"split":   {line[:9], line[9:30], line[30:], "\r\n", body[:5], body[5:20], body[20:]},
		"short":   {line + "Content-Length: 9\r\nConnection: close\r\n\r\n" + body},
		"long":    {line + "Content-Length: 99\r\nConnection: close\r\n\r\n" + body},
		"chunked": {line + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + body[:5] + "\r\n1a\r\n" + body[5:] + "\r\n0\r\n\r\n"},
		"noblank": {line + body},
	} {
		t.Run(name, func(t *testing.T) {
			addr, pushes, _ := server(t, Listener{}, nil)
			if answer := push(t, addr, parts...); !strings.HasPrefix(answer, "HTTP/1.1 200 OK\r\n") {
				t.Fatalf("answer %q", answer)
			}
			if p := <-pushes; string(p.Body) != body {
				t.Errorf("body %q", p.Body)
			}
		})
	}
}

func TestPushKeepsAlive(t *testing.T) {
	addr, pushes, _ := server(t, Listener{}, nil)
	one := "POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":1}"
	two := "POST / HTTP/1.1\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{\"a\":2}"
	if answer := push(t, addr, one, two); strings.Count(answer, "200 OK") != 2 {
		t.Fatalf("answer %q", answer)
	}
	if a, b := <-pushes, <-pushes; string(a.Body)+string(b.Body) != `{"a":1}{"a":2}` {
		t.Errorf("bodies %q %q", a.Body, b.Body)
	}
}

func TestPushRefusals(t *testing.T) {
	quick := Listener{ReadTimeout: 100 * time.Millisecond}
	stranger := Listener{Allowed: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
	for name, c := range map[string]struct {
		l    Listener
		fail error
		text string
		want string
	}{
		"not kept":  {Listener{}, errors.New("disk full"), "POST / HTTP/1.1\r\n\r\n{}", "HTTP/1.1 503 "},
		"oversize":  {Listener{}, nil, "POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n{}", "HTTP/1.1 413 "},
		"long head": {Listener{}, nil, "POST / HTTP/1.1\r\nA: " + strings.Repeat("x", maxHead) + "\r\n\r\n{}", ""},
		"slow head": {quick, nil, "POST / HTTP/1.1\r\nHos", ""},
		"stranger":  {stranger, nil, "POST / HTTP/1.1\r\n\r\n{}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			addr, _, _ := server(t, c.l, c.fail)
			answer := push(t, addr, c.text)
			if !strings.HasPrefix(answer, c.want) || c.want == "" && answer != "" {
				t.Errorf("answer %q, want %q", answer, c.want)
			}
		})
	}
}

func FuzzHead(f *testing.F) {
	for _, text := range everyVector(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r := bufio.NewReader(bytes.NewReader(text))
		h, err := readHead(r)
		if err != nil {
			return
		}
		all := new(bodies)
		b := &body{of: all}
		if _ = readBody(r, h, b, func() {}); len(b.text) > maxReport {
			t.Fatalf("body of %d bytes", len(b.text))
		}
		if b.done(); all.taken.Load() != 0 {
			t.Fatalf("%d bytes are not given back", all.taken.Load())
		}
	})
}

// A report that breaks off inside its declared length is as long as it will
// get: it is taken, answered and kept as unreadable.
func TestBrokenReportOfDeclaredLengthIsAnswered(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	bodies := make(chan string, 1)
	l := Listener{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	go func() {
		_ = l.Serve(t.Context(), ln, func(_ context.Context, p Push) error {
			bodies <- string(p.Body)
			return nil
		})
	}()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const body = `{"event":"DTMF","infos":`
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	answer := make([]byte, 12)
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 200" {
		t.Errorf("answered %q, %v", answer, err)
	}
	if got := <-bodies; got != body {
		t.Errorf("kept %q", got)
	}
}
