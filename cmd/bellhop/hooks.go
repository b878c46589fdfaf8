package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/luahooks"
	"bellhop/site"
)

// hookOptions hold the values of flags that only commands about hooks have.
type hookOptions struct {
	from, dir, version string
	list, watch, cover bool
	verbose, trace     bool
	asItWas            bool
}

// hookCommands are the commands about hooks; "check", "new" and "test" work
// alone, without an agent and, where a folder is named, without a config.
func hookCommands() []*command {
	folder := func(f *flag.FlagSet, c *call) {
		f.StringVar(&c.opt.hooks.dir, "hooks", "", "the `FOLDER` for it (default: that of the config)")
	}
	return append(hookStateCommands(), []*command{
		{words: "hooks check", args: "[FOLDER]", about: "read the hooks and name each fault with file and line", run: hooksCheck, flags: jsonFlag},
		{words: "hooks new", args: "[NAME]", about: "start a hook file, with a test beside it", run: hooksNew, more: hooksNewHelp, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			folder(f, c)
			f.StringVar(&c.opt.hooks.from, "from", "", "start from the hook of this `NAME`; see --list")
			f.BoolVar(&c.opt.hooks.list, "list", false, "list what it can start from")
		}},
		{words: "hooks test", args: "[FILE|FOLDER]...", about: "run the examples and tests of hooks, on a hotel in memory", run: hooksTest, more: hooksTestHelp, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.BoolVar(&c.opt.hooks.watch, "watch", false, "run again at each change, until Ctrl-C")
			f.BoolVar(&c.opt.hooks.cover, "cover", false, "say which lines have not run")
			f.BoolVar(&c.opt.hooks.verbose, "v", false, "name each test, and print what the hooks log")
		}},
		{words: "hooks run", args: "EVENT [HOOK]", about: "run an event's hooks once more, without effect, and show what they would want", run: hooksRun, more: hooksRunHelp, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.BoolVar(&c.opt.hooks.trace, "trace", false, "show each call with its arguments and what it gave")
			f.BoolVar(&c.opt.hooks.asItWas, "as-it-was", false, "let them read the hotel as it was then, as far as that is kept")
		}},
		replayCommand(),
		hooksTypesCommand(),
	}...)
}

const (
	hooksNewHelp = `
  bellhop hooks new --list                 # what it can start from
  bellhop hooks new minibar                # a copy of the hook that Bellhop brings; it replaces that one
  bellhop hooks new fruit                  # an empty one
  bellhop hooks new lib/prices             # a library: other files require "lib.prices"
  bellhop hooks new night-calls --from call-surcharge

A file that is there already is never written over.
`
	hooksTestHelp = `
  bellhop hooks test                       # all of the config's folder
  bellhop hooks test ./hooks --watch
  bellhop hooks test minibar.lua -v --cover

Examples stand in a hook's comments; tests in a file beside it, such as
minibar_test.lua. docs/hook-tests.md says how they are written.
`
	hooksRunHelp = `
  bellhop events list                      # which event
  bellhop hooks run 812 --trace
  bellhop hooks run 812 minibar.lua --trace
  bellhop hooks run 812 --trace --as-it-was

The hooks get the time and the answers that they had then, and read the hotel as
it is now, or with --as-it-was as it was then; what of that nobody knows any more
is named. Nothing comes of it.
`
)

// hookPlace is the hotel that hooks are looked at in. A folder that is named
// needs no config: then it is a hotel of which nothing is set.
func (c *call) hookPlace(dir string) (cfg config.Config, folder string, err error) {
	cfg, err = c.load()
	switch {
	case err == nil:
	case dir != "" && c.config == defaultConfig && errors.Is(err, fs.ErrNotExist):
		cfg = config.Default()
		cfg.Hotel.Language = "en"
		if c.zone, err = time.LoadLocation(cfg.Hotel.Timezone); err != nil {
			c.zone, err = time.UTC, nil
		}
	case c.config == defaultConfig && errors.Is(err, fs.ErrNotExist):
		return cfg, "", fmt.Errorf("%s: there is no config here (%s): name the folder of the hooks, such as: bellhop %s ./hooks", c.command.words, c.config, c.command.words)
	default:
		return cfg, "", err
	}
	if dir == "" {
		dir = cfg.Hooks.Dir
	}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return cfg, dir, fmt.Errorf("%s: the folder of the hooks: %w", c.command.words, err)
	case !info.IsDir():
		return cfg, dir, fmt.Errorf("%s: %s is a file, and a folder is needed", c.command.words, dir)
	}
	return cfg, dir, nil
}

// place says to a test in what hotel it runs.
func place(cfg config.Config, zone *time.Location) luahooks.Place {
	setup := hotel.Setup{Currency: cfg.Hotel.Currency, Zone: zone, Taxes: agent.Taxes(cfg.Tax), Language: cfg.Hotel.Language}
	return luahooks.Place{Services: site.Codes(cfg.Services), Zone: zone, Setup: setup}
}

