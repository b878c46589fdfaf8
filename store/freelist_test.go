package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// TestFreePagesFound compares the list that a start leaves in the file with
// what bbolt finds by itself, over starts with commits between them and
// without, and lets bbolt check the file after each.
func TestFreePagesFound(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "bellhop.db")
	for n := range 8 {
		s := mustOpen(t, path, newClock())
		for i := range n % 3 * 30 {
			ev := hotel.Event{Kind: hotel.KindDTMF, Digits: fmt.Sprint(i), Fields: map[string]string{"long": fmt.Sprintf("%0*d", i*300, i)}}
			if _, err := s.Append(t.Context(), ev, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		alone := freeByItself(t, path, filepath.Join(folder, "copy.db"))
		for range 3 {
			if free := freeAsLeft(t, path); free != alone {
				t.Errorf("start %d: %d pages are free, and bbolt finds %d", n, free, alone)
			}
		}
	}
}

// freeByItself lets bbolt walk over a copy of a file.
func freeByItself(t *testing.T, path, to string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return freeOf(t, to)
}

// freeAsLeft leaves the list in the file and lets bbolt read it. The list
// itself takes one page.
func freeAsLeft(t *testing.T, path string) int {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := check(f, false); err != nil {
		t.Fatal(err)
	}
	return freeOf(t, path) + 1
}

// freeOf opens a file, lets bbolt check it, and counts its free pages.
func freeOf(t *testing.T, path string) (pages int) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	pages = db.Stats().FreePageN
	err = db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("bbolt says: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestManyFreePages takes more free pages than the head of a list can count.
func TestManyFreePages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bellhop.db")
	db, err := newFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const high = 70_000
	if err := f.Truncate(int64(high * os.Getpagesize())); err != nil { // it has holes
		t.Fatal(err)
	}
	data, unmap, err := mapFile(f)
	if err != nil {
		t.Fatal(err)
	}
	defer unmap()
	w := &pageWalk{data: data}
	if err := w.walk(); err != nil {
		t.Fatal(err)
	}
	used := int(w.high) - len(w.free())
	meta := w.nextMeta(word(w.meta, metaFreelist), high)
	if _, err := f.WriteAt(meta, int64(word(meta, 0)*w.size)); err != nil {
		t.Fatal(err)
	}
	if free := freeAsLeft(t, path) - 1; free < 1<<16 || free+used > high || free+used < high-200 {
		t.Errorf("%d pages are free, %d used, of %d", free, used, high)
	}
}
