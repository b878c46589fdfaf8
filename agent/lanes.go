package agent

import (
	"slices"

	"bellhop/sabotage"
)

// lanes keeps order: an item may run when it is at the head of all of its
// lanes. Items enter in the order in which they are to run; an item without
// lanes may run at once. lanes itself is not safe for several goroutines.
type lanes struct {
	queues map[string][]uint64
	keys   map[uint64][]string
}

func newLanes() *lanes {
	return &lanes{queues: map[string][]uint64{}, keys: map[uint64][]string{}}
}

// add puts an item at the end of its lanes; it reports whether it may run.
func (l *lanes) add(id uint64, keys []string) bool {
	keys = distinct(keys)
	if sabotage.On(sabotage.NoLanes) {
		keys = nil
	}
	l.keys[id] = keys
	for _, key := range keys {
		l.queues[key] = append(l.queues[key], id)
	}
	return l.ready(id)
}

func (l *lanes) ready(id uint64) bool {
	for _, key := range l.keys[id] {
		if l.queues[key][0] != id {
			return false
		}
	}
	return true
}

// done takes an item that ran out of its lanes and gives those that may run
// now because of it.
func (l *lanes) done(id uint64) []uint64 {
	var ready []uint64
	keys := l.keys[id]
	delete(l.keys, id)
	for _, key := range keys {
		rest := l.queues[key][1:]
		if len(rest) == 0 {
			delete(l.queues, key)
			continue
		}
		l.queues[key] = rest
	}
	for _, key := range keys {
		if queue := l.queues[key]; len(queue) > 0 && l.ready(queue[0]) && !slices.Contains(ready, queue[0]) {
			ready = append(ready, queue[0])
		}
	}
	return ready
}

func distinct(keys []string) []string {
	if len(keys) < 2 {
		return keys
	}
	var out []string
	for _, key := range keys {
		if !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}
