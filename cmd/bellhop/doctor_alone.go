package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/luahooks"
	"bellhop/pbx"
	"bellhop/pbx/yeastar"
	"bellhop/site"
	"bellhop/store"
)

// lookAlone is for when no agent runs. A login makes the PBX send its reports
// here, where nobody takes them, and takes them from whoever had them before:
// a person must agree to that.
func (c *call) lookAlone(cfg config.Config) ([]site.Finding, error) {
	fmt.Fprintln(c.err, "the agent does not run")
	f := site.Facts{Config: cfg, Zone: c.zone, Backup: agent.NewestBackup(cfg.Store.Path)}
	driver, err := openDriver(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	asks := driver != nil && !c.opt.offline
	if asks {
		if err := c.agreeToLogin(); err != nil {
			return nil, err
		}
	}
	newest := c.readStore(cfg, &f)
	var group sync.WaitGroup
	group.Go(func() { f.Box = agent.NewBoxLook().Look(c.ctx, cfg, false) })
	group.Go(func() { f.HookFaults = c.faultsOfHooks(cfg) })
	if asks {
		group.Go(func() {
			k := site.KnockAt(c.ctx, cfg.PBX.URL)
			f.Knock = &k
		})
	}
	c.filesAlone(cfg, &f)
	if driver != nil {
		state := driver.State()
		f.State, f.PBX = &state, site.LeftAlone(driver)
	}
	if asks {
		f.PBX = c.askAndLeave(driver, f.Rooms)
	}
	group.Wait()
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	f.Now = time.Now()
	agent.BoxClock(&f, newest, f.PBX.Clock(c.zone, f.Now))
	return site.Judge(&f), nil
}

// faultsOfHooks says why some hooks would not be used as they stand: also by the
// examples in their comments.
func (c *call) faultsOfHooks(cfg config.Config) string {
	opts := agent.HookOptions(cfg)
	opts.Examples = agent.HookExamples(cfg, c.zone)
	if faults := luahooks.Check(hookFolder(cfg), opts).Faults; len(faults) > 0 {
		return errors.Join(faults...).Error()
	}
	return ""
}

// filesAlone is of what the config names and of what lies beside the store.
func (c *call) filesAlone(cfg config.Config, f *site.Facts) {
	_, err := openLink(cfg)
	f.PMSMissing = err != nil
	_, err = openMail(cfg)
	f.MailMissing = err != nil
	agent.PinFacts(f, cfg)
	look := due(cfg)
	if look == nil {
		return
	}
	if f.Due, err = look(); err != nil {
		f.DueError = err.Error()
	}
}

// readStore reads what the last agent left; nothing, when there is none. It
// gives the time of the newest event.
func (c *call) readStore(cfg config.Config, f *site.Facts) (newest time.Time) {
	if _, err := os.Stat(cfg.Store.Path); errors.Is(err, fs.ErrNotExist) {
		return newest
	}
	s, err := store.Open(store.Options{Path: cfg.Store.Path, ReadOnly: true})
	if err != nil {
		f.StoreError = err.Error()
		return newest
	}
	defer s.Close()
	agent.StoreFacts(f, s, time.Now())
	f.Database.Free = -1 // one that is only read does not count it
	if f.Journal, err = agent.ReadJournal(s); err != nil {
		f.StoreError = err.Error()
	}
	return s.Status().LastTime
}

// askAndLeave asks the PBX, and gives the login up again, so that it does not
// go on sending reports to where nobody takes them.
func (c *call) askAndLeave(driver pbx.Driver, rooms []hotel.Room) site.Answers {
	ctx, cancel := context.WithTimeout(c.ctx, doctorTime)
	defer cancel()
	answers := site.Ask(ctx, driver, time.Now)
	answers.AskPhones(ctx, driver, rooms)
	c.giveUpLogin(ctx, driver)
	return answers
}

func (c *call) giveUpLogin(ctx context.Context, driver pbx.Driver) {
	if d, is := driver.(*yeastar.Driver); is && d.Session != nil {
		if err := d.Session.Logout(ctx); err != nil {
			fmt.Fprintf(c.err, "the login at the PBX could not be given up; it ends by itself within half an hour: %v\n", err)
		}
	}
}

func (c *call) agreeToLogin() error {
	return c.confirm(question{
		ask:      "A login at the PBX takes its reports from whoever has them now, until that program logs in again. Log in?",
		no:       "not logged in; --offline leaves the PBX alone",
		noOneYet: "a login at the PBX takes its reports from whoever has them now, until that program logs in again; agree to that with --yes, or leave the PBX alone with --offline",
	})
}
