package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"bellhop/hotel"
	"bellhop/store"
)

// queueResult is what bench queue prints.
type queueResult struct {
	Empty figures `json:"empty"` // medians of all rounds
	Long  figures `json:"long"`
	// Ratio is the time that adding to the long queue takes, by that of adding
	// to the empty one; below 1 it is quicker.
	Ratio   float64 `json:"ratio"`
	Calls   uint64  `json:"callsInLongQueue"`
	FilledS float64 `json:"fillSeconds"`
	SizeMB  float64 `json:"databaseMB"`

	Agent *queueAgent `json:"agent,omitempty"`
}

// queueAgent is how an agent goes about a long queue.
type queueAgent struct {
	ReadyS    []float64 `json:"readySeconds"` // each after a kill, with the PMS away
	AnonMB    float64   `json:"restAnonMB"`
	TotalMB   float64   `json:"restMB"`
	Pushed    figures   `json:"pushedWithThePMSAway"`
	Delivered uint64    `json:"delivered"`
	PerSecond float64   `json:"deliveredPerSecond"`
	While     figures   `json:"pushedWhileDelivering"`
	LoadMB    float64   `json:"loadAnonMB"`
	Group     *groupUse `json:"controlGroup,omitempty"`
}

// benchQueue adds to two queues in turns, one that is empty before each round
// and a long one; then an agent runs over the long one.
func benchQueue(c *call) error {
	if err := cmp.Or(c.positive("rooms", c.opt.rooms), c.positive("rounds", c.opt.rounds), c.positive("each", c.opt.each), c.positive("conns", c.opt.conns)); err != nil {
		return err
	}
	for name, n := range map[string]int{"fill": c.opt.fill, "deliver": c.opt.events} {
		if n < 0 {
			return c.wrong("--%s must not be negative, but it is %d", name, n)
		}
	}
	b, err := newBench(c)
	if err != nil {
		return err
	}
	defer b.end()
	result := &queueResult{}
	if err := b.addToQueues(result); err != nil {
		return err
	}
	if c.opt.events > 0 {
		result.Agent = &queueAgent{}
		if err := b.runOverQueue(result.Agent); err != nil {
			return err
		}
	}
	return printJSON(c, result)
}

func (b *bench) addToQueues(result *queueResult) error {
	var queues [2]*queueBench
	for i, path := range []string{b.db + "-empty", b.db} {
		s, err := openBenchStore(path, true)
		if err != nil {
			return err
		}
		defer s.Close()
		queues[i] = &queueBench{c: b.c, s: s}
		if err := queues[i].unit(hotel.Effect{Import: ptr(benchHotel(b.c.opt.rooms))}); err != nil {
			return err
		}
	}
	b.c.say("filling a queue with %d calls", b.c.opt.fill)
	begin := time.Now()
	if err := queues[1].fill(b.c.opt.fill); err != nil {
		return err
	}
	result.FilledS = round(time.Since(begin).Seconds(), 1)
	var all [2][]figures
	for r := range 1 + b.c.opt.rounds {
		b.c.say("round %d of %d: %d calls to each queue", r, b.c.opt.rounds, b.c.opt.each)
		for turn := range queues {
			i := (r + turn) % 2
			f, err := queues[i].add()
			if err != nil {
				return err
			}
			if r > 0 { // the first warms up
				all[i] = append(all[i], f)
			}
		}
		if err := queues[0].empty(); err != nil {
			return err
		}
	}
	result.Empty, result.Long = medianFigures(all[0]), medianFigures(all[1])
	result.Ratio = round(result.Empty.PerSecond/result.Long.PerSecond, 3)
	result.Calls = queues[1].s.Status().Waiting
	size, _ := queues[1].s.Waste()
	result.SizeMB = mega(size)
	return nil
}

func medianFigures(all []figures) figures {
	f := figures{
		PerSecond: median(all, func(f figures) float64 { return f.PerSecond }),
		MedianMS:  median(all, func(f figures) float64 { return f.MedianMS }),
		P99MS:     median(all, func(f figures) float64 { return f.P99MS }),
	}
	for _, one := range all {
		f.Events += one.Events
	}
	return f
}

