package lossy

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// seeded gives the chance of one try of many.
func seeded(n int) *rand.Rand { return rand.New(rand.NewPCG(uint64(n), 1)) }

// create makes a file with that content, and leaves it open.
func create(t *testing.T, path string, text []byte) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	put(t, f, text, 0)
	return f
}

func put(t *testing.T, f *os.File, text []byte, at int64) {
	t.Helper()
	if _, err := f.WriteAt(text, at); err != nil {
		t.Fatal(err)
	}
}

// must fails the test for an error of what should go well.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks that an operation failed with that error.
func refused(t *testing.T, what string, err error, want syscall.Errno) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want: %v", what, err, want)
	}
}

// syncFolder makes the names in a folder certain.
func syncFolder(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	must(t, f.Sync())
	must(t, f.Close())
}

// names lists a folder.
func names(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	var all []byte
	for _, e := range entries {
		all = append(append(all, e.Name()...), ' ')
	}
	return string(bytes.TrimSpace(all))
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}

// empty removes all files and makes that certain, for the next try.
func empty(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	for _, e := range entries {
		must(t, os.RemoveAll(filepath.Join(folder, e.Name())))
	}
	syncFolder(t, folder)
}

// outage cuts the power and brings it back.
func outage(d *Disk, n int) {
	d.Cut(seeded(n))
	d.PowerOn()
}
