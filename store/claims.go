package store

import "sync"

// claims keeps the writer and those who send calls out of each other's way:
// a call being sent is not superseded, a call being superseded is not sent.
type claims struct {
	mu      sync.Mutex
	sending map[uint64]bool
	blocked map[uint64]bool
}

func newClaims() *claims {
	return &claims{sending: map[uint64]bool{}, blocked: map[uint64]bool{}}
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

// Claim takes a call for sending. It is refused while a commit that ends the
// call is under way; whoever asked tries again, or is told of the end.
func (s *Store) Claim(id uint64) bool {
	c := s.claims
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blocked[id] {
		return false
	}
	c.sending[id] = true
	return true
}

// Unclaim gives a call back after an attempt, or after its outcome is kept.
func (s *Store) Unclaim(id uint64) {
	c := s.claims
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.sending, id)
}
