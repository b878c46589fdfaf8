package lossy

import (
	"maps"
	"slices"
	"syscall"
	"time"
)

const (
	rootID     = 1
	probeID    = 2   // the file with which Mount asks the kernel things
	reserved   = 100 // what is on the disk is numbered from here on
	folderMode = syscall.S_IFDIR | 0o700
)

// node is a file or a folder.
type node struct {
	id      uint64
	mode    uint32 // its kind and its rights
	owner   [2]uint32
	links   uint32
	opens   int    // by programs
	lookups uint64 // that the kernel has not forgotten
	mtime   time.Time
	born    uint64 // number of its creation in the journal; 0: it is certain

	live     *content // of a file, as programs see it
	kept     *content // what a power cut leaves for certain
	unsynced []change // what came since, in its order
	pending  int64    // bytes in unsynced

	names map[string]*node // of a folder, as programs see it
	sure  map[string]*node // what a power cut leaves for certain
}

func newNode(id uint64, mode uint32) *node {
	n := &node{id: id, mode: mode, links: 1, mtime: time.Now()}
	if n.folder() {
		n.links = 2
		n.names, n.sure = map[string]*node{}, map[string]*node{}
		return n
	}
	n.live, n.kept = newContent(), newContent()
	return n
}

func (n *node) folder() bool { return n.mode&syscall.S_IFMT == syscall.S_IFDIR }

// record is one step of the journal: it is there as a whole or not at all.
type record struct {
	number uint64
	names  []naming
}

// naming gives a name in a folder to a node; to none when it is removed.
type naming struct {
	in   *node
	name string
	to   *node
}

// entry is a name in a listing.
type entry struct {
	name string
	id   uint64
	mode uint32
}

// maxJournal bounds what is uncertain of names: with more the oldest is written
// out, as a kernel does by itself.
const maxJournal = 10_000

// note carries a change of names out: there is no other way. d.mu is held.
func (d *Disk) note(names ...naming) (number uint64) {
	now := time.Now()
	for _, n := range names {
		n.in.mtime = now
		if n.to == nil {
			delete(n.in.names, n.name)
		} else {
			n.in.names[n.name] = n.to
		}
	}
	d.last++
	d.journal = append(d.journal, record{d.last, names})
	if len(d.journal) > maxJournal {
		d.commit(d.journal[0].number)
	}
	return d.last
}

// commit makes the journal certain up to that number. d.mu is held.
func (d *Disk) commit(number uint64) {
	for len(d.journal) > 0 && d.journal[0].number <= number {
		for _, n := range d.journal[0].names {
			if n.to == nil {
				delete(n.in.sure, n.name)
			} else {
				n.in.sure[n.name] = n.to
			}
		}
		d.journal = d.journal[1:]
	}
}

// newestOf is the number of the last change in a folder. d.mu is held.
func (d *Disk) newestOf(folder *node) uint64 {
	for _, r := range slices.Backward(d.journal) {
		if slices.ContainsFunc(r.names, func(n naming) bool { return n.in == folder }) {
			return r.number
		}
	}
	return 0
}

// at finds a node that a program knows. One from before a power cut is an error.
// d.mu is held.
func (d *Disk) at(id uint64) (*node, syscall.Errno) {
	n := d.nodes[id]
	if n == nil || d.dark {
		return nil, d.fail(syscall.EIO)
	}
	return n, 0
}

// in finds a folder and a name in it, nil if there is none. d.mu is held.
func (d *Disk) in(id uint64, name string) (folder, named *node, err syscall.Errno) {
	if folder, err = d.at(id); err != 0 {
		return nil, nil, err
	}
	if !folder.folder() {
		return nil, nil, syscall.ENOTDIR
	}
	return folder, folder.names[name], 0
}

func (d *Disk) lookup(id uint64, name string) (*node, syscall.Errno) {
	_, n, err := d.in(id, name)
	if err == 0 && n == nil {
		err = syscall.ENOENT
	}
	return n, err
}

