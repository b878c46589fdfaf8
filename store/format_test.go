package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// withMigrations lets the program know further formats.
func withMigrations(t *testing.T, all ...func(*bbolt.Tx) error) {
	before := migrations
	migrations = all
	t.Cleanup(func() { migrations = before })
}

func nothingToDo(*bbolt.Tx) error { return nil }

// writtenByNewer makes a database with an event and gives it a newer program's
// format.
func writtenByNewer(t *testing.T) *bench {
	b := newBench(t)
	fillEverything(b)
	for range 200 { // more than fits into few pages
		b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: "777*01"})
	}
	withMigrations(t, nothingToDo)
	b.reopen()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	migrations = nil
	return b
}

// A database of a newer program is neither written nor taken for damaged: what
// is damaged is replaced.
func TestANewerProgramsDatabaseIsLeftAlone(t *testing.T) {
	b := writtenByNewer(t)
	for _, readOnly := range []bool{false, true} {
		opts := b.opts
		opts.ReadOnly = readOnly
		_, err := Open(opts)
		newer, ok := errors.AsType[*NewerError](err)
		if !ok || newer.Format != 2 || !strings.Contains(err.Error(), "run the newer program") {
			t.Errorf("opened (read only: %v): %v", readOnly, err)
		}
	}
	wantNoneAside(t, b.opts.Path)
	withMigrations(t, nothingToDo)
	b.open()
	if got := b.Status().Events; got < 200 {
		t.Errorf("the newer program finds %d events in it", got)
	}
}

// Nor is a damaged one: what this program knows how to salvage are its own.
func TestANewerProgramsDamagedDatabaseIsLeftAlone(t *testing.T) {
	b := writtenByNewer(t)
	f, err := os.OpenFile(b.opts.Path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	damagedOne := false
	for page := int64(2); page < 100 && !damagedOne; page++ { // one that a walk notices, and that is not the meta record's
		old := make([]byte, 16)
		if _, err := f.ReadAt(old, page*4096); err != nil {
			break
		}
		if _, err := f.WriteAt([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, page*4096); err != nil {
			t.Fatal(err)
		}
		g, err := os.Open(b.opts.Path)
		if err != nil {
			t.Fatal(err)
		}
		damagedOne = damaged(check(g, true)) && metaReadable(t, g)
		_ = g.Close()
		if !damagedOne {
			if _, err := f.WriteAt(old, page*4096); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !damagedOne {
		t.Fatal("no page to damage")
	}
	_, err = Open(b.opts)
	if _, ok := errors.AsType[*NewerError](err); !ok {
		t.Errorf("opened: %v", err)
	}
	wantNoneAside(t, b.opts.Path)
}

func metaReadable(t *testing.T, f *os.File) bool {
	t.Helper()
	into, err := newFile(filepath.Join(t.TempDir(), "into"))
	if err != nil {
		t.Fatal(err)
	}
	defer into.Close()
	_, old, err := salvage(into, f)
	return err == nil && old.Format == 2
}

func wantNoneAside(t *testing.T, path string) {
	t.Helper()
	if aside, _ := filepath.Glob(path + ".bad-*"); len(aside) > 0 {
		t.Errorf("it was taken for damaged: %v", aside)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A migration runs once, all of it or nothing, and leaves the file of before
// for the program of before.
func TestMigrationHasAWayBack(t *testing.T) {
	b := newBench(t)
	b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: "777*01"})
	want := content(t, b.Store)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	half := errors.New("half-way")
	mark := []byte("migrated")
	withMigrations(t, func(tx *bbolt.Tx) error { return tx.Bucket(bucketState).Put(mark, make([]byte, 8)) }, func(*bbolt.Tx) error { return half })
	if _, err := Open(b.opts); !errors.Is(err, half) {
		t.Fatalf("a migration that fails: %v", err)
	}
	withMigrations(t, nothingToDo)
	b.open()
	if err := b.view(func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketState).Get(mark) != nil {
			t.Error("half a migration was kept")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	b.reopen()
	b.append(hotel.Event{Kind: hotel.KindDTMF, Digits: "777*00"})
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	migrations = nil
	if err := Copy(formatCopy(b.opts.Path, 1), b.opts.Path); err != nil {
		t.Fatal(err)
	}
	b.open()
	wantSame(t, content(t, b.Store), want)
}

// What is only looked at is not migrated.
func TestReadOnlyDoesNotMigrate(t *testing.T) {
	b := newBench(t)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	withMigrations(t, nothingToDo)
	opts := b.opts
	opts.ReadOnly = true
	if _, err := Open(opts); err == nil || !strings.Contains(err.Error(), "start the agent once") {
		t.Errorf("opened: %v", err)
	}
	migrations = nil
	b.open()
}

// A held store keeps nothing that anybody hands it, until it is let.
func TestHeldKeepsNothing(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Held = true })
	before := content(t, b.Store)
	for name, push := range map[string]*Push{"order": nil, "push": {Body: []byte("body")}} {
		if _, err := b.Append(t.Context(), hotel.Event{Kind: hotel.KindDTMF}, push); !errors.Is(err, ErrHeld) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.try(func(hotel.Tx) error { return nil }); !errors.Is(err, ErrHeld) {
		t.Errorf("a unit: %v", err)
	}
	wantSame(t, content(t, b.Store), before)
	b.Admit()
	b.append(hotel.Event{Kind: hotel.KindDTMF})
}
