package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// patientBench is a store that commits only when somebody waits for it: what
// is pushed stays in the intake log alone.
func patientBench(t *testing.T) *bench {
	return newBench(t, func(o *Options) { o.linger = time.Hour })
}

// push keeps an event with a body of its own.
func (b *bench) push(digits string) Receipt {
	b.t.Helper()
	r, err := b.Append(b.t.Context(), hotel.Event{Kind: hotel.KindDTMF, Digits: digits}, &Push{Body: []byte("body of " + digits)})
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bench) commitNow() {
	b.t.Helper()
	if err := b.do(b.t.Context(), func(*commit) error { return nil }); err != nil {
		b.t.Fatal(err)
	}
}

// diskOf copies what a power cut would leave: the database without the
// transaction that is open, and the intake log. change may spoil either.
func (b *bench) diskOf(change func(db, log []byte) (newDB, newLog []byte)) *bench {
	b.t.Helper()
	db, err := os.ReadFile(b.opts.Path)
	log, err2 := os.ReadFile(b.opts.Path + intakeSuffix)
	if err := errors.Join(err, err2); err != nil {
		b.t.Fatal(err)
	}
	if change != nil {
		db, log = change(db, log)
	}
	t, ok := b.t.(*testing.T)
	if !ok {
		b.t.Fatal("for tests only")
	}
	return newBench(t, func(o *Options) {
		o.linger = b.opts.linger
		err := errors.Join(os.WriteFile(o.Path, db, 0o600), os.WriteFile(o.Path+intakeSuffix, log, 0o600))
		if err != nil {
			t.Fatal(err)
		}
	})
}

func (b *bench) digits() (all []string) {
	b.t.Helper()
	events, err := b.Events(0, 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, ev := range events {
		all = append(all, fmt.Sprint(ev.ID, ":", ev.Digits))
	}
	return all
}

func wantDigits(t *testing.T, b *bench, want ...string) {
	t.Helper()
	if got := b.digits(); !slices.Equal(got, want) {
		t.Errorf("the journal holds %q, want %q", got, want)
	}
}

func TestAcknowledgedPushOutlivesThePowerCut(t *testing.T) {
	b := patientBench(t)
	b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: "first"})
	for n := range 5 {
		b.push(fmt.Sprint(n))
	}
	wantDigits(t, b, "1:first")
	if st := b.Status(); st.LastID != 6 || st.Watermark != 0 {
		t.Errorf("status before the commit: %+v", st)
	}
	after := b.diskOf(nil)
	wantDigits(t, after, "1:first", "2:0", "3:1", "4:2", "5:3", "6:4")
	wantCounted(t, after.Store)
	if events, _, err := after.Unfinished(0, 100); err != nil || len(events) != 6 {
		t.Errorf("%d events are to be run, want 6: %v", len(events), err)
	}
	// A copy that is sent again now is known by its body.
	if r := after.push("3"); r.DuplicateOf != 5 || !r.Possible {
		t.Errorf("a copy after the restart: %+v", r)
	}
	// The log is worth nothing any more: nothing comes twice.
	after.commitNow()
	wantDigits(t, after.diskOf(nil), "1:first", "2:0", "3:1", "4:2", "5:3", "6:4", "7:3")
}

// On a disk that is full at the start, what the log holds is not in the
// journal yet; a copy of it is known all the same.
func TestCopyOfWhatTheLogAloneHolds(t *testing.T) {
	b := patientBench(t)
	b.push("0")
	b.commitNow()
	b.push("1")
	r := newRecent()
	close(r.loaded)
	if err := b.view(func(tx *bbolt.Tx) error { return r.load(tx, b.read(), b.logged) }); err != nil {
		t.Fatal(err)
	}
	for n, body := range []string{"body of 0", "body of 1"} {
		c := &commit{reading: b.read()}
		if f := r.find(c, digest([]byte(body)), &Push{}); f.of != uint64(n+1) || !f.possible {
			t.Errorf("a copy of %s: %+v", body, f)
		}
	}
}

