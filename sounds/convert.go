package sounds

import (
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// Recording is a prompt as the PBX plays it, and what it was made of.
type Recording struct {
	Wav      []byte        // the whole file: PCM, 8000 Hz, 16 bits, one channel
	Duration time.Duration // of Wav

	Format   string        // of what it was made of: wav, mp3, flac, vorbis or opus
	Rate     int           // of the same, in Hz
	Channels int           // of the same
	Taken    time.Duration // how long that was
	Gain     float64       // by how much the speech was made louder, in dB
}

const (
	// MaxDuration bounds a recording that is taken: a prompt has some seconds.
	MaxDuration = 3 * time.Minute
	minDuration = 50 * time.Millisecond // a digit has 200 ms
)

// Convert makes a prompt of a recording: wav, mp3, flac, or ogg with Vorbis or
// Opus, told apart by their content, of any usual rate and up to eight
// channels. The channels are mixed, what a telephone cannot carry is filtered
// off, silence is cut from both ends and the speech brought to one level, so
// that prompts that are played in one breath sound like one.
//
// It reads no more than 104 MB and takes no more than [MaxDuration]; an error
// says what is wrong with the recording. Memory is bounded by the prompt's
// own length and, for ogg, by 16 MB of file.
func Convert(in io.Reader) (*Recording, error) {
	limited := &bounded{in: in, left: maxInput}
	t, err := openTape(limited)
	if err != nil {
		return nil, err
	}
	samples, count, err := t.mix()
	if err != nil {
		return nil, err
	}
	made := &Recording{Format: t.format, Rate: t.rate, Channels: t.channels}
	made.Taken = time.Duration(count) * time.Second / time.Duration(t.rate)
	centre(samples)
	heard := level(samples)
	if math.IsInf(heard, -1) {
		return nil, fmt.Errorf("it is silent: %v of nothing above %.0f dB", made.Taken.Round(time.Millisecond), quietest)
	}
	made.Gain = target - heard
	samples = trim(samples)
	if len(samples) < Rate*int(minDuration/time.Millisecond)/1000 {
		return nil, fmt.Errorf("it is too short: %d ms of sound", len(samples)*1000/Rate)
	}
	even(samples)
	made.Duration = time.Duration(len(samples)) * time.Second / Rate
	made.Wav = EncodeWav(round(samples))
	return made, nil
}

// mix reads a tape to its end as one channel at [Rate], and says how many
// samples of each channel it had.
func (t *tape) mix() (samples []float32, count int64, err error) {
	const most = int64(MaxDuration / time.Second)
	var r *resampler
	if t.rate != Rate {
		r = newResampler(t.rate)
	}
	for {
		block, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, err
		}
		mono := mixDown(block, t.channels)
		if count += int64(len(mono)); count > most*int64(t.rate) {
			return nil, 0, fmt.Errorf("it is longer than %v", MaxDuration)
		}
		if r == nil {
			samples = append(samples, mono...)
		} else {
			samples = r.write(mono, samples)
		}
	}
	if r != nil {
		samples = r.flush(samples)
	}
	return samples, count, nil
}

// mixDown makes one channel of several, in place.
func mixDown(block []float32, channels int) []float32 {
	n := len(block) / channels
	for i := range n {
		sum := float32(0)
		for _, s := range block[i*channels : (i+1)*channels] {
			sum += s
		}
		block[i] = sum / float32(channels)
	}
	return block[:n]
}

// round makes 16-bit samples.
func round(samples []float32) []int16 {
	out := make([]int16, len(samples))
	for i, s := range samples {
		out[i] = int16(max(-fullScale, min(fullScale-1, math.Round(float64(s)*fullScale))))
	}
	return out
}

// bounded ends a file that is too large with an error.
type bounded struct {
	in   io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("it has more than %d MB", maxInput>>20)
	}
	n, err := b.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
