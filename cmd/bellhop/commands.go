package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"bellhop/config"
	"bellhop/hotel"
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
	// more stands at the end of the command's help.
	more string
	// bare commands take no config.
	bare bool
}

// call is a command with its arguments read.
type call struct {
	*env
	command *command
	args    []string
	config  string         // path
	zone    *time.Location // the hotel's, when the config has been read
	json    bool
	opt     options
}

// options hold the values of flags that only some commands have.
type options struct {
	after, limit            uint64
	once, floor, tls        bool
	parked, ended, yes      bool
	stay, room, fingerprint string
	name, class             string
	leaves, language, list  string
	vip                     int
	incognito, share        bool
	all, now                bool
	dir, listen, sink       string
	timezone                string
	way, stream             string
	events, conns, rooms    int
	fill, rounds, each      int
	store                   string
	compact                 bool
	limits                  limits
	seed                    uint64
	control, ftp, sftp      string
	wait, offline           bool
	play                    string // a room
	lang                    string
	complete, fresh         bool
	noProof                 bool
	within                  time.Duration
	uploads, to, others     string
	order                   hotel.RoomOrder // what flags say of a room
	fromPBX, mend           bool
	match                   string
	wake                    wakeOptions
	date                    string
	html                    bool
	file, trunk             string
	money                   moneyOptions
	hooks                   hookOptions
	reference               bool
	replay                  replayOptions
	token                   tokenOptions
	identity                string
	update                  updateOptions
}

// commands is the list that help prints, in its order.
func commands() []*command {
	return slices.Concat(
		runCommands(),
		setupCommands(),
		doctorCommands(),
		dialplanCommands(),
		soundCommands(),
		installCommands(),
		hookCommands(),
		eventCommands(),
		queueCommands(),
		backupCommands(),
		alertCommands(),
		roomCommands(),
		minibarCommands(),
		tariffCommands(),
		callCommands(),
		moneyCommands(),
		stayCommands(),
		phoneCommands(),
		wakeCommands(),
		cronCommands(),
		reportCommands(),
		tokenCommands(),
		updateCommands(),
		toolCommands(),
	)
}

func dispatch(e *env, args []string) error {
	all := commands()
	if len(args) == 0 {
		return &usageError{"", "no command given"}
	}
	if isHelp(args[0]) { // such as: help events list
		args = append(slices.Clone(args[1:]), "--help")
	}
	if args[0] == "--version" {
		args[0] = "version"
	}
	cmd, rest := find(all, args)
	if cmd == nil {
		return explain(e.out, all, args)
	}
	c := &call{env: e, command: cmd}
	flags := c.flagSet()
	rest, err := flagsFirst(flags, rest)
	if err != nil {
		return c.wrong("%v", err)
	}
	err = flags.Parse(rest)
	if errors.Is(err, flag.ErrHelp) || err == nil && flags.NArg() == 1 && flags.Arg(0) == "help" {
		return c.help(flags)
	}
	if err != nil {
		return c.wrong("%v", err)
	}
	c.args = flags.Args()
	if most := len(strings.Fields(cmd.args)); len(c.args) > most && !strings.Contains(cmd.args, "...") {
		return c.wrong("%s takes no %q", cmd.words, c.args[most])
	}
	if slices.Contains(c.args, "") {
		return c.wrong("%s needs %s, and none of it may be empty", cmd.words, cmd.args)
	}
	// That of a listing has a number by default; "checkin --limit" is an amount.
	if f := flags.Lookup("limit"); f != nil && f.DefValue != "" && (c.opt.limit < 1 || c.opt.limit > maxLimit) {
		return c.wrong("--limit must be 1 to %d, but it is %s", maxLimit, f.Value)
	}
	return cmd.run(c)
}

// maxLimit is how much the agent lists at once.
const maxLimit = 10000

func isHelp(word string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, word)
}

