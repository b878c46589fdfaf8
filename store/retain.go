package store

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

const (
	// retainBatch bounds what one commit of [Store.Retain] removes, so that
	// events do not wait long behind it.
	retainBatch = 500
	// retainLooks bounds how many records of a kind one call looks at: postings
	// of a PMS that has been away for long may not go, however many there are.
	retainLooks = 10_000
	// historyEvery is how long after a look at all calls, postings and stays, of
	// which none could go, they are looked at again: those that are old and must
	// stay are thousands.
	historyEvery = time.Hour
)

// Retain removes finished events that are older than keep by a clock that is
// believed, and the oldest
// finished ones while the store is larger than maxBytes by its own
// accounting; with them go their done-records and raw bytes, and what lies
// as far back of calls, settled postings, ended queued calls and departed
// stays. What is unfinished, queued or parked is never removed for age or
// size. more says that another call would remove more.
//
// What may go is found in a short read transaction, beside the writer. Where
// nothing may, nothing is committed: a call costs the disk nothing then.
func (s *Store) Retain(ctx context.Context, keep time.Duration, maxBytes int64) (removed int, more bool, err error) {
	s.retaining.Lock()
	defer s.retaining.Unlock()
	r := retention{now: s.now().UTC(), maxBytes: maxBytes, left: retainBatch, state: s.Snapshot(), looked: s.looked}
	since := r.now.Sub(s.noneOld)
	r.history = since < 0 || since >= historyEvery
	if s.believed() { // by one that runs ahead everything would be old
		r.before = r.now.Add(-keep)
	}
	if err := s.view(r.find); err != nil {
		return 0, false, err
	}
	if r.findStays(); r.history && r.left > 0 && len(r.records)+len(r.stays)+len(r.looked) == 0 {
		s.noneOld = r.now
	}
	r.findKept()
	if r.left == retainBatch {
		return 0, false, nil
	}
	err = s.submit(ctx, true, func(c *commit) error {
		removed = r.remove(c)
		return nil
	})
	if err != nil { // the writer may still be at it
		return 0, false, err
	}
	return removed, r.left == 0, nil
}

// retention is what may go, as it was when it was looked for.
type retention struct {
	now, before time.Time
	maxBytes    int64
	left        int // of retainBatch
	state       hotel.View
	looked      map[string][]byte // where the next look at a bucket begins
	history     bool              // calls, postings and stays are looked at

	events  []oldEvent
	aged    uint64 // the newest of them that is too old; those behind it go for their size
	gone    uint64 // every event up to here has gone, or goes now
	records []oldRecord
	stays   []string
	kept    []string // of hooks' values that have ended, the keys by which they are found
	past    [][]byte // copies of what hooks read
}

// oldEvent is an event that may go, and its place among the merge keys.
type oldEvent struct {
	id    uint64
	merge []byte
}

// oldRecord is a record of history that may go, and what tells whether it
// still may.
type oldRecord struct {
	bucket, key []byte
	look        func(v []byte) (at time.Time, mayGo bool)
}

func (r *retention) find(tx *bbolt.Tx) error {
	var m meta
	if err := m.read(tx); err != nil {
		return err
	}
	large := m.Bytes > r.maxBytes
	r.findEvents(tx, m.Watermark, large)
	r.findPast(tx, m.LastID)
	r.gone = goneUpTo(tx, r.events)
	if r.history {
		r.findOld(tx, bucketCalls, r.lookCall)
		r.findOld(tx, bucketPostings, r.lookPosting)
	}
	r.findOld(tx, bucketEnded, func(v []byte) (time.Time, bool) {
		var q hotel.QueuedCall
		err := json.Unmarshal(v, &q)
		if large {
			return time.Time{}, err == nil // events go first; then what is known of ended calls
		}
		return q.Queued, err == nil && q.Event <= r.gone
	})
	return nil
}

// goneUpTo gives the id up to which there is no event when these are gone, too.
// History goes behind its event: by its own time, which may be of 1970, nobody
// knows how old it is.
func goneUpTo(tx *bbolt.Tx, going []oldEvent) uint64 {
	if n := len(going); n > 0 {
		return going[n-1].id
	}
	k, _ := tx.Bucket(bucketJournal).Cursor().First()
	if len(k) < 8 {
		return math.MaxUint64
	}
	return readNumber(k[:8]) - 1
}

// findEvents takes the oldest on, up to the first that stays. One whose time is
// yet to come, by a clock that ran ahead then, or that has the time of a clock
// that was not believed, is as old as those behind it.
func (r *retention) findEvents(tx *bbolt.Tx, watermark uint64, large bool) {
	young := false // one was met that is
	for w := walkJournal(tx, 0); len(r.events) < retainBatch && w.next() && w.id <= watermark; {
		var e kept
		err := json.Unmarshal(w.event, &e) // what cannot be read has no use to anybody
		switch {
		case err != nil || e.Time.After(r.now) || e.Unsure || young:
		case e.Time.Before(r.before):
			r.aged = w.id
		default:
			young = true
		}
		if young && !large {
			break
		}
		old := oldEvent{id: w.id}
		if e.DuplicateOf == 0 {
			old.merge = mergeKey(&e.Event)
		}
		r.events = append(r.events, old)
	}
	if !large {
		for len(r.events) > 0 && r.events[len(r.events)-1].id > r.aged {
			r.events = r.events[:len(r.events)-1]
		}
	}
	r.left -= len(r.events)
}

func (r *retention) lookCall(v []byte) (time.Time, bool) {
	var call hotel.CallRecord
	err := json.Unmarshal(v, &call)
	var waits bool
	return call.Time, err == nil && call.Event <= r.gone && !r.billed(call.Stay) && !r.state.Get(hotel.UnpricedKey(call.Event), &waits)
}

