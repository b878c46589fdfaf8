package store

import (
	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// bucketMerge maps the digest of an event's merge key to the event, so that
// one call record is one event however it arrives.
var bucketMerge = []byte("merge")

// merge marks an event whose merge key is known as a copy of the one that has
// it; a new key is the event's own, which has its id already.
func (c *commit) merge(ev *hotel.Event) {
	key := ev.MergeKey()
	if key == "" || ev.DuplicateOf != 0 {
		return
	}
	d := digest([]byte(key))
	if of := c.tx.Bucket(bucketMerge).Get(d[:]); len(of) == 8 {
		ev.DuplicateOf = readNumber(of)
		return
	}
	c.put(bucketMerge, d[:], number(ev.ID))
}

// Known tells whether an event with the same merge key is in the journal; one
// that is in the intake log alone may not be seen.
func (s *Store) Known(ev *hotel.Event) (known bool, err error) {
	key := ev.MergeKey()
	if key == "" {
		return false, nil
	}
	d := digest([]byte(key))
	err = s.view(func(tx *bbolt.Tx) error {
		known = tx.Bucket(bucketMerge).Get(d[:]) != nil
		return nil
	})
	return known, err
}
