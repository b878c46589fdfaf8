package sounds

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// tape is a recording of any kind being read.
type tape struct {
	format   string // for people: wav, mp3 …
	rate     int
	channels int
	// next gives samples from -1 to 1, of the channels in turn, valid until
	// the next call, then io.EOF.
	next func() ([]float32, error)
}

const (
	tapeBlock   = 4096 // samples of each channel that are read at once
	maxChannels = 8
	minRate     = 4000
	maxRate     = 384000
	// maxInput bounds a file: three minutes of the largest usual kind, two
	// channels of 24 bits at 96 kHz.
	maxInput = 104 << 20
	// maxCoded bounds one that must be in memory as a whole.
	maxCoded = 16 << 20
)

// openTape finds out what kind of recording it is, by its first bytes and not
// by the file's name.
func openTape(in io.Reader) (*tape, error) {
	r := bufio.NewReaderSize(in, 16<<10)
	start, err := r.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(start) == 0 {
		return nil, errors.New("the file is empty")
	}
	t, err := opener(start)(r)
	if err != nil {
		return nil, err
	}
	if t.channels < 1 || t.channels > maxChannels {
		return nil, fmt.Errorf("it has %d channels, not 1 to %d", t.channels, maxChannels)
	}
	if t.rate < minRate || t.rate > maxRate {
		return nil, fmt.Errorf("it has %d samples a second, not %d to %d", t.rate, minRate, maxRate)
	}
	return t, nil
}

// peeked is how much of a file tells what it is.
const peeked = 512

func opener(start []byte) func(io.Reader) (*tape, error) {
	has := func(at int, text string) bool {
		return len(start) >= at && bytes.HasPrefix(start[at:], []byte(text))
	}
	switch {
	case has(0, "RIFF") && has(8, "WAVE"):
		return openWav
	case has(0, "fLaC"):
		return openFLAC
	case has(0, "OggS"):
		return openOgg
	}
	for _, other := range others {
		if has(other.at, other.magic) {
			return refuse("it is " + other.name + ", which is not read here: save it as wav, mp3, flac or ogg")
		}
	}
	if has(0, "ID3") || isMP3(start) {
		return openMP3
	}
	return refuse("it is no audio that is known here (wav, mp3, flac, ogg); it begins with " + printable(start))
}

// others are kinds that people are likely to try.
var others = []struct {
	at          int
	magic, name string
}{
	{4, "ftyp", "an MP4 file (m4a, aac)"},
	{0, "FORM", "an AIFF file"},
	{0, "#!AMR", "an AMR file"},
	{0, ".snd", "a Sun audio file"},
	{0, "caff", "a Core Audio file"},
	{0, "RF64", "a wav file of the kind for more than 4 GB"},
	{0, "RIFX", "a big-endian wav file"},
	{0, "RIFF", "a RIFF file without sound"},
	{0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"},
	{0, "\x1a\x45\xdf\xa3", "a Matroska or WebM file"},
	{0, "MThd", "a MIDI file, which holds notes and no sound"},
	{0, "PK\x03\x04", "a ZIP archive"},
	{0, "\xff\xf1", "an AAC file"},
	{0, "\xff\xf9", "an AAC file"},
}

func refuse(why string) func(io.Reader) (*tape, error) {
	return func(io.Reader) (*tape, error) { return nil, errors.New(why) }
}

// printable shows the first bytes of a file, as text where they are.
func printable(start []byte) string {
	start = start[:min(len(start), 12)]
	return strings.ToValidUTF8(fmt.Sprintf("%q", start), "?")
}

// unbroken turns a panic into an error: the libraries that read outside bytes
// are good with sound files and not always with broken ones.
func unbroken(err *error) {
	if fault := recover(); fault != nil {
		*err = fmt.Errorf("the file is broken: %v", fault)
	}
}

// readCoded reads a file that must be in memory as a whole.
func readCoded(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("it has more than %d MB", most>>20)
	}
	return data, nil
}
