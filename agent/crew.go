package agent

import (
	"context"
	"sync"
)

// maxIdle is how many goroutines of a crew wait for work.
const maxIdle = 32

// crew runs things side by side, on goroutines that wait for the next one: to
// grow a stack deep enough for an interpreter or an HTTP client costs as much
// as the work itself.
type crew[T any] struct {
	work func(context.Context, T)
	hand chan T
	idle chan struct{}
	all  sync.WaitGroup
}

func newCrew[T any](work func(context.Context, T)) *crew[T] {
	return &crew[T]{work: work, hand: make(chan T), idle: make(chan struct{}, maxIdle)}
}

// begin gives work to a goroutine that waits, or to a new one; it never waits
// itself. How many may run is the caller's concern.
func (c *crew[T]) begin(ctx context.Context, t T) {
	select {
	case c.hand <- t:
	default:
		c.all.Go(func() { c.run(ctx, t) })
	}
}

func (c *crew[T]) run(ctx context.Context, t T) {
	for {
		c.work(ctx, t)
		select {
		case c.idle <- struct{}{}:
		default:
			return
		}
		select {
		case t = <-c.hand:
			<-c.idle
		case <-ctx.Done():
			<-c.idle
			return
		}
	}
}

// wait returns when all have ended, after ctx has.
func (c *crew[T]) wait() { c.all.Wait() }
