package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const canary = "CANARY-secret-9913"

func someItems() []Item {
	return []Item{
		{Name: "config/bellhop.toml", Data: []byte("[hotel]\n")},
		{Name: "secrets/pbx", Data: []byte(canary), Secret: true},
		{Name: "hooks/own.lua", Data: []byte("-- own")},
		{Name: "store/bellhop.db", Data: bytes.Repeat([]byte("database "), 10_000)},
	}
}

func archive(t testing.TB, m Manifest, items []Item) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Write(&b, m, items); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchiveThereAndBack(t *testing.T) {
	text := archive(t, Manifest{Made: noon, Hotel: "Harbour"}, someItems())
	folder := t.TempDir()
	m, err := Unpack(bytes.NewReader(text), folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Files) != 4 || m.Hotel != "Harbour" || !m.Made.Equal(noon) {
		t.Errorf("it says %+v", m)
	}
	for _, item := range someItems() {
		got, err := os.ReadFile(filepath.Join(folder, item.Name))
		info, serr := os.Stat(filepath.Join(folder, item.Name))
		if err != nil || serr != nil || !bytes.Equal(got, item.Data) || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d bytes, %v, %v", item.Name, len(got), err, serr)
		}
	}
	if _, err := Unpack(bytes.NewReader(text), folder); err == nil {
		t.Error("it is unpacked over what is there")
	}
}

// Wherever an archive is cut off, or a byte of it is another, it is refused.
func TestArchiveThatIsNotWhole(t *testing.T) {
	text := archive(t, Manifest{Made: noon}, someItems())
	take := func(string, io.Reader) error { return nil }
	for at := range text {
		if _, err := Read(bytes.NewReader(text[:at]), take); !errors.Is(err, ErrArchive) {
			t.Fatalf("cut off at %d of %d: %v", at, len(text), err)
		}
	}
	for at := 10; at < len(text); at++ { // gzip's own head has a time in it, which says nothing
		spoilt := bytes.Clone(text)
		spoilt[at] ^= 0x41
		if _, err := Read(bytes.NewReader(spoilt), take); err == nil {
			t.Fatalf("with byte %d of %d spoilt it is read", at, len(text))
		}
	}
}

// In a clear archive nothing secret is, and in a sealed one nothing can be read.
func TestNothingSecretIsClear(t *testing.T) {
	clear := archive(t, Manifest{Made: noon, Clear: true}, someItems())
	plain, err := gzip.NewReader(bytes.NewReader(clear))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(plain)
	if err != nil || bytes.Contains(text, []byte(canary)) || bytes.Contains(text, []byte("secrets/")) || !bytes.Contains(text, []byte("-- own")) {
		t.Errorf("a secret is in a clear archive, or nothing is (%v)", err)
	}
	identity, recipient, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key     Key
		right   Unlock
		another Unlock
	}{
		"recipient":  {Key{Recipient: recipient}, Unlock{Identity: "# a comment\n" + identity + "\n"}, Unlock{Passphrase: "x"}},
		"passphrase": {Key{Passphrase: "correct horse"}, Unlock{Passphrase: "correct horse"}, Unlock{Passphrase: "x"}},
	} {
		var b bytes.Buffer
		sealed, err := c.key.seal(&b)
		if err != nil {
			t.Fatal(err)
		}
		// As it is, not even packed: a canary would show.
		if _, err := io.WriteString(sealed, strings.Repeat(canary, 1000)); err != nil {
			t.Fatal(err)
		}
		if err := sealed.Close(); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b.Bytes(), []byte(canary)) {
			t.Errorf("%s: the secret can be read", name)
		}
		if _, err := Open(bytes.NewReader(b.Bytes()), Unlock{}); !errors.Is(err, ErrLocked) {
			t.Errorf("%s: without a key: %v", name, err)
		}
		if _, err := Open(bytes.NewReader(b.Bytes()), c.another); err == nil {
			t.Errorf("%s: another key opens it", name)
		}
		opened, err := Open(bytes.NewReader(b.Bytes()), c.right)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := io.ReadAll(opened); err != nil || string(got) != strings.Repeat(canary, 1000) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestKeyErrorsHoldNoSecret(t *testing.T) {
	err := Key{Recipient: canary}.Check()
	if err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("a wrong recipient: %v", err)
	}
	_, err = Open(strings.NewReader(ageStart+"\n-> X25519 x\n"), Unlock{Identity: canary})
	if err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("a wrong identity: %v", err)
	}
}

