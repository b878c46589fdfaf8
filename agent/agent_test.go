package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// farPMS is a PMS that remembers and fails as told.
type farPMS struct {
	mu   sync.Mutex
	got  []pms.Message
	fail func(m pms.Message, times int) error // nil: never
	seen map[string]int
	came chan pms.Message
}

func newFarPMS() *farPMS { return &farPMS{seen: map[string]int{}, came: make(chan pms.Message, 10000)} }

func (p *farPMS) Send(_ context.Context, m pms.Message) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[m.Key]++
	if p.fail != nil {
		if err := p.fail(m, p.seen[m.Key]); err != nil {
			return nil, err
		}
	}
	p.got = append(p.got, m)
	p.came <- m
	return nil, nil
}

// next waits for the next message; the test's own deadline is the bound.
func (p *farPMS) next(t *testing.T) pms.Message {
	t.Helper()
	select {
	case m := <-p.came:
		return m
	case <-t.Context().Done():
		t.Fatal("no message came")
	case <-time.After(20 * time.Second):
		t.Fatal("no message came within 20 s")
	}
	return pms.Message{}
}

// testConfig is a hotel in a folder of the test.
func testConfig(t *testing.T) config.Config {
	c := config.Default()
	c.Hotel = config.Hotel{Name: "Test", Timezone: "Asia/Shanghai", Country: "CN", Currency: "CNY", Language: "en"}
	c.PBX.Driver = "none"
	c.Store.Path = filepath.Join(t.TempDir(), "b.db")
	return c
}

// testAgent runs an agent until the test ends, or stop is called.
func testAgent(t *testing.T, c config.Config, link pms.Link) (a *Agent, stop func()) {
	t.Helper()
	return testAgentWith(t, c, link, nil)
}

func testAgentWith(t *testing.T, c config.Config, link pms.Link, hooks fs.FS) (a *Agent, stop func()) {
	t.Helper()
	a, err := New(Options{Config: c, Link: link, Hooks: hooks, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return a, stop
}

func furnish(t *testing.T, a *Agent) {
	t.Helper()
	var lists hotel.Import
	for n := 101; n <= 110; n++ {
		lists.Rooms = append(lists.Rooms, hotel.Room{Number: fmt.Sprint(n)})
	}
	lists.Items = []hotel.Item{{Code: "1", Name: "Cola", Price: 1200}, {Code: "2", Name: "Beer", Price: 2500, Max: 4}}
	if _, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists}); err != nil {
		t.Fatal(err)
	}
}

func dial(t *testing.T, a *Agent, extension, digits string) uint64 {
	t.Helper()
	if _, err := a.keep(t.Context(), pbx.Report{Event: hotel.Event{Kind: hotel.KindDTMF, Extension: extension, Digits: digits, CallID: "c1"}}); err != nil {
		t.Fatal(err)
	}
	id := a.LastID()
	<-a.dispatcher.wait(id)
	return id
}

func TestMinibarEntryBecomesPostingAtPMS(t *testing.T) {
	far := newFarPMS()
	a, _ := testAgent(t, testConfig(t), far)
	furnish(t, a)
	if _, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCheckIn, Room: "101", Fields: map[string]string{"stay": "G1"}}); err != nil {
		t.Fatal(err)
	}
	id := dial(t, a, "101", "778*2*3")
	m := far.next(t)
	var p hotel.Posting
	if err := json.Unmarshal(m.Data, &p); err != nil {
		t.Fatal(err)
	}
	if m.Type != "posting" || m.Event != id || m.CallID != "c1" || p.Stay != "G1" || p.Amount != 7500 || p.Quantity != 3 || p.Item != "2" {
		t.Errorf("message %+v, posting %+v", m, p)
	}
}

func TestOrderThatCannotBeIsRefused(t *testing.T) {
	a, _ := testAgent(t, testConfig(t), nil)
	furnish(t, a)
	_, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCheckOut, Room: "101"})
	var order *OrderError
	if !errors.As(err, &order) {
		t.Fatalf("check-out of a vacant room: %v", err)
	}
	if n := len(a.Alerts()); n != 0 {
		t.Errorf("a refused order made %d alerts", n)
	}
}

func TestNothingDialledIsDropped(t *testing.T) {
	a, _ := testAgent(t, testConfig(t), nil)
	furnish(t, a)
	for i, c := range []struct{ phone, digits string }{
		{"999", "777*00"}, {"101", "778*77*1"}, {"101", "778*2*9"}, {"101", "12345"}, {"101", "779*0700"}, {"101", "777*99"},
	} {
		dial(t, a, c.phone, c.digits)
		if n := len(a.Alerts()); n != i+1 {
			t.Errorf("%s from %s: %d alerts, want %d: %+v", c.digits, c.phone, n, i+1, a.Alerts())
		}
	}
}

