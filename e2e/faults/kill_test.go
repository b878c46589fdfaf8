package e2e

import (
	"math/rand/v2"
	"testing"
	"time"
)

const kills = 150

// TestKilledAnywhere kills the agent at random places while a PBX pushes and
// the PMS fails now and then. In the end each event that was acknowledged has
// had its effects once, in the store and at the PMS.
func TestKilledAnywhere(t *testing.T) {
	k := newSink(t)
	b := newBox(t, boxOptions{sink: k.url, hooks: hooks()})
	l := b.start()
	b.ready(l)
	b.furnish()

	p := newPBX(b.push)
	c := p.chaos(t, k, traffic{lines: 8, pause: 150 * time.Millisecond, how: rough})
	began := time.Now()
	for range kills {
		b.killSoon(l, p)
		l = b.start()
	}
	t.Logf("%d kills in %s", kills, time.Since(began).Round(time.Millisecond))
	b.ready(l)
	c.end()
	b.settle(l, p, k)
}

// killSoon kills the agent while it starts, while it works, or just after it
// has answered a push.
func (b *box) killSoon(l *life, p *pbx) {
	b.t.Helper()
	switch rand.IntN(10) {
	case 0, 1:
		pass(b.t.Context(), time.Duration(rand.IntN(40_000))*time.Microsecond)
	case 2, 3, 4, 5, 6:
		pass(b.t.Context(), time.Duration(20_000+rand.IntN(500_000))*time.Microsecond)
	default:
		seen := p.acked.Load() + 1 + rand.Int64N(60)
		eventually(b.t, startTime, func() (bool, string) {
			return p.acked.Load() >= seen || !l.running(), "no push is answered"
		})
		pass(b.t.Context(), time.Duration(rand.IntN(5000))*time.Microsecond)
	}
	if !l.running() {
		b.t.Fatalf("the agent ended by itself: %v", l.state)
	}
	l.kill()
	if !l.killed() {
		b.t.Fatalf("the agent ended by itself: %v", l.state)
	}
}
