package sounds

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tone gives a sine wave of a size.
func tone(rate, count int, hertz, size float64) []float32 {
	samples := make([]float32, count)
	for i := range samples {
		samples[i] = float32(size * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate)))
	}
	return samples
}

// strength is the power of one frequency among samples at [Rate], in dB below
// a sine of size 1.
func strength(samples []float32, hertz float64) float64 {
	var re, im float64
	for i, s := range samples {
		// A Hann window, so that other frequencies do not count.
		w := float64(s) * (1 - math.Cos(2*math.Pi*(float64(i)+0.5)/float64(len(samples))))
		re += w * math.Cos(2*math.Pi*hertz*float64(i)/Rate)
		im += w * math.Sin(2*math.Pi*hertz*float64(i)/Rate)
	}
	return 20 * math.Log10(2*math.Hypot(re, im)/float64(len(samples)))
}

// samplesIn reads the samples of a prompt.
func samplesIn(t testing.TB, wav []byte) []float32 {
	t.Helper()
	tape, err := openWav(bytes.NewReader(wav))
	if err != nil {
		t.Fatal(err)
	}
	if tape.rate != Rate || tape.channels != 1 {
		t.Fatalf("%d Hz, %d channels", tape.rate, tape.channels)
	}
	samples, _, err := tape.mix()
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

// TestConvertKinds converts the same tone from every kind of file.
func TestConvertKinds(t *testing.T) {
	files, err := filepath.Glob("testdata/tone-*")
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			made, err := Convert(f)
			if err != nil {
				t.Fatal(err)
			}
			if found := inspect(made.Wav); len(found) > 0 {
				t.Errorf("the prompt: %+v", found)
			}
			if made.Duration < 450*time.Millisecond || made.Duration > 600*time.Millisecond {
				t.Errorf("it has %v, not some 500ms", made.Duration)
			}
			samples := samplesIn(t, made.Wav)
			middle := samples[len(samples)/4 : len(samples)*3/4]
			// A sine of this level has a peak 3 dB above it.
			if got := strength(middle, 440); math.Abs(got-target-3) > 1 {
				t.Errorf("the tone has %.1f dB, not %.1f", got, target+3)
			}
			if got := toDB(power(middle)); math.Abs(got-target) > 1 {
				t.Errorf("all together has %.1f dB, not %.1f", got, target)
			}
			// The tone was at -12 dB, which is a level of -15.
			if math.Abs(made.Gain-(target+15)) > 1.5 {
				t.Errorf("gain %.1f dB", made.Gain)
			}
		})
	}
}

// wavOf makes a wav file of any format.
func wavOf(code, channels, rate, bits int, data []byte) []byte {
	le := binary.LittleEndian
	b := []byte("RIFF\x00\x00\x00\x00WAVE")
	b = append(b, "LIST\x03\x00\x00\x00odd\x00"...) // other chunks come, of odd sizes too
	b = append(b, "fmt \x10\x00\x00\x00"...)
	b = le.AppendUint16(b, uint16(code))
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*channels*bits/8))
	b = le.AppendUint16(b, uint16(channels*bits/8))
	b = le.AppendUint16(b, uint16(bits))
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

// TestWavFormats writes one signal in each format by the books and reads it.
func TestWavFormats(t *testing.T) {
	signal := tone(Rate, 800, 440, 0.5)
	le := binary.LittleEndian
	for _, c := range []struct {
		name       string
		code, bits int
		sample     func(b []byte, s float64) []byte
		within     float64
	}{
		{"8 bits", wavPCM, 8, func(b []byte, s float64) []byte { return append(b, byte(math.Round(s*128)+128)) }, 1. / 128},
		{"16 bits", wavPCM, 16, func(b []byte, s float64) []byte { return le.AppendUint16(b, uint16(int16(math.Round(s*32768)))) }, 1. / 32768},
		{"24 bits", wavPCM, 24, func(b []byte, s float64) []byte {
			v := int32(math.Round(s * (1 << 23)))
			return append(b, byte(v), byte(v>>8), byte(v>>16))
		}, 1e-6},
		{"32 bits", wavPCM, 32, func(b []byte, s float64) []byte { return le.AppendUint32(b, uint32(int32(math.Round(s*(1<<31))))) }, 1e-6},
		{"float", wavFloat, 32, func(b []byte, s float64) []byte { return le.AppendUint32(b, math.Float32bits(float32(s))) }, 1e-6},
		{"double", wavFloat, 64, func(b []byte, s float64) []byte { return le.AppendUint64(b, math.Float64bits(s)) }, 1e-6},
		{"mu-law", wavMuLaw, 8, func(b []byte, s float64) []byte { return append(b, nearestCode(s, muLaw)) }, 0.02},
		{"A-law", wavALaw, 8, func(b []byte, s float64) []byte { return append(b, nearestCode(s, aLaw)) }, 0.02},
	} {
		t.Run(c.name, func(t *testing.T) {
			var data []byte
			for _, s := range signal {
				data = c.sample(data, float64(s))
			}
			got := samplesIn(t, wavOf(c.code, 1, Rate, c.bits, data))
			if len(got) != len(signal) {
				t.Fatalf("%d samples of %d", len(got), len(signal))
			}
			for i, s := range got {
				if math.Abs(float64(s-signal[i])) > c.within {
					t.Fatalf("sample %d is %f, not %f", i, s, signal[i])
				}
			}
		})
	}
}

