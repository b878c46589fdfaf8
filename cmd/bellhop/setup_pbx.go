package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/install"
	"bellhop/pbx"
	"bellhop/pbx/yeastar"
	"bellhop/site"
)

// maxPasswords is how many a person may try in one run: the PBX locks the box
// out after five wrong ones in a row.
const maxPasswords = 3

// askPBX: which telephone system, and who we are there.
func (s *setup) askPBX() error {
	if s.o.driver != "" {
		if err := s.put("pbx.driver", s.o.driver); err != nil {
			return err
		}
	}
	given := s.o.pbx
	if given == "" && s.old != nil && !s.hasPBX() {
		given = "none"
	}
	address, err := s.answer(query{ask: "pbx", flag: "pbx", given: given, def: s.cfg.PBX.URL, check: func(text string) (string, error) {
		if text == "none" {
			return text, nil
		}
		return site.PBXAddress(text)
	}})
	if err != nil || address == "" {
		return err
	}
	if address == "none" {
		return s.put("pbx.driver", "none")
	}
	if !s.hasPBX() {
		err = s.put("pbx.driver", "yeastar")
	}
	if err = errors.Join(err, s.put("pbx.driver", s.cfg.PBX.Driver), s.put("pbx.url", address)); err != nil {
		return err
	}
	def := s.cfg.PBX.Username
	if def == "" {
		def = "api"
	}
	user, err := s.answer(query{ask: "user", flag: "user", given: s.o.user, def: def})
	if err != nil {
		return err
	}
	return s.put("pbx.username", user)
}

// trustCertificate compares the PBX's certificate with the one that was agreed
// to, or has a person agree.
func (s *setup) trustCertificate() error {
	if !s.hasPBX() {
		return nil
	}
	if !isTLS(s.cfg) {
		fmt.Fprintln(s.err, s.tell("plain", s.cfg.PBX.URL))
		return nil
	}
	id, err := certificateOf(s.cfg.PBX.URL)
	if err != nil {
		return s.refuse("fault", err)
	}
	return s.trust(pinFile(s.cfg), s.cfg.PBX.URL, []install.Identity{id}, "pbx-fingerprint", s.o.fingerprint)
}

// trust settles which of the identities that a server shows is pinned. A
// fingerprint that was given must be one of them; one that was agreed to earlier
// is asked about no more.
func (s *setup) trust(file, server string, ids []install.Identity, flag, given string) error {
	pinned, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("setup: %w", err)
	}
	agreed := strings.TrimSpace(string(pinned))
	for _, id := range ids {
		if id.Pin == agreed && given == "" || given != "" && id.Is(given) {
			s.pins[file] = id.Pin
			return nil
		}
	}
	id := ids[0]
	fmt.Fprintf(s.out, "%s\n  %s\n", s.tell("shows", server, id.About), id.Fingerprint)
	same := slices.ContainsFunc(ids, func(id install.Identity) bool { return id.Pin == agreed })
	if agreed != "" && !same {
		fmt.Fprintln(s.out, "  "+s.tell("shows.other"))
	}
	switch {
	case given != "":
		return s.refuse("print.other", flag)
	case s.opt.yes:
		return s.refuse("print.none", flag)
	}
	yes, err := s.agreed(s.tell("ask.trust"))
	if err != nil {
		return err
	}
	if !yes {
		return s.refuse("print.no")
	}
	s.pins[file] = id.Pin
	return nil
}

// settleUser asks what else logs in at the PBX as that user, as a login of ours
// takes its reports. Nobody takes them over unattended without having said so.
func (s *setup) settleUser() error {
	if !s.hasPBX() {
		return nil
	}
	if s.o.relayTo != "" {
		return s.relay(s.o.relayTo)
	}
	if s.o.soleUser || len(s.cfg.PBX.RelayTo) > 0 || site.SameLogin(s.had.PBX, s.cfg.PBX) && s.hasRun() {
		return nil
	}
	if s.opt.yes {
		return s.refuse("takes-over", s.cfg.PBX.Username)
	}
	fmt.Fprintln(s.err, s.tell("other", s.cfg.PBX.Username))
	text, err := s.answer(query{ask: "other", flag: "relay-to", check: func(text string) (string, error) {
		if text == "none" || isYes(text) {
			return text, nil
		}
		return text, s.relay(text)
	}})
	if err != nil {
		return err
	}
	if isYes(text) {
		return s.refuse("other.who")
	}
	return nil
}

