package main

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"bellhop/hotel"
	"bellhop/pbx/yeastar"
	"bellhop/store"
)

// benchTold is how many settled calls may lie ready: more than workers ask at once.
const benchTold = 4096

// way takes events the whole way through a store: kept with the body that was
// pushed, finished with what rules want, and the call that this queues settled
// as delivered. One event in two is a minibar entry, the other a call record,
// which is one however often it comes.
type way struct {
	c      *call
	s      *store.Store
	queued chan hotel.QueuedCall
	next   atomic.Uint64 // numbers the events
	begin  time.Time     // the first call was made then
}

// openWay opens a store as the agent would. told says that there is a PMS:
// each event queues a call then.
func openWay(c *call, path string, told bool) (*way, error) {
	w := &way{c: c, queued: make(chan hotel.QueuedCall, benchTold), begin: time.Now().Add(-24 * time.Hour)}
	setup := hotel.Setup{PMS: told, Currency: "CNY"}
	s, err := store.Open(store.Options{
		Path: path,
		Apply: func(tx hotel.Tx, ev *hotel.Event, unit string, effects []hotel.Effect) error {
			return hotel.Apply(tx, ev, unit, effects, setup)
		},
		Watch: store.Watch{Queued: w.hand},
	})
	if err != nil {
		return nil, err
	}
	w.s = s
	w.next.Store(s.LastID())
	return w, nil
}

// hand passes on what the store has just queued; it must not block.
func (w *way) hand(calls []hotel.QueuedCall) {
	for _, q := range calls {
		select {
		case w.queued <- q:
		default: // nobody settles it: it stays queued
		}
	}
}

// furnish makes the rooms.
func (w *way) furnish() error {
	ev := &hotel.Event{ID: 1 << 40}
	done := hotel.Done{Effects: []hotel.Effect{{Import: ptr(benchHotel(w.c.opt.rooms))}}}
	return w.s.Finish(w.c.ctx, ev, []store.Unit{{Name: "bench", Done: done}}, false)[0]
}

// event is the nth event, with the body that was pushed and what rules want.
func (w *way) event(n uint64) (ev hotel.Event, body []byte, effect hotel.Effect, err error) {
	room := fmt.Sprint(firstRoom + int(n)%w.c.opt.rooms)
	if n%2 == 0 {
		if body = minibarPush(w.c.opt.rooms)(n); body != nil {
			ev, err = yeastar.Normalise(body)
		}
		ev.Room, ev.Lanes = room, []string{room}
		ev.Entry = &hotel.Entry{Kind: hotel.EntryMinibar, Service: "778", Minibar: hotel.DefaultMinibar, Item: "1", Count: 1}
		return ev, body, hotel.Effect{Post: &hotel.PostCharge{Room: room, Kind: "minibar", Item: "1", Amount: 1000}}, err
	}
	start := w.begin.Add(time.Duration(n) * time.Millisecond).Format(time.DateTime)
	ev = hotel.Event{
		Kind: hotel.KindCDR, Source: hotel.SourcePBX, Serial: "A12345678901", CallID: fmt.Sprintf("%d.%d", 1700000000+n, n%100),
		Extension: room, Room: room, Lanes: []string{room},
		CDR: &hotel.CDR{Start: start, From: room, To: "0755123456", Duration: 95, Talk: 80, Status: "ANSWERED", Type: "Outbound", DestLine: "trunk"},
	}
	return ev, []byte(ev.MergeKey()), hotel.Effect{Call: &hotel.RecordCall{}}, nil
}

// one takes the next event the whole way.
func (w *way) one(settled bool) error {
	ev, body, effect, err := w.event(w.next.Add(1))
	if err != nil {
		return err
	}
	receipt, err := w.s.Append(w.c.ctx, ev, &store.Push{Body: body, Begun: time.Now()})
	if err != nil {
		return err
	}
	w.s.Taken(receipt.ID)
	ev.ID, ev.Time = receipt.ID, time.Now()
	done := hotel.Done{Version: "0123456789ab", Time: ev.Time, Effects: []hotel.Effect{effect}}
	if err := w.s.Finish(w.c.ctx, &ev, []store.Unit{{Name: hotel.RulesUnit, Done: done}}, true)[0]; err != nil || !settled {
		return err
	}
	select {
	case q := <-w.queued:
		return w.s.Settle(w.c.ctx, q, hotel.Outcome{ID: q.ID, State: hotel.CallDelivered, Attempts: 1})
	case <-w.c.ctx.Done():
		return w.c.ctx.Err()
	}
}

