package luahooks

import (
	"context"
	"fmt"
	"runtime/metrics"
	"sync"
	"time"
)

// How often a run is looked at. The first look comes late, so that an
// ordinary run, which is over by then, pays for none.
const (
	firstLook = 5 * time.Millisecond
	nextLook  = 2 * time.Millisecond
)

// watch is the context of one interpreter for all its life, and the one that
// stops it. A new context for each run would cost as much as a small hook;
// this one is armed and disarmed. Once it has stopped a run, it and its
// interpreter are of no more use.
type watch struct {
	memory uint64 // bytes that the process may grow during a run
	done   chan struct{}
	timer  *time.Timer

	mu    sync.Mutex
	run   int  // counts runs, so that a late cancel hits no other
	on    bool // between arm and disarm
	end   time.Time
	base  uint64 // smallest heap seen; 0: not looked yet
	cause error  // why it stopped
}

var _ context.Context = (*watch)(nil)

func newWatch(memory int) *watch {
	w := &watch{memory: uint64(memory), done: make(chan struct{})}
	w.timer = time.AfterFunc(time.Hour, w.look)
	w.timer.Stop()
	return w
}

func (w *watch) Deadline() (time.Time, bool) { return time.Time{}, false }
func (w *watch) Done() <-chan struct{}       { return w.done }
func (w *watch) Value(any) any               { return nil }

// Err is why the run was stopped; nil when it was not.
func (w *watch) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cause
}

// arm begins to watch a run that may take so long, and gives its number.
func (w *watch) arm(left time.Duration) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run++
	w.start(left)
	return w.run
}

// rearm goes on watching the same run.
func (w *watch) rearm(left time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.start(left)
}

func (w *watch) start(left time.Duration) {
	w.on, w.base = true, 0
	w.end = time.Now().Add(left)
	w.timer.Reset(min(left, firstLook))
}

// disarm ends the watching and gives the time that was left.
func (w *watch) disarm() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Stop()
	w.on = false
	return max(time.Until(w.end), 0)
}

// cancel stops the run of that number, if it is still the one.
func (w *watch) cancel(run int, cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.run == run {
		w.stop(cause)
	}
}

func (w *watch) stop(cause error) {
	if w.cause == nil {
		w.cause = cause
		close(w.done)
	}
}

func (w *watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.on {
		return
	}
	left := time.Until(w.end)
	if left <= 0 {
		w.stop(&Fault{"deadline", "took too long and was stopped"})
		return
	}
	heap := heapBytes()
	if w.base == 0 || heap < w.base {
		w.base = heap
	}
	if heap > w.base+w.memory {
		w.stop(&Fault{"memory", fmt.Sprintf("used more than %d MiB and was stopped", w.memory>>20)})
		return
	}
	w.timer.Reset(min(left, nextLook))
}

func heapBytes() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 1
	}
	return sample[0].Value.Uint64()
}
