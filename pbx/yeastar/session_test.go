package yeastar

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/pbx"
)

// wire answers calls without a network; it keeps what was sent.
type wire struct {
	answer func(endpoint string) string
	sent   []string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	endpoint := strings.TrimPrefix(r.URL.Path, "/api/v2.0.0/")
	w.sent = append(w.sent, endpoint+" "+r.URL.RawQuery+" "+string(body))
	text := w.answer(endpoint)
	if text == "" {
		return nil, errors.New("line is down")
	}
	return &http.Response{StatusCode: 200, ContentLength: -1, Body: io.NopCloser(strings.NewReader(text))}, nil
}

func (w *wire) count(endpoint string) (n int) {
	for _, call := range w.sent {
		if strings.HasPrefix(call, endpoint+" ") {
			n++
		}
	}
	return n
}

func session(w *wire) *Session {
	return &Session{
		Base: "http://192.0.2.1", HTTP: &http.Client{Transport: w}, User: "api", Password: "password",
		Registration: Registration{Address: "192.0.2.9", Port: "8260", URL: "report", URLTag: "0"},
	}
}

const loggedIn = `{"status":"Success","token":"t1"}`

// Four in a row, then never again with the same password, however long the
// PBX may remember and however often the agent starts.
func TestWrongPasswordNeverComesToALock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(string) string { return `{"status":"Failed","errno":20003}` }}
		file := filepath.Join(t.TempDir(), "tries")
		s := session(w)
		for hour := range 48 {
			if hour%5 == 4 {
				s = session(w)
			}
			s.TriesFile, s.Password = file, "hidden"
			if err := s.Login(t.Context()); !errors.Is(err, ErrnoPassword) {
				t.Fatalf("login: %v", err)
			}
			time.Sleep(time.Hour)
		}
		if n := w.count("login"); n != maxInARow {
			t.Errorf("%d tries in two days", n)
		}
		err := s.Login(t.Context())
		if !errors.Is(err, ErrPaused) || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), s.Password) {
			t.Errorf("it says: %v", err)
		}

		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_ = s.Login(t.Context())
		}
		if n := w.count("login"); n != maxInARow+1 {
			t.Errorf("after a person let it try once more: %d tries", n)
		}

		// Another password is tried, and the right one clears the record.
		s = session(w)
		s.TriesFile, s.Password = file, "another"
		_ = s.Login(t.Context())
		if n := w.count("login"); n != maxInARow+2 {
			t.Errorf("another password: %d tries", n)
		}
		w.answer = func(string) string { return loggedIn }
		s = session(w)
		s.TriesFile, s.Password = file, "right"
		time.Sleep(loginPause)
		if err := s.Login(t.Context()); err != nil {
			t.Errorf("the right password: %v", err)
		}
		if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), "right") {
			t.Errorf("the record: %s, %v", text, err)
		}
	})
}

func TestExpiredTokenIsRenewedOnce(t *testing.T) {
	for _, number := range []string{`20004`, `"20005"`, `"20006"`} {
		w := &wire{answer: func(endpoint string) string {
			if endpoint == "login" {
				return loggedIn
			}
			return `{"status":"Failed","errno":` + number + `}`
		}}
		_, err := session(w).call(t.Context(), "extension/list", params{})
		var got Errno
		if !errors.As(err, &got) || !got.renews() {
			t.Errorf("error %v", err)
		}
		if w.count("login") != 2 || w.count("extension/list") != 2 {
			t.Errorf("sent %q", w.sent)
		}
	}
}

func TestHeartbeatRepeatsTheRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(string) string { return loggedIn }}
		go session(w).Run(t.Context(), func(err error) {
			if err != nil {
				t.Error(err)
			}
		})
		time.Sleep(16 * time.Minute)
		synctest.Wait()
		if n := w.count("heartbeat"); n != 4 {
			t.Errorf("%d heartbeats", n)
		}
		want := `heartbeat token=t1 {"ipaddr":"192.0.2.9","port":"8260","url":"report","urlflag":"0","urltag":"0","version":"2.0.0"}`
		if last := w.sent[len(w.sent)-1]; last != want {
			t.Errorf("sent %s", last)
		}
		if !strings.Contains(w.sent[0], `"password":"5f4dcc3b5aa765d61d8327deb882cf99"`) {
			t.Errorf("sent %s", w.sent[0])
		}
	})
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	for _, answer := range []string{"", "{", `{"status":"Failed"}`, `{"status":"Failed","errno":"10003"}`, `{"status":"Success","pad":"` + strings.Repeat("x", maxBody) + `"}`} {
		w := &wire{answer: func(endpoint string) string {
			if endpoint == "login" {
				return strings.Replace(loggedIn, "t1", "SECRETTOKEN", 1)
			}
			return answer
		}}
		_, err := session(w).call(t.Context(), "apply", params{})
		if err == nil || strings.Contains(err.Error(), "SECRETTOKEN") || strings.Contains(err.Error(), "password") {
			t.Errorf("error %v", err)
		}
	}
}

// What comes instead of an answer may repeat what was asked.
func TestLineErrorsHoldNoSecrets(t *testing.T) {
	s := session(nil)
	for _, endpoint := range []string{"login", "apply"} {
		s.HTTP.Transport = transport(func(r *http.Request) (*http.Response, error) {
			body, _ := io.ReadAll(r.Body)
			return nil, fmt.Errorf("malformed HTTP response %q: %w", r.URL.String()+string(body)+s.Password, io.ErrUnexpectedEOF)
		})
		_, err := s.post(t.Context(), endpoint, "SECRETTOKEN", map[string]string{"password": s.digest()})
		if !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, pbx.ErrRetry) {
			t.Errorf("error %v", err)
		}
		for _, secret := range []string{"SECRETTOKEN", s.digest(), `"password":"password`} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("error %v", err)
			}
		}
	}
}

