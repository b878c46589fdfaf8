package main

import (
	"cmp"
	"errors"
	"math"
	"os"
	"syscall"
	"time"
)

// fewKept is the store that a large one is compared with.
const fewKept = 10_000

// keptResult is what bench kept prints.
type keptResult struct {
	Rooms int      `json:"rooms"`
	Few   keptSide `json:"few"`
	Many  keptSide `json:"many"`
	// Ratio is what an event costs with many kept ones, by what it costs with few.
	Ratio      spent        `json:"ratio"`
	Retention  retainResult `json:"retention"` // of the store with many
	Compaction *packResult  `json:"compaction,omitempty"`
}

// keptSide is one of the two stores.
type keptSide struct {
	Events  uint64  `json:"events"`
	FilledS float64 `json:"fillSeconds"`
	StoreMB float64 `json:"storeMB"`    // by the store's own accounting
	FileMB  float64 `json:"databaseMB"` // on disk
	Cost    spent   `json:"costPerEvent"`
	Alone   delays  `json:"pushAlone"` // how long a push waits that comes alone

	ReadyS  []float64            `json:"readySeconds"` // an agent, each time after a kill
	ColdS   float64              `json:"coldReadySeconds"`
	AnonMB  float64              `json:"restAnonMB"`
	TotalMB float64              `json:"restMB"`
	Loads   map[string]*loadCost `json:"loads"` // pushed to the agent and delivered
	LoadMB  float64              `json:"loadAnonMB"`
	Group   *groupUse            `json:"controlGroup,omitempty"`
}

// retainResult is how it goes while old events are removed.
type retainResult struct {
	Removed   int     `json:"removed"`
	PerSecond float64 `json:"perSecond"`
	Before    delays  `json:"pushesBefore"`
	During    delays  `json:"pushesMeanwhile"`
}

// packResult is how it goes while the file is written anew.
type packResult struct {
	TookS    float64 `json:"seconds"`
	BeforeMB float64 `json:"databaseMBBefore"`
	AfterMB  float64 `json:"databaseMBAfter"`
	AnonMB   float64 `json:"anonMB"` // of this process, at most
	Before   delays  `json:"pushesBefore"`
	During   delays  `json:"pushesMeanwhile"`
}

// keptBench is the two stores: first of them the one with few events.
type keptBench struct {
	c      *call
	boxes  [2]*bench
	result keptResult
}

func (k *keptBench) side(i int) *keptSide { return []*keptSide{&k.result.Few, &k.result.Many}[i] }