func nearestCode(s float64, expand func(byte) float32) (best byte) {
	for code := range 256 {
		if math.Abs(float64(expand(byte(code)))-s) < math.Abs(float64(expand(best))-s) {
			best = byte(code)
		}
	}
	return best
}

// TestCompanding holds corners of ITU-T G.711's tables.
func TestCompanding(t *testing.T) {
	for _, c := range []struct {
		name string
		got  float32
		want int
	}{
		{"mu-law 0xff", muLaw(0xff), 0},
		{"mu-law 0x7f", muLaw(0x7f), 0},
		{"mu-law 0x80", muLaw(0x80), 32124},
		{"mu-law 0x00", muLaw(0x00), -32124},
		{"A-law 0xd5", aLaw(0xd5), 8},
		{"A-law 0x55", aLaw(0x55), -8},
		{"A-law 0xaa", aLaw(0xaa), 32256},
		{"A-law 0x2a", aLaw(0x2a), -32256},
	} {
		if c.got != float32(c.want)/fullScale {
			t.Errorf("%s is %.0f, not %d", c.name, c.got*fullScale, c.want)
		}
	}
}

// TestMixDown holds that channels count alike, and a constant goes.
func TestMixDown(t *testing.T) {
	left, right := tone(Rate, Rate, 500, 0.2), tone(Rate, Rate, 1500, 0.2)
	var data []byte
	for i := range left {
		for _, s := range []float32{left[i], right[i]} {
			data = binary.LittleEndian.AppendUint16(data, uint16(int16((s+0.1)*fullScale)))
		}
	}
	made, err := Convert(bytes.NewReader(wavOf(wavPCM, 2, Rate, 16, data)))
	if err != nil {
		t.Fatal(err)
	}
	samples := samplesIn(t, made.Wav)
	for _, hertz := range []float64{500, 1500} {
		if got := strength(samples, hertz); math.Abs(got-target) > 1 {
			t.Errorf("%g Hz has %.1f dB, not %.1f: each channel has half the power, and a sine's peak is 3 dB above", hertz, got, target)
		}
	}
	sum := float32(0)
	for _, s := range samples {
		sum += s
	}
	if mean := sum / float32(len(samples)); mean > 0.001 {
		t.Errorf("a constant of %f stayed", mean)
	}
}

// TestConvertRefuses holds the errors for what makes no prompt.
func TestConvertRefuses(t *testing.T) {
	pcm := func(samples []float32) []byte { return EncodeWav(round(samples)) }
	noise := make([]byte, 4096)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	noise[0] = 'x' // not by chance a frame
	for _, c := range []struct {
		name string
		in   []byte
		want string
	}{
		{"nothing", nil, "the file is empty"},
		{"text", []byte("<html>not found</html>"), `it is no audio that is known here (wav, mp3, flac, ogg); it begins with "<html>not fo"`},
		{"noise", noise, "it is no audio"},
		{"m4a", []byte("\x00\x00\x00\x20ftypM4A "), "it is an MP4 file (m4a, aac), which is not read here"},
		{"a head alone", []byte("RIFF\x00\x00\x00\x00WAVE"), "no samples"},
		{"adpcm", wavOf(2, 1, Rate, 4, make([]byte, 100)), "format 2 with 4 bits cannot be read"},
		{"no channels", wavOf(wavPCM, 0, Rate, 16, make([]byte, 100)), "it has 0 channels"},
		{"many channels", wavOf(wavPCM, 40, Rate, 16, make([]byte, 100)), "it has 40 channels, not 1 to 8"},
		{"no rate", wavOf(wavPCM, 1, 0, 16, make([]byte, 100)), "it has 0 samples a second"},
		{"silence", pcm(make([]float32, Rate)), "it is silent: 1s of nothing"},
		{"a click", pcm([]float32{0.5, -0.5}), "it is too short"},
		{"cut off", wavOf(wavPCM, 1, Rate, 16, make([]byte, 3000))[:1000], "the wav file is cut off"},
		{"too long", pcm(tone(Rate, int(MaxDuration/time.Second)*Rate+1, 300, 0.1)), "it is longer than 3m0s"},
		{"ogg of something", oggOf([]byte("Speex   ")), "the ogg file holds neither Vorbis nor Opus"},
		{"broken ogg", bytes.Replace(oggOf([]byte("OpusHead")), []byte("Head"), []byte("head"), 1), "a page's checksum is wrong"},
		{"mp3 of nothing", append([]byte("ID3\x04\x00\x00\x00\x00\x00\x00"), make([]byte, 2000)...), "it begins like an mp3 file: no mp3 frame in it"},
		{"flac of nothing", []byte("fLaC\x00\x00\x00\x22"), "read the flac header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Convert(bytes.NewReader(c.in))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("it says %v, not %q", err, c.want)
			}
		})
	}
}

