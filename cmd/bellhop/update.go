package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/update"
)

// updateKeys are public keys of minisign, with commas between, set by the linker
// (-X main.updateKeys=RW…).
var updateKeys string

// updateOptions hold the values of the flags of updates.
type updateOptions struct {
	keys         []string
	program      string
	service      string
	limit        time.Duration
	downgrade    bool
	now          bool
	withDatabase bool
}

func updateCommands() []*command {
	return []*command{
		{words: "update", args: "FILE|URL", about: "change to another version, and back again if that does not work", run: updateTo, flags: updateFlags, more: updateHelp},
		{words: "update status", about: "say what became of the newest update, and what there is to go back to", run: updateStatus, flags: jsonFlag},
		{words: "update back", about: "go back to the version before the newest update", run: updateBack, flags: updateBackFlags},
		{words: "update check", about: "go on with an update that was cut off, or go back; for the service, before each start", run: updateCheck},
	}
}

const updateHelp = `FILE is a .deb, .rpm or .tar.gz, or the program itself; its signature FILE.minisig is beside it.

Examples:

  bellhop update bellhop_1.3.0_arm64.deb
  bellhop update --yes https://updates.example/bellhop_1.3.0_arm64.deb
  bellhop update back`

func updateFlags(f *flag.FlagSet, c *call) {
	changeFlags(f, c)
	f.Func("key", "a public `KEY` of minisign that counts beside those of the program and the config; may be repeated", func(text string) error {
		c.opt.update.keys = append(c.opt.update.keys, text)
		return nil
	})
	f.BoolVar(&c.opt.update.downgrade, "downgrade", false, "take an older version")
	f.BoolVar(&c.opt.update.now, "now", false, "with --yes: also when a wake-up is due within ten minutes")
}

func updateBackFlags(f *flag.FlagSet, c *call) {
	changeFlags(f, c)
	f.BoolVar(&c.opt.update.withDatabase, "with-database", false, "to the database of before the update, too: what came since is kept aside, and not in it")
}

// changeFlags are those of both directions.
func changeFlags(f *flag.FlagSet, c *call) {
	f.BoolVar(&c.opt.yes, "yes", false, "do not ask")
	f.StringVar(&c.opt.update.program, "program", "", "the installed program's `FILE` (default: this one)")
	f.StringVar(&c.opt.update.service, "exec", "", "what stops and starts the agent: a `COMMAND` that is run with stop or start behind it (default: systemd or /etc/init.d/bellhop)")
	f.DurationVar(&c.opt.update.limit, "within", update.DefaultLimit, "how long the other version may `TAKE` until it works")
}

func updateTo(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	u, err := c.updater()
	if err != nil {
		return err
	}
	file := c.args[0]
	if strings.HasPrefix(file, "http://") || strings.HasPrefix(file, "https://") {
		fmt.Fprintf(c.err, "fetching %s\n", file)
		if file, err = u.Folder.Fetch(c.ctx, file, c.fetched); err != nil {
			return fmt.Errorf("update: %w", err)
		}
	}
	err = u.Update(c.ctx, file)
	if errors.Is(err, update.ErrAlready) {
		_, err := fmt.Fprintf(c.out, "nothing to do: %v\n", err)
		return err
	}
	if err != nil {
		return fmt.Errorf("update: %w", err)
	}
	st, err := u.Folder.Load()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "version %s runs; \"bellhop update back\" returns to %s\n", st.To.Version, st.From.Version)
	return err
}

// fetched says how far a download is: over a poor line it takes minutes.
func (c *call) fetched(got, whole int64) {
	if whole < 0 {
		fmt.Fprintf(c.err, "  %d MB\n", got>>20)
		return
	}
	fmt.Fprintf(c.err, "  %d of %d MB\n", got>>20, (whole+1<<20-1)>>20)
}

func updateBack(c *call) error {
	u, err := c.updater()
	if err != nil {
		return err
	}
	err = u.Back(c.ctx, c.opt.update.withDatabase)
	returned, ok := errors.AsType[*update.ReturnedError](err)
	if !ok || returned.Running != nil {
		return fmt.Errorf("update back: %w", err)
	}
	fmt.Fprintf(c.out, "version %s runs again\n", returned.From)
	if returned.Database == update.CopyAside {
		st, err := u.Folder.Load()
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "what came since the update is in %s\n", st.Aside())
	}
	return nil
}

