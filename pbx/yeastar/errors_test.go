package yeastar

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"bellhop/pbx"
)

var allKinds = []error{
	pbx.ErrRetry, pbx.ErrUncertain, pbx.ErrBusy, pbx.ErrMissing, pbx.ErrExists, pbx.ErrInvalid, pbx.ErrUnsupported, pbx.ErrAuth,
}

// TestErrorKinds holds what a caller is told to do about what went wrong.
func TestErrorKinds(t *testing.T) {
	for answer, kinds := range map[string][]error{
		`{"status":"Failed","errno":10003}`:                          {pbx.ErrUnsupported},
		`{"status":"Failed","errno":" 10006 "}`:                      {pbx.ErrMissing},
		`{"status":"Failed","errnum":"10021"}`:                       {pbx.ErrMissing},
		`{"status":"Failed","errornum":"10022"}`:                     {pbx.ErrExists},
		`{"status":"Failed","errno":"10140","errordata":"username"}`: {pbx.ErrInvalid},
		failure("10008"):      {pbx.ErrBusy},
		failure("10024"):      {pbx.ErrInvalid},
		failure("10025"):      {pbx.ErrRetry},
		failure("30002"):      {pbx.ErrRetry, pbx.ErrUncertain},
		failure("20003"):      {pbx.ErrAuth},
		failure("20006"):      {pbx.ErrRetry},
		failure("10002"):      {}, // our fault
		failure("10099"):      {}, // not assigned
		failure("one"):        {},
		`{"status":"Failed"}`: {},
		`{"callid":"1"}`:      {pbx.ErrRetry, pbx.ErrUncertain},
		`{"status":"Success","a":"` + strings.Repeat("x", maxBody) + `"}`:    {pbx.ErrRetry, pbx.ErrUncertain},
		`{"status":"Success","a":[1` + strings.Repeat(",1", maxNodes) + `]}`: {pbx.ErrRetry, pbx.ErrUncertain},
		``:               {pbx.ErrRetry, pbx.ErrUncertain},
		`{"status":"Suc`: {pbx.ErrRetry, pbx.ErrUncertain},
	} {
		d, f := farDriver(t, V2)
		f.answers["hotel/checkout"] = []string{answer}
		err := d.CheckOut(t.Context(), "1000")
		checkKinds(t, answer, err, kinds)
	}
}

