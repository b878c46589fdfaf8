package sounds

import "math"

const (
	// target is how loud every prompt is: the level of its speech, in dB below
	// the loudest that 16 bits can hold (a square wave). It is some dB above
	// what telephone networks take as usual (-26, ITU-T P.56), for rooms with
	// a vacuum cleaner, and leaves the peaks of speech room.
	target = -20.0
	// ceiling is what no peak goes above, in the same dB.
	ceiling = -1.0

	frame = Rate / 50 // 20 ms
	// Frames that are quieter than this do not count as speech, nor those
	// that are this much quieter than the mean of the rest.
	quietest = -60.0
	pause    = -10.0
)

// level is how loud the speech in a recording is, in dB: the mean power of
// the frames that are no pauses, by two thresholds as in ITU-R BS.1770, but
// without its weights for music and for ears free of a telephone. A recording
// without such frames is silent: -Inf.
func level(samples []float32) float64 {
	var powers []float64
	for len(samples) > 0 {
		n := min(frame, len(samples))
		powers = append(powers, power(samples[:n]))
		samples = samples[n:]
	}
	loud := meanAbove(powers, fromDB(quietest))
	return toDB(meanAbove(powers, loud*fromDB(pause)))
}

func power(samples []float32) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return sum / float64(len(samples))
}

func meanAbove(powers []float64, least float64) float64 {
	sum, n := 0.0, 0
	for _, p := range powers {
		if p > least {
			sum += p
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// fromDB and toDB change between decibels and power.
func fromDB(db float64) float64   { return math.Pow(10, db/10) }
func toDB(power float64) float64  { return 10 * math.Log10(power) }
func gainOf(db float64) float64   { return math.Pow(10, db/20) }
func peakDB(peak float64) float64 { return 20 * math.Log10(peak) }
func samplesOf(ms int) int        { return Rate / 1000 * ms }

// peak is the largest sample.
func peak(samples []float32) float64 {
	most := float32(0)
	for _, s := range samples {
		most = max(most, s, -s)
	}
	return float64(most)
}

// centre takes off a constant that cheap sound cards add.
func centre(samples []float32) {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s)
	}
	mean := float32(sum / float64(max(1, len(samples))))
	for i := range samples {
		samples[i] -= mean
	}
}

const (
	// edge is how far below its own speech level a recording counts as silent
	// at its ends.
	edge = -35.0
	// What stays of the silence before and after, in milliseconds, since
	// prompts are played one after the other in one breath. Speech fades:
	// more stays after it.
	before, after = 30, 90
	fade          = 8
)

// speech gives where the sound of a recording begins and ends, by windows of
// 5 ms.
func speech(samples []float32, least float64) (from, to int) {
	const window = Rate / 200
	from = -1
	for at := 0; at < len(samples); at += window {
		end := min(at+window, len(samples))
		if power(samples[at:end]) > least {
			to = end
			if from < 0 {
				from = at
			}
		}
	}
	return max(from, 0), to
}

// trim cuts the silence off both ends and fades what stays, so that no cut is
// heard.
func trim(samples []float32) []float32 {
	from, to := speech(samples, fromDB(level(samples)+edge))
	from, to = max(0, from-samplesOf(before)), min(len(samples), to+samplesOf(after))
	samples = samples[from:to]
	n := min(samplesOf(fade), len(samples)/2)
	for i := range n {
		share := float32(i) / float32(n)
		samples[i] *= share
		samples[len(samples)-1-i] *= share
	}
	return samples
}

// even brings a recording to the target, and peaks that would be cut off
// below the ceiling. The level is measured again after that, since holding
// down peaks takes from it.
func even(samples []float32) {
	for range 3 {
		gain := float32(gainOf(target - level(samples)))
		for i := range samples {
			samples[i] *= gain
		}
		limit(samples, float32(gainOf(ceiling)))
	}
}

// limit turns the sound down around each peak that is above most, sliding
// there and back within some milliseconds, which is not heard as a change.
func limit(samples []float32, most float32) {
	if float32(peak(samples)) <= most {
		return
	}
	reach := samplesOf(5)
	need := make([]float32, len(samples)) // the largest factor that is safe around here
	for i := range need {
		need[i] = 1
	}
	for i, s := range samples {
		if size := max(s, -s); size > most {
			for k := max(0, i-reach); k < min(len(need), i+reach+1); k++ {
				need[k] = min(need[k], most/size)
			}
		}
	}
	// The mean of a neighbourhood of half that reach: each sample that needs a
	// factor has all of its neighbours at that or below.
	half := reach / 2
	sum, n := 0.0, 0
	for k := range min(half, len(need)) {
		sum += float64(need[k])
		n++
	}
	for i := range samples {
		if k := i + half; k < len(need) {
			sum += float64(need[k])
			n++
		}
		if k := i - half - 1; k >= 0 {
			sum -= float64(need[k])
			n--
		}
		samples[i] *= float32(sum / float64(n))
	}
}
