package sounds

import (
	"bytes"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestShipped holds what every recording that comes with the program is.
func TestShipped(t *testing.T) {
	for _, lang := range Languages() {
		var want []string
		for _, prompt := range Catalogue() {
			want = append(want, prompt.Name+".flac")
			wav, err := Shipped(lang, prompt.Name)
			if err != nil {
				t.Errorf("%s/%s: %v", lang, prompt.Name, err)
				continue
			}
			if found := inspect(wav); len(found) > 0 {
				t.Errorf("%s/%s: %+v", lang, prompt.Name, found)
				continue
			}
			checkShipped(t, lang+"/"+prompt.Name, samplesIn(t, wav), len([]rune(prompt.Texts[lang])))
		}
		entries, err := fs.ReadDir(shipped, lang)
		if err != nil {
			t.Fatal(err)
		}
		var have []string
		for _, e := range entries {
			have = append(have, e.Name())
		}
		slices.Sort(want)
		if !slices.Equal(have, want) {
			t.Errorf("recordings in %s: %v, and in the catalogue: %v", lang, have, want)
		}
	}
}

// checkShipped is stricter than inspect, which is for others' files.
func checkShipped(t *testing.T, name string, samples []float32, letters int) {
	if got := level(samples); math.Abs(got-target) > 0.5 {
		t.Errorf("%s: level %.1f dB, not %.1f", name, got, target)
	}
	if got := peakDB(peak(samples)); got > ceiling+0.1 {
		t.Errorf("%s: peaks of %.1f dB, above %.1f", name, got, ceiling)
	}
	from, to := speech(samples, fromDB(target+edge))
	if lead, tail := from*1000/Rate, (len(samples)-to)*1000/Rate; lead > 2*before || tail > 2*after {
		t.Errorf("%s: %d ms of silence before, %d after", name, lead, tail)
	}
	// Nobody speaks so quickly or slowly: 25 letters a second, or one.
	if ms := len(samples) * 1000 / Rate; ms < 150+letters*25 || ms > 900+letters*320 {
		t.Errorf("%s: %d letters take %d ms", name, letters, ms)
	}
	if mean := constant(samples); mean > 0.002 {
		t.Errorf("%s: a constant of %f", name, mean)
	}
}

func constant(samples []float32) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s)
	}
	return math.Abs(sum / float64(len(samples)))
}

// TestShippedSize bounds what the recordings add to the program.
func TestShippedSize(t *testing.T) {
	total := 0
	err := fs.WalkDir(shipped, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := shipped.ReadFile(name)
		total += len(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if total > 3<<20 {
		t.Errorf("the recordings have %d bytes, more than 3 MB", total)
	}
}

// TestShippedTwice holds that a recording is the same bytes each time: what
// is installed is compared with it.
func TestShippedTwice(t *testing.T) {
	a, err := Shipped("zh", "room")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Shipped("zh", "room")
	if err != nil || !bytes.Equal(a, b) {
		t.Error("two readings differ", err)
	}
	if _, err := Shipped("zh", "nothing"); err == nil || !strings.Contains(err.Error(), `no recording of "nothing" in language "zh"`) {
		t.Error(err)
	}
}
