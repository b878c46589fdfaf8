package sounds

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// File is the recording of one prompt in one language, as the PBX plays it.
type File struct {
	Prompt Prompt // one that is not in the [Catalogue] has a name alone
	Lang   string
	Wav    []byte
	Own    string // the hotel's own file; empty: it came with the program
}

// Duration is how long the recording plays.
func (f File) Duration() time.Duration {
	head, err := readWavHead(bytes.NewReader(f.Wav))
	if err != nil {
		return 0
	}
	return time.Duration(head.size/2) * time.Second / Rate
}

// Set gives the recordings of a language, sorted by name: one for each prompt
// of the [Catalogue], and what else the hotel has made for its hooks to play.
// dir is where the hotel's own are, as dir/LANGUAGE/NAME.wav; they stand before
// those that came with the program. It may be empty, or not be there.
//
// An own recording that the PBX cannot play is an error that names every one:
// the shipped one in its place would be what the hotel did not want.
func Set(lang, dir string) ([]File, error) {
	if err := CheckLanguage(lang); err != nil {
		return nil, err
	}
	own, err := ownFiles(lang, dir)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, prompt := range Catalogue() {
		if _, replaced := own[prompt.Name]; replaced {
			continue
		}
		wav, err := Shipped(lang, prompt.Name)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Prompt: prompt, Lang: lang, Wav: wav})
	}
	for _, file := range own {
		files = append(files, file)
	}
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Prompt.Name, b.Prompt.Name) })
	return files, nil
}

// ownFiles reads the hotel's recordings of a language, by name.
func ownFiles(lang, dir string) (map[string]File, error) {
	if dir == "" {
		return nil, nil
	}
	folder := filepath.Join(dir, lang)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the hotel's own prompts: %w", err)
	}
	own := make(map[string]File)
	var faults []error
	for _, entry := range entries {
		name, isWav := strings.CutSuffix(entry.Name(), ".wav")
		if !isWav || strings.HasPrefix(name, ".") {
			continue
		}
		file, err := ownFile(filepath.Join(folder, entry.Name()), name)
		if err != nil {
			faults = append(faults, fmt.Errorf("own prompt %q: %w", filepath.Join(folder, entry.Name()), err))
			continue
		}
		file.Lang = lang
		own[name] = file
	}
	return own, errors.Join(faults...)
}

func ownFile(path, name string) (File, error) {
	if err := CheckName(name); err != nil {
		return File{}, err
	}
	wav, err := readPrompt(path)
	if err != nil {
		return File{}, err
	}
	for _, fault := range inspect(wav) {
		if fault.Fault {
			return File{}, errors.New(fault.What)
		}
	}
	prompt, known := Find(name)
	if !known {
		prompt = Prompt{Name: name}
	}
	return File{Prompt: prompt, Wav: wav, Own: path}, nil
}

// Keep writes a recording to where [Set] finds it, dir/LANGUAGE/NAME.wav, and
// gives that path. A file of that name is replaced, whole or not at all.
func Keep(dir, lang, name string, wav []byte) (path string, err error) {
	if err := errors.Join(CheckLanguage(lang), CheckName(name)); err != nil {
		return "", err
	}
	path = Path(dir, lang, name)
	if err := write(path, wav); err != nil {
		return "", fmt.Errorf("keep prompt %q: %w", name, err)
	}
	return path, nil
}

// Path is where the hotel's own recording of a prompt is, if there is one.
func Path(dir, lang, name string) string {
	return filepath.Join(dir, lang, name+".wav")
}

func write(path string, wav []byte) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // once it has its name, there is nothing
	_, err = f.Write(wav)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
