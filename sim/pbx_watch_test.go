package sim

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// watched runs a PBX that says what became of each report, in a bubble.
func watched(t *testing.T, o PBXOptions) (p *PBX, stream *Cable, fates func() string) {
	t.Helper()
	var mu sync.Mutex
	var list []string
	o.Password = "password"
	o.Watch = func(f Fate, told Told) {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, string(f)+" "+string(told.Body)+" "+string(told.Sent))
	}
	p, err := NewPBX(o)
	if err != nil {
		t.Fatal(err)
	}
	api, stream := NewCable(), NewCable()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = p.Serve(ctx, api) })
	running.Go(func() { _ = p.ServeStream(ctx, stream) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: api.Dial}}
	answer, err := client.Post("http://192.0.2.1/api/v2.0.0/login", "", strings.NewReader(loginBody(digest)))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return p, stream, func() string {
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		text := strings.Join(list, "\n")
		list = nil
		return text
	}
}

func TestWatchOfPushes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := NewCable()
		p, _, fates := watched(t, PBXOptions{Dial: agent.Dial})
		if err := p.Push(t.Context(), []byte(`{"event":"A"}`)); err != nil {
			t.Fatal(err)
		}
		if got := fates(); got != `made {"event":"A"} ` {
			t.Errorf("%q", got)
		}
		serve := func(answer string) {
			conn, err := agent.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Read(make([]byte, 4096)); err != nil {
				t.Error(err)
			}
			_, _ = io.WriteString(conn, answer)
		}
		serve("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
		if got := fates(); got != "" {
			t.Errorf("refused, it is %q", got)
		}
		serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		if got := fates(); got != `answered {"event":"A"} {"event":"A"}` && !strings.HasPrefix(got, `answered {"event":"A"} {"action":"A"`) {
			t.Errorf("%q", got)
		}
		p.SetDown(true)
		_ = p.Push(t.Context(), []byte(`{"event":"B"}`))
		p.Restart()
		if got := fates(); !strings.Contains(got, `lost {"event":"B"}`) || !strings.Contains(got, "made") {
			t.Errorf("after a restart: %q", got)
		}
		_ = agent.Close()
	})
}

func TestWatchOfAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stream, fates := watched(t, PBXOptions{TCP: true})
		login := func(secret string) net.Conn {
			conn, err := stream.Dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
			_, _ = io.WriteString(conn, "Action: login\r\nUsername: api\r\nSecret: "+secret+"\r\nVersion: 2.0.0\r\n\r\n")
			synctest.Wait()
			return conn
		}
		_ = p.Push(t.Context(), []byte(`{"event":"A"}`))
		if got := fates(); got != "made {\"event\":\"A\"} \nlost {\"event\":\"A\"} " {
			t.Errorf("without a stream: %q", got)
		}
		conn := login("password")
		_ = p.Push(t.Context(), []byte(`{"event":"B"}`))
		body := make([]byte, 13)
		if _, err := io.ReadFull(conn, body); err != nil || !bytes.Equal(body, []byte(`{"event":"B"}`)) {
			t.Errorf("read %q, %v", body, err)
		}
		if got := fates(); !strings.HasSuffix(got, `answered {"event":"B"} {"event":"B"}`) {
			t.Errorf("%q", got)
		}
		p.Restart()
		if _, err := conn.Read(body); err != io.EOF {
			t.Errorf("a stream after a restart: %v", err)
		}
		if err := p.SetFault(FaultLocked, Chance{Next: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := login("password").Read(body); err != io.EOF {
			t.Errorf("a stream while locked: %v", err)
		}
		p.SetPassword("new")
		for range maxWrong {
			_ = login("password").Close()
		}
		if s := p.Stats(); s.Locks != 1 || s.Refused != maxWrong+1 {
			t.Errorf("%+v", s)
		}
		p.Move(lockTime + time.Second)
		conn = login("new")
		defer conn.Close()
		if p.Streams() != 1 {
			t.Error("the new password is not taken")
		}
	})
}
