package store

import (
	"bytes"
	"encoding/json"

	"bellhop/hotel"
)

// bucketLegs holds which call records a telephone call has:
//
//	callid 0 event → (nothing)
//
// A call that was transferred has several, which come in any order.
var bucketLegs = []byte("legs")

// maxLegs bounds what is read of one call; a callid that a PBX gives without end
// is none.
const maxLegs = 50

func legKey(callID string, event uint64) []byte { return append(legPrefix(callID), number(event)...) }

func legPrefix(callID string) []byte { return append([]byte(callID), 0) }

// hasLegs tells whether a callid can be listed by: one that is no key is not.
func hasLegs(callID string) bool { return callID != "" && len(callID) <= maxKey/2 }

func (c *commit) putCall(r hotel.CallRecord) {
	c.put(bucketCalls, number(r.Event), encode(r))
	if hasLegs(r.CallID) {
		c.put(bucketLegs, legKey(r.CallID, r.Event), here)
	}
}

func (c *commit) removeCall(key []byte) {
	var r hotel.CallRecord
	if v := c.tx.Bucket(bucketCalls).Get(key); v != nil && json.Unmarshal(v, &r) == nil && hasLegs(r.CallID) {
		c.remove(bucketLegs, legKey(r.CallID, r.Event))
	}
	c.remove(bucketCalls, key)
}

// Call reads the record of the call that an event reported, as this unit or the
// newest commit left it.
func (d *draft) Call(event uint64) (r hotel.CallRecord, ok bool) {
	for i := len(d.calls) - 1; i >= 0; i-- {
		if d.calls[i].Event == event {
			return d.calls[i], true
		}
	}
	v := d.c.tx.Bucket(bucketCalls).Get(number(event))
	return r, v != nil && json.Unmarshal(v, &r) == nil
}

// Legs reads the records of one telephone call, in the order in which they came.
func (d *draft) Legs(callID string) (legs []hotel.CallRecord) {
	if !hasLegs(callID) {
		return nil
	}
	prefix := legPrefix(callID)
	cursor := d.c.tx.Bucket(bucketLegs).Cursor()
	for k, _ := cursor.Seek(prefix); bytes.HasPrefix(k, prefix) && len(legs) < maxLegs; k, _ = cursor.Next() {
		if len(k) != len(prefix)+8 {
			continue // another call's, whose id holds a zero byte
		}
		if r, ok := d.Call(readNumber(k[len(prefix):])); ok && r.CallID == callID {
			legs = append(legs, r)
		}
	}
	return legs
}
