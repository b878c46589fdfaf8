package yeastar

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/pbx"
)

// A locked address is left alone for longer than the lock lasts, by whoever
// asks for what; then one login is made, and all goes on.
func TestLockedAddressIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		locked := time.Now().Add(10 * time.Minute)
		var refused []time.Duration
		begun := time.Now()
		r.wire.answer = func(endpoint string) string {
			if endpoint != "login" || time.Now().After(locked) {
				return loggedIn
			}
			refused = append(refused, time.Since(begun))
			return failure("20002")
		}
		d := &Driver{Session: r.session}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { r.session.Run(ctx, d.called) })
		for range 60 {
			pass(10 * time.Second)
			if _, err := d.ListExtensions(ctx); !errors.Is(err, pbx.ErrAuth) || !errors.Is(err, ErrPaused) && len(refused) > 1 {
				t.Fatalf("while it is locked: %v", err)
			}
		}
		pass(time.Minute)
		if _, err := d.ListExtensions(ctx); err != nil {
			t.Errorf("after the lock: %v", err)
		}
		if s := d.State(); s.Error != "" || r.called("login") != 2 || len(refused) != 1 {
			t.Errorf("%d logins, refused at %s; it says %+v", r.called("login"), refused, s)
		}
		cancel()
		running.Wait()
	})
}

// tokenPBX knows one token at a time, which lives for thirty minutes from its
// last use, and registers reports for as long.
type tokenPBX struct {
	mu      sync.Mutex
	n       int
	used    time.Time
	expired int // calls with a token that had ended
	ends    time.Duration
}

func (p *tokenPBX) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer := `{"status":"Success"}`
	switch token := r.URL.Query().Get("token"); {
	case strings.HasSuffix(r.URL.Path, "/login"):
		p.n++
		p.used = time.Now()
		answer = strings.Replace(loggedIn, "t1", "t"+string(rune('0'+p.n)), 1)
	case token != "t"+string(rune('0'+p.n)) || time.Since(p.used) >= p.ends:
		p.expired++
		answer = failure("20006")
	default:
		p.used = time.Now()
	}
	return answered(answer), nil
}

func TestHeartbeatsKeepTheTokenForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far := &tokenPBX{ends: 30 * time.Minute}
		s := session(nil)
		s.HTTP = &http.Client{Transport: far}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { s.Run(ctx, func(error) {}) })
		pass(24 * time.Hour)
		if far.n != 1 || far.expired != 0 {
			t.Errorf("%d logins, %d calls too late", far.n, far.expired)
		}
		// One that ends early is renewed with the next heartbeat.
		far.mu.Lock()
		far.ends = 4 * time.Minute
		far.mu.Unlock()
		pass(heartbeatEvery + time.Second)
		if far.n != 2 || far.expired != 1 {
			t.Errorf("after it ended early: %d logins, %d calls too late", far.n, far.expired)
		}
		cancel()
		running.Wait()
	})
}

// Many callers with one token that has ended make one login; who is tired of
// waiting for it goes.
func TestOneLoginForManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logins atomic.Int64
		s := session(nil)
		s.token = "ended"
		s.HTTP = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			answer := failure("20006")
			switch {
			case strings.HasSuffix(r.URL.Path, "/login"):
				logins.Add(1)
				time.Sleep(10 * time.Second)
				answer = loggedIn
			case r.URL.Query().Get("token") == "t1":
				answer = `{"status":"Success"}`
			}
			return answered(answer), nil
		})}
		begun := time.Now()
		var running sync.WaitGroup
		for range 20 {
			running.Go(func() {
				if err := s.Heartbeat(t.Context()); err != nil {
					t.Errorf("%v", err)
				}
			})
		}
		tired, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		time.Sleep(time.Second)
		if err := s.Heartbeat(tired); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, pbx.ErrRetry) || errors.Is(err, pbx.ErrUncertain) {
			t.Errorf("who was tired of waiting: %v", err)
		}
		if waited := time.Since(begun); waited > 3*time.Second {
			t.Errorf("it waited for %s", waited)
		}
		running.Wait()
		if n := logins.Load(); n != 1 {
			t.Errorf("%d logins", n)
		}
	})
}

// What the PBX answers as too much at once was not done, and is the caller's
// to try again: nothing is repeated here, and nothing remembered.
func TestTooOftenIsTheCallers(t *testing.T) {
	for _, api := range []Version{V2, V1} {
		for endpoint, write := range map[string]func(d *Driver) error{
			"extension/update":  func(d *Driver) error { return d.ChangeExtension(t.Context(), "1000", pbx.Change{DND: new(bool)}) },
			"hotel/checkout":    func(d *Driver) error { return d.CheckOut(t.Context(), "1000") },
			"wakeupcall/delete": func(d *Driver) error { return d.DeleteAlarms(t.Context(), "1000", "1", "2") },
			"wakeupcall/update": func(d *Driver) error { return d.ChangeAlarm(t.Context(), "1000", "1", someAlarm) },
			"wakeupcall/create": func(d *Driver) error {
				_, err := d.CreateAlarm(t.Context(), "1000", someAlarm)
				return err
			},
		} {
			d, f := farDriver(t, api)
			f.answers[endpoint] = []string{failure("10025")}
			for n := range 3 {
				err := write(d)
				checkKinds(t, endpoint, err, []error{pbx.ErrRetry})
				if asked := len(f.of(endpoint)); asked != n+1 {
					t.Errorf("API %s: %s asked %d times for %d orders", api, endpoint, asked, n+1)
				}
			}
			if len(f.of("login")) != 1 {
				t.Errorf("API %s: %s: %d logins", api, endpoint, len(f.of("login")))
			}
		}
	}
}

func answered(text string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, ContentLength: -1, Body: io.NopCloser(strings.NewReader(text))}
}

var someAlarm = pbx.AlarmSpec{Hour: 6, Minute: 30, Repeat: pbx.AlarmOnce, Rings: 1, Interval: time.Minute}
