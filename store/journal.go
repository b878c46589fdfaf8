package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// ErrNoEvent says that the journal has no event of that id.
var ErrNoEvent = errors.New("no such event")

// maxRawBytes bounds what is kept of reports that cannot be read; beyond it
// the oldest goes. Their events stay.
const maxRawBytes = 4 << 20

// Receipt says what became of an appended event.
type Receipt struct {
	ID uint64
	// DuplicateOf is the event that this one repeats, 0 when it is new.
	DuplicateOf uint64
	// Possible says that the copy was recognised only by what a restart left
	// unknown, or by how its connection ended.
	Possible bool
}

// Push is what brought an event, for telling a re-sent copy from an equal one.
type Push struct {
	Body []byte
	// Begun is when the connection that brought it was accepted, or was ready
	// for it; only compared with that of others. Zero: not known.
	Begun time.Time
	// BrokenOff: the sender had reset that connection before it could be
	// answered, and sends the body again by another one, or has done so.
	BrokenOff bool
}

// Append keeps an event and returns once it is synced to disk. push is nil for
// what cannot be re-sent. A pushed event may be readable here only a moment
// later: its answer waits for the intake log alone. An event with a merge key
// that is kept already is marked as its copy. On an error the event is not
// acknowledged: it may be on disk only when the context ended before the
// answer.
//
// with are calls that are queued with the event, in the same moment; with a
// copy of what was pushed before they are not.
func (s *Store) Append(ctx context.Context, ev hotel.Event, push *Push, with ...hotel.QueuedCall) (Receipt, error) {
	var receipt Receipt
	queue := s.requests
	if push != nil {
		queue = s.pushes
	}
	err := s.send(ctx, queue, &request{done: make(chan error, 1), apply: func(c *commit) error {
		ev.Time = c.now
		k := kept{Event: ev, Calls: with}
		var known found
		if push != nil {
			d := digest(push.Body)
			k.Digest = d[:]
			known = s.recent.find(c, d, push)
			if k.DuplicateOf, k.Possible = known.of, known.possible; known.of != 0 {
				k.Calls = nil
			}
		}
		c.append(&k)
		if push != nil && !known.over {
			s.recent.add(c, sum(k.Digest), entry{id: k.ID, sent: sent{original: original(k.Event), at: c.steady, begun: push.Begun}})
		}
		receipt = Receipt{ID: k.ID, DuplicateOf: k.DuplicateOf, Possible: k.Possible}
		return nil
	}})
	if err != nil {
		return Receipt{}, fmt.Errorf("keep event: %w", err)
	}
	return receipt, nil
}

// original is the event that a copy leads back to.
func original(ev hotel.Event) uint64 {
	if ev.DuplicateOf != 0 {
		return ev.DuplicateOf
	}
	return ev.ID
}

// kept is an event as it lies in the journal.
type kept struct {
	hotel.Event
	// Digest of the pushed body: after a restart, re-sent copies are known by it.
	Digest []byte `json:"digest,omitempty"`
	// First says that it is the first event of a run, Step by how much the clock
	// was set since the event before it.
	First bool          `json:"first,omitempty"`
	Step  time.Duration `json:"step,omitempty"`
	// Calls are queued when the event is kept. The intake log has them; in the
	// journal they are not, as the outbox has them then.
	Calls []hotel.QueuedCall `json:"calls,omitempty"`
}

// bare is the event without what lies elsewhere.
func (k *kept) bare() []byte {
	b := *k
	b.Raw, b.Calls = nil, nil
	return encode(&b)
}

// logged is the event as it lies in the intake log; bare is its other form.
func (k *kept) logged(bare []byte) []byte {
	if len(k.Calls) == 0 {
		return bare
	}
	l := *k
	l.Raw = nil
	return encode(&l)
}

// append gives an event its id and puts it into the journal.
func (c *commit) append(k *kept) {
	k.ID = c.meta.LastID + 1
	c.noteClock(k)
	k.Unsure = !c.believed()
	c.merge(&k.Event)
	event := k.bare()
	c.keep(k, event)
	if !k.Unsure {
		c.meta.LastTime = max(c.meta.LastTime, k.Time.Unix())
	}
	if k.Digest != nil {
		c.taken = append(c.taken, taken{id: k.ID, event: k.logged(event), raw: k.Raw})
	}
}

