package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// pastPBX is a PBX that keeps call records and reports nothing.
type pastPBX struct {
	spans   []pbx.Span
	records []hotel.Event
	fail    error
}

func (p *pastPBX) Run(ctx context.Context, _ pbx.Keep) error { <-ctx.Done(); return nil }
func (p *pastPBX) State() pbx.State                          { return pbx.State{} }
func (p *pastPBX) Identify(context.Context) (pbx.Identity, error) {
	return pbx.Identity{}, errors.New("not asked in this test")
}

func (p *pastPBX) PastCalls(_ context.Context, span pbx.Span, _ []string, take func(hotel.Event) error) error {
	p.spans = append(p.spans, span)
	for _, ev := range p.records {
		if err := take(ev); err != nil {
			return err
		}
	}
	return p.fail
}

func missedCall(n int) hotel.Event {
	return hotel.Event{
		Kind: hotel.KindCDR, Serial: "A1", CallID: fmt.Sprint(n),
		CDR: &hotel.CDR{From: "101", To: "555", Start: fmt.Sprintf("2026-11-21 12:00:%02d", n), Talk: 60, Status: "ANSWERED"},
	}
}

// pastAgent has an hour-old clock of the PBX beside its own, which is believed.
func pastAgent(t *testing.T, p *pastPBX) *Agent {
	t.Helper()
	a, err := New(Options{Config: testConfig(t), Driver: p, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	a.clock.synced = func() bool { return true }
	return a
}

func (a *Agent) calls(t *testing.T) (ids []string) {
	t.Helper()
	inJournal(t, a)
	events, err := a.Events(0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range events {
		if ev.Kind == hotel.KindCDR {
			ids = append(ids, ev.CallID)
		}
	}
	return ids
}

// finishAll runs what is in the journal, so that its effects are there.
func finishAll(t *testing.T, a *Agent) {
	t.Helper()
	inJournal(t, a)
	left, _, err := a.store.Unfinished(0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range left {
		a.units.run(t.Context(), &l.Event, l.Done)
	}
}

func TestMissedCallsAreFetchedOnce(t *testing.T) {
	p := &pastPBX{records: []hotel.Event{missedCall(1), missedCall(2), missedCall(3)}}
	a := pastAgent(t, p)
	if err := a.history.fetch(t.Context()); !errors.Is(err, errTooEarly) {
		t.Errorf("while nothing is known of the PBX's clock: %v", err)
	}
	theirs := a.now().Add(90 * time.Second).In(a.zone)
	a.clock.compare(pbx.Identity{Clock: theirs.Format(time.DateTime) + " UTC+8"}, a.zone)

	// A new hotel begins with now.
	if err := a.history.fetch(t.Context()); err != nil || len(p.spans) != 0 {
		t.Fatalf("the first time: %v, asked for %v", err, p.spans)
	}
	finishAll(t, a)
	known, ok := a.lastRun(historyJob)
	if !ok || a.now().Sub(known) > time.Minute {
		t.Fatalf("known up to %s, %v", known, ok)
	}

	if _, err := a.keep(t.Context(), pbx.Report{Event: missedCall(2), Body: []byte("pushed")}); err != nil {
		t.Fatal(err)
	}
	inJournal(t, a)
	if err := a.history.fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := a.calls(t); !slices.Equal(got, []string{"2", "1", "3"}) {
		t.Errorf("the journal holds calls %q", got)
	}
	// By the PBX's clock, in the hotel's zone.
	want := known.Add(90*time.Second - historyOverlap).In(a.zone)
	from, err := time.ParseInLocation(time.DateTime, p.spans[0].From, a.zone)
	if err != nil || from.Sub(want).Abs() > 5*time.Second {
		t.Errorf("asked for %+v, want it to begin at %s", p.spans[0], want)
	}
	// A record that comes in by another way afterwards is a copy.
	if _, err := a.keep(t.Context(), pbx.Report{Event: missedCall(3), Body: []byte("late")}); err != nil {
		t.Fatal(err)
	}
	finishAll(t, a)
	if records, err := a.CallRecords("", 100); err != nil || len(records) != 3 {
		t.Errorf("%d calls, %v", len(records), err)
	}
	if err := a.history.fetch(t.Context()); err != nil || len(a.calls(t)) != 4 {
		t.Errorf("fetched again: %v, %q", err, a.calls(t))
	}
}

func TestWhatCouldNotBeFetchedIsAskedForAgain(t *testing.T) {
	p := &pastPBX{records: []hotel.Event{missedCall(1)}, fail: pbx.ErrRetry}
	a := pastAgent(t, p)
	a.clock.compare(pbx.Identity{Clock: a.now().In(a.zone).Format(time.DateTime)}, a.zone)
	long := a.now().Add(-90 * 24 * time.Hour)
	if err := a.fireJob(t.Context(), tick{job: historyJob, due: long}); err != nil {
		t.Fatal(err)
	}
	finishAll(t, a)
	if err := a.history.fetch(t.Context()); !errors.Is(err, pbx.ErrRetry) {
		t.Fatalf("fetch: %v", err)
	}
	finishAll(t, a)
	if known, _ := a.lastRun(historyJob); !known.Equal(long.Truncate(time.Second)) {
		t.Errorf("known up to %s after a failure", known)
	}
	p.fail = nil
	if err := a.history.fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := a.calls(t); !slices.Equal(got, []string{"1"}) || p.spans[0].From != p.spans[1].From {
		t.Errorf("calls %q, asked for %v", got, p.spans)
	}
	from, err := time.ParseInLocation(time.DateTime, p.spans[0].From, a.zone)
	if err != nil || a.now().Sub(from).Round(time.Hour) != historyMost {
		t.Errorf("asked for %+v", p.spans[0])
	}
}

// Whoever says again and again that records are missing is heard once a
// minute.
func TestHistoryDoesNotPressThePBX(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{wake: make(chan struct{}, 1)}
		begin := time.Now()
		for n := range 3 {
			h.soon()
			h.soon()
			if !h.rest(t.Context(), historyEvery) || time.Since(begin) != time.Duration(n+1)*historyAgain {
				t.Errorf("round %d after %s", n, time.Since(begin))
			}
		}
		if !h.rest(t.Context(), historyEvery) || time.Since(begin) != 3*historyAgain+historyEvery {
			t.Errorf("with nothing missing after %s", time.Since(begin))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if h.rest(ctx, historyEvery) {
			t.Error("it goes on after the end")
		}
	})
}

var _ pbx.CallHistory = (*pastPBX)(nil)
