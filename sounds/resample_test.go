package sounds

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// through sends samples through a resampler that is new, in uneven pieces. It
// leaves that one as it is.
func through(fresh *resampler, in []float32) []float32 {
	r := *fresh
	r.kept = slices.Clone(r.kept)
	var out []float32
	for n := 1; len(in) > 0; n = n*3%1000 + 1 {
		n = min(n, len(in))
		out = r.write(in[:n], out)
		in = in[n:]
	}
	return r.flush(out)
}

// usual are rates that recordings have, two of which have no common divisor
// with ours to speak of.
var usual = []int{4000, 11025, 11127, 16000, 22050, 24000, 44100, 44101, 48000, 96000}

// TestAliases holds that tones above what 8000 samples a second can carry go:
// what is left of them is 60 dB down, wherever it would turn up.
func TestAliases(t *testing.T) {
	for _, rate := range usual {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			fresh := newResampler(rate)
			for _, hertz := range []float64{4005, 4050, 4200, 4500, 5000, 6000, 7400, 8000, 8440, 10000, 12000, 15560, 16000, 20000, 30000, 47000, 70000} {
				if hertz >= float64(rate)/2 {
					break
				}
				out := through(fresh, tone(rate, rate/10, hertz, 1))
				// All that is left, the ends of the tone aside.
				if got := toDB(2 * power(out[len(out)/4:len(out)*3/4])); got > -60 {
					t.Errorf("a tone of %g Hz leaves %.1f dB", hertz, got)
				}
			}
		})
	}
}

// TestPassBand holds that tones a telephone carries stay as they are.
func TestPassBand(t *testing.T) {
	for _, rate := range usual {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			fresh := newResampler(rate)
			for _, hertz := range []float64{50, 200, 300, 1000, 1500, 2000, 2500, 3000, 3400, 3600} {
				if hertz > 0.45*float64(rate) {
					break
				}
				out := through(fresh, tone(rate, rate/5, hertz, 0.5))
				middle := out[len(out)/4 : len(out)*3/4]
				if got := strength(middle, hertz) - 20*math.Log10(0.5); math.Abs(got) > 0.1 {
					t.Errorf("a tone of %g Hz is changed by %.2f dB", hertz, got)
				}
				// And nothing beside it: images and the table's own steps.
				rest := 0.0
				for i, s := range tone(Rate, len(out), hertz, 0.5)[len(out)/4 : len(out)*3/4] {
					rest += math.Pow(float64(middle[i]-s), 2)
				}
				if got := toDB(2 * rest / float64(len(middle)) / 0.25); got > -55 {
					t.Errorf("beside a tone of %g Hz there are %.1f dB", hertz, got)
				}
			}
		})
	}
}

// TestResampleLength holds how many samples come of how many.
func TestResampleLength(t *testing.T) {
	for _, rate := range usual {
		fresh := newResampler(rate)
		for _, n := range []int{0, 1, 2, 100, 4999} {
			want := (n*Rate + rate - 1) / rate
			if got := len(through(fresh, make([]float32, n))); got != want {
				t.Errorf("%d samples at %d Hz become %d, not %d", n, rate, got, want)
			}
		}
	}
}
