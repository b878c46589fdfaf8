package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"bellhop/hotel"
)

// here is the value of keys that say all there is to say.
var here = []byte{'.'}

// queue gives a call its id and puts it where it waits; it has its key. Calls lie in
// the order of their ids, so that adding to a long queue touches its end
// alone; the small keys of their lanes lie apart.
func (c *commit) queue(q hotel.QueuedCall) {
	c.meta.LastNext++
	q.ID = c.meta.LastNext
	q.Run = c.meta.Run
	q.Queued, q.State = c.now, hotel.CallQueued
	c.date(&q)
	c.supersede(&q)
	c.put(bucketOutbox, number(q.ID), encode(q))
	c.meta.Waiting++
	if q.Supersedes != "" {
		c.put(bucketLatest, []byte(q.Supersedes), number(q.ID))
	}
	if q.NotBefore.After(c.now) {
		c.put(bucketLater, laterKey(q.NotBefore, q.ID), here)
		return
	}
	c.enter(q)
}

// enter gives a call its places in its lanes.
func (c *commit) enter(q hotel.QueuedCall) {
	for _, l := range LanesOf(&q) {
		c.put(bucketLanes, laneKey(l, q.ID), here)
	}
	c.queued = append(c.queued, q)
}

// supersede ends the older waiting call of the same name. One that is being
// sent goes on: what it says may have arrived.
func (c *commit) supersede(q *hotel.QueuedCall) {
	if q.Supersedes == "" {
		return
	}
	id := c.tx.Bucket(bucketLatest).Get([]byte(q.Supersedes))
	if id == nil {
		return
	}
	old, ok := c.read(bucketOutbox, id)
	if !ok || old.State == hotel.CallSending || !c.block(old.ID) {
		return
	}
	c.leave(&old, hotel.CallSuperseded, "by call "+strconv.FormatUint(q.ID, 10))
}

