package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// pointer marks the place of a call in its further lanes; the rest of the
// value is the key where the call itself lies.
const pointer = 'P'

// queue gives a call its id and key and puts it where it waits.
func (c *commit) queue(q hotel.QueuedCall) {
	c.meta.LastNext++
	q.ID = c.meta.LastNext
	q.Key = "bh-" + c.meta.ID + "-" + strconv.FormatUint(q.ID, 10)
	q.Queued, q.State = c.now, hotel.CallQueued
	c.supersede(&q)
	c.meta.Waiting++
	if q.NotBefore.After(c.now) {
		key := laterKey(q.NotBefore, q.ID)
		c.put(bucketLater, key, encode(q))
		c.name(&q, 'l', key)
		return
	}
	c.enter(q)
}

// enter puts a call into its lanes.
func (c *commit) enter(q hotel.QueuedCall) {
	lanes := LanesOf(&q)
	first := outboxKey(lanes[0], q.ID)
	c.put(bucketOutbox, first, encode(q))
	for _, l := range lanes[1:] {
		c.put(bucketOutbox, outboxKey(l, q.ID), append([]byte{pointer}, first...))
	}
	c.name(&q, 'o', first)
	c.queued = append(c.queued, q)
}

// name remembers the newest call of a supersede name.
func (c *commit) name(q *hotel.QueuedCall, where byte, key []byte) {
	if q.Supersedes != "" {
		c.put(bucketLatest, []byte(q.Supersedes), append([]byte{where}, key...))
	}
}

// supersede ends the older waiting call of the same name. One that is being
// sent goes on: what it says may have arrived.
func (c *commit) supersede(q *hotel.QueuedCall) {
	if q.Supersedes == "" {
		return
	}
	at := c.tx.Bucket(bucketLatest).Get([]byte(q.Supersedes))
	if at == nil {
		return
	}
	bucket := bucketOutbox
	if at[0] == 'l' {
		bucket = bucketLater
	}
	old, ok := c.read(bucket, at[1:])
	if !ok || !c.block(old.ID) {
		return
	}
	c.leave(&old, hotel.CallSuperseded, "by call "+strconv.FormatUint(q.ID, 10))
}

func (c *commit) read(bucket, key []byte) (q hotel.QueuedCall, ok bool) {
	value := c.tx.Bucket(bucket).Get(key)
	if value == nil {
		return q, false
	}
	if err := json.Unmarshal(value, &q); err != nil {
		panic(fmt.Sprintf("store: call at %x: %v", key, err))
	}
	return q, true
}

// block keeps a call from being begun until this commit is done; false when
// it is being sent already.
func (c *commit) block(id uint64) bool {
	if !c.store.claims.block(id) {
		return false
	}
	c.claims = append(c.claims, id)
	return true
}

// leave takes a waiting call away and keeps it, by how it ended, among the
// ended or the parked.
func (c *commit) leave(q *hotel.QueuedCall, state hotel.CallState, why string) {
	if !c.takeOut(q) {
		return
	}
	q.State, q.LastError = state, why
	c.put(bucketEnded, number(q.ID), encode(q))
	c.ended = append(c.ended, *q)
}

// takeOut removes a call from its lanes, or from later.
func (c *commit) takeOut(q *hotel.QueuedCall) bool {
	lanes := LanesOf(q)
	first := outboxKey(lanes[0], q.ID)
	there := c.remove(bucketOutbox, first)
	at := first
	if there {
		for _, l := range lanes[1:] {
			c.remove(bucketOutbox, outboxKey(l, q.ID))
		}
	} else {
		at = laterKey(q.NotBefore, q.ID)
		there = c.remove(bucketLater, at)
	}
	if !there {
		return false
	}
	c.meta.Waiting--
	if latest := c.tx.Bucket(bucketLatest).Get([]byte(q.Supersedes)); q.Supersedes != "" && latest != nil && bytes.Equal(latest[1:], at) {
		c.remove(bucketLatest, []byte(q.Supersedes))
	}
	return true
}

