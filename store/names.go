package store

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// A record of the journal that has names of guests lies there without them, and
// whole in the bucket names, under the same key. Whoever reads it reads the
// whole as long as that is there. So removing names changes no record of the
// journal, and one that was forgotten cannot show up in it.

// apart puts a record that has names where it can be removed from; the journal
// gets bare.
func (c *commit) apart(key, whole []byte) { c.put(bucketNames, key, whole) }

// withoutNames is what the journal keeps of an event; whole is its JSON.
func (c *commit) withoutNames(k *kept, whole []byte) []byte {
	if !k.HasNames() {
		return whole
	}
	c.apart(number(k.ID), whole)
	b := *k
	b.Event = k.Event.WithoutNames()
	return b.bare()
}

// doneWithoutNames is what the journal keeps of a unit of an event.
func (c *commit) doneWithoutNames(ev *hotel.Event, u *Unit) []byte {
	whole := encode(u.Done)
	if !ev.HasNames() && !u.Done.HasNames() {
		return whole
	}
	bare, differs := u.Done.WithoutNames(u.Name)
	if !differs {
		return whole
	}
	c.apart(doneKey(ev.ID, u.Name), whole)
	return encode(bare)
}

// whole is a record of the journal with the names that are still known.
func whole(tx *bbolt.Tx, key, bare []byte) []byte {
	if names := tx.Bucket(bucketNames); names != nil { // an older version's file has none
		if v := names.Get(key); v != nil {
			return v
		}
	}
	return bare
}

// traceKey says that a hook may have written names of an event into a record of
// another bucket. No unit's name begins like that.
func traceKey(event uint64, bucket, key []byte) []byte {
	trace := append(number(event), 0)
	trace = append(append(trace, bucket...), 0)
	return append(trace, key...)
}

// trace notes where a unit of an event with names has left something.
func (d *draft) trace(bucket, key []byte) {
	if d.unit != hotel.RulesUnit && d.cause.HasNames() {
		d.c.put(bucketNames, traceKey(d.cause.ID, bucket, key), here)
	}
}

// traced tells whether a call was queued by a hook that knew names.
func (c *commit) traced(q *hotel.QueuedCall) bool {
	return q.Event != 0 && c.tx.Bucket(bucketNames).Get(traceKey(q.Event, bucketOutbox, number(q.ID))) != nil
}

// maxForget bounds the events whose names one commit removes.
const maxForget = 100

// Forget removes the names of guests who left longer ago than keep, wherever
// they stand: in the own record of each, in the events that named them and what
// their units did, and where hooks have written them; and reports that could not
// be read, for they may hold anything. Events stay, without the names, and so does
// what waits to be delivered. What has not been run yet keeps them until it is.
// Without a clock that is believed nothing is removed. more says that another call
// would remove more.
//
// Like [Store.Retain] it looks beside the writer, and commits nothing where
// nothing is to go.
func (s *Store) Forget(ctx context.Context, keep time.Duration) (removed int, more bool, err error) {
	s.retaining.Lock()
	defer s.retaining.Unlock()
	if !s.believed() {
		return 0, false, nil
	}
	f := forgetting{now: s.now().UTC(), keep: keep, state: s.Snapshot()}
	if err := s.view(func(tx *bbolt.Tx) error { more = f.find(tx, s.looked); return nil }); err != nil {
		return 0, false, err
	}
	f.findGuests()
	more = more || len(f.guests) == retainBatch || len(f.raw) == maxForget
	if len(f.events)+len(f.raw)+len(f.guests) == 0 {
		return 0, more, nil
	}
	err = s.submit(ctx, true, func(c *commit) error {
		if c.believed() {
			removed = f.remove(c)
		}
		return nil
	})
	if err != nil { // the writer may still be at it
		return 0, false, err
	}
	return removed, more && removed > 0, nil
}

// forgetting is what is to be removed, as it was when it was looked for.
type forgetting struct {
	now   time.Time
	keep  time.Duration
	state hotel.View

	events []uint64
	raw    []uint64
	guests []string // keys
}

// find looks for events whose names are to go; true: there may be more of them.
// It goes on where the last look ended: those of guests who stay for long may be
// many.
func (f *forgetting) find(tx *bbolt.Tx, looked map[string][]byte) (more bool) {
	var m meta
	names := tx.Bucket(bucketNames)
	if m.read(tx) != nil || names == nil {
		return false
	}
	f.findRaw(tx, m.Watermark)
	cursor := names.Cursor()
	k, _ := cursor.Seek(looked[string(bucketNames)])
	delete(looked, string(bucketNames))
	for looks := 0; len(k) >= 8; looks++ {
		id := readNumber(k[:8])
		if id > m.Watermark {
			return false
		}
		if len(f.events) == maxForget || looks == retainLooks {
			looked[string(bucketNames)] = bytes.Clone(k)
			return true
		}
		if f.due(tx, id) {
			f.events = append(f.events, id)
		}
		k, _ = cursor.Seek(number(id + 1))
	}
	return false
}

// due tells whether an event's names are to go.
func (f *forgetting) due(tx *bbolt.Tx, id uint64) bool {
	ev, known := eventAt(tx, id)
	return !known || ev.NamesDue(f.state, f.now, f.keep)
}

