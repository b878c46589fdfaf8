package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// clock is a wall clock that a test moves by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newClock() *clock {
	return &clock{at: time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC)}
}

func mustOpen(t *testing.T, path string, c *clock) *Store {
	t.Helper()
	s, err := Open(Options{Path: path, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func mustAppend(t *testing.T, s *Store, digits string, body []byte) Receipt {
	t.Helper()
	var p *Push
	if body != nil {
		p = &Push{Body: body}
	}
	r, err := s.Append(t.Context(), hotel.Event{Kind: hotel.KindDTMF, Digits: digits}, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAppendedEventsOutliveTheProcess(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "b.db"), newClock()
	s := mustOpen(t, path, c)
	id := s.meta.ID
	for i := range 10 {
		mustAppend(t, s, fmt.Sprint(i), nil)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, path, c)
	events, err := s.Events(3, 4)
	if err != nil || len(events) != 4 || events[0].ID != 4 || events[3].Digits != "6" {
		t.Fatalf("Events(3, 4) = %+v, %v", events, err)
	}
	if r := mustAppend(t, s, "10", nil); r.ID != 11 {
		t.Errorf("the next event got id %d, want 11", r.ID)
	}
	if s.meta.ID != id || id == "" {
		t.Errorf("the store's id changed from %q to %q", id, s.meta.ID)
	}
	if _, err := s.Event(99); !errors.Is(err, ErrNoEvent) {
		t.Errorf("Event(99) = %v", err)
	}
}

func TestAppendsShareCommits(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "b.db"), newClock())
	release := make(chan struct{})
	blocked := make(chan struct{})
	go func() {
		_ = s.do(context.Background(), func(*commit) error { close(blocked); <-release; return nil })
	}()
	<-blocked
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() { mustAppend(t, s, fmt.Sprint(i), nil) })
	}
	for len(s.requests) < 64 {
		runtime.Gosched()
	}
	before := writeTxID(t, s)
	close(release)
	wg.Wait()
	if commits := writeTxID(t, s) - before; commits != 2 { // the blocked one and one for all
		t.Errorf("64 waiting appends took %d commits, want them to share one", commits-1)
	}
}

func writeTxID(t *testing.T, s *Store) int {
	t.Helper()
	tx, err := s.db.Begin(false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	return tx.ID()
}

func TestRefusedRequestLeavesTheOthers(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "b.db"), newClock())
	refusal := errors.New("no")
	if err := s.do(t.Context(), func(*commit) error { return refusal }); !errors.Is(err, refusal) {
		t.Errorf("got %v", err)
	}
	mustAppend(t, s, "1", nil)
}

func TestFailedCommitAcknowledgesNothing(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "b.db"), newClock())
	body := []byte("x")
	fail := func(c *commit) error {
		s.recent.add(c, digest(body), entry{id: 77, sent: sent{original: 77, at: s.steady()}})
		c.meta.LastID = 1000
		c.put(bucketJournal, nil, nil) // bbolt refuses an empty key
		return nil
	}
	if err := s.do(t.Context(), fail); err == nil {
		t.Fatal("a failed write was acknowledged")
	}
	if r := mustAppend(t, s, "1", body); r.ID != 1 || r.DuplicateOf != 0 {
		t.Errorf("a commit that failed left traces: %+v", r)
	}
}

func TestResentAgainstEqual(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "b.db"), newClock()
	s := mustOpen(t, path, c)
	body := []byte(`{"infos":"778*1*1"}`)
	first := mustAppend(t, s, "a", body)

	if r := mustAppend(t, s, "a", body); r.DuplicateOf != first.ID || r.Possible {
		t.Errorf("a copy whose first answer was lost: %+v", r)
	} else {
		s.Taken(r.ID)
	}
	second := mustAppend(t, s, "a", body)
	if second.DuplicateOf != 0 {
		t.Errorf("an equal event after a taken answer: %+v", second)
	}
	c.add(resendWindow)
	third := mustAppend(t, s, "a", body)
	if third.DuplicateOf != 0 {
		t.Errorf("an equal event ten minutes later: %+v", third)
	}
}

