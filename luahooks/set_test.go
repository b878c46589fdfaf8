package luahooks

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// holding are runs of a hook that keep their interpreters until release is closed;
// held counts those that have one.
func holding(s *Set, unit string, runs int, release chan struct{}) (held *atomic.Int32) {
	held = new(atomic.Int32)
	for range runs {
		in := input(dialled("1203", "1"))
		in.Running = func() func() {
			held.Add(1)
			<-release
			return func() {}
		}
		go s.Run(context.Background(), unit, in)
	}
	return held
}

// However many runs of one file there are, an interpreter is left for the others.
func TestOneFileDoesNotTakeAllInterpreters(t *testing.T) {
	for _, vms := range []int{2, 3, 4} {
		synctest.Test(t, func(t *testing.T) {
			s := mustLoad(t, Options{Limits: Limits{VMs: vms}}, map[string]string{"busy.lua": tells("busy"), "good.lua": tells("good")})
			release := make(chan struct{})
			held := holding(s, "busy.lua:dtmf:1", 2*vms, release)
			synctest.Wait()
			if n := int(held.Load()); n != vms-1 {
				t.Errorf("%d of %d interpreters are taken", n, vms)
			}
			if got := saidBy(t, s, "good.lua"); got != "good" {
				t.Errorf("another file says %q", got)
			}
			close(release)
			synctest.Wait()
		})
	}
}

// Close waits for the runs that go on; those that wait for their turn, and those that
// begin later, fail.
func TestCloseWaitsForWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustLoad(t, Options{Limits: Limits{VMs: 2}}, map[string]string{"t.lua": tells("one")})
		release, closed := make(chan struct{}), atomic.Bool{}
		held := holding(s, "t.lua:dtmf:1", 1, release)
		synctest.Wait()
		var second Result
		go func() { second = s.Run(context.Background(), "t.lua:dtmf:1", input(dialled("1203", "1"))) }()
		go func() { s.Close(); closed.Store(true) }()
		synctest.Wait()
		if second.Err != errClosed || closed.Load() || held.Load() != 1 {
			t.Errorf("while one runs: %v, closed %v", second.Err, closed.Load())
		}
		if got := s.Run(context.Background(), "t.lua:dtmf:1", input(dialled("1203", "1"))); got.Err != errClosed {
			t.Errorf("a run that begins later: %v", got.Err)
		}
		close(release)
		synctest.Wait()
		if !closed.Load() {
			t.Error("not closed when nothing runs")
		}
		s.Close() // once more is nothing
	})
}