func TestStatusSupersedesWaitingOne(t *testing.T) {
	far := newFarPMS()
	hold := make(chan struct{})
	far.fail = func(m pms.Message, _ int) error {
		select {
		case <-hold:
			return nil
		default:
			return &pms.Retry{Err: errors.New("away")}
		}
	}
	a, _ := testAgent(t, testConfig(t), far)
	furnish(t, a)
	dial(t, a, "101", "777*00")
	dial(t, a, "101", "777*01")
	dial(t, a, "101", "777*15")
	waiting, err := a.Calls("waiting", 10)
	if err != nil || len(waiting) == 0 || len(waiting) > 2 {
		t.Fatalf("waiting %+v, %v: one may be on its way, one the newest", waiting, err)
	}
	close(hold)
	for {
		var s hotel.StatusReport
		if err := json.Unmarshal(far.next(t).Data, &s); err != nil {
			t.Fatal(err)
		}
		if s.Status == hotel.StatusInspected {
			return
		}
	}
}

func TestRestartFinishesWhatWasQueued(t *testing.T) {
	c := testConfig(t)
	away := newFarPMS()
	away.fail = func(pms.Message, int) error { return &pms.Retry{Err: errors.New("away")} }
	a, stop := testAgent(t, c, away)
	furnish(t, a)
	for i := range 20 {
		dial(t, a, fmt.Sprint(101+i%10), "778*1*1")
	}
	stop()
	far := newFarPMS()
	b, _ := testAgent(t, c, far)
	keys := map[string]bool{}
	for range 20 {
		keys[far.next(t).Key] = true
	}
	if len(keys) != 20 {
		t.Errorf("%d keys for 20 postings", len(keys))
	}
	for b.Status().Store.Waiting > 0 {
		<-time.After(time.Millisecond)
	}
	all, err := b.Postings("", 100)
	if err != nil || len(all) != 20 {
		t.Fatalf("%d postings, %v", len(all), err)
	}
	for _, p := range all {
		if p.State != hotel.PostingPosted {
			t.Errorf("posting %s is %s", p.ID, p.State)
		}
	}
}

func TestRefusedCallIsParkedAndToldOf(t *testing.T) {
	far := newFarPMS()
	far.fail = func(m pms.Message, times int) error {
		if times == 1 {
			return &pms.Refused{Status: 422, Reason: "no such folio"}
		}
		return nil
	}
	a, _ := testAgent(t, testConfig(t), far)
	furnish(t, a)
	dial(t, a, "101", "778*1*1")
	for len(a.Alerts()) == 0 {
		<-time.After(time.Millisecond)
	}
	parked, err := a.Calls("parked", 10)
	if err != nil || len(parked) != 1 {
		t.Fatalf("parked: %+v, %v", parked, err)
	}
	all, _ := a.Postings("101", 10)
	if all[0].State != hotel.PostingRefused {
		t.Errorf("posting is %s", all[0].State)
	}
	if _, err := a.Do(t.Context(), hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandRetry, Fields: map[string]string{"call": fmt.Sprint(parked[0].ID)}}); err != nil {
		t.Fatal(err)
	}
	if m := far.next(t); m.Key != parked[0].Key {
		t.Errorf("retried under key %s, first %s", m.Key, parked[0].Key)
	}
}

func TestLongOutageIsToldOnce(t *testing.T) {
	far := newFarPMS()
	far.fail = func(pms.Message, int) error { return &pms.Retry{After: time.Hour, Err: errors.New("away")} }
	a, _ := testAgent(t, testConfig(t), far)
	furnish(t, a)
	dial(t, a, "101", "778*1*1")
	for a.outbox.state()[0].Failures == 0 {
		<-time.After(time.Millisecond)
	}
	b := &Agent{store: a.store, outbox: a.outbox, told: map[string]bool{}, log: a.log, now: time.Now}
	b.tellOfOutages(t.Context())
	if n := len(a.Alerts()); n != 0 {
		t.Fatalf("%d alerts for an outage of a moment", n)
	}
	b.now = func() time.Time { return time.Now().Add(unreachableAfter) }
	b.tellOfOutages(t.Context())
	b.tellOfOutages(t.Context())
	<-a.dispatcher.wait(a.LastID())
	if all := a.Alerts(); len(all) != 1 || all[0].Code != hotel.AlertUnreachable || all[0].Count != 1 {
		t.Errorf("alerts: %+v", all)
	}
}

// A PMS whose secret is missing is no reason not to take events: what it is
// to learn waits.
func TestConfiguredPMSWithoutLinkIsToldLater(t *testing.T) {
	c := testConfig(t)
	c.PMS.Link = "webhook"
	a, stop := testAgent(t, c, nil)
	furnish(t, a)
	dial(t, a, "101", "778*1*1")
	if all, _ := a.Postings("101", 10); len(all) != 1 || all[0].State != hotel.PostingPending {
		t.Errorf("postings: %+v", all)
	}
	if m := a.Status().Missing; !slices.ContainsFunc(m, func(text string) bool { return strings.Contains(text, "pms: calls are queued") }) {
		t.Errorf("missing: %v", m)
	}
	stop()
	far := newFarPMS()
	testAgent(t, c, far)
	far.next(t)
}
