package agent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A room that is to be woken does not wait for ever behind a change that hangs.
func TestTurnToChangeIsWaitedForOnlySoLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &phoneWriter{turn: make(chan struct{}, 1)}
		hangs := make(chan struct{})
		first := make(chan error)
		go func() {
			first <- p.spaced(t.Context(), func() error {
				<-hangs
				return nil
			})
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		err := p.spaced(ctx, func() error { return errors.New("two changes at once") })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("behind a change that hangs: %v", err)
		}
		close(hangs)
		if err := <-first; err != nil {
			t.Error(err)
		}
		if err := p.spaced(t.Context(), func() error { return nil }); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
