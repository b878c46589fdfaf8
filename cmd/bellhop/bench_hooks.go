package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"bellhop/hotel"
	"bellhop/luahooks"
)

// hooksResult is what bench hooks prints.
type hooksResult struct {
	HookNS  int64 `json:"hookNS"`  // the shipped minibar hook as an event's unit
	BareNS  int64 `json:"bareNS"`  // on the bare interpreter, with the same functions
	StubsNS int64 `json:"stubsNS"` // on the bare interpreter, with functions that do nothing
	// Ratio is hook by bare; RatioToStubs has the work of the functions in it.
	Ratio        float64 `json:"ratio"`
	RatioToStubs float64 `json:"ratioToStubs"`
	Calls        int     `json:"callsPerRound"`
}

func benchHooks(c *call) error {
	if err := c.positive("calls", c.opt.fill); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(c.opt.dir, "bellhop-bench-")
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer os.RemoveAll(dir)
	s, err := openBenchStore(filepath.Join(dir, "bellhop.db"), false)
	if err != nil {
		return err
	}
	defer s.Close()
	q := &queueBench{c: c, s: s}
	if err := q.unit(hotel.Effect{Import: ptr(benchHotel(c.opt.rooms))}); err != nil {
		return err
	}
	ev := &hotel.Event{
		ID: 1, Kind: hotel.KindDTMF, Time: time.Now(), Room: fmt.Sprint(firstRoom), Extension: fmt.Sprint(firstRoom), Digits: "778*1*1",
		Entry: &hotel.Entry{Kind: hotel.EntryMinibar, Service: "778", Minibar: hotel.DefaultMinibar, Item: "1", Count: 1},
	}
	cost, err := luahooks.Measure(c.ctx, luahooks.Input{Event: ev, View: s.Snapshot(), Now: ev.Time}, c.opt.fill)
	if err != nil {
		return err
	}
	return printJSON(c, hooksResult{
		HookNS: cost.Hook.Nanoseconds(), BareNS: cost.Bare.Nanoseconds(), StubsNS: cost.Stubs.Nanoseconds(),
		Ratio: round(float64(cost.Hook)/float64(cost.Bare), 2), RatioToStubs: round(float64(cost.Hook)/float64(cost.Stubs), 2),
		Calls: c.opt.fill,
	})
}
