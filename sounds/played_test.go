package sounds

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhyUnplayed looks at prompts as a dialplan names them, in folders as a
// PBX has them.
func TestWhyUnplayed(t *testing.T) {
	dir := t.TempDir()
	plain, err := Shipped("zh", "room")
	if err != nil {
		t.Fatal(err)
	}
	wide := wavOf(wavPCM, 1, 16000, 16, plain[44:])
	put(t, filepath.Join(dir, "zh", "room.wav"), plain)
	put(t, filepath.Join(dir, "en", "room.wav"), plain)
	put(t, filepath.Join(dir, "zh", "confirm.wav"), plain)
	put(t, filepath.Join(dir, "en", "confirm.wav"), wide)
	put(t, filepath.Join(dir, "zh", "success.wav"), wide)
	put(t, filepath.Join(dir, "zh", "vm-goodbye.gsm"), nil)
	put(t, filepath.Join(dir, "en", "vm-goodbye.ulaw"), nil)
	put(t, filepath.Join(dir, "zh", "cleaned.mp3"), nil)
	put(t, filepath.Join(dir, "zh", "digits", "1.wav"), wide)
	zh, en := filepath.Join(dir, "zh"), filepath.Join(dir, "en")
	for _, c := range []struct {
		dir, name string
		want      []string // nil: it is played
	}{
		{dir, "room", nil},
		{zh, "room", nil},
		{dir, "confirm", []string{filepath.Join(en, "confirm.wav") + " has 16000 samples a second, not 8000"}},
		{zh, "confirm", nil},
		{dir, "success", []string{filepath.Join(en, "success.wav") + " is not there", filepath.Join(zh, "success.wav") + " has 16000"}},
		{dir, "vm-goodbye", nil},
		{zh, "cleaned", []string{"is not there"}},
		{zh, "digits/1", []string{"has 16000"}},
	} {
		why, err := WhyUnplayed(c.dir, c.name)
		if err != nil {
			t.Errorf("%s in %s: %v", c.name, c.dir, err)
		}
		if len(c.want) == 0 && why != "" {
			t.Errorf("%s in %s: %q", c.name, c.dir, why)
		}
		for _, want := range c.want {
			if !strings.Contains(why, want) {
				t.Errorf("%s in %s: %q does not say %q", c.name, c.dir, why, want)
			}
		}
	}
	for _, name := range []string{"/etc/passwd", "../room"} {
		if _, err := WhyUnplayed(zh, name); err == nil || !strings.Contains(err.Error(), "is not in") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := WhyUnplayed(filepath.Join(dir, "gone"), "room"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
