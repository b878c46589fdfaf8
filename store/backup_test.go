package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"bellhop/hotel"
)

// A copy that is made while others write is whole, opens as a store, and holds
// what was there before it began; the store goes on.
func TestBackupBesideOthers(t *testing.T) {
	b := newBench(t)
	fillEverything(b)
	path := filepath.Join(t.TempDir(), "backups", "copy.db")
	end := busy(t, b.Store)
	before := b.LastID()
	err := b.Backup(t.Context(), path)
	end()
	if err != nil {
		t.Fatal(err)
	}
	after := b.LastID()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the copy: %v, %v", info, err)
	}
	s := mustOpen(t, path, b.clock)
	st := s.Status()
	if st.LastID < before || st.LastID > after || st.Events == 0 {
		t.Errorf("the copy has %+v, of %d to %d", st, before, after)
	}
	wantCounted(t, s)
	if b.copying.Load() != nil {
		t.Error("commits still note what they change")
	}
	b.append(hotel.Event{Kind: hotel.KindDTMF})
}

func TestBackupHoldsTheSame(t *testing.T) {
	b := newBench(t)
	fillEverything(b)
	want := content(t, b.Store)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := b.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	wantSame(t, content(t, mustOpen(t, path, b.clock)), want)
}

// One that fails leaves the copy of before, and nothing of its own.
func TestBackupThatFails(t *testing.T) {
	room := int64(1 << 40)
	b := newBench(t, func(o *Options) { o.diskFree = func(string) (int64, bool) { return room, true } })
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := b.Backup(ended, path); err == nil {
		t.Error("it is done although it was called off")
	}
	room = compactSpare
	if err := b.Backup(t.Context(), path); err == nil {
		t.Error("it is done although the disk is nearly full")
	}
	if text, err := os.ReadFile(path); string(text) != "before" {
		t.Errorf("the copy of before: %q, %v", text, err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
