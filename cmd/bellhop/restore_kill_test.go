//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"bellhop/backup"
	"bellhop/config"
	"bellhop/store"
)

// The child of the test below is told by these what to do: the arguments, one a
// line, and after which step it is to end itself.
const (
	restoreArgs = "BELLHOP_TEST_RESTORE"
	childEnds   = "BELLHOP_TEST_RESTORE_ENDS"
)

// TestRestoreChild is that child.
func TestRestoreChild(t *testing.T) {
	args, ends := os.Getenv(restoreArgs), os.Getenv(childEnds)
	if args == "" {
		t.Skip("it is for the test of a restore that is killed")
	}
	left, err := strconv.Atoi(ends)
	if err != nil {
		t.Fatal(err)
	}
	restoreStep = func(string) {
		if left--; left == 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it comes
		}
	}
	if code := run(t.Context(), strings.Split(args, "\n"), os.Stdout, os.Stderr); code != 0 {
		t.Fatal("exit code ", code)
	}
}

// TestRestoreKilledAtEachStep: whenever a restore is killed, the same command goes on
// and comes to the same end; until then what was there is there, or nothing starts on
// what is half in place.
func TestRestoreKilledAtEachStep(t *testing.T) {
	m := newMoved(t)
	off := m.box()
	m.must("rooms", "import", m.write(m.at("rooms.csv"), "number\n1001\n"))
	off()
	old := readText(t, m.at("b.db"))
	off = m.box()
	m.must("rooms", "import", m.write(m.at("rooms.csv"), "number\n1001\n1002\n"))
	m.must("backup")
	m.must("backup", "key")
	off()
	file := only(t, m.at("usb"))
	killed := 0
	for n := 1; ; n++ {
		to := t.TempDir()
		db := filepath.Join(to, m.at("b.db"))
		if err := os.MkdirAll(filepath.Dir(db), 0o700); err != nil {
			t.Fatal(err)
		}
		m.write(db, old)
		args := []string{"restore", file, "--to", to, "--yes", "-c", "/etc/b.toml"}
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRestoreChild$")
		child.Env = append(os.Environ(), restoreArgs+"="+strings.Join(args, "\n"), childEnds+"="+strconv.Itoa(n))
		said, err := child.CombinedOutput()
		if err == nil {
			m.isRestored(to, db, old)
			break
		}
		if code := child.ProcessState.ExitCode(); code != -1 {
			t.Fatalf("after step %d: %v\n%s", n, err, said)
		}
		killed++
		// Nothing starts on what is half in place: before it is decided it is the old one.
		cfg := config.Config{Store: config.Store{Path: db}}
		if restored(cfg) == nil && readText(t, db) != old {
			if _, err := os.Stat(filepath.Join(filepath.Dir(db), "restoring")); err == nil {
				m.isPlaced(to, db, n) // all is in place but the end of the staging folder
			}
		}
		if _, err := os.Stat(filepath.Join(to, "etc", "b.toml")); err == nil && restored(cfg) == nil && readText(t, db) == old {
			t.Errorf("after step %d an agent would start with the new config on the old database", n)
		}
		// One that had come to its end is not gone on with, but restored once more.
		plan, err := backup.Unfinished(filepath.Join(filepath.Dir(db), backup.Staging))
		if err != nil {
			t.Fatal(err)
		}
		ended := plan == nil && readText(t, db) != old
		var out, errOut bytes.Buffer
		if code := run(t.Context(), args, &out, &errOut); code != 0 {
			t.Fatalf("after it was killed at step %d: %d, %s%s", n, code, &out, &errOut)
		}
		if ended {
			m.isPlaced(to, db, n)
			continue
		}
		m.isRestored(to, db, old)
	}
	if killed < 12 {
		t.Errorf("it was killed at %d steps only", killed)
	}
	t.Logf("killed at %d steps", killed)
}

func only(t *testing.T, folder string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(folder, "bellhop-*"))
	if err != nil || len(all) != 1 {
		t.Fatalf("there are %q, %v", all, err)
	}
	return all[0]
}

// isPlaced holds that the database is the one of the backup.
func (m *moved) isPlaced(to, db string, step int) {
	m.t.Helper()
	s, err := store.Open(store.Options{Path: db, ReadOnly: true})
	if err != nil {
		m.t.Fatalf("after step %d: %v", step, err)
	}
	defer s.Close()
	if st := s.Status(); st.LastID < 1<<20 {
		m.t.Errorf("after step %d the database is not the renewed one: %+v", step, st)
	}
	if text, err := os.ReadFile(filepath.Join(to, "etc", "b.toml")); err != nil || string(text) != readText(m.t, m.file) {
		m.t.Errorf("after step %d the config: %v", step, err)
	}
}

// isRestored holds that all came to its end, and that what was there is kept.
func (m *moved) isRestored(to, db, old string) {
	m.t.Helper()
	m.isPlaced(to, db, 0)
	if _, err := os.Stat(filepath.Join(filepath.Dir(db), "restoring")); err == nil {
		m.t.Error("the staging folder stays")
	}
	kept := 0
	_ = filepath.WalkDir(to, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".part") || strings.HasSuffix(path, ".restored") {
			m.t.Errorf("left behind: %s", path)
		}
		if strings.HasPrefix(path, db+".before-restore-") {
			kept++
			if readText(m.t, path) != old {
				m.t.Errorf("%s is not what was there", path)
			}
		}
		return nil
	})
	if kept != 1 {
		m.t.Errorf("%d databases are kept", kept)
	}
}
