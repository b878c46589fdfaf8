package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"

	iradix "github.com/hashicorp/go-immutable-radix/v2"
	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

type tree = iradix.Tree[record]

// Snapshot is the state after one commit. It never changes, and holding it
// holds no transaction.
type Snapshot struct{ root *tree }

// Snapshot is the state after the newest commit.
func (s *Store) Snapshot() *Snapshot { return s.snapshot.Load() }

// Get implements [hotel.View].
func (s *Snapshot) Get(key string, into any) bool {
	r, ok := s.root.Get([]byte(key))
	return ok && r.decode(key, into)
}

// List implements [hotel.View].
func (s *Snapshot) List(prefix string, visit func(string, func(any) bool) bool) {
	walk(s.root.Root(), prefix, func(key string, r record) bool {
		return visit(key, func(into any) bool { return r.decode(key, into) })
	})
}

func walk(root *iradix.Node[record], prefix string, visit func(string, record) bool) {
	root.WalkPrefix([]byte(prefix), func(k []byte, r record) bool { return !visit(string(k), r) })
}

// Recorder reads a snapshot and remembers what was read, so that the writer
// can tell whether it still holds. One unit uses one; it is not for use by
// several goroutines.
type Recorder struct {
	snapshot *Snapshot
	reads    hotel.Reads
}

// Recorder starts a recorded reading of the snapshot.
func (s *Snapshot) Recorder() *Recorder { return &Recorder{snapshot: s} }

// Get implements [hotel.View].
func (r *Recorder) Get(key string, into any) bool {
	rec, ok := r.snapshot.root.Get([]byte(key))
	if r.reads.Keys == nil {
		r.reads.Keys = map[string]uint64{}
	}
	r.reads.Keys[key] = rec.version
	return ok && rec.decode(key, into)
}

// List implements [hotel.View]. The whole prefix counts as read, however
// early visit ends.
func (r *Recorder) List(prefix string, visit func(string, func(any) bool) bool) {
	if r.reads.Lists == nil {
		r.reads.Lists = map[string]string{}
	}
	if _, seen := r.reads.Lists[prefix]; !seen {
		r.reads.Lists[prefix] = listDigest(r.snapshot.root.Root(), prefix)
	}
	r.snapshot.List(prefix, visit)
}

// Reads gives what was read; nil when nothing was.
func (r *Recorder) Reads() *hotel.Reads {
	if r.reads.Keys == nil && r.reads.Lists == nil {
		return nil
	}
	return &r.reads
}

// listDigest stands for the keys and versions below a prefix.
func listDigest(root *iradix.Node[record], prefix string) string {
	h := sha256.New()
	walk(root, prefix, func(key string, r record) bool {
		h.Write([]byte(key))
		h.Write(binary.BigEndian.AppendUint64([]byte{0}, r.version))
		return true
	})
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// unchanged tells whether everything read is as it was.
func unchanged(root *iradix.Node[record], reads *hotel.Reads) bool {
	if reads == nil {
		return true
	}
	for key, version := range reads.Keys {
		r, _ := root.Get([]byte(key))
		if r.version != version {
			return false
		}
	}
	for prefix, digest := range reads.Lists {
		if listDigest(root, prefix) != digest {
			return false
		}
	}
	return true
}

// loadState reads the durable copy into memory.
func loadState(tx *bbolt.Tx) (*tree, error) {
	txn := iradix.New[record]().Txn()
	err := tx.Bucket(bucketState).ForEach(func(k, v []byte) error {
		if len(v) < 8 || !json.Valid(v[8:]) {
			return fmt.Errorf("%w: record %q of the state", errDamaged, k)
		}
		txn.Insert(bytes.Clone(k), newRecord(binary.BigEndian.Uint64(v), bytes.Clone(v[8:])))
		return nil
	})
	return txn.Commit(), err
}
