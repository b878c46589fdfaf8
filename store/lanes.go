package store

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// Lanes finds every lane that holds calls, one look for each.
func (s *Store) Lanes() ([]Lane, error) {
	var lanes []Lane
	err := s.view(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucketOutbox).Cursor()
		for k, _ := cursor.First(); k != nil; {
			l, err := readLane(k)
			if err != nil {
				return err
			}
			lanes = append(lanes, l)
			k, _ = cursor.Seek(l.after())
		}
		return nil
	})
	return lanes, err
}

func readLane(key []byte) (Lane, error) {
	if len(key) < 11 {
		return Lane{}, fmt.Errorf("%w: key %x of the outbox", errDamaged, key)
	}
	to, rest, ok := bytes.Cut(key[:len(key)-9], []byte{0})
	if !ok || len(rest) == 0 {
		return Lane{}, fmt.Errorf("%w: key %x of the outbox", errDamaged, key)
	}
	return Lane{To: string(to), Urgency: hotel.Urgency(rest[0]), Room: string(rest[1:])}, nil
}

// Head reads the oldest call of a lane with an id above after; false when
// there is none.
func (s *Store) Head(l Lane, after uint64) (q hotel.QueuedCall, found bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		k, v := tx.Bucket(bucketOutbox).Cursor().Seek(outboxKey(l, after+1))
		if k == nil || !bytes.HasPrefix(k, l.prefix()) {
			return nil
		}
		if v[0] == pointer {
			v = tx.Bucket(bucketOutbox).Get(v[1:])
		}
		found = v != nil
		if !found {
			return fmt.Errorf("%w: the call at %x is missing", errDamaged, k)
		}
		return json.Unmarshal(v, &q)
	})
	return q, found, err
}

// Waits tells whether a call of the same destination and one of the rooms is
// still on its way, in whatever urgency.
func (s *Store) Waits(q *hotel.QueuedCall, id uint64) (yes bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		outbox := tx.Bucket(bucketOutbox)
		for _, l := range LanesOf(q) {
			for u := hotel.Urgent; u <= hotel.Bulk && !yes; u++ {
				l.Urgency = u
				yes = outbox.Get(outboxKey(l, id)) != nil
			}
		}
		cursor := tx.Bucket(bucketLater).Cursor()
		for k, _ := cursor.First(); k != nil && !yes; k, _ = cursor.Next() {
			yes = readNumber(k[8:]) == id
		}
		return nil
	})
	return yes, err
}

// QueueList says which calls to list.
type QueueList string

// The lists of calls.
const (
	ListWaiting QueueList = "waiting"
	ListParked  QueueList = "parked"
	ListEnded   QueueList = "ended"
)

// Calls reads up to most calls of a list with an id above after, in the
// order of their ids for parked and ended ones, of their lanes for waiting.
func (s *Store) Calls(list QueueList, most int) ([]hotel.QueuedCall, error) {
	lists := map[QueueList][][]byte{
		ListWaiting: {bucketOutbox, bucketLater}, ListParked: {bucketParked}, ListEnded: {bucketEnded},
	}
	var calls []hotel.QueuedCall
	err := s.view(func(tx *bbolt.Tx) error {
		for _, bucket := range lists[list] {
			cursor := tx.Bucket(bucket).Cursor()
			for k, v := cursor.First(); k != nil && len(calls) < most; k, v = cursor.Next() {
				if v[0] == pointer {
					continue
				}
				var q hotel.QueuedCall
				if err := json.Unmarshal(v, &q); err != nil {
					return fmt.Errorf("read call at %x: %w", k, err)
				}
				calls = append(calls, q)
			}
		}
		return nil
	})
	return calls, err
}

// Call finds one call wherever it is; false when there is none, because it
// was delivered or never was.
func (s *Store) Call(id uint64) (q hotel.QueuedCall, found bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		for _, bucket := range [][]byte{bucketParked, bucketEnded} {
			if v := tx.Bucket(bucket).Get(number(id)); v != nil {
				found = true
				return json.Unmarshal(v, &q)
			}
		}
		q, found = findWaiting(tx, id)
		return nil
	})
	return q, found, err
}
