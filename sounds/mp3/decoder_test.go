package mp3

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// decode gives all samples of a file.
func decode(t testing.TB, data []byte) (*Decoder, []float32) {
	t.Helper()
	d, err := New(data)
	if err != nil {
		t.Fatal(err)
	}
	var all []float32
	for {
		block, err := d.Next()
		if errors.Is(err, io.EOF) {
			return d, all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, block...)
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

// another is what another decoder made of a file: its samples, of 16 bits.
func another(t *testing.T, path string) []float32 {
	wav := mustRead(t, path)[44:]
	samples := make([]float32, len(wav)/2)
	for i := range samples {
		samples[i] = float32(int16(binary.LittleEndian.Uint16(wav[2*i:]))) / 32768
	}
	return samples
}

// delay is how many samples the filters of a decoder are late: the other one
// leaves them out.
const delay = 529

// TestLikeAnother compares each rate, and the ways to code channels, with
// another decoder: no sample is off by more than its rounding.
func TestLikeAnother(t *testing.T) {
	files, err := filepath.Glob("testdata/*.mp3")
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			d, got := decode(t, mustRead(t, file))
			want := another(t, strings.TrimSuffix(file, ".mp3")+".wav")
			got = got[delay*d.Channels():]
			if len(want) < d.Rate()/10 || len(got) < len(want) {
				t.Fatalf("%d samples of %d", len(got), len(want))
			}
			for i, s := range want {
				if off := math.Abs(float64(s - got[i])); off > 1.2/32768 {
					t.Fatalf("sample %d is %.5f, the other decoder has %.5f", i, got[i], s)
				}
			}
		})
	}
}

// TestCovers holds that the recordings have what there is to get wrong.
func TestCovers(t *testing.T) {
	var blocks [4]int
	middle, checked, versions := 0, 0, [3]int{}
	files, err := filepath.Glob("testdata/*.mp3")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for data := mustRead(t, file); ; {
			h, ok := readHeader(data)
			if !ok {
				break
			}
			versions[h.version]++
			frame := data[headSize:h.size]
			if h.checked {
				checked++
				frame = frame[2:]
			}
			if h.middle {
				middle++
			}
			_, side := readSide(h, frame[:h.sideSize()])
			for g := range h.granules() {
				for c := range h.channels {
					blocks[side[g][c].block]++
				}
			}
			data = data[h.size:]
		}
	}
	for kind, n := range blocks {
		if n == 0 {
			t.Errorf("no block of kind %d: %v", kind, blocks)
		}
	}
	if middle == 0 || checked == 0 || versions[0] == 0 || versions[1] == 0 || versions[2] == 0 {
		t.Errorf("%d frames of sum and difference, %d with a checksum, versions %v", middle, checked, versions)
	}
}

// TestCodes holds that each code is whole: no word begins another, and together
// they are all that can come, so that a slip in one digit shows.
func TestCodes(t *testing.T) {
	for number, table := range words {
		rows := strings.Split(strings.TrimSpace(table), "\n")
		var all []string
		sum := 0.0
		for x, row := range rows {
			columns := strings.Fields(row)
			if len(columns) != len(rows) {
				t.Errorf("code %d: line %d has %d words, there are %d lines", number, x, len(columns), len(rows))
			}
			for y, word := range columns {
				sum += math.Exp2(-float64(len(word)))
				all = append(all, word)
				b := &bits{data: asBytes(word)}
				if got := trees[number].read(b); got != x<<4|y || b.at != len(word) {
					t.Errorf("code %d: %s is read as %x, in %d bits, not as %x", number, word, got, b.at, x<<4|y)
				}
			}
		}
		if sum != 1 {
			t.Errorf("code %d: its words are %f of all that can come", number, sum)
		}
		slices.Sort(all)
		for i := range len(all) - 1 {
			if strings.HasPrefix(all[i+1], all[i]) {
				t.Errorf("code %d: %s begins %s", number, all[i], all[i+1])
			}
		}
	}
	for i, p := range pairCodes {
		if _, known := words[p.code]; p.code != 0 && !known {
			t.Errorf("table %d has the code %d, which there is not", i, p.code)
		}
	}
}

// asBytes packs a word of zeros and ones.
func asBytes(word string) []byte {
	data := make([]byte, (len(word)+7)/8)
	for i, bit := range word {
		data[i/8] |= byte(bit-'0') << (7 - i%8)
	}
	return data
}

// TestBands holds that the tables of bands go up to the end.
func TestBands(t *testing.T) {
	for version, rates := range bandsOf {
		for rate, b := range rates {
			for i := range 22 {
				if b.long[i] >= b.long[i+1] {
					t.Errorf("version %d rate %d: long band %d", version, rate, i)
				}
			}
			for i := range 13 {
				if b.short[i] >= b.short[i+1] {
					t.Errorf("version %d rate %d: short band %d", version, rate, i)
				}
			}
			if b.long[22] != lines || 3*b.short[13] != lines {
				t.Errorf("version %d rate %d ends at %d and %d", version, rate, b.long[22], b.short[13])
			}
		}
	}
}

