package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/site"
)

func runCommands() []*command {
	return []*command{
		{words: "run", about: "run the agent until it is told to end", run: runAgent},
		{words: "trust pbx", about: "show the PBX's certificate and, when you agree, trust it", run: trustPBX, flags: trustFlags},
		{words: "trust install", about: "show the host key or certificate of the server for the PBX's files and, when you agree, trust it", run: trustInstall, flags: trustFlags},
		{words: "trust backup", about: "show the host key or certificate of the server for backups and, when you agree, trust it", run: trustBackup, flags: trustFlags},
		{words: "trust mail", about: "show the mail server's certificate and, when you agree, trust that one alone", run: trustMail, flags: trustFlags},
		{words: "demo", about: "play a hotel with a simulated PBX and PMS; nothing to configure", run: demo, flags: demoFlags, bare: true},
		{words: "status", about: "say how things stand, and what is missing", run: status, flags: jsonFlag},
		{words: "config example", about: "print a whole config with a comment on each key", run: configExample, bare: true},
		{words: "config check", about: "read the config and name each fault", run: configCheck},
	}
}

func runAgent(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(c.err, nil))
	boundMemory()
	u := openUpdate(cfg, log)
	if err := u.guard(); err != nil {
		return err
	}
	s := house{now: time.Now, trial: u.trial(), notice: u.notice()}
	return s.serve(c.ctx, cfg, log, func(ctx context.Context, a *agent.Agent) {
		var group sync.WaitGroup
		group.Go(func() { u.settle(ctx) })
		notify(ctx, a.Alive, log)
		group.Wait()
	})
}

// The collector may let garbage grow to several times of what lives, which is
// little, and works harder only when the whole nears the bound. What
// environment variables say of it (GOGC, GOMEMLIMIT) comes first.
const (
	gcPercent   = 300
	memoryBound = 48 << 20
)

func boundMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryBound)
	}
}

// serve composes an agent from a config, answers on its socket, and returns
// when ctx has ended and everything is put down. ready runs beside it.
func serve(ctx context.Context, cfg config.Config, log *slog.Logger, ready func(context.Context, *agent.Agent)) error {
	return house{now: time.Now}.serve(ctx, cfg, log, ready)
}

// house is what may differ from one agent to another.
type house struct {
	now    func() time.Time
	trial  *agent.Trial
	notice *agent.Notice
	// simulated are the addresses of the demo's far sides, see [agent.Options].
	simulated []string
}

func (s house) serve(ctx context.Context, cfg config.Config, log *slog.Logger, ready func(context.Context, *agent.Agent)) error {
	if err := makeFolders(cfg); err != nil {
		return err
	}
	if err := restored(cfg); err != nil {
		return err
	}
	driver, err := openDriver(cfg, log)
	if err != nil {
		return err
	}
	link, err := openLink(cfg)
	if err != nil {
		// What the PMS is to learn waits until this is mended.
		log.Error("the PMS cannot be told of anything yet", "error", err)
	}
	mail, err := openMail(cfg)
	if err != nil {
		log.Error("no mail can be sent yet", "error", err)
	}
	socket, err := api.ListenSocket(cfg.API.Socket)
	if err != nil {
		return err
	}
	door := openDoor(ctx, cfg, s.now, log)
	a, err := agent.New(agent.Options{
		Config: cfg, Driver: driver, Link: link, Mail: mail, Hooks: hookFolder(cfg), Log: log, Now: s.now, Verify: verifier(cfg),
		Door: door.state, Due: due(cfg), Backups: backupsOf(cfg, s.now), Version: programVersion(), Trial: s.trial, Notice: s.notice, Simulated: s.simulated,
	})
	if err != nil {
		return errors.Join(err, socket.Close(), door.close())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var group sync.WaitGroup
	group.Go(func() { logError(log, api.Serve(ctx, socket, api.Handler(a))) })
	group.Go(func() { door.serve(ctx, a) })
	log.Info("bellhop runs", "hotel", cfg.Hotel.Name, "store", cfg.Store.Path, "socket", cfg.API.Socket)
	group.Go(func() { ready(ctx, a) })
	group.Go(func() { reloadBySignal(ctx, a) })
	// Reading the store leaves garbage that is larger than what lives.
	go debug.FreeOSMemory()
	err = a.Run(ctx)
	cancel()
	group.Wait()
	return err
}

// reloadBySignal reads the hooks anew at each SIGHUP, until ctx ends.
func reloadBySignal(ctx context.Context, a *agent.Agent) {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGHUP)
	defer signal.Stop(told)
	for {
		select {
		case <-ctx.Done():
			return
		case <-told:
			_ = a.ReloadHooks(ctx) // faults are in the log; an error is the agent's end
		}
	}
}

