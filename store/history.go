package store

import (
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// Postings reads up to most postings of a room, newest first; of all rooms
// when room is empty.
func (s *Store) Postings(room string, most int) ([]hotel.Posting, error) {
	return newest(s, bucketPostings, most, func(p hotel.Posting) bool { return room == "" || p.Room == room })
}

// CallRecords reads up to most call records of a room, newest first; of all
// when room is empty.
func (s *Store) CallRecords(room string, most int) ([]hotel.CallRecord, error) {
	return newest(s, bucketCalls, most, func(r hotel.CallRecord) bool { return room == "" || r.Room == room })
}

// newest reads records from the end of a bucket.
func newest[T any](s *Store, bucket []byte, most int, want func(T) bool) ([]T, error) {
	var all []T
	err := s.view(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucket).Cursor()
		for k, v := cursor.Last(); k != nil && len(all) < most; k, v = cursor.Prev() {
			var record T
			if err := json.Unmarshal(v, &record); err != nil {
				return fmt.Errorf("read %s %x: %w", bucket, k, err)
			}
			if want(record) {
				all = append(all, record)
			}
		}
		return nil
	})
	return all, err
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
