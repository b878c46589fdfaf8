package store

import (
	"encoding/binary"
	"time"

	"bellhop/hotel"
)

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func readNumber(key []byte) uint64 { return binary.BigEndian.Uint64(key) }

func doneKey(event uint64, unit string) []byte {
	return append(number(event), unit...)
}

// Lane names the calls among which order holds.
type Lane struct {
	To      string
	Urgency hotel.Urgency
	Room    string
}

func (l Lane) prefix() []byte {
	key := make([]byte, 0, len(l.To)+len(l.Room)+11)
	key = append(key, l.To...)
	key = append(key, 0, byte(l.Urgency))
	key = append(key, l.Room...)
	return append(key, 0)
}

// after is the first key behind every call of the lane.
func (l Lane) after() []byte {
	key := l.prefix()
	key[len(key)-1] = 1
	return key
}

// LanesOf are the lanes that a call stands in: one for each of its rooms.
func LanesOf(c *hotel.QueuedCall) []Lane {
	if len(c.Lanes) == 0 {
		return []Lane{{c.To, c.Urgency, c.Room}}
	}
	lanes := make([]Lane, len(c.Lanes))
	for i, room := range c.Lanes {
		lanes[i] = Lane{c.To, c.Urgency, room}
	}
	return lanes
}

func laneKey(l Lane, id uint64) []byte {
	return binary.BigEndian.AppendUint64(l.prefix(), id)
}

func laterKey(at time.Time, id uint64) []byte {
	return binary.BigEndian.AppendUint64(number(uint64(max(0, at.UnixMilli()))), id)
}