func tarOf(t testing.TB, heads ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	packed := gzip.NewWriter(&b)
	w := tar.NewWriter(packed)
	for _, h := range heads {
		h.Size, h.Mode = 1, 0o600
		if h.Typeflag != tar.TypeReg {
			h.Size = 0
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Size == 1 {
			if _, err := w.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(w.Close(), packed.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var hostileHeads = []tar.Header{
	{Name: "../etc/passwd", Typeflag: tar.TypeReg}, {Name: "/etc/passwd", Typeflag: tar.TypeReg}, {Name: "hooks/../../x", Typeflag: tar.TypeReg},
	{Name: "hooks", Typeflag: tar.TypeReg}, {Name: "other/x", Typeflag: tar.TypeReg},
	{Name: "hooks/x", Typeflag: tar.TypeSymlink, Linkname: "/etc"}, {Name: "hooks/x", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"},
	{Name: "hooks/x", Typeflag: tar.TypeFifo}, {Name: "hooks/a\\b", Typeflag: tar.TypeReg}, {Name: "hooks/a\nb", Typeflag: tar.TypeReg},
	{Name: "hooks/" + strings.Repeat("x", maxName), Typeflag: tar.TypeReg},
}

// No name leads out of the folder.
func TestHostileArchives(t *testing.T) {
	for _, h := range hostileHeads {
		above := t.TempDir()
		folder := filepath.Join(above, "in")
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := Unpack(bytes.NewReader(tarOf(t, h)), folder)
		if !errors.Is(err, ErrArchive) {
			t.Errorf("%.60q, %c: %v", h.Name, h.Typeflag, err)
		}
		if left, _ := filepath.Glob(filepath.Join(above, "*")); len(left) != 1 {
			t.Errorf("%.60q made %q", h.Name, left)
		}
		if left, _ := os.ReadDir(folder); len(left) > 0 {
			t.Errorf("%.60q made %q", h.Name, left)
		}
	}
	twice := tar.Header{Name: "hooks/x", Typeflag: tar.TypeReg}
	if _, err := Read(bytes.NewReader(tarOf(t, twice, twice)), func(string, io.Reader) error { return nil }); !errors.Is(err, ErrArchive) {
		t.Errorf("a file twice: %v", err)
	}
	if _, err := Write(io.Discard, Manifest{}, []Item{{Name: "hooks/../x"}}); err == nil {
		t.Error("one is written that cannot be read")
	}
}

// FuzzUnpack: whatever comes, nothing is made outside of the folder, and what is
// taken for an archive has the files of its list.
func FuzzUnpack(f *testing.F) {
	f.Add(archive(f, Manifest{Made: noon}, someItems()), false)
	for _, h := range hostileHeads {
		f.Add(tarOf(f, h), false)
	}
	f.Add([]byte(ageStart+"\n-> scrypt 22rNpCMLpUmSWnfTYlFfLw 10\n"), false)
	f.Fuzz(func(t *testing.T, data []byte, pack bool) {
		if pack { // so that what is in it is reached
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			if _, err := w.Write(data); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			data = b.Bytes()
		}
		above := t.TempDir()
		folder := filepath.Join(above, "in")
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		from, err := Open(bytes.NewReader(data), Unlock{})
		if err != nil {
			return
		}
		m, err := Unpack(io.LimitReader(from, 1<<20), folder)
		if left, _ := filepath.Glob(filepath.Join(above, "*")); len(left) != 1 {
			t.Fatalf("it made %q", left)
		}
		if err != nil {
			return
		}
		for _, file := range m.Files {
			if info, err := os.Lstat(filepath.Join(folder, file.Name)); err != nil || info.Size() != file.Bytes || !info.Mode().IsRegular() {
				t.Fatalf("%+v: %v", file, err)
			}
		}
	})
}
