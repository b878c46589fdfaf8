package mp3

import "math"

// lines is how many frequency lines a granule of a channel has.
const lines = 576

// scales are the scale factors of a granule: of long bands, and of short ones
// by window.
type scales struct {
	long  [22]int
	short [13][3]int
}

// readScales1 reads the scale factors of MPEG 1. before are those of the first
// granule, of which the second may take some.
func readScales1(b *bits, g granule, before scales) (s scales) {
	low, high := scaleBits[g.scaleCode][0], scaleBits[g.scaleCode][1]
	if g.short() {
		from := 0
		if g.mixed {
			for band := range 8 {
				s.long[band] = b.take(low)
			}
			from = 3
		}
		for band := from; band < 12; band++ {
			n := low
			if band >= 6 {
				n = high
			}
			for w := range 3 {
				s.short[band][w] = b.take(n)
			}
		}
		return s
	}
	for group, ends := range [4][2]int{{0, 6}, {6, 11}, {11, 16}, {16, 21}} {
		n := low
		if group >= 2 {
			n = high
		}
		for band := ends[0]; band < ends[1]; band++ {
			if g.scaleShared[group] {
				s.long[band] = before.long[band]
			} else {
				s.long[band] = b.take(n)
			}
		}
	}
	return s
}

// readScales2 reads the scale factors of MPEG 2 (13818-3, 2.4.3.2). second:
// the channel is the right one of two that share bands.
func readScales2(b *bits, g *granule, second bool) (s scales) {
	n, way := packing(g.scaleCode, second)
	g.lifted = way == 2
	blocks := 0
	if g.short() {
		blocks = 1
		if g.mixed {
			blocks = 2
		}
	}
	var all []int
	for part, count := range scaleParts[way][blocks] {
		for range count {
			all = append(all, b.take(n[part]))
		}
	}
	long := len(all)
	switch blocks {
	case 1:
		long = 0
	case 2:
		long = 6
	}
	copy(s.long[:], all[:long])
	band := 0
	if g.mixed {
		band = 3
	}
	for i, v := range all[long:] {
		s.short[band+i/3][i%3] = v
	}
	return s
}

// packing says how many bits the scale factors of four groups have, and which
// of scaleParts holds.
func packing(code int, second bool) (n [4]int, way int) {
	if second {
		switch code >>= 1; {
		case code < 180:
			return [4]int{code / 36, code % 36 / 6, code % 6, 0}, 3
		case code < 244:
			code -= 180
			return [4]int{code >> 4, code >> 2 & 3, code & 3, 0}, 4
		}
		code -= 244
		return [4]int{code / 3, code % 3, 0, 0}, 5
	}
	switch {
	case code < 400:
		return [4]int{code >> 4 / 5, code >> 4 % 5, code >> 2 & 3, code & 3}, 0
	case code < 500:
		code -= 400
		return [4]int{code >> 2 / 5, code >> 2 % 5, code & 3, 0}, 1
	}
	code -= 500
	return [4]int{code / 3, code % 3, 0, 0}, 2
}

// readValues reads the frequency lines up to the bit end, and says how many
// there are before only zeros follow.
func readValues(b *bits, g granule, at bands, end int) (values [lines]int, count int) {
	first, second := g.regionEnds(at)
	big := min(2*g.bigPairs, lines)
	for i := 0; i < big; i += 2 {
		table := g.tables[2]
		if i < first {
			table = g.tables[0]
		} else if i < second {
			table = g.tables[1]
		}
		values[i], values[i+1] = readPair(b, table)
	}
	i := big
	for i+4 <= lines && b.at < end {
		four := readFour(b, g.quadTable)
		if b.at > end { // that was what comes next
			break
		}
		copy(values[i:], four[:])
		i += 4
	}
	b.at = end
	return values, i
}

func readPair(b *bits, table int) (x, y int) {
	code := pairCodes[table]
	if code.code == 0 {
		return 0, 0
	}
	both := trees[code.code].read(b)
	return signed(b, both>>4, code.more), signed(b, both&15, code.more)
}

// signed reads what follows a value: the rest of a large one, and the sign.
func signed(b *bits, value, more int) int {
	if value == 15 && more > 0 {
		value += b.take(more)
	}
	if value != 0 && b.take(1) == 1 {
		return -value
	}
	return value
}

func readFour(b *bits, table int) (four [4]int) {
	var packed int
	if table == 0 {
		both := trees[quads].read(b)
		packed = both>>4<<2 | both&3
	} else {
		packed = 15 - b.take(4)
	}
	for i := range four {
		four[i] = signed(b, packed>>(3-i)&1, 0)
	}
	return four
}

// spread turns values into frequency lines: to the power of 4/3, by the gains
// of their bands, and those of short blocks in their order, by frequency first.
func spread(values [lines]int, count int, g granule, s scales, at bands) (out [lines]float32) {
	step := 0.5 * float64(1+g.coarse)
	begin, firstShort := 0, 0
	if g.short() {
		if g.mixed {
			begin, firstShort = 36, 3
		}
	} else {
		begin, firstShort = lines, 13
	}
	for band := 0; band < 22 && at.long[band] < begin; band++ {
		factor := s.long[band]
		if g.lifted {
			factor += lift[band]
		}
		gain := math.Exp2(float64(g.gain-210)/4 - step*float64(factor))
		for i := at.long[band]; i < min(at.long[band+1], begin, count); i++ {
			out[i] = float32(gain * power43(values[i]))
		}
	}
	i := begin
	for band := firstShort; band < 13; band++ {
		width := at.short[band+1] - at.short[band]
		for w := range 3 {
			gain := math.Exp2(float64(g.gain-210-8*g.windowGain[w])/4 - step*float64(s.short[band][w]))
			for k := range width {
				if i < count {
					out[3*(at.short[band]+k)+w] = float32(gain * power43(values[i]))
				}
				i++
			}
		}
	}
	return out
}

// power43 is a value to the power of 4/3, with its sign.
func power43(v int) float64 {
	switch {
	case v == 0:
		return 0
	case v < 0:
		return -power43(-v)
	}
	f := float64(v)
	return f * math.Cbrt(f)
}
