package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"bellhop/api"
	"bellhop/config"
	"bellhop/install"
	"bellhop/site"
)

func installCommands() []*command {
	offline := func(f *flag.FlagSet, c *call) {
		f.BoolVar(&c.opt.offline, "offline", false, "do not ask the PBX for its extensions, routes and alarms")
	}
	return []*command{
		{words: "install plan", about: "show what the PBX's files would become: the dialplan's changes, the prompts, what is in the way", run: installPlan, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			installLangFlag(f, c)
			offline(f, c)
			f.BoolVar(&c.opt.yes, "yes", false, "when no agent runs: log in at the PBX without asking")
			f.StringVar(&c.opt.uploads, "uploads", "", "write the prompts that a person has to upload on the PBX's web page into `FOLDER`")
		}},
		{words: "install apply", about: "put dialplan and prompts on the PBX, once you agree to the plan, and prove them by a telephone", run: installApply, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			installLangFlag(f, c)
			offline(f, c)
			f.BoolVar(&c.opt.yes, "yes", false, "do not ask; when no agent runs, log in at the PBX without asking, too")
			f.BoolVar(&c.opt.noProof, "no-proof", false, "do not wait for a telephone to dial what was installed")
			f.DurationVar(&c.opt.within, "within", 10*time.Minute, "how long the proof waits for that telephone, a `TIME`")
		}},
		{words: "install verify", about: "compare the PBX's files with what was installed; exit code 1: something differs", run: installVerify, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			installLangFlag(f, c)
		}},
		{words: "install rollback", about: "give the PBX's files back what they held before, once you agree", run: installRollback, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			installLangFlag(f, c)
			f.BoolVar(&c.opt.yes, "yes", false, "do not ask")
			f.StringVar(&c.opt.to, "to", "", "take back `RUN` and all after it; empty: the newest apply")
			f.StringVar(&c.opt.others, "others", "", "`WHAT` to do with files that others changed since: overwrite or leave; empty: ask")
		}},
	}
}

// worksite is what the install commands work on.
type worksite struct {
	*call
	cfg   config.Config
	files *site.Files
	inst  *install.Installer
}

func (c *call) worksite() (*worksite, error) {
	cfg, err := c.loadSpeaking()
	if err != nil {
		return nil, err
	}
	w := &worksite{call: c, cfg: cfg}
	if w.files, err = site.ForPBX(cfg); err != nil {
		return nil, fmt.Errorf("%s: %w", c.command.words, err)
	}
	w.inst, err = c.installer(cfg)
	return w, err
}

// installer shows its progress on a terminal.
func (c *call) installer(cfg config.Config) (*install.Installer, error) {
	i, err := openInstaller(cfg)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.command.words, err)
	}
	if onTerminal(c.err) {
		i.Progress = func(p install.Progress) {
			name := path.Join(path.Base(path.Dir(p.Path)), path.Base(p.Path)) // a longer line would wrap
			fmt.Fprintf(c.err, "\r\x1b[K%s  %s", c.text("step."+p.Step, p.Done+1, p.Total), plain(name))
			if p.Done+1 == p.Total {
				fmt.Fprint(c.err, "\r\x1b[K")
			}
		}
	}
	return i, nil
}

// neighbours asks the agent for what else is on the PBX; without one, the PBX
// itself if a person agrees.
func (w *worksite) neighbours() (site.Neighbours, error) {
	if w.opt.offline {
		return w.unasked("unasked.offline"), nil
	}
	if w.cfg.PBX.Driver == "none" {
		return w.unasked("unasked.none"), nil
	}
	var n site.Neighbours
	err := api.NewClient(w.cfg.API.Socket).Post(w.ctx, "/v1/neighbours", nil, &n)
	if !errors.Is(err, api.ErrNotRunning) {
		return n, err
	}
	fmt.Fprintln(w.err, w.text("agent.away"))
	if !w.opt.yes && !asks() {
		return w.unasked("unasked.login"), nil
	}
	if err := w.agreeToLogin(); err != nil {
		return n, err
	}
	driver, err := openDriver(w.cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return n, err
	}
	ctx, cancel := context.WithTimeout(w.ctx, doctorTime)
	defer cancel()
	n = site.LookAround(ctx, driver, site.Ask(ctx, driver, time.Now), w.zone, time.Now)
	w.giveUpLogin(ctx, driver)
	return n, nil
}

