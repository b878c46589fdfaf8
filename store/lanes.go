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
		cursor := tx.Bucket(bucketLanes).Cursor()
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
		return Lane{}, fmt.Errorf("%w: key %x of the lanes", errDamaged, key)
	}
	to, rest, ok := bytes.Cut(key[:len(key)-9], []byte{0})
	if !ok || len(rest) == 0 {
		return Lane{}, fmt.Errorf("%w: key %x of the lanes", errDamaged, key)
	}
	return Lane{To: string(to), Urgency: hotel.Urgency(rest[0]), Room: string(rest[1:])}, nil
}

// Head reads the oldest call of a lane with an id above after; false when
// there is none.
func (s *Store) Head(l Lane, after uint64) (q hotel.QueuedCall, found bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		k, _ := tx.Bucket(bucketLanes).Cursor().Seek(laneKey(l, after+1))
		if k == nil || !bytes.HasPrefix(k, l.prefix()) {
			return nil
		}
		v := tx.Bucket(bucketOutbox).Get(k[len(k)-8:])
		if found = v != nil; !found {
			return fmt.Errorf("%w: the call at %x is missing", errDamaged, k)
		}
		return json.Unmarshal(v, &q)
	})
	return q, found, err
}

// Waits tells whether a call is still on its way.
func (s *Store) Waits(id uint64) (yes bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		yes = tx.Bucket(bucketOutbox).Get(number(id)) != nil
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

// Calls reads up to most calls of a list, in the order of their ids.
func (s *Store) Calls(list QueueList, most int) ([]hotel.QueuedCall, error) {
	bucket := map[QueueList][]byte{ListWaiting: bucketOutbox, ListParked: bucketParked, ListEnded: bucketEnded}[list]
	var calls []hotel.QueuedCall
	err := s.view(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucket).Cursor()
		for k, v := cursor.First(); k != nil && len(calls) < most; k, v = cursor.Next() {
			var q hotel.QueuedCall
			if err := json.Unmarshal(v, &q); err != nil {
				return fmt.Errorf("read call at %x: %w", k, err)
			}
			calls = append(calls, q)
		}
		return nil
	})
	return calls, err
}

// Call finds one call wherever it is; false when there is none, because it
// was delivered or never was.
func (s *Store) Call(id uint64) (q hotel.QueuedCall, found bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		for _, bucket := range [][]byte{bucketOutbox, bucketParked, bucketEnded} {
			if v := tx.Bucket(bucket).Get(number(id)); v != nil {
				found = true
				return json.Unmarshal(v, &q)
			}
		}
		return nil
	})
	return q, found, err
}
