package sounds

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSet holds that the hotel's own stand before the shipped, and that what
// is not the PBX's format is no prompt.
func TestSet(t *testing.T) {
	dir := t.TempDir()
	files, err := Set("en", filepath.Join(dir, "not there"))
	if err != nil || len(files) != len(Catalogue()) {
		t.Fatalf("%d files, %v", len(files), err)
	}
	own := EncodeWav(round(good()))
	path, err := Keep(dir, "en", "room", own)
	if err != nil || path != Path(dir, "en", "room") {
		t.Fatal(path, err)
	}
	if _, err := Keep(dir, "en", "hotel-bar", own); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "en", "readme.txt"), []byte("ours"))
	put(t, filepath.Join(dir, "en", ".new-123.wav"), []byte("half of one"))
	files, err = Set("en", dir)
	if err != nil || len(files) != len(Catalogue())+1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	last := ""
	for _, f := range files {
		if f.Prompt.Name <= last || f.Lang != "en" {
			t.Errorf("%s %s after %s", f.Lang, f.Prompt.Name, last)
		}
		last = f.Prompt.Name
		mine := f.Prompt.Name == "room" || f.Prompt.Name == "hotel-bar"
		if mine != (f.Own != "") || mine != bytes.Equal(f.Wav, own) {
			t.Errorf("%s is from %q", f.Prompt.Name, f.Own)
		}
		if known := f.Prompt.Texts != nil; known == (f.Prompt.Name == "hotel-bar") {
			t.Errorf("%s: %+v", f.Prompt.Name, f.Prompt)
		}
	}
	// The other language has none of its own.
	if files, err = Set("zh", dir); err != nil || len(files) != len(Catalogue()) {
		t.Errorf("%d files, %v", len(files), err)
	}
}

func TestSetRefuses(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "zh", "room.wav"), wavOf(wavPCM, 1, 16000, 16, make([]byte, 100)))
	put(t, filepath.Join(dir, "zh", "cleaned.wav"), []byte("x"))
	put(t, filepath.Join(dir, "zh", "BAD.wav"), EncodeWav(round(good())))
	_, err := Set("zh", dir)
	for _, want := range []string{`room.wav": has 16000 samples`, `cleaned.wav": read the wav header`, `BAD.wav": a prompt's name`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not say %q", err, want)
		}
	}
	if _, err := Set("fr", dir); err == nil || !strings.Contains(err.Error(), `must be zh or en, but it is "fr"`) {
		t.Error(err)
	}
	for _, c := range [][2]string{{"fr", "room"}, {"zh", "../room"}, {"..", "room"}} {
		if _, err := Keep(dir, c[0], c[1], nil); err == nil {
			t.Errorf("%q is kept", c)
		}
	}
}

// TestKeepReplaces holds that a recording is there whole or not at all, and
// nothing is left beside it.
func TestKeepReplaces(t *testing.T) {
	dir := t.TempDir()
	for _, wav := range [][]byte{[]byte("first"), []byte("second one")} {
		path, err := Keep(dir, "zh", "room", wav)
		if err != nil {
			t.Fatal(err)
		}
		if got := mustRead(t, path); !bytes.Equal(got, wav) {
			t.Errorf("kept %q, not %q", got, wav)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
			t.Error(info, err)
		}
	}
	entries, err := os.ReadDir(filepath.Join(dir, "zh"))
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files, %v", len(entries), err)
	}
}
