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

// RecentPostings implements [hotel.History]. It looks at one page of records, and
// of a stay at those of its folio alone.
func (s *Store) RecentPostings(q hotel.HistoryQuery) (list []hotel.Posting, more bool, err error) {
	if q.Stay != "" {
		return s.recentOfStay(q)
	}
	return pageFromEnd(s, bucketPostings, q, func(p *hotel.Posting) (bool, time.Time) { return q.TakesPosting(p), p.Made() })
}

// RecentCalls implements [hotel.History]. It looks at one page of records.
func (s *Store) RecentCalls(q hotel.HistoryQuery) (list []hotel.CallRecord, more bool, err error) {
	return pageFromEnd(s, bucketCalls, q, func(r *hotel.CallRecord) (bool, time.Time) { return q.TakesCall(r), r.Time })
}

// pageFromEnd reads records from the end of a bucket, of which a page is looked at.
func pageFromEnd[T any](s *Store, bucket []byte, q hotel.HistoryQuery, judge func(*T) (wanted bool, at time.Time)) (list []T, more bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(bucket).Cursor()
		looked, old := 0, 0
		for k, v := cursor.Last(); k != nil && old < historyOld; k, v = cursor.Prev() {
			if looked == historyLooks || len(list) == q.Most {
				more = true
				return nil
			}
			looked++
			var record T
			if err := json.Unmarshal(v, &record); err != nil {
				return fmt.Errorf("read %s %x: %w", bucket, k, err)
			}
			wanted, at := judge(&record)
			if old++; !q.Past(at) {
				old = 0
			}
			if wanted {
				list = append(list, record)
			}
		}
		return nil
	})
	return list, more, err
}

// historyOld is how many records one after the other are too old before none
// further back is looked at: a clock may have been wrong for a while.
const historyOld = 100

// recentOfStay reads a folio from its end.
func (s *Store) recentOfStay(q hotel.HistoryQuery) (list []hotel.Posting, more bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketFolios) == nil {
			return nil // an older version's file, only read
		}
		prefix := folioPrefix(q.Stay)
		postings, cursor := tx.Bucket(bucketPostings), tx.Bucket(bucketFolios).Cursor()
		looked := 0
		for k, _ := lastBefore(cursor, append([]byte(q.Stay), 1)); bytes.HasPrefix(k, prefix); k, _ = cursor.Prev() {
			if looked == historyLooks || len(list) == q.Most {
				more = true
				return nil
			}
			looked++
			var p hotel.Posting
			if v := postings.Get(k[len(prefix):]); v == nil || json.Unmarshal(v, &p) != nil {
				continue // another stay's, whose id holds a zero byte, or one that cannot be read
			}
			if q.TakesPosting(&p) {
				list = append(list, p)
			}
		}
		return nil
	})
	return list, more, err
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