func TestPinAndRedirect(t *testing.T) {
	server := httptest.NewTLSServer(http.RedirectHandler("/elsewhere", http.StatusFound))
	defer server.Close()
	s := &Session{Base: server.URL, HTTP: NewHTTPClient(sha256.Sum256(server.Certificate().Raw))}
	if err := s.Login(t.Context()); err == nil || !strings.Contains(err.Error(), "HTTP status 302") {
		t.Errorf("redirect: %v", err)
	}
	s.HTTP = NewHTTPClient([sha256.Size]byte{})
	if err := s.Login(t.Context()); !errors.Is(err, ErrPin) {
		t.Errorf("pin: %v", err)
	}
}

func TestDevice(t *testing.T) {
	w := &wire{answer: func(endpoint string) string {
		if endpoint == "login" {
			return loggedIn
		}
		return `{"status":"Success","deviceinfo":{"sn":"369451090405","systemtime":"2019-10-17 23:07:43 UTC-8"}}`
	}}
	d, err := session(w).Device(t.Context())
	if err != nil || d.Serial != "369451090405" || d.Time != "2019-10-17 23:07:43 UTC-8" {
		t.Errorf("%+v, %v", d, err)
	}
}

// A tired installer restarts the agent with wrong passwords, or the line cuts
// off every answer: the PBX must never come to count five.
func TestLoginTriesOutliveRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, answer := range []string{`{"status":"Failed","errno":"20003"}`, ""} {
			w := &wire{answer: func(string) string { return answer }}
			file := filepath.Join(t.TempDir(), "tries")
			for range 20 {
				s := session(w)
				s.TriesFile = file
				_ = s.Login(t.Context())
			}
			if n := w.count("login"); n != maxTries {
				t.Errorf("answer %q: 20 restarts made %d tries, want %d", answer, n, maxTries)
			}
			time.Sleep(triesWithin)
			s := session(w)
			s.TriesFile = file
			w.answer = func(string) string { return loggedIn }
			if err := s.Login(t.Context()); err != nil {
				t.Errorf("after the pause: %v", err)
			}
		}
	})
}

// A PBX that starts says for a while that its service does not run: that is no
// word about the password, and the hotel has its PBX back at once.
func TestLoginsWhileThePBXStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answer: func(string) string { return loggedIn }}
		file := filepath.Join(t.TempDir(), "tries")
		if err := loginAnew(t, w, file); err != nil {
			t.Fatal(err)
		}
		w.answer = func(string) string { return failure("30003") }
		for range 20 {
			_ = loginAnew(t, w, file)
			time.Sleep(unsureWithin / 2)
		}
		w.answer = func(string) string { return loggedIn }
		time.Sleep(unsureWithin)
		if err := loginAnew(t, w, file); err != nil {
			t.Errorf("when it runs: %v", err)
		}
	})
}

// What is known of the tries outlives a crash in the middle of writing it: it is
// written beside, and put in its place.
func TestTriesAreReplacedWhole(t *testing.T) {
	w := &wire{answer: func(string) string { return loggedIn }}
	file := filepath.Join(t.TempDir(), "tries")
	if err := loginAnew(t, w, file); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(file, file+"-as-it-was"); err != nil {
		t.Fatal(err)
	}
	w.answer = func(string) string { return failure("20003") }
	_ = loginAnew(t, w, file)
	if text, err := os.ReadFile(file + "-as-it-was"); err != nil || !bytes.Equal(text, before) {
		t.Errorf("the file was written over: %q, %v; it was %q", text, err, before)
	}
	if text, err := os.ReadFile(file); err != nil || bytes.Equal(text, before) {
		t.Errorf("nothing was written: %q, %v", text, err)
	}
}

// loginAnew logs in as a process does that has just begun.
func loginAnew(t *testing.T, w *wire, file string) error {
	t.Helper()
	s := session(w)
	s.TriesFile = file
	return s.Login(t.Context())
}

// A password that the PBX has taken before is not taken for wrong because
// answers get lost, or because the agent dies while it waits for one: that
// would leave the hotel without its PBX for ten minutes after each bad one. One
// that the PBX calls wrong counts as ever.
func TestLoginsUnheardOfAPasswordThatIsGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := func(string) string { return "" }
		w := &wire{answer: func(string) string { return loggedIn }}
		file := filepath.Join(t.TempDir(), "tries")
		try := func() error { return loginAnew(t, w, file) }
		if err := try(); err != nil {
			t.Fatal(err)
		}
		w.answer = silent
		for range 20 {
			_ = try()
		}
		if n := w.count("login"); n != 1+maxTries {
			t.Errorf("20 restarts made %d tries, want %d at once", n-1, maxTries)
		}
		time.Sleep(unsureWithin)
		w.answer = func(string) string { return loggedIn }
		if err := try(); err != nil {
			t.Errorf("after a moment: %v", err)
		}

		w.answer = func(string) string { return failure("20003") }
		_ = try()
		w.answer = silent
		began := time.Now()
		for time.Since(began) < triesWithin-time.Minute {
			_ = try()
			time.Sleep(unsureWithin)
		}
		if n := w.count("login"); n != 1+maxTries+1+maxTries {
			t.Errorf("after a wrong password there were %d tries, want %d", n-2-maxTries, maxTries)
		}
	})
}
