package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/install"
	"bellhop/pbx"
	"bellhop/site"
)

// work puts the box to work by the config that is there now: with the agent that
// runs, or with one of its own for as long as this takes. It goes on as the
// agent's user, so that what is written is that one's.
func (s *setup) work() error {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	s.cfg = cfg
	if err := s.prepare(); err != nil {
		return err
	}
	stop, err := s.agent()
	if err != nil {
		return err
	}
	defer stop()
	for _, step := range []func() error{s.apply, s.takeRooms, s.confirmOccupancy, s.examine, s.ring, s.handOver} {
		err := step()
		if err != nil {
			err = s.trouble(err)
		}
		if err != nil {
			return err
		}
	}
	return s.sum()
}

// prepare does the last that needs root, and gives root up.
func (s *setup) prepare() error {
	if s.owner.is {
		socket := filepath.Dir(s.cfg.API.Socket)
		if err := os.Mkdir(socket, 0o755); err == nil {
			if err := os.Lchown(socket, s.owner.uid, s.owner.gid); err != nil {
				return s.refuse("folder", err)
			}
		}
		if err := s.owner.folder(filepath.Dir(s.cfg.Store.Path)); err != nil {
			return s.refuse("folder", err)
		}
	}
	if err := s.owner.become(); err != nil {
		return s.refuse("fault", err)
	}
	return nil
}

// agentTime bounds how long the agent of this run may take until it answers.
const agentTime = time.Minute

// agent sees to it that one runs. stop ends it, if it is ours.
func (s *setup) agent() (stop func(), err error) {
	s.client = api.NewClient(s.cfg.API.Socket)
	err = s.client.Get(s.ctx, "/v1/status", nil)
	if err == nil {
		fmt.Fprintln(s.err, s.tell("agent.runs"))
		return func() {}, nil
	}
	if !errors.Is(err, api.ErrNotRunning) {
		return nil, fmt.Errorf("setup: %w", err)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	ready := make(chan *agent.Agent, 1)
	var ended error
	var running sync.WaitGroup
	running.Go(func() {
		ended = serve(ctx, s.cfg, slog.New(slog.DiscardHandler), func(_ context.Context, a *agent.Agent) { ready <- a })
		cancel()
	})
	stop = func() {
		cancel()
		running.Wait()
	}
	select {
	case a := <-ready:
		s.awaitPBX(ctx, a)
		return stop, s.ctx.Err()
	case <-ctx.Done():
		stop()
		return nil, errors.Join(s.ctx.Err(), ended)
	case <-time.After(agentTime):
		stop()
		return nil, s.refuse("agent.slow")
	}
}

// awaitPBX waits until the agent takes reports and has heard of the PBX, or for
// so long that the doctor can say why not.
func (s *setup) awaitPBX(ctx context.Context, a *agent.Agent) {
	late := time.After(doctorTime)
	for {
		p := a.Status().PBX
		if p == nil || p.Listening != "" && !p.Since.IsZero() || p.Error != "" || p.Deaf != "" {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-late:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// sub is another command of the same run, by the same config and answers.
func (s *setup) sub(words string) *call {
	return &call{env: s.env, command: &command{words: words}, config: s.config, zone: s.zone, opt: options{yes: s.opt.yes, lang: s.opt.lang}}
}

// apply puts dialplan and prompts on the PBX, as "install apply" does.
func (s *setup) apply() error {
	if s.cfg.Install.URL == "" {
		fmt.Fprintln(s.err, s.tell("install.none"))
		return nil
	}
	w, err := s.sub("install apply").worksite()
	if err != nil {
		return err
	}
	s.byHand = append(s.byHand, w.files.ByHand(s.cfg.Hotel.Language, s.cfg, s.seen.neighbours)...)
	done, err := w.lookAndPut()
	if errors.Is(err, install.ErrLogin) {
		s.forget(s.cfg.Install.PasswordFile)
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(installRecords(s.cfg)); err == nil { // else they are another box's, and not ours to take back
		s.installed = true
	}
	if err := s.did("install"); err != nil {
		return err
	}
	w.opt.noProof = true
	if !s.opt.yes {
		yes, err := s.agreed(s.tell("ask.proof"))
		if err != nil {
			return err
		}
		w.opt.noProof, w.opt.within = !yes, 10*time.Minute
	}
	return w.afterwards(done, &done.Proof)
}

// forget removes a password that this run has put there and that was refused:
// it must not be tried again by itself.
func (s *setup) forget(file string) {
	if s.own[file] {
		_ = os.Remove(file)
	}
}

// examine has the doctor look at all of it.
func (s *setup) examine() error {
	if err := s.client.Post(s.ctx, "/v1/doctor", nil, &s.findings); err != nil {
		return fmt.Errorf("doctor: %w", err)
	}
	fmt.Fprintln(s.out)
	return s.sub("doctor").writeFindings(s.findings)
}

// handOver writes the sheet for the hotel.
func (s *setup) handOver() error {
	if err := s.client.Get(s.ctx, "/v1/rooms", &s.rooms); err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	sheet := site.Handover{
		Config: s.cfg, ConfigFile: s.config, Made: time.Now().In(s.zone), Version: programName(), PBX: s.seen.identity,
		Rooms: s.rooms, Installed: s.installed, ByHand: s.byHand, Findings: s.findings,
	}
	for _, f := range s.findings { // the agent had asked, and not we
		if f.Check == "pbx.login" && f.Result == site.OK && sheet.PBX.Model == "" {
			sheet.PBX = pbx.Identity{Model: f.Params["model"], Firmware: f.Params["firmware"], Serial: f.Params["serial"]}
		}
	}
	page, err := sheet.HTML()
	if err != nil {
		return err
	}
	if err := config.Replace(s.sheet(), page, 0o644, nil); err != nil {
		return err
	}
	return s.did("handover")
}

func (s *setup) sheet() string { return filepath.Join(filepath.Dir(s.cfg.Store.Path), "handover.html") }

// sum says what is next; what went wrong on the way is the exit code.
func (s *setup) sum() error {
	fmt.Fprintln(s.err, "\n"+s.tell("sheet", s.sheet()))
	fmt.Fprintln(s.err, s.tell("next", s.config))
	failed := 0
	for _, f := range s.findings {
		if f.Result == site.Failed {
			failed++
		}
	}
	if len(s.troubles) > 0 || failed > 0 {
		return s.refuse("not-all", len(s.troubles), failed)
	}
	return nil
}
