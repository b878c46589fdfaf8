package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What was acknowledged and is in no commit yet is in a copy, too.
func TestCopyTakesTheIntakeLogAlong(t *testing.T) {
	b := newBench(t, func(o *Options) { o.linger = time.Hour })
	b.push("777*01")
	b.commitNow() // the first one begins the log
	b.push("777*02")
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := copyPair(b.opts.Path, path); err != nil { // as it lies after a power cut
		t.Fatal(err)
	}
	s := mustOpen(t, path, b.clock)
	events, err := s.Events(0, 10)
	if err != nil || len(events) != 2 || events[1].Digits != "777*02" {
		t.Errorf("the copy has %+v, %v", events, err)
	}
}

func TestCopyPutsBack(t *testing.T) {
	b := newBench(t)
	fillEverything(b)
	want := content(t, b.Store)
	kept := filepath.Join(t.TempDir(), "kept.db")
	if err := Copy(b.opts.Path, kept); !errors.Is(err, ErrLocked) {
		t.Errorf("copied beside an agent: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Copy(b.opts.Path, kept); err != nil {
		t.Fatal(err)
	}
	b.open()
	b.push("777*03")
	if err := Copy(kept, b.opts.Path); !errors.Is(err, ErrLocked) {
		t.Errorf("put back beneath an agent: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Copy(kept, b.opts.Path); err != nil {
		t.Fatal(err)
	}
	b.open()
	wantSame(t, content(t, b.Store), want)
	if info, err := os.Stat(b.opts.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("put back: %v, %v", info, err)
	}
}

// Root copies out of a folder that another user owns: that user's links lead
// nowhere.
func TestCopyFollowsNoLink(t *testing.T) {
	folder := t.TempDir()
	secret, target := filepath.Join(folder, "shadow"), filepath.Join(folder, "target")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func(path string) error{
		"link": func(path string) error { return os.Symlink(secret, path) },
		"dir":  func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		path := filepath.Join(folder, name)
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		if err := copyFile(path, target); err == nil {
			t.Errorf("a %s was copied", name)
		}
	}
	// The target's own link is replaced, and not written through.
	if err := os.Symlink(secret, target); err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(folder, "source")
	if err := os.WriteFile(source, []byte("fine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := copyFile(source, target); err != nil {
		t.Fatal(err)
	}
	if mustRead(t, secret) != "secret" || mustRead(t, target) != "fine" {
		t.Error("it was written through a link")
	}
}
