package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bellhop/config"
	"bellhop/sounds"
)

func soundCommands() []*command {
	return []*command{
		{words: "sounds list", about: "list the prompts: who plays each, what it says, and whether it is the hotel's own", run: soundsList, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			langFlag(f, c)
		}},
		{words: "sounds check", args: "[DIR]", about: "say what is wrong with a folder of prompts; without one, the hotel's own", run: soundsCheck, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.BoolVar(&c.opt.complete, "complete", false, "every prompt that the dialplan plays must be there, as on the PBX")
		}},
		{words: "sounds import", args: "FILE|DIR", about: "make the hotel's own prompts of recordings: wav, mp3, flac, ogg, of any rate", run: soundsImport, flags: keepFlags},
		{words: "sounds say", args: "TEXT", about: "make one of the hotel's own prompts by a speech program", run: soundsSay, flags: keepFlags},
	}
}

func langFlag(f *flag.FlagSet, c *call) {
	f.StringVar(&c.opt.lang, "lang", "", "the `LANGUAGE` of the prompts, zh or en; empty: hotel.language")
}

func keepFlags(f *flag.FlagSet, c *call) {
	jsonFlag(f, c)
	langFlag(f, c)
	f.StringVar(&c.opt.name, "name", "", "the prompt's `NAME`; of a recording, empty: the file's")
	f.BoolVar(&c.opt.fresh, "new", false, "take a name that none of the services plays, for the hotel's hooks")
	f.BoolVar(&c.opt.yes, "yes", false, "replace own prompts without asking")
}

// soundsConfig reads the config and the language. The prompts can be looked at
// before there is a config: then its defaults hold.
func (c *call) soundsConfig() (config.Config, error) {
	cfg, err := c.load()
	if errors.Is(err, fs.ErrNotExist) && c.config == defaultConfig {
		cfg, err = config.Default(), nil
	}
	if err != nil {
		return cfg, err
	}
	if c.opt.lang == "" {
		c.opt.lang = cfg.Hotel.Language
	}
	if err := sounds.CheckLanguage(c.opt.lang); err != nil {
		return cfg, c.wrong("--lang: %v", err)
	}
	return cfg, nil
}

// promptRow is a prompt as it is listed.
type promptRow struct {
	Name       string   `json:"name"`
	Lang       string   `json:"lang"`
	Service    string   `json:"service,omitempty"`
	PlayedBy   []string `json:"played_by"`
	Documented bool     `json:"documented"`
	Text       string   `json:"text,omitempty"`
	Seconds    float64  `json:"seconds"`
	Own        string   `json:"own,omitempty"` // the hotel's file
}

func soundsList(c *call) error {
	cfg, err := c.soundsConfig()
	if err != nil {
		return err
	}
	files, err := sounds.Set(c.opt.lang, cfg.Sounds.Dir)
	if err != nil {
		return fmt.Errorf("list prompts: %w", err)
	}
	var rows []promptRow
	for _, f := range files {
		rows = append(rows, promptRow{
			Name: f.Prompt.Name, Lang: f.Lang, Service: f.Prompt.Service, PlayedBy: playedBy(f.Prompt),
			Documented: f.Prompt.Documented, Text: f.Prompt.Texts[f.Lang], Seconds: f.Duration().Seconds(), Own: f.Own,
		})
	}
	return show(c, rows, "NAME SERVICE PLAYED-BY SECONDS FROM SAYS", func(r promptRow) []any {
		from := "shipped"
		if r.Own != "" {
			from = "own"
		}
		return []any{r.Name, r.Service, strings.Join(r.PlayedBy, ","), fmt.Sprintf("%.1f", r.Seconds), from, r.Text}
	})
}

func playedBy(p sounds.Prompt) []string {
	by := []string{}
	if p.Dialplan {
		by = append(by, "dialplan")
	}
	if p.API {
		by = append(by, "api")
	}
	return by
}

