package webhook

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/pms"
)

var posting = pms.Message{
	Key: "bh-1-7", Type: "posting", Event: 17, CallID: "1576311280.555", Room: "1203",
	Time: time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC), Data: json.RawMessage(`{"amount":1500}`),
}

// The signature was computed apart, by
//
//	printf '%s' "bh-1-7.1772353800.$body" | openssl dgst -sha256 -hmac "$key" -binary | base64
func TestBytesOnTheWire(t *testing.T) {
	const (
		body      = `{"id":"bh-1-7","type":"posting","event":17,"callid":"1576311280.555","room":"1203","time":"2026-03-01T08:30:00Z","data":{"amount":1500}}`
		signature = "v1,YY18C7wAimYL6NoiclMYVBzKh0Y4OcCZapJKM/uB494="
	)
	now := func() time.Time { return time.Unix(1772353800, 999) }
	for _, secret := range []string{"whsec_YmVsbGhvcCB0ZXN0IHNlY3JldCwgMzIgYnl0ZXMgb2s=\n", "bellhop test secret, 32 bytes ok\r\n"} {
		link := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got, err := io.ReadAll(r.Body)
			if err != nil || string(got) != body {
				t.Errorf("body %s, %v", got, err)
			}
			h := r.Header
			if h.Get("webhook-id") != "bh-1-7" || h.Get("webhook-timestamp") != "1772353800" || h.Get("webhook-signature") != signature {
				t.Errorf("headers %v", h)
			}
		}), Options{Secret: secret, Now: now})
		if _, err := link.Send(t.Context(), posting); err != nil {
			t.Errorf("send: %v", err)
		}
	}
}

// The example that the reference libraries of Standard Webhooks test with.
func TestSignatureOfTheSpecification(t *testing.T) {
	key, err := readSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := newSigner(key).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("signed %s", got)
	}
}

func TestStatusDecides(t *testing.T) {
	for status, want := range map[int]string{
		200: "taken", 201: "taken", 202: "taken", 204: "taken",
		301: "retry", 302: "retry", 307: "retry",
		400: "refused", 401: "refused", 404: "refused", 409: "refused", 410: "refused", 422: "refused",
		408: "retry", 425: "retry", 429: "retry", 500: "retry", 502: "retry", 503: "retry", 504: "retry", 599: "retry",
	} {
		var calls atomic.Int32
		link := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			calls.Add(1)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		}), Options{Secret: testSecret})
		_, err := link.Send(t.Context(), posting)
		if got := outcome(t, err); got != want {
			t.Errorf("status %d: %s, want %s", status, got, want)
		}
		var refused *pms.Refused
		if errors.As(err, &refused) && (refused.Status != status || refused.Reason == "") {
			t.Errorf("status %d: %+v", status, refused)
		}
		if calls.Load() != 1 {
			t.Errorf("status %d: %d requests", status, calls.Load())
		}
	}
}

func outcome(t *testing.T, err error) string {
	t.Helper()
	var refused *pms.Refused
	var retry *pms.Retry
	switch {
	case err == nil:
		return "taken"
	case errors.As(err, &refused):
		return "refused"
	case errors.As(err, &retry):
		return "retry"
	}
	t.Errorf("neither refused nor retry: %v", err)
	return ""
}

func TestReplyIsBounded(t *testing.T) {
	for size, want := range map[int]int{0: 0, 5: 5, maxReply: maxReply, maxReply + 1: maxReply, maxReply + maxDrain + 1: maxReply} {
		link := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, size)) // the link may hang up on a long one
		}), Options{Secret: testSecret})
		reply, err := link.Send(t.Context(), posting)
		if err != nil || len(reply) != want {
			t.Errorf("%d bytes came as %d: %v", size, len(reply), err)
		}
	}
}

func TestReasonIsOnePrintableLine(t *testing.T) {
	for body, want := range map[string]string{
		"":                             "Unprocessable Entity",
		"\x00\x1b[31m\r\n":             "[31m",
		"no such\n\troom\n":            "no such room",
		"没有这个房间":                       "没有这个房间",
		strings.Repeat("房", 100):       strings.Repeat("房", 66),
		strings.Repeat("x ", maxReply): strings.Repeat("x ", 100),
	} {
		if got := reason(422, []byte(body)); got != want {
			t.Errorf("%.40q reads %q, want %q", body, got, want)
		}
	}
}

