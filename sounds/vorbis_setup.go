package sounds

import (
	"bytes"
	"errors"
	"fmt"
	mathbits "math/bits"
)

// checkVorbisSetup looks through the setup header up to the residues (Vorbis I
// specification, 4.2.4). A decoder makes tables as large as the code books and
// the residues say, and walks trees that they describe: a broken header would
// take all memory, or keep it walking for ever.
func checkVorbisSetup(setup []byte) error {
	if !bytes.HasPrefix(setup, []byte("\x05vorbis")) {
		return errors.New("its third header is not the setup")
	}
	b := &bits{data: setup[7:]}
	books := b.take(8) + 1
	total := 0
	for i := range books {
		values, err := b.codebook()
		if err != nil {
			return fmt.Errorf("code book %d of %d: %w", i+1, books, err)
		}
		if total += values; total > maxVorbisValues {
			return errors.New("its code books are too large")
		}
	}
	for range b.take(6) + 1 { // place holders
		b.skip(16)
	}
	for range b.take(6) + 1 {
		if err := b.floor(); err != nil {
			return err
		}
	}
	for i := range b.take(6) + 1 {
		if err := b.residue(); err != nil {
			return fmt.Errorf("residue %d: %w", i+1, err)
		}
	}
	return nil
}

// floor skips one (6.2.1 and 7.2.2).
func (b *bits) floor() error {
	switch kind := b.take(16); kind {
	case 0:
		b.skip(8 + 16 + 16 + 6 + 8)
		b.skip(8 * (b.take(4) + 1))
	case 1:
		partitions, classes := make([]int, b.take(5)), 0
		for i := range partitions {
			partitions[i] = b.take(4)
			classes = max(classes, partitions[i]+1)
		}
		dimensions := make([]int, classes)
		for i := range dimensions {
			dimensions[i] = b.take(3) + 1
			sub := b.take(2)
			if sub > 0 {
				b.skip(8)
			}
			b.skip(8 << sub)
		}
		b.skip(2)
		width := b.take(4)
		for _, class := range partitions {
			b.skip(dimensions[class] * width)
		}
	default:
		return fmt.Errorf("a floor of kind %d", kind)
	}
	return nil
}

// residue looks at one (8.6.1). A decoder that is told of an end before its
// begin makes room for what would be between them the other way round.
func (b *bits) residue() error {
	kind, begin, end := b.take(16), b.take(24), b.take(24)
	if kind > 2 || begin > end {
		return fmt.Errorf("of kind %d from %d to %d", kind, begin, end)
	}
	b.skip(24)
	passes := make([]int, b.take(6)+1)
	b.skip(8)
	for i := range passes {
		low := b.take(3)
		if b.take(1) == 1 {
			low |= b.take(5) << 3
		}
		passes[i] = low
	}
	for _, cascade := range passes {
		b.skip(8 * mathbits.OnesCount(uint(cascade)))
	}
	if b.over {
		return errors.New("it is cut off")
	}
	return nil
}

const (
	maxVorbisValues     = 4 << 20 // in all code books; an encoder's have some ten thousand
	maxVorbisDimensions = 256
)

// codebook skips one and gives how many values it has.
func (b *bits) codebook() (values int, err error) {
	if b.take(24) != 0x564342 { // "BCV"
		return 0, errors.New("it does not begin as one")
	}
	dimensions, entries := b.take(16), b.take(24)
	if dimensions < 1 || dimensions > maxVorbisDimensions || entries < 1 || entries > maxVorbisValues/dimensions {
		return 0, fmt.Errorf("%d entries of %d values", entries, dimensions)
	}
	if b.take(1) == 1 {
		err = b.orderedLengths(entries)
	} else {
		err = b.lengths(entries)
	}
	if err != nil {
		return 0, err
	}
	switch kind := b.take(4); kind {
	case 0:
	case 1, 2:
		b.take(32)
		b.take(32)
		width := b.take(4) + 1
		b.take(1)
		count := entries * dimensions
		if kind == 1 {
			count = root(entries, dimensions)
		}
		b.skip(count * width)
	default:
		return 0, fmt.Errorf("values of kind %d", kind)
	}
	if b.over {
		return 0, errors.New("it is cut off")
	}
	return entries * dimensions, nil
}

// whole is the sum of a tree's leaves, each counted by how seldom it is come
// to: 2^32 when no way through the tree leads nowhere.
const whole = 1 << 32

var errTree = errors.New("its words make no whole tree")

func (b *bits) lengths(entries int) error {
	sparse := b.take(1) == 1
	sum := uint64(0)
	for range entries {
		if sparse && b.take(1) == 0 {
			continue
		}
		sum += whole >> (b.take(5) + 1)
		if b.over {
			return errors.New("it is cut off")
		}
	}
	if sum != whole {
		return errTree
	}
	return nil
}

func (b *bits) orderedLengths(entries int) error {
	sum := uint64(0)
	length := b.take(5) + 1
	for done := 0; done < entries; length++ {
		n := b.take(wide(entries - done))
		if done += n; b.over || length > 32 || done > entries {
			return errTree
		}
		sum += uint64(n) * (whole >> length)
	}
	if sum != whole {
		return errTree
	}
	return nil
}

// wide is how many bits a number has.
func wide(n int) (bits int) {
	for ; n > 0; n >>= 1 {
		bits++
	}
	return bits
}

// root is the largest number whose power of so many dimensions is not above
// entries.
func root(entries, dimensions int) int {
	for n := 1; ; n++ {
		power := int64(1)
		for range dimensions {
			if power *= int64(n + 1); power > int64(entries) {
				return n
			}
		}
	}
}

// bits reads a header bit by bit, the lowest of each byte first.
type bits struct {
	data []byte
	at   int // in bits
	over bool
}

// take reads up to 32 bits; past the end they are 0. The few values of 32
// bits are not looked at, so that an int may be short.
func (b *bits) take(n int) int {
	value := 0
	for i := range n {
		if b.at >= 8*len(b.data) {
			b.over = true
			return value
		}
		value |= int(b.data[b.at/8]>>(b.at%8)&1) << i
		b.at++
	}
	return value
}

func (b *bits) skip(n int) {
	b.at += n
	b.over = b.over || b.at > 8*len(b.data)
}