// hasRun tells whether an agent was at work here: then the reports are its.
func (s *setup) hasRun() bool {
	_, err := os.Stat(s.cfg.Store.Path)
	return err == nil
}

// relay hands the reports on to one receiver more.
func (s *setup) relay(to string) error {
	list := s.cfg.PBX.RelayTo
	if slices.Contains(list, to) {
		return nil
	}
	list = append(slices.Clone(list), to)
	with := s.cfg
	with.PBX.RelayTo = list
	var fault *config.Fault
	for _, err := range unjoined(with.Validate()) {
		if errors.As(err, &fault) && fault.Key == "pbx.relay_to" {
			return s.wrong("--relay-to: %v", fault)
		}
	}
	return s.put("pbx.relay_to", list)
}

// lookAtPBX logs in once and sees what is there; over the agent's login, if one
// runs that has it.
func (s *setup) lookAtPBX() error {
	if !s.hasPBX() {
		s.seen.neighbours = site.Unasked(s.opt.lang, s.tell("no-pbx"))
		return nil
	}
	client := api.NewClient(s.cfg.API.Socket)
	var status agent.Status
	s.running = client.Get(s.ctx, "/v1/status", &status) == nil
	if box := yeastar.OwnAddress(s.cfg.PBX.URL); box != "" {
		s.byHand = append(s.byHand, s.tell("allow", box))
	}
	if s.running && site.SameLogin(s.had.PBX, s.cfg.PBX) && s.o.passwordFile == "" {
		return s.lookByAgent(client)
	}
	if err := s.owner.folder(filepath.Dir(s.cfg.Store.Path)); err != nil {
		return s.refuse("folder", err)
	}
	return s.lookByLogin()
}

func (s *setup) lookByAgent(client *api.Client) error {
	if err := client.Post(s.ctx, "/v1/neighbours", nil, &s.seen.neighbours); err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	if !s.seen.neighbours.Answered {
		return s.refuse("agent.no-pbx")
	}
	return nil
}

// lookByLogin tries each password once. A person may give another one.
func (s *setup) lookByLogin() error {
	password, err := s.password("pbx", s.o.passwordFile, s.had.PBX.PasswordFile != "", s.cfg.PBXPassword)
	if err != nil {
		return err
	}
	tried := map[string]bool{}
	for range maxPasswords {
		tried[password] = true
		again, err := s.loginOnce(password)
		if err == nil {
			return s.keepPassword("pbx", s.cfg.PBX.PasswordFile, password)
		}
		if !again || s.opt.yes || len(tried) == maxPasswords {
			return err
		}
		fmt.Fprintln(s.err, err)
		if password, err = s.hidden(s.tell("ask.password", s.cfg.PBX.Username)); err != nil {
			return err
		}
		if tried[password] || password == "" {
			return s.refuse("same-password")
		}
	}
	return nil
}

// loginOnce logs in, looks and gives the login up. again tells whether another
// password may help.
func (s *setup) loginOnce(password string) (again bool, err error) {
	var pin [sha256.Size]byte
	if isTLS(s.cfg) {
		sum, err := hex.DecodeString(s.pins[pinFile(s.cfg)])
		if err != nil || len(sum) != len(pin) {
			return false, s.refuse("fault", errors.New("no fingerprint"))
		}
		pin = [sha256.Size]byte(sum)
	}
	fmt.Fprintln(s.err, s.tell("asking", s.cfg.PBX.URL))
	session, err := newSession(s.cfg, password, pin)
	if err != nil {
		return false, s.refuse("fault", err)
	}
	driver := &yeastar.Driver{Session: session, Report: func(error) {}}
	ctx, cancel := context.WithTimeout(s.ctx, doctorTime)
	defer cancel()
	answers := site.Ask(ctx, driver, time.Now)
	if s.owner.is { // who counts the tries must be able to go on counting
		err = s.owner.folder(filepath.Dir(s.cfg.Store.Path))
	}
	facts := site.Facts{Config: s.cfg, Zone: s.zone, Now: time.Now(), PBX: answers}
	if answers.Identity == nil {
		return answers.Login.Problem == pbx.LoginPassword, s.notIn(&facts)
	}
	s.seen = sight{site.LookAround(ctx, driver, answers, s.zone, time.Now), *answers.Identity}
	if !s.running { // else the reports go on coming to the agent, by this login
		s.giveUpLogin(ctx, driver)
	}
	if err != nil {
		return false, err
	}
	agent.BoxClock(&facts, time.Time{}, answers.Clock(s.zone, facts.Now))
	return false, s.tellPBX(&facts)
}

