package luahooks

import (
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

// How often a run is looked at. The first look comes late, so that an
// ordinary run, which is over by then, pays for none.
const (
	firstLook = time.Millisecond
	nextLook  = time.Millisecond
)

// watch is the context of one interpreter for all its life, and the one that
// stops it. A new context for each run would cost as much as a small hook;
// this one is armed and disarmed. Once it has stopped a run, it and its
// interpreter are of no more use.
type watch struct {
	memory uint64 // bytes that the process may grow during a run
	done   chan struct{}
	timer  *time.Timer

	// Of the interpreter's goroutine:
	steps  int       // instructions of this run
	looked time.Time // when it looked by itself, or the run began
	spent  int       // bytes of large texts made since the last look

	mu      sync.Mutex
	looking bool            // the timer is set; an idle interpreter's is not
	on      bool            // between arm and disarm
	caller  context.Context // of the run
	end     time.Time
	base    uint64 // smallest heap seen; 0: not looked yet
	peak    uint64 // largest growth above it
	cause   error  // why it stopped
}

var _ context.Context = (*watch)(nil)

func newWatch(memory int) *watch {
	w := &watch{memory: uint64(memory), done: make(chan struct{})}
	w.timer = time.AfterFunc(time.Hour, w.look)
	w.timer.Stop()
	return w
}

func (w *watch) Deadline() (time.Time, bool) { return time.Time{}, false }
func (w *watch) Value(any) any               { return nil }

// The interpreter itself looks as well: on a busy box with one processor the timer
// comes too late for one that fills the memory. After so many instructions it asks
// for the time, and when so much has passed it looks. An instruction takes a
// megabyte at most, so the instructions in between are few, and an ordinary run is
// over before the time has passed.
const (
	lookSteps = 16
	lookTime  = 250 * time.Microsecond
)

// Done is asked by the interpreter before each instruction, which is so counted.
func (w *watch) Done() <-chan struct{} {
	if w.steps++; w.steps%lookSteps == 0 {
		if now := time.Now(); now.Sub(w.looked) >= lookTime {
			w.looked = now
			w.lookHere()
		}
	}
	return w.done
}

// lookHere looks on the interpreter's own goroutine.
func (w *watch) lookHere() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.on || w.cause != nil {
		return
	}
	if w.cause = w.judge(); w.cause != nil {
		close(w.done)
	}
}

// Err is why the run was stopped; nil when it was not.
func (w *watch) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cause
}

// arm begins to watch a run that may take so long and ends with ctx.
func (w *watch) arm(ctx context.Context, left time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps, w.spent = 0, 0
	w.on, w.base, w.peak, w.caller = true, 0, 0, ctx
	w.looked = time.Now()
	w.end = w.looked.Add(left)
	// A timer that is set already comes early, which does no harm.
	if !w.looking {
		w.looking = true
		w.timer.Reset(min(left, firstLook))
	}
}

// disarm ends the watching. The timer finds that out by itself.
func (w *watch) disarm() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.on, w.caller = false, nil
}

// pause ends the watching and gives the time that was left.
func (w *watch) pause() time.Duration {
	w.disarm()
	return max(time.Until(w.end), 0)
}

// grown is the largest growth that was seen in the newest run.
func (w *watch) grown() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.peak
}

// chargeLook is after how many bytes of large texts memory is looked at.
const chargeLook = 1 << 20

// charge counts what the run has made of large texts.
func (w *watch) charge(n int) {
	if w.spent += n; w.spent < chargeLook {
		return
	}
	w.spent = 0
	w.lookHere()
}

func (w *watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looking = w.on && w.cause == nil
	if !w.looking {
		return
	}
	if w.cause = w.judge(); w.cause != nil {
		close(w.done)
		return
	}
	w.timer.Reset(min(max(time.Until(w.end), 0), nextLook))
}

// judge gives a reason to stop the run.
func (w *watch) judge() error {
	if err := w.caller.Err(); err != nil {
		return err
	}
	if time.Until(w.end) <= 0 {
		return &Fault{"deadline", "took too long and was stopped"}
	}
	if grown := w.growth(); grown <= w.memory {
		w.peak = max(w.peak, grown)
		return nil
	}
	// What is counted may be garbage, of which the collector allows several times
	// of what lives: without it, is it still too much?
	runtime.GC()
	grown := w.growth()
	w.peak = max(w.peak, grown)
	if grown > w.memory*3/4 {
		return &Fault{"memory", fmt.Sprintf("used more than %d MiB and was stopped", w.memory>>20)}
	}
	return nil
}

// growth is by how much the process has grown since the smallest size seen.
func (w *watch) growth() uint64 {
	heap := heapBytes()
	if w.base == 0 || heap < w.base {
		w.base = heap
	}
	return heap - w.base
}

// heapSamples are for heapBytes, which is called often.
var heapSamples = sync.Pool{New: func() any { return &[]metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}} }}

func heapBytes() uint64 {
	pooled := heapSamples.Get().(*[]metrics.Sample)
	defer heapSamples.Put(pooled)
	sample := *pooled
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 1
	}
	return sample[0].Value.Uint64()
}
