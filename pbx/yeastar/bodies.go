package yeastar

import (
	"errors"
	"sync/atomic"
)

// Bounds of the memory that bodies take while they are read. The longest report
// in the manual is below 1 KiB: a PBX never needs more than its own part.
const (
	ownPart    = 16 << 10 // of each connection
	commonPart = 4 << 20  // of all together, beyond that
)

var errBodies = errors.New("too many long reports at once")

// bodies is the memory that all connections share.
type bodies struct{ taken atomic.Int64 }

// body is one that is being read.
type body struct {
	of    *bodies
	text  []byte
	taken int64
}

// room makes sure that n more bytes have room; it fails when the body would be
// longer than maxReport, or all of them together too long.
func (b *body) room(n int) error {
	need := len(b.text) + n
	if need > maxReport {
		return errTooLong
	}
	if need <= cap(b.text) {
		return nil
	}
	size := min(maxReport, max(512, need, 2*cap(b.text)))
	if more := int64(size-ownPart) - b.taken; more > 0 {
		if b.of.taken.Add(more) > commonPart {
			b.of.taken.Add(-more)
			return errBodies
		}
		b.taken += more
	}
	b.text = append(make([]byte, 0, size), b.text...)
	return nil
}

// add appends one byte.
func (b *body) add(c byte) error {
	if err := b.room(1); err != nil {
		return err
	}
	b.text = append(b.text, c)
	return nil
}

// done gives the memory back.
func (b *body) done() {
	b.of.taken.Add(-b.taken)
	b.text, b.taken = nil, 0
}