// notIn says why the PBX does not let us in.
func (s *setup) notIn(f *site.Facts) error {
	why := findingText(site.Judge(f), "pbx.login", s.opt.lang)
	switch f.PBX.Login.Problem {
	case pbx.LoginPassword:
		return s.refuse("login.password", s.cfg.PBX.Username)
	case pbx.LoginNoAPI, pbx.LoginOther:
		return s.refuse("login.model", why)
	}
	return s.refuse("login", why)
}

// findingText is what one check of many says, and what to do.
func findingText(all []site.Finding, check, language string) string {
	for _, f := range all {
		if f.Check == check {
			return strings.TrimSuffix(f.Text(language)+"; "+f.Do(language), "; ")
		}
	}
	return ""
}

// tellPBX shows what was seen, and goes by the way in which the PBX says that it
// delivers its reports.
func (s *setup) tellPBX(f *site.Facts) error {
	id := s.seen.identity
	fmt.Fprintln(s.out, s.tell("pbx", plain(id.Model), plain(id.Firmware), plain(id.Serial), len(s.seen.neighbours.Extensions), len(s.seen.neighbours.Routes)))
	if err := s.settleEvents(f.PBX.Login.Way); err != nil {
		return err
	}
	f.Config = s.cfg
	for _, finding := range site.Judge(f) {
		if finding.Result != site.OK && (finding.Check == "pbx.clock" || finding.Check == "box.clock" || finding.Check == "pbx.transport") {
			fmt.Fprintf(s.out, "  %s: %s\n", finding.Result.Word(s.opt.lang), findingText([]site.Finding{finding}, finding.Check, s.opt.lang))
		}
	}
	return nil
}

// settleEvents takes the way that the PBX has said, unless a flag says another.
func (s *setup) settleEvents(way string) error {
	if s.o.events != "" {
		way = s.o.events
	}
	if way == "" {
		way = s.cfg.PBX.Events
	}
	if err := s.put("pbx.events", way); err != nil {
		return err
	}
	if way != "tcp" {
		return nil
	}
	def := s.cfg.PBX.EventAddr
	if def == "" {
		def = site.StreamAddress(s.cfg.PBX.URL)
	}
	address, err := s.answer(query{ask: "stream", flag: "set pbx.event_addr", def: def, check: s.valid("pbx.event_addr", nil)})
	if err != nil {
		return err
	}
	return s.put("pbx.event_addr", address)
}

// password finds one: in the file that a flag names, where the config's own is
// looked for, or from a person. what is "pbx" or "install".
func (s *setup) password(what, file string, had bool, find func() (string, error)) (string, error) {
	if file != "" {
		password, err := config.ReadSecret(file)
		if err != nil {
			return "", s.refuse("fault", err)
		}
		return password, nil
	}
	password, err := find()
	if err == nil {
		return password, nil
	}
	if s.opt.yes {
		return "", s.refuse("no-password."+what, err)
	}
	if had {
		fmt.Fprintln(s.err, err)
	}
	user := s.cfg.PBX.Username
	if what == "install" {
		user = s.cfg.Install.URL
	}
	password, err = s.hidden(s.tell("ask.password", user))
	if err == nil && password == "" {
		err = s.refuse("no-answer")
	}
	return password, err
}

// keepPassword notes a password for the file that the config will name.
func (s *setup) keepPassword(what, file, password string) error {
	if file == "" {
		file = filepath.Join(filepath.Dir(s.config), "secrets", what)
	}
	s.passwords[file] = password
	return s.put(what+".password_file", file)
}
