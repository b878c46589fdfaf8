package main

import (
	"errors"
	"flag"
	"fmt"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/site"
)

func doctorCommands() []*command {
	return []*command{{words: "doctor", about: "look the installation over: PBX, reports, clocks, routes, disk, queue …, and what to do", run: doctor, flags: func(f *flag.FlagSet, c *call) {
		jsonFlag(f, c)
		f.BoolVar(&c.opt.wait, "wait", false, "first wait until the PBX has reported something: dial any number meanwhile")
		f.BoolVar(&c.opt.offline, "offline", false, "leave the PBX alone")
		f.StringVar(&c.opt.play, "play", "", "instead, ring the telephone of `ROOM` and play a recording on it")
		f.StringVar(&c.opt.wake.prompt, "prompt", "", "with --play: the `RECORDING`, as it is called on the PBX; empty: one of those that Bellhop needs")
		f.BoolVar(&c.opt.yes, "yes", false, "do not ask: have the PBX report something if it has been silent; when no agent runs, log in; with --play, ring")
		f.StringVar(&c.opt.lang, "lang", "", "the `LANGUAGE` of what is found, zh or en; empty: hotel.language")
	}, more: doctorMore}}
}

const doctorMore = `The exit code is 1 when a check failed, else 0; a warning alone is no failure.

Examples:
  bellhop doctor                 what is wrong first, then the rest
  bellhop doctor --json | jq -r 'select(.result == "failed") | .check'
  bellhop doctor --wait          … once a telephone has dialled something
  bellhop doctor --play 1203     rings room 1203 and plays a recording there
`

// doctorTime bounds what the doctor itself asks of a PBX.
const doctorTime = 15 * time.Second

// doctor has the agent look, as a login of its own would take the reports from
// it; it looks itself when none runs.
func doctor(c *call) error {
	if c.opt.lang != "" && c.opt.lang != "zh" && c.opt.lang != "en" {
		return c.wrong(`--lang must be "zh" or "en", but it is %q`, c.opt.lang)
	}
	if c.opt.offline && (c.opt.wait || c.opt.play != "") {
		return c.wrong("--offline does not go with --wait or --play")
	}
	if c.opt.wake.prompt != "" && c.opt.play == "" {
		return c.wrong("--prompt goes with --play")
	}
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if c.opt.lang == "" {
		c.opt.lang = cfg.Hotel.Language
	}
	client := api.NewClient(cfg.API.Socket)
	if c.opt.play != "" {
		return c.playOn(client, cfg)
	}
	if c.opt.wait {
		if err := c.awaitReport(client); err != nil {
			return err
		}
	}
	found, err := c.look(client, cfg)
	if err != nil {
		return fmt.Errorf("doctor: %w", err)
	}
	return c.printFindings(found)
}

func (c *call) look(client *api.Client, cfg config.Config) (found []site.Finding, err error) {
	path := "/v1/doctor"
	var status agent.Status
	err = client.Get(c.ctx, "/v1/status", &status)
	if errors.Is(err, api.ErrNotRunning) {
		return c.lookAlone(cfg)
	}
	switch {
	case err != nil:
		return nil, err
	case c.opt.offline:
		path += "?offline=1"
	case c.mayCause(status):
		path += "?cause=1"
	}
	return found, client.Post(c.ctx, path, nil, &found)
}

// silentFor is how long the PBX must have been silent for somebody to be asked
// whether it is to report something.
const silentFor = 10 * time.Minute

// mayCause tells whether the PBX is to be made to report something. Nobody is
// asked while reports come; and where nobody can be asked, it is not.
func (c *call) mayCause(status agent.Status) bool {
	p := status.PBX
	if p == nil || p.Listening == "" || time.Since(p.LastPush) < silentFor {
		return false
	}
	if !c.opt.yes && !asks() {
		return false
	}
	return c.confirm(question{ask: "The PBX has reported nothing of late. Write the name of a vacant room's telephone as it stands, so that it reports that?"}) == nil
}
