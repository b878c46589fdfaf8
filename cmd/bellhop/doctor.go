package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pbx/yeastar"
	"bellhop/site"
	"bellhop/store"
)

func doctorCommands() []*command {
	return []*command{{words: "doctor", about: "look the installation over: login, reports, clocks, routes …, and what to do", run: doctor, flags: func(f *flag.FlagSet, c *call) {
		jsonFlag(f, c)
		f.BoolVar(&c.opt.wait, "wait", false, "first wait until the PBX has reported something: dial any number meanwhile")
		f.BoolVar(&c.opt.offline, "offline", false, "leave the PBX alone")
		f.BoolVar(&c.opt.yes, "yes", false, "when no agent runs: log in at the PBX without asking")
		f.StringVar(&c.opt.lang, "lang", "", "the `LANGUAGE` of what is found, zh or en; empty: hotel.language")
	}}}
}

// doctorTime bounds what the doctor itself asks of a PBX.
const doctorTime = 30 * time.Second

// doctor has the agent look, as a login of its own would take the reports from
// it; it looks itself when none runs.
func doctor(c *call) error {
	if c.opt.lang != "" && c.opt.lang != "zh" && c.opt.lang != "en" {
		return c.wrong(`--lang must be "zh" or "en", but it is %q`, c.opt.lang)
	}
	if c.opt.wait && c.opt.offline {
		return c.wrong("give --wait or --offline, not both")
	}
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if c.opt.lang == "" {
		c.opt.lang = cfg.Hotel.Language
	}
	client := api.NewClient(cfg.API.Socket)
	if c.opt.wait {
		if err := c.awaitReport(client); err != nil {
			return err
		}
	}
	path := "/v1/doctor"
	if c.opt.offline {
		path += "?offline=1"
	}
	var found []site.Finding
	err = client.Post(c.ctx, path, nil, &found)
	if errors.Is(err, api.ErrNotRunning) {
		found, err = c.lookAlone(cfg)
	}
	if err != nil {
		return fmt.Errorf("doctor: %w", err)
	}
	return c.printFindings(found)
}

// printFindings is the exit code, too: what failed is an error.
func (c *call) printFindings(found []site.Finding) error {
	if err := c.writeFindings(found); err != nil {
		return err
	}
	failed := 0
	for _, f := range found {
		if f.Result == site.Failed {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("doctor: %d of %d checks failed", failed, len(found))
	}
	return nil
}

func (c *call) writeFindings(found []site.Finding) error {
	answers := api.Findings(found, c.opt.lang)
	if c.json {
		return show(c, answers, "", nil)
	}
	var rows [][]string
	for _, a := range answers {
		rows = append(rows, cellsOf([]any{a.Check, a.Result.Word(c.opt.lang), a.Text}))
		if a.Do != "" && a.Result != site.OK {
			rows = append(rows, []string{"", "", "→ " + plain(a.Do)})
		}
	}
	return writeTable(c.out, rows)
}

// lookAlone is for when no agent runs. A login makes the PBX send its reports
// here, where nobody takes them, and takes them from whoever had them before:
// a person must agree to that.
func (c *call) lookAlone(cfg config.Config) ([]site.Finding, error) {
	fmt.Fprintln(c.err, "the agent does not run")
	f := site.Facts{Config: cfg, Zone: c.zone, Backup: agent.NewestBackup(cfg.Store.Path)}
	newest := c.readStore(cfg, &f)
	if _, err := openLink(cfg); err != nil {
		f.PMSMissing = true
	}
	driver, err := openDriver(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if driver != nil {
		state := driver.State()
		f.State, f.PBX = &state, site.LeftAlone(driver)
		if !c.opt.offline {
			if err := c.agreeToLogin(); err != nil {
				return nil, err
			}
			f.PBX = c.askAndLeave(driver, f.Rooms)
		}
	}
	f.Now = time.Now()
	agent.BoxClock(&f, newest, f.PBX.Clock(c.zone, f.Now))
	return site.Judge(&f), nil
}

// readStore reads what the last agent left; nothing, when there is none. It
// gives the time of the newest event.
func (c *call) readStore(cfg config.Config, f *site.Facts) (newest time.Time) {
	if _, err := os.Stat(cfg.Store.Path); errors.Is(err, os.ErrNotExist) {
		return newest
	}
	s, err := store.Open(store.Options{Path: cfg.Store.Path, ReadOnly: true})
	if err != nil {
		f.StoreError = err.Error()
		return newest
	}
	defer s.Close()
	f.Rooms = agent.RoomsOf(s)
	f.Confirmed, _ = hotel.OccupancyConfirmed(s.Snapshot())
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

const (
	awaitMost  = 10 * time.Minute
	awaitEvery = 500 * time.Millisecond
)

// awaitReport waits until the PBX has reported something: proof that reports
// arrive, which no question to the PBX gives. Only the agent may take them, as
// what somebody else took would be lost.
func (c *call) awaitReport(client *api.Client) error {
	began := time.Now()
	var first agent.Status
	if err := client.Get(c.ctx, "/v1/status", &first); err != nil {
		return fmt.Errorf("doctor: --wait: reports are for the agent to take: %w", err)
	}
	if first.PBX == nil || first.PBX.Listening == "" {
		return nil // the checks say why
	}
	fmt.Fprintln(c.err, "Dial any number on a telephone and hang up; waiting for a report of it. Ctrl-C ends it.")
	terminal := onTerminal(c.err)
	for now := first; !now.PBX.LastPush.After(first.PBX.LastPush); {
		if terminal {
			fmt.Fprintf(c.err, "\r  %s ", time.Since(began).Round(time.Second))
		}
		select {
		case <-c.ctx.Done():
			return c.ctx.Err()
		case <-time.After(awaitEvery):
		}
		if time.Since(began) > awaitMost {
			return fmt.Errorf("doctor: no report came within %s; \"bellhop doctor\" without --wait says what may be the reason", awaitMost)
		}
		now = agent.Status{}
		if err := client.Get(c.ctx, "/v1/status", &now); err != nil {
			return err
		}
		if now.PBX == nil {
			return nil
		}
	}
	if terminal {
		fmt.Fprintln(c.err)
	}
	fmt.Fprintln(c.err, "A report came.")
	return nil
}