// TestPacking holds that the scale factors of MPEG 2 fill their bands: 21 long
// ones, 12 times 3 short ones, or 6 and 9 times 3.
func TestPacking(t *testing.T) {
	for way, kinds := range scaleParts {
		for blocks, want := range []int{21, 36, 33} {
			sum := 0
			for _, n := range kinds[blocks] {
				sum += n
			}
			if sum != want {
				t.Errorf("way %d, blocks %d: %d scale factors, not %d", way, blocks, sum, want)
			}
		}
	}
	for code := range 512 {
		for _, second := range []bool{false, true} {
			n, way := packing(code, second)
			if way < 3 == second {
				t.Errorf("code %d: way %d", code, way)
			}
			for _, bits := range n {
				if bits < 0 || bits > 4 && !second || bits > 5 {
					t.Errorf("code %d: %v", code, n)
				}
			}
		}
	}
}

// TestDamage holds what is made of files that are not whole.
func TestDamage(t *testing.T) {
	data := mustRead(t, "testdata/24000-mono.mp3")
	_, whole := decode(t, data)
	titles := append([]byte("ID3\x04\x00\x00\x00\x00\x01\x05"), make([]byte, 133)...)
	titles[20], titles[21] = 0xff, 0xfb // as in a picture
	if _, got := decode(t, append(titles, data...)); len(got) != len(whole) {
		t.Errorf("with titles: %d samples of %d", len(got), len(whole))
	}
	if _, got := decode(t, append(append([]byte{}, data...), "TAG and titles of the old kind"...)); len(got) != len(whole) {
		t.Errorf("with titles at the end: %d samples of %d", len(got), len(whole))
	}
	if _, got := decode(t, data[:len(data)-1]); len(got) != len(whole)-lines {
		t.Errorf("cut off: %d samples of %d", len(got), len(whole))
	}
	h, _ := readHeader(data)
	junk := append(append(append([]byte{}, data[:h.size]...), "junk\xff\xff\xff\xff"...), data[h.size:]...)
	first := append(append([]byte{}, data[:h.size]...), junk...) // else the first frame has none after it
	if _, got := decode(t, first); len(got) != len(whole)+lines {
		t.Errorf("with junk: %d samples of %d", len(got), len(whole)+lines)
	}
	// From the middle of a recording: what begins in a lost frame is silent.
	_, got := decode(t, data[2*h.size:])
	for i, s := range got[:lines] {
		if s != 0 {
			t.Fatalf("sample %d of a part is %f", i, s)
		}
	}
	for _, none := range []string{"", "\xff", "\xff\xfb\x90\x00 and text", strings.Repeat("\xff", 100), "ID3\x04\x00\x00\x7f\x7f\x7f\x7f"} {
		if _, err := New([]byte(none)); err == nil {
			t.Errorf("%q is taken for an mp3", none)
		}
	}
}

// FuzzDecode goes through broken files.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.mp3")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		data := mustRead(f, file)
		f.Add(data[:min(len(data), 500)])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4<<10 {
			return
		}
		d, err := New(data)
		if err != nil {
			return
		}
		for frames := 0; ; frames++ {
			block, err := d.Next()
			if err != nil {
				return
			}
			if len(block) == 0 || frames > len(data) {
				t.Fatal("reading does not end")
			}
			for _, s := range block {
				if s != s || s-s != 0 {
					t.Fatal("a sample is no number")
				}
			}
		}
	})
}

// TestWindowGain holds what the recordings do not have: a window of a short
// block that is quieter by a factor of 4 a step, and where its lines go.
func TestWindowGain(t *testing.T) {
	var values [lines]int
	for i := range values {
		values[i] = 8 // to the power of 4/3: 16
	}
	g := granule{block: blockShort, gain: 210, windowGain: [3]int{0, 1, 2}}
	var s scales
	s.short[2][1] = 3 // a scale factor counts as half a power of 2
	x := spread(values, lines, g, s, bandsOf[0][0])
	for i, want := range []float32{16, 4, 1, 16, 4, 1} {
		if x[i] != want {
			t.Errorf("line %d is %f, not %f", i, x[i], want)
		}
	}
	at := 3 * bandsOf[0][0].short[2]
	if got, want := float64(x[at+1]), 4*math.Exp2(-1.5); math.Abs(got-want) > 1e-6 || x[at] != 16 {
		t.Errorf("with a scale factor %f, not %f; beside it %f", got, want, x[at])
	}
}

// TestOverrun holds that four values which end behind a granule's data are
// none: they belong to what follows.
func TestOverrun(t *testing.T) {
	b := &bits{data: []byte{0x00, 0x00}} // words of four bits, each four times 1, then four signs
	g := granule{quadTable: 1}
	values, count := readValues(b, g, bandsOf[0][0], 10)
	if count != 4 || values[3] != 1 || values[4] != 0 || b.at != 10 {
		t.Errorf("%d values, %v, at %d", count, values[:8], b.at)
	}
}
