package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bellhop/hotel"
)

// charge finishes an event whose unit posts something, and gives the queued call.
func charge(t *testing.T, b *bench, ev hotel.Event) hotel.QueuedCall {
	t.Helper()
	before := b.published.Load().LastNext
	u := b.unit(ev.ID, "rules", func(tx hotel.Tx) error {
		tx.Queue(hotel.QueuedCall{To: hotel.ToPMS, Op: hotel.OpPosting, Kind: hotel.Keyed, Room: ev.Room})
		return nil
	})
	if err := b.FinishNow(t.Context(), &ev, []Unit{u}, true)[0]; err != nil {
		t.Fatal(err)
	}
	q, found, err := b.Call(before + 1)
	if err != nil || !found {
		t.Fatalf("the call of event %d: %v, %v", ev.ID, found, err)
	}
	return q
}

func cdr(callid string) hotel.Event {
	return hotel.Event{Kind: hotel.KindCDR, Serial: "S300", CallID: callid, Room: "101", CDR: &hotel.CDR{Start: "2026-03-01 10:00:00", From: "101", To: "02112345678"}}
}

// renewed copies a store, and opens the copy as a box does that takes over.
func renewed(t *testing.T, b *bench, later time.Duration, r Renewal) *bench {
	t.Helper()
	path := filepath.Join(t.TempDir(), "b.db")
	if err := b.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	return renewedFrom(t, b, path, later, r)
}

func renewedFrom(t *testing.T, b *bench, path string, later time.Duration, r Renewal) *bench {
	t.Helper()
	n := &bench{t: t, clock: newClock(), todo: map[string]func(hotel.Tx) error{}}
	n.clock.add(b.clock.now().Sub(n.clock.now()) + later)
	n.opts = Options{Path: path, Now: n.clock.now, Apply: n.apply}
	r.Made = b.clock.now()
	if r.Event.Kind == "" {
		r.Event = hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandReport, Source: hotel.SourceAgent}
	}
	if err := Renew(t.Context(), n.opts, r); err != nil {
		t.Fatal(err)
	}
	n.open()
	t.Cleanup(func() { _ = n.Close() })
	return n
}

// What the first box did since the copy and the second one does again has the same
// key; whatever else either does has its own, and so have its numbers.
func TestRenewedStoreSaysNothingTwice(t *testing.T) {
	b := newBench(t)
	done := b.append(hotel.Event{Kind: hotel.KindDTMF, Room: "101", Time: b.clock.now()})
	waiting := charge(t, b, mustEvent(t, b, done.ID))
	open := b.append(hotel.Event{Kind: hotel.KindDTMF, Room: "102"})
	second := renewed(t, b, 26*time.Hour, Renewal{})

	// The first box goes on: it finishes what was open, and hears of more.
	keys, calls, events := map[string]string{}, map[uint64]bool{}, map[uint64]bool{}
	first := func(what string, q hotel.QueuedCall) {
		keys[q.Key] = what
		calls[q.ID], events[q.Event] = true, true
	}
	first("waiting", waiting)
	first("open", charge(t, b, mustEvent(t, b, open.ID)))
	first("call", charge(t, b, b.appended(cdr("1.1"))))
	for i := range 50 {
		first(fmt.Sprint("digits", i), charge(t, b, b.appended(hotel.Event{Kind: hotel.KindDTMF, Room: "101"})))
	}
	if len(keys) != 53 {
		t.Fatalf("%d keys for 53 calls", len(keys))
	}

	again := func(want string, q hotel.QueuedCall) {
		t.Helper()
		if keys[q.Key] != want {
			t.Errorf("%s has key %s, that of %q", want, q.Key, keys[q.Key])
		}
		if want == "" && (calls[q.ID] || events[q.Event]) {
			t.Errorf("call %d of event %d: the first box gave such a number to something else", q.ID, q.Event)
		}
	}
	kept, found, err := second.Call(waiting.ID)
	if err != nil || !found || kept.State != hotel.CallQueued {
		t.Fatalf("what waited is %+v, %v, %v", kept, found, err)
	}
	again("waiting", kept)
	again("open", charge(t, second, mustEvent(t, second, open.ID)))
	again("call", charge(t, second, second.appended(cdr("1.1"))))
	again("", charge(t, second, second.appended(cdr("1.2"))))
	for range 50 {
		q := charge(t, second, second.appended(hotel.Event{Kind: hotel.KindDTMF, Room: "101"}))
		again("", q)
		first("", q)
	}
	wantCounted(t, second.Store)

	// A third box from the copy of the first, later: nor is it like the second.
	third := renewed(t, b, 27*time.Hour, Renewal{})
	for range 50 {
		again("", charge(t, third, third.appended(hotel.Event{Kind: hotel.KindDTMF, Room: "101"})))
	}
}

func (b *bench) appended(ev hotel.Event) hotel.Event {
	b.t.Helper()
	return mustEvent(b.t, b, b.append(ev).ID)
}

