package store

import (
	"encoding/binary"
	"hash/fnv"
	"os"
	"slices"
)

const (
	flagMeta     = 0x04
	flagFreelist = 0x10
	manyFree     = 0xFFFF // the true count is then the first element
)

// leaveFree puts the list of free pages into the file, as an empty commit of
// bbolt with NoFreelistSync off would, so that bbolt need not walk over all
// pages once more to find them: that takes longer than our own walk. The first
// real commit drops the list.
//
// The list is on disk before the meta page that names it is written. That one
// need not be: the one before says the same of everything else. Where the
// disk refuses, bbolt finds the free pages itself.
func (w *pageWalk) leaveFree(f *os.File) {
	ids := w.free()
	pages := (uint64(pageHead+8*(len(ids)+1)) + w.size - 1) / w.size
	at, high := w.high, w.high+pages
	if i := run(ids, int(pages)); i >= 0 { // starts without a commit between them let nothing grow
		at, high = ids[i], w.high
		ids = slices.Delete(ids, i, i+int(pages))
	}
	if _, err := f.WriteAt(w.freelist(at, pages, ids), int64(at*w.size)); err != nil {
		return
	}
	if err := syncData(f); err != nil {
		return
	}
	meta := w.nextMeta(at, high)
	_, _ = f.WriteAt(meta, int64(word(meta, 0)*w.size)) // half of it fails its checksum
}

// free gives the pages that the walk has not come to, in their order.
func (w *pageWalk) free() (ids []uint64) {
	for id := uint64(2); id < w.high; id++ {
		if !w.seen.has(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// run finds the first n numbers that follow one another without a gap; -1: none.
func run(ids []uint64, n int) int {
	for i := n - 1; i < len(ids); i++ {
		if from := i - n + 1; ids[i]-ids[from] == uint64(n-1) {
			return from
		}
	}
	return -1
}

// freelist writes a list of free pages as the page at, with those that follow it.
func (w *pageWalk) freelist(at, pages uint64, ids []uint64) []byte {
	p := make([]byte, pages*w.size)
	binary.LittleEndian.PutUint64(p, at)
	binary.LittleEndian.PutUint16(p[8:], flagFreelist)
	binary.LittleEndian.PutUint16(p[10:], uint16(min(len(ids), manyFree)))
	binary.LittleEndian.PutUint32(p[12:], uint32(pages-1))
	to := p[pageHead:]
	if len(ids) >= manyFree {
		binary.LittleEndian.PutUint64(to, uint64(len(ids)))
		to = to[8:]
	}
	for i, id := range ids {
		binary.LittleEndian.PutUint64(to[8*i:], id)
	}
	return p
}

// nextMeta writes the meta page of a commit that changes nothing but the list
// of free pages. It takes the place of the older one.
func (w *pageWalk) nextMeta(freelist, high uint64) []byte {
	p := make([]byte, pageHead+metaSize+8)
	binary.LittleEndian.PutUint64(p, (w.txid+1)%2)
	binary.LittleEndian.PutUint16(p[8:], flagMeta)
	m := p[pageHead:]
	copy(m, w.meta)
	binary.LittleEndian.PutUint64(m[metaFreelist:], freelist)
	binary.LittleEndian.PutUint64(m[metaHigh:], high)
	binary.LittleEndian.PutUint64(m[metaTxid:], w.txid+1)
	h := fnv.New64a()
	h.Write(m[:metaSize])
	binary.LittleEndian.PutUint64(m[metaSize:], h.Sum64())
	return p
}
