package store

import "bellhop/hotel"

// date says when a call expires that lasts for some time.
func (c *commit) date(q *hotel.QueuedCall) {
	if q.Lasts <= 0 {
		return
	}
	q.Expires, q.Steady, q.Unsure = c.now.Add(q.Lasts), c.steady, !c.believed()
}

// Expired tells whether it is too late for a call. Of one that lasts for some
// time the run that queued it knows the age, however the clock is set. Otherwise
// only a clock that is believed can tell; and a call that was queued by one that
// was not, as in 1970, begins to last with this run.
func (s *Store) Expired(q *hotel.QueuedCall) bool {
	now := s.read()
	switch {
	case q.Expires.IsZero():
		return false
	case q.Lasts > 0 && q.Run == s.run:
		return now.steady-q.Steady > q.Lasts
	case q.Lasts > 0 && q.Unsure:
		return now.steady-s.opened > q.Lasts
	}
	return now.now.After(q.Expires) && s.believed() && s.read().same(now)
}
