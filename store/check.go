package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// The file format of bbolt (its package internal/common: page.go, meta.go,
// inode.go), as far as a look at every page needs it. All boxes that hotels
// have are little-endian, as the file then is.
const (
	pageHead  = 16 // id, flags, count, overflow
	element   = 16
	flagNode  = 0x01
	flagLeaf  = 0x02
	isBucket  = 0x01
	metaMagic = 0xED0CDAED
	metaSize  = 56 // up to its checksum

	// Where a meta page has what, from its magic on.
	metaPage     = 8 // size of a page
	metaRoot     = 16
	metaFreelist = 32
	metaHigh     = 40
	metaTxid     = 48
)

// check walks over every page that the newest meta page leads to, before
// bbolt opens the file for writing: bbolt looks for the free pages in a
// goroutine of its own, where a page that makes no sense ends the process, at
// each start again, and where keys that do not rise leave the file locked. Its
// lock is held: what a commit is just changing would look damaged.
//
// What the walk has found free it leaves in the file for bbolt, unless that is
// opened for reading only; see [pageWalk.leaveFree].
func check(f *os.File, readOnly bool) error {
	return guarded(func() error {
		data, unmap, err := mapFile(f)
		if err != nil || data == nil {
			return err // it is new, or files cannot be mapped here
		}
		defer unmap()
		w := &pageWalk{data: data}
		if err := w.walk(); err != nil || readOnly {
			return err
		}
		w.leaveFree(f)
		return nil
	})
}

// pageWalk follows the pages of one file.
type pageWalk struct {
	data []byte
	root uint64
	size uint64 // of a page
	high uint64 // pages in use
	txid uint64 // of the newest commit
	meta []byte // its meta page, up to the checksum
	seen pageSet
	// hands are free to follow a branch beside the one that found it.
	hands chan struct{}
}

// pageSet has a bit for each page: a file of 10 GB has millions.
type pageSet []atomic.Uint32

func newPageSet(pages uint64) pageSet { return make(pageSet, pages/32+1) }

// add puts a page in; it tells whether it was there.
func (p pageSet) add(id uint64) bool {
	bit := uint32(1) << (id % 32)
	return p[id/32].Or(bit)&bit != 0
}

func (p pageSet) has(id uint64) bool { return p[id/32].Load()&(1<<(id%32)) != 0 }

func (w *pageWalk) walk() error {
	root, err := w.newestMeta()
	if err != nil {
		return err
	}
	if w.high < 2 || w.high > uint64(len(w.data))/w.size {
		return fmt.Errorf("%w: the file has %d bytes of %d", errDamaged, len(w.data), w.high*w.size)
	}
	w.seen = newPageSet(w.high)
	w.hands = make(chan struct{}, runtime.NumCPU()-1)
	return w.page(root, nil, nil)
}

// newestMeta finds the newer of the two meta pages that is whole, and the
// root page that it names. bbolt's pages are as large as those of the system
// that made the file.
func (w *pageWalk) newestMeta() (root uint64, err error) {
	newest, found := uint64(0), false
	for _, size := range []uint64{4096, 16384, 65536} {
		for at := uint64(pageHead); at <= pageHead+size; at += size {
			if at+metaSize+8 > uint64(len(w.data)) {
				continue
			}
			m := w.data[at : at+metaSize+8]
			if !wholeMeta(m, size) {
				continue
			}
			if txid := word(m, metaTxid); !found || txid > newest {
				newest, found = txid, true
				w.size, w.high, w.txid, w.meta, root = size, word(m, metaHigh), txid, m, word(m, metaRoot)
			}
		}
	}
	if !found {
		return 0, fmt.Errorf("%w: no meta page is whole", errDamaged)
	}
	return root, nil
}

func wholeMeta(m []byte, size uint64) bool {
	h := fnv.New64a()
	h.Write(m[:metaSize])
	return half(m, 0) == metaMagic && uint64(half(m, metaPage)) == size && h.Sum64() == word(m, metaSize)
}

