package yeastar

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/pbx"
)

// Each reason for which the PBX does not let us in is told apart.
func TestLoginProblems(t *testing.T) {
	page := func(status int, text string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := page(200, "{}")
	for _, c := range []struct {
		base   string
		client *http.Client
		want   pbx.LoginProblem
	}{
		{page(404, "no"), NewPlainClient(), pbx.LoginNoAPI},
		{page(500, "no"), NewPlainClient(), pbx.LoginOther},
		{plain, NewPlainClient(), pbx.LoginNoAPI},
		{strings.Replace(plain, "http:", "https:", 1), NewHTTPClient([sha256.Size]byte{}), pbx.LoginNotTLS},
		{secure.URL, NewHTTPClient([sha256.Size]byte{}), pbx.LoginCertificate},
		{page(200, failure("20003")), NewPlainClient(), pbx.LoginPassword},
		{page(200, failure("20002")), NewPlainClient(), pbx.LoginLocked},
		{page(200, failure("30003")), NewPlainClient(), pbx.LoginAPIOff},
		{page(200, failure("10002")), NewPlainClient(), pbx.LoginOther},
		{page(200, loggedIn), NewPlainClient(), ""},
	} {
		d := &Driver{Session: &Session{Base: c.base, HTTP: c.client, User: "api", Password: "canary-word"}}
		err := d.Session.Login(t.Context())
		d.called(err)
		l := d.Login()
		if l.Problem != c.want || (l.Error == "") != (c.want == "") || strings.Contains(l.Error, "canary") {
			t.Errorf("%s: %+v after %v, want %q", c.base, l, err, c.want)
		}
		waits := c.want == pbx.LoginPassword || c.want == pbx.LoginLocked
		if l.Again.IsZero() == waits {
			t.Errorf("%s: again %s", c.want, l.Again)
		}
	}
	for err, want := range map[error]pbx.LoginProblem{
		&net.DNSError{Err: "no such host"}:                                                 pbx.LoginNoHost,
		&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}: pbx.LoginRefused,
		context.DeadlineExceeded:                                                           pbx.LoginSilent,
		errors.New("reset"):                                                                pbx.LoginOther,
	} {
		if got := lineProblem(&unanswered{err, true}); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}

func TestNoSessionIsAProblem(t *testing.T) {
	var d Driver
	d.Missing(pbx.LoginUntrusted, errors.New("nobody agreed"))
	if l := d.Login(); l.Problem != pbx.LoginUntrusted || l.Error != "nobody agreed" {
		t.Errorf("%+v", l)
	}
}

// Tries that were spent, and those that a person must end.
func TestLoginThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(string) string { return "" }}
		s := session(w)
		s.TriesFile = filepath.Join(t.TempDir(), "tries")
		d := &Driver{Session: s}
		first := time.Now()
		for range maxTries {
			d.called(s.Login(t.Context()))
			time.Sleep(time.Minute)
		}
		d.called(s.Login(t.Context()))
		if l := d.Login(); l.Problem != pbx.LoginPaused || !l.Again.Equal(first.Add(triesWithin)) || len(w.sent) != maxTries {
			t.Errorf("after %d tries: %+v", len(w.sent), l)
		}
		w.answer = func(string) string { return failure("20003") }
		time.Sleep(triesWithin)
		d.called(s.Login(t.Context()))
		if l := d.Login(); l.Problem != pbx.LoginStopped || !l.Again.IsZero() {
			t.Errorf("with a wrong password: %+v", l)
		}
	})
}

// What takes our login away is seen; that it ran out by itself is nothing.
func TestLostLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := true
		w := &wire{answer: func(endpoint string) string {
			if endpoint == "login" {
				known = true
				return loggedIn
			}
			if !known {
				return failure("20004")
			}
			return `{"status":"Success"}`
		}}
		s := session(w)
		d := &Driver{Session: s}
		began := time.Now()
		beat := func() {
			t.Helper()
			if err := s.Heartbeat(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		beat()
		time.Sleep(26 * time.Minute)
		known = false
		beat() // it ran out, or nearly
		if l := d.Login(); len(l.Lost) != 0 || !l.Since.Equal(time.Now()) || l.Since.Equal(began) {
			t.Errorf("%+v", l)
		}
		for range maxLost + 3 {
			time.Sleep(5 * time.Minute)
			beat()
			known = false
			beat()
		}
		l := d.Login()
		if len(l.Lost) != maxLost || !l.Lost[maxLost-1].Equal(time.Now()) || !slices.IsSortedFunc(l.Lost, time.Time.Compare) {
			t.Errorf("%v", l.Lost)
		}
	})
}

// Calls that were under way side by side note one loss, and one that was
// slow notes none of a newer login.
func TestOneLoginIsLostOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s standing
		s.taken("a", TransportHTTP)
		time.Sleep(20 * time.Minute)
		s.good("a")
		time.Sleep(20 * time.Minute)
		s.unknown("a")
		s.unknown("a")
		s.taken("b", TransportHTTP)
		s.unknown("a")
		time.Sleep(20 * time.Minute)
		s.good("a")
		time.Sleep(20 * time.Minute)
		s.unknown("b") // it ran out
		if len(s.lost) != 1 || s.way != "http" {
			t.Errorf("%+v", s.lost)
		}
	})
}

func TestUptime(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"00:32:59": 32*time.Minute + 59*time.Second, " 123:00:01 ": 123*time.Hour + time.Second,
		"": 0, "1 day": 0, "3 days, 02:11": 0, "1:60:00": 0, "-1:00:00": 0, "1:2": 0, "1:2:3:4": 0,
	} {
		if got := uptime(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestLackedRequestsAreTold(t *testing.T) {
	d, f := farDriver(t, V2)
	f.answers["hotel/checkout"] = []string{failure("10003")}
	if err := d.CheckOut(t.Context(), "1001"); !errors.Is(err, pbx.ErrUnsupported) {
		t.Fatal(err)
	}
	if l := d.Login(); !slices.Equal(l.Lacks, []string{"hotel/checkout"}) || l.Problem != "" {
		t.Errorf("%+v", l)
	}
}
