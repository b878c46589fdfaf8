package lossy

import (
	"math/rand/v2"
	"sync"
	"syscall"
	"time"
)

// Disk is one whose power can go. Its methods may be called from any goroutine,
// while programs work on it.
type Disk struct {
	wait func(d time.Duration, broken <-chan struct{}) bool // for d, or until broken: false

	device sync.Mutex // held during a slow sync: the device does one after the other

	mu      sync.Mutex
	last    uint64 // number of what happened last
	nodes   map[uint64]*node
	newest  uint64 // id of a node; none is used twice
	lists   map[uint64][]entry
	journal []record // what happened to names and is not certain, in its order

	direct    bool // files are read and written past the kernel's cache
	abandoned bool // the test has ended

	dark   bool
	broken chan struct{} // closed when the power goes
	until  int           // writes and syncs until the power goes; 0: it stays
	chance *rand.Rand    // by which it goes then
	gone   chan struct{}

	faults  []*fault
	limit   int64 // bytes; 0: none
	used    int64
	lying   bool
	usual   time.Duration
	stall   time.Duration
	stalled int // every so many syncs
	counts  Counts
}

// Counts is what a disk has done since it was made.
type Counts struct {
	Writes int   // that went well
	Bytes  int64 // in them
	Syncs  int   // of files and folders, that went well
	Errors int   // given because of a [Fault], the limit, or missing power
}

// New makes an empty disk with no limit of size.
func New() *Disk {
	d := &Disk{wait: wait, lists: map[uint64][]entry{}, broken: make(chan struct{}), newest: reserved}
	root := newNode(rootID, folderMode)
	root.links = 2
	d.nodes = map[uint64]*node{rootID: root}
	return d
}

func wait(d time.Duration, broken <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-broken:
		return false
	}
}

// Fail lets operations fail from now on. Of several faults the first that strikes
// counts.
func (d *Disk) Fail(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, &fault{Fault: f})
}

// ReadOnly lets everything that would change the disk fail with EROFS, as a file
// system does that has met an error.
func (d *Disk) ReadOnly() {
	d.Fail(Fault{Ops: Writes | Syncs | Truncates | Names | Opens, Err: syscall.EROFS})
}

// Heal ends all faults, ReadOnly among them. What a failed sync left in doubt
// stays in doubt.
func (d *Disk) Heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = nil
}

// Limit sets the disk's size in bytes, counted in pages of 4096 that were written
// or allocated; 0 for none. A write that does not fit is done as far as it does;
// the next is ENOSPC.
func (d *Disk) Limit(bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.limit = bytes
}

// SyncTakes makes each sync as slow as an SD card's, and every so many-th, if
// that is not 0, as slow as one that stalls. They are done one after the other.
func (d *Disk) SyncTakes(usual, stall time.Duration, every int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.usual, d.stall, d.stalled = usual, stall, every
}

// Lie lets each sync say that it is done and do nothing. What is promised by it is
// lost with the power: by this a test shows that it can fail.
func (d *Disk) Lie(lying bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lying = lying
}

// Counts tells what was done up to now.
func (d *Disk) Counts() Counts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.counts
}

// fails tells what is wrong with an operation, 0 when nothing is. d.mu is held.
func (d *Disk) fails(op Op) syscall.Errno {
	if d.dark {
		return d.fail(syscall.EIO)
	}
	for _, f := range d.faults {
		if f.strikes(op) {
			return d.fail(f.Err)
		}
	}
	return 0
}

// fail counts an error that is given. d.mu is held.
func (d *Disk) fail(err syscall.Errno) syscall.Errno {
	d.counts.Errors++
	return err
}

// slowness is how long the sync takes that begins now. d.mu is held.
func (d *Disk) slowness() time.Duration {
	if d.stalled > 0 && (d.counts.Syncs+1)%d.stalled == 0 {
		return d.stall
	}
	return d.usual
}
