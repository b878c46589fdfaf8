package agent

import (
	"context"
	"sync"

	"bellhop/hotel"
	"bellhop/store"
)

// Bounds of the dispatcher. What does not fit the window waits in the
// journal.
const (
	windowSize  = 1024 // events in memory
	maxInFlight = 256  // events being run, most of them waiting for a commit
)

// dispatcher gives events to their units: in the order of the journal within
// a room, side by side over rooms. It is told of each kept event by the
// store; when it falls behind it reads on from the journal.
type dispatcher struct {
	source unfinished
	run    func(ctx context.Context, ev *hotel.Event, done map[string]bool)

	mu      sync.Mutex
	lanes   *lanes
	tasks   map[uint64]*task
	ready   []uint64
	running int
	loaded  uint64 // every event up to here is in tasks, or finished
	behind  bool   // the journal holds more than has been taken in
	wake    chan struct{}
	waiters map[uint64][]chan struct{}
}

// unfinished is where the dispatcher reads on when it has fallen behind.
type unfinished interface {
	Unfinished(after uint64, most int) (events []store.Pending, upTo uint64, err error)
	LastID() uint64
}

type task struct {
	ev   hotel.Event
	done map[string]bool // its units that are committed already
}

func newDispatcher(run func(context.Context, *hotel.Event, map[string]bool)) *dispatcher {
	return &dispatcher{
		run: run, lanes: newLanes(), tasks: map[uint64]*task{}, wake: make(chan struct{}, 1), behind: true,
		waiters: map[uint64][]chan struct{}{},
	}
}

// appended takes newly kept events, in the order of their ids. It does not
// block.
func (d *dispatcher) appended(events []hotel.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, ev := range events {
		if d.behind || ev.ID <= d.loaded {
			continue
		}
		if len(d.tasks) >= windowSize {
			d.behind = true
			break
		}
		d.add(ev, nil)
	}
	d.poke()
}

func (d *dispatcher) add(ev hotel.Event, done map[string]bool) {
	d.loaded = ev.ID
	d.tasks[ev.ID] = &task{ev: ev, done: done}
	if d.lanes.add(ev.ID, ev.Lanes) {
		d.ready = append(d.ready, ev.ID)
	}
}

func (d *dispatcher) poke() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// loop runs events until ctx ends, and returns when all that it began has
// ended.
func (d *dispatcher) loop(ctx context.Context, report func(error)) {
	workers := newCrew(d.work)
	defer workers.wait()
	for {
		if err := d.refill(); err != nil {
			report(err)
		}
		for {
			t := d.take()
			if t == nil {
				break
			}
			workers.begin(ctx, t)
		}
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		}
	}
}

// work runs an event, and goes on with others that may run while there are
// any.
func (d *dispatcher) work(ctx context.Context, t *task) {
	for t != nil {
		d.run(ctx, &t.ev, t.done)
		d.finished(t.ev.ID)
		if ctx.Err() != nil {
			return
		}
		t = d.take()
	}
}

// take gives the next event that may run; nil when there is none, or enough
// are running.
func (d *dispatcher) take() *task {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.ready) == 0 || d.running >= maxInFlight {
		return nil
	}
	t := d.tasks[d.ready[0]]
	d.ready = d.ready[1:]
	d.running++
	return t
}

func (d *dispatcher) finished(id uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running--
	for _, w := range d.waiters[id] {
		close(w)
	}
	delete(d.waiters, id)
	delete(d.tasks, id)
	d.ready = append(d.ready, d.lanes.done(id)...)
	d.poke()
}

// refill reads on in the journal when there is room for it.
func (d *dispatcher) refill() error {
	for {
		d.mu.Lock()
		behind, from, room := d.behind, d.loaded, windowSize-len(d.tasks)
		d.mu.Unlock()
		if !behind || room < windowSize/2 {
			return nil
		}
		events, upTo, err := d.source.Unfinished(from, room)
		if err != nil {
			return err
		}
		d.mu.Lock()
		for _, p := range events {
			d.add(p.Event, p.Done)
		}
		d.loaded = max(d.loaded, upTo)
		// The store publishes the newest id before it tells of the event, and
		// telling waits for this lock: nothing falls between.
		d.behind = d.loaded < d.source.LastID()
		d.mu.Unlock()
	}
}

// wait gives a channel that is closed when the event has been run.
func (d *dispatcher) wait(id uint64) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	done := make(chan struct{})
	if _, waiting := d.tasks[id]; !waiting && id <= d.loaded {
		close(done)
		return done
	}
	d.waiters[id] = append(d.waiters[id], done)
	return done
}

// backlog is the number of events in memory that are not finished.
func (d *dispatcher) backlog() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.tasks)
}