// updater is made of the config and the flags. From then on a terminal that
// hangs up, or a pipe that nobody reads, ends nothing.
func (c *call) updater() (*update.Updater, error) {
	cfg, err := c.load()
	if err != nil {
		return nil, err
	}
	keys, err := update.ParseKeys(trustedKeys(cfg, c.opt.update.keys))
	if err != nil {
		return nil, fmt.Errorf("update: %w", err)
	}
	path, err := filepath.Abs(c.config)
	if err != nil {
		return nil, err
	}
	database, err := filepath.Abs(cfg.Store.Path)
	if err != nil {
		return nil, err
	}
	u := &update.Updater{
		Store: database, Folder: update.FolderOf(database), Config: path, Keys: keys, Ask: asker(cfg),
		Limit: c.opt.update.limit, Downgrade: c.opt.update.downgrade,
		Confirm: func(p update.Plan) error { return c.confirmUpdate(cfg, p) },
		Say:     func(format string, args ...any) { fmt.Fprintf(c.err, format+"\n", args...) },
	}
	if u.Program, err = installedProgram(c.opt.update.program); err != nil {
		return nil, err
	}
	if u.Service = update.Hook(c.opt.update.service); c.opt.update.service == "" {
		if u.Service, err = update.FindService(); err != nil {
			return nil, fmt.Errorf("update: %w", err)
		}
	}
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	return u, nil
}

func trustedKeys(cfg config.Config, more []string) []string {
	all := slices.DeleteFunc(strings.Split(updateKeys, ","), func(key string) bool { return key == "" })
	return slices.Concat(all, cfg.Update.Keys, more)
}

func installedProgram(path string) (string, error) {
	var err error
	if path == "" {
		path, err = os.Executable()
	}
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", fmt.Errorf("find the installed program: %w; name it with --program", err)
	}
	return path, nil
}

var errNoAnswer = errors.New("it does not answer")

// asker asks the agent how it is.
func asker(cfg config.Config) func(context.Context) (update.Answer, error) {
	client := api.NewClient(cfg.API.Socket)
	return func(ctx context.Context) (update.Answer, error) {
		var s agent.Status
		err := client.Get(ctx, "/v1/status", &s)
		if errors.Is(err, api.ErrNotRunning) {
			err = errNoAnswer // who reads this has just had it started
		}
		if err != nil {
			return update.Answer{}, err
		}
		works, err := json.Marshal(s.Works)
		return update.Answer{Version: s.Version, Started: s.Started, Held: s.Held, Fault: s.Store.Error, Works: works}, err
	}
}

func (c *call) confirmUpdate(cfg config.Config, p update.Plan) error {
	by := ""
	if p.By != "" {
		by = " by " + p.By
	}
	fmt.Fprintf(c.err, "from version %s to %s%s: the agent stops for some seconds, and the PBX sends again what it reports meanwhile\n", p.From.Version, p.To.Version, by)
	if p.Migrates {
		fmt.Fprintf(c.err, "the database gets another form (%d, now %d): once the new version works, only a person can go back\n", p.To.Format, p.From.Format)
	}
	if err := c.quietNow(cfg, p); err != nil {
		return err
	}
	return c.confirm(question{
		ask: fmt.Sprintf("change to version %s now?", p.To.Version), no: "nothing was changed",
		noOneYet: "nothing was changed: there is nobody to ask; --yes agrees",
	})
}

func updateCheck(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return nil // "run" says it, and an update cannot be told apart from it
	}
	said, _, err := update.FolderOf(cfg.Store.Path).Guard(startName())
	if said != "" {
		fmt.Fprintln(c.err, said)
	}
	if err != nil {
		return fmt.Errorf("update check: %w", err)
	}
	return nil
}

func updateStatus(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	st, err := update.FolderOf(cfg.Store.Path).Load()
	if err != nil {
		return fmt.Errorf("update status: %w", err)
	}
	if c.json {
		return showOne(c, st)
	}
	if st.ID == "" {
		_, err := fmt.Fprintf(c.out, "version %s; there has been no update\n", programVersion())
		return err
	}
	fmt.Fprintf(c.out, "version %s; the newest update: from %s to %s, %s\n", programVersion(), st.From.Version, st.To.Version, c.at(st.Began))
	for _, line := range aboutUpdate(st) {
		fmt.Fprintf(c.out, "  %s\n", plain(line))
	}
	return nil
}

// aboutUpdate says how it stands with one, and what can be done.
func aboutUpdate(st update.State) []string {
	mark := update.MarkOf(st)
	var lines []string
	switch {
	case st.Phase == update.Returned:
		lines = append(lines, "it was taken back: "+st.Why)
		if st.Database == update.CopyAside {
			lines = append(lines, "what came between is in "+st.Aside())
		}
		return lines
	case st.Phase == update.Abandoned:
		return append(lines, "nothing was changed: "+st.Why)
	case st.Phase == update.Done || mark.Settled:
		lines = append(lines, "it is done")
	case mark.ID != "":
		lines = append(lines, "it works, and is settled when it has run for "+update.SettleTime.String())
	default:
		return append(lines, "it is under way, or was cut off: the same command again goes on")
	}
	if st.Why != "" {
		lines = append(lines, "it does not run as it should: "+st.Why)
	}
	if st.To.Format > st.From.Format {
		return append(lines, "\"bellhop update back --with-database\" returns to "+st.From.Version+" and the database of then; what came since is kept aside")
	}
	return append(lines, "\"bellhop update back\" returns to "+st.From.Version+"; the database stays")
}