func word(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
func half(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }

// page looks at a page and at all below it. Its keys lie from least up to
// below most; nil: no bound.
func (w *pageWalk) page(id uint64, least, most []byte) error {
	n, err := w.open(id)
	if err != nil {
		return err
	}
	return w.node(n, least, most)
}

// open gives a page that nothing else has led to.
func (w *pageWalk) open(id uint64) (node, error) {
	if id < 2 || id >= w.high || w.seen.add(id) {
		return node{}, fmt.Errorf("%w: page %d is out of place", errDamaged, id)
	}
	head := w.data[id*w.size:]
	over := uint64(half(head, 12))
	if word(head, 0) != id || over >= w.high-id {
		return node{}, fmt.Errorf("%w: page %d is not what it should be", errDamaged, id)
	}
	for next := id + 1; next <= id+over; next++ {
		if w.seen.add(next) {
			return node{}, fmt.Errorf("%w: page %d is used twice", errDamaged, next)
		}
	}
	return node{id, head[:(over+1)*w.size]}, nil
}

// node is a page, or a small bucket that lies within a value of one.
type node struct {
	id   uint64 // of the page
	data []byte
}

func (n node) flags() uint16 { return binary.LittleEndian.Uint16(n.data[8:]) }
func (n node) count() int    { return int(binary.LittleEndian.Uint16(n.data[10:])) }

// pair gives an element's key, and its value in a leaf, which is nil when
// they are not within the page.
func (n node) pair(i int) (key, value []byte) {
	at := uint64(pageHead + i*element)
	e := n.data[at : at+element]
	pos, size, more := at+uint64(half(e, 0)), uint64(half(e, 4)), uint64(0)
	if n.flags() == flagLeaf {
		pos, size, more = at+uint64(half(e, 4)), uint64(half(e, 8)), uint64(half(e, 12))
	}
	if pos+size+more > uint64(len(n.data)) {
		return nil, nil
	}
	return n.data[pos : pos+size : pos+size], n.data[pos+size : pos+size+more]
}

// check tells whether it is a page of a bucket, with room for its elements.
func (n node) check() error {
	if len(n.data) < pageHead || n.flags() != flagNode && n.flags() != flagLeaf || pageHead+n.count()*element > len(n.data) {
		return fmt.Errorf("%w: page %d is no page of a bucket", errDamaged, n.id)
	}
	return nil
}

func (w *pageWalk) node(n node, least, most []byte) error {
	if err := n.check(); err != nil {
		return err
	}
	var helped sync.WaitGroup
	defer helped.Wait()
	failed := make(chan error, 1) // the first of a helper's is enough
	next, nextValue := w.first(n)
	for i := range n.count() {
		key, value := next, nextValue
		if key == nil || least != nil && bytes.Compare(key, least) < 0 {
			return fmt.Errorf("%w: key %d of page %d is out of place", errDamaged, i, n.id)
		}
		end := most
		if i+1 < n.count() {
			next, nextValue = n.pair(i + 1)
			end = next
		}
		if end != nil && bytes.Compare(key, end) >= 0 {
			return fmt.Errorf("%w: the keys of page %d do not rise", errDamaged, n.id)
		}
		if err := w.follow(n, i, key, value, end, &helped, failed); err != nil {
			return err
		}
	}
	helped.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// follow goes below an element, in a helper when a hand is free for a branch.
func (w *pageWalk) follow(n node, i int, key, value, end []byte, helped *sync.WaitGroup, failed chan error) error {
	if n.flags() != flagNode {
		return w.below(n, i, key, value, end)
	}
	select {
	case w.hands <- struct{}{}:
	default:
		return w.below(n, i, key, value, end)
	}
	helped.Go(func() {
		defer func() { <-w.hands }()
		if err := guarded(func() error { return w.below(n, i, key, value, end) }); err != nil {
			select {
			case failed <- err:
			default:
			}
		}
	})
	return nil
}

func (w *pageWalk) first(n node) (key, value []byte) {
	if n.count() == 0 {
		return nil, nil
	}
	return n.pair(0)
}

// below follows an element to the page or the bucket that it stands for.
func (w *pageWalk) below(n node, i int, key, value, end []byte) error {
	e := n.data[pageHead+i*element:]
	switch {
	case n.flags() == flagNode:
		return w.page(word(e, 8), key, end)
	case half(e, 0)&isBucket == 0:
		return nil
	case len(value) < 16:
		return fmt.Errorf("%w: a bucket of page %d is cut off", errDamaged, n.id)
	}
	if root := word(value, 0); root != 0 {
		return w.page(root, nil, nil)
	}
	return w.node(node{n.id, value[16:]}, nil, nil)
}

// guarded turns what reading a damaged file does, a panic or an access beyond
// the file's end, into an error.
func guarded(read func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	return read()
}
