package sounds

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Finding is one thing to say about a file of prompts.
type Finding struct {
	File  string `json:"file"` // or the folder
	About About  `json:"about"`
	// Fault: the PBX will not play it, or the folder is not what it should
	// be. Otherwise it is played, and could be better.
	Fault bool   `json:"fault"`
	What  string `json:"what"`
}

// About is what a finding is about.
type About string

// What findings are about.
const (
	AboutName     About = "name"
	AboutFormat   About = "format"
	AboutRate     About = "rate"
	AboutChannels About = "channels"
	AboutBits     About = "bits"
	AboutLength   About = "length"
	AboutSilence  About = "silence"
	AboutClipping About = "clipping"
	AboutLevel    About = "level"
	AboutMissing  About = "missing"
	AboutFile     About = "file"
)

// Check looks through a folder of prompts: one language's, or one that has a
// folder for each language. It gives what it finds by file; none: all is well.
// complete: every prompt that the dialplan plays must be there, as on the PBX;
// otherwise the shipped ones stand in. The error is for a folder that cannot
// be read.
func Check(dir string, complete bool) ([]Finding, error) {
	folders, err := languageFolders(dir)
	if err != nil {
		return nil, err
	}
	var all []Finding
	for _, folder := range folders {
		found, err := checkFolder(folder, complete)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// languageFolders gives dir's folders named for a language, or dir itself.
func languageFolders(dir string) ([]string, error) {
	var folders []string
	for _, lang := range Languages() {
		folder := filepath.Join(dir, lang)
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			folders = append(folders, folder)
		}
	}
	if len(folders) > 0 {
		return folders, nil
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("check prompts: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("check prompts: %q is no folder", dir)
	}
	return []string{dir}, nil
}

func checkFolder(folder string, complete bool) ([]Finding, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("check prompts: %w", err)
	}
	var all []Finding
	there := make(map[string]bool)
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		if entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		name, found := checkFile(path, entry)
		there[name] = true
		for _, f := range found {
			f.File = path
			all = append(all, f)
		}
	}
	if complete {
		all = append(all, missing(folder, there)...)
	}
	return all, nil
}

// checkFile looks at one file, and gives the prompt's name that it stands for.
func checkFile(path string, entry fs.DirEntry) (name string, found []Finding) {
	name, isWav := strings.CutSuffix(entry.Name(), ".wav")
	if !isWav {
		return "", []Finding{{About: AboutFile, Fault: isRecording(path), What: "is no .wav: the PBX does not find it as a prompt; \"bellhop sounds import\" makes one of a recording"}}
	}
	if err := CheckName(name); err != nil {
		found = append(found, Finding{About: AboutName, Fault: true, What: err.Error()})
	} else if _, known := Find(name); !known {
		found = append(found, Finding{About: AboutName, What: "no service plays a prompt of this name"})
	}
	wav, err := readPrompt(path)
	if err != nil {
		return name, append(found, Finding{About: AboutFile, Fault: true, What: err.Error()})
	}
	return name, append(found, inspect(wav)...)
}

// maxPrompt bounds a prompt's file: [MaxDuration] and some chunks beside it.
const maxPrompt = 4 << 20

func readPrompt(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, cmp.Or(err, errors.New("it is no file"))
	}
	return readCoded(f, maxPrompt)
}

// isRecording tells whether somebody meant a file to be a prompt.
func isRecording(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = openTape(f)
	return err == nil
}

func missing(folder string, there map[string]bool) (found []Finding) {
	for _, p := range Catalogue() {
		if p.Dialplan && !there[p.Name] {
			found = append(found, Finding{File: filepath.Join(folder, p.Name+".wav"), About: AboutMissing, Fault: true, What: "is not there, and the dialplan plays it"})
		}
	}
	return found
}

// inspect says what is wrong with the content of a wav file. Its findings name
// no file.
func inspect(wav []byte) (found []Finding) {
	r := bytes.NewReader(wav)
	head, err := readWavHead(r)
	if err != nil {
		return []Finding{{About: AboutFormat, Fault: true, What: notWav(wav, err)}}
	}
	fault := func(wrong bool, about About, format string, args ...any) {
		if wrong {
			found = append(found, Finding{About: about, Fault: true, What: fmt.Sprintf(format, args...)})
		}
	}
	fault(head.code != wavPCM, AboutFormat, "is a wav file of format %d, not PCM (1)", head.code)
	fault(head.extended, AboutFormat, "has the header of the extensible format, which the PBX does not read")
	fault(head.rate != Rate, AboutRate, "has %d samples a second, not %d: the PBX ends the prompt at once and takes no keys", head.rate, Rate)
	fault(head.channels != 1, AboutChannels, "has %d channels, not 1", head.channels)
	fault(head.bits != 16, AboutBits, "has %d bits, not 16", head.bits)
	fault(head.size%2 == 1, AboutLength, "ends within a sample")
	fault(head.size > int64(r.Len()), AboutLength, "is cut off, or was written to a pipe: %d bytes of sound of %d", r.Len(), head.size)
	if len(found) > 0 {
		return found
	}
	raw := wav[len(wav)-r.Len():][:head.size]
	samples := make([]int16, len(raw)/2)
	for i := range samples {
		samples[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return judge(samples)
}

// notWav says what else a file is.
func notWav(data []byte, err error) string {
	if t, other := openTape(bytes.NewReader(data)); other == nil && t.format != "wav" {
		return "is " + t.format + " inside, not wav: \"bellhop sounds import\" makes one of it"
	}
	return err.Error()
}

const (
	// How far a prompt's level may be off before it is worth saying.
	uneven = 6.0
	// How much silence at the ends is worth saying, in milliseconds.
	longBefore, longAfter = 300, 1000
	// So many largest samples in a row are a peak that was cut off.
	clipped = 3
	// A prompt that is longer than this, in milliseconds, keeps people waiting.
	longPrompt = 30000
)

// judge says what is to be heard in a prompt of the right format.
func judge(samples []int16) (found []Finding) {
	sound := make([]float32, len(samples))
	for i, s := range samples {
		sound[i] = float32(s) / fullScale
	}
	heard := level(sound)
	if math.IsInf(heard, -1) {
		return []Finding{{About: AboutSilence, Fault: true, What: fmt.Sprintf("is silent: nothing above %.0f dB", quietest)}}
	}
	note := func(worth bool, about About, format string, args ...any) {
		if worth {
			found = append(found, Finding{About: about, What: fmt.Sprintf(format, args...)})
		}
	}
	from, to := speech(sound, fromDB(heard+edge))
	lead, tail := from*1000/Rate, (len(sound)-to)*1000/Rate
	note(lead > longBefore, AboutSilence, "begins with %d ms of silence", lead)
	note(tail > longAfter, AboutSilence, "ends with %d ms of silence", tail)
	note(len(samples)*1000/Rate > longPrompt, AboutLength, "is %d s long", len(samples)/Rate)
	cuts := cutPeaks(samples)
	note(cuts > 0, AboutClipping, "is distorted: %d peaks are cut off", cuts)
	note(heard > target+uneven, AboutLevel, "is %.0f dB louder than the other prompts", heard-target)
	note(heard < target-uneven, AboutLevel, "is %.0f dB quieter than the other prompts", target-heard)
	return found
}

// cutPeaks counts the runs of samples that stand at the largest there is.
func cutPeaks(samples []int16) (cuts int) {
	run := 0
	for _, s := range slices.Concat(samples, []int16{0}) {
		if s >= fullScale-2 || s <= -fullScale+1 {
			run++
			continue
		}
		if run >= clipped {
			cuts++
		}
		run = 0
	}
	return cuts
}
