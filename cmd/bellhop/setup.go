package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"bellhop/api"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/site"
)

// setupOptions are the flags of setup: one for each question.
type setupOptions struct {
	language, name, country, zone, currency string
	pbx, user, passwordFile, fingerprint    string
	driver, relayTo, events                 string
	soleUser, noClasses                     bool
	install, installPassword, installPrint  string
	rooms, occupancy, testCall              string
	set                                     []config.Setting
}

func setupCommands() []*command {
	o := &setupOptions{}
	return []*command{{
		words: "setup", about: "from the PBX's address and its API's password to a box that works", run: func(c *call) error { return setUp(c, o) },
		flags: func(f *flag.FlagSet, c *call) { setupFlags(f, c, o) },
		more: `Each question has a flag, and what is set already is its answer. An example that asks nothing:

  bellhop setup --yes --country CN --language en --name "Harbour Inn" --pbx 192.168.5.150 --password-file pbx.pw \
    --pbx-fingerprint 3f…9a --sole-user --install sftp://support@192.168.5.150:8022 \
    --install-password-file ssh.pw --install-fingerprint SHA256:… --rooms 1001-1048

Run it again at any time: what is as it should be stays, and an unfinished run goes on.`,
	}}
}

func setupFlags(f *flag.FlagSet, c *call, o *setupOptions) {
	f.BoolVar(&c.opt.yes, "yes", false, "ask nothing: the flags are the answers, what is set already stays")
	f.StringVar(&o.language, "language", "", "the `LANGUAGE`, zh or en, of this command, of prompts and of alerts; otherwise by the country, and this command by the terminal's LANG")
	f.StringVar(&o.name, "name", "", "the hotel's `NAME`")
	f.StringVar(&o.country, "country", "", "two letters such as CN: the `CODE` of the country, from which the numbers for help follow")
	f.StringVar(&o.zone, "timezone", "", "the hotel's `ZONE`, such as Asia/Shanghai")
	f.StringVar(&o.currency, "currency", "", "three letters such as CNY: the `CODE` of all prices")
	f.StringVar(&o.pbx, "pbx", "", "the PBX's `ADDRESS`, such as 192.168.5.150 or https://192.168.5.150:8088; none: there is no PBX yet")
	f.StringVar(&o.driver, "driver", "", "yeastar-v1: the `DRIVER` for firmware before 30.13.0.30 (default yeastar)")
	f.StringVar(&o.user, "user", "", "the `USER` of the PBX's API")
	f.StringVar(&o.passwordFile, "password-file", "", "the `FILE` with that user's password, which is tried once")
	f.StringVar(&o.fingerprint, "pbx-fingerprint", "", "trust the PBX's certificate without asking if its SHA-256 is this `TEXT`")
	f.BoolVar(&o.soleUser, "sole-user", false, "nothing else logs in at the PBX as that user, or it may lose its reports")
	f.StringVar(&o.relayTo, "relay-to", "", "the `URL` of the program that had the reports until now, and is to go on getting them")
	f.StringVar(&o.events, "events", "", "the `WAY` in which the PBX delivers its reports, http or tcp; otherwise as it says")
	f.StringVar(&o.install, "install", "", "the `URL` where the PBX takes files, such as sftp://support@192.168.5.150:8022; none: nothing is put there")
	f.StringVar(&o.installPassword, "install-password-file", "", "the `FILE` with the password for that, which is tried once")
	f.StringVar(&o.installPrint, "install-fingerprint", "", "trust that server without asking if its host key or certificate has the SHA-256 `TEXT`")
	f.BoolVar(&o.noClasses, "no-classes", false, "leave alone what telephones may dial")
	f.StringVar(&o.rooms, "rooms", "", "which extensions are rooms: `PATTERNS` such as 1xx,1201-1248; none: no more than there are (default with --yes)")
	f.StringVar(&o.occupancy, "occupancy", "", "`WHO` knows which rooms are occupied: pbx, by the names on telephones; listed, as \"rooms list\" shows; later, nobody yet (default with --yes)")
	f.StringVar(&o.testCall, "test-call", "", "wake this `ROOM` within two minutes, as a proof")
	f.Func("set", "any other key of the config, as `KEY=VALUE`, such as store.keep=60d; may be given again and again", func(text string) error {
		s, err := config.ParseSetting(text)
		o.set = append(o.set, s)
		return err
	})
}

