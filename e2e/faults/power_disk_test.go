package faults

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync"
)

// powerDisk is a disk with a cache that loses its memory with the power: a
// write is in the cache until the next flush.
type powerDisk struct {
	mu     sync.Mutex
	kept   []byte  // on the medium
	seen   []byte  // what a read gives while there is power
	cached []piece // since the last flush, in their order
	dark   bool

	writes, flushes int // since the power came
	until           int // writes and flushes before the power goes; 0: it stays
	gone            chan struct{}
}

// page is what the medium takes wholly or not at all, as that of most disks and
// cards; ext4 relies on it. The recorded writes are torn into sectors.
const page = 4096

// piece is a write, or the part of it in one page.
type piece struct {
	at   int64
	data []byte
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
// past what is cached besides (FUA). So it is with the blocks by which ext4 says
// what counts: the kernel writes them so, and trusts it, but QEMU's NVMe (7.2)
// does not hand that on.
func (d *powerDisk) write(data []byte, at int64, through bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.work(); err != nil {
		return err
	}
	d.writes++
	copy(d.seen[at:], data)
	end := at + int64(len(data))
	if !through && !commits(data) && at > superblock {
		for at < end {
			n := min(end-at, page-at%page)
			d.cached = append(d.cached, piece{at, data[:n]})
			at, data = at+n, data[n:]
		}
		return nil
	}
	copy(d.kept[at:], data)
	for _, p := range d.cached { // what is older does not come back
		if from, to := max(at, p.at), min(end, p.at+int64(len(p.data))); from < to {
			copy(p.data[from-p.at:], data[from-at:to-at])
		}
	}
	return nil
}

// superblock is where ext4's begins.
const superblock = 1024

// commits tells whether a write is a commit or the superblock of ext4's journal
// (jbd2): a magic number, and the kind of block.
func commits(data []byte) bool {
	const magic, commit, superblock = 0xC03B3998, 2, 4
	if len(data) < 8 || binary.BigEndian.Uint32(data) != magic {
		return false
	}
	kind := binary.BigEndian.Uint32(data[4:])
	return kind == commit || kind == superblock
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

func (d *powerDisk) keep(writes []piece) {
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
// gone: nothing, everything, the oldest, or any pages.
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
				d.keep([]piece{w})
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
