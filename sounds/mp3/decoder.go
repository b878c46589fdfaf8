// Package mp3 decodes MP3: MPEG 1, 2 and 2.5, layer III, at all their rates
// (ISO/IEC 11172-3 and 13818-3).
//
// It is for prompts, which are short and end as one channel: it goes the
// standard's way step by step, without the quick transforms. Where two
// channels share their upper bands (intensity stereo), all of these stand in
// the left one: the mean of both is what was recorded, as each had its part.
package mp3

import (
	"bytes"
	"errors"
	"io"
	"math"
)

// Decoder reads one recording. Make it with [New].
type Decoder struct {
	data     []byte // what is left
	head     header // of the first frame: all are of its rate and channels
	store    []byte // data of frames before, which a frame may begin in
	channels [2]channel
	out      []float32
}

// maxStore is how far back a frame's data can begin.
const maxStore = 511

// New looks for the first frame of a file, after its titles. It takes one only
// if another follows it, or the file's end: sound has bytes that look like a
// frame.
func New(data []byte) (*Decoder, error) {
	data = withoutTitles(data)
	for at := range data {
		h, ok := readHeader(data[at:])
		if !ok {
			continue
		}
		next, follows := readHeader(data[min(at+h.size, len(data)):])
		if follows && h.same(next) || at+h.size == len(data) {
			return &Decoder{data: data[at:], head: h}, nil
		}
	}
	return nil, errors.New("no mp3 frame in it")
}

// withoutTitles leaves out an ID3 tag of version 2 at the beginning.
func withoutTitles(data []byte) []byte {
	if len(data) < 10 || !bytes.HasPrefix(data, []byte("ID3")) {
		return data
	}
	size := 10
	for i, b := range data[6:10] {
		size += int(b&0x7f) << (21 - 7*i)
	}
	return data[min(size, len(data)):]
}

// Rate is how many samples of each channel a second has.
func (d *Decoder) Rate() int { return d.head.rate }

// Channels is 1 or 2.
func (d *Decoder) Channels() int { return d.head.channels }

// Next gives the samples of a frame, of the channels in turn, from about -1 to
// 1, valid until the next call; io.EOF ends. What is between two frames is
// left out, as is a frame that the file ends in.
func (d *Decoder) Next() ([]float32, error) {
	for len(d.data) >= headSize {
		h, ok := readHeader(d.data)
		if !ok || !h.same(d.head) {
			d.data = d.data[1:]
			continue
		}
		if h.size > len(d.data) {
			return nil, io.EOF
		}
		frame := d.data[:h.size]
		d.data = d.data[h.size:]
		return d.decode(h, frame), nil
	}
	return nil, io.EOF
}

// decode decodes one frame.
func (d *Decoder) decode(h header, frame []byte) []float32 {
	frame = frame[headSize:]
	if h.checked {
		frame = frame[2:]
	}
	begin, side := readSide(h, frame[:h.sideSize()])
	own := frame[h.sideSize():]
	complete := begin <= len(d.store)
	b := &bits{data: append(bytes.Clone(d.store[len(d.store)-min(begin, len(d.store)):]), own...)}
	d.store = append(d.store, own...)
	d.store = bytes.Clone(d.store[len(d.store)-min(maxStore, len(d.store)):])

	d.out = append(d.out[:0], make([]float32, h.granules()*lines*h.channels)...)
	if !complete { // the file begins in the middle: nothing to be heard yet
		return d.out
	}
	at := bandsOf[h.version][h.rateCode]
	var before [2]scales
	for g := range h.granules() {
		var x [2][lines]float32
		counts := [2]int{}
		for c := range h.channels {
			x[c], counts[c] = readChannel(h, b, &side[g][c], &before[c], at, c == 1)
		}
		if h.middle {
			parted(&x, h, counts[1], at)
		}
		for c := range h.channels {
			d.sound(c, &x[c], side[g][c], d.out[g*lines*h.channels:])
		}
	}
	return d.out
}

// readChannel reads a granule of a channel from the frame's data.
func readChannel(h header, b *bits, g *granule, before *scales, at bands, right bool) ([lines]float32, int) {
	end := b.at + g.length
	if h.version == 0 {
		*before = readScales1(b, *g, *before)
	} else {
		*before = readScales2(b, g, right && h.shared)
	}
	values, count := readValues(b, *g, at, end)
	return spread(values, count, *g, *before, at), count
}

// parted makes left and right of sum and difference, but not of bands that
// both channels share: those above what the right one has.
func parted(x *[2][lines]float32, h header, count int, at bands) {
	end := lines
	if h.shared {
		for _, edge := range at.long {
			if end = edge; edge >= count {
				break
			}
		}
	}
	for i := range end {
		sum, difference := x[0][i], x[1][i]
		x[0][i] = (sum + difference) / math.Sqrt2
		x[1][i] = (sum - difference) / math.Sqrt2
	}
}

// sound turns frequency lines into samples of one channel.
func (d *Decoder) sound(c int, x *[lines]float32, g granule, out []float32) {
	freeAliases(x, g)
	samples := d.channels[c].hybrid(x, g)
	var some [subbands]float32
	for slot := range samples {
		d.channels[c].synthesise(&samples[slot], some[:])
		for i, s := range some {
			out[(slot*subbands+i)*d.head.channels+c] = s
		}
	}
}
