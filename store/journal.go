package store

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// ErrNoEvent says that the journal has no event of that id.
var ErrNoEvent = errors.New("no such event")

// Receipt says what became of an appended event.
type Receipt struct {
	ID uint64
	// DuplicateOf is the event that this one repeats, 0 when it is new.
	DuplicateOf uint64
	// Possible says that the copy was recognised only by what a restart left
	// unknown.
	Possible bool
}

// Append keeps an event and returns once it is synced to disk. body is what
// the sender pushed, for telling a re-sent copy from an equal event; nil for
// what cannot be re-sent. On an error the event is not acknowledged: it may
// be on disk only when the context ended before the answer.
func (s *Store) Append(ctx context.Context, ev hotel.Event, body []byte) (Receipt, error) {
	var receipt Receipt
	ev.Time = s.now().UTC()
	err := s.do(ctx, func(c *commit) error {
		if body != nil {
			ev.DuplicateOf, ev.Possible = s.recent.absorb(c, digest(body), ev.Time)
		}
		c.meta.LastID++
		ev.ID = c.meta.LastID
		receipt = Receipt{ID: ev.ID, DuplicateOf: ev.DuplicateOf, Possible: ev.Possible}
		if body != nil {
			s.recent.add(c, digest(body), entry{id: ev.ID, original: original(ev), at: ev.Time})
		}
		return c.keep(ev, body)
	})
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

// record is an event as it lies in the journal.
type record struct {
	hotel.Event
	// Digest of the pushed body: after a restart, re-sent copies are known by it.
	Digest []byte `json:"digest,omitempty"`
}

func (c *commit) keep(ev hotel.Event, body []byte) error {
	r := record{Event: ev}
	if body != nil {
		d := digest(body)
		r.Digest = d[:]
	}
	value, err := json.Marshal(r)
	if err != nil {
		c.broken = fmt.Errorf("encode event: %w", err)
		return c.broken
	}
	key := eventKey(ev.ID)
	c.meta.Events++
	c.meta.Bytes += uint64(len(key) + len(value))
	return c.put(c.journal, key, value)
}

func eventKey(id uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, id)
}

// Event reads one event; ErrNoEvent when it is not or no longer kept.
func (s *Store) Event(id uint64) (hotel.Event, error) {
	var r record
	err := s.db.View(func(tx *bbolt.Tx) error {
		value := tx.Bucket(bucketJournal).Get(eventKey(id))
		if value == nil {
			return ErrNoEvent
		}
		return json.Unmarshal(value, &r)
	})
	if err != nil {
		return hotel.Event{}, fmt.Errorf("read event %d: %w", id, err)
	}
	return r.Event, nil
}

// Events reads up to most events with an id above after, oldest first.
func (s *Store) Events(after uint64, most int) ([]hotel.Event, error) {
	var events []hotel.Event
	err := s.db.View(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucketJournal).Cursor()
		for k, v := cursor.Seek(eventKey(after + 1)); k != nil && len(events) < most; k, v = cursor.Next() {
			var r record
			if err := json.Unmarshal(v, &r); err != nil {
				return fmt.Errorf("read event %d: %w", binary.BigEndian.Uint64(k), err)
			}
			events = append(events, r.Event)
		}
		return nil
	})
	return events, err
}
