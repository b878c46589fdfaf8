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

// releases are made once for all tests.
var releases struct {
	folder string
	older  func() error // for this computer alone
	newer  func() error
}

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "bellhop-packages")
	if err != nil {
		panic(err)
	}
	releases.folder = folder
	releases.older = sync.OnceValue(func() error { return pack("../../packaging", filepath.Join(folder, older), older, here) })
	releases.newer = sync.OnceValue(func() error { return pack("../../packaging", filepath.Join(folder, newer), newer, "") })
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// pack makes packages for the computers that only names; all when it is empty.
func pack(source, out, version, only string) error {
	cmd := exec.Command("go", "run", "-C", source, ".", "-out", out, "-version", version, "-only", only)
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+sourceTime)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make packages: %w: %s", err, said)
	}
	return nil
}

// made gives the path of a file of a release.
func made(t *testing.T, version, pattern string) string {
	t.Helper()
	build := releases.newer
	if version == older {
		build = releases.older
	}
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(releases.folder, version, fmt.Sprintf(pattern, version))
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
