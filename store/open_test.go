package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/hotel"
)

// busy commits until the function that it gives is called.
func busy(t *testing.T, s *Store) (end func()) {
	t.Helper()
	stop := make(chan struct{})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := s.Append(t.Context(), hotel.Event{Kind: hotel.KindDTMF, Digits: strings.Repeat("9", 300)}, nil); err != nil {
					t.Errorf("append: %v", err)
					return
				}
			}
		})
	}
	return func() { close(stop); group.Wait() }
}

// What one process is just writing looks damaged to another: it must find the
// lock held before it looks, and leave the file where it is.
func TestSecondProcessLeavesTheFileAlone(t *testing.T) {
	b := newBench(t)
	for range 200 {
		b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: strings.Repeat("1", 300)})
	}
	end := busy(t, b.Store)
	defer end()
	tmp := b.opts.Path + compactSuffix
	if err := os.WriteFile(tmp, []byte("the first one's"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if _, err := Open(Options{Path: b.opts.Path, LockTimeout: time.Nanosecond}); !errors.Is(err, ErrLocked) {
			t.Fatalf("a second process opened the file: %v", err)
		}
		if _, err := Open(Options{Path: b.opts.Path, LockTimeout: time.Nanosecond, ReadOnly: true}); !errors.Is(err, ErrLocked) {
			t.Fatalf("a reader opened the file: %v", err)
		}
	}
	if left, _ := filepath.Glob(b.opts.Path + ".bad*"); len(left) > 0 {
		t.Errorf("the file was moved aside: %q", left)
	}
	if _, err := os.Stat(tmp); err != nil {
		t.Errorf("the first one's new file was removed: %v", err)
	}
}

func TestLockOfAnExchangedFileIsWorthNothing(t *testing.T) {
	b := newBench(t)
	b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: "1"})
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := lockFile(Options{Path: b.opts.Path})
	if err != nil {
		t.Fatal(err)
	}
	opened := make(chan *Store)
	go func() {
		opts := b.opts
		opts.LockTimeout = time.Minute
		s, err := Open(opts)
		if err != nil {
			t.Error(err)
		}
		opened <- s
	}()
	other := filepath.Join(t.TempDir(), "other.db")
	text, err := os.ReadFile(b.opts.Path)
	if err := errors.Join(err, os.WriteFile(other, text, 0o600), os.Rename(other, b.opts.Path), old.Close()); err != nil {
		t.Fatal(err)
	}
	if b.Store = <-opened; b.Store == nil {
		t.FailNow()
	}
	if _, err := lockFile(Options{Path: b.opts.Path}); !errors.Is(err, ErrLocked) {
		t.Errorf("the file of that name is not locked: %v", err)
	}
}

func TestCompact(t *testing.T) {
	b := newBench(t)
	for range 300 {
		b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: strings.Repeat("1", 3000), DuplicateOf: 1})
	}
	fillEverything(b)
	b.clock.add(time.Hour)
	for more := true; more; {
		var err error
		if _, more, err = b.Retain(t.Context(), 24*time.Hour, 1<<18); err != nil {
			t.Fatal(err)
		}
	}
	before := content(t, b.Store)
	size, free := b.Waste()
	if free < size/4 {
		t.Errorf("before it %d of %d bytes are free: this test tests little", free, size)
	}
	if err := b.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantSame(t, content(t, b.Store), before)
	if small, free := b.Waste(); small >= size || free > small/2 {
		t.Errorf("%d bytes became %d, of which %d are free", size, small, free)
	}
	if left, _ := filepath.Glob(b.opts.Path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: "new"})
	after := content(t, b.Store)
	b.reopen()
	wantSame(t, content(t, b.Store), after)
	wantCounted(t, b.Store)
}