// A call record that the log alone holds is known again when it comes by
// another way.
func TestMergeKeyOutlivesThePowerCut(t *testing.T) {
	b := patientBench(t)
	cdr := hotel.Event{Kind: hotel.KindCDR, CallID: "7", CDR: &hotel.CDR{From: "101", To: "555", Start: "2026-11-21 12:00:00"}}
	if _, err := b.Append(t.Context(), cdr, &Push{Body: []byte("pushed")}); err != nil {
		t.Fatal(err)
	}
	after := b.diskOf(nil)
	if r, err := after.Append(t.Context(), cdr, nil); err != nil || r.DuplicateOf != 1 {
		t.Errorf("the same record once more: %+v, %v", r, err)
	}
}

func TestWhatCannotBeReadIsInTheLogToo(t *testing.T) {
	b := patientBench(t)
	raw := []byte(strings.Repeat("\xff", 9000))
	if _, err := b.Append(t.Context(), hotel.Event{Kind: hotel.KindUnknown, Raw: raw}, &Push{Body: raw}); err != nil {
		t.Fatal(err)
	}
	after := b.diskOf(nil)
	if ev, err := after.Event(1); err != nil || string(ev.Raw) != string(raw) {
		t.Errorf("%d raw bytes, %v", len(ev.Raw), err)
	}
	wantCounted(t, after.Store)
}

func TestRoundCutOffIsLeftOut(t *testing.T) {
	b := patientBench(t)
	for n := range 3 {
		b.push(fmt.Sprint(n, strings.Repeat(".", 5000)))
	}
	for _, at := range []int{0, 4, 8, 12, 20, roundHead, roundHead + 8, slotSize - 1, slotSize, slotSize + 900} {
		after := b.diskOf(func(db, log []byte) ([]byte, []byte) {
			log[2*slotSize+at] ^= 1 // the second of three rounds of two slots
			return db, log
		})
		got := after.digits()
		if len(got) != 2 || !strings.HasPrefix(got[0], "1:0") || !strings.HasPrefix(got[1], "3:2") {
			t.Errorf("a bit at %d of a round: %.30q", at, got)
		}
		// Its id is nobody's; the mark passes it.
		for _, id := range []uint64{1, 3} {
			ev := hotel.Event{ID: id}
			if errs := after.FinishNow(t.Context(), &ev, []Unit{{Name: hotel.RulesUnit}}, true); errs[0] != nil {
				t.Fatal(errs[0])
			}
		}
		if st := after.Status(); st.Watermark != 3 {
			t.Errorf("a bit at %d of a round: %+v", at, st)
		}
	}
}

func TestLogOfAnotherDatabaseIsNotTakenOver(t *testing.T) {
	b, other := patientBench(t), patientBench(t)
	b.push("1")
	wantDigits(t, other.diskOf(func(db, _ []byte) ([]byte, []byte) {
		log, err := os.ReadFile(b.opts.Path + intakeSuffix)
		if err != nil {
			t.Fatal(err)
		}
		return db, log
	}))
}

// A backup that is put back knows nothing of what came later: the log beside
// it is that of another time, and the keys of new calls are new.
func TestBackupThatIsPutBack(t *testing.T) {
	b := patientBench(t)
	b.push("1")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	backup := readFile(t, b.opts.Path)
	keys := map[string]bool{}
	for round := range 3 {
		b.open()
		b.push(fmt.Sprint("later", round))
		for range 5 {
			b.next++
			ev := &hotel.Event{ID: 1<<40 + b.next}
			u := b.unit(ev.ID, "queue", func(tx hotel.Tx) error { tx.Queue(hotel.QueuedCall{To: "pms", Op: "posting"}); return nil })
			if errs := b.FinishNow(t.Context(), ev, []Unit{u}, false); errs[0] != nil {
				t.Fatal(errs[0])
			}
		}
		calls, err := b.Calls(ListWaiting, 100)
		if err != nil || len(calls) != 5 {
			t.Fatalf("%d calls, %v", len(calls), err)
		}
		for _, c := range calls {
			if keys[c.Key] {
				t.Errorf("key %s was used before", c.Key)
			}
			keys[c.Key] = true
		}
		b.push("in the log alone")
		killed := readFile(t, b.opts.Path+intakeSuffix)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		err = errors.Join(os.WriteFile(b.opts.Path, []byte(backup), 0o600), os.WriteFile(b.opts.Path+intakeSuffix, []byte(killed), 0o600))
		if err != nil {
			t.Fatal(err)
		}
	}
	b.open()
	wantDigits(t, b, "1:1")
}

