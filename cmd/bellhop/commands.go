package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"bellhop/config"
)

const defaultConfig = "/etc/bellhop/bellhop.toml"

// command is one thing that bellhop can be told.
type command struct {
	words string // such as "events list"
	args  string // what follows the flags
	about string // one line, for the list of commands
	run   func(c *call) error
	// flags adds those that only this command has.
	flags func(f *flag.FlagSet, c *call)
	// bare commands take no config.
	bare bool
}

// call is a command with its arguments read.
type call struct {
	*env
	command *command
	args    []string
	config  string // path
	json    bool
	opt     options
}

// options hold the values of flags that only some commands have.
type options struct {
	after, limit            uint64
	once, floor             bool
	parked, ended           bool
	stay, room, fingerprint string
	dir, listen, sink       string
	timezone                string
	events, conns, rooms    int
	fill                    int
	seed                    uint64
	control                 string
}

// commands is the list that help prints, in its order.
func commands() []*command {
	return slices.Concat(runCommands(), eventCommands(), queueCommands(), alertCommands(), hotelCommands(), cronCommands(), toolCommands())
}

func dispatch(e *env, args []string) error {
	all := commands()
	if len(args) == 0 {
		return &usageError{"", "no command given"}
	}
	if slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		return overview(e.out, all)
	}
	cmd, rest := find(all, args)
	if cmd == nil {
		return unknown(all, args)
	}
	c := &call{env: e, command: cmd}
	flags := c.flagSet()
	rest = flagsFirst(flags, rest)
	err := flags.Parse(rest)
	if errors.Is(err, flag.ErrHelp) || err == nil && flags.NArg() == 1 && flags.Arg(0) == "help" {
		return c.help(flags)
	}
	if err != nil {
		return c.wrong("%v", err)
	}
	c.args = flags.Args()
	if most := len(strings.Fields(strings.ReplaceAll(cmd.args, "|", ""))); len(c.args) > most {
		return c.wrong("%s takes no %q", cmd.words, c.args[most])
	}
	return cmd.run(c)
}

// flagsFirst lets flags stand behind arguments, as people write them.
func flagsFirst(set *flag.FlagSet, args []string) []string {
	var flags, rest []string
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if !strings.HasPrefix(a, "-") || a == "-" {
			rest = append(rest, a)
			continue
		}
		flags = append(flags, a)
		name, _, valued := strings.Cut(strings.TrimLeft(a, "-"), "=")
		f := set.Lookup(name)
		if f == nil || valued {
			continue
		}
		if b, ok := f.Value.(interface{ IsBoolFlag() bool }); (!ok || !b.IsBoolFlag()) && i+1 < len(args) {
			i++
			flags = append(flags, args[i])
		}
	}
	return append(append(flags, "--"), rest...)
}

func (c *call) flagSet() *flag.FlagSet {
	f := flag.NewFlagSet(c.command.words, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	if !c.command.bare {
		f.StringVar(&c.config, "c", defaultConfig, "the config `FILE`")
	}
	if c.command.flags != nil {
		c.command.flags(f, c)
	}
	return f
}

// wrong is an error in how the command was called.
func (c *call) wrong(format string, args ...any) error {
	return &usageError{c.command.words + " ", fmt.Sprintf(format, args...)}
}

// need gives exactly so many arguments.
func (c *call) need(n int) error {
	if len(c.args) < n {
		return c.wrong("%s needs %s", c.command.words, c.command.args)
	}
	return nil
}

// id gives the only argument, which must be a number.
func (c *call) id() (uint64, error) {
	if err := c.need(1); err != nil {
		return 0, err
	}
	id, err := strconv.ParseUint(c.args[0], 10, 64)
	if err != nil {
		return 0, c.wrong("ID must be a number, but it is %q", c.args[0])
	}
	return id, nil
}

// load reads the config that the command was given.
func (c *call) load() (config.Config, error) { return config.Load(c.config) }

// find takes the command with the most words that args begin with.
func find(all []*command, args []string) (*command, []string) {
	var best *command
	var rest []string
	for _, cmd := range all {
		words := strings.Fields(cmd.words)
		if len(args) >= len(words) && slices.Equal(args[:len(words)], words) && (best == nil || len(cmd.words) > len(best.words)) {
			best, rest = cmd, args[len(words):]
		}
	}
	return best, rest
}

// unknown says what could follow the words that are known.
func unknown(all []*command, args []string) error {
	for n := len(args); n > 0; n-- {
		var known []string
		for _, cmd := range all {
			words := strings.Fields(cmd.words)
			if len(words) > n && slices.Equal(words[:n], args[:n]) && !slices.Contains(known, words[n]) {
				known = append(known, words[n])
			}
		}
		if len(known) > 0 {
			return &usageError{"", fmt.Sprintf("%s knows: %s", strings.Join(args[:n], " "), strings.Join(known, ", "))}
		}
	}
	return &usageError{"", fmt.Sprintf("no command %q", args[0])}
}

func overview(out io.Writer, all []*command) error {
	fmt.Fprint(out, "bellhop: the box beside a hotel's telephone system\n\n")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, cmd := range all {
		fmt.Fprintf(w, "  bellhop %s\t%s\n", strings.TrimSpace(cmd.words+" "+cmd.args), cmd.about)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\nEvery command takes --help; all but demo, sim, bench, version and \"config example\" take -c FILE (%s).\n", defaultConfig)
	return err
}

func (c *call) help(flags *flag.FlagSet) error {
	usage := []string{"bellhop", c.command.words}
	if c.command.flags != nil || !c.command.bare {
		usage = append(usage, "[flags]")
	}
	fmt.Fprintf(c.out, "%s\n\n  %s\n\n", c.command.about, strings.TrimSpace(strings.Join(append(usage, c.command.args), " ")))
	flags.SetOutput(c.out)
	flags.PrintDefaults()
	return nil
}
