package main

import (
	"bufio"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// ingestResult is what bench ingest prints.
type ingestResult struct {
	Rooms    int                  `json:"rooms"`
	RestAnon float64              `json:"restAnonMB"` // before the first event
	Rest     float64              `json:"restMB"`
	LoadAnon float64              `json:"loadAnonMB"` // after the last load
	Load     float64              `json:"loadMB"`
	Loads    map[string]*loadCost `json:"loads"`
	Floor    map[string]*loadCost `json:"floor,omitempty"`
	Group    *groupUse            `json:"controlGroup,omitempty"`
}

// loadCost is one load and what it cost the agent until the last posting
// had reached the sink.
type loadCost struct {
	figures
	DeliveredPerSecond float64 `json:"deliveredPerSecond,omitempty"`
	BytesPerEvent      float64 `json:"bytesWrittenPerEvent,omitempty"`
	SyncsPerEvent      float64 `json:"syncsPerEvent,omitempty"`
}

// shape is one way to push.
type shape struct {
	name   string
	conns  int
	fresh  bool
	events int
}

func shapes(c *call) []shape {
	return []shape{
		{fmt.Sprintf("%d connections", c.opt.conns), c.opt.conns, false, c.opt.events},
		{"one connection", 1, false, max(1, c.opt.events/5)},
		{"a new connection each", c.opt.conns, true, max(1, c.opt.events/2)},
	}
}

func benchIngest(c *call) error {
	if err := cmp.Or(c.positive("rooms", c.opt.rooms), c.positive("events", c.opt.events), c.positive("conns", c.opt.conns)); err != nil {
		return err
	}
	b, err := newBench(c)
	if err != nil {
		return err
	}
	defer b.end()
	result := &ingestResult{Rooms: c.opt.rooms, Loads: map[string]*loadCost{}}
	if err := b.measureAgent(result); err != nil {
		return err
	}
	if c.opt.floor {
		result.Floor = map[string]*loadCost{}
		if err := b.measureFloor(result.Floor); err != nil {
			return err
		}
	}
	return printJSON(c, result)
}

func (b *bench) measureAgent(result *ingestResult) error {
	config, err := b.config()
	if err != nil {
		return err
	}
	if _, err := b.start(config); err != nil {
		return err
	}
	if err := b.furnish(); err != nil {
		return err
	}
	rest, err := usageOf(b.cmd.Process.Pid)
	if err != nil {
		return err
	}
	result.RestAnon, result.Rest = rest.AnonMB, rest.TotalMB
	for _, s := range shapes(b.c) {
		b.c.say("agent: %s, %d events", s.name, s.events)
		cost, err := b.cost(s, b.cmd.Process.Pid, true)
		if err != nil {
			return err
		}
		result.Loads[s.name] = cost
	}
	full, err := usageOf(b.cmd.Process.Pid)
	result.LoadAnon, result.Load = full.AnonMB, full.TotalMB
	result.Group = b.group.use(b.c.opt.limits.memory)
	b.kill()
	return err
}

// cost pushes one load and reads what it cost. An agent can be asked when
// all is delivered; the floor cannot, so it is given a second.
func (b *bench) cost(s shape, pid int, isAgent bool) (*loadCost, error) {
	before, err := usageOf(pid)
	if err != nil {
		return nil, err
	}
	var syncs uint64
	if isAgent {
		if syncs, err = b.syncs(); err != nil {
			return nil, err
		}
	}
	l := load{addr: b.push, conns: s.conns, fresh: s.fresh, body: minibarPush(b.c.opt.rooms), next: &b.next}
	begin := time.Now()
	f, err := l.run(b.c.ctx, s.events)
	if err != nil {
		return nil, err
	}
	cost := &loadCost{figures: f}
	if isAgent {
		if err := b.drained(); err != nil {
			return nil, err
		}
		cost.DeliveredPerSecond = round(float64(f.Events)/time.Since(begin).Seconds(), 1)
		after, err := b.syncs()
		if err != nil {
			return nil, err
		}
		cost.SyncsPerEvent = round(float64(after-syncs)/float64(f.Events), 3)
	} else {
		time.Sleep(time.Second)
	}
	after, err := usageOf(pid)
	cost.BytesPerEvent = round(float64(after.Written-before.Written)/float64(f.Events), 0)
	return cost, err
}

func (b *bench) measureFloor(costs map[string]*loadCost) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("bench: find this program: %w", err)
	}
	b.cmd = exec.CommandContext(b.c.ctx, self, "bench", "floor", "--dir", b.dir, "--sink", b.url)
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if err := b.cmd.Start(); err != nil {
		return fmt.Errorf("bench: start the floor: %w", err)
	}
	if b.push, err = firstLine(bufio.NewReader(out)); err != nil {
		return fmt.Errorf("bench: start the floor: %w", err)
	}
	b.ended = waitFor(b.cmd)
	for _, s := range shapes(b.c) {
		b.c.say("floor: %s, %d events", s.name, s.events)
		if costs[s.name], err = b.cost(s, b.cmd.Process.Pid, false); err != nil {
			return err
		}
	}
	b.kill()
	return nil
}

func benchFloor(c *call) error {
	if c.opt.dir == "" || c.opt.sink == "" {
		return c.wrong("bench floor needs --dir and --sink")
	}
	return runFloor(c.ctx, filepath.Join(c.opt.dir, "floor.db"), "127.0.0.1:0", c.opt.sink, func(addr string) {
		fmt.Fprintln(c.out, addr)
	})
}
