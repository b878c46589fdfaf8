package rig

import (
	"context"
	"testing"
	"time"
)

// Eventually looks until good is true; what it says otherwise is the reason
// that the test fails with after limit.
func Eventually(t testing.TB, limit time.Duration, good func() (bool, string)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, why := good()
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("after %s: %s", limit, why)
		}
	}
}

// Pass lets time pass; false when ctx ended first.
func Pass(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
