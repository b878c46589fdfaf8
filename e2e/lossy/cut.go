package lossy

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// Cut is the power going: whoever has a file open gets EIO from now on, for
// ever, and so does everybody until [Disk.PowerOn]. What remains is what was synced,
// and any part of the rest, by chance; the same chance and the same work before
// leave the same. Without power it does nothing.
//
// A computer without power runs nothing: kill the programs before PowerOn, as
// one that opens its files anew would work on.
func (d *Disk) Cut(r *rand.Rand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cut(r)
}

// CutAfter lets the power go by itself at a write or a sync, after so many more
// of them; what it returns is closed then. By this each place in the work of a
// program can be met. It counts from the newest call, and a Cut ends it.
func (d *Disk) CutAfter(steps int, r *rand.Rand) (gone <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.until, d.chance, d.gone = steps+1, r, make(chan struct{})
	return d.gone
}

// step counts a write or a sync before it is done. d.mu is held.
func (d *Disk) step() {
	if d.until == 0 {
		return
	}
	if d.until--; d.until == 0 {
		d.cut(d.chance)
	}
}

// PowerOn brings the power back after a Cut: the disk shows what remained, and
// nothing that the kernel had cached of it.
func (d *Disk) PowerOn() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.dark {
		return
	}
	d.dark, d.broken = false, make(chan struct{})
}

// The ways in which a power cut may leave what was not certain.
const (
	wayNothing = iota
	wayAll
	wayAllButOne
	waySome
	ways
)

// cut is Cut; d.mu is held.
func (d *Disk) cut(r *rand.Rand) {
	if d.dark {
		return
	}
	d.dark, d.until = true, 0
	close(d.broken)
	if d.gone != nil {
		close(d.gone)
		d.gone = nil
	}
	way := r.IntN(ways)
	names := r.IntN(len(d.journal) + 1)
	switch way {
	case wayNothing:
		names = 0
	case wayAll:
		names = len(d.journal)
	}
	if names > 0 {
		d.commit(d.journal[names-1].number)
	}
	d.journal, d.lists = nil, map[uint64][]entry{}
	d.rebuild(way, r)
}

// rebuild makes the nodes anew, under ids that no program knows but for the
// root's: so the kernel has nothing cached of them, as after a mount. d.mu is held.
func (d *Disk) rebuild(way int, r *rand.Rand) {
	old := d.nodes[rootID]
	left := old.reached()
	uncertain := 0
	for _, n := range left {
		for _, c := range n.unsynced {
			if !c.certain {
				uncertain++
			}
		}
	}
	lost := -1
	if way == wayAllButOne && uncertain > 0 {
		lost = r.IntN(uncertain)
	}
	made := map[*node]*node{}
	d.nodes, d.used = map[uint64]*node{}, 0
	for _, n := range left {
		same := newNode(rootID, n.mode)
		if n != old {
			d.newest++
			same.id = d.newest
		}
		same.owner, same.mtime = n.owner, n.mtime
		d.nodes[same.id], made[n] = same, same
		if n.folder() {
			continue
		}
		same.links = 0
		for _, c := range n.unsynced {
			switch {
			case c.certain:
				c.apply(n.kept)
				continue
			case way == waySome:
				c.perhaps(n.kept, r)
			case way == wayAll, way == wayAllButOne && lost != 0:
				c.apply(n.kept)
			}
			lost--
		}
		same.kept, same.live = n.kept, n.kept.clone()
		d.used += same.live.room()
	}
	for n, same := range made {
		for name, to := range n.sure {
			same.names[name], same.sure[name] = made[to], made[to]
			if to.folder() {
				same.links++
			} else {
				made[to].links++
			}
		}
	}
}

// perhaps applies a change, a part of it, or nothing.
func (c change) perhaps(to *content, r *rand.Rand) {
	switch r.IntN(3) {
	case 0:
		c.apply(to)
	case 1:
		c.torn(to, func() bool { return r.IntN(2) == 0 })
	}
}

// reached gives a folder and all below it that is certain, each once, in an
// order that does not change from run to run.
func (n *node) reached() (all []*node) {
	seen := map[*node]bool{n: true}
	all = []*node{n}
	for i := 0; i < len(all); i++ {
		for _, name := range slices.Sorted(maps.Keys(all[i].sure)) {
			if to := all[i].sure[name]; !seen[to] {
				seen[to] = true
				all = append(all, to)
			}
		}
	}
	return all
}

// CopyTo puts what programs see on the disk, or would see if there was power, into
// an existing folder elsewhere, to be looked at without the mount.
func (d *Disk) CopyTo(folder string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.nodes[rootID].copyTo(folder); err != nil {
		return fmt.Errorf("copy the disk: %w", err)
	}
	return nil
}

func (n *node) copyTo(folder string) error {
	for name, to := range n.names {
		path := filepath.Join(folder, name)
		rights := os.FileMode(to.mode & 0o777)
		if !to.folder() {
			if err := os.WriteFile(path, to.live.bytes(), rights); err != nil {
				return err
			}
			continue
		}
		if err := os.Mkdir(path, rights|0o700); err != nil {
			return err
		}
		if err := to.copyTo(path); err != nil {
			return err
		}
	}
	return nil
}