func TestRetryAfterIsHeard(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "1.5": 0, "0": 0,
		"7": 7 * time.Second, " 30 ": 30 * time.Second, "3600": time.Hour, "3601": time.Hour,
		"99999999999999999999999":       time.Hour,
		"Sun, 01 Mar 2026 08:31:00 GMT": time.Minute,
		"Sun, 01 Mar 2026 08:29:00 GMT": 0,
		"Sun, 01 Mar 2099 08:29:00 GMT": time.Hour,
	} {
		link := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", text)
			w.WriteHeader(http.StatusTooManyRequests)
		}), Options{Secret: testSecret, Now: func() time.Time { return now }})
		_, err := link.Send(t.Context(), posting)
		var retry *pms.Retry
		if !errors.As(err, &retry) || retry.After != want {
			t.Errorf("Retry-After %q: %v, want %s", text, err, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, text := range []string{"", "0", "120", "00000000000000000000001", "99999999999999999999", "Sun, 01 Mar 2026 08:31:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "-1", "\x00"} {
		f.Add(text, int64(1772353800))
	}
	f.Fuzz(func(t *testing.T, text string, now int64) {
		if after := readRetryAfter(text, time.Unix(now, 0)); after < 0 || after > maxAfter {
			t.Errorf("%q at %d: %s", text, now, after)
		}
	})
}

func FuzzReason(f *testing.F) {
	f.Add([]byte("no such room"))
	f.Add([]byte("\xff\xfe\x00房"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got := reason(422, body)
		if got == "" || len(got) > maxReason || strings.ContainsFunc(got, func(r rune) bool { return r != ' ' && unprintable(r) }) {
			t.Errorf("%q reads %q", body, got)
		}
	})
}

// cutter answers each request with some bytes and closes.
func cutter(t *testing.T, answer string) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = io.WriteString(conn, answer)
			}
			_ = conn.Close()
		}
	})
	t.Cleanup(func() { _ = ln.Close(); serving.Wait() })
	return "http://" + ln.Addr().String()
}

func TestCutAnswerMayBeTriedAgain(t *testing.T) {
	for _, answer := range []string{
		"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal", "no HTTP at all\r\n\r\n" + strings.Repeat("x", 4096),
		strings.Repeat("y", 4096) + "\r\n\r\n",
	} {
		link, err := New(Options{URL: cutter(t, answer), Secret: testSecret})
		if err != nil {
			t.Fatal(err)
		}
		defer link.Close()
		_, err = link.Send(t.Context(), posting)
		if outcome(t, err) != "retry" {
			t.Errorf("answer %.40q: %v", answer, err)
		}
		if len(err.Error()) > 400 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	}
}

func TestCutRefusalIsStillARefusal(t *testing.T) {
	link, err := New(Options{URL: cutter(t, "HTTP/1.1 422 No\r\nContent-Length: 100\r\n\r\nno such room"), Secret: testSecret})
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	var refused *pms.Refused
	if _, err := link.Send(t.Context(), posting); !errors.As(err, &refused) || refused.Reason != "no such room" {
		t.Errorf("came as %v", err)
	}
}

func TestSilenceEndsByTheLinksOwnTime(t *testing.T) {
	link := start(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see the link hang up
		<-r.Context().Done()
	}), Options{Secret: testSecret, Timeout: 20 * time.Millisecond})
	_, err := link.Send(t.Context(), posting)
	if outcome(t, err) != "retry" || !strings.Contains(err.Error(), "within 20ms") {
		t.Errorf("ended with %v", err)
	}
}

func TestConnectionsAreKept(t *testing.T) {
	var opened atomic.Int32
	var arrived sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Done()
		arrived.Wait() // all of a round are under way at once
		_, _ = w.Write(make([]byte, maxReply+1))
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	link, err := New(Options{URL: server.URL, Secret: testSecret})
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	var sending sync.WaitGroup
	for range 5 {
		arrived.Add(sideBySide)
		for range sideBySide {
			sending.Go(func() {
				if _, err := link.Send(t.Context(), posting); err != nil {
					t.Errorf("send: %v", err)
				}
			})
		}
		sending.Wait()
	}
	if n := opened.Load(); n != sideBySide {
		t.Errorf("%d connections for rounds of %d", n, sideBySide)
	}
}

func TestClosedConnectionIsReplacedAtOnce(t *testing.T) {
	link, err := New(Options{URL: cutter(t, "HTTP/1.1 204 No Content\r\n\r\n"), Secret: testSecret})
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	for n := range 20 {
		if _, err := link.Send(t.Context(), posting); err != nil {
			t.Fatalf("send %d: %v", n, err)
		}
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "box" || password != "p@ss" {
			t.Errorf("came as %q", user)
		}
		_, _ = io.WriteString(w, "noted")
	}))
	server.Config.ErrorLog = quiet()
	defer server.Close()
	at := strings.Replace(server.URL, "https://", "https://box:p%40ss@", 1) + "/in?token=HIDDEN"
	for _, trusted := range []bool{true, false} {
		o := Options{URL: at, Secret: testSecret}
		if trusted {
			o.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
		}
		link, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		defer link.Close()
		reply, err := link.Send(t.Context(), posting)
		if trusted && (err != nil || string(reply) != "noted") {
			t.Errorf("trusted: %q, %v", reply, err)
		}
		if !trusted && outcome(t, err) != "retry" {
			t.Errorf("not trusted: %v", err)
		}
	}
}
