package mp3

import "encoding/binary"

// header is the head of a frame (11172-3, 2.4.1.3).
type header struct {
	version  int // 0: MPEG 1, 1: MPEG 2, 2: MPEG 2.5
	rateCode int
	rate     int
	channels int
	middle   bool // the channels are coded as sum and difference
	shared   bool // the upper bands are coded once for both channels
	checked  bool // a checksum follows
	size     int  // of the whole frame, in bytes
}

const headSize = 4

// readHeader reads the head of a frame of layer III; ok is false when it is
// none.
func readHeader(b []byte) (h header, ok bool) {
	if len(b) < headSize {
		return h, false
	}
	w := binary.BigEndian.Uint32(b)
	field := func(at, bits int) int { return int(w >> at & (1<<bits - 1)) }
	version, layer, bitrate, rate := field(19, 2), field(17, 2), field(12, 4), field(10, 2)
	if field(21, 11) != 0x7ff || version == 1 || layer != 1 || bitrate == 0 || bitrate == 15 || rate == 3 {
		return h, false
	}
	h.version = map[int]int{3: 0, 2: 1, 0: 2}[version]
	h.rateCode, h.rate = rate, ratesOf[h.version][rate]
	h.checked = field(16, 1) == 0
	h.channels = 2
	switch field(6, 2) {
	case 3:
		h.channels = 1
	case 1:
		h.shared, h.middle = field(4, 1) == 1, field(5, 1) == 1
	}
	h.size = h.granules()*72*bitratesOf[h.version][bitrate]*1000/h.rate + field(9, 1)
	return h, h.size >= headSize+h.sideSize()+2
}

// granules is how many times 576 samples a frame has.
func (h header) granules() int {
	if h.version == 0 {
		return 2
	}
	return 1
}

// sideSize is how many bytes of side information follow the head.
func (h header) sideSize() int {
	switch {
	case h.version == 0 && h.channels == 2:
		return 32
	case h.version > 0 && h.channels == 1:
		return 9
	}
	return 17
}

// same tells whether two frames can be of one recording.
func (h header) same(other header) bool {
	return h.version == other.version && h.rate == other.rate && h.channels == other.channels
}

// granule is the side information of 576 samples of a channel (2.4.1.7).
type granule struct {
	length      int // in bits: scale factors and values
	bigPairs    int
	gain        int
	scaleCode   int
	switched    bool
	block       int // its kind: 0 long, 1 start, 2 short, 3 stop
	mixed       bool
	tables      [3]int
	windowGain  [3]int
	regions     [2]int // how many bands the first two tables hold for
	lifted      bool
	coarse      int // 1: scale factors count twice
	quadTable   int
	scaleShared [4]bool // MPEG 1: groups that the second granule takes from the first
}

func (g granule) short() bool { return g.block == blockShort }

// The kinds of blocks.
const (
	blockLong  = 0
	blockStart = 1
	blockShort = 2
	blockStop  = 3
)

// readSide reads the side information: how many bytes before this frame its
// data begins, and the granules by their place in time and channel.
func readSide(h header, data []byte) (begin int, side [2][2]granule) {
	b := &bits{data: data}
	var shared [2][4]bool
	if h.version == 0 {
		begin = b.take(9)
		b.skip(map[int]int{1: 5, 2: 3}[h.channels]) // for private use
		for c := range h.channels {
			for i := range shared[c] {
				shared[c][i] = b.take(1) == 1
			}
		}
	} else {
		begin = b.take(8)
		b.skip(h.channels)
	}
	for g := range h.granules() {
		for c := range h.channels {
			side[g][c] = readGranule(h, b)
			if g == 1 {
				side[g][c].scaleShared = shared[c]
			}
		}
	}
	return begin, side
}

func readGranule(h header, b *bits) (g granule) {
	g.length = b.take(12)
	g.bigPairs = b.take(9)
	g.gain = b.take(8)
	if h.version == 0 {
		g.scaleCode = b.take(4)
	} else {
		g.scaleCode = b.take(9)
	}
	if g.switched = b.take(1) == 1; g.switched {
		g.block = b.take(2)
		g.mixed = b.take(1) == 1 && g.short()
		g.tables[0], g.tables[1] = b.take(5), b.take(5)
		for w := range g.windowGain {
			g.windowGain[w] = b.take(3)
		}
	} else {
		for i := range g.tables {
			g.tables[i] = b.take(5)
		}
		g.regions[0] = b.take(4) + 1
		g.regions[1] = b.take(3) + 1
	}
	if h.version == 0 {
		g.lifted = b.take(1) == 1
	}
	g.coarse = b.take(1)
	g.quadTable = b.take(1)
	return g
}

// regionEnds is where the values of the first two tables end. Where blocks
// switch there are two tables, and the first holds for 36 values (of the rate
// of 8000, 72 of short blocks).
func (g granule) regionEnds(at bands) (first, second int) {
	switch {
	case g.switched && g.short() && !g.mixed:
		return 3 * at.short[3], lines
	case g.switched:
		return at.long[8], lines
	}
	return at.long[min(g.regions[0], 22)], at.long[min(g.regions[0]+g.regions[1], 22)]
}