func TestLogThatIsShortOrMissingIsMadeAnew(t *testing.T) {
	b := patientBench(t)
	b.push("1")
	for _, size := range []int{0, 1, slotSize, 5*slotSize + 7, slots * slotSize} {
		after := b.diskOf(func(db, log []byte) ([]byte, []byte) { return db, log[:size] })
		if got := len(after.digits()); got != 1 && size >= slotSize {
			t.Errorf("of a log of %d bytes %d events were taken over", size, got)
		}
		after.reopen()
		rounds := after.rounds.Load()
		after.push("2")
		if info, err := os.Stat(after.opts.Path + intakeSuffix); err != nil || info.Size() != slots*slotSize || after.rounds.Load() == rounds {
			t.Errorf("after a log of %d bytes: %v, %v", size, info, err)
		}
	}
}

// TestLogIsARing fills it several times: what has no place waits for its
// commit, and what is not committed is never written over.
func TestLogIsARing(t *testing.T) {
	b := patientBench(t)
	var want []string
	for n := range 5 * slots {
		name := fmt.Sprint(n)
		b.push(name + strings.Repeat("x", n%3*3000))
		want = append(want, name)
		if n%37 == 0 {
			after := b.diskOf(nil)
			got := after.digits()
			if len(got) != len(want) || !strings.HasPrefix(got[n], fmt.Sprint(n+1, ":", name)) {
				t.Fatalf("after %d pushes the disk holds %d", n+1, len(got))
			}
		}
	}
	b.commitNow()
	if len(b.logged) > 0 {
		t.Errorf("%d records are held for a commit that was made", len(b.logged))
	}
	if st := b.Status(); st.Commits < 5 || b.rounds.Load() < 4*slots {
		t.Errorf("%d commits and %d rounds for %d pushes", st.Commits, b.rounds.Load(), len(want))
	}
}

// A push that is larger than the log is kept by its commit.
func TestPushLargerThanTheLog(t *testing.T) {
	b := patientBench(t)
	b.push("small")
	b.push(strings.Repeat("9", slots*slotSize))
	if got := b.digits(); len(got) != 2 {
		t.Errorf("the journal holds %d events", len(got))
	}
}

var errDisk = errors.New("the disk is gone")

func (b *bench) failCommit() {
	b.t.Helper()
	err := b.do(b.t.Context(), func(c *commit) error { c.broken = errDisk; return nil })
	if !errors.Is(err, errDisk) {
		b.t.Fatalf("a commit that fails: %v", err)
	}
}

// What was acknowledged stays, with its id, when its commit fails; what was
// not is told so.
func TestAcknowledgedPushOutlivesAFailedCommit(t *testing.T) {
	var told []uint64
	b := newBench(t, func(o *Options) {
		o.linger = time.Hour
		o.Watch.Appended = func(events []hotel.Event) {
			for _, ev := range events {
				told = append(told, ev.ID)
			}
		}
	})
	b.push("1")
	b.push("2")
	if r := b.push("2"); r.DuplicateOf != 2 {
		t.Errorf("a copy: %+v", r)
	}
	b.failCommit()
	wantDigits(t, b)
	b.failCommit()
	if r := b.push("1"); r.DuplicateOf != 1 || r.Possible {
		t.Errorf("a copy after a commit that failed: %+v", r)
	}
	if st := b.Status(); st.Error != "" {
		t.Errorf("it was acknowledged without a commit while the disk may be refusing: %+v", st)
	}
	if r := b.push("4"); r.ID != 5 { // waits for a commit, and takes the others along
		t.Errorf("the next one: %+v", r) // the log is used again
	}
	b.commitNow()
	wantDigits(t, b, "1:1", "2:2", "3:2", "4:1", "5:4")
	if !slices.Equal(told, []uint64{1, 2, 5}) {
		t.Errorf("told of %d", told)
	}
	if ev, err := b.Event(3); err != nil || ev.DuplicateOf != 2 {
		t.Errorf("the copy: %+v, %v", ev, err)
	}
	wantCounted(t, b.Store)
	b.push("6")
	b.failCommit()
	wantDigits(t, b.diskOf(nil), "1:1", "2:2", "3:2", "4:1", "5:4", "6:6")
}

