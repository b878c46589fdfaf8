package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// salvageChunk bounds what is in memory of what was salvaged.
const salvageChunk = 1 << 20

// salvage copies what can be read of a damaged file into a new one, leaving
// out pages that make no sense and pairs that do not have their bucket's form.
// Not being able to read is no error: the new database then starts empty and
// the old file stays under its other name. What was queued keeps its keys, so
// that the far sides know it again. old is what the damaged one said of
// itself, as far as that can be read.
func salvage(db *bbolt.DB, from *os.File) (events int, old meta, err error) {
	if err := prepare(db); err != nil {
		return 0, old, err
	}
	s := &salvaged{db: db}
	if err := db.View(s.meta.read); err != nil {
		return 0, old, err
	}
	_ = guarded(func() error { // what was read before a fault counts
		data, unmap, err := mapFile(from)
		if err != nil || data == nil {
			return err
		}
		defer unmap()
		s.all(data)
		return nil
	})
	s.finish()
	return int(s.meta.Events), s.old, s.err
}

// salvaged is the new database while it is being filled.
type salvaged struct {
	db    *bbolt.DB
	tx    *bbolt.Tx
	size  int    // of what tx holds
	err   error  // of the new file; the damaged one makes none
	meta  meta   // what it will know of itself
	old   meta   // as much of the old one's as can be read
	first uint64 // oldest event
}

// all takes over each bucket, those first on which others hang.
func (s *salvaged) all(data []byte) {
	roots := map[string][]byte{}
	w := newWalk(data)
	if w == nil {
		return
	}
	w.gather(w.root, nil, nil, func(name, value []byte) { roots[string(name)] = value })
	each := func(bucket []byte, take func(k, v []byte)) {
		newWalk(data).gatherBucket(roots[string(bucket)], func(k, v []byte) {
			if sound(string(bucket), k, v) {
				take(bytes.Clone(k), bytes.Clone(v))
			}
		})
	}
	each(bucketMeta, func(_, v []byte) { _ = json.Unmarshal(v, &s.old) })
	each(bucketJournal, func(k, v []byte) { s.put(bucketJournal, k, v, len(k) == 8) })
	// The key of a unit's record may be damaged, too: its event must be there.
	each(bucketJournal, func(k, v []byte) { s.put(bucketJournal, k, v, len(k) > 8 && s.has(bucketJournal, k[:8])) })
	each(bucketNames, func(k, v []byte) { s.put(bucketNames, k, v, s.has(bucketJournal, k[:8])) })
	for _, name := range [][]byte{bucketRaw, bucketState, bucketPostings, bucketCalls, bucketParked, bucketEnded} {
		each(name, func(k, v []byte) { s.put(name, k, v, true) })
	}
	each(bucketPast, s.putPast)
	each(bucketOutbox, s.queue)
	// A report is a copy only of what is there.
	each(bucketMerge, func(k, v []byte) {
		s.put(bucketMerge, k, v, len(v) == 8 && (s.has(bucketJournal, v) || s.has(bucketCalls, v)))
	})
	each(bucketLatest, func(k, v []byte) { s.put(bucketLatest, k, v, s.has(bucketOutbox, v)) })
}

// bucket gives a bucket of the new file, to be written.
func (s *salvaged) bucket(name []byte) *bbolt.Bucket {
	if s.tx != nil && s.size > salvageChunk {
		s.commit()
	}
	if s.tx == nil && s.err == nil {
		s.tx, s.err = s.db.Begin(true)
		s.size = 0
	}
	if s.err != nil {
		return nil
	}
	b := s.tx.Bucket(name)
	b.FillPercent = fillPercent
	return b
}

func (s *salvaged) commit() {
	if err := s.tx.Commit(); s.err == nil {
		s.err = err
	}
	s.tx = nil
}

func (s *salvaged) has(bucket, key []byte) bool {
	b := s.bucket(bucket)
	return b != nil && len(key) > 0 && b.Get(key) != nil
}

// put keeps a pair if it is wanted and the first of its key.
func (s *salvaged) put(bucket, key, value []byte, wanted bool) {
	b := s.bucket(bucket)
	if b == nil || !wanted || b.Get(key) != nil {
		return
	}
	if err := b.Put(key, value); err != nil {
		s.err = fmt.Errorf("keep what was salvaged of %s: %w", bucket, err)
		return
	}
	if &bucket[0] == &bucketPostings[0] {
		s.putFolio(value)
	}
	if &bucket[0] == &bucketCalls[0] {
		s.putLeg(value)
	}
	s.size += len(key) + len(value)
	s.meta.Bytes += int64(len(key) + len(value))
	s.meta.count(string(bucket), key, value)
	if len(key) == 8 && &bucket[0] == &bucketJournal[0] && (s.first == 0 || readNumber(key) < s.first) {
		s.first = readNumber(key)
	}
}