// oggOf makes a file of one page with one short packet.
func oggOf(packet []byte) []byte {
	page := append([]byte("OggS\x00\x02"), make([]byte, 20)...)
	page = append(page, 1, byte(len(packet)))
	page = append(page, packet...)
	binary.LittleEndian.PutUint32(page[22:], oggSum(page))
	return page
}

// TestConvertBounds holds that a file without an end is left early.
func TestConvertBounds(t *testing.T) {
	head := wavOf(wavPCM, 2, Rate, 16, nil) // no length is stated
	taken := &counted{in: io.MultiReader(bytes.NewReader(head), zeros{})}
	_, err := Convert(taken)
	if err == nil || !strings.Contains(err.Error(), "longer than 3m0s") {
		t.Errorf("a recording without an end gives %v", err)
	}
	if most := 4*Rate*181 + 32<<10; taken.n > most {
		t.Errorf("%d bytes were read, more than %d", taken.n, most)
	}
	// A chunk of some gigabytes before the samples.
	huge := []byte("RIFF\x00\x00\x00\x00WAVEjunk\xff\xff\xff\xff")
	taken = &counted{in: io.MultiReader(bytes.NewReader(huge), zeros{})}
	if _, err = Convert(taken); err == nil || !strings.Contains(err.Error(), "more than 104 MB") {
		t.Errorf("a chunk without an end gives %v", err)
	}
	if taken.n > maxInput {
		t.Errorf("%d bytes were read, more than %d", taken.n, maxInput)
	}
	taken = &counted{in: io.MultiReader(strings.NewReader("OggS"), zeros{})}
	if _, err = Convert(taken); err == nil || !strings.Contains(err.Error(), "more than 16 MB") {
		t.Errorf("an ogg without an end gives %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

type counted struct {
	in io.Reader
	n  int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += n
	return n, err
}

// TestLimit holds that sound with peaks comes to the level of the rest, and no
// peak is cut off: it is turned down around it.
func TestLimit(t *testing.T) {
	samples := tone(Rate, Rate, 440, 0.02)
	for at := 400; at < len(samples); at += 800 { // a click each tenth of a second
		for i, s := range tone(Rate, 8, 1000, 0.5) {
			samples[at+i] += s
		}
	}
	even(samples)
	if got := peakDB(peak(samples)); got > ceiling+0.01 || got < ceiling-1 {
		t.Errorf("peaks of %.2f dB, not %.1f", got, ceiling)
	}
	if got := level(samples); math.Abs(got-target) > 1.5 { // it is more than 16 dB off before
		t.Errorf("level %.2f dB, not %.1f", got, target)
	}
	// Between the clicks the tone is whole: one factor for all of it.
	whole := samples[1000:1100]
	if got := peak(whole); got < 0.3*gainOf(target) || got > 1.5*gainOf(target) {
		t.Errorf("between the peaks there is %f", got)
	}
}

// TestWavFromPipe holds the lengths that programs write who do not know them.
func TestWavFromPipe(t *testing.T) {
	pcm := EncodeWav(round(tone(Rate, 900, 440, 0.5)))
	for _, size := range []uint32{0, 0x7ffff000, 0x7fffffff, 0xffffffff} {
		wav := bytes.Clone(pcm)
		binary.LittleEndian.PutUint32(wav[40:], size)
		if got := samplesIn(t, wav); len(got) != 900 {
			t.Errorf("size %x: %d samples", size, len(got))
		}
	}
}

// TestOpusSkip holds that the codec's run-up is left out.
func TestOpusSkip(t *testing.T) {
	data, err := os.ReadFile("testdata/tone-48000-stereo.opus")
	if err != nil {
		t.Fatal(err)
	}
	count := func(skip uint16) (n int64) {
		packets := &oggReader{data: data}
		head, err := packets.next()
		if err != nil {
			t.Fatal(err)
		}
		binary.LittleEndian.PutUint16(head[10:], skip)
		tape, err := openOpus(head, packets)
		if err != nil {
			t.Fatal(err)
		}
		for {
			block, err := tape.next()
			if err != nil {
				return n
			}
			n += int64(len(block) / tape.channels)
		}
	}
	if all, rest := count(0), count(5000); all-rest != 5000 {
		t.Errorf("%d samples, and %d after 5000", all, rest)
	}
}