// keep puts an event that has its id into the journal; event is its JSON.
func (c *commit) keep(k *kept, event []byte) {
	c.meta.LastID = k.ID
	if len(k.Raw) > 0 {
		c.keepRaw(k.ID, k.Raw)
	}
	c.put(bucketJournal, number(k.ID), c.withoutNames(k, event))
	c.meta.Events++
	keys := c.callKeys(&k.Event)
	for _, q := range k.Calls {
		q.Event, q.Depth = k.ID, k.Depth
		q.Key = keys.next(&q)
		c.queue(q)
	}
	if k.DuplicateOf != 0 {
		c.put(bucketJournal, doneKey(k.ID, copyUnit), []byte("1{}"))
		c.finished = append(c.finished, k.ID)
		return
	}
	c.appended = append(c.appended, k.Event)
}

// restore puts into the journal what the intake log alone holds: from before
// a restart, or because its commit failed. Ids between them went with that
// commit, or with a round that failed; nothing will finish them.
func (c *commit) restore(records []taken) {
	for _, t := range records {
		var k kept
		if err := json.Unmarshal(t.event, &k); err != nil || t.id <= c.meta.LastID {
			continue // its checksum was right: another version wrote it
		}
		for id := c.meta.LastID + 1; id < t.id; id++ {
			c.finished = append(c.finished, id)
		}
		k.Raw = bytes.Clone(t.raw)
		c.merge(&k.Event)
		event := t.event
		if len(k.Calls) > 0 {
			event = k.bare()
		}
		c.keep(&k, event)
		c.taken = append(c.taken, t)
	}
}

// copyUnit finishes an event that is a copy: it has nothing to run.
const copyUnit = "copy"

// emit appends an event that follows from another one.
func (c *commit) emit(e hotel.Event, cause *hotel.Event) {
	e.Time, e.Source = c.now, hotel.SourceAgent
	e.Cause, e.Depth = cause.ID, cause.Depth+1
	if e.Room != "" && len(e.Lanes) == 0 {
		e.Lanes = []string{e.Room}
	}
	c.append(&kept{Event: e})
}

// keepRaw puts the bytes of an unreadable report into a ring bounded by bytes.
func (c *commit) keepRaw(id uint64, raw []byte) {
	c.put(bucketRaw, number(id), raw)
	c.meta.RawBytes += int64(len(raw))
	cursor := c.tx.Bucket(bucketRaw).Cursor()
	for k, v := cursor.First(); k != nil && c.meta.RawBytes > maxRawBytes; k, v = cursor.First() {
		c.meta.RawBytes -= int64(len(v))
		c.remove(bucketRaw, bytes.Clone(k))
	}
}

// Event reads one event; ErrNoEvent when it is not or no longer kept.
func (s *Store) Event(id uint64) (hotel.Event, error) {
	var k kept
	err := s.view(func(tx *bbolt.Tx) error {
		value := tx.Bucket(bucketJournal).Get(number(id))
		if value == nil {
			return ErrNoEvent
		}
		if err := json.Unmarshal(whole(tx, number(id), value), &k); err != nil {
			return err
		}
		k.Raw = bytes.Clone(tx.Bucket(bucketRaw).Get(number(id)))
		return nil
	})
	if err != nil {
		return hotel.Event{}, fmt.Errorf("read event %d: %w", id, err)
	}
	return k.Event, nil
}

// Events reads up to most events with an id above after, oldest first.
func (s *Store) Events(after uint64, most int) ([]hotel.Event, error) {
	var events []hotel.Event
	err := s.view(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucketJournal).Cursor()
		for k, v := cursor.Seek(number(after + 1)); k != nil && len(events) < most; k, v = cursor.Next() {
			if len(k) != 8 {
				continue
			}
			var e kept
			if err := json.Unmarshal(whole(tx, k, v), &e); err != nil {
				return fmt.Errorf("read event %d: %w", binary.BigEndian.Uint64(k), err)
			}
			events = append(events, e.Event)
		}
		return nil
	})
	return events, err
}

// LastID is the id of the newest event in the journal.
func (s *Store) LastID() uint64 { return s.published.Load().LastID }
