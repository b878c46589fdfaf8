package agent

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"bellhop/hotel"
	"bellhop/store"
)

// journal is a source of events that a test fills.
type journal struct {
	mu     sync.Mutex
	events []hotel.Event
}

func (j *journal) Unfinished(after uint64, most int) (pending []store.Pending, upTo uint64, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	upTo = after
	for _, ev := range j.events[min(int(after), len(j.events)):] {
		if len(pending) == most {
			break
		}
		pending = append(pending, store.Pending{Event: ev})
		upTo = ev.ID
	}
	return pending, upTo, nil
}

func (j *journal) LastID() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return uint64(len(j.events))
}

// add keeps an event and tells of it, as the store does.
func (j *journal) add(d *dispatcher, lanes []string) {
	j.mu.Lock()
	ev := hotel.Event{ID: uint64(len(j.events) + 1), Lanes: lanes}
	j.events = append(j.events, ev)
	j.mu.Unlock()
	d.appended([]hotel.Event{ev})
}

// TestDispatcherRunsEachEventOnceInOrder floods the dispatcher far beyond its
// window, while it runs and before it does.
func TestDispatcherRunsEachEventOnceInOrder(t *testing.T) {
	const events = 20 * windowSize
	var mu sync.Mutex
	ran := map[uint64]bool{}
	last := map[string]uint64{}
	all := make(chan struct{})
	j := &journal{}
	d := newDispatcher(func(_ context.Context, ev *hotel.Event, _ map[string]bool) {
		mu.Lock()
		defer mu.Unlock()
		if ran[ev.ID] {
			t.Errorf("event %d ran twice", ev.ID)
		}
		ran[ev.ID] = true
		for _, lane := range ev.Lanes {
			if last[lane] > ev.ID {
				t.Errorf("lane %s: event %d ran after %d", lane, ev.ID, last[lane])
			}
			last[lane] = ev.ID
		}
		if len(ran) == events {
			close(all)
		}
	})
	d.source = j
	rnd := rand.New(rand.NewPCG(1, 2))
	add := func() {
		var lanes []string
		for range rnd.IntN(3) {
			lanes = append(lanes, fmt.Sprint(rnd.IntN(50)))
		}
		j.add(d, lanes)
	}
	for range 3 * windowSize {
		add()
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.loop(ctx, func(err error) { t.Error(err) })
	}()
	for range events - 3*windowSize {
		add()
	}
	<-all
	for id := uint64(1); id <= events; id += 97 {
		<-d.wait(id)
	}
	cancel()
	<-ended
	if d.backlog() != 0 || len(d.waiters) != 0 {
		t.Errorf("%d events and %d waiters are left", d.backlog(), len(d.waiters))
	}
}

func TestDispatcherBoundsWhatRuns(t *testing.T) {
	var mu sync.Mutex
	running, most := 0, 0
	hold := make(chan struct{})
	full := make(chan struct{})
	var once sync.Once
	j := &journal{}
	d := newDispatcher(func(context.Context, *hotel.Event, map[string]bool) {
		mu.Lock()
		running++
		most = max(most, running)
		if running == maxInFlight {
			once.Do(func() { close(full) })
		}
		mu.Unlock()
		<-hold
		mu.Lock()
		running--
		mu.Unlock()
	})
	d.source = j
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); d.loop(ctx, func(err error) { t.Error(err) }) }()
	for range 2 * windowSize {
		j.add(d, nil)
	}
	<-full
	if n := d.backlog(); n > windowSize {
		t.Errorf("%d events are held in memory, at most %d may be", n, windowSize)
	}
	close(hold)
	<-d.wait(2 * windowSize)
	cancel()
	<-ended
	if most > maxInFlight {
		t.Errorf("%d events ran at once, at most %d may", most, maxInFlight)
	}
}
