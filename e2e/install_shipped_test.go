package e2e

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/site"
)

// TestInstallShippedFiles installs what a hotel gets: the dialplan and the
// prompts that site makes from a config. Each prompt is then taken from the
// server's own disk and judged as Asterisk would: a telephone that stays silent
// is the one fault that neither the installer's comparison (it compares with what
// was sent) nor a PBX's log tells. So the header is read here by the RIFF
// format's own rules, and not by the package that wrote it.
func TestInstallShippedFiles(t *testing.T) {
	c := config.Default()
	c.Hotel.Country, c.Hotel.Language, c.Sounds.Dir = "CN", "zh", t.TempDir()
	files, err := site.ForPBX(c)
	if err != nil {
		t.Fatal(err)
	}
	eachFileServer(t, fileServerOptions{}, func(t *testing.T, s *fileServer) {
		start, set := s.tree(), files.Set()
		r, err := applySet(t, s.installer(new(meter)), set)
		if err != nil || r.Put != len(set.Files) {
			t.Fatalf("%+v, %v", r, err)
		}
		s.is(withSet(start, set), "after apply")
		disk := s.tree()
		if plan := disk[realConf]; !strings.HasPrefix(plan, start[realConf]) || !strings.Contains(plan, "exten => 777,1,") {
			t.Errorf("the dialplan is %.300q", plan)
		}
		judged := 0
		for _, lang := range []string{"zh", "en"} {
			for _, name := range files.Services.Prompts(lang) {
				judged++
				at := path.Join(realSounds, lang, name+".wav")
				if err := playable([]byte(disk[at])); err != nil {
					t.Errorf("%s on the server: %v", at, err)
				}
			}
		}
		if judged < 30 || judged != len(set.Files)-1 {
			t.Errorf("%d prompts were judged, and %d files beside the dialplan sent", judged, len(set.Files)-1)
		}
	})
}

const (
	shortest = 100 * time.Millisecond // of what a person can understand
	longest  = 30 * time.Second
	audible  = 1000 // of 32767, at the loudest
)

// playable says why Asterisk would not play a wav file on a telephone: by the
// RIFF format (Multimedia Programming Interface, IBM and Microsoft 1991), and
// Asterisk's format_wav, which takes 8 kHz, 16 bits, one channel of plain PCM for
// the ending .wav and nothing else.
func playable(file []byte) error {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return fmt.Errorf("%d bytes beginning with %.12q are no RIFF of the form WAVE", len(file), file)
	}
	if size := binary.LittleEndian.Uint32(file[4:]); int(size) != len(file)-8 {
		return fmt.Errorf("RIFF has %d bytes, and the file another %d", size, len(file)-8)
	}
	var format, data []byte
	for rest := file[12:]; len(rest) > 0; {
		if len(rest) < 8 {
			return fmt.Errorf("%d bytes behind the last chunk", len(rest))
		}
		name, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		if size > len(rest)-8 {
			return fmt.Errorf("chunk %q has %d bytes of which %d are there", name, size, len(rest)-8)
		}
		switch body := rest[8 : 8+size]; name {
		case "fmt ":
			format = body
		case "data":
			if format == nil {
				return fmt.Errorf("data comes before its format")
			}
			data = body
		}
		rest = rest[min(len(rest), 8+size+size%2):] // chunks begin at even places
	}
	// PCM, one channel, 8000 samples and 16000 bytes a second, 2 bytes and 16 bits a sample.
	if want := []byte{1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0}; len(format) < 16 || !bytes.Equal(format[:16], want) {
		return fmt.Errorf("its format is % x, want % x", format, want)
	}
	if took := time.Duration(len(data)) * time.Second / 16000; len(data)%2 != 0 || took < shortest || took > longest {
		return fmt.Errorf("%d bytes of sound, which take %s", len(data), took)
	}
	peak := 0
	for ; len(data) > 0; data = data[2:] {
		v := int(int16(binary.LittleEndian.Uint16(data)))
		peak = max(peak, v, -v)
	}
	if peak < audible {
		return fmt.Errorf("nobody hears it: the loudest sample is %d of 32767", peak)
	}
	return nil
}

// TestPlayable holds the judge itself: each thing that Asterisk would refuse or
// play as noise or silence is found.
func TestPlayable(t *testing.T) {
	good := prompt8k(3, 4000)
	if err := playable(good); err != nil {
		t.Fatal(err)
	}
	at := func(place int, b ...byte) []byte {
		bad := bytes.Clone(good)
		copy(bad[place:], b)
		return bad
	}
	for name, bad := range map[string][]byte{
		"16 kHz":            at(24, 0x80, 0x3e, 0, 0, 0, 0x7d, 0, 0),
		"stereo":            at(22, 2, 0),
		"8 bits":            at(34, 8, 0),
		"A-law":             at(20, 6, 0),
		"no RIFF":           at(0, 'R', 'I', 'F', 'X'),
		"no sound":          at(36, 'd', 'u', 'm', 'p'),
		"silence":           append(bytes.Clone(good[:44]), make([]byte, len(good)-44)...),
		"cut":               good[:len(good)-100],
		"an earcon":         prompt8k(3, 100),
		"something behind":  append(bytes.Clone(good), 0),
		"a file of nothing": nil,
	} {
		if playable(bad) == nil {
			t.Errorf("%s passes for playable", name)
		}
	}
}
