package sounds

import "math"

// resampler brings samples of any rate to [Rate].
//
// What lies above half the smaller of both rates must go first, or it comes
// back as tones that were never there. Each sample that leaves is the sum of
// those around its place, weighted by a sinc (the ideal low-pass) that a
// Kaiser window ends after some hundredths of a second. The weights stand in a
// table for some hundred places between two samples; between these the
// weights are interpolated, which errs by less than a 16-bit sample shows.
// So one code serves all pairs of rates, also those with no common divisor.
type resampler struct {
	in    int64       // the rate that comes
	half  int         // how many samples on each side count
	table [][]float32 // by place, [phases+1][2*half]

	kept  []float32 // what came and still counts
	first int64     // the number of kept's first sample; what is before 0 is silence
	came  int64
	next  int64 // the number of the sample that leaves next
}

const (
	phases = 128
	// What is kept of the smaller half rate: 3600 Hz of 4000. A telephone
	// carries 3400.
	passBand = 0.9
	// How far down what is above the half rate must be, in dB.
	stopBand = 80
)

func newResampler(in int) *resampler {
	least := float64(min(in, Rate)) / 2
	stop, pass := least/float64(in), passBand*least/float64(in) // in cycles per sample that comes
	// Kaiser's formulas for the window's shape and length.
	beta := 0.1102 * (stopBand - 8.7)
	half := int(math.Ceil((stopBand - 8) / (2.285 * 2 * math.Pi * (stop - pass)) / 2))
	r := &resampler{in: int64(in), half: half, table: make([][]float32, phases+1), first: -int64(half)}
	for phase := range r.table {
		r.table[phase] = weights(float64(phase)/phases, half, stop+pass, beta)
	}
	r.kept = make([]float32, half, half+tapeBlock)
	return r
}

// weights gives what the samples around a place count, of which it lies past
// the half-th by less than one. width is twice the cutoff.
func weights(past float64, half int, width, beta float64) []float32 {
	row := make([]float32, 2*half)
	exact := make([]float64, len(row))
	sum := 0.0
	for i := range row {
		x := float64(i-half+1) - past
		exact[i] = sinc(width*x) * kaiser(x/float64(half), beta)
		sum += exact[i]
	}
	for i, w := range exact {
		row[i] = float32(w / sum) // a constant stays what it is
	}
	return row
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the window at x of -1 to 1, up to a factor.
func kaiser(x, beta float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	return bessel(beta * math.Sqrt(1-x*x))
}

// bessel is the modified Bessel function of order 0, by its series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= x / 2 / k * (x / 2 / k)
		sum += term
	}
	return sum
}

// write takes samples and appends to out those that are complete by now.
func (r *resampler) write(in, out []float32) []float32 {
	r.came += int64(len(in))
	r.kept = append(r.kept, in...)
	return r.drain(out)
}

// flush ends the recording: silence follows.
func (r *resampler) flush(out []float32) []float32 {
	end := r.came
	out = r.write(make([]float32, r.half+1), out)
	if most := (end*Rate + r.in - 1) / r.in; r.next > most {
		out = out[:len(out)-int(r.next-most)]
	}
	return out
}

func (r *resampler) drain(out []float32) []float32 {
	for {
		at := r.next * r.in / Rate
		from := int(at - int64(r.half) + 1 - r.first)
		if from+2*r.half > len(r.kept) {
			r.drop(from)
			return out
		}
		past := float32(r.next*r.in%Rate) / Rate * phases
		phase := int(past)
		out = append(out, blend(r.kept[from:from+2*r.half], r.table[phase], r.table[phase+1], past-float32(phase)))
		r.next++
	}
}

// drop forgets the samples that no later one needs.
func (r *resampler) drop(n int) {
	n = min(n, len(r.kept))
	r.kept = append(r.kept[:0], r.kept[n:]...)
	r.first += int64(n)
}

// blend is the sum of samples weighted between two rows.
func blend(samples, low, high []float32, share float32) float32 {
	var a, b float32
	for i, s := range samples {
		a += s * low[i]
		b += s * high[i]
	}
	return a + share*(b-a)
}
