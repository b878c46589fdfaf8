package lossy

import (
	"bytes"
	"syscall"
	"time"
)

// maxPending bounds what is uncertain of a file's content, in bytes: with more
// the oldest is written out, as a kernel does by itself.
const maxPending = 64 << 20

// read fills buf and says how far.
func (d *Disk) read(id uint64, buf []byte, at int64) (int, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.at(id)
	if err == 0 {
		err = d.fails(Reads)
	}
	if err != 0 {
		return 0, err
	}
	return n.live.read(buf, at), 0
}

// write takes what fits on the disk.
func (d *Disk) write(id uint64, at int64, data []byte) (int, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.step()
	n, err := d.at(id)
	if err == 0 {
		err = d.fails(Writes)
	}
	if err != 0 {
		return 0, err
	}
	if data = d.fit(n, at, data); len(data) == 0 {
		return 0, d.fail(syscall.ENOSPC)
	}
	d.did(n, change{at: at, data: bytes.Clone(data)})
	d.counts.Writes++
	d.counts.Bytes += int64(len(data))
	return len(data), 0
}

// fit is as much of the data as there is room for. d.mu is held.
func (d *Disk) fit(n *node, at int64, data []byte) []byte {
	for end := at + int64(len(data)); end > at; end = (end - 1) / pageSize * pageSize {
		if d.hasRoom(n.live.lacks(at, end)) {
			return data[:end-at]
		}
	}
	return nil
}

func (d *Disk) hasRoom(pages int64) bool {
	return d.limit == 0 || pages == 0 || d.used+pages*pageSize <= d.limit
}

// did carries a change out and notes that it is not synced. d.mu is held.
func (d *Disk) did(n *node, c change) {
	d.last++
	c.number = d.last
	before := n.live.room()
	c.apply(n.live)
	d.used += n.live.room() - before
	n.mtime = time.Now()
	n.unsynced = append(n.unsynced, c)
	n.pending += int64(len(c.data))
	for n.pending > maxPending {
		n.unsynced[0].certain = true
		n.settle()
	}
}

// settle puts what is certain, and has nothing uncertain before it, where a
// power cut leaves it. d.mu is held.
func (n *node) settle() {
	for len(n.unsynced) > 0 && n.unsynced[0].certain {
		n.unsynced[0].apply(n.kept)
		n.pending -= int64(len(n.unsynced[0].data))
		n.unsynced = n.unsynced[1:]
	}
}

// truncate sets a file's length.
func (d *Disk) truncate(n *node, size int64) syscall.Errno {
	err := d.fails(Truncates)
	if err == 0 {
		d.did(n, change{truncate: true, at: size})
	}
	return err
}

// allocate gives a file its pages, and the length unless that is to stay.
func (d *Disk) allocate(id uint64, at, length int64, keepSize bool) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.at(id)
	if err == 0 {
		err = d.fails(Truncates)
	}
	if err != 0 {
		return err
	}
	end := at + length
	if !d.hasRoom(n.live.lacks(at, end)) {
		return d.fail(syscall.ENOSPC)
	}
	for number := at / pageSize; number*pageSize < end; number++ {
		if n.live.reserve(number) {
			d.used += pageSize
		}
	}
	if !keepSize && end > n.live.size {
		d.did(n, change{truncate: true, at: end})
	}
	return 0
}

// sync makes certain what was done to a file or in a folder before it began. It
// blocks as long as [Disk.SyncTakes] says, at most until the power goes.
func (d *Disk) sync(id uint64) syscall.Errno {
	d.mu.Lock()
	d.step()
	n, err := d.at(id)
	if err == 0 {
		if err = d.fails(Syncs); err != 0 {
			n.doubt()
		}
	}
	if err != 0 {
		d.mu.Unlock()
		return err
	}
	data, names := d.last, n.born
	if n.folder() {
		names = max(names, d.newestOf(n))
	}
	slow, broken := d.slowness(), d.broken
	d.mu.Unlock()

	if slow > 0 {
		d.device.Lock()
		d.wait(slow, broken)
		d.device.Unlock()
	}

	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-broken:
		return d.fail(syscall.EIO)
	default:
	}
	d.counts.Syncs++
	if d.lying {
		return 0
	}
	for i, c := range n.unsynced {
		n.unsynced[i].certain = c.certain || c.number <= data && !c.doubtful
	}
	n.settle()
	d.commit(names)
	return 0
}

// doubt is what a failed sync means: Linux forgets that these were to be
// written. d.mu is held.
func (n *node) doubt() {
	for i, c := range n.unsynced {
		n.unsynced[i].doubtful = !c.certain
	}
}

// open notes that a program has a file open.
func (d *Disk) open(id uint64, toWrite bool) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.at(id)
	if err == 0 && toWrite {
		err = d.fails(Opens)
	}
	if err == 0 {
		n.opens++
	}
	return err
}

// opened counts those that have a file open, up or down; one from before a power
// cut is none any more.
func (d *Disk) opened(id uint64, more int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := d.nodes[id]; n != nil {
		n.opens += more
		d.forsake(n)
	}
}

// openFolder keeps what is in a folder for somebody who lists it.
func (d *Disk) openFolder(id uint64) (handle uint64, err syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.at(id)
	if err != 0 {
		return 0, err
	}
	d.last++
	d.lists[d.last] = n.list()
	return d.last, 0
}

// listed is what openFolder kept; a power cut ends it.
func (d *Disk) listed(handle uint64) ([]entry, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	entries, ok := d.lists[handle]
	if !ok || d.dark {
		return nil, d.fail(syscall.EIO)
	}
	return entries, 0
}
