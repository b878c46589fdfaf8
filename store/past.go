package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"slices"

	iradix "github.com/hashicorp/go-immutable-radix/v2"
	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// bucketPast holds what hooks have read, so that they can be run over the
// journal again. A record of the state has a version that no other has, so one
// copy serves all units that read it:
//
//	block (8 bytes) 'v' version        → length of the key, the key, JSON
//	block (8 bytes) 'l' digest         → the versions below a prefix that was listed
//	0xff, length of a key, the key, block, version → a copy that may hold names of guests
//
// A block is so many events by their ids: what they read goes when the last of
// them has gone, without a look at each copy, and no clock has a say in it.
var bucketPast = []byte("past")

const (
	// pastBlock is how many events share their copies. A room or an item is
	// copied once in a block, however often it is read.
	pastBlock = 4096
	// maxPast bounds what one unit adds. What is beyond is not copied, and a
	// replay of the unit may be approximate.
	maxPast = 256 << 10

	pastValue = 'v'
	pastList  = 'l'
	pastNamed = 0xff
)

func blockOf(event uint64) []byte { return number(event / pastBlock) }

func pastKey(block []byte, version uint64) []byte {
	return binary.BigEndian.AppendUint64(append(bytes.Clone(block), pastValue), version)
}

// pastListKey is where the versions that a digest stands for lie; nil: it is
// none of ours.
func pastListKey(block []byte, digest string) []byte {
	sum, err := hex.DecodeString(digest)
	if err != nil || len(sum) == 0 {
		return nil
	}
	return append(append(bytes.Clone(block), pastList), sum...)
}

func namedPrefix(key []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{pastNamed}, uint16(len(key))), key...)
}

func namedKey(key, block []byte, version uint64) []byte {
	return binary.BigEndian.AppendUint64(append(namedPrefix(key), block...), version)
}

// copied is a record that a unit has read.
type copied struct {
	key string
	record
}

// keepPast copies what a unit of an event has read, as far as nobody has in
// this block; the state is still the one that it read. The newest records come
// first: old ones that nobody changes any more are found in the state itself.
func (c *commit) keepPast(event uint64, reads *hotel.Reads) {
	if reads == nil {
		return
	}
	block, left := blockOf(event), maxPast
	past := c.tx.Bucket(bucketPast)
	add := func(key, value []byte) (added bool) {
		if len(key)+len(value) > left || past.Get(key) != nil {
			return false
		}
		left -= len(key) + len(value)
		c.put(bucketPast, key, value)
		return true
	}
	var all []copied
	root := c.state.Root()
	for key := range reads.Keys {
		if r, ok := root.Get([]byte(key)); ok {
			all = append(all, copied{key, r})
		}
	}
	for prefix, digest := range reads.Lists {
		listed, versions := below(root, prefix)
		all = append(all, listed...)
		if key := pastListKey(block, digest); key != nil {
			add(key, versions)
		}
	}
	slices.SortFunc(all, func(a, b copied) int { return cmp.Compare(b.version, a.version) })
	for _, r := range all {
		if hotel.KeptByReference(r.key) {
			continue
		}
		if add(pastKey(block, r.version), encodePast(r.key, r.json)) && hotel.MayHoldNames(r.key) {
			c.put(bucketPast, namedKey([]byte(r.key), block, r.version), here)
		}
	}
}

// below gives the records below a prefix, and their versions in short: each as
// the difference to the one before.
func below(root *iradix.Node[record], prefix string) (all []copied, versions []byte) {
	before := uint64(0)
	walk(root, prefix, func(key string, r record) bool {
		all = append(all, copied{key, r})
		versions = binary.AppendVarint(versions, int64(r.version-before))
		before = r.version
		return true
	})
	return all, append(versions, 0) // no value is empty
}

// versionsOf reads what below has written.
func versionsOf(short []byte) (versions []uint64) {
	version := uint64(0)
	for len(short) > 1 {
		step, n := binary.Varint(short)
		if n <= 0 {
			return versions
		}
		version += uint64(step)
		versions, short = append(versions, version), short[n:]
	}
	return versions
}

func encodePast(key string, value []byte) []byte {
	return append(append(binary.AppendUvarint(nil, uint64(len(key))), key...), value...)
}

// decodePast parts a copy; false: it is none.
func decodePast(text []byte) (key, value []byte, ok bool) {
	n, width := binary.Uvarint(text)
	if width <= 0 || n > uint64(len(text)-width) {
		return nil, nil, false
	}
	text = text[width:]
	return text[:n], text[n:], true
}

// forgetPast removes the copies of a record in which one of the names stands.
func (c *commit) forgetPast(key string, names []string) {
	prefix := namedPrefix([]byte(key))
	var gone [][]byte
	past := c.tx.Bucket(bucketPast)
	cursor := past.Cursor()
	for k, _ := cursor.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = cursor.Next() {
		if len(k) != len(prefix)+16 {
			continue
		}
		at := pastKey(k[len(prefix):len(prefix)+8], readNumber(k[len(prefix)+8:]))
		if _, value, ok := decodePast(past.Get(at)); !ok || hotel.HoldsNames(value, names) {
			gone = append(gone, at)
		}
	}
	for _, at := range gone {
		c.removePast(at)
	}
}

// removePast removes a copy, or a list, and what says that it may hold names.
func (c *commit) removePast(at []byte) {
	if len(at) == 17 && at[8] == pastValue {
		if key, _, ok := decodePast(c.tx.Bucket(bucketPast).Get(at)); ok && hotel.MayHoldNames(string(key)) {
			c.remove(bucketPast, namedKey(bytes.Clone(key), at[:8], readNumber(at[9:])))
		}
	}
	c.remove(bucketPast, at)
}

// findPast finds the copies of blocks whose events have all gone.
func (r *retention) findPast(tx *bbolt.Tx, newest uint64) {
	oldest := min(goneUpTo(tx, nil), newest) + 1 // an event from there on may share them
	past := tx.Bucket(bucketPast)
	if past == nil {
		return // of an older version
	}
	cursor := past.Cursor()
	for k, _ := cursor.First(); len(k) > 8 && k[0] != pastNamed && r.left > 0 && readNumber(k[:8]) < oldest/pastBlock; k, _ = cursor.Next() {
		r.past = append(r.past, bytes.Clone(k))
		r.left--
	}
}

// soundPast tells whether a pair has the form of one of ours.
func soundPast(k, v []byte) bool {
	switch {
	case len(k) > 0 && k[0] == pastNamed:
		return len(k) > 19 && bytes.Equal(v, here)
	case len(k) == 17 && k[8] == pastValue:
		key, value, ok := decodePast(v)
		return ok && len(key) > 0 && len(value) > 1
	}
	return len(k) > 9 && k[8] == pastList
}
