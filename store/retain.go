package store

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"bellhop/hotel"
)

// retainBatch bounds what one commit of [Store.Retain] removes, so that
// events do not wait long behind it.
const retainBatch = 500

// Retain removes finished events that are older than keep by a clock that is
// believed, and the oldest
// finished ones while the store is larger than maxBytes by its own
// accounting; with them go their done-records and raw bytes, and what lies
// as far back of calls, settled postings, ended queued calls and departed
// stays. What is unfinished, queued or parked is never removed for age or
// size. more says that another call would remove more.
func (s *Store) Retain(ctx context.Context, keep time.Duration, maxBytes int64) (removed int, more bool, err error) {
	var r retention
	err = s.submit(ctx, true, func(c *commit) error {
		r = retention{c: c, maxBytes: maxBytes, left: retainBatch}
		if c.believed() { // by one that runs ahead everything would be old
			r.before = c.now.Add(-keep)
		}
		r.events()
		r.history()
		r.stays()
		return nil
	})
	if err != nil { // the writer may still be at it
		return 0, false, err
	}
	return retainBatch - r.left, r.left == 0, nil
}

type retention struct {
	c        *commit
	before   time.Time
	maxBytes int64
	left     int
}

// events removes from the oldest on, and stops at the first that stays.
func (r *retention) events() {
	aged := r.agedTo()
	for r.left > 0 {
		w := walkJournal(r.c.tx, 0)
		if !w.next() || w.id > r.c.meta.Watermark || w.id > aged && r.c.meta.Bytes <= r.maxBytes {
			return
		}
		var e kept
		_ = json.Unmarshal(w.event, &e) // what cannot be read has no use to anybody
		r.removeEvent(w.id, &e)
	}
}

// agedTo is the newest of the next events that is too old. One whose time is
// yet to come, by a clock that ran ahead then, is as old as those behind it.
func (r *retention) agedTo() (id uint64) {
	w := walkJournal(r.c.tx, 0)
	for n := 0; n < retainBatch && w.next() && w.id <= r.c.meta.Watermark; n++ {
		var e keptPush
		if json.Unmarshal(w.event, &e) != nil || e.Time.After(r.c.now) {
			continue
		}
		if !e.Time.Before(r.before) {
			break
		}
		id = w.id
	}
	return id
}

func (r *retention) removeEvent(id uint64, e *kept) {
	keys := [][]byte{number(id)}
	cursor := r.c.tx.Bucket(bucketJournal).Cursor()
	for k, _ := cursor.Seek(number(id)); len(k) >= 8 && readNumber(k[:8]) == id; k, _ = cursor.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	for _, k := range keys {
		r.c.remove(bucketJournal, k)
	}
	if key := e.MergeKey(); key != "" && e.DuplicateOf == 0 {
		d := digest([]byte(key))
		r.c.remove(bucketMerge, d[:])
	}
	if raw := r.c.tx.Bucket(bucketRaw).Get(number(id)); raw != nil {
		r.c.meta.RawBytes -= int64(len(raw))
		r.c.remove(bucketRaw, number(id))
	}
	d := r.c.draft(&hotel.Event{}, "retention")
	d.Delete(hotel.ReranKey(id))
	d.flush()
	r.c.meta.Events--
	r.left--
}

// history removes old records of what is over.
func (r *retention) history() {
	r.old(bucketCalls, func(v []byte) (time.Time, bool) {
		var call hotel.CallRecord
		err := json.Unmarshal(v, &call)
		return call.Time, err == nil && !r.inHouse(call.Stay)
	})
	r.old(bucketPostings, func(v []byte) (time.Time, bool) {
		var p hotel.Posting
		err := json.Unmarshal(v, &p)
		return p.Time, err == nil && p.State == hotel.PostingPosted && !r.inHouse(p.Stay)
	})
	r.old(bucketEnded, func(v []byte) (time.Time, bool) {
		var q hotel.QueuedCall
		err := json.Unmarshal(v, &q)
		if r.c.meta.Bytes > r.maxBytes {
			return time.Time{}, err == nil // events go first; then what is known of ended calls
		}
		return q.Queued, err == nil
	})
}

func (r *retention) inHouse(stay string) bool {
	var s hotel.Stay
	rec, ok := r.c.state.Get([]byte(hotel.StayKey(stay)))
	return ok && json.Unmarshal(rec.json, &s) == nil && s.State == hotel.StayInHouse
}

// old removes records from the oldest on up to the first one that is young,
// passing over those that may not go yet. One whose time is yet to come is as
// old as the next.
func (r *retention) old(bucket []byte, look func(v []byte) (at time.Time, mayGo bool)) {
	var keys, ahead [][]byte
	cursor := r.c.tx.Bucket(bucket).Cursor()
	for k, v := cursor.First(); k != nil && len(keys)+len(ahead) < r.left; k, v = cursor.Next() {
		at, mayGo := look(v)
		if !at.Before(r.before) && !at.After(r.c.now) {
			break
		}
		if mayGo {
			ahead = append(ahead, bytes.Clone(k))
		}
		if at.Before(r.before) {
			keys, ahead = append(keys, ahead...), nil
		}
	}
	for _, k := range keys {
		r.c.remove(bucket, k)
	}
	r.left -= len(keys)
}

// stays forgets those that ended long ago.
func (r *retention) stays() {
	d := r.c.draft(&hotel.Event{}, "retention")
	d.List(hotel.PrefixStay, func(key string, decode func(any) bool) bool {
		var s hotel.Stay
		if decode(&s); s.State == hotel.StayDeparted && s.CheckOut.Before(r.before) && r.left > 0 {
			d.Delete(key)
			d.Delete(hotel.GuestKey(s.ID))
			r.left--
		}
		return true
	})
	d.flush()
}