// A round whose sync failed was not acknowledged: it is no event, also not
// after a restart, though it may be on the disk.
func TestRoundThatFailedIsNoEvent(t *testing.T) {
	b := patientBench(t)
	b.push("1")
	blocked, release := make(chan struct{}), make(chan struct{})
	go func() {
		_ = b.do(t.Context(), func(*commit) error { close(blocked); <-release; return nil })
	}()
	<-blocked
	// A file that takes the bytes and cannot be synced.
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	good := b.intake.file
	b.intake.file = w
	close(release)
	if _, err := b.Append(t.Context(), hotel.Event{Kind: hotel.KindDTMF, Digits: "lost"}, &Push{Body: []byte("lost")}); err == nil {
		t.Error("it was acknowledged")
	}
	// The round reached the disk all the same.
	if _, err := good.WriteAt(b.intake.buf, int64(5*slotSize)); err != nil {
		t.Fatal(err)
	}
	b.commitNow()
	wantDigits(t, b.diskOf(nil), "1:1")
	if r := b.push("lost"); r.ID != 2 || r.DuplicateOf != 0 {
		t.Errorf("sent again: %+v", r)
	}
	if st := b.Status(); st.Error != "" {
		t.Errorf("status: %+v", st)
	}
	b.push("3")
	wantDigits(t, b, "1:1", "2:lost", "3:3")
	wantDigits(t, b.diskOf(nil), "1:1", "2:lost", "3:3")
	if b.intake.file != nil {
		t.Error("the log that failed is still used")
	}
}

// A damaged database is replaced; what the log holds comes along.
func TestLogOutlivesADamagedDatabase(t *testing.T) {
	b := patientBench(t)
	for n := range 40 {
		b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: fmt.Sprint(n, strings.Repeat("7", 300))})
	}
	b.push("acknowledged")
	at := strings.Index(readFile(t, b.opts.Path), strings.Repeat("7", 300))
	after := b.diskOf(func(db, log []byte) ([]byte, []byte) {
		clear(db[at/slotSize*slotSize:][:slotSize])
		return db, log
	})
	if after.Damaged == "" {
		t.Fatal("the damage was not seen")
	}
	got := after.digits()
	if len(got) < 20 || got[len(got)-1] != "41:acknowledged" {
		t.Errorf("%d events, the last %q", len(got), got[len(got)-1])
	}
	// From then on the log is the new database's.
	after.push("new")
	if again := after.diskOf(nil).digits(); !slices.Equal(again, append(got, "42:new")) {
		t.Errorf("after a restart %d events, before %d", len(again), len(got))
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func FuzzIntake(f *testing.F) {
	in := intake{run: "00000000", last: 6}
	in.encode([]taken{{id: 8, event: []byte(`{"id":8}`), raw: []byte("raw")}, {id: 9, event: []byte("{}")}}, slotSize)
	f.Add(slices.Clone(in.buf))
	f.Add(append(slices.Clone(in.buf), in.buf...))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := meta{Run: "00000000", Round: 5, LastID: 7}
		records, last, end := rounds(data, m)
		if last < m.Round || end < 0 || end*slotSize >= len(data)+slotSize {
			t.Errorf("newest round %d, slot %d", last, end)
		}
		before := uint64(0)
		for _, r := range records {
			if r.id < before {
				t.Errorf("id %d after %d", r.id, before)
			}
			before = r.id
		}
	})
}

func TestNoPlaceForALog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.db")
	if err := os.MkdirAll(filepath.Join(path+intakeSuffix, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, func(o *Options) { o.Path, o.linger = path, time.Hour })
	b.push("1")
	wantDigits(t, b, "1:1")
}