// hookFault is a fault, or a warning, of a file.
type hookFault struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
	Warning bool   `json:"warning,omitempty"`
}

func (f hookFault) String() string {
	text := f.Message
	switch {
	case f.Line > 0:
		text = fmt.Sprintf("%s:%d: %s", f.File, f.Line, text)
	case f.File != "":
		text = f.File + ": " + text
	}
	if f.Warning {
		return text + " (warning)"
	}
	return text
}

func faultOf(err error) hookFault {
	var f *luahooks.LoadFault
	if errors.As(err, &f) {
		return hookFault{File: f.File, Line: f.Line, Message: f.Message}
	}
	return hookFault{Message: err.Error()}
}

func hooksCheck(c *call) error {
	named := ""
	if len(c.args) > 0 {
		named = c.args[0]
	}
	cfg, dir, err := c.hookPlace(named)
	if err != nil {
		return err
	}
	checked := luahooks.Check(folder(dir), agent.HookOptions(cfg))
	var faults []hookFault
	for _, err := range checked.Faults {
		faults = append(faults, faultOf(err))
	}
	for _, w := range checked.Warnings {
		faults = append(faults, hookFault{w.File, w.Line, w.Message, true})
	}
	if c.json {
		if err := show(c, faults, "", nil); err != nil {
			return err
		}
	} else {
		for _, f := range faults {
			fmt.Fprintln(c.out, plain(f.String()))
		}
	}
	if n := len(checked.Faults); n > 0 {
		return fmt.Errorf("hooks check: %s in %s: a file with one is not used; mend the line that is named, and check again", counted(n, "fault"), dir)
	}
	if !c.json {
		libraries := ""
		if n := checked.Libraries; n == 1 {
			libraries = ", and 1 library"
		} else if n > 1 {
			libraries = fmt.Sprintf(", and %d libraries", n)
		}
		good := "good"
		if n := len(checked.Warnings); n > 0 {
			good = "good, with " + counted(n, "warning")
		}
		fmt.Fprintf(c.out, "%s: %s: %s in %s%s\n", dir, good, counted(checked.Hooks, "hook"), counted(checked.Files, "file"), libraries)
	}
	return nil
}

func hooksRun(c *call) error {
	if len(c.args) == 0 {
		return c.need(1)
	}
	hook := ""
	if len(c.args) > 1 {
		hook = c.args[1]
		c.args = c.args[:1]
	}
	id, err := c.id()
	if err != nil {
		return err
	}
	traces, err := c.askTrace(id, hook)
	if err != nil {
		return fmt.Errorf("hooks run: %w", err)
	}
	if c.json {
		return show(c, traces, "", nil)
	}
	for _, t := range traces {
		c.printTrace(t)
	}
	return nil
}

func (c *call) printTrace(t luahooks.Trace) {
	fmt.Fprintf(c.out, "%s\n", t.Unit)
	if c.opt.hooks.trace {
		for _, call := range t.Calls {
			line := "     "
			if call.Line > 0 {
				line = fmt.Sprintf("%5d", call.Line)
			}
			if call.File != "" {
				line = fmt.Sprintf("%s:%d", call.File, call.Line)
			}
			fmt.Fprintf(c.out, "  %s  %s\n", line, plain(call.String()))
		}
		if t.Left > 0 {
			fmt.Fprintf(c.out, "         … and %s more\n", counted(t.Left, "call"))
		}
	}
	if len(t.Missed) > 0 {
		fmt.Fprintf(c.out, "  as it is now, not as it was: %s\n", plain(strings.Join(t.Missed, ", ")))
	}
	for _, line := range t.Log {
		fmt.Fprintf(c.out, "  log    %s\n", plain(line))
	}
	for _, e := range t.Effects {
		fmt.Fprintf(c.out, "  wants  %s\n", plain(e.String()))
	}
	switch {
	case t.Error != "":
		fmt.Fprintf(c.out, "  fails  %s\n", plain(t.Error))
	case len(t.Effects) == 0:
		fmt.Fprintln(c.out, "  wants  nothing")
	}
}

// askTrace asks the agent, or reads the store when none runs.
func (c *call) askTrace(id uint64, hook string) ([]luahooks.Trace, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	var traces []luahooks.Trace
	err = client.Get(c.ctx, fmt.Sprintf("/v1/events/%d/trace?hook=%s&as_it_was=%t", id, url.QueryEscape(hook), c.opt.hooks.asItWas), &traces)
	if !errors.Is(err, api.ErrNotRunning) {
		return traces, err
	}
	cfg, err := c.load()
	if err != nil {
		return nil, err
	}
	s, err := c.openStore()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return agent.TraceStored(c.ctx, cfg, hookFolder(cfg), s, id, hook, c.opt.hooks.asItWas)
}