// runOverQueue starts agents with the PMS away, then lets it come back, and
// pushes as a busy hotel would, before and while the queue goes out.
func (b *bench) runOverQueue(a *queueAgent) error {
	config, err := b.config()
	if err != nil {
		return err
	}
	b.sink.Down(true)
	for n := range 3 {
		b.c.say("starting an agent over the long queue")
		took, err := b.start(config)
		if err != nil {
			return err
		}
		a.ReadyS = append(a.ReadyS, round(took.Seconds(), 3))
		if n < 2 {
			b.kill()
		}
	}
	u, err := usageOf(b.cmd.Process.Pid)
	if err != nil {
		return err
	}
	a.AnonMB, a.TotalMB = u.AnonMB, u.TotalMB
	push := load{addr: b.push, conns: b.c.opt.conns, body: minibarPush(b.c.opt.rooms), next: &b.next}
	if a.Pushed, err = push.run(b.c.ctx, b.c.opt.each); err != nil {
		return err
	}
	b.c.say("delivering %d calls", b.c.opt.events)
	b.sink.Down(false)
	if err := b.taken(1); err != nil { // a probe finds out within a minute
		return err
	}
	begin, from := time.Now(), b.sink.Stats().Taken
	if err := b.taken(from + b.c.opt.events/2); err != nil {
		return err
	}
	a.Delivered = uint64(b.sink.Stats().Taken - from)
	a.PerSecond = round(float64(a.Delivered)/time.Since(begin).Seconds(), 1)
	if a.While, err = push.run(b.c.ctx, b.c.opt.each); err != nil {
		return err
	}
	if err := b.taken(from + b.c.opt.events); err != nil {
		return err
	}
	u, err = usageOf(b.cmd.Process.Pid)
	a.LoadMB, a.Group = u.AnonMB, b.group.use(b.c.opt.limits.memory)
	b.kill()
	return err
}

// taken waits until so many messages have reached the sink.
func (b *bench) taken(messages int) error {
	for b.sink.Stats().Taken < messages {
		select {
		case <-b.c.ctx.Done():
			return b.c.ctx.Err()
		case <-b.ended:
			return errors.New("bench: the agent has ended")
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

// queueBench adds postings, each of which queues a call, as units of events
// that are numbered but not kept.
type queueBench struct {
	c    *call
	s    *store.Store
	next atomic.Uint64
}

func (q *queueBench) unit(effects ...hotel.Effect) error {
	ev := &hotel.Event{ID: 1_000_000_000 + q.next.Add(1)}
	return q.s.Finish(q.c.ctx, ev, []store.Unit{{Name: "bench", Done: hotel.Done{Effects: effects}}}, false)[0]
}

func (q *queueBench) charge(n int) hotel.Effect {
	return hotel.Effect{Post: &hotel.PostCharge{Room: fmt.Sprint(firstRoom + n%q.c.opt.rooms), Kind: "minibar", Item: "1", Amount: 1000}}
}

// add measures calls added by many at once, as a busy hour would: they share
// commits, so that the time of one is that of the queue and not of the wait
// for company.
func (q *queueBench) add() (figures, error) {
	const workers = 64
	each := max(1, q.c.opt.each/workers)
	times := make([][]time.Duration, workers)
	errs := make([]error, workers)
	begin := time.Now()
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := range each {
				one := time.Now()
				if errs[w] = q.unit(q.charge(w*each + i)); errs[w] != nil {
					return
				}
				times[w] = append(times[w], time.Since(one))
			}
		})
	}
	group.Wait()
	took := time.Since(begin)
	if err := cmp.Or(errs...); err != nil {
		return figures{}, err
	}
	all := slices.Concat(times...)
	slices.Sort(all)
	return figures{
		Events: len(all), PerSecond: round(float64(len(all))/took.Seconds(), 1),
		MedianMS: ms(all[len(all)/2]), P99MS: ms(all[len(all)*99/100]),
	}, nil
}

// fill adds many calls, hundreds with each commit.
func (q *queueBench) fill(calls int) error {
	const perUnit = 500
	var effects []hotel.Effect
	for i := range perUnit {
		effects = append(effects, q.charge(i))
	}
	for n := 0; int(q.s.Status().Waiting) < calls; n++ {
		if err := q.unit(effects...); err != nil {
			return err
		}
		if n%200 == 199 {
			q.c.say("  %d", q.s.Status().Waiting)
		}
	}
	return q.c.ctx.Err()
}

// empty settles all that waits, as delivered.
func (q *queueBench) empty() error {
	for {
		calls, err := q.s.Calls(store.ListWaiting, 10_000)
		if err != nil || len(calls) == 0 {
			return err
		}
		errs := make([]error, 64)
		var group sync.WaitGroup
		for w := range errs {
			group.Go(func() {
				for i := w; i < len(calls) && errs[w] == nil; i += len(errs) {
					errs[w] = q.s.Settle(q.c.ctx, calls[i], hotel.Outcome{ID: calls[i].ID, State: hotel.CallDelivered, Attempts: 1})
				}
			})
		}
		group.Wait()
		if err := cmp.Or(errs...); err != nil {
			return err
		}
	}
}