// TestCompactBesideOthers holds that nobody else can take the file while it
// is exchanged, and that what comes meanwhile is kept.
func TestCompactBesideOthers(t *testing.T) {
	b := newBench(t)
	b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: "1"})
	end := busy(t, b.Store)
	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if f, err := lockFile(Options{Path: b.opts.Path}); !errors.Is(err, ErrLocked) {
				t.Errorf("another process has the file: %v", errors.Join(err, f.Close()))
				return
			}
			if _, err := b.Event(1); err != nil {
				t.Errorf("read meanwhile: %v", err)
			}
		}
	})
	for range 20 {
		if err := b.Compact(t.Context()); err != nil {
			t.Error(err)
		}
	}
	end()
	close(stop)
	group.Wait()
	st := b.Status()
	if st.Events != st.LastID {
		t.Errorf("%d events, the newest is %d", st.Events, st.LastID)
	}
	b.reopen()
	if again := b.Status(); again.Events != st.Events || again.LastID != st.LastID {
		t.Errorf("after a restart %+v, before %+v", again, st)
	}
	wantCounted(t, b.Store)
}

// A compaction that fails leaves the old file in use and nothing of its own
// behind.
func TestCompactThatFails(t *testing.T) {
	room := int64(1 << 40)
	b := newBench(t, func(o *Options) { o.diskFree = func(string) (int64, bool) { return room, true } })
	b.append(hotel.Event{Kind: hotel.KindDTMF})
	fails := func(why string, ctx context.Context) {
		t.Helper()
		if err := b.Compact(ctx); err == nil {
			t.Errorf("it is done although %s", why)
		}
		b.append(hotel.Event{Kind: hotel.KindDTMF})
		if st := b.Status(); st.Events != st.LastID || st.Error != "" {
			t.Errorf("afterwards %+v", st)
		}
		if b.copying.Load() != nil {
			t.Error("commits still note what they change")
		}
	}
	inTheWay := b.opts.Path + compactSuffix
	if err := os.MkdirAll(filepath.Join(inTheWay, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	fails("something is in the way", t.Context())
	if err := os.RemoveAll(inTheWay); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	fails("it was called off", ended)
	room = compactSpare
	fails("the disk is nearly full", t.Context())
	if left, _ := filepath.Glob(b.opts.Path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// What comes while the file is written anew is kept and committed: events are
// taken the whole way, and calls settled, between any two parts of the copy.
func TestCompactHoldsNothingUp(t *testing.T) {
	var b *bench
	parts := 0
	b = newBench(t, func(o *Options) {
		o.copied = func() {
			parts++
			ev := b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: strings.Repeat("2", 3000)})
			for i, queue := range []bool{true, false} {
				u := b.unit(ev.ID, fmt.Sprint(i), func(tx hotel.Tx) error {
					tx.Put("x", parts)
					if queue {
						tx.Queue(hotel.QueuedCall{To: "pms", Op: "x", Room: "101", Kind: hotel.Keyed})
					}
					return nil
				})
				if err := b.Finish(t.Context(), &ev, []Unit{u}, i == 1)[0]; err != nil {
					t.Error(err)
				}
			}
			calls, err := b.Calls(ListWaiting, 2)
			if err != nil {
				t.Error(err)
			}
			if len(calls) == 2 { // one is left for the next part
				b.settle(calls[0], hotel.CallRefused)
			}
		}
	})
	for range 900 { // more than one part
		b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: strings.Repeat("1", 3000), DuplicateOf: 1})
	}
	fillEverything(b)
	for range 3 {
		if err := b.Compact(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if parts < 3*(len(buckets)+2) {
		t.Errorf("%d parts: this test tests little", parts)
	}
	after := content(t, b.Store)
	wantCounted(t, b.Store)
	b.reopen()
	wantSame(t, content(t, b.Store), after)
	if st := b.Status(); st.Watermark == 0 || st.Parked == 0 || b.Damaged != "" {
		t.Errorf("%+v, damaged %q", st, b.Damaged)
	}
}

// What a power cut left half-done is taken away, whatever it is.
func TestLeftoversAreTakenAway(t *testing.T) {
	b := newBench(t)
	fillEverything(b)
	before := content(t, b.Store)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{compactSuffix, salvageSuffix} {
		if err := os.WriteFile(b.opts.Path+suffix, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.open()
	wantSame(t, content(t, b.Store), before)
	if left, _ := filepath.Glob(b.opts.Path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestReadOnly(t *testing.T) {
	b := newBench(t)
	missing := b.opts
	missing.Path, missing.ReadOnly = filepath.Join(t.TempDir(), "none.db"), true
	if _, err := Open(missing); err == nil || !strings.Contains(err.Error(), "no database yet") {
		t.Errorf("opening what is not there: %v", err)
	}
	if _, err := os.Stat(missing.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it was made: %v", err)
	}
	fillEverything(b)
	before := content(t, b.Store)
	want := b.Status()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(b.opts.Path)
	if err != nil {
		t.Fatal(err)
	}
	opts := b.opts
	opts.ReadOnly = true
	var readers []*Store
	for range 2 { // two may look at once
		s, err := Open(opts)
		if err != nil {
			t.Fatal(err)
		}
		readers = append(readers, s)
		wantSame(t, content(t, s), before)
		if got := s.Status(); fmt.Sprint(got.LastID, got.Waiting, got.Bytes) != fmt.Sprint(want.LastID, want.Waiting, want.Bytes) {
			t.Errorf("status %+v, want %+v", got, want)
		}
		if _, err := s.Append(t.Context(), hotel.Event{}, nil); !errors.Is(err, ErrClosed) {
			t.Errorf("append: %v", err)
		}
		if errs := s.Finish(t.Context(), &hotel.Event{ID: 1}, []Unit{{Name: "x"}}, true); !errors.Is(errs[0], ErrClosed) {
			t.Errorf("finish: %v", errs[0])
		}
	}
	for _, s := range readers {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if after, err := os.ReadFile(b.opts.Path); err != nil || string(after) != string(text) {
		t.Errorf("looking has changed the file: %v", err)
	}
	// A damaged file is told of, and left where it is.
	if err := os.WriteFile(b.opts.Path, text[:len(text)/3], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(opts); !damaged(err) {
		t.Errorf("a damaged file: %v", err)
	}
}

// A file that somebody cuts off beneath a running agent keeps nobody waiting:
// each call is refused, and so is the end.
func TestFileCutOffBeneath(t *testing.T) {
	b := newBench(t)
	fillEverything(b)
	<-b.recent.loaded
	if err := os.Truncate(b.opts.Path, 0); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := b.Append(t.Context(), hotel.Event{}, nil); !damaged(err) {
			t.Errorf("append: %v", err)
		}
		if _, err := b.Events(0, 10); !damaged(err) {
			t.Errorf("reading: %v", err)
		}
	}
	if st := b.Status(); st.Error == "" {
		t.Error("the status says nothing of it")
	}
	if err := b.Alive(time.Hour); !errors.Is(err, errLost) {
		t.Errorf("a restart would help, and it says %v", err)
	}
	if err := b.Close(); !errors.Is(err, errLost) {
		t.Errorf("close: %v", err)
	}
}

func TestAlive(t *testing.T) {
	b := newBench(t)
	blocked, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = b.do(t.Context(), func(*commit) error { close(blocked); <-release; return nil })
	}()
	<-blocked
	b.clock.add(time.Minute)
	if err := b.Alive(0); err == nil || !strings.Contains(err.Error(), "a commit has taken") {
		t.Errorf("a commit that does not end: %v", err)
	}
	if err := b.Alive(time.Hour); err != nil {
		t.Errorf("a commit that may end yet: %v", err)
	}
	close(release)
	<-done
	b.append(hotel.Event{Kind: hotel.KindDTMF}) // the writer is back at its start
	b.failCommit()
	if err := b.Alive(time.Hour); err != nil {
		t.Errorf("after a commit that failed: %v", err)
	}
}

func TestStatusOutlivesARestart(t *testing.T) {
	b := newBench(t)
	fillEverything(b)
	want := b.Status()
	b.reopen()
	got := b.Status()
	want.Commits, want.Syncs, got.Commits, got.Syncs = 0, 0, 0, 0
	if got != want {
		t.Errorf("status %+v, want %+v", got, want)
	}
	if want.Events == 0 || want.Waiting == 0 || want.Parked == 0 || want.Watermark == 0 || want.Watermark == want.LastID {
		t.Errorf("a status that says little: %+v", want)
	}
	wantCounted(t, b.Store)
}