// many takes events side by side, as many workers do. more tells whether
// there is another one.
func (w *way) many(workers int, more func() bool, one func() error) error {
	errs := make([]error, workers)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			for errs[i] == nil && more() {
				errs[i] = one()
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return w.c.ctx.Err()
}

// times gives a more that is true so many times.
func times(n int) func() bool {
	var left atomic.Int64
	left.Store(int64(n))
	return func() bool { return left.Add(-1) >= 0 }
}

// fill keeps finished events until there are so many.
func (w *way) fill(events int) error {
	const workers, step = 256, 500_000
	begin, from := time.Now(), w.s.Status().Events
	var said atomic.Uint64
	left := times(events - int(from))
	return w.many(workers, left, func() error {
		if n := w.next.Load(); n%step == 0 && said.Swap(n) != n {
			w.c.say("  %d, %.0f a second", n, float64(n-from)/time.Since(begin).Seconds())
		}
		return w.one(false)
	})
}

// spent is what a run of events has cost, for each of them.
type spent struct {
	TimeUS float64 `json:"timeUs"` // of the clock on the wall, 64 side by side
	CPUUS  float64 `json:"cpuUs"`  // of all processors
	Allocs float64 `json:"allocations"`
	Bytes  float64 `json:"bytesWritten"`
	Syncs  float64 `json:"syncs"`
}

// spend takes events the whole way and measures what that costs this process.
func (w *way) spend(events int) (spent, error) {
	const workers = 64
	runtime.GC()
	before, err := w.account()
	if err != nil {
		return spent{}, err
	}
	if err := w.many(workers, times(events), func() error { return w.one(true) }); err != nil {
		return spent{}, err
	}
	after, err := w.account()
	per := func(total float64) float64 { return round(total/float64(events), 3) }
	return spent{
		TimeUS: per(float64(after.at.Sub(before.at).Microseconds())), CPUUS: per(float64((after.cpu - before.cpu).Microseconds())),
		Allocs: per(float64(after.allocs - before.allocs)), Bytes: per(float64(after.written - before.written)), Syncs: per(float64(after.syncs - before.syncs)),
	}, err
}

// account is what this process has used up to a moment.
type account struct {
	at      time.Time
	cpu     time.Duration
	allocs  uint64
	written int64
	syncs   uint64
}

func (w *way) account() (a account, err error) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return a, fmt.Errorf("bench: what this process has used: %w", err)
	}
	disk, err := usageOf(syscall.Getpid())
	a = account{
		at: time.Now(), cpu: time.Duration(used.Utime.Nano() + used.Stime.Nano()), allocs: memory.Mallocs,
		written: disk.Passed, syncs: w.s.Status().Syncs,
	}
	return a, err
}

// waits measures how long each of some pushes waits that come one after
// the other, until more says that it is enough.
func (w *way) waits(more func() bool) (delays, error) {
	var all []time.Duration
	for w.c.ctx.Err() == nil && more() {
		ev, body, _, err := w.event(w.next.Add(1))
		if err != nil {
			return delays{}, err
		}
		begin := time.Now()
		receipt, err := w.s.Append(w.c.ctx, ev, &store.Push{Body: body, Begun: time.Now()})
		if err != nil {
			return delays{}, err
		}
		all = append(all, time.Since(begin))
		w.s.Taken(receipt.ID)
		ev.ID = receipt.ID
		if err := w.s.Finish(w.c.ctx, &ev, []store.Unit{{Name: hotel.RulesUnit}}, true)[0]; err != nil {
			return delays{}, err
		}
	}
	return delaysOf(all), w.c.ctx.Err()
}

// delays are how long something waits.
type delays struct {
	Times    int     `json:"times"`
	MedianMS float64 `json:"medianMs"`
	P99MS    float64 `json:"p99Ms"`
	MaxMS    float64 `json:"maxMs"`
}

func delaysOf(all []time.Duration) delays {
	if len(all) == 0 {
		return delays{}
	}
	slices.Sort(all)
	return delays{len(all), ms(all[len(all)/2]), ms(all[len(all)*99/100]), ms(all[len(all)-1])}
}

// median is that of one figure of several.
func median[T any](all []T, figure func(T) float64) float64 {
	values := make([]float64, len(all))
	for i, one := range all {
		values[i] = figure(one)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
