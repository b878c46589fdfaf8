// Command makeprompts makes the recordings that come with the program, from
// the catalogue's texts, with speech programs of Debian 12:
//
//	apt-get install espeak-ng flite flac
//	go generate ./sounds
//
// It writes LANGUAGE/NAME.flac below the folder that it is given. The programs
// give the same sound each time, so that only what was changed changes.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"bellhop/sounds"
)

func main() {
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: makeprompts FOLDER")
		os.Exit(2)
	}
	if err := makeAll(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "makeprompts:", err)
		os.Exit(1)
	}
}

func makeAll(folder string) error {
	for _, lang := range sounds.Languages() {
		if err := os.MkdirAll(filepath.Join(folder, lang), 0o755); err != nil {
			return err
		}
		for _, prompt := range sounds.Catalogue() {
			flac, err := record(prompt, lang)
			if err != nil {
				return fmt.Errorf("%s in %s: %w", prompt.Name, lang, err)
			}
			if err := os.WriteFile(filepath.Join(folder, lang, prompt.Name+".flac"), flac, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// record makes a prompt fit for the PBX, and small for the program: FLAC keeps
// every bit in half the room.
func record(prompt sounds.Prompt, lang string) ([]byte, error) {
	said, err := speak(prompt, lang)
	if err != nil {
		return nil, err
	}
	made, err := sounds.Convert(bytes.NewReader(said))
	if err != nil {
		return nil, err
	}
	return run(made.Wav, "flac", "--silent", "-8", "--no-padding", "--no-seektable", "--stdout", "-")
}

// speak says a prompt.
func speak(prompt sounds.Prompt, lang string) ([]byte, error) {
	voice := lang
	if prompt.Name == otherLanguage {
		voice = map[string]string{"zh": "en", "en": "zh"}[lang]
	}
	if voice == "en" {
		return english(prompt.Texts[lang])
	}
	syllables, ok := spoken[prompt.Name]
	if !ok {
		return nil, fmt.Errorf("no pinyin for %q", prompt.Texts[lang])
	}
	return mandarin(syllables)
}

// otherLanguage is the prompt that each language says in the other.
const otherLanguage = "bh-other-language"

// mandarin speaks pinyin. The voice that takes characters needs no table, but
// says 重新 as zhongxin, and parts words wrongly; in Debian 12 the one named
// cmn spells the pinyin out in English.
func mandarin(pinyin string) ([]byte, error) {
	return run([]byte(pinyin), "espeak-ng", "-b", "1", "-v", "cmn-latn-pinyin+f4", "-s", "180", "-g", "1", "-p", "45", "--stdout", "--stdin")
}

// english speaks a text with the voice that was understood best: NOTICE says
// how that was found. The program writes to a file alone.
func english(text string) ([]byte, error) {
	folder, err := os.MkdirTemp("", "makeprompts-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	out := filepath.Join(folder, "said.wav")
	if _, err := run(nil, "flite", "-voice", "rms", "-o", out, "-t", text); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
}

// run gives a program its input and takes what it prints.
func run(input []byte, program string, args ...string) ([]byte, error) {
	cmd := exec.Command(program, args...)
	cmd.Stdin = bytes.NewReader(input)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", program, err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out, nil
}