// eventAt reads an event with the names that are still known; false: there is
// none that can be read.
func eventAt(tx *bbolt.Tx, id uint64) (ev hotel.Event, known bool) {
	var k kept
	bare := tx.Bucket(bucketJournal).Get(number(id))
	known = bare != nil && json.Unmarshal(whole(tx, number(id), bare), &k) == nil
	return k.Event, known
}

// eachTrace visits where hooks of an event may have left names.
func eachTrace(tx *bbolt.Tx, id uint64, visit func(bucket, key []byte)) {
	prefix := append(number(id), 0)
	cursor := tx.Bucket(bucketNames).Cursor()
	for k, _ := cursor.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = cursor.Next() {
		if bucket, key, ok := bytes.Cut(k[len(prefix):], []byte{0}); ok {
			visit(bytes.Clone(bucket), bytes.Clone(key))
		}
	}
}

// findRaw takes the bytes of the oldest reports on, up to the first that is young.
func (f *forgetting) findRaw(tx *bbolt.Tx, watermark uint64) {
	cursor := tx.Bucket(bucketRaw).Cursor()
	for k, _ := cursor.First(); len(k) == 8 && readNumber(k) <= watermark && len(f.raw) < maxForget; k, _ = cursor.Next() {
		if ev, known := eventAt(tx, readNumber(k)); known && !ev.Time.Before(f.now.Add(-f.keep)) && !ev.Time.After(f.now) {
			return
		}
		f.raw = append(f.raw, readNumber(k))
	}
}

func (f *forgetting) findGuests() {
	f.state.List(hotel.PrefixGuest, func(key string, _ func(any) bool) bool {
		if hotel.GuestDue(f.state, key[len(hotel.PrefixGuest):], f.now, f.keep) {
			f.guests = append(f.guests, key)
		}
		return len(f.guests) < retainBatch
	})
}

// remove removes what is still to go; it runs in the writer.
func (f *forgetting) remove(c *commit) (removed int) {
	d := c.draft(&hotel.Event{}, forgetUnit)
	f.state = d
	for _, key := range f.guests {
		if hotel.GuestDue(d, key[len(hotel.PrefixGuest):], f.now, f.keep) {
			d.Delete(key)
			removed++
		}
	}
	d.flush()
	for _, id := range f.events {
		f.state = c.draft(&hotel.Event{}, forgetUnit)
		if f.due(c.tx, id) {
			c.forget(id)
			removed++
		}
	}
	for _, id := range f.raw {
		c.removeRaw(id)
		removed++
	}
	return removed
}

// forgetUnit names who writes.
const forgetUnit = "forget"

// forget removes the names of an event.
func (c *commit) forget(id uint64) {
	ev, _ := eventAt(c.tx, id)
	names := ev.Names()
	d := c.draft(&hotel.Event{}, forgetUnit)
	eachTrace(c.tx, id, func(bucket, key []byte) {
		switch string(bucket) {
		case string(bucketState):
			hotel.ForgetNames(d, string(key), names)
			c.forgetPast(string(key), names)
		case string(bucketPostings):
			c.forgetInPosting(key, names)
		default:
			for _, list := range [][]byte{bucketOutbox, bucketParked, bucketEnded} {
				c.forgetInCall(list, key, names)
			}
		}
	})
	d.flush()
	c.removeNames(id)
}

func (c *commit) forgetInPosting(key []byte, names []string) {
	var p hotel.Posting
	if v := c.tx.Bucket(bucketPostings).Get(key); v != nil && json.Unmarshal(v, &p) == nil {
		p.Description = hotel.ReplaceNames(p.Description, names)
		c.put(bucketPostings, key, encode(p))
	}
}

func (c *commit) forgetInCall(bucket, key []byte, names []string) {
	q, ok := c.read(bucket, key)
	if !ok {
		return
	}
	if len(q.Body) > 0 {
		q.Body = hotel.ReplaceNamesInJSON(q.Body, names)
	}
	q.URL, q.LastError = hotel.ReplaceNames(q.URL, names), hotel.ReplaceNames(q.LastError, names)
	c.put(bucket, key, encode(q))
}

// hasNames tells whether anything of an event lies apart.
func (c *commit) hasNames(id uint64) bool {
	k, _ := c.tx.Bucket(bucketNames).Cursor().Seek(number(id))
	return len(k) >= 8 && readNumber(k[:8]) == id
}

// removeNames removes all that lies apart of an event.
func (c *commit) removeNames(id uint64) {
	var keys [][]byte
	cursor := c.tx.Bucket(bucketNames).Cursor()
	for k, _ := cursor.Seek(number(id)); len(k) >= 8 && readNumber(k[:8]) == id; k, _ = cursor.Next() {
		keys = append(keys, bytes.Clone(k))
	}
	for _, k := range keys {
		c.remove(bucketNames, k)
	}
}

// removeRaw removes the bytes of a report that could not be read.
func (c *commit) removeRaw(id uint64) {
	if raw := c.tx.Bucket(bucketRaw).Get(number(id)); raw != nil {
		c.meta.RawBytes -= int64(len(raw))
		c.remove(bucketRaw, number(id))
	}
}
