package sim

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The secret and the signature were made apart, by
//
//	printf '%s' "$id.$time.$body" | openssl dgst -sha256 -hmac 'bellhop test secret, 32 bytes ok' -binary | base64
const (
	sinkSecret = "whsec_YmVsbGhvcCB0ZXN0IHNlY3JldCwgMzIgYnl0ZXMgb2s="
	sinkBody   = `{"id":"bh-1-7","type":"posting","event":17,"callid":"1576311280.555","room":"1203","time":"2026-03-01T08:30:00Z","data":{"amount":1500}}`
	sinkTime   = 1772353800
	sinkSigned = "v1,YY18C7wAimYL6NoiclMYVBzKh0Y4OcCZapJKM/uB494="
)

func newSink(t *testing.T, keep int) *Sink {
	t.Helper()
	s, err := NewSink(SinkOptions{Secret: sinkSecret, KeepLast: keep, Now: func() time.Time { return time.Unix(sinkTime, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func signed(id, stamp, signature, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", stamp)
	r.Header.Set("webhook-signature", signature)
	return r
}

// status sends a request past the network; 0: cut off.
func status(s *Sink, r *http.Request) (code int) {
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			panic(v)
		}
	}()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code
}

// message is a signed message; its signature is made by the sink's own keys,
// which TestSinkChecksSignatures holds to what openssl computed.
func message(s *Sink, key string) *http.Request {
	body := strings.Replace(sinkBody, "bh-1-7", key, 1)
	stamp := strconv.Itoa(sinkTime)
	sum := s.keys.sum([]byte(key+"."+stamp+"."), []byte(body))
	return signed(key, stamp, "v1,"+base64.StdEncoding.EncodeToString(sum[:]), body)
}

func TestSinkChecksSignatures(t *testing.T) {
	s := newSink(t, 0)
	stamp := strconv.Itoa(sinkTime)
	for name, c := range map[string]struct {
		r    *http.Request
		want int
	}{
		"good":            {signed("bh-1-7", stamp, sinkSigned, sinkBody), 204},
		"one of several":  {signed("bh-1-7", stamp, "v1a,xxxx v1,AAAA "+sinkSigned, sinkBody), 204},
		"other id":        {signed("bh-1-8", stamp, sinkSigned, sinkBody), 401},
		"other time":      {signed("bh-1-7", strconv.Itoa(sinkTime+1), sinkSigned, sinkBody), 401},
		"other body":      {signed("bh-1-7", stamp, sinkSigned, strings.Replace(sinkBody, "1500", "1501", 1)), 401},
		"other scheme":    {signed("bh-1-7", stamp, "v2"+sinkSigned[2:], sinkBody), 401},
		"not base64":      {signed("bh-1-7", stamp, "v1,*", sinkBody), 401},
		"no signature":    {signed("bh-1-7", stamp, "", sinkBody), 401},
		"no time":         {signed("bh-1-7", "now", sinkSigned, sinkBody), 401},
		"long ago":        {signed("bh-1-7", strconv.Itoa(sinkTime-301), sinkSigned, sinkBody), 401},
		"far ahead":       {signed("bh-1-7", strconv.Itoa(sinkTime+301), sinkSigned, sinkBody), 401},
		"before all time": {signed("bh-1-7", "-9223372036854775808", sinkSigned, sinkBody), 401},
		"over the edge":   {signed("bh-1-7", strconv.FormatInt(-1<<63+sinkTime, 10), sinkSigned, sinkBody), 401},
		"too long":        {signed("bh-1-7", stamp, sinkSigned, strings.Repeat("x", maxMessage+1)), 413},
		"by GET":          {httptest.NewRequest(http.MethodGet, "/", nil), 405},
	} {
		if got := status(s, c.r); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if got := s.Stats(); got.Taken != 1 || got.Copies != 1 || got.Rejected != 13 || got.Requests != 15 {
		t.Errorf("%+v", got)
	}
	sum := s.keys.sum([]byte("bh-2."+stamp+"."), []byte(sinkBody))
	well := "v1," + base64.StdEncoding.EncodeToString(sum[:])
	if got := status(s, signed("bh-2", stamp, well, sinkBody)); got != 400 {
		t.Errorf("a body of another id: %d", got)
	}
}

func TestSinkTellsCopies(t *testing.T) {
	s := newSink(t, 0)
	for _, key := range []string{"a", "b", "a", "c", "b", "a"} {
		if got := status(s, message(s, key)); got != 204 {
			t.Fatalf("%s: %d", key, got)
		}
	}
	got := s.Received()
	if len(got) != 3 {
		t.Fatalf("received %+v", got)
	}
	for n, want := range []Received{{Key: "a", Copies: 3}, {Key: "b", Copies: 2}, {Key: "c", Copies: 1}} {
		if got[n].Key != want.Key || got[n].Copies != want.Copies || s.Copies(want.Key) != want.Copies {
			t.Errorf("number %d: %+v, want %+v", n, got[n], want)
		}
	}
	one := got[0]
	if one.Type != "posting" || one.Event != 17 || one.CallID != "1576311280.555" || one.Room != "1203" ||
		!one.Time.Equal(time.Unix(sinkTime, 0)) || string(one.Data) != `{"amount":1500}` {
		t.Errorf("%+v", one)
	}
	if s := s.Stats(); s.Taken != 3 || s.Copies != 3 {
		t.Errorf("%+v", s)
	}
}

func TestSinkRemembersTheNewest(t *testing.T) {
	s := newSink(t, 3)
	for n := range 8 {
		status(s, message(s, fmt.Sprint("k", n)))
	}
	status(s, message(s, "k0")) // forgotten, but still known
	var keys []string
	for _, r := range s.Received() {
		keys = append(keys, r.Key)
	}
	if fmt.Sprint(keys) != "[k5 k6 k7]" || s.Stats().Taken != 8 || s.Stats().Copies != 1 || s.Copies("k0") != 2 {
		t.Errorf("remembers %v, %+v", keys, s.Stats())
	}
}

func TestSinkFailsOnCommand(t *testing.T) {
	s := newSink(t, 0)
	s.Fail(503)
	if got := status(s, message(s, "a")); got != 503 {
		t.Errorf("failing: %d", got)
	}
	s.Fail(0)
	s.Down(true)
	if got := status(s, message(s, "a")); got != 0 {
		t.Errorf("down: %d", got)
	}
	s.Down(false)
	if n := s.Copies("a"); n != 0 {
		t.Errorf("taken %d times while failing", n)
	}
	s.DropAnswer(1)
	if got := status(s, message(s, "a")); got != 0 || s.Copies("a") != 1 {
		t.Errorf("dropped answer: %d, taken %d times", got, s.Copies("a"))
	}
	if got := status(s, message(s, "a")); got != 204 || s.Copies("a") != 2 {
		t.Errorf("afterwards: %d, taken %d times", got, s.Copies("a"))
	}
}

func TestSlowSinkGivesUpWithItsSender(t *testing.T) {
	s := newSink(t, 0)
	s.Slow(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := status(s, message(s, "a").WithContext(ctx)); got != 0 {
		t.Errorf("answered %d", got)
	}
	s.Slow(time.Millisecond)
	if got := status(s, message(s, "a")); got != 204 {
		t.Errorf("answered %d", got)
	}
}

func TestSinkServesAndIsAway(t *testing.T) {
	s := newSink(t, 0)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx, ln) }()
	client := &http.Client{Transport: &http.Transport{}}
	send := func(key string) error {
		r := message(s, key)
		out, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+ln.Addr().String(), r.Body)
		if err != nil {
			return err
		}
		out.Header = r.Header
		answer, err := client.Do(out)
		if err != nil {
			return err
		}
		return answer.Body.Close()
	}
	if err := send("a"); err != nil {
		t.Errorf("send: %v", err)
	}
	for _, fresh := range []bool{false, true} { // a kept connection, and a new one
		if fresh {
			client.CloseIdleConnections()
		}
		s.Down(true)
		if err := send("b"); err == nil {
			t.Errorf("answered while it was away")
		}
		s.Down(false)
		if err := send("c"); err != nil {
			t.Errorf("back again: %v", err)
		}
	}
	client.CloseIdleConnections()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("serve: %v", err)
	}
	if s := s.Stats(); s.Taken != 2 || s.Copies != 1 {
		t.Errorf("%+v", s)
	}
}

func TestWaitForMessages(t *testing.T) {
	s := newSink(t, 0)
	var waiting sync.WaitGroup
	for n := range 5 {
		waiting.Go(func() {
			if err := s.Wait(t.Context(), n); err != nil {
				t.Errorf("wait for %d: %v", n, err)
			}
		})
	}
	for n := range 5 {
		status(s, message(s, fmt.Sprint("k", n)))
	}
	waiting.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Wait(ctx, 6); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	if len(s.waiters) != 0 {
		t.Errorf("%d still wait", len(s.waiters))
	}
}

func TestSecretsOfTheSink(t *testing.T) {
	for _, secret := range []string{"", "\n", "whsec_", "whsec_HIDDEN*"} {
		if _, err := NewSink(SinkOptions{Secret: secret}); err == nil || strings.Contains(err.Error(), "HIDDEN") {
			t.Errorf("secret %q: %v", secret, err)
		}
	}
	if key, err := signKey("plain\n"); err != nil || string(key) != "plain" {
		t.Errorf("%q, %v", key, err)
	}
}
