package yeastar

import (
	"fmt"
	"sync"
	"time"
)

// sparingEvery is how often the same kind of trouble is told of.
const sparingEvery = time.Minute

// sparing tells of each kind of trouble once in a while, and how often it was
// passed over in silence: whoever reaches the port could fill the log, which is on
// the box's disk, otherwise.
type sparing struct {
	report func(error) // may be nil

	mu   sync.Mutex
	told map[string]*silence
}

// silence is what was not told since the last time.
type silence struct {
	since  time.Time
	missed int
}

func (s *sparing) tell(kind string, err error) {
	if s.report == nil {
		return
	}
	now := time.Now()
	s.mu.Lock()
	if s.told == nil {
		s.told = map[string]*silence{}
	}
	last := s.told[kind]
	if last != nil && now.Sub(last.since) < sparingEvery {
		last.missed++
		s.mu.Unlock()
		return
	}
	s.told[kind] = &silence{since: now}
	s.mu.Unlock()
	if last != nil && last.missed > 0 {
		err = fmt.Errorf("%w; and %d times more since %s", err, last.missed, last.since.Format(time.TimeOnly))
	}
	s.report(err)
}
