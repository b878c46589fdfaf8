package agent

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// receiver is an older program that takes reports, and fails as told.
type receiver struct {
	*httptest.Server
	came chan string

	mu     sync.Mutex
	status int // of its answers
	asked  int
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{came: make(chan string, 10000), status: http.StatusOK}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.asked++
		w.WriteHeader(r.status)
		if r.status == http.StatusOK {
			r.came <- string(body)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// attempts is how often it was asked.
func (r *receiver) attempts() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

func (r *receiver) next(t *testing.T) string {
	t.Helper()
	select {
	case body := <-r.came:
		return body
	case <-time.After(20 * time.Second):
		t.Fatal("no report came within 20 s")
	}
	return ""
}

// relaying is a hotel whose reports are handed on.
func relaying(t *testing.T, to ...string) config.Config {
	c := testConfig(t)
	c.PBX.RelayTo = to
	return c
}

// pushed is a report as a driver hands it up: the telephone, and its text.
func pushed(extension, text string) pbx.Report {
	return pbx.Report{
		Event: hotel.Event{Kind: hotel.KindCall, Extension: extension},
		Body:  []byte(text), Masked: func() []byte { return []byte(strings.ReplaceAll(text, "4711", "***")) },
	}
}

func push(t *testing.T, a *Agent, reports ...pbx.Report) {
	t.Helper()
	for _, r := range reports {
		if _, err := a.keep(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

// drained waits until no call waits.
func drained(t *testing.T, a *Agent) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); a.store.Status().Waiting > 0; <-time.After(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d calls still wait", a.store.Status().Waiting)
		}
	}
}

func TestReportsAreHandedOnInTheOrderOfTheirRooms(t *testing.T) {
	old, other := newReceiver(t), newReceiver(t)
	a, _ := testAgent(t, relaying(t, old.URL+"/api", other.URL), nil)
	furnish(t, a)
	const each = 20
	for n := range each {
		for _, room := range []string{"101", "102"} {
			push(t, a, pushed(room, fmt.Sprintf("{\n  \"room\": %s,\n  \"n\":\t%d }", room, n)))
		}
	}
	for _, r := range []*receiver{old, other} {
		got := map[string][]string{}
		for range 2 * each {
			body := r.next(t)
			room := body[strings.Index(body, ": ")+2:][:3]
			got[room] = append(got[room], body)
		}
		for _, room := range []string{"101", "102"} {
			for n, body := range got[room] {
				if want := fmt.Sprintf("{\n  \"room\": %s,\n  \"n\":\t%d }", room, n); body != want {
					t.Fatalf("room %s: %d. is %q, want %q", room, n, body, want)
				}
			}
		}
	}
}

func TestOnlyWhatWasPushedIsHandedOnAndOnce(t *testing.T) {
	old := newReceiver(t)
	a, _ := testAgent(t, relaying(t, old.URL), nil)
	first := pushed("101", `{"event":"NewCdr","pincode":"4711"}`)
	gap := hotel.Gap{From: time.Now(), To: time.Now(), Why: "test"}.Event()
	push(t, a, first, first, pbx.Report{Event: gap}, pushed("101", "{not JSON"))
	if body := old.next(t); body != `{"event":"NewCdr","pincode":"***"}` {
		t.Errorf("handed on: %s", body)
	}
	// The copy is left out, and a gap is no report.
	if body := old.next(t); body != "{not JSON" {
		t.Errorf("handed on second: %s", body)
	}
	drained(t, a)
	if n := old.attempts(); n != 2 {
		t.Errorf("%d attempts, want 2", n)
	}
}

func TestNothingIsHandedOnUnasked(t *testing.T) {
	a, _ := testAgent(t, testConfig(t), nil)
	r := pushed("101", "{}")
	r.Masked = func() []byte { t.Error("the text was asked for"); return nil }
	push(t, a, r)
	if n := a.store.Status().Waiting; n != 0 {
		t.Errorf("%d calls wait", n)
	}
}

// A receiver that is away is told of once, holds nothing else up, and gets
// what waited when it is back.
func TestReceiverThatIsAwayForAWhile(t *testing.T) {
	old, far := newReceiver(t), newFarPMS()
	old.answer(http.StatusNotFound)
	a, _ := testAgent(t, relaying(t, old.URL), far)
	furnish(t, a)
	const reports = 30
	for n := range reports {
		push(t, a, pushed("101", fmt.Sprint(n)))
	}
	dial(t, a, "101", "777*01")
	if m := far.next(t); m.Type != "housekeeping" {
		t.Errorf("the PMS got %s while the receiver was away", m.Type)
	}
	for old.attempts() == 0 {
		<-time.After(time.Millisecond)
	}
	if n, err := a.Calls("parked", 10); err != nil || len(n) != 0 {
		t.Errorf("parked: %v, %v", n, err)
	}
	old.answer(http.StatusOK)
	for n := range reports {
		if body := old.next(t); body != fmt.Sprint(n) {
			t.Fatalf("%d. is %q", n, body)
		}
	}
	if alerts := a.Alerts(); len(alerts) != 0 {
		t.Errorf("alerts: %v", alerts)
	}
}

func TestReportsThatAreTooOldAreOneAlert(t *testing.T) {
	old := newReceiver(t)
	old.answer(http.StatusServiceUnavailable)
	c := relaying(t, old.URL)
	var mu sync.Mutex
	ahead := time.Duration(0)
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(ahead)
	}
	a, err := New(Options{Config: c, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	a.clock.synced = func() bool { return true }
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	furnish(t, a)
	for n := range 10 {
		push(t, a, pushed(fmt.Sprint(101+n), fmt.Sprintf("old %d", n)))
	}
	for old.attempts() == 0 {
		<-time.After(time.Millisecond)
	}
	mu.Lock()
	ahead = time.Hour + time.Minute
	mu.Unlock()
	push(t, a, pushed("101", "new"))
	for { // one may have been judged before the clock went on, and not yet have been sent
		if over, err := a.Calls("ended", 20); err != nil || len(over) == 10 {
			break
		}
		<-time.After(time.Millisecond)
	}
	old.answer(http.StatusOK)
	if body := old.next(t); body != "new" {
		t.Errorf("handed on after an hour: %q", body)
	}
	drained(t, a)
	a.tellOfOutages(t.Context())
	for a.store.Status().Watermark < a.LastID() {
		<-time.After(time.Millisecond)
	}
	alerts := a.Alerts()
	if len(alerts) != 1 || alerts[0].Code != hotel.AlertRelay || alerts[0].Count != 10 || alerts[0].Params["to"] != "relay:"+old.URL {
		t.Errorf("alerts: %+v", alerts)
	}
	over, err := a.Calls("ended", 20)
	if err != nil || len(over) != 10 || slices.ContainsFunc(over, func(q hotel.QueuedCall) bool { return q.Raw != nil }) {
		t.Errorf("%d ended, %v, want 10 without their texts", len(over), err)
	}
}

func TestOutageOfAReceiverHasAnAlertOfItsOwn(t *testing.T) {
	if got := outageCode("relay:http://a/"); got != hotel.AlertRelay {
		t.Error(got)
	}
	if got := outageCode("pms"); got != hotel.AlertUnreachable {
		t.Error(got)
	}
}

// What is kept and not handed on yet goes out after the next start; a
// receiver that the config names no more gets nothing.
func TestReportsAreHandedOnAfterAStart(t *testing.T) {
	old := newReceiver(t)
	old.answer(http.StatusBadGateway)
	c := relaying(t, old.URL)
	a, stop := testAgent(t, c, nil)
	push(t, a, pushed("101", "one"), pushed("101", "two"))
	stop()
	old.answer(http.StatusOK)
	_, stop = testAgent(t, c, nil)
	for _, want := range []string{"one", "two"} {
		if body := old.next(t); body != want {
			t.Errorf("%q, want %q", body, want)
		}
	}
	old.answer(http.StatusBadGateway)
	stop()

	a, stop = testAgent(t, c, nil)
	push(t, a, pushed("101", "three"))
	stop()
	asked := old.attempts()
	c.PBX.RelayTo = nil
	a, _ = testAgent(t, c, nil)
	drained(t, a)
	if n := old.attempts(); n != asked {
		t.Errorf("%d attempts at a receiver that is not named any more", n-asked)
	}
}