func (r *retention) lookPosting(v []byte) (time.Time, bool) {
	var p hotel.Posting
	err := json.Unmarshal(v, &p)
	settled := p.State == hotel.PostingPosted || p.State == hotel.PostingWrittenOff
	return p.Time, err == nil && settled && p.Event <= r.gone && !r.billed(p.Stay)
}

// billed tells whether a stay's folio may still be asked for as a whole: it
// has not ended, or not long ago.
func (r *retention) billed(stay string) bool {
	var s hotel.Stay
	return r.state.Get(hotel.StayKey(stay), &s) && (s.State != hotel.StayDeparted || !s.CheckOut.Before(r.before))
}

// findOld takes records from the oldest on up to the first one that is young,
// passing over those that may not go yet. One whose time is yet to come is as
// old as the next. It goes on where the last look ended, and begins anew when
// that came to the end.
func (r *retention) findOld(tx *bbolt.Tx, bucket []byte, look func(v []byte) (at time.Time, mayGo bool)) {
	var ahead []oldRecord
	cursor := tx.Bucket(bucket).Cursor()
	k, v := cursor.Seek(r.looked[string(bucket)])
	delete(r.looked, string(bucket))
	for looks := 0; k != nil; k, v = cursor.Next() {
		if looks++; r.left <= len(ahead) || looks > retainLooks {
			r.looked[string(bucket)] = bytes.Clone(k)
			return
		}
		at, mayGo := look(v)
		if !at.Before(r.before) && !at.After(r.now) {
			return
		}
		if mayGo {
			ahead = append(ahead, oldRecord{bucket, bytes.Clone(k), look})
		}
		if at.Before(r.before) {
			r.records = append(r.records, ahead...)
			r.left -= len(ahead)
			ahead = nil
		}
	}
}

// findStays finds those that ended long ago.
func (r *retention) findStays() {
	if r.left == 0 || !r.history {
		return // a later call comes to them
	}
	r.state.List(hotel.PrefixStay, func(key string, decode func(any) bool) bool {
		if r.oldStay(decode) {
			r.stays = append(r.stays, key)
			r.left--
		}
		return r.left > 0
	})
}

// findKept finds the values of hooks that have ended. By a clock that is not
// believed none has.
func (r *retention) findKept() {
	if r.left == 0 || r.before.IsZero() {
		return
	}
	r.state.List(hotel.PrefixKeptUntil, func(index string, _ func(any) bool) bool {
		until, _, ok := hotel.KeptUntil(index)
		if ok && until.After(r.now) {
			return false
		}
		r.kept = append(r.kept, index)
		r.left--
		return r.left > 0
	})
}

// removeKept removes a value that has ended, unless the hook has set it anew since.
func removeKept(d *draft, index string) bool {
	var there bool
	if !d.Get(index, &there) {
		return false
	}
	until, key, _ := hotel.KeptUntil(index)
	var k hotel.Kept
	if d.Get(key, &k) && k.Until.Equal(until) {
		d.Delete(key)
	}
	d.Delete(index)
	return true
}

func (r *retention) oldStay(decode func(any) bool) bool {
	var s hotel.Stay
	return decode(&s) && s.State == hotel.StayDeparted && s.CheckOut.Before(r.before) && s.Left <= r.gone
}

// remove removes what still may go; it runs in the writer.
func (r *retention) remove(c *commit) (removed int) {
	if !r.before.IsZero() && !c.believed() {
		return 0 // it was set meanwhile
	}
	for _, e := range r.events {
		if e.id > r.aged && c.meta.Bytes <= r.maxBytes {
			break
		}
		c.removeEvent(e)
		removed++
	}
	for _, at := range r.past {
		c.removePast(at)
	}
	d := c.draft(&hotel.Event{}, "retention")
	r.state = d
	for _, o := range r.records {
		v := c.tx.Bucket(o.bucket).Get(o.key)
		if v == nil {
			continue
		}
		if _, mayGo := o.look(v); mayGo {
			switch {
			case bytes.Equal(o.bucket, bucketPostings):
				c.removePosting(o.key)
			case bytes.Equal(o.bucket, bucketCalls):
				c.removeCall(o.key)
			default:
				c.remove(o.bucket, o.key)
			}
			removed++
		}
	}
	for _, key := range r.stays {
		var s hotel.Stay
		if d.Get(key, &s) && r.oldStay(func(into any) bool { return d.Get(key, into) }) {
			d.Delete(key)
			d.Delete(hotel.GuestKey(s.ID))
			d.Delete(hotel.FolioKey(s.ID))
			d.Delete(hotel.CreditKey(s.ID))
			removed++
		}
	}
	for _, index := range r.kept {
		if removeKept(d, index) {
			removed++
		}
	}
	d.flush()
	return removed
}

func (c *commit) removeEvent(e oldEvent) {
	if c.tx.Bucket(bucketJournal).Get(number(e.id)) == nil {
		return
	}
	if c.hasNames(e.id) {
		c.forget(e.id)
	}
	c.remove(bucketJournal, number(e.id))
	var done [][]byte
	cursor := c.tx.Bucket(bucketJournal).Cursor()
	for k, _ := cursor.Seek(number(e.id)); len(k) >= 8 && readNumber(k[:8]) == e.id; k, _ = cursor.Next() {
		done = append(done, bytes.Clone(k))
	}
	for _, k := range done {
		c.remove(bucketJournal, k)
	}
	if e.merge != nil {
		c.remove(bucketMerge, e.merge)
	}
	c.removeRaw(e.id)
	d := c.draft(&hotel.Event{}, "retention")
	d.Delete(hotel.ReranKey(e.id))
	d.flush()
	c.meta.Events--
}
