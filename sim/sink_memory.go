package sim

import "hash/maphash"

// maxKeys bounds how many different messages a sink can tell apart.
const maxKeys = 8 << 20

// memory remembers every key by a hash, and the newest messages whole. A
// collision of two hashes would count a message as a copy; among a million it
// has a chance of one in thirty million.
type memory struct {
	seed   maphash.Seed
	counts map[uint64]uint32
	ring   []Received
	next   int // where the next message goes, once the ring is full
	most   int
}

func newMemory(most int) memory {
	return memory{seed: maphash.MakeSeed(), counts: map[uint64]uint32{}, most: most}
}

func (m *memory) copies(key string) int { return int(m.counts[maphash.String(m.seed, key)]) }

// add counts a message and remembers it if it is the first of its key.
func (m *memory) add(r Received) (full, first bool) {
	h := maphash.String(m.seed, r.Key)
	n := m.counts[h]
	if n == 0 && len(m.counts) >= maxKeys {
		return true, false
	}
	m.counts[h] = n + 1
	if n > 0 {
		return false, false
	}
	if len(m.ring) < m.most {
		m.ring = append(m.ring, r)
		return false, true
	}
	m.ring[m.next] = r
	m.next = (m.next + 1) % m.most
	return false, true
}

// list gives the remembered messages, the oldest first.
func (m *memory) list() []Received {
	out := make([]Received, 0, len(m.ring))
	out = append(out, m.ring[m.next:]...)
	out = append(out, m.ring[:m.next]...)
	for i := range out {
		out[i].Copies = m.copies(out[i].Key)
	}
	return out
}
