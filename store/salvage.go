package store

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"
)

// pair is a key and a value that were read from a damaged file.
type pair struct{ key, value []byte }

// salvage copies what can be read of a damaged file, bucket by bucket, each
// up to the first page that makes no sense. Not being able to read is no
// error: the new database then starts empty and the old file stays where it
// is. What was queued keeps its keys, so that the far sides know it again.
func salvage(db *bbolt.DB, aside string) (events int, err error) {
	found := map[string][]pair{}
	for _, name := range buckets {
		found[string(name)] = readable(aside, name)
	}
	if err := db.Update(func(tx *bbolt.Tx) error { return restore(tx, found) }); err != nil {
		return 0, err
	}
	for _, p := range found[string(bucketJournal)] {
		if len(p.key) == 8 {
			events++
		}
	}
	return events, nil
}

// restore writes the pairs and works out anew what meta would have known.
func restore(tx *bbolt.Tx, found map[string][]pair) error {
	var m meta
	if err := m.read(tx); err != nil {
		return err
	}
	for name, pairs := range found {
		for _, p := range pairs {
			if err := tx.Bucket([]byte(name)).Put(p.key, p.value); err != nil {
				return fmt.Errorf("keep what was salvaged of %s: %w", name, err)
			}
			m.Bytes += int64(len(p.key) + len(p.value))
			m.count(name, p)
		}
	}
	// The new numbers stay clear of all that the lost part may have given.
	m.LastNext += 1 << 20
	m.Version += 1 << 20
	return m.write(tx)
}

func (m *meta) count(bucket string, p pair) {
	switch bucket {
	case string(bucketJournal):
		m.LastID = max(m.LastID, readNumber(p.key[:8]))
		if len(p.key) == 8 {
			m.Events++
		}
	case string(bucketRaw):
		m.RawBytes += int64(len(p.value))
	case string(bucketState):
		m.Version = max(m.Version, readNumber(p.value[:8]))
	case string(bucketPostings), string(bucketParked), string(bucketEnded):
		m.LastNext = max(m.LastNext, readNumber(p.key))
		if bucket == string(bucketParked) {
			m.Parked++
		}
	case string(bucketOutbox), string(bucketLater):
		m.LastNext = max(m.LastNext, readNumber(p.key[len(p.key)-8:]))
		if p.value[0] == '{' {
			m.Waiting++
		}
	}
}

// readable collects the sound pairs of one bucket of a damaged file.
func readable(path string, name []byte) (pairs []pair) {
	defer func() { _ = recover() }() // what was read before the bad page counts
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return nil
	}
	defer func() { _ = db.Close() }()
	_ = db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(name)
		if b == nil {
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			if sound(string(name), k, v) {
				pairs = append(pairs, pair{bytes.Clone(k), bytes.Clone(v)})
			}
			return nil
		})
	})
	return pairs
}

// sound tells whether a pair has the form that its bucket's pairs have.
func sound(bucket string, k, v []byte) bool {
	switch bucket {
	case string(bucketJournal):
		if len(k) > 8 {
			return len(v) > 1 && json.Valid(v[1:])
		}
		return len(k) == 8 && json.Valid(v)
	case string(bucketState):
		return len(k) > 0 && len(v) > 8 && json.Valid(v[8:])
	case string(bucketOutbox):
		_, err := readLane(k)
		return err == nil && len(v) > 1 && (v[0] == pointer || json.Valid(v))
	case string(bucketLater):
		return len(k) == 16 && json.Valid(v)
	case string(bucketPostings), string(bucketParked), string(bucketEnded), string(bucketCalls):
		return len(k) == 8 && json.Valid(v)
	}
	return len(k) > 0 && v != nil
}