func soundsCheck(c *call) error {
	cfg, err := c.soundsConfig()
	if err != nil {
		return err
	}
	dir := cfg.Sounds.Dir
	if len(c.args) > 0 {
		dir = c.args[0]
	}
	found, err := sounds.Check(dir, c.opt.complete)
	if err != nil {
		return err
	}
	faults := 0
	for i, f := range found {
		if f.Fault {
			faults++
		}
		if f.About == sounds.AboutName {
			found[i].What += nearestPrompt(f.File)
		}
	}
	if len(found) == 0 && !c.json {
		_, err := fmt.Fprintf(c.out, "%s: nothing wrong\n", dir)
		return err
	}
	err = show(c, found, "FILE KIND ABOUT WHAT", func(f sounds.Finding) []any {
		kind := "note"
		if f.Fault {
			kind = "FAULT"
		}
		return []any{f.File, kind, f.About, f.What}
	})
	if err == nil && faults > 0 {
		err = fmt.Errorf("check prompts: faults in %s: %d", dir, faults)
	}
	return err
}

// nearestPrompt guesses which prompt a file's name was meant to be.
func nearestPrompt(file string) string {
	var names []string
	for _, p := range sounds.Catalogue() {
		names = append(names, p.Name)
	}
	if best := config.Nearest(promptName(file), names); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

// promptName is the name that a file's prompt gets.
func promptName(file string) string {
	base := filepath.Base(file)
	return strings.ToLower(strings.TrimSuffix(base, filepath.Ext(base)))
}

// keptRow is a prompt that was made.
type keptRow struct {
	Name     string  `json:"name"`
	Lang     string  `json:"lang"`
	Source   string  `json:"source,omitempty"` // the recording's file
	Format   string  `json:"format"`
	Rate     int     `json:"rate"`
	Channels int     `json:"channels"`
	Seconds  float64 `json:"seconds"`
	Gain     float64 `json:"gain_db"`
	File     string  `json:"file"`
}

const keptHead = "NAME LANGUAGE MADE-OF SECONDS LOUDER-BY FILE"

func (r keptRow) cells() []any {
	return []any{r.Name, r.Lang, fmt.Sprintf("%s, %d Hz, %d channels", r.Format, r.Rate, r.Channels), fmt.Sprintf("%.1f", r.Seconds), fmt.Sprintf("%+.1f dB", r.Gain), r.File}
}

func soundsImport(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	cfg, err := c.soundsConfig()
	if err != nil {
		return err
	}
	sources, err := c.recordings()
	if err != nil {
		return err
	}
	if err := c.replaces(cfg.Sounds.Dir, sources); err != nil {
		return err
	}
	// The FLAC reader remarks on rates that it has seldom seen, once a frame.
	log.SetOutput(io.Discard)
	defer log.SetOutput(os.Stderr)
	var rows []keptRow
	var faults []error
	for _, s := range sources {
		if err := c.ctx.Err(); err != nil {
			return errors.Join(append(faults, err)...)
		}
		row, err := c.importOne(cfg.Sounds.Dir, s)
		if err != nil {
			faults = append(faults, fmt.Errorf("import %q: %w", s.file, err))
			continue
		}
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		faults = append(faults, show(c, rows, keptHead, keptRow.cells), c.uploads(rows))
	}
	return errors.Join(faults...)
}

func (c *call) importOne(dir string, s source) (keptRow, error) {
	f, err := os.Open(s.file)
	if err != nil {
		return keptRow{}, err
	}
	defer f.Close()
	made, err := sounds.Convert(f)
	if err != nil {
		return keptRow{}, err
	}
	return c.keep(dir, s, made)
}

// source is a recording, or none, and the name of the prompt that it becomes.
type source struct{ file, name string }

func (c *call) keep(dir string, s source, made *sounds.Recording) (keptRow, error) {
	path, err := sounds.Keep(dir, c.opt.lang, s.name, made.Wav)
	if err != nil {
		return keptRow{}, err
	}
	return keptRow{Name: s.name, Lang: c.opt.lang, Source: s.file, Format: made.Format, Rate: made.Rate, Channels: made.Channels,
		Seconds: made.Duration.Round(10 * time.Millisecond).Seconds(), Gain: made.Gain, File: path}, nil
}

// recordings lists what is to be imported.
func (c *call) recordings() ([]source, error) {
	arg := c.args[0]
	info, err := os.Stat(arg)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	if !info.IsDir() {
		s := source{arg, c.opt.name}
		if s.name == "" {
			s.name = promptName(arg)
		}
		return []source{s}, c.checkNames([]source{s})
	}
	if c.opt.name != "" {
		return nil, c.wrong("--name is for one FILE; those of a folder have their own")
	}
	entries, err := os.ReadDir(arg)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	var sources []source
	for _, entry := range entries {
		known := slices.Contains([]string{".wav", ".mp3", ".flac", ".ogg", ".oga", ".opus"}, strings.ToLower(filepath.Ext(entry.Name())))
		if known && !entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			sources = append(sources, source{filepath.Join(arg, entry.Name()), promptName(entry.Name())})
		}
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("import: there is no wav, mp3, flac or ogg in %q", arg)
	}
	return sources, c.checkNames(sources)
}