// setup is one run of it. Until write nothing is changed on the box but its own
// folder, in which the tries at the PBX are counted.
type setup struct {
	*call
	o     *setupOptions
	cfg   config.Config // what was answered, over what was set, over the defaults
	old   []byte        // the config's file; nil: there is none
	had   config.Config // what it says
	wrote []config.Setting
	lacks []string // flags without which nothing can be done unattended

	owner     owner
	passwords map[string]string // by the file that they are to be in
	pins      map[string]string // the same
	own       map[string]bool   // files of secrets that this run has written
	seen      sight
	running   bool // an agent, before this run
	byHand    []string
	troubles  []error // that do not end it
	client    *api.Client
	installed bool
	findings  []site.Finding
	rooms     []hotel.Room
}

// sight is what was seen of the PBX.
type sight struct {
	neighbours site.Neighbours
	identity   pbx.Identity
}

// setUp goes from questions to a box that works. Its steps ask first; then what
// was said is written, secrets before the config that names them; then it is put
// to work.
func setUp(c *call, o *setupOptions) error {
	s := &setup{call: c, o: o, passwords: map[string]string{}, pins: map[string]string{}, own: map[string]bool{}}
	if err := s.begin(); err != nil {
		return err
	}
	steps := []func() error{s.askHotel, s.askPBX, s.enough, s.trustCertificate, s.settleUser, s.lookAtPBX, s.askFiles, s.settleRoutes, s.settleCodes, s.write}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
		if err := c.ctx.Err(); err != nil {
			return err
		}
	}
	return s.work()
}

// begin reads what there is.
func (s *setup) begin() error {
	c := s.call
	path, err := filepath.Abs(c.config)
	if err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	c.config = path
	s.cfg, s.owner = config.Default(), programUser()
	if s.old, err = os.ReadFile(path); errors.Is(err, fs.ErrNotExist) {
		s.old, err = nil, nil
	} else if err == nil {
		if s.had, err = config.Parse(s.old); err != nil {
			return fmt.Errorf("setup: the config that is there is wrong, and is not touched: mend it, or move %s away:\n%w", path, err)
		}
		s.cfg = s.had
	}
	if err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	if err := s.choices(); err != nil {
		return err
	}
	c.opt.lang = cmp.Or(s.o.language, languageOfTerminal())
	if s.o.language == "" && s.old != nil {
		c.opt.lang = s.cfg.Hotel.Language
	}
	if !c.opt.yes && !asks() {
		return s.refuse("nobody")
	}
	for _, set := range s.o.set {
		err := s.put(set.Key, set.Value)
		if err != nil && s.put(set.Key, fmt.Sprint(set.Value)) != nil { // a code is no number
			return c.wrong("--set: %v", err)
		}
	}
	return nil
}

// choices refuses flags that can be no answer.
func (s *setup) choices() error {
	o := s.o
	for _, f := range []struct {
		name, value string
		may         []string
	}{
		{"language", o.language, []string{"zh", "en"}}, {"driver", o.driver, []string{"yeastar", "yeastar-v1"}},
		{"events", o.events, []string{"http", "tcp"}}, {"occupancy", o.occupancy, []string{"pbx", "listed", "later"}},
	} {
		if f.value != "" && !slices.Contains(f.may, f.value) {
			return s.wrong("--%s must be one of %q, but it is %q", f.name, f.may, f.value)
		}
	}
	if _, err := hotel.ParseNumberMatch(o.rooms); o.rooms != "none" && err != nil {
		return s.wrong("--rooms: %v", err)
	}
	return nil
}

// put notes an answer.
func (s *setup) put(key string, value any) error {
	setting := config.Setting{Key: key, Value: value}
	if err := s.cfg.Take(setting); err != nil {
		return err
	}
	s.wrote = slices.DeleteFunc(s.wrote, func(w config.Setting) bool { return w.Key == key })
	s.wrote = append(s.wrote, setting)
	return nil
}

// said tells whether a key was answered in this run or stands in the file.
func (s *setup) said(key string) bool {
	return s.old != nil || slices.ContainsFunc(s.wrote, func(w config.Setting) bool { return w.Key == key })
}

// enough ends a run that nobody attends before anything is done, with all that
// it lacks.
func (s *setup) enough() error {
	if len(s.lacks) > 0 {
		return s.wrong("%s", s.tell("lacks", joined(s.lacks)))
	}
	zone, err := time.LoadLocation(s.cfg.Hotel.Timezone)
	if err != nil {
		return s.refuse("fault", err)
	}
	s.zone = zone
	return nil
}

// hasPBX tells whether there is one.
func (s *setup) hasPBX() bool { return s.cfg.PBX.Driver != "none" }

// did is told after each thing that was changed, so that tests can end the
// process there.
func (s *setup) did(step string) error {
	if s.watch != nil {
		s.watch(step)
	}
	return s.ctx.Err()
}

// trouble notes what went wrong without ending the run.
func (s *setup) trouble(err error) error {
	if s.ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Fprintln(s.err, s.tell("trouble", err))
	s.troubles = append(s.troubles, err)
	return nil
}