// unasked says why the PBX was not asked; JSON is English.
func (w *worksite) unasked(key string) site.Neighbours {
	language := w.opt.lang
	if w.json {
		language = "en"
	}
	return site.Unasked(language, installPhrases[key].in(language))
}

func installPlan(c *call) error {
	w, err := c.worksite()
	if err != nil {
		return err
	}
	if c.opt.uploads != "" {
		if err := w.writeUploads(c.opt.uploads); err != nil {
			return err
		}
	}
	p, err := w.look()
	if err != nil {
		return err
	}
	if err := p.show(); err != nil {
		return err
	}
	return p.refused()
}

// writeUploads gives a person the files that the web page is to take.
func (w *worksite) writeUploads(folder string) error {
	for _, f := range w.files.Uploads {
		name := filepath.Join(folder, f.Lang, f.Prompt.Name+".wav")
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil {
			err = os.WriteFile(name, f.Wav, 0o644)
		}
		if err != nil {
			return w.fails("uploads.fail", err)
		}
	}
	return nil
}

// applied is what "install apply" says for programs.
type applied struct {
	install.Result
	Server string   `json:"server"`
	ByHand []string `json:"by_hand"`
	// Proof is the event of the telephone that dialled; 0: there was none.
	Proof uint64 `json:"proof,omitempty"`
}

func installApply(c *call) error {
	if c.opt.within <= 0 {
		return c.wrong("--within must be more than nothing, but it is %s", c.opt.within)
	}
	w, err := c.worksite()
	if err != nil {
		return err
	}
	done, err := w.lookAndPut()
	if err != nil {
		return err
	}
	proof := w.afterwards(done, &done.Proof)
	if c.json {
		proof = errors.Join(showOne(c, done), proof)
	}
	return proof
}

// lookAndPut plans and applies within one login, unless a person takes long to
// agree.
func (w *worksite) lookAndPut() (applied, error) {
	defer w.inst.Hold()()
	p, err := w.look()
	if err != nil {
		return applied{}, err
	}
	if !w.json {
		if err := p.show(); err != nil {
			return applied{}, err
		}
	}
	if err := p.refused(); err != nil {
		return applied{}, err
	}
	done := applied{Server: p.plan.Server, ByHand: p.byHand("en")}
	if len(p.plan.Changes()) > 0 {
		done.Result, err = w.carryOut(p)
	}
	return done, err
}

// carryOut asks, and applies the plan.
func (w *worksite) carryOut(p *planned) (install.Result, error) {
	if err := p.wakes(); err != nil {
		return install.Result{}, err
	}
	err := w.confirm(question{
		ask:      "\n" + w.text("apply.ask", len(p.plan.Changes()), p.plan.Server),
		no:       w.fails("apply.no").Error(),
		noOneYet: w.fails("apply.yes").Error(),
	})
	if err != nil {
		return install.Result{}, err
	}
	result, err := w.inst.Apply(w.ctx, p.plan)
	var unfinished *install.Unfinished
	if errors.As(err, &unfinished) {
		return result, fmt.Errorf("install apply: %w\n%s", w.hinted(err), w.wayBack())
	}
	if err != nil {
		return result, fmt.Errorf("install apply: %w", w.hinted(err))
	}
	return result, nil
}

// wayBack says how all of it is undone.
func (c *call) wayBack() string {
	return c.text("way-back", c.config, site.ApplyByHand(c.opt.lang))
}

// indent prints a list under a heading; nothing, if it is empty.
func indent(out *strings.Builder, heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s\n", heading)
	for _, l := range lines {
		fmt.Fprintf(out, "  %s\n", plain(l))
	}
}
