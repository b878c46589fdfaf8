package sounds

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// seeds adds the beginnings of those recordings of testdata that a pattern
// finds: small inputs are quick.
func seeds(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:min(len(data), 700)])
	}
}

// play reads a tape to its end, or to where a prompt would end.
func play(t *testing.T, tape *tape) {
	left := 50000
	for left > 0 {
		block, err := tape.next()
		if err != nil {
			return
		}
		if len(block) == 0 {
			t.Fatal("a block without samples: reading would never end")
		}
		left -= len(block)
	}
}

// FuzzConvert goes through what a file may be, whichever decoder it is.
func FuzzConvert(f *testing.F) {
	seeds(f, "tone-*")
	flac, err := shipped.ReadFile("en/bh-1.flac")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(flac[:700])
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4<<10 {
			return
		}
		tape, err := openTape(bytes.NewReader(data))
		if err == nil {
			play(t, tape)
		}
	})
}

// FuzzWav holds that what is inspected and found good is read as such.
func FuzzWav(f *testing.F) {
	seeds(f, "*.wav")
	f.Add(EncodeWav(round(good())[:2000]))
	f.Add(wavOf(wavMuLaw, 2, 16000, 8, make([]byte, 100)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 16<<10 {
			return
		}
		for _, finding := range inspect(data) {
			if finding.What == "" || finding.About == "" {
				t.Errorf("%+v", finding)
			}
			if finding.Fault {
				return
			}
		}
		if _, err := Convert(bytes.NewReader(data)); err != nil && len(data) > 2*samplesOf(100)+100 {
			// All that is left to be wrong is that it is too short.
			if err.Error()[:12] != "it is too sh" {
				t.Error(err)
			}
		}
	})
}

// FuzzVorbisSetup looks through broken code books, and lets the decoder have
// those that pass.
func FuzzVorbisSetup(f *testing.F) {
	for _, name := range []string{"tone-8000-mono.ogg", "tone-48000-stereo.ogg"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		packets := &oggReader{data: data}
		for range 3 {
			packet, err := packets.next()
			if err != nil {
				f.Fatal(err)
			}
			if packet[0] == 5 {
				f.Add(packet, []byte("\x12\x34\x56\x78\x9a"))
				f.Add(packet[:len(packet)/2], []byte{})
			}
		}
	}
	head := []byte("\x01vorbis\x00\x00\x00\x00\x02\x80\xbb\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xb8\x01")
	f.Fuzz(func(t *testing.T, setup, packet []byte) {
		if len(setup) > 16<<10 || len(packet) > 1<<10 {
			return
		}
		packets := &oggReader{packets: [][]byte{nil, setup, packet, packet, packet}}
		if tape, err := openVorbis(head, packets); err == nil {
			play(t, tape)
		}
	})
}

// maxFuzzed keeps packets small: the fuzzer takes a minute for each that it
// cuts down to what is new about it.
const maxFuzzed = 200

// FuzzOpus lets the decoder have any packets.
func FuzzOpus(f *testing.F) {
	for _, name := range []string{"tone-48000-stereo.opus", "tone-16000-mono.opus"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		packets := &oggReader{data: data}
		for i := range 20 {
			packet, err := packets.next()
			if err != nil {
				f.Fatal(err)
			}
			if i > 1 && len(packet) < maxFuzzed/2 {
				f.Add(packet, packet, byte(1))
			}
		}
	}
	f.Fuzz(func(t *testing.T, one, two []byte, channels byte) {
		if len(one)+len(two) > maxFuzzed {
			return
		}
		head := []byte("OpusHead\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
		head[9] = channels
		if tape, err := openOpus(head, &oggReader{packets: [][]byte{nil, one, two, one}}); err == nil {
			play(t, tape)
		}
	})
}
