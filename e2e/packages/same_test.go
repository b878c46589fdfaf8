package packages

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestSameSourceSameBytes makes the packages for one computer again, of a copy
// of the source in another folder, by somebody with other habits.
func TestSameSourceSameBytes(t *testing.T) {
	first := filepath.Dir(made(t, newer, here, "%s"))
	copied, again := filepath.Join(t.TempDir(), "elsewhere"), t.TempDir()
	names, err := exec.Command("git", "-C", "../..", "ls-files", "-co", "--exclude-standard").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(names)) {
		name = strings.TrimSpace(name)
		data, err := os.ReadFile(filepath.Join("../..", name))
		if os.IsNotExist(err) { // deleted, and not committed yet
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(copied, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TZ", "Asia/Shanghai")
	t.Setenv("LANG", "zh_CN.UTF-8")
	t.Setenv("GOFLAGS", "-trimpath=false")
	mask := syscall.Umask(0o077)
	defer syscall.Umask(mask)
	if err := pack(filepath.Join(copied, "packaging"), again, newer, here); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(again, "bellhop*"))
	if err != nil || len(files) != 5 {
		t.Fatalf("made were %v: %v", files, err)
	}
	for _, file := range files {
		a, err := os.ReadFile(filepath.Join(first, filepath.Base(file)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs from the one of the same source", filepath.Base(file))
		}
	}
}

func TestSumsAndBillOfMaterials(t *testing.T) {
	for _, computer := range []string{"amd64", "arm64", "armv7", "armv6"} {
		sum := exec.Command("sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS")
		sum.Dir = filepath.Dir(made(t, newer, computer, "%s"))
		if said, err := sum.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
		sums, err := os.ReadFile(filepath.Join(sum.Dir, "SHA256SUMS"))
		if err != nil || bytes.Count(sums, []byte("\n")) != 5 {
			t.Errorf("%s: the sums are of %d files: %v", computer, bytes.Count(sums, []byte("\n")), err)
		}
		in := contents(t, made(t, newer, computer, "bellhop_%s_linux_"+computer+".tar.gz"))
		bill, err := os.ReadFile(made(t, newer, computer, "bellhop_%s_linux_"+computer+".cdx.json"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bill, in["sbom.cdx.json"].data) {
			t.Errorf("%s: the list within is not the one beside", computer)
		}
		for _, want := range []string{
			fmt.Sprintf("%x", sha256.Sum256(in["bellhop"].data)), `"specVersion": "1.`, `"pkg:golang/go.etcd.io/bbolt@v`, `"pkg:golang/std@1.`, `"version": "` + newer + `"`,
		} {
			if !bytes.Contains(bill, []byte(want)) {
				t.Errorf("%s: the list has no %s", computer, want)
			}
		}
		// Whose licence goes along is what the program is made of.
		modules := strings.Count(string(bill), `"purl": "pkg:golang/`) - 1 // Go's own
		if n := strings.Count(string(in["THIRD-PARTY"].data), "\n"+strings.Repeat("=", 80)+"\n") - 3; n != modules {
			t.Errorf("%s: licences of %d modules go along, and it is made of %d", computer, n, modules)
		}
	}
}