func benchKept(c *call) error {
	if err := cmp.Or(c.positive("rooms", c.opt.rooms), c.positive("kept", c.opt.fill), c.positive("events", c.opt.events), c.positive("conns", c.opt.conns), c.positive("each", c.opt.each)); err != nil {
		return err
	}
	if c.opt.rounds < 0 {
		return c.wrong("--rounds must not be negative, but it is %d", c.opt.rounds)
	}
	k := &keptBench{c: c, result: keptResult{Rooms: c.opt.rooms}}
	for i := range k.boxes {
		b, err := newBench(c)
		if err != nil {
			return err
		}
		defer b.end()
		k.boxes[i] = b
	}
	if c.opt.store != "" {
		k.boxes[1].db = c.opt.store
	}
	steps := []func() error{k.fill, k.compare, k.agents, k.retain, k.pack}
	if c.opt.rounds == 0 {
		steps = []func() error{k.fill, k.agents}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return printJSON(c, &k.result)
}

// fill makes both stores.
func (k *keptBench) fill() error {
	for i, events := range []int{min(fewKept, k.c.opt.fill), k.c.opt.fill} {
		w, err := openWay(k.c, k.boxes[i].db, false)
		if err != nil {
			return err
		}
		k.c.say("filling a store with %d events", events)
		begin := time.Now()
		if err := errors.Join(w.furnish(), w.fill(events)); err != nil {
			return errors.Join(err, w.s.Close())
		}
		side, st := k.side(i), w.s.Status()
		size, _ := w.s.Waste()
		side.FilledS, side.Events = round(time.Since(begin).Seconds(), 1), st.Events
		side.StoreMB, side.FileMB = mega(st.Bytes), mega(size)
		if err := w.s.Close(); err != nil {
			return err
		}
	}
	return nil
}

// compare takes the same load through both stores, which are open side by
// side, in turns: the one that goes first changes from round to round, and the
// first round does not count. What is compared is the medians of all rounds.
func (k *keptBench) compare() error {
	var ways [2]*way
	for i, b := range k.boxes {
		w, err := openWay(k.c, b.db, true)
		if err != nil {
			return err
		}
		defer w.s.Close()
		ways[i] = w
	}
	var costs [2][]spent
	var alone [2][]delays
	for r := range 1 + k.c.opt.rounds {
		k.c.say("round %d of %d: %d events through each store", r, k.c.opt.rounds, k.c.opt.each)
		for turn := range ways {
			i := (r + turn) % 2
			cost, err := ways[i].spend(k.c.opt.each)
			if err != nil {
				return err
			}
			wait, err := ways[i].waits(times(max(1, k.c.opt.each/20)))
			if err != nil {
				return err
			}
			if r > 0 {
				costs[i], alone[i] = append(costs[i], cost), append(alone[i], wait)
			}
		}
	}
	for i := range ways {
		side := k.side(i)
		side.Cost = medians(costs[i])
		side.Alone = delays{
			Times: len(alone[i]) * max(1, k.c.opt.each/20), MedianMS: median(alone[i], func(d delays) float64 { return d.MedianMS }),
			P99MS: median(alone[i], func(d delays) float64 { return d.P99MS }), MaxMS: median(alone[i], func(d delays) float64 { return d.MaxMS }),
		}
	}
	k.result.Ratio = ratio(k.result.Many.Cost, k.result.Few.Cost)
	k.c.say("many by few: %+v", k.result.Ratio)
	return nil
}

func mega(bytes int64) float64 { return round(float64(bytes)/1e6, 1) }

func medians(all []spent) spent {
	return spent{
		median(all, func(s spent) float64 { return s.TimeUS }), median(all, func(s spent) float64 { return s.CPUUS }),
		median(all, func(s spent) float64 { return s.Allocs }), median(all, func(s spent) float64 { return s.Bytes }),
		median(all, func(s spent) float64 { return s.Syncs }),
	}
}

func ratio(a, b spent) spent {
	by := func(x, y float64) float64 {
		if y == 0 {
			return 0 // nothing to compare with, such as bytes on a file system in memory
		}
		return round(x/y, 3)
	}
	return spent{by(a.TimeUS, b.TimeUS), by(a.CPUUS, b.CPUUS), by(a.Allocs, b.Allocs), by(a.Bytes, b.Bytes), by(a.Syncs, b.Syncs)}
}

// agents runs an agent over each store: starts after a kill, pushes and
// deliveries, one store after the other in turns.
func (k *keptBench) agents() error {
	for i, b := range k.boxes {
		if err := b.starts(k.side(i)); err != nil {
			return err
		}
	}
	for _, s := range shapes(k.c)[:2] {
		for i, b := range k.boxes {
			k.c.say("agent with %d kept events: %s, %d events", k.side(i).Events, s.name, s.events)
			cost, err := b.cost(s, b.cmd.Process.Pid, true)
			if err != nil {
				return err
			}
			cost.BytesPerEvent = 0 // see procUsage.Written; Cost has it
			if k.side(i).Loads == nil {
				k.side(i).Loads = map[string]*loadCost{}
			}
			k.side(i).Loads[s.name] = cost
		}
	}
	for i, b := range k.boxes {
		u, err := usageOf(b.cmd.Process.Pid)
		if err != nil {
			return err
		}
		k.side(i).LoadMB, k.side(i).Group = u.AnonMB, b.group.use(k.c.opt.limits.memory)
		b.kill()
	}
	return nil
}

// starts kills and starts an agent several times, the first time with nothing
// of the file in memory, and leaves the last one running.
func (b *bench) starts(side *keptSide) error {
	config, err := b.config()
	if err != nil {
		return err
	}
	b.c.say("starting an agent over %d kept events", side.Events)
	for n := range 4 {
		if n == 0 {
			forget(b.db)
		}
		took, err := b.start(config)
		if err != nil {
			return err
		}
		if n == 0 {
			side.ColdS = round(took.Seconds(), 3)
		} else {
			side.ReadyS = append(side.ReadyS, round(took.Seconds(), 3))
		}
		u, err := usageOf(b.cmd.Process.Pid)
		if err != nil {
			return err
		}
		side.AnonMB, side.TotalMB = u.AnonMB, u.TotalMB
		if n < 3 {
			b.kill()
		}
	}
	return nil
}

// retain removes a part of the large store, the oldest events, while pushes
// come in one after the other.
func (k *keptBench) retain() error {
	w, err := openWay(k.c, k.boxes[1].db, true)
	if err != nil {
		return err
	}
	defer w.s.Close()
	r := &k.result.Retention
	if r.Before, err = w.waits(times(k.c.opt.each)); err != nil {
		return err
	}
	st := w.s.Status()
	part := min(100_000, k.c.opt.fill/10)
	bytes := st.Bytes - st.Bytes/int64(max(1, st.Events))*int64(part)
	k.c.say("removing some %d of %d events", part, st.Events)
	begin := time.Now()
	ended := make(chan error, 1)
	go func() {
		ended <- func() error {
			for more := true; more && k.c.ctx.Err() == nil; {
				removed, again, err := w.s.Retain(k.c.ctx, math.MaxInt64, bytes)
				if err != nil {
					return err
				}
				r.Removed, more = r.Removed+removed, again
			}
			return k.c.ctx.Err()
		}()
	}()
	r.During, err = w.until(ended)
	r.PerSecond = round(float64(r.Removed)/time.Since(begin).Seconds(), 0)
	return err
}

// until measures pushes while something goes on.
func (w *way) until(ended chan error) (d delays, err error) {
	var why error
	d, err = w.waits(func() bool {
		select {
		case why = <-ended:
			return false
		default:
			return true
		}
	})
	return d, cmp.Or(why, err)
}

// pack writes the large store anew while pushes come in one after the other.
func (k *keptBench) pack() error {
	if !k.c.opt.compact {
		return nil
	}
	w, err := openWay(k.c, k.boxes[1].db, true)
	if err != nil {
		return err
	}
	defer w.s.Close()
	r := &packResult{}
	if r.Before, err = w.waits(times(k.c.opt.each)); err != nil {
		return err
	}
	size, _ := w.s.Waste()
	r.BeforeMB = mega(size)
	k.c.say("compacting %.0f MB", r.BeforeMB)
	begin := time.Now()
	ended := make(chan error, 1)
	go func() { ended <- w.s.Compact(k.c.ctx) }()
	if r.During, err = w.until(ended); err != nil {
		return err
	}
	r.TookS = round(time.Since(begin).Seconds(), 1)
	size, _ = w.s.Waste()
	r.AfterMB = mega(size)
	u, err := usageOf(syscall.Getpid())
	r.AnonMB = u.AnonMB
	k.result.Compaction = r
	return err
}

// forget makes the system drop what it has in memory of a file; where it
// cannot, the start is a warm one.
func forget(path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	_ = f.Sync()
	dropCache(f)
}
