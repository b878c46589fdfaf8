package store

import "sync"

// claims keeps the writer and those who send calls out of each other's way:
// a call being sent is not superseded, a call being superseded is not sent.
type claims struct {
	mu      sync.Mutex
	sending map[uint64]bool
	blocked map[uint64]bool
	tried   map[uint64]bool // begun in this run; the calls are queued still
}

func newClaims() *claims {
	return &claims{sending: map[uint64]bool{}, blocked: map[uint64]bool{}, tried: map[uint64]bool{}}
}

func (c *claims) block(id uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sending[id] {
		return false
	}
	c.blocked[id] = true
	return true
}

func (c *claims) unblock(ids []uint64) {
	if len(ids) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range ids {
		delete(c.blocked, id)
	}
}

// begun tells whether a call has been begun in this run.
func (c *claims) begun(id uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tried[id]
}

// forget lets go of calls that are over.
func (c *claims) forget(ids []uint64) {
	if len(ids) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range ids {
		delete(c.tried, id)
	}
}

// Claim takes a call for sending. It is refused while a commit that ends the
// call is under way; whoever asked tries again, or is told of the end.
func (s *Store) Claim(id uint64) bool {
	c := s.claims
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blocked[id] {
		return false
	}
	c.sending[id], c.tried[id] = true, true
	return true
}

// Unclaim gives a call back after an attempt, or after its outcome is kept.
func (s *Store) Unclaim(id uint64) {
	c := s.claims
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sending, id)
}
