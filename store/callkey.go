package store

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"bellhop/hotel"
)

// keyPrefix begins the key of each call.
const keyPrefix = "bh-"

// callKeys gives the calls that one unit of an event queues their keys, by which
// far sides drop what they have. A key follows from what led to the call: this
// database, the event, the unit, and where the call goes. So the same
// consequence of the same event has the same key wherever it is worked out, also
// by a box that was restored from a copy made before the first box came to it.
//
// An event is itself by its number and time, which no other one of any copy has
// together. Call records and due times are themselves by what they are of: a
// restored box, too, hears of those, from the PBX's download and the calendar.
type callKeys struct {
	event string
	used  map[string]int // calls so far that are alike but in what they say
}

func (c *commit) callKeys(ev *hotel.Event) *callKeys {
	what := ev.MergeKey()
	switch {
	case ev.Again != nil: // a person wants it once more
		what = "again|" + strconv.FormatUint(ev.ID, 10) + "|" + strconv.FormatInt(ev.Again.Time.UnixNano(), 10)
	case what == "":
		what = "event|" + strconv.FormatUint(ev.ID, 10) + "|" + strconv.FormatInt(ev.Time.UnixNano(), 10)
	}
	return &callKeys{event: c.meta.ID + "\x00" + what, used: map[string]int{}}
}

// next is the key of the unit's next call.
func (k *callKeys) next(q *hotel.QueuedCall) string {
	text := strings.Join([]string{k.event, q.Unit, q.To, q.Op, q.Room, q.URL}, "\x00")
	n := k.used[text]
	k.used[text]++
	sum := sha256.Sum256([]byte(text + "\x00" + strconv.Itoa(n)))
	return keyPrefix + hex.EncodeToString(sum[:12])
}