// A computer without a battery begins in 1970 after a power cut, and is set
// right for the next start: what was sent again right after either is a copy,
// and what was sent long before by a clock that can be compared is none.
func TestCopiesOverARestartWithAnotherClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, c := range []struct {
		name      string
		between   []time.Duration // by what the clock is off at each restart
		duplicate bool
	}{
		{"set back to 1970", []time.Duration{-56 * year}, true},
		{"set right again", []time.Duration{-56 * year, 56*year + time.Minute}, true},
		{"ran ahead, and is right again", []time.Duration{30 * year, -30 * year}, true},
		{"off for an hour", []time.Duration{time.Hour}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, clock := filepath.Join(t.TempDir(), "b.db"), newClock()
			ahead := false
			believed := func() bool { return !ahead }
			var last string // pushed before the newest restart
			for n, jump := range append(c.between, 0) {
				s, err := Open(Options{Path: path, Now: clock.now, Believed: believed})
				if err != nil {
					t.Fatal(err)
				}
				if n == len(c.between) {
					if r := mustAppend(t, s, last, []byte(last)); (r.DuplicateOf != 0) != c.duplicate {
						t.Errorf("sent again with the clock at %s: %+v", clock.now(), r)
					}
				}
				last = clock.now().String()
				mustAppend(t, s, last, []byte(last))
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				clock.add(jump)
				ahead = jump > year
			}
		})
	}
}

// What was sent long before the clock was set back is no copy for that.
func TestOldPushBeforeARestartWithAnotherClock(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "b.db"), newClock()
	old := []byte("an hour ago")
	s := mustOpen(t, path, clock)
	mustAppend(t, s, "a", old)
	clock.add(time.Hour)
	mustAppend(t, s, "b", []byte("just now"))
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		clock.add(-10 * 365 * 24 * time.Hour)
		s = mustOpen(t, path, clock)
		mustAppend(t, s, "c", []byte(clock.now().String()))
	}
	if r := mustAppend(t, s, "b", []byte("just now")); r.DuplicateOf == 0 {
		t.Errorf("what came just before: %+v", r)
	}
	if r := mustAppend(t, s, "a", old); r.DuplicateOf != 0 {
		t.Errorf("what came an hour before: %+v", r)
	}
}

func TestRestartMakesCopiesPossible(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "b.db"), newClock()
	s := mustOpen(t, path, c)
	body := []byte("same")
	one := mustAppend(t, s, "a", body)
	s.Taken(one.ID)
	two := mustAppend(t, s, "a", body)
	mustAppend(t, s, "a", body) // re-sent copy of two: takes its place
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, path, c)
	for i, want := range []uint64{one.ID, two.ID, 0} {
		r := mustAppend(t, s, "a", body)
		if r.DuplicateOf != want || r.Possible != (want != 0) {
			t.Errorf("arrival %d after the restart: %+v, want a copy of %d", i, r, want)
		}
		s.Taken(r.ID)
	}
}

func TestHeldLock(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "b.db"), newClock()
	mustOpen(t, path, c)
	_, err := Open(Options{Path: path, LockTimeout: time.Millisecond})
	if !errors.Is(err, ErrLocked) {
		t.Errorf("opening a held database: %v", err)
	}
}

func TestDamagedFileIsMovedAsideAndSalvaged(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "b.db"), newClock()
	s := mustOpen(t, path, c)
	for i := range 20 {
		mustAppend(t, s, fmt.Sprint(i), nil)
	}
	// A meta record that makes no sense, over a journal that does.
	err := s.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyMeta, []byte("{")) })
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, path, c)
	if s.Damaged == "" || s.Salvaged != 20 {
		t.Fatalf("damaged %q, salvaged %d", s.Damaged, s.Salvaged)
	}
	if r := mustAppend(t, s, "20", nil); r.ID != 21 {
		t.Errorf("the next event got id %d, want 21", r.ID)
	}
	if _, err := os.Stat(s.Damaged); err != nil {
		t.Errorf("the damaged file is gone: %v", err)
	}
}

func TestGarbageFileIsMovedAside(t *testing.T) {
	for name, content := range map[string][]byte{
		"text": bytes.Repeat([]byte("not a database\n"), 4096), "zeros": make([]byte, 65536), "short": []byte("x"),
	} {
		t.Run(name, func(t *testing.T) {
			path, c := filepath.Join(t.TempDir(), "b.db"), newClock()
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			s := mustOpen(t, path, c)
			if s.Damaged == "" {
				t.Error("nothing was moved aside")
			}
			mustAppend(t, s, "1", nil)
		})
	}
}

func TestClosed(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "b.db"), newClock())
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), hotel.Event{}, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
}
