package api

import (
	"net/netip"
	"sync"
	"time"
)

// limiter counts what fails, by address, and says who must wait. It is a leaky
// bucket each: so many may fail at once, then one in each interval.
type limiter struct {
	now func() time.Time

	mu sync.Mutex
	// until says when each address has paid for its failures; over is gone.
	until map[netip.Prefix]time.Time
}

const (
	failuresAtOnce = 10
	failureEvery   = 6 * time.Second
	// maxAddresses bounds the memory: some 100 kB.
	maxAddresses = 1024
)

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, until: map[netip.Prefix]time.Time{}}
}

// wait is how long who comes from there must wait; 0: not at all.
func (l *limiter) wait(from netip.Prefix) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	until, known := l.until[from]
	if !known {
		return 0
	}
	return max(0, until.Sub(l.now())-(failuresAtOnce-1)*failureEvery)
}

// failed notes a failure, and tells whether it is the one from which on who
// comes from there must wait.
func (l *limiter) failed(from netip.Prefix) (waits bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	before, known := l.until[from]
	if !known {
		l.makeRoom(now)
	}
	if before.Before(now) {
		before = now
	}
	l.until[from] = before.Add(failureEvery)
	return l.until[from].Sub(now) > (failuresAtOnce-1)*failureEvery
}

// makeRoom forgets who has paid, and where that is not enough the one who owes
// least: who tries most stays known.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.until) < maxAddresses {
		return
	}
	var least netip.Prefix
	for from, until := range l.until {
		if !until.After(now) {
			delete(l.until, from)
			continue
		}
		if !least.IsValid() || until.Before(l.until[least]) {
			least = from
		}
	}
	if len(l.until) >= maxAddresses {
		delete(l.until, least)
	}
}

// household is the address of somebody who comes over TCP, as far as it tells
// one from the other: of IPv6 the network, as its owner has all addresses of it.
// Zero when text is no address.
func household(text string) netip.Prefix {
	from, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.Prefix{}
	}
	addr, bits := from.Addr().Unmap().WithZone(""), 64
	if addr.Is4() {
		bits = 32
	}
	return netip.PrefixFrom(addr, bits).Masked()
}
