package main

import (
	"flag"
	"fmt"
	"net/url"
	"strings"
	"time"

	"bellhop/agent"
)

// hookStateCommands are those about the hooks of a running agent.
func hookStateCommands() []*command {
	return []*command{
		{words: "hooks list", about: "list the hook files in use, their faults, and what their runs came to", run: hooksList, flags: jsonFlag},
		{words: "hooks reload", about: "load the hook files anew now; what is saved is loaded by itself a few seconds later", run: hooksReload},
		{words: "hooks accept", args: "FILE", about: "use a changed file that waits, as a replay of it showed a difference", run: hooksAccept, more: hooksAcceptHelp, flags: func(f *flag.FlagSet, c *call) {
			f.StringVar(&c.opt.hooks.version, "version", "", "only if this `VERSION` waits (see hooks list)")
		}},
		{words: "hooks reset", args: "FILE", about: "let a file run again that is set aside, as a hook of it failed too often", run: hooksReset},
	}
}

const hooksAcceptHelp = `
  bellhop hooks list                       # what waits, and why
  bellhop hooks replay --hook minibar.lua  # what it would have done otherwise
  bellhop hooks accept minibar.lua
`

func hooksAccept(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	path := "/v1/hooks/" + url.PathEscape(c.args[0]) + "/accept?version=" + url.QueryEscape(c.opt.hooks.version)
	return c.changeHooks(path, c.args[0]+" is accepted")
}

func hooksList(c *call) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var state agent.HooksState
	if err := client.Get(c.ctx, "/v1/hooks", &state); err != nil {
		return err
	}
	if err := show(c, state.Files, "FILE VERSION FROM SINCE CALLS FAILED STOPPED MEAN LONGEST MEMORY", hookRow(c)); err != nil || c.json {
		return err
	}
	_, err = fmt.Fprint(c.out, c.hookFaults(state))
	return err
}

func hookRow(c *call) func(agent.HookFile) []any {
	return func(f agent.HookFile) []any {
		var calls, failed, stopped, memory uint64
		var took, longest time.Duration
		for _, h := range f.Hooks {
			calls, stopped, took = calls+h.Calls, stopped+h.Stopped, took+h.Time
			longest, memory = max(longest, h.Longest), max(memory, h.Memory)
			for _, n := range h.Errors {
				failed += n
			}
		}
		mean := "-"
		if calls > 0 {
			mean = (took / time.Duration(calls)).Round(time.Microsecond).String()
		}
		return []any{f.File, f.Version, hookOrigin(f), c.at(f.Since), calls, failed, stopped, mean, longest.Round(time.Microsecond), fmt.Sprintf("%.1f MiB", float64(memory)/(1<<20))}
	}
}

// hookOrigin says whose a file is.
func hookOrigin(f agent.HookFile) string {
	switch {
	case f.Version == "":
		return "nothing is used"
	case f.Shipped:
		return "bellhop"
	case f.Replaces:
		return "hotel, replaces bellhop's"
	}
	return "hotel"
}

// hookFaults says what is not as it should be, a line each.
func (c *call) hookFaults(state agent.HooksState) string {
	var text strings.Builder
	if state.Folder != "" {
		fmt.Fprintf(&text, "%s\n", plain(state.Folder))
	}
	for _, f := range state.Files {
		for _, fault := range f.Faults {
			fmt.Fprintf(&text, "not used as it stands: %s\n", plain(fault))
		}
		if f.Waits != nil {
			fmt.Fprintf(&text, "%s: version %s waits since %s for \"bellhop hooks accept %s\": %s\n", f.File, f.Waits.Version, c.at(f.Waits.Since), f.File, plain(waitsWhy(f.Waits)))
		}
		if f.Aside != nil {
			fmt.Fprintf(&text, "%s: version %s is set aside since %s, as %s failed too often: %s\n",
				f.File, f.Aside.Version, c.at(f.Aside.Since), f.Aside.Hook, plain(f.Aside.Error))
		}
	}
	return text.String()
}

// waitsWhy says why a version waits.
func waitsWhy(w *agent.HookWait) string {
	if w.Error != "" {
		return "the replay of " + w.Over + " did not come to its end: " + w.Error
	}
	text := fmt.Sprintf("%s and %d runs of the last %s were replayed, %d would be otherwise", counted(w.Replay.Events, "event"), w.Replay.Runs, w.Over, w.Replay.Differences())
	if n := w.Replay.Approximate; n > 0 {
		text += fmt.Sprintf(", of %d nobody can be sure", n)
	}
	return text
}

func hooksReload(c *call) error { return c.changeHooks("/v1/hooks/reload", "loaded") }

func hooksReset(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	return c.changeHooks("/v1/hooks/"+url.PathEscape(c.args[0])+"/reset", c.args[0]+" runs again")
}

// changeHooks fails when a file is not used as it stands.
func (c *call) changeHooks(path, done string) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	var state agent.HooksState
	if err := client.Post(c.ctx, path, nil, &state); err != nil {
		return err
	}
	faults := 0
	for _, f := range state.Files {
		faults += len(f.Faults)
	}
	if faults > 0 || state.Folder != "" {
		return fmt.Errorf("%s: some files have a fault:\n%s", c.command.words, strings.TrimSpace(c.hookFaults(state)))
	}
	_, err = fmt.Fprintf(c.out, "%s: %d files\n", done, len(state.Files))
	return err
}
