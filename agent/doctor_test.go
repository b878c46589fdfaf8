package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/site"
	"bellhop/store"
)

// clinic is a PBX that says who it is as often as it is let.
type clinic struct {
	state pbx.State
	login pbx.Login
	turns chan struct{} // each lets one call through; nil: all
	asked chan struct{}
}

func (p *clinic) Run(ctx context.Context, _ pbx.Keep) error { <-ctx.Done(); return nil }
func (p *clinic) State() pbx.State                          { return p.state }
func (p *clinic) Login() pbx.Login                          { return p.login }
func (p *clinic) Identify(ctx context.Context) (pbx.Identity, error) {
	p.asked <- struct{}{}
	if p.turns != nil {
		select {
		case <-p.turns:
		case <-ctx.Done():
			return pbx.Identity{}, ctx.Err()
		}
	}
	p.state.Since = time.Now()
	return pbx.Identity{Serial: "7", Clock: time.Now().In(time.FixedZone("", 8*3600)).Format(time.DateTime) + " UTC-8"}, nil
}

// doctored is an agent beside it that does not run: nobody else asks.
func doctored(t *testing.T, p *clinic) *Agent {
	t.Helper()
	p.asked = make(chan struct{}, 100)
	return agentBeside(t, p)
}

func agentBeside(t *testing.T, p pbx.Driver) *Agent {
	t.Helper()
	c := testConfig(t)
	c.PBX.Driver, c.PBX.URL = "yeastar", "http://127.0.0.1:1"
	c.PBX.RelayTo = []string{"http://old/"}
	a, err := New(Options{Config: c, Driver: p, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// found gives "result code" of a check.
func found(t *testing.T, list []site.Finding, check string) string {
	t.Helper()
	for _, f := range list {
		if f.Check == check {
			return fmt.Sprintf("%s %s", f.Result, f.Code)
		}
	}
	t.Fatalf("no check %s", check)
	return ""
}

func TestDoctorGathersWhatTheAgentKnows(t *testing.T) {
	p := &clinic{state: pbx.State{Listening: ":8260", Since: time.Now().Add(-20 * time.Minute)}, login: pbx.Login{Way: "http", Lost: []time.Time{time.Now()}}}
	a := doctored(t, p)
	for n := range gapPage + 7 {
		ev := hotel.Event{Kind: hotel.KindCDR, CallID: fmt.Sprint(n), Source: hotel.SourcePBX, CDR: &hotel.CDR{DestLine: "sip"}}
		if _, err := a.store.Append(t.Context(), ev, &store.Push{Body: []byte(fmt.Sprint(n))}); err != nil {
			t.Fatal(err)
		}
	}
	inJournal(t, a)
	a.outbox.mu.Lock()
	a.outbox.dests["relay:http://old/"] = &destination{name: "relay:http://old/", failures: 3, since: time.Now(), lastError: "answered 404"}
	a.outbox.mu.Unlock()
	list, err := a.Doctor(t.Context(), DoctorOrder{})
	if err != nil || len(p.asked) != 1 {
		t.Fatal(err, len(p.asked))
	}
	for check, want := range map[string]string{
		"pbx.login": "ok ok", "pbx.heartbeat": "warning late", "pbx.reachable": "failed refused", "queue": "ok empty", "store.file": "ok ok", "pbx.clock": "ok ok", "pbx.transport": "ok ok", "pbx.events": "ok ok", "pbx.other-user": "warning lost",
		"pbx.monitoring.trunks": "warning off", "relay": "failed away", "store": "ok ok", "pbx.routes": "unknown unsupported",
	} {
		if got := found(t, list, check); got != want {
			t.Errorf("%s: %s, want %s", check, got, want)
		}
	}
	if journal, err := ReadJournal(a.store); err != nil || journal.Calls != gapPage+7 {
		t.Errorf("%+v, %v", journal, err)
	}
	if a.clock.pbxNow().IsZero() {
		t.Error("what the PBX said of its clock is forgotten")
	}
	if list, err = a.Doctor(t.Context(), DoctorOrder{Offline: true}); err != nil || len(p.asked) != 1 || found(t, list, "pbx.login") != "skipped left-alone" {
		t.Errorf("offline: %v, %v, asked %d times", list, err, len(p.asked))
	}
}

// Doctors stand in line: each asks the PBX three things.
func TestOneDoctorAtATime(t *testing.T) {
	p := &clinic{turns: make(chan struct{})}
	a := doctored(t, p)
	first := make(chan error, 1)
	go func() {
		_, err := a.Doctor(context.Background(), DoctorOrder{})
		first <- err
	}()
	<-p.asked
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 { // more often than chance lets a free place go by
		if _, err := a.Doctor(ctx, DoctorOrder{}); !errors.Is(err, context.Canceled) || len(p.asked) != 0 {
			t.Fatalf("a second one: %v, asked %d times", err, len(p.asked))
		}
	}
	p.turns <- struct{}{}
	if err := <-first; err != nil {
		t.Error(err)
	}
	go func() { p.turns <- struct{}{} }()
	if _, err := a.Doctor(t.Context(), DoctorOrder{}); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// Records that are found although nothing pointed to them went to somebody
// else, or to nobody.
func TestUnreportedCallsAreNoted(t *testing.T) {
	p := &pastPBX{}
	a := pastAgent(t, p)
	a.clock.compare(pbx.Identity{Clock: time.Now().In(a.zone).Format(time.DateTime)}, a.zone)
	fetch := func(records ...hotel.Event) int {
		t.Helper()
		p.records = records
		if err := a.history.fetch(t.Context()); err != nil {
			t.Fatal(err)
		}
		finishAll(t, a)
		a.history.expect(true)
		n, _ := a.history.unreported()
		return n
	}
	_ = fetch() // the first only says from when on
	a.history.expect(false)
	if n := fetch(missedCall(1)); n != 0 {
		t.Errorf("of a time without reports: %d", n)
	}
	if n := fetch(missedCall(1)); n != 0 {
		t.Errorf("what is known: %d", n)
	}
	if n := fetch(missedCall(1), missedCall(2), missedCall(3)); n != 2 {
		t.Errorf("%d noted, want 2", n)
	}
	inJournal(t, a)
	if n := fetch(missedCall(1), missedCall(2), missedCall(3)); n != 2 {
		t.Errorf("then %d, want 2", n)
	}
	if _, at := a.history.unreported(); time.Since(at) > time.Hour {
		t.Errorf("noted at %s", at)
	}
	a.history.soon()
	a.history.rest(waitless(t), historyEvery)
	if n := fetch(missedCall(4)); n != 2 {
		t.Errorf("after it was told that some are missing: %d, want 2", n)
	}
}

// waitless is a context that ends as soon as somebody waits for a minute.
func waitless(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}
