package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// pair is a key and a value that were read from a damaged file.
type pair struct{ key, value []byte }

// salvage copies what can be read of a damaged file, leaving out pages that
// make no sense and pairs that do not have their bucket's form. Not being able
// to read is no error: the new database then starts empty and the old file
// stays where it is. What was queued keeps its keys, so that the far sides
// know it again.
func salvage(db *bbolt.DB, aside string) (events int, err error) {
	found := readable(aside)
	found[string(bucketJournal)] = whole(found[string(bucketJournal)])
	var old meta // as much as can be read
	for _, p := range found[string(bucketMeta)] {
		_ = json.Unmarshal(p.value, &old)
	}
	for _, name := range [][]byte{bucketMeta, bucketLanes, bucketLater} {
		delete(found, string(name)) // the last two follow from the calls
	}
	if err := db.Update(func(tx *bbolt.Tx) error { return restore(tx, found, old) }); err != nil {
		return 0, err
	}
	for _, p := range found[string(bucketJournal)] {
		if len(p.key) == 8 {
			events++
		}
	}
	return events, nil
}

// whole leaves out records of units whose event is not there: the key of one
// may be damaged, too.
func whole(journal []pair) (kept []pair) {
	var event []byte
	for _, p := range journal {
		switch {
		case len(p.key) == 8:
			event = p.key
		case !bytes.HasPrefix(p.key, event) || event == nil:
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

// restore writes the pairs and works out anew what meta would have known.
// What the old one said helps where it goes further than what was found.
func restore(tx *bbolt.Tx, found map[string][]pair, old meta) error {
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
	if err := m.replace(tx, found[string(bucketOutbox)]); err != nil {
		return err
	}
	m.LastID, m.LastNext, m.Version = max(m.LastID, old.LastID), max(m.LastNext, old.LastNext), max(m.Version, old.Version)
	// What is before the first event, or was finished, has no successor to
	// wait for.
	m.Watermark = min(old.Watermark, m.LastID)
	if journal := found[string(bucketJournal)]; len(journal) > 0 {
		m.Watermark = max(m.Watermark, readNumber(journal[0].key[:8])-1)
	}
	// The new numbers stay clear of all that the lost part may have given.
	m.LastNext += 1 << 20
	m.Version += 1 << 20
	return m.write(tx)
}

// replace gives salvaged calls their places anew.
func (m *meta) replace(tx *bbolt.Tx, calls []pair) error {
	for _, p := range calls {
		var q hotel.QueuedCall
		if err := json.Unmarshal(p.value, &q); err != nil {
			return fmt.Errorf("salvaged call %x: %w", p.key, err)
		}
		bucket, keys := placesOf(&q)
		for _, key := range keys {
			if err := tx.Bucket(bucket).Put(key, here); err != nil {
				return fmt.Errorf("salvaged call %d: %w", q.ID, err)
			}
			m.Bytes += int64(len(key) + len(here))
		}
	}
	return nil
}

// placesOf are a waiting call's keys in the lanes, or in later: from there it
// is released when its time has come, if that is not long past.
func placesOf(q *hotel.QueuedCall) (bucket []byte, keys [][]byte) {
	if !q.NotBefore.IsZero() {
		return bucketLater, [][]byte{laterKey(q.NotBefore, q.ID)}
	}
	for _, l := range LanesOf(q) {
		keys = append(keys, laneKey(l, q.ID))
	}
	return bucketLanes, keys
}

func (m *meta) count(bucket string, p pair) {
	switch bucket {
	case string(bucketJournal):
		m.LastID = max(m.LastID, readNumber(p.key[:8]))
		if len(p.key) == 8 {
			m.Events++
		}
	case string(bucketCalls):
		m.LastID = max(m.LastID, readNumber(p.key)) // its event
	case string(bucketRaw):
		m.RawBytes += int64(len(p.value))
	case string(bucketState):
		m.Version = max(m.Version, readNumber(p.value[:8]))
	case string(bucketPostings), string(bucketParked), string(bucketEnded), string(bucketOutbox):
		m.LastNext = max(m.LastNext, readNumber(p.key))
		switch bucket {
		case string(bucketParked):
			m.Parked++
		case string(bucketOutbox):
			m.Waiting++
		}
	}
}

// readable collects the sound pairs of a damaged file, by bucket and in the
// order of their keys. It does not leave that to bbolt, which may never come
// back from a page that leads to itself.
func readable(path string) map[string][]pair {
	found := map[string][]pair{}
	_ = guarded(func() error { // what was read before a fault counts
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		data, unmap, err := mapFile(path, info.Size())
		if err != nil || data == nil {
			return err
		}
		defer unmap()
		w := &pageWalk{data: data}
		root, err := w.newestMeta()
		if err != nil {
			return err
		}
		w.high = min(w.high, uint64(len(data))/w.size)
		w.seen = make([]atomic.Bool, w.high)
		w.gather(root, nil, nil, func(name, value []byte) { w.gatherBucket(name, value, found) })
		return nil
	})
	for _, pairs := range found {
		slices.SortStableFunc(pairs, func(x, y pair) int { return bytes.Compare(x.key, y.key) })
	}
	return found
}

// gatherBucket collects the sound pairs of one bucket.
func (w *pageWalk) gatherBucket(name, value []byte, found map[string][]pair) {
	bucket := string(name)
	known := bucket == string(bucketMeta) || slices.ContainsFunc(buckets, func(b []byte) bool { return string(b) == bucket })
	if !known || len(value) < 16 {
		return
	}
	take := func(k, v []byte) {
		if sound(bucket, k, v) {
			found[bucket] = append(found[bucket], pair{bytes.Clone(k), bytes.Clone(v)})
		}
	}
	if root := word(value, 0); root != 0 {
		w.gather(root, nil, nil, take)
		return
	}
	w.gatherNode(node{0, value[16:]}, nil, nil, take)
}

// gather gives all pairs at and below a page whose keys are within the
// bounds. What makes no sense is left out with all below it.
func (w *pageWalk) gather(id uint64, least, most []byte, take func(k, v []byte)) {
	if n, err := w.open(id); err == nil {
		w.gatherNode(n, least, most, take)
	}
}

func (w *pageWalk) gatherNode(n node, least, most []byte, take func(k, v []byte)) {
	if n.check() != nil {
		return
	}
	for i := range n.count() {
		key, value := n.pair(i)
		if key == nil || least != nil && bytes.Compare(key, least) < 0 || most != nil && bytes.Compare(key, most) >= 0 {
			continue
		}
		if n.flags() == flagLeaf {
			take(key, value)
			continue
		}
		end := most
		if i+1 < n.count() {
			if next, _ := n.pair(i + 1); bytes.Compare(next, key) > 0 {
				end = next
			}
		}
		w.gather(word(n.data[pageHead+i*element:], 8), key, end, take)
	}
}

// sound tells whether a pair has the form that its bucket's pairs have.
func sound(bucket string, k, v []byte) bool {
	switch bucket {
	case string(bucketJournal):
		if len(k) > 8 {
			return len(v) > 1 && json.Valid(v[1:])
		}
		var e hotel.Event
		return len(k) == 8 && json.Unmarshal(v, &e) == nil && e.ID == readNumber(k)
	case string(bucketState):
		return len(k) > 0 && len(v) > 8 && json.Valid(v[8:])
	case string(bucketOutbox), string(bucketParked), string(bucketEnded):
		var q hotel.QueuedCall
		return len(k) == 8 && json.Unmarshal(v, &q) == nil && q.ID == readNumber(k)
	case string(bucketCalls):
		var r hotel.CallRecord
		return len(k) == 8 && json.Unmarshal(v, &r) == nil && r.Event == readNumber(k)
	case string(bucketPostings):
		var p hotel.Posting
		return len(k) == 8 && json.Unmarshal(v, &p) == nil && bytes.Equal(postingKey(p.ID), k)
	}
	return len(k) > 0 && v != nil
}
