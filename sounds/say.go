package sounds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxText     = 500              // characters that are spoken at once
	sayDeadline = 60 * time.Second // of a speech program
	maxComplain = 400              // bytes of what it says when it fails
)

// The places in a speech command that are filled in.
const (
	PlaceLang = "{lang}" // zh or en
	PlaceText = "{text}" // what is to be said
	PlaceOut  = "{out}"  // the file that it is to write, of a kind that [Convert] reads
)

// CheckSpeech says whether a speech command can be used: a program and its
// arguments, in which the places are filled in. No shell has a part in it.
func CheckSpeech(command []string) error {
	all := strings.Join(command, " ")
	switch {
	case len(command) == 0 || command[0] == "":
		return errors.New("a speech command begins with the program")
	case !strings.Contains(all, PlaceText), !strings.Contains(all, PlaceOut):
		return fmt.Errorf("a speech command has %s and %s among its arguments", PlaceText, PlaceOut)
	}
	return nil
}

// speechPrograms are those that are looked for, by language: the better one
// first.
var speechPrograms = map[string][][]string{
	"zh": {{"espeak-ng", "-b", "1", "-v", "cmn-latn-pinyin+f4", "-s", "180", "-w", PlaceOut, "--", PlaceText}},
	"en": {
		{"flite", "-voice", "rms", "-o", PlaceOut, "-t", PlaceText},
		{"espeak-ng", "-b", "1", "-v", "en-us", "-s", "160", "-w", PlaceOut, "--", PlaceText},
	},
}

// FindSpeech gives the command of a speech program that is installed.
func FindSpeech(lang string) ([]string, error) {
	var names []string
	for _, command := range speechPrograms[lang] {
		if _, err := exec.LookPath(command[0]); err == nil {
			return command, nil
		}
		names = append(names, command[0])
	}
	return nil, fmt.Errorf("no speech program for language %q is installed (%s)", lang, strings.Join(names, ", "))
}

// Say makes a prompt of a text by a speech command, see [CheckSpeech]. The
// program gets none of our secrets and has a minute; the end of ctx stops it.
func Say(ctx context.Context, command []string, lang, text string) (*Recording, error) {
	if err := errors.Join(CheckSpeech(command), CheckLanguage(lang), checkText(text)); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "bellhop-say-")
	if err != nil {
		return nil, fmt.Errorf("say: %w", err)
	}
	defer os.RemoveAll(folder)
	out := filepath.Join(folder, "said.wav")
	if err := speak(ctx, command, strings.NewReplacer(PlaceLang, lang, PlaceText, text, PlaceOut, out)); err != nil {
		return nil, err
	}
	f, err := os.Open(out)
	if err != nil {
		return nil, fmt.Errorf("%s wrote no sound: %w", command[0], err)
	}
	defer f.Close()
	made, err := Convert(f)
	if err != nil {
		return nil, fmt.Errorf("what %s said: %w", command[0], err)
	}
	return made, nil
}

// speak runs a speech program to its end.
func speak(ctx context.Context, command []string, fill *strings.Replacer) error {
	ctx, cancel := context.WithTimeout(ctx, sayDeadline)
	defer cancel()
	var args []string
	for _, arg := range command[1:] {
		args = append(args, fill.Replace(arg))
	}
	cmd := exec.CommandContext(ctx, command[0], args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), isOurs)
	cmd.WaitDelay = time.Second // for children that keep its output open
	complaint := &lastBytes{}
	cmd.Stderr = complaint
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("%s: %w: %s", command[0], err, printableText(complaint.data))
	}
	return nil
}

// isOurs finds the variables that may hold passwords.
func isOurs(variable string) bool {
	return strings.HasPrefix(variable, "BELLHOP_") || strings.HasPrefix(variable, "CREDENTIALS_DIRECTORY=")
}

func checkText(text string) error {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return errors.New("there is nothing to say")
	case n > maxText:
		return fmt.Errorf("a text has at most %d characters, but this has %d", maxText, n)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		return errors.New("a text is one line of UTF-8")
	}
	return nil
}

// lastBytes keeps the end of what is written to it.
type lastBytes struct{ data []byte }

func (l *lastBytes) Write(p []byte) (int, error) {
	l.data = append(l.data, p...)
	if over := len(l.data) - maxComplain; over > 0 {
		l.data = slices.Clone(l.data[over:])
	}
	return len(p), nil
}

func printableText(data []byte) string {
	return strings.ToValidUTF8(string(bytes.TrimSpace(data)), "?")
}