// flagsFirst lets flags stand behind arguments, as people write them.
func flagsFirst(set *flag.FlagSet, args []string) ([]string, error) {
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
		if f == nil && !isHelp(a) {
			return nil, fmt.Errorf("%s has no flag %s", set.Name(), a)
		}
		if f == nil || valued {
			continue
		}
		if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
			continue
		}
		if i++; i == len(args) {
			return nil, fmt.Errorf("%s needs a value", a)
		}
		flags = append(flags, args[i])
	}
	return append(append(flags, "--"), rest...), nil
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
func (c *call) load() (config.Config, error) {
	cfg, err := config.Load(c.config)
	if err == nil {
		c.zone, err = time.LoadLocation(cfg.Hotel.Timezone)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; name another with -c FILE, or begin with \"bellhop config example\"", err)
	}
	return cfg, err
}

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

// explain answers words that are no command: with help when it is asked for,
// otherwise with what could follow the words that are known.
func explain(out io.Writer, all []*command, args []string) error {
	var words []string
	for _, a := range args {
		if strings.HasPrefix(a, "-") {
			break
		}
		words = append(words, a)
	}
	help := slices.ContainsFunc(args, isHelp)
	words = slices.DeleteFunc(words, isHelp)
	group := slices.DeleteFunc(slices.Clone(all), func(cmd *command) bool {
		have := strings.Fields(cmd.words)
		return len(have) < len(words) || !slices.Equal(have[:len(words)], words)
	})
	if help && len(group) > 0 {
		return overview(out, group)
	}
	if len(words) == 0 {
		return &usageError{"", fmt.Sprintf("%s: flags stand behind the command, such as: bellhop status -c FILE", args[0])}
	}
	return unknown(all, words)
}

// unknown says what could follow the words that are known.
func unknown(all []*command, words []string) error {
	for n := len(words); n >= 0; n-- {
		var known []string
		for _, cmd := range all {
			have := strings.Fields(cmd.words)
			if len(have) > n && slices.Equal(have[:n], words[:n]) && !slices.Contains(known, have[n]) {
				known = append(known, have[n])
			}
		}
		if n > 0 && len(known) > 0 {
			return &usageError{"", fmt.Sprintf("%s knows: %s", strings.Join(words[:n], " "), strings.Join(known, ", "))}
		}
		for _, k := range known {
			if n == 0 && words[0] != "" && (strings.HasPrefix(k, words[0]) || strings.HasPrefix(words[0], k)) {
				return &usageError{"", fmt.Sprintf("no command %q; did you mean %q?", words[0], k)}
			}
		}
	}
	return &usageError{"", fmt.Sprintf("no command %q", words[0])}
}

// overview lists commands: all, or those that begin with the same words.
func overview(out io.Writer, some []*command) error {
	var text strings.Builder
	text.WriteString("bellhop: the box beside a hotel's telephone system\n\n")
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, cmd := range some {
		fmt.Fprintf(w, "  bellhop %s\t%s\n", strings.TrimSpace(cmd.words+" "+cmd.args), cmd.about)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&text, "\nEvery command takes --help; all but demo, sim, bench, version, \"config example\" and \"hooks types\" take -c FILE (%s).\n", defaultConfig)
	_, err := io.WriteString(out, text.String())
	return err
}

func (c *call) help(flags *flag.FlagSet) error {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	usage := []string{"bellhop", c.command.words}
	flags.VisitAll(func(f *flag.Flag) {
		if len(usage) == 2 {
			usage = append(usage, "[flags]")
		}
		value, about := flag.UnquoteUsage(f)
		if value == "int" || value == "uint" {
			value = "N"
		}
		if !slices.Contains([]string{"", "0", "false"}, f.DefValue) {
			about += " (default " + f.DefValue + ")"
		}
		dashes := "--"[:min(2, len(f.Name))]
		fmt.Fprintf(w, "  %s%s %s\t%s\n", dashes, f.Name, value, about)
	})
	if err := w.Flush(); err != nil {
		return err
	}
	if c.command.more != "" {
		text.WriteString("\n" + c.command.more + "\n")
	}
	_, err := fmt.Fprintf(c.out, "%s\n\n  %s\n\n%s", c.command.about, strings.TrimSpace(strings.Join(append(usage, c.command.args), " ")), text.String())
	return err
}