// checkNames holds that each name is one that is played, and used once.
func (c *call) checkNames(sources []source) error {
	var faults []error
	from := make(map[string]string)
	for _, s := range sources {
		if other, twice := from[s.name]; twice {
			faults = append(faults, fmt.Errorf("%q and %q would both be the prompt %q", other, s.file, s.name))
		}
		from[s.name] = s.file
		faults = append(faults, c.checkName(s.name))
	}
	return errors.Join(faults...)
}

func (c *call) checkName(name string) error {
	if err := sounds.CheckName(name); err != nil {
		return err
	}
	if _, known := sounds.Find(name); !known && !c.opt.fresh {
		return fmt.Errorf("no service plays a prompt %q%s (--new: the hotel's hooks play it)", name, nearestPrompt(name))
	}
	return nil
}

// replaces asks before own prompts are lost.
func (c *call) replaces(dir string, sources []source) error {
	var there []string
	for _, s := range sources {
		if _, err := os.Stat(sounds.Path(dir, c.opt.lang, s.name)); err == nil {
			there = append(there, s.name)
		}
	}
	if len(there) == 0 {
		return nil
	}
	names := strings.Join(there, ", ")
	return c.confirm(question{
		ask:      fmt.Sprintf("Replace the hotel's own %s in %s?", names, filepath.Join(dir, c.opt.lang)),
		no:       "nothing was changed",
		noOneYet: fmt.Sprintf("there are own prompts already (%s): add --yes to replace them", names),
	})
}

// uploads names what the dialplan's folder alone does not do for.
func (c *call) uploads(rows []keptRow) error {
	var names []string
	for _, r := range rows {
		if p, _ := sounds.Find(r.Name); p.API {
			names = append(names, r.Name)
		}
	}
	if len(names) == 0 || c.json {
		return nil
	}
	_, err := fmt.Fprintf(c.err, "the PBX's API plays %s too: upload these files on its web page as custom prompts\n", strings.Join(names, ", "))
	return err
}

func soundsSay(c *call) error {
	if err := c.need(1); err != nil {
		return err
	}
	if c.opt.name == "" {
		return c.wrong("sounds say needs --name: which prompt it is")
	}
	cfg, err := c.soundsConfig()
	if err != nil {
		return err
	}
	s := source{name: c.opt.name}
	if err := c.checkName(s.name); err != nil {
		return err
	}
	if err := c.replaces(cfg.Sounds.Dir, []source{s}); err != nil {
		return err
	}
	command := cfg.Sounds.Say(c.opt.lang)
	if len(command) == 0 {
		if command, err = sounds.FindSpeech(c.opt.lang); err != nil {
			return fmt.Errorf("say: %w: install one, or name one as sounds.say_%s in %s", err, c.opt.lang, c.config)
		}
	}
	made, err := sounds.Say(c.ctx, command, c.opt.lang, c.args[0])
	if err != nil {
		return fmt.Errorf("say: %w", err)
	}
	row, err := c.keep(cfg.Sounds.Dir, s, made)
	if err != nil {
		return err
	}
	return errors.Join(show(c, []keptRow{row}, keptHead, keptRow.cells), c.uploads([]keptRow{row}))
}