func logError(log *slog.Logger, err error) {
	if err != nil {
		log.Error("the API ended", "error", err)
	}
}

func makeFolders(cfg config.Config) error {
	if err := os.MkdirAll(filepath.Dir(cfg.Store.Path), 0o700); err != nil {
		return fmt.Errorf("make the store's folder: %w", err)
	}
	return nil
}

// hookFolder is the hotel's own hooks. It may be made later; one that cannot be
// read is told of when the hooks are loaded.
func hookFolder(cfg config.Config) fs.FS { return folder(cfg.Hooks.Dir) }

// folder is a folder whose errors name it.
type folder string

func (f folder) Open(name string) (fs.File, error) {
	file, err := os.DirFS(string(f)).Open(name)
	var bad *fs.PathError
	if errors.As(err, &bad) {
		return nil, &fs.PathError{Op: bad.Op, Path: filepath.Join(string(f), name), Err: bad.Err}
	}
	return file, err
}

// notify tells systemd that the agent is ready, then at half the watchdog's
// time that it lives, as long as it does, and at the end that it stops.
func notify(ctx context.Context, alive func() error, log *slog.Logger) {
	tell := func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			log.Warn("systemd was not told", "state", state, "error", err)
		}
	}
	tell(daemon.SdNotifyReady)
	defer tell(daemon.SdNotifyStopping)
	every, err := daemon.SdWatchdogEnabled(false)
	if err != nil || every == 0 {
		<-ctx.Done()
		return
	}
	tick := time.NewTicker(every / 2)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		answer := make(chan error, 1)
		go func() { answer <- alive() }() // it may never return: then systemd restarts the agent
		select {
		case <-ctx.Done():
			return
		case err := <-answer:
			if err != nil {
				log.Error("the agent does not work; systemd is to restart it", "error", err)
				continue
			}
			tell(daemon.SdNotifyWatchdog)
		}
	}
}

func configExample(c *call) error {
	_, err := io.WriteString(c.out, config.Example)
	return err
}

func configCheck(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if err := checkAmounts(cfg); err != nil {
		return fmt.Errorf("config %q: %w", c.config, err)
	}
	at := "no PBX"
	if cfg.PBX.Driver != "none" {
		at = cfg.PBX.Driver + " at " + cfg.PBX.URL
	}
	fmt.Fprintf(c.out, "%s: good (%s, %s)\n", c.config, cfg.Hotel.Name, at)
	for _, err := range lacking(cfg) {
		fmt.Fprintf(c.out, "  missing  %v\n", err)
	}
	return nil
}

// checkAmounts says which amount is none of the hotel's currency: an agent would
// not start.
func checkAmounts(cfg config.Config) error {
	_, tariff := site.Tariff(cfg)
	_, credit := site.Credit(cfg)
	return errors.Join(tariff, credit)
}

// lacking is what an agent would run without: secrets and the pinned
// certificate.
func lacking(cfg config.Config) []error {
	var all []error
	if cfg.PBX.Driver != "none" {
		if _, err := openSession(cfg); err != nil {
			all = append(all, err)
		}
	}
	if _, err := openLink(cfg); err != nil {
		all = append(all, err)
	}
	if cfg.Install.URL != "" {
		if _, err := openInstaller(cfg); err != nil {
			all = append(all, err)
		}
	}
	if cfg.API.TLS == config.TLSFile { // the box makes its own when it is started
		if d := api.OpenCertificate(cfg, time.Now).Door(); d.Error != "" {
			all = append(all, errors.New(d.Error))
		}
	}
	return all
}
