package sounds

import (
	"strings"
	"testing"
)

// words writes a header bit by bit, the lowest of each value first.
type words struct {
	data []byte
	at   int
}

func (w *words) put(value, n int) *words {
	for i := range n {
		if w.at%8 == 0 {
			w.data = append(w.data, 0)
		}
		w.data[w.at/8] |= byte(value>>i&1) << (w.at % 8)
		w.at++
	}
	return w
}

// book begins a setup header with one code book.
func book(dimensions, entries int) *words {
	w := &words{data: []byte("\x05vorbis"), at: 56}
	return w.put(0, 8).put(0x564342, 24).put(dimensions, 16).put(entries, 24)
}

// then ends a header that has its code books: one place holder, a floor, and a
// residue.
func (w *words) then(floor func(*words), begin, end int) *words {
	w.put(0, 6).put(0, 16).put(0, 6)
	floor(w)
	return w.put(0, 6).put(2, 16).put(begin, 24).put(end, 24).put(31, 24).put(1, 6).put(0, 8).
		put(1, 3).put(0, 1).put(2, 3).put(1, 1).put(3, 5). // passes 1, and 2, 4 and 5
		put(0, 4*8)
}

func floor0(w *words) { w.put(0, 16).put(0, 8+16+16+6+8).put(1, 4).put(0, 2*8) }

// floor1 has three partitions of two classes, of 2 and of 3 dimensions, the
// latter with two sub-classes.
func floor1(w *words) {
	w.put(1, 16).put(3, 5).put(0, 4).put(1, 4).put(0, 4)
	w.put(1, 3).put(0, 2).put(0, 8)
	w.put(2, 3).put(1, 2).put(0, 8).put(0, 2*8)
	w.put(0, 2).put(7, 4).put(0, 30).put(0, 19) // (2 + 3 + 2) numbers of 7 bits
}

// TestVorbisSetup holds which code books and residues the decoder is given: not
// those that would have it take all memory or walk for ever.
func TestVorbisSetup(t *testing.T) {
	plain := func(lengths ...int) *words {
		w := book(2, len(lengths)).put(0, 2)
		for _, n := range lengths {
			w.put(n-1, 5)
		}
		return w
	}
	for _, c := range []struct {
		name string
		w    *words
		want string // empty: good
	}{
		{"whole", plain(1, 2, 2).put(0, 4).then(floor1, 0, 64), ""},
		{"a word too few", plain(1, 2).put(0, 4), "no whole tree"},
		{"a word too many", plain(1, 1, 1).put(0, 4), "no whole tree"},
		{"sparse", book(1, 3).put(2, 2).put(1, 1).put(0, 5).put(0, 1).put(1, 1).put(0, 5).put(0, 4).then(floor1, 0, 64), ""},
		{"none used", book(1, 2).put(2, 2).put(0, 2).put(0, 4), "no whole tree"},
		{"ordered", book(1, 4).put(1, 1).put(0, 5).put(0, 3).put(4, 3).put(0, 4).then(floor1, 0, 64), ""},
		{"ordered without end", book(1, 4).put(1, 1).put(0, 5), "no whole tree"},
		{"ordered, too many", book(1, 4).put(1, 1).put(0, 5).put(6, 3).put(0, 4), "no whole tree"},
		{"the other floor", plain(1, 1).put(0, 4).then(floor0, 0, 64), ""},
		{"no such floor", plain(1, 1).put(0, 4).then(func(w *words) { w.put(2, 16) }, 0, 64), "a floor of kind 2"},
		{"a residue of nothing", plain(1, 1).put(0, 4).then(floor1, 64, 64), ""},
		{"a residue that ends before it begins", plain(1, 1).put(0, 4).then(floor0, 65, 64), "residue 1: of kind 2 from 65 to 64"},
		{"the same behind the other floor", plain(1, 1).put(0, 4).then(floor1, 65, 64), "residue 1: of kind 2 from 65 to 64"},
		{"no residue", plain(1, 1).put(0, 4), "cut off"},
		{"no dimensions", book(0, 2).put(0, 2).put(0, 10).put(0, 4), "2 entries of 0 values"},
		{"no entries", book(1, 0).put(0, 2).put(0, 4), "0 entries of 1 values"},
		{"huge", book(65535, 1<<24-1), "16777215 entries of 65535 values"},
		{"large", book(256, 1<<20), "1048576 entries of 256 values"},
		{"values of kind 1", plain(1, 1).put(1, 4).put(0, 32).put(0, 32).put(7, 4).put(0, 1).put(0, 8).then(floor1, 0, 64), ""},
		{"values cut off", plain(1, 1).put(2, 4).put(0, 32).put(0, 32).put(15, 4).put(0, 1), "it is cut off"},
		{"values of kind 3", plain(1, 1).put(3, 4), "values of kind 3"},
		{"cut off", &words{data: []byte("\x05vorbis\x00BC")}, "does not begin as one"},
		{"no setup", &words{data: []byte("\x03vorbis")}, "third header is not the setup"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := checkVorbisSetup(c.w.data)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("it says %v, not %q", err, c.want)
			}
		})
	}
}

// TestVorbisHead holds the sizes that are looked at before any buffer is made.
func TestVorbisHead(t *testing.T) {
	head := func(channels, blocks byte) []byte {
		b := append([]byte("\x01vorbis"), make([]byte, 23)...)
		b[11], b[28], b[29] = channels, blocks, 1
		return b
	}
	for _, c := range []struct {
		head []byte
		good bool
	}{
		{head(2, 0xb8), true},
		{head(1, 0x66), true},
		{head(0, 0xb8), false},
		{head(9, 0xb8), false},
		{head(2, 0x8b), false}, // the short block is the longer one
		{head(2, 0xe8), false},
		{head(2, 0xb5), false},
		{head(2, 0xb8)[:29], false},
	} {
		if err := checkVorbisHead(c.head); (err == nil) != c.good {
			t.Errorf("%x: %v", c.head[7:], err)
		}
	}
}
