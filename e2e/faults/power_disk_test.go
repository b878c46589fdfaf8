package faults

import (
	"errors"
	"math/rand/v2"
	"sync"
)

// powerDisk is a disk with a cache that loses its memory with the power: a
// write is in the cache until the next flush.
type powerDisk struct {
	mu     sync.Mutex
	kept   []byte        // on the medium
	seen   []byte        // what a read gives while there is power
	cached []sectorWrite // since the last flush, in their order
	dark   bool

	writes, flushes int // since the power came
	until           int // writes and flushes before the power goes; 0: it stays
	gone            chan struct{}
}

type sectorWrite struct {
	at   int64
	data []byte // one sector
}

var errDark = errors.New("the disk has no power")

func newPowerDisk(data []byte) *powerDisk {
	d := &powerDisk{kept: data}
	d.powerOn()
	return d
}

func (d *powerDisk) size() int64 { return int64(len(d.kept)) }

// within tells whether a request is of whole sectors of the disk.
func (d *powerDisk) within(at, length uint64) bool {
	size := uint64(d.size())
	return at <= size && length <= size-at && at%sector == 0 && length%sector == 0
}

func (d *powerDisk) read(into []byte, at int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dark {
		return errDark
	}
	copy(into, d.seen[at:])
	return nil
}

// write takes data into the cache. through brings it to the medium at once,
// past what is cached of other sectors (FUA).
func (d *powerDisk) write(data []byte, at int64, through bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.work(); err != nil {
		return err
	}
	d.writes++
	copy(d.seen[at:], data)
	if through {
		end := at + int64(len(data))
		left := d.cached[:0]
		for _, w := range d.cached {
			if w.at < at || w.at >= end {
				left = append(left, w)
			}
		}
		d.cached = left
		copy(d.kept[at:], data)
		return nil
	}
	for from := 0; from < len(data); from += sector {
		d.cached = append(d.cached, sectorWrite{at + int64(from), data[from : from+sector]})
	}
	return nil
}

func (d *powerDisk) flush() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.work(); err != nil {
		return err
	}
	d.flushes++
	d.keep(d.cached)
	d.cached = nil
	return nil
}

func (d *powerDisk) keep(writes []sectorWrite) {
	for _, w := range writes {
		copy(d.kept[w.at:], w.data)
	}
}

// work lets the power go in the middle of everything, if that is due.
func (d *powerDisk) work() error {
	if d.until > 0 && d.writes+d.flushes >= d.until {
		d.darken()
	}
	if d.dark {
		return errDark
	}
	return nil
}

func (d *powerDisk) darken() {
	if !d.dark {
		d.dark = true
		close(d.gone)
	}
}

// cut ends the power: nothing is answered from now on. It tells whether the
// power had gone by itself, at the write or flush that it was to go at.
func (d *powerDisk) cut() (before bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before = d.dark
	d.darken()
	return before
}

// lose decides what the medium has got of the cache by the time the power was
// gone: nothing, everything, the oldest, or any sectors.
func (d *powerDisk) lose(r *rand.Rand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch r.IntN(4) {
	case 0:
		d.keep(d.cached)
	case 1:
		d.keep(d.cached[:r.IntN(len(d.cached)+1)])
	case 2:
		for _, w := range d.cached {
			if r.IntN(2) == 0 {
				d.keep([]sectorWrite{w})
			}
		}
	}
	d.cached = nil
}

// powerOn begins anew with what is on the medium.
func (d *powerDisk) powerOn() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen, d.cached, d.dark = append(d.seen[:0], d.kept...), nil, false
	d.writes, d.flushes, d.until, d.gone = 0, 0, 0, make(chan struct{})
}

// cutAfter lets the power go at that write or flush from now on.
func (d *powerDisk) cutAfter(more int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.until = d.writes + d.flushes + more
}
