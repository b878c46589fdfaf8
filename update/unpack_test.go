package update

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cavaliergopher/cpio"
)

const program = elfMagic + "and so on"

type entry struct {
	name, content string
	kind          byte // of tar; 0: a plain file
}

func tarOf(t testing.TB, all ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range all {
		h := &tar.Header{Name: e.name, Mode: 0o755, Typeflag: tar.TypeReg, Size: int64(len(e.content))}
		if e.kind != 0 {
			h.Typeflag, h.Size, h.Linkname = e.kind, 0, e.content
			e.content = ""
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t testing.TB, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Of a package only the program comes out, and to one place.
func TestUnpack(t *testing.T) {
	script := entry{name: "./etc/init.d/bellhop", content: "#!/bin/sh /etc/rc.common\n"}
	for name, c := range map[string]struct {
		text []byte
		why  string
	}{
		"a package":          {tarOf(t, entry{name: "./usr/", kind: tar.TypeDir}, script, entry{name: "./usr/bin/bellhop", content: program}, entry{name: "README", content: "x"}), ""},
		"a folder in it":     {tarOf(t, entry{name: "bellhop-1.2.3/bellhop", content: program}), ""},
		"names that lead up": {tarOf(t, entry{name: "../../../../tmp/escaped", content: "x"}, entry{name: "/../../bellhop", content: program}), ""},
		"no program":         {tarOf(t, script), "no program"},
		"a link":             {tarOf(t, entry{name: "bellhop", content: "/bin/sh", kind: tar.TypeSymlink}), "no program"},
		"two":                {tarOf(t, entry{name: "a/bellhop", content: program}, entry{name: "b/bellhop", content: program}), "two programs"},
		"cut off":            {tarOf(t, entry{name: "bellhop", content: program})[:520], "unexpected EOF"},
		"empty":              {nil, "no program"},
		"very many":          {tarOf(t, make([]entry, maxEntries+1)...), "more than"},
	} {
		folder := t.TempDir()
		file, to := filepath.Join(folder, "p.tar.gz"), filepath.Join(folder, "out", "bellhop")
		if err := os.Mkdir(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, zipped(t, c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := unpack(t.Context(), file, Tar, to)
		if c.why != "" {
			if err == nil || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if got, readErr := os.ReadFile(to); err != nil || readErr != nil || string(got) != program {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if all, _ := filepath.Glob(filepath.Join(folder, "*", "*")); len(all) != 1 {
			t.Errorf("%s: %v", name, all)
		}
	}
}

// What unfolds to more than the disk has ends early.
func TestUnpackIsBounded(t *testing.T) {
	to := filepath.Join(t.TempDir(), "bellhop")
	huge := func() io.Reader {
		var head bytes.Buffer
		w := tar.NewWriter(&head)
		if err := w.WriteHeader(&tar.Header{Name: "bellhop", Mode: 0o755, Typeflag: tar.TypeReg, Size: 1 << 40}); err != nil {
			t.Fatal(err)
		}
		return io.MultiReader(&head, strings.NewReader(elfMagic), endless{})
	}
	if err := fromTar(huge(), to); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Error(err)
	}
	if left, _ := filepath.Glob(to + "*"); len(left) != 0 {
		t.Errorf("%v is left behind", left)
	}
	if _, err := io.Copy(io.Discard, bounded(endless{})); err == nil {
		t.Error("an archive may have any size")
	}
}

func TestUnpackCPIO(t *testing.T) {
	var b bytes.Buffer
	w := cpio.NewWriter(&b)
	for name, content := range map[string]string{"./usr/bin/bellhop": program, "./etc/init.d/bellhop": "#!/bin/sh"} {
		if err := w.WriteHeader(&cpio.Header{Name: name, Mode: cpio.TypeReg | 0o755, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "bellhop")
	if err := fromCPIO(&b, to); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(to); err != nil || string(got) != program {
		t.Errorf("%q, %v", got, err)
	}
}

// FuzzArchives: no archive, however made, writes anything but the one program.
func FuzzArchives(f *testing.F) {
	f.Add(true, tarOf(f, entry{name: "../bellhop", content: program}))
	f.Add(true, tarOf(f, entry{name: "bellhop", content: "/etc/passwd", kind: tar.TypeLink}))
	f.Add(false, []byte("07070100000001000081ed0000000000000000000000010000000000000004000000000000000000000000000000000000000800000000bellhop\x00\x00\x00\x7fELF"))
	f.Fuzz(func(t *testing.T, isTar bool, text []byte) {
		folder := t.TempDir()
		to := filepath.Join(folder, "inner", "bellhop")
		if err := os.Mkdir(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		read := fromCPIO
		if isTar {
			read = fromTar
		}
		err := read(bytes.NewReader(text), to)
		outer, _ := filepath.Glob(filepath.Join(folder, "*"))
		inner, _ := filepath.Glob(filepath.Join(folder, "inner", "*"))
		if len(outer) != 1 || len(inner) > 1 || err == nil && len(inner) != 1 {
			t.Errorf("%v, %v, %v", outer, inner, err)
		}
		if info, statErr := os.Lstat(to); statErr == nil && !info.Mode().IsRegular() {
			t.Errorf("it is %v", info.Mode())
		}
	})
}
