package store

import (
	"encoding/binary"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// bucketMerge maps an event's merge key to the event, so that one call record
// is one event however it arrives.
var bucketMerge = []byte("merge")

// mergeKey is the key of an event in that bucket; nil: it has none. The time
// stands first, so that the records of a day lie side by side: a digest alone
// would put each new one among those of a year, on a page of its own.
func mergeKey(ev *hotel.Event) []byte {
	text := ev.MergeKey()
	if text == "" {
		return nil
	}
	d := digest([]byte(text))
	at := uint32(max(0, ev.MergeTime().Unix()))
	return append(binary.BigEndian.AppendUint32(nil, at), d[:]...)
}

// merge marks an event whose merge key is known as a copy of the one that has
// it; a new key is the event's own, which has its id already.
func (c *commit) merge(ev *hotel.Event) {
	key := mergeKey(ev)
	if key == nil || ev.DuplicateOf != 0 {
		return
	}
	if of := c.tx.Bucket(bucketMerge).Get(key); len(of) == 8 {
		ev.DuplicateOf = readNumber(of)
		return
	}
	c.put(bucketMerge, key, number(ev.ID))
}

// Known tells whether an event with the same merge key is in the journal; one
// that is in the intake log alone may not be seen.
func (s *Store) Known(ev *hotel.Event) (known bool, err error) {
	key := mergeKey(ev)
	if key == nil {
		return false, nil
	}
	err = s.view(func(tx *bbolt.Tx) error {
		known = tx.Bucket(bucketMerge).Get(key) != nil
		return nil
	})
	return known, err
}
