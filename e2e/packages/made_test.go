package packages

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sync"
	"testing"
)

// The two releases that tests go from and to.
const (
	older = "1.0.0"
	newer = "1.1.0"
)

const sourceTime = "1763795880" // any

// here is the computer that the small Debian is for: the one that runs the
// tests.
const here = "amd64"

// releases are made once for all tests, for one kind of computer at a time.
var releases struct {
	mu     sync.Mutex
	folder string
	made   map[string]error // by folder
}

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "bellhop-packages")
	if err != nil {
		panic(err)
	}
	releases.folder, releases.made = folder, map[string]error{}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// pack makes the packages for a computer.
func pack(source, out, version, computer string) error {
	cmd := exec.Command("go", "run", "-C", source, ".", "-out", out, "-version", version, "-only", computer)
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+sourceTime)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make packages: %w: %s", err, said)
	}
	return nil
}

// made gives the path of a file of a release for a computer.
func made(t *testing.T, version, computer, pattern string) string {
	t.Helper()
	releases.mu.Lock()
	defer releases.mu.Unlock()
	folder := filepath.Join(releases.folder, version, computer)
	err, done := releases.made[folder]
	if !done {
		err = pack("../../packaging", folder, version, computer)
		releases.made[folder] = err
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, fmt.Sprintf(pattern, version))
}

// unpacked gives the folder of a tarball's files.
func unpacked(t *testing.T, tarball string) string {
	t.Helper()
	folder := t.TempDir()
	for name, file := range contents(t, tarball) {
		if err := os.WriteFile(filepath.Join(folder, name), file.data, file.mode); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

type file struct {
	data []byte
	mode os.FileMode
}

// contents gives a tarball's files by their names without the folder.
func contents(t *testing.T, tarball string) map[string]file {
	t.Helper()
	f, err := os.Open(tarball)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all, in := map[string]file{}, tar.NewReader(zip)
	for {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all[path.Base(header.Name)] = file{data, header.FileInfo().Mode().Perm()}
	}
}
