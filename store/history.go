package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// Postings reads up to most postings of a room, newest first; of all rooms
// when room is empty.
func (s *Store) Postings(room string, most int) ([]hotel.Posting, error) {
	return s.FindPostings(most, func(p hotel.Posting) bool { return room == "" || p.Room == room })
}

// FindPostings reads up to most postings that are wanted, newest first.
func (s *Store) FindPostings(most int, want func(hotel.Posting) bool) ([]hotel.Posting, error) {
	return newest(s, bucketPostings, most, want)
}

// CallRecords reads up to most call records of a room, newest first; of all
// when room is empty.
func (s *Store) CallRecords(room string, most int) ([]hotel.CallRecord, error) {
	return newest(s, bucketCalls, most, func(r hotel.CallRecord) bool { return room == "" || r.Room == room })
}

// historyLooks bounds what one transaction looks at: a long one, over all
// postings of a year for those of one room, would keep the writer from making
// the file larger.
const historyLooks = 2000

// newest reads records from the end of a bucket.
func newest[T any](s *Store, bucket []byte, most int, want func(T) bool) ([]T, error) {
	var all []T
	for before, more := []byte(nil), true; more && len(all) < most; {
		err := s.view(func(tx *bbolt.Tx) error {
			cursor := tx.Bucket(bucket).Cursor()
			looked := 0
			k, v := lastBefore(cursor, before)
			for ; k != nil && len(all) < most && looked < historyLooks; k, v = cursor.Prev() {
				var record T
				if err := json.Unmarshal(v, &record); err != nil {
					return fmt.Errorf("read %s %x: %w", bucket, k, err)
				}
				if want(record) {
					all = append(all, record)
				}
				before = bytes.Clone(k)
				looked++
			}
			more = k != nil
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// lastBefore finds the last key that is less than a bound; nil: of all.
func lastBefore(cursor *bbolt.Cursor, bound []byte) (k, v []byte) {
	if bound == nil {
		return cursor.Last()
	}
	if k, _ = cursor.Seek(bound); k == nil {
		return cursor.Last() // the bound and all behind it are gone
	}
	return cursor.Prev()
}

// NextLater is when the first of the calls for which it is too early may go
// to its lane; false when there is none.
func (s *Store) NextLater() (at time.Time, waiting bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		if k, _ := tx.Bucket(bucketLater).Cursor().First(); k != nil {
			at, waiting = time.UnixMilli(int64(readNumber(k[:8]))), true
		}
		return nil
	})
	return at, waiting, err
}
