package yeastar

import (
	"context"
	"sync"
)

// gate lets one in at a time, like a mutex; but who waits heeds its context,
// as what goes on inside may take as long as a call to the PBX.
type gate struct {
	once  sync.Once
	place chan struct{}
}

// enter waits for its turn; on an error, which is ctx's, it is not inside.
func (g *gate) enter(ctx context.Context) error {
	g.once.Do(func() { g.place = make(chan struct{}, 1) })
	select {
	case g.place <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gate) leave() { <-g.place }
