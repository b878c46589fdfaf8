package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"bellhop/hotel"
)

// TestEachPageDamaged hurts one page after the other, whole and in part: the
// store opens each time, with what can be read, and keeps what comes.
func TestEachPageDamaged(t *testing.T) {
	folder := t.TempDir()
	sound := filepath.Join(folder, "sound.db")
	const events = 40
	s := mustOpen(t, sound, newClock())
	for n := range events {
		ev := hotel.Event{Kind: hotel.KindDTMF, Digits: fmt.Sprint(n), Fields: map[string]string{"long": fmt.Sprintf("%0*d", n*150, n)}}
		if _, err := s.Append(t.Context(), ev, nil); err != nil {
			t.Fatal(err)
		}
		if n%8 > 0 {
			ev.ID = uint64(n + 1)
			if errs := s.Finish(t.Context(), &ev, []Unit{{Name: hotel.RulesUnit}}, true); errs[0] != nil {
				t.Fatal(errs[0])
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(sound)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	replaced := 0
	for at := 0; at < len(text); at += page {
		for _, part := range []int{page, 64} {
			hurt := append([]byte(nil), text...)
			from := at + rand.IntN(page-part+1)
			for i := from; i < from+part; i++ {
				hurt[i] = byte(rand.Uint32())
			}
			if open(t, filepath.Join(folder, "hurt.db"), hurt) {
				replaced++
			}
		}
	}
	for _, size := range []int{len(text) / 2, 9 * page, 5 * page, 3*page + 1, 2 * page, page, 1} {
		if open(t, filepath.Join(folder, "hurt.db"), text[:size]) {
			replaced++
		}
	}
	t.Logf("%d pages; the file was replaced %d times", len(text)/page, replaced)
	if replaced < 10 {
		t.Errorf("the file was replaced %d times", replaced)
	}
}

// open opens a file of such content, uses it and finishes what is in it; it
// tells whether the file was replaced.
func open(t *testing.T, path string, text []byte) (replaced bool) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, path, newClock())
	defer s.Close()
	if _, err := s.Append(t.Context(), hotel.Event{Kind: hotel.KindDTMF, Digits: "new"}, nil); err != nil {
		t.Fatalf("replaced %q: %v", s.Damaged, err)
	}
	left, _, err := s.Unfinished(0, 1000)
	if err != nil {
		t.Fatalf("replaced %q: %v", s.Damaged, err)
	}
	var all sync.WaitGroup
	for _, p := range left {
		all.Go(func() {
			if errs := s.Finish(t.Context(), &p.Event, []Unit{{Name: hotel.RulesUnit}}, true); errs[0] != nil {
				t.Errorf("replaced %q: event %d: %v", s.Damaged, p.Event.ID, errs[0])
			}
		})
	}
	all.Wait()
	if st := s.Status(); st.Watermark != st.LastID {
		t.Errorf("replaced %q: %d of %d events are finished", s.Damaged, st.Watermark, st.LastID)
	}
	return s.Damaged != ""
}