// read gives a call; false when there is none, or none that can be read: one
// such must not end every commit that comes across it.
func (c *commit) read(bucket, key []byte) (q hotel.QueuedCall, ok bool) {
	value := c.tx.Bucket(bucket).Get(key)
	if value == nil || json.Unmarshal(value, &q) != nil {
		return hotel.QueuedCall{}, false
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
	q.State, q.LastError, q.Raw = state, why, nil
	c.put(bucketEnded, number(q.ID), encode(q))
	c.ended = append(c.ended, *q)
}

// park takes a waiting call away and keeps it for a person.
func (c *commit) park(q *hotel.QueuedCall, state hotel.CallState, why string) {
	if !c.takeOut(q) {
		return
	}
	q.State, q.LastError = state, why
	c.put(bucketParked, number(q.ID), encode(q))
	c.meta.Parked++
	c.ended = append(c.ended, *q)
}

// takeOut removes a call and its places.
func (c *commit) takeOut(q *hotel.QueuedCall) bool {
	if !c.remove(bucketOutbox, number(q.ID)) {
		return false
	}
	c.meta.Waiting--
	if q.State != hotel.CallUnknown {
		c.over = append(c.over, q.ID)
	}
	for _, l := range LanesOf(q) {
		c.remove(bucketLanes, laneKey(l, q.ID))
	}
	if !q.NotBefore.IsZero() {
		c.remove(bucketLater, laterKey(q.NotBefore, q.ID))
	}
	if q.Supersedes != "" && bytes.Equal(c.tx.Bucket(bucketLatest).Get([]byte(q.Supersedes)), number(q.ID)) {
		c.remove(bucketLatest, []byte(q.Supersedes))
	}
	return true
}

// Settle commits how an attempt at a call ended for good, with all that
// follows: the posting that it settles, an event where somebody is to know,
// a place among the parked. Settling what is settled already does nothing.
func (s *Store) Settle(ctx context.Context, q hotel.QueuedCall, out hotel.Outcome) error {
	err := s.submit(ctx, true, func(c *commit) error {
		if kept, ok := c.read(bucketOutbox, number(q.ID)); ok && out.State != hotel.CallDelivered {
			q.Body, q.URL = kept.Body, kept.URL // names may have been removed since it was read
		}
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
	if q.Op != hotel.OpPosting {
		return
	}
	p, ok := c.posting(q.Subject)
	if !ok || p.State == hotel.PostingWrittenOff {
		return // retention took it, or a person decided
	}
	switch {
	case q.State == hotel.CallDelivered:
		p.State, p.Refusal, p.Call = hotel.PostingPosted, "", 0
	case q.State == hotel.CallRefused:
		p.State, p.Refusal, p.Call = hotel.PostingRefused, q.LastError, q.ID
		c.parkCorrections(p)
	default:
		return
	}
	c.putPosting(p)
}

// parkCorrections keeps what takes a refused posting back, and waits behind it,
// from going out alone.
func (c *commit) parkCorrections(p hotel.Posting) {
	for _, id := range p.TakenBy {
		back, ok := c.posting(id)
		if !ok || back.State != hotel.PostingPending {
			continue
		}
		q, waits := c.waitingFor(back)
		if !waits || !c.block(q.ID) {
			continue
		}
		c.park(&q, hotel.CallRefused, hotel.Because(hotel.ReasonFirstRefused, p.ID))
		back.State, back.Refusal, back.Call = hotel.PostingRefused, q.LastError, q.ID
		c.putPosting(back)
		c.tell(&q, nil)
	}
}

// waitingFor finds the call that waits to tell the PMS of a posting, in the lane
// of its room.
func (c *commit) waitingFor(p hotel.Posting) (q hotel.QueuedCall, ok bool) {
	prefix := Lane{hotel.ToPMS, hotel.Guest, p.Room}.prefix()
	cursor := c.tx.Bucket(bucketLanes).Cursor()
	for k, _ := cursor.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = cursor.Next() {
		if q, ok = c.read(bucketOutbox, k[len(prefix):]); ok && q.Op == hotel.OpPosting && q.Subject == p.ID {
			return q, true
		}
	}
	return hotel.QueuedCall{}, false
}

func (c *commit) keepEnded(q *hotel.QueuedCall) {
	parked := q.State.Parked() && !q.Handled
	if !parked {
		q.Raw = nil // nobody sends it any more
	}
	switch {
	case parked:
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
	for name, value := range map[string]string{"url": q.URL, "error": q.LastError, "reply": string(reply), "unit": q.Unit, "subject": q.Subject} {
		if value != "" {
			fields[name] = value
		}
	}
	cause := &hotel.Event{ID: q.Event, Depth: q.Depth}
	c.emit(hotel.Event{Kind: kind, Room: q.Room, CallID: q.CallID, Lanes: slices.Clone(q.Lanes), Fields: fields, Named: c.traced(q)}, cause)
}

// Sending marks a call of kind once before its attempt and returns when that
// is on disk; a call of another kind needs no mark.
func (s *Store) Sending(ctx context.Context, q hotel.QueuedCall) error {
	return s.setState(ctx, q.ID, hotel.CallSending)
}

// Unsent takes the mark back: nothing of the attempt has gone out.
func (s *Store) Unsent(ctx context.Context, q hotel.QueuedCall) error {
	return s.setState(ctx, q.ID, hotel.CallQueued)
}

// setState changes the state of a waiting call, and nothing else: names may have been
// removed from it since it was read.
func (s *Store) setState(ctx context.Context, id uint64, state hotel.CallState) error {
	err := s.submit(ctx, false, func(c *commit) error {
		q, ok := c.read(bucketOutbox, number(id))
		if !ok {
			return errors.New("it is not queued any more")
		}
		q.State = state
		c.put(bucketOutbox, number(id), encode(q))
		return nil
	})
	if err != nil {
		return fmt.Errorf("mark call %d as %s: %w", id, state, err)
	}
	return nil
}

// Release moves calls whose time has come into their lanes and returns the
// time of the next one; zero when none waits.
func (s *Store) Release(ctx context.Context, now time.Time) (time.Time, error) {
	var next time.Time
	err := s.submit(ctx, false, func(c *commit) error {
		cursor := c.tx.Bucket(bucketLater).Cursor()
		k, _ := cursor.First()
		for moved := 0; k != nil; k, _ = cursor.First() {
			at := time.UnixMilli(int64(readNumber(k[:8])))
			if at.After(now) || moved == maxBatch {
				next = at
				return nil
			}
			key := bytes.Clone(k)
			c.remove(bucketLater, key)
			if q, ok := c.read(bucketOutbox, key[8:]); ok {
				c.enter(q)
			}
			moved++
		}
		return nil
	})
	if err != nil { // the writer may still be at it
		return time.Time{}, err
	}
	return next, nil
}

// requeue is a person's decision about a call, checked and ready to be done.
type requeue struct {
	call   hotel.QueuedCall
	parked bool
	drop   bool
	why    string // it waits, and is to be parked in its state for that reason
}

// findRequeue looks a call up among the parked and, to be dropped, among the
// waiting.
func (c *commit) findRequeue(id uint64, drop bool) (requeue, bool) {
	if q, ok := c.read(bucketParked, number(id)); ok {
		q.State = hotel.CallQueued
		if drop {
			q.State = hotel.CallDropped
		}
		return requeue{call: q, parked: true, drop: drop}, true
	}
	if !drop {
		return requeue{}, false
	}
	q, ok := c.read(bucketOutbox, number(id))
	r := requeue{call: q, drop: true}
	r.call.State = hotel.CallDropped
	if q.Op == hotel.OpPosting && c.mayHaveArrived(&q) {
		r.call.State, r.why = hotel.CallUnknown, hotel.Because(hotel.ReasonMayBeThere)
	}
	return r, ok && c.block(id)
}

// mayHaveArrived tells whether an attempt may have been made at a waiting call.
// Those of earlier runs left no mark.
func (c *commit) mayHaveArrived(q *hotel.QueuedCall) bool {
	return c.store.claims.begun(q.ID) || q.Run != c.meta.Run
}

func (c *commit) requeue(r requeue) {
	switch {
	case r.why != "":
		c.park(&r.call, r.call.State, r.why)
		return
	case !r.parked:
		c.leave(&r.call, hotel.CallDropped, "")
		return
	}
	if !c.remove(bucketParked, number(r.call.ID)) {
		return // twice in one commit
	}
	c.meta.Parked--
	if r.drop {
		r.call.State = hotel.CallDropped
		c.over = append(c.over, r.call.ID)
		c.put(bucketEnded, number(r.call.ID), encode(r.call))
		return
	}
	r.call.State, r.call.LastError, r.call.Attempts = hotel.CallQueued, "", 0
	c.meta.Waiting++
	c.put(bucketOutbox, number(r.call.ID), encode(r.call))
	if name := []byte(r.call.Supersedes); len(name) > 0 && c.tx.Bucket(bucketLatest).Get(name) == nil {
		c.put(bucketLatest, name, number(r.call.ID))
	}
	c.enter(r.call)
}