func (d *Disk) create(id uint64, name string, mode uint32, owner [2]uint32) (*node, syscall.Errno) {
	folder, old, err := d.in(id, name)
	if err == 0 {
		err = d.fails(Names)
	}
	if err == 0 && old != nil {
		err = syscall.EEXIST
	}
	if err != 0 {
		return nil, err
	}
	d.newest++
	n := newNode(d.newest, mode)
	n.owner = owner
	d.nodes[n.id] = n
	n.born = d.note(naming{folder, name, n})
	if n.folder() {
		folder.links++
	}
	return n, 0
}

func (d *Disk) link(id uint64, name string, target uint64) (*node, syscall.Errno) {
	folder, old, err := d.in(id, name)
	if err != 0 {
		return nil, err
	}
	n, err := d.at(target)
	if err == 0 {
		err = d.fails(Names)
	}
	switch {
	case err != 0:
		return nil, err
	case old != nil:
		return nil, syscall.EEXIST
	case n.folder():
		return nil, syscall.EPERM
	}
	n.links++
	d.note(naming{folder, name, n})
	return n, 0
}

func (d *Disk) remove(id uint64, name string, isFolder bool) syscall.Errno {
	folder, n, err := d.in(id, name)
	if err == 0 && n == nil {
		err = syscall.ENOENT
	}
	if err == 0 {
		err = replaceable(n, isFolder)
	}
	if err == 0 {
		err = d.fails(Names)
	}
	if err != 0 {
		return err
	}
	d.note(naming{folder, name, nil})
	d.unlink(folder, n)
	return 0
}

// replaceable tells whether a node may lose its name.
func replaceable(n *node, byFolder bool) syscall.Errno {
	switch {
	case n.folder() && !byFolder:
		return syscall.EISDIR
	case !n.folder() && byFolder:
		return syscall.ENOTDIR
	case len(n.names) > 0:
		return syscall.ENOTEMPTY
	}
	return 0
}

// unlink is what the loss of a name in a folder means to a node. d.mu is held.
func (d *Disk) unlink(folder, n *node) {
	n.links--
	if n.folder() {
		n.links--
		folder.links--
	}
	d.forsake(n)
}

// forsake frees the room of a file that nobody can reach any more. What a power
// cut may bring back stays. d.mu is held.
func (d *Disk) forsake(n *node) {
	if n.links == 0 && n.opens == 0 && n.live != nil {
		d.used -= n.live.room()
		n.live = nil
	}
}

// The flags of renameat2.
const (
	renameNoReplace = 1
	renameExchange  = 2
)

func (d *Disk) rename(fromID uint64, from string, toID uint64, to string, flags uint32) syscall.Errno {
	source, n, err := d.in(fromID, from)
	if err != 0 {
		return err
	}
	target, old, err := d.in(toID, to)
	switch {
	case err != 0:
		return err
	case flags&^(renameNoReplace|renameExchange) != 0:
		return syscall.EINVAL
	case n == nil, old == nil && flags&renameExchange != 0:
		return syscall.ENOENT
	case old != nil && flags&renameNoReplace != 0:
		return syscall.EEXIST
	}
	if old != nil && flags&renameExchange == 0 {
		if err := replaceable(old, n.folder()); err != 0 {
			return err
		}
	}
	if err := d.fails(Names); err != 0 {
		return err
	}
	if flags&renameExchange != 0 {
		d.note(naming{source, from, old}, naming{target, to, n})
		return 0
	}
	d.note(naming{source, from, nil}, naming{target, to, n})
	if n.folder() {
		source.links--
		target.links++
	}
	if old != nil {
		d.unlink(target, old)
	}
	return 0
}

// list gives the names in a folder in their order. d.mu is held.
func (n *node) list() (entries []entry) {
	for _, name := range slices.Sorted(maps.Keys(n.names)) {
		entries = append(entries, entry{name, n.names[name].id, n.names[name].mode})
	}
	return entries
}