// Settle commits how an attempt at a call ended for good, with all that
// follows: the posting that it settles, an event where somebody is to know,
// a place among the parked. Settling what is settled already does nothing.
func (s *Store) Settle(ctx context.Context, q hotel.QueuedCall, out hotel.Outcome) error {
	err := s.submit(ctx, true, func(c *commit) error {
		if !c.takeOut(&q) {
			return nil
		}
		q.State, q.LastError, q.Attempts = out.State, out.Error, out.Attempts
		c.settlePosting(&q)
		c.keepEnded(&q)
		c.tell(&q, out.Reply)
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle call %d: %w", q.ID, err)
	}
	return nil
}

func (c *commit) settlePosting(q *hotel.QueuedCall) {
	if q.Subject == "" {
		return
	}
	key := postingKey(q.Subject)
	value := c.tx.Bucket(bucketPostings).Get(key)
	var p hotel.Posting
	if value == nil || json.Unmarshal(value, &p) != nil {
		return // retention took it
	}
	switch {
	case q.State == hotel.CallDelivered:
		p.State = hotel.PostingPosted
	case q.State == hotel.CallRefused:
		p.State = hotel.PostingRefused
	default:
		return
	}
	c.put(bucketPostings, key, encode(p))
}

func (c *commit) keepEnded(q *hotel.QueuedCall) {
	switch {
	case q.State.Parked():
		c.put(bucketParked, number(q.ID), encode(q))
		c.meta.Parked++
	case q.State != hotel.CallDelivered:
		c.put(bucketEnded, number(q.ID), encode(q))
	}
}

// tell makes the event of an outcome.
func (c *commit) tell(q *hotel.QueuedCall, reply []byte) {
	kind := hotel.KindRefused
	switch q.State {
	case hotel.CallDelivered:
		if !q.Answer {
			return
		}
		kind = hotel.KindDelivered
	case hotel.CallExpired:
		kind = hotel.KindExpired
	}
	fields := map[string]string{
		"call": strconv.FormatUint(q.ID, 10), "key": q.Key, "to": q.To, "op": q.Op, "state": string(q.State),
	}
	for name, value := range map[string]string{"url": q.URL, "error": q.LastError, "reply": string(reply), "unit": q.Unit} {
		if value != "" {
			fields[name] = value
		}
	}
	cause := &hotel.Event{ID: q.Event, Depth: q.Depth}
	c.emit(hotel.Event{Kind: kind, Room: q.Room, CallID: q.CallID, Lanes: slices.Clone(q.Lanes), Fields: fields}, cause)
}

// Sending marks a call of kind once before its attempt and returns when that
// is on disk; a call of another kind needs no mark.
func (s *Store) Sending(ctx context.Context, q hotel.QueuedCall) error {
	err := s.submit(ctx, false, func(c *commit) error {
		key := outboxKey(LanesOf(&q)[0], q.ID)
		if c.tx.Bucket(bucketOutbox).Get(key) == nil {
			return fmt.Errorf("it is not queued any more")
		}
		q.State = hotel.CallSending
		c.put(bucketOutbox, key, encode(q))
		return nil
	})
	if err != nil {
		return fmt.Errorf("mark call %d: %w", q.ID, err)
	}
	return nil
}

// Release moves calls whose time has come into their lanes and returns the
// time of the next one; zero when none waits.
func (s *Store) Release(ctx context.Context, now time.Time) (next time.Time, err error) {
	err = s.submit(ctx, false, func(c *commit) error {
		next = time.Time{}
		cursor := c.tx.Bucket(bucketLater).Cursor()
		k, _ := cursor.First()
		for moved := 0; k != nil; k, _ = cursor.First() {
			at := time.UnixMilli(int64(readNumber(k[:8])))
			if at.After(now) || moved == maxBatch {
				next = at
				return nil
			}
			key := bytes.Clone(k)
			if q, ok := c.read(bucketLater, key); ok {
				c.remove(bucketLater, key)
				c.enter(q)
			}
			moved++
		}
		return nil
	})
	return next, err
}

// requeue is a person's decision about a call, checked and ready to be done.
type requeue struct {
	call   hotel.QueuedCall
	parked bool
	drop   bool
}

// findRequeue looks a call up by its id alone. That a waiting one is found
// by walking is the price of a queue without a second index; only a person
// asks for it.
func (c *commit) findRequeue(id uint64, drop bool) (requeue, bool) {
	if q, ok := c.read(bucketParked, number(id)); ok {
		return requeue{q, true, drop}, true
	}
	if !drop {
		return requeue{}, false
	}
	q, ok := findWaiting(c.tx, id)
	return requeue{q, false, drop}, ok && c.block(id)
}

func (c *commit) requeue(r requeue) {
	if !r.parked {
		c.leave(&r.call, hotel.CallDropped, "")
		return
	}
	if !c.remove(bucketParked, number(r.call.ID)) {
		return // twice in one commit
	}
	c.meta.Parked--
	if r.drop {
		r.call.State = hotel.CallDropped
		c.put(bucketEnded, number(r.call.ID), encode(r.call))
		return
	}
	r.call.State, r.call.LastError, r.call.Attempts = hotel.CallQueued, "", 0
	c.meta.Waiting++
	c.enter(r.call)
}

func findWaiting(tx *bbolt.Tx, id uint64) (q hotel.QueuedCall, found bool) {
	suffix := number(id)
	for _, bucket := range [][]byte{bucketOutbox, bucketLater} {
		cursor := tx.Bucket(bucket).Cursor()
		for k, v := cursor.First(); k != nil; k, v = cursor.Next() {
			if bytes.HasSuffix(k, suffix) && v[0] == '{' && json.Unmarshal(v, &q) == nil && q.ID == id {
				return q, true
			}
		}
	}
	return hotel.QueuedCall{}, false
}
