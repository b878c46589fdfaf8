package sounds

import (
	"bytes"
	"errors"
	"fmt"
)

// checkVorbisSetup looks through the code books with which the setup header
// begins (Vorbis I specification, 3.2.1). A decoder makes tables as large as
// they say and walks trees that they describe: a broken header would take all
// memory, or keep it walking for ever.
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
