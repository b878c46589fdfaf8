package store

import "bellhop/hotel"

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
