package sounds

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// speaker writes a program that does what a script says.
func speaker(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "speaker")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSay holds how a speech program is called: the text is one argument,
// whatever it holds, no shell sees it, and our secrets stay ours.
func TestSay(t *testing.T) {
	notes := t.TempDir()
	tone, err := filepath.Abs("testdata/tone-44100-stereo.mp3")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NOTES", notes)
	t.Setenv("TONE", tone)
	t.Setenv("BELLHOP_PBX_PASSWORD", "hush")
	program := speaker(t, `printf '%s\n' "$@" > "$NOTES/args"; env > "$NOTES/env"; cp "$TONE" "$4"`)
	text := `欢迎; touch $(x) "{out}" 'y' {lang}`
	made, err := Say(t.Context(), []string{program, "-v", "voice-{lang}", "-w", "{out}", "--", "{text}"}, "zh", text)
	if err != nil {
		t.Fatal(err)
	}
	if found := inspect(made.Wav); len(found) > 0 || made.Format != "mp3" {
		t.Errorf("%+v %s", found, made.Format)
	}
	args := strings.Split(string(mustRead(t, filepath.Join(notes, "args"))), "\n")
	if len(args) != 7 || args[1] != "voice-zh" || args[5] != text {
		t.Errorf("arguments %q", args)
	}
	if strings.Contains(string(mustRead(t, filepath.Join(notes, "env"))), "hush") {
		t.Error("the program is told a password")
	}
	if _, err := os.Stat(filepath.Dir(args[3])); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", args[3], err)
	}
}

func TestSayFails(t *testing.T) {
	good := []string{"true", "{out}", "{text}"}
	for _, c := range []struct {
		name    string
		command []string
		lang    string
		text    string
		want    string
	}{
		{"no command", nil, "zh", "a", "begins with the program"},
		{"no text place", []string{"x", "{out}"}, "zh", "a", "has {text} and {out}"},
		{"language", good, "fr", "a", "must be zh or en"},
		{"no text", good, "zh", " ", "there is nothing to say"},
		{"two lines", good, "zh", "a\nb", "one line of UTF-8"},
		{"long", good, "zh", strings.Repeat("长", 501), "at most 500 characters, but this has 501"},
		{"no program", []string{"/no/such/program", "{out}", "{text}"}, "zh", "a", "/no/such/program"},
		{"no file", good, "zh", "a", "true wrote no sound"},
		{"complaint", []string{speaker(t, "echo no such voice >&2; exit 3"), "{out}", "{text}"}, "zh", "a", "exit status 3: no such voice"},
		{"no sound", []string{speaker(t, `echo hello > "$1"`), "{out}", "{text}"}, "zh", "a", "it is no audio"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Say(t.Context(), c.command, c.lang, c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %v, not %q", err, c.want)
			}
		})
	}
}

// TestSayStops holds that a program that never ends is ended.
func TestSayStops(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	started := filepath.Join(t.TempDir(), "started")
	if err := syscall.Mkfifo(started, 0o600); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	program := speaker(t, `echo > "$3"; read never < "$3"`)
	go func() {
		_, err := Say(ctx, []string{program, "{out}", "{text}", started}, "zh", "a")
		ended <- err
	}()
	if _, err := os.ReadFile(started); err != nil { // once the program runs
		t.Fatal(err)
	}
	cancel(errors.New("enough"))
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "enough") {
		t.Error(err)
	}
}

// TestFindSpeech holds which program is taken of those that are installed.
func TestFindSpeech(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	if _, err := FindSpeech("en"); err == nil || !strings.Contains(err.Error(), `no speech program for language "en" is installed (flite, espeak-ng)`) {
		t.Error(err)
	}
	for _, c := range []struct{ install, lang, want string }{
		{"espeak-ng", "en", "espeak-ng"},
		{"espeak-ng", "zh", "espeak-ng"},
		{"flite", "en", "flite"},
	} {
		if err := os.WriteFile(filepath.Join(bin, c.install), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		command, err := FindSpeech(c.lang)
		if err != nil || command[0] != c.want || CheckSpeech(command) != nil {
			t.Errorf("%q, %v", command, err)
		}
	}
}
