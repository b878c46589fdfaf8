package sounds

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// good is a prompt without fault: a tone, as loud as prompts are.
func good() []float32 { return tone(Rate, Rate, 440, 0.14) }

// put writes a file into a folder.
func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestInspect holds what is found in one file.
func TestInspect(t *testing.T) {
	plain := EncodeWav(round(good()))
	pcm := plain[44:]
	scaled := func(factor float32) []byte {
		samples := good()
		for i := range samples {
			samples[i] *= factor
		}
		return EncodeWav(round(samples))
	}
	quiet := func(before, after int) []byte {
		silence := func(ms int) []float32 { return make([]float32, samplesOf(ms)) }
		return EncodeWav(round(slices.Concat(silence(before), good(), silence(after))))
	}
	extensible := func() []byte {
		b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x28\x00\x00\x00\xfe\xff\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00\x16\x00\x10\x00\x04\x00\x00\x00")
		b = append(b, "\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71data"...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(pcm)))
		return append(b, pcm...)
	}
	mp3, err := os.ReadFile("testdata/tone-44100-stereo.mp3")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		wav  []byte
		want []string // "fault about: part of what"
	}{
		{"good", plain, nil},
		{"a chunk after the sound", append(slices.Clone(plain), "LIST\x04\x00\x00\x00abcd"...), nil},
		{"16 kHz", wavOf(wavPCM, 1, 16000, 16, pcm), []string{"fault rate: has 16000 samples a second, not 8000: the PBX ends the prompt at once"}},
		{"stereo, 8 bits", wavOf(wavPCM, 2, Rate, 8, pcm), []string{"fault channels: has 2 channels", "fault bits: has 8 bits"}},
		{"mu-law", wavOf(wavMuLaw, 1, Rate, 8, pcm), []string{"fault format: is a wav file of format 7, not PCM", "fault bits: has 8 bits"}},
		{"extensible", extensible(), []string{"fault format: has the header of the extensible format"}},
		{"cut off", plain[:5000], []string{"fault length: is cut off"}},
		{"half a sample", wavOf(wavPCM, 1, Rate, 16, pcm[:len(pcm)-1]), []string{"fault length: ends within a sample"}},
		{"from a pipe", append(binary.LittleEndian.AppendUint32(slices.Clone(plain[:40]), 0x7ffff000), pcm...), []string{"fault length: is cut off, or was written to a pipe"}},
		{"mp3 inside", mp3, []string{"fault format: is mp3 inside"}},
		{"text", []byte("hello"), []string{"fault format: read the wav header"}},
		{"empty", nil, []string{"fault format: read the wav header"}},
		{"silent", scaled(0), []string{"fault silence: is silent"}},
		{"nothing", scaled(0)[:44], []string{"fault length: is cut off"}},
		{"no samples", EncodeWav(nil), []string{"fault silence: is silent"}},
		{"loud", scaled(2.5), []string{"note level: is 8 dB louder"}},
		{"distorted", scaled(12), []string{"note clipping: is distorted", "note level: is"}},
		{"quiet", scaled(0.3), []string{"note level: is 11 dB quieter"}},
		{"late", quiet(500, 0), []string{"note silence: begins with 500 ms"}},
		{"hanging", quiet(0, 1500), []string{"note silence: ends with 1500 ms"}},
		{"a little silence", quiet(250, 900), nil},
		{"long", EncodeWav(round(slices.Concat(good(), slices.Repeat(good(), 31)))), []string{"note length: is 32 s long"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := inspect(c.wav)
			if len(found) != len(c.want) {
				t.Fatalf("found %+v, not %q", found, c.want)
			}
			for i, want := range c.want {
				if got := describe(found[i]); !strings.HasPrefix(got, want) {
					t.Errorf("found %q, not %q", got, want)
				}
			}
		})
	}
}

func describe(f Finding) string {
	kind := "note"
	if f.Fault {
		kind = "fault"
	}
	return kind + " " + string(f.About) + ": " + f.What
}

// TestCheckFolder goes through a folder with one of each.
func TestCheckFolder(t *testing.T) {
	dir := t.TempDir()
	plain := EncodeWav(round(good()))
	put(t, filepath.Join(dir, "room.wav"), plain)
	put(t, filepath.Join(dir, "rom.wav"), plain)
	put(t, filepath.Join(dir, "Cleaned.wav"), plain)
	put(t, filepath.Join(dir, "success.wav"), wavOf(wavPCM, 1, 16000, 16, plain[44:]))
	put(t, filepath.Join(dir, "confirm.flac"), mustRead(t, "testdata/tone-24000-stereo.flac"))
	put(t, filepath.Join(dir, "readme.txt"), []byte("ours"))
	put(t, filepath.Join(dir, ".hidden"), []byte("ours"))
	put(t, filepath.Join(dir, "digits", "1.wav"), []byte("theirs"))
	put(t, filepath.Join(dir, "big.wav"), make([]byte, maxPrompt+1))
	found, err := Check(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		kind, _, _ := strings.Cut(describe(f), ":")
		got = append(got, filepath.Base(f.File)+" "+kind)
	}
	want := []string{"Cleaned.wav fault name", "big.wav note name", "big.wav fault file", "confirm.flac fault file", "readme.txt note file", "rom.wav note name", "success.wav fault rate"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, not %q", got, want)
	}
}

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestCheckComplete holds that what the dialplan plays must be there, and no
// more.
func TestCheckComplete(t *testing.T) {
	dir := t.TempDir()
	for _, prompt := range Catalogue() {
		if prompt.Name == "bh-3" || !prompt.Dialplan {
			continue
		}
		put(t, filepath.Join(dir, "zh", prompt.Name+".wav"), EncodeWav(round(good())))
	}
	found, err := Check(dir, true)
	if err != nil || len(found) != 1 || found[0].About != AboutMissing || found[0].File != filepath.Join(dir, "zh", "bh-3.wav") || !found[0].Fault {
		t.Errorf("found %+v, %v", found, err)
	}
	if found, err := Check(dir, false); err != nil || len(found) != 0 {
		t.Errorf("found %+v, %v", found, err)
	}
	if _, err := Check(filepath.Join(dir, "nowhere"), false); err == nil {
		t.Error("a folder that is not there is fine")
	}
	if _, err := Check(filepath.Join(dir, "zh", "room.wav"), false); err == nil || !strings.Contains(err.Error(), "is no folder") {
		t.Error(err)
	}
}