func mustEvent(t testing.TB, b *bench, id uint64) hotel.Event {
	t.Helper()
	ev, err := b.Event(id)
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

// Two boxes restored from one and the same copy, one after the other, give
// different numbers.
func TestRenewedTwiceFromOneCopy(t *testing.T) {
	b := newBench(t)
	b.queue(hotel.QueuedCall{To: "pms", Op: "x"})
	next := map[time.Duration]uint64{}
	for _, later := range []time.Duration{time.Minute, 2 * time.Minute, 90 * 24 * time.Hour} {
		s := renewed(t, b, later, Renewal{})
		next[later] = s.published.Load().LastNext
		if s.published.Load().LastID < renewGap {
			t.Error("events go on from where the copy was")
		}
	}
	// In the minute between, the first of them may give a thousand.
	if next[2*time.Minute]-next[time.Minute] < 900 {
		t.Errorf("numbers begin at %v", next)
	}
}

// What happens once may have happened; what is idle until later has not.
func TestRenewedStoreDoubtsWhatHappensOnce(t *testing.T) {
	b := newBench(t)
	now := b.clock.now()
	calls := b.queue(
		hotel.QueuedCall{To: "calls", Op: "ring", Kind: hotel.Once, Room: "1"},
		hotel.QueuedCall{To: "calls", Op: "ring", Kind: hotel.Once, Room: "2", NotBefore: now.Add(time.Hour)},
		hotel.QueuedCall{To: "calls", Op: "ring", Kind: hotel.Once, Room: "3", NotBefore: now.Add(48 * time.Hour)},
		hotel.QueuedCall{To: "pbx", Op: hotel.OpVacate, Kind: hotel.Idempotent, Room: "4"},
		hotel.QueuedCall{To: "pbx", Op: hotel.OpPhone, Kind: hotel.Idempotent, Room: "5"},
		hotel.QueuedCall{To: "pms", Op: hotel.OpPosting, Kind: hotel.Keyed, Room: "6"},
	)
	s := renewed(t, b, 26*time.Hour, Renewal{})
	var got []hotel.CallState
	for _, q := range calls {
		kept, found, err := s.Call(q.ID)
		if err != nil || !found {
			t.Fatalf("call %d: %v, %v", q.ID, found, err)
		}
		if kept.State == hotel.CallSending && kept.LastError != hotel.ErrorRestored {
			t.Errorf("call %d says %q", q.ID, kept.LastError)
		}
		got = append(got, kept.State)
	}
	want := []hotel.CallState{hotel.CallSending, hotel.CallSending, hotel.CallQueued, hotel.CallSending, hotel.CallQueued, hotel.CallQueued}
	if !slices.Equal(got, want) {
		t.Errorf("the calls are %v, want %v", got, want)
	}
}

// The watermark passes over the numbers that are left out, at once.
func TestRenewedStoreFinishes(t *testing.T) {
	b := newBench(t)
	open := b.append(hotel.Event{Kind: hotel.KindDTMF, Room: "102"})
	b.run(func(tx hotel.Tx) { tx.Put("confirmed/occupancy", true); tx.Put("other", true) })
	s := renewed(t, b, time.Hour, Renewal{Forget: []string{"confirmed/occupancy"}})
	if n := len(s.progress.done); n > 0 {
		t.Errorf("%d numbers are kept of those that are left out", n)
	}
	told := s.LastID()
	for _, id := range []uint64{told, open.ID} {
		charge(t, s, mustEvent(t, s, id))
	}
	if st := s.Status(); st.Watermark != told || st.LastID != told {
		t.Errorf("finished up to %d of %d, want %d", st.Watermark, st.LastID, told)
	}
	var is bool
	if s.Snapshot().Get("confirmed/occupancy", &is) || !s.Snapshot().Get("other", &is) {
		t.Error("what was to be forgotten is there, or more is gone")
	}
	wantCounted(t, s.Store)
}

// A box whose clock is before the copy's cannot keep clear of the other's numbers.
func TestRenewByAWrongClock(t *testing.T) {
	b := newBench(t)
	path := filepath.Join(t.TempDir(), "b.db")
	if err := b.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	before := content(t, b.Store)
	opts := b.opts
	opts.Path = path
	opts.Now = func() time.Time { return b.clock.now().Add(-time.Hour) }
	if err := Renew(t.Context(), opts, Renewal{Made: b.clock.now()}); !errors.Is(err, ErrClock) {
		t.Fatalf("renewed: %v", err)
	}
	wantSame(t, content(t, mustOpen(t, path, b.clock)), before)
}

// What was acknowledged and is in the log alone goes along with a closed store.
func TestCopyOfAClosedStore(t *testing.T) {
	b := patientBench(t)
	to := filepath.Join(t.TempDir(), "copy", "b.db")
	b.push("1")
	if err := CopyClosed(b.opts.Path, to); !errors.Is(err, ErrLocked) {
		t.Fatalf("copied while it is in use: %v", err)
	}
	killed := filepath.Join(t.TempDir(), "b.db") // as after a power cut
	for i, part := range Parts(b.opts.Path) {
		if err := os.WriteFile(Parts(killed)[i], []byte(readFile(t, part)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := CopyClosed(killed, to); err != nil {
		t.Fatal(err)
	}
	if st, err := Look(to); err != nil || st.ID != b.Status().ID {
		t.Fatalf("the copy is %+v, %v", st, err)
	}
	s := renewedFrom(t, b, to, time.Hour, Renewal{})
	events, err := s.Events(0, 10)
	if err != nil || len(events) != 2 {
		t.Fatalf("%d events, %v", len(events), err)
	}
}
