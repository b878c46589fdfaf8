package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bellhop/config"
	"bellhop/install"
	"bellhop/site"
)

// askFiles: where the PBX takes dialplan and prompts, with which password, and
// whether it is the right server. Nobody logs in yet.
func (s *setup) askFiles() error {
	def := s.cfg.Install.URL
	if def == "" && !s.opt.yes && s.hasPBX() {
		def = site.FilesAddress(s.cfg.PBX.URL)
	}
	address, err := s.answer(query{ask: "install", flag: "install", given: s.o.install, def: def, may: true, check: s.filesAddress})
	if err != nil {
		return err
	}
	if address == "none" || address == "" {
		if s.cfg.Install.URL != "" {
			return s.put("install.url", "")
		}
		return nil
	}
	if err := s.put("install.url", address); err != nil {
		return err
	}
	if strings.HasPrefix(address, "file:") {
		return nil
	}
	password, err := s.password("install", s.o.installPassword, s.had.Install.PasswordFile != "", s.cfg.InstallPassword)
	if err != nil {
		return err
	}
	if err := s.keepPassword("install", s.cfg.Install.PasswordFile, password); err != nil {
		return err
	}
	server := install.Server{URL: address, Silence: dialTimeout}
	ids, err := server.Identities(s.ctx, s.o.installPrint != "")
	if errors.Is(err, install.ErrNoIdentity) {
		fmt.Fprintln(s.err, s.tell("plain-files", address))
		return nil
	}
	if err != nil {
		return s.refuse("fault", s.hinted(err))
	}
	return s.trust(installPinFile(s.cfg), address, ids, "install-fingerprint", s.o.installPrint)
}

func (s *setup) filesAddress(text string) (string, error) {
	if text == "none" {
		return text, nil
	}
	return s.valid("install.url", nil)(text)
}

// settleRoutes proposes what the PBX's outbound routes are for, where nobody has
// said so.
func (s *setup) settleRoutes() error {
	n := s.seen.neighbours
	if s.o.noClasses || !s.hasPBX() || !n.Answered || len(s.cfg.Classes) > 0 || len(s.cfg.Emergency.Routes) > 0 {
		return nil
	}
	plan := site.PlanRoutes(s.cfg, n.Routes)
	s.showRoutes(plan)
	if len(plan.Classes) == 0 && len(plan.Emergency) == 0 {
		return nil
	}
	yes, err := s.agreed(s.tell("ask.routes"))
	if err != nil || !yes {
		return err
	}
	for _, class := range slices.Sorted(maps.Keys(plan.Classes)) {
		err = errors.Join(err, s.put("classes."+class, plan.Classes[class]))
	}
	return errors.Join(err, s.put("emergency.routes", plan.Emergency))
}

func (s *setup) showRoutes(plan site.RoutePlan) {
	if len(plan.Emergency) > 0 {
		fmt.Fprintln(s.out, s.tell("routes.emergency", joined(site.Emergency(s.cfg).Numbers()), plain(joined(plan.Emergency))))
	}
	for _, class := range []string{"local", "national", "international"} {
		if routes := plan.Classes[class]; len(routes) > 0 {
			fmt.Fprintln(s.out, s.tell("routes.class", class, plain(joined(routes))))
		}
	}
	for key, list := range map[string][]string{"routes.missing": plan.Missing, "routes.wide": plan.Wide, "routes.unplaced": plan.Unplaced} {
		if len(list) > 0 {
			text := s.tell(key, plain(joined(list)))
			fmt.Fprintln(s.out, text)
			s.byHand = append(s.byHand, text)
		}
	}
}

// settleCodes gives services whose codes mean something else on the PBX other
// ones. Those that stand in a config, or were given, stay: the plan of the
// installation refuses them then.
func (s *setup) settleCodes() error {
	if s.old != nil {
		return nil
	}
	with := s.cfg
	changes, err := site.FreeCodes(&with, s.seen.neighbours)
	if err != nil {
		return s.refuse("fault", err)
	}
	for _, change := range changes {
		if s.said(change.Key) || change.To == "" {
			return s.refuse("code.taken", change.From, change.Key)
		}
		fmt.Fprintln(s.err, s.tell("code", change.From, change.Key))
		code, err := s.answer(query{ask: "code", flag: "set " + change.Key, def: change.To, check: s.freeCode(change.Key)})
		if err != nil {
			return err
		}
		if err := s.put(change.Key, code); err != nil {
			return err
		}
	}
	return nil
}

// freeCode refuses a code that is taken, too.
func (s *setup) freeCode(key string) func(string) (string, error) {
	return func(text string) (string, error) {
		if _, err := s.valid(key, nil)(text); err != nil {
			return "", err
		}
		with := s.cfg
		if err := with.Take(config.Setting{Key: key, Value: text}); err != nil {
			return "", err
		}
		changes, err := site.FreeCodes(&with, s.seen.neighbours)
		if slices.ContainsFunc(changes, func(c site.CodeChange) bool { return c.Key == key }) {
			err = errors.Join(err, errors.New(s.tell("code.also", text)))
		}
		return text, err
	}
}

func joined(list []string) string { return strings.Join(list, ", ") }
