package yeastar

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"
)

// turnTime is how long a report waits for an equal one's answer to be judged.
// Where the line is well that takes a few milliseconds.
const turnTime = 100 * time.Millisecond

// turns lets a report wait until it is known of an equal one just before
// whether its answer was taken: the PBX may be quicker in closing and sending
// the next report than we are in noticing that it has closed.
type turns struct {
	mu   sync.Mutex
	last map[[sha256.Size]byte]*turn
}

// turn is that of one report.
type turn struct{ begun, ended chan struct{} }

// inTurn is handle with turns around it.
func inTurn(handle func(context.Context, Push) error) func(context.Context, Push) error {
	t := &turns{last: map[[sha256.Size]byte]*turn{}}
	return func(ctx context.Context, p Push) error {
		end := t.begin(ctx, p.Body)
		if err := handle(ctx, p); err != nil {
			end()
			return err
		}
		taken := *p.OnTaken
		*p.OnTaken = func(seen bool) {
			defer end()
			if taken != nil {
				taken(seen)
			}
		}
		return nil
	}
}

// begin waits for its turn, and gives what ends it. Of several that wait the
// first to come goes first: the last one may be the only one whose sender still
// waits, and once its answer is taken an equal one is news.
func (t *turns) begin(ctx context.Context, body []byte) (end func()) {
	key, mine := sha256.Sum256(body), &turn{make(chan struct{}), make(chan struct{})}
	t.mu.Lock()
	before := t.last[key]
	t.last[key] = mine
	t.mu.Unlock()
	if before != nil {
		before.wait(ctx)
	}
	close(mine.begun)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		close(mine.ended)
		if t.last[key] == mine {
			delete(t.last, key)
		}
	}
}

// wait returns when a turn has ended, or has lasted for long.
func (t *turn) wait(ctx context.Context) {
	select {
	case <-t.begun:
	case <-ctx.Done():
		return
	}
	timer := time.NewTimer(turnTime)
	defer timer.Stop()
	select {
	case <-t.ended:
	case <-timer.C:
	case <-ctx.Done():
	}
}