// putFolio makes the list of a stay's postings anew: it follows from them.
func (s *salvaged) putFolio(posting []byte) {
	var p hotel.Posting
	if json.Unmarshal(posting, &p) == nil && p.Stay != "" {
		s.put(bucketFolios, folioKey(p.Stay, p.ID), here, true)
	}
}

// putLeg makes the list of a call's records anew.
func (s *salvaged) putLeg(record []byte) {
	var r hotel.CallRecord
	if json.Unmarshal(record, &r) == nil && hasLegs(r.CallID) {
		s.put(bucketLegs, legKey(r.CallID, r.Event), here, true)
	}
}

// putPast keeps what hooks read, and makes anew what says where names may be.
func (s *salvaged) putPast(k, v []byte) {
	if k[0] == pastNamed {
		return
	}
	s.put(bucketPast, k, v, true)
	if key, _, ok := decodePast(v); ok && k[8] == pastValue && hotel.MayHoldNames(string(key)) {
		s.put(bucketPast, namedKey(key, k[:8], readNumber(k[9:])), here, true)
	}
}

// queue keeps a waiting call and gives it its places anew.
func (s *salvaged) queue(k, v []byte) {
	var q hotel.QueuedCall
	if json.Unmarshal(v, &q) != nil {
		return
	}
	s.put(bucketOutbox, k, v, true)
	bucket, keys := placesOf(&q)
	for _, key := range keys {
		s.put(bucket, key, here, true)
	}
}

// finish works out what meta would have known. What the old one said helps
// where it goes further than what was found.
func (s *salvaged) finish() {
	b := s.bucket(bucketMeta)
	if b == nil {
		if s.tx != nil {
			_ = s.tx.Rollback()
		}
		return
	}
	m, old := &s.meta, &s.old
	if m.LastID > 0 {
		old.LastID = min(old.LastID, m.LastID+salvageGap) // it may be damaged itself
	}
	m.LastID, m.LastNext, m.Version = max(m.LastID, old.LastID), max(m.LastNext, old.LastNext), max(m.Version, old.Version)
	// What is before the first event, or was finished, has no successor to
	// wait for.
	m.Watermark = m.LastID
	if s.first > 0 {
		m.Watermark = max(min(old.Watermark, m.LastID), s.first-1)
	}
	// The new numbers stay clear of all that the lost part may have given.
	m.LastNext += salvageGap
	m.Version += salvageGap
	if s.err = m.write(s.tx); s.err != nil {
		_ = s.tx.Rollback()
		return
	}
	s.commit()
}

// salvageGap is more than what a lost part can have counted.
const salvageGap = 1 << 20

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

// count takes a salvaged pair into account.
func (m *meta) count(bucket string, key, value []byte) {
	switch bucket {
	case string(bucketJournal):
		m.LastID = max(m.LastID, readNumber(key[:8]))
		if len(key) == 8 {
			m.Events++
		}
	case string(bucketCalls):
		m.LastID = max(m.LastID, readNumber(key)) // its event
	case string(bucketRaw):
		m.RawBytes += int64(len(value))
	case string(bucketState):
		m.Version = max(m.Version, readNumber(value[:8]))
	case string(bucketPostings), string(bucketParked), string(bucketEnded), string(bucketOutbox):
		m.LastNext = max(m.LastNext, readNumber(key))
		switch bucket {
		case string(bucketParked):
			m.Parked++
		case string(bucketOutbox):
			m.Waiting++
		}
	}
}

// newWalk starts anew at a file's newest root; nil when it has none.
func newWalk(data []byte) *pageWalk {
	w := &pageWalk{data: data}
	var err error
	if w.root, err = w.newestMeta(); err != nil {
		return nil
	}
	w.high = min(w.high, uint64(len(data))/w.size)
	w.seen = newPageSet(w.high)
	return w
}

// gatherBucket gives all pairs of the bucket that a value of the root stands
// for.
func (w *pageWalk) gatherBucket(value []byte, take func(k, v []byte)) {
	if len(value) < 16 {
		return
	}
	if root := word(value, 0); root != 0 {
		w.gather(root, nil, nil, take)
		return
	}
	w.gatherNode(node{0, value[16:]}, nil, nil, take)
}

// gather gives all pairs at and below a page whose keys are within the
// bounds. What makes no sense is left out with all below it. It does not
// leave that to bbolt, which may never come back from a page that leads to
// itself.
func (w *pageWalk) gather(id uint64, least, most []byte, take func(k, v []byte)) {
	_ = guarded(func() error { // a disk may refuse one page and give the next
		n, err := w.open(id)
		if err == nil {
			w.gatherNode(n, least, most, take)
		}
		return err
	})
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
	case string(bucketNames):
		return len(k) >= 8 && (json.Valid(v) || bytes.Equal(v, here))
	case string(bucketPast):
		return soundPast(k, v)
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
