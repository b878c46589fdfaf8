package store

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// bench is a store whose units do what a test says.
type bench struct {
	*Store
	t     testing.TB
	opts  Options
	clock *clock

	mu   sync.Mutex
	todo map[string]func(hotel.Tx) error // by event and unit
	next uint64
}

func newBench(t testing.TB, set ...func(*Options)) *bench {
	b := &bench{t: t, clock: newClock(), todo: map[string]func(hotel.Tx) error{}}
	b.opts = Options{Path: filepath.Join(t.TempDir(), "b.db"), Now: b.clock.now, Apply: b.apply}
	for _, f := range set {
		f(&b.opts)
	}
	b.open()
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func (b *bench) open() {
	b.t.Helper()
	var err error
	if b.Store, err = Open(b.opts); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) reopen() {
	b.t.Helper()
	if err := b.Close(); err != nil {
		b.t.Fatal(err)
	}
	b.open()
}

func (b *bench) apply(tx hotel.Tx, ev *hotel.Event, unit string, _ []hotel.Effect) error {
	b.mu.Lock()
	do := b.todo[fmt.Sprint(ev.ID, unit)]
	b.mu.Unlock()
	return do(tx)
}

// unit makes a unit that does something.
func (b *bench) unit(id uint64, name string, do func(hotel.Tx) error) Unit {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.todo[fmt.Sprint(id, name)] = do
	return Unit{Name: name, Done: hotel.Done{Effects: []hotel.Effect{{}}}}
}

// try runs a unit of an event that is not in the journal.
func (b *bench) try(do func(hotel.Tx) error) error {
	b.mu.Lock()
	b.next++
	ev := &hotel.Event{ID: 1<<40 + b.next}
	b.mu.Unlock()
	return b.Finish(b.t.Context(), ev, []Unit{b.unit(ev.ID, "test", do)}, false)[0]
}

func (b *bench) run(do func(hotel.Tx)) {
	b.t.Helper()
	if err := b.try(func(tx hotel.Tx) error { do(tx); return nil }); err != nil {
		b.t.Fatal(err)
	}
}

// queue adds calls and gives them as they are kept.
func (b *bench) queue(calls ...hotel.QueuedCall) []hotel.QueuedCall {
	b.t.Helper()
	before := b.published.Load().LastNext
	b.run(func(tx hotel.Tx) {
		for _, q := range calls {
			tx.Queue(q)
		}
	})
	kept := make([]hotel.QueuedCall, len(calls))
	for i := range calls {
		var found bool
		var err error
		if kept[i], found, err = b.Call(before + 1 + uint64(i)); err != nil || !found {
			b.t.Fatalf("call %d of %d: %v, %v", i, len(calls), found, err)
		}
	}
	return kept
}

func (b *bench) settle(q hotel.QueuedCall, state hotel.CallState) {
	b.t.Helper()
	if err := b.Settle(b.t.Context(), q, hotel.Outcome{ID: q.ID, State: state, Attempts: 1}); err != nil {
		b.t.Fatal(err)
	}
}

// append keeps an event and gives it as it is kept.
func (b *bench) append(ev hotel.Event) hotel.Event {
	b.t.Helper()
	r, err := b.Append(b.t.Context(), ev, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	ev.ID = r.ID
	return ev
}

// content is everything that the file holds, but the count of commits and the run.
func content(t testing.TB, s *Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := s.view(func(tx *bbolt.Tx) error {
		for _, name := range append(slices.Clone(buckets), bucketMeta) {
			err := tx.Bucket(name).ForEach(func(k, v []byte) error {
				all[fmt.Sprintf("%s %x", name, k)] = string(v)
				return nil
			})
			if err != nil {
				return err
			}
		}
		var m meta
		err := m.read(tx)
		m.Commit, m.Run = 0, ""
		all["meta"] = fmt.Sprintf("%+v", m)
		delete(all, fmt.Sprintf("%s %x", bucketMeta, keyMeta))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// wantSame compares two contents, but for what meta says when it is not asked.
func wantSame(t testing.TB, got, want map[string]string) {
	t.Helper()
	for key := range want {
		if got[key] != want[key] {
			t.Errorf("%s: %q, want %q", key, got[key], want[key])
		}
	}
	for key := range maps.Keys(got) {
		if _, there := want[key]; !there {
			t.Errorf("%s is too much: %q", key, got[key])
		}
	}
}

// wantCounted compares what the store counts with what it holds.
func wantCounted(t testing.TB, s *Store) {
	t.Helper()
	var counted, held meta
	err := s.view(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			err := tx.Bucket(name).ForEach(func(k, v []byte) error {
				held.Bytes += int64(len(k) + len(v))
				switch string(name) {
				case string(bucketJournal):
					if len(k) == 8 {
						held.Events++
					}
				case string(bucketRaw):
					held.RawBytes += int64(len(v))
				case string(bucketOutbox):
					held.Waiting++
				case string(bucketParked):
					held.Parked++
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return counted.read(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	counted = meta{Events: counted.Events, Bytes: counted.Bytes, RawBytes: counted.RawBytes, Waiting: counted.Waiting, Parked: counted.Parked}
	if counted != held {
		t.Errorf("counted %+v, held %+v", counted, held)
	}
}
