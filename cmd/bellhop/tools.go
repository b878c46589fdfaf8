package main

import (
	"flag"

	"bellhop/sim"
)

func toolCommands() []*command {
	return []*command{
		{words: "sim", about: "run a simulated PBX and PMS, for trying things out", run: simulate, flags: simFlags, more: sim.ControlHelp, bare: true},
		{words: "bench ingest", about: "measure how events are taken and carried out, as JSON", run: benchIngest, bare: true, flags: func(f *flag.FlagSet, c *call) {
			benchFlags(f, c)
			limitFlags(f, c)
			f.IntVar(&c.opt.events, "events", 20000, "events of the widest load; the others push fewer")
			f.IntVar(&c.opt.conns, "conns", 64, "connections of the widest load")
			f.BoolVar(&c.opt.floor, "floor", false, "measure a bare two-commit receiver on bbolt in the same run")
		}},
		{words: "bench queue", about: "measure adding to an empty queue and to a long one, and an agent over that, as JSON", run: benchQueue, bare: true, flags: func(f *flag.FlagSet, c *call) {
			benchFlags(f, c)
			limitFlags(f, c)
			f.IntVar(&c.opt.fill, "fill", 1_000_000, "calls in the long queue")
			f.IntVar(&c.opt.rounds, "rounds", 9, "rounds that are compared")
			f.IntVar(&c.opt.each, "each", 6400, "calls, and pushed events, of a round")
			f.IntVar(&c.opt.events, "deliver", 50_000, "calls that an agent delivers; 0: none is started")
			f.IntVar(&c.opt.conns, "conns", 64, "connections that push to the agent")
		}},
		{words: "bench start", about: "measure a start over a full store after a kill, as JSON", run: benchStart, bare: true, flags: benchFlags},
		{words: "bench kept", about: "measure what an event costs with few and with many kept events, as JSON", run: benchKept, bare: true, flags: func(f *flag.FlagSet, c *call) {
			benchFlags(f, c)
			limitFlags(f, c)
			f.IntVar(&c.opt.fill, "kept", 10_000_000, "events in the large store")
			f.StringVar(&c.opt.store, "store", "", "the `FILE` of the large store, which is filled up and stays (default: a temporary one)")
			f.IntVar(&c.opt.rounds, "rounds", 15, "rounds that are compared; 0: only agents are looked at")
			f.IntVar(&c.opt.each, "each", 2000, "events of a round")
			f.IntVar(&c.opt.events, "events", 10000, "events of the widest load on an agent")
			f.IntVar(&c.opt.conns, "conns", 64, "connections of that load")
			f.BoolVar(&c.opt.compact, "compact", false, "write the large store anew, too, which takes as much disk again")
		}},
		{words: "bench hooks", about: "measure what the shipped minibar hook costs beside the bare interpreter, as JSON", run: benchHooks, bare: true, flags: func(f *flag.FlagSet, c *call) {
			benchFlags(f, c)
			f.IntVar(&c.opt.fill, "calls", 2000, "calls of each of the rounds that are compared")
		}},
		{words: "bench floor", about: "the bare receiver that bench ingest --floor compares with", run: benchFloor, bare: true, flags: func(f *flag.FlagSet, c *call) {
			f.StringVar(&c.opt.dir, "dir", "", "the `FOLDER` of its database")
			f.StringVar(&c.opt.sink, "sink", "", "the `URL` that it posts to")
		}},
		{words: "version", about: "say which build this is", run: version, bare: true, flags: jsonFlag},
	}
}