func checkKinds(t *testing.T, what string, err error, kinds []error) {
	t.Helper()
	if err == nil {
		t.Errorf("%.200s: no error", what)
		return
	}
	for _, kind := range allKinds {
		want := false
		for _, k := range kinds {
			want = want || k == kind
		}
		if errors.Is(err, kind) != want {
			t.Errorf("%.200s: %v: is %q: %v, want %v", what, err, kind, !want, want)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestLineKinds: what never left may be repeated at will; what left may not.
func TestLineKinds(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	broken := &net.OpError{Op: "read", Err: errors.New("connection reset")}
	status := func(code int) transport {
		return func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: code, Body: http.NoBody}, nil
		}
	}
	fails := func(err error) transport {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	for what, c := range map[string]struct {
		line  transport
		kinds []error
	}{
		"no way there":      {fails(refused), []error{pbx.ErrRetry}},
		"broken":            {fails(broken), []error{pbx.ErrRetry, pbx.ErrUncertain}},
		"other certificate": {fails(ErrPin), []error{pbx.ErrAuth}},
		"sent elsewhere":    {status(302), []error{pbx.ErrRetry, pbx.ErrUncertain}},
		"not there":         {status(404), []error{pbx.ErrRetry, pbx.ErrUncertain}},
		"server error":      {status(502), []error{pbx.ErrRetry, pbx.ErrUncertain}},
	} {
		d, _ := farDriver(t, V2)
		if err := d.Session.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.Session.HTTP = &http.Client{Transport: c.line}
		checkKinds(t, what, d.CheckOut(t.Context(), "1000"), c.kinds)
	}
	d := &Driver{}
	checkKinds(t, "no login set up", d.CheckOut(t.Context(), "1000"), []error{pbx.ErrAuth})
	if _, err := d.serial(t.Context()); !errors.Is(err, pbx.ErrAuth) {
		t.Errorf("serial: %v", err)
	}
}

// TestWhatAModelLacksIsRemembered as long as a login lives, and only that.
func TestWhatAModelLacksIsRemembered(t *testing.T) {
	d, f := farDriver(t, V2)
	f.answers["hotel/checkout"] = []string{failure("10003")}
	f.answers["sms/send"] = []string{failure("10026")}
	for range 3 {
		if err := d.CheckOut(t.Context(), "1000"); !errors.Is(err, pbx.ErrUnsupported) {
			t.Fatal(err)
		}
		if _, err := d.SendSMS(t.Context(), pbx.SMS{Trunk: "GSM", To: "1", Text: "x"}); !errors.Is(err, pbx.ErrMissing) {
			t.Fatal(err)
		}
	}
	if n := len(f.of("hotel/checkout")); n != 1 {
		t.Errorf("asked %d times for what is missing", n)
	}
	if n := len(f.of("sms/send")); n != 3 {
		t.Errorf("asked %d times for what is there", n)
	}
	f.answers["hotel/checkout"] = []string{`{"status":"Success"}`} // a firmware later
	f.answers["extension/list"] = []string{failure("20004"), `{"status":"Success"}`}
	if _, err := d.ListExtensions(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.CheckOut(t.Context(), "1000"); err != nil {
		t.Errorf("after a new login: %v", err)
	}
}

// TestHeartbeatIsNeverGivenUp: without it the login ends and the reports stop.
func TestHeartbeatIsNeverGivenUp(t *testing.T) {
	d, f := farDriver(t, V2)
	f.answers["heartbeat"] = []string{failure("10003")}
	for range 2 {
		_, _ = d.Session.ask(t.Context(), "heartbeat", d.Session.registration())
	}
	if n := len(f.of("heartbeat")); n != 2 {
		t.Errorf("sent %d", n)
	}
}

func TestLogout(t *testing.T) {
	d, f := farDriver(t, V1)
	if err := d.Session.Logout(t.Context()); err != nil || len(f.asked) != 0 {
		t.Errorf("without a login: %v, asked %v", err, f.asked)
	}
	if err := d.Session.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.Session.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := f.last(); a.path != "/api/v1.1.0/logout" || a.query != "token=t1" || len(a.body) != 0 {
		t.Errorf("sent %s?%s %s", a.path, a.query, a.body)
	}
	if err := d.CheckOut(t.Context(), "1000"); err != nil || len(f.of("login")) != 2 {
		t.Errorf("after it: %v, %d logins", err, len(f.of("login")))
	}
	f.answers["logout"] = []string{failure("20006")}
	if err := d.Session.Logout(t.Context()); err != nil {
		t.Errorf("ended by itself: %v", err)
	}
}

// TestStateTellsOfTheLine: a PBX that refuses one thing is not away.
func TestStateTellsOfTheLine(t *testing.T) {
	d, f := farDriver(t, V2)
	f.answers["hotel/checkout"] = []string{failure("10006"), "", failure("10003"), failure("10003")}
	for _, wantError := range []bool{false, true, false, false} {
		_ = d.CheckOut(t.Context(), "1000")
		if state := d.State(); (state.Error != "") != wantError {
			t.Errorf("state %+v, want an error: %v", state, wantError)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = d.ChangeExtension(ctx, "1000", pbx.Change{DND: new(true)})
	if state := d.State(); state.Error != "" {
		t.Errorf("the PBX is blamed: %+v", state)
	}
}

// An answer's head is read into memory whole: it has a bound of its own.
func TestAnswerHeadIsBounded(t *testing.T) {
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 2*maxAnswerHead))
		_, _ = w.Write([]byte(loggedIn))
	}))
	defer far.Close()
	s := &Session{Base: far.URL, HTTP: NewPlainClient(), User: "api", Password: "password"}
	err := s.Login(t.Context())
	if err == nil || !errors.Is(err, pbx.ErrRetry) || len(err.Error()) > 1000 {
		t.Errorf("logged in: %v", err)
	}
}

// TestErrnoInWords holds that an error of the PBX says what it is, beside the
// number by which the maker's manual has it.
func TestErrnoInWords(t *testing.T) {
	for errno, want := range map[Errno]string{
		20002: "pbx error 20002: this address is locked for ten minutes",
		20003: "pbx error 20003: wrong user name or password",
		10023: "pbx error 10023: there is no such prompt: upload it on the PBX's page",
		10024: "pbx error 10024: the extension may not call out",
		10999: "pbx error 10999",
	} {
		if got := errno.Error(); got != want {
			t.Errorf("%d is %q, want %q", int(errno), got, want)
		}
	}
	for errno, m := range errnoMeanings {
		if m.words == "" || strings.ContainsAny(m.words, "()@") { // as they would not pass through a reason
			t.Errorf("%d says %q", int(errno), m.words)
		}
	}
}
