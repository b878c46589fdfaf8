package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bellhop/dialplan"
	"bellhop/site"
	"bellhop/sounds"
)

func dialplanCommands() []*command {
	return []*command{
		{words: "dialplan render", about: "print what the PBX's dialplan gets: the services of the config", run: dialplanRender},
		{words: "dialplan check", args: "FILE", about: "find what goes wrong in a PBX's dialplan, by line, and what to do; - reads it from standard input", run: dialplanCheck, flags: func(f *flag.FlagSet, c *call) {
			jsonFlag(f, c)
			f.StringVar(&c.opt.dir, "sounds", "", "a `DIR` with the PBX's recordings: look whether the prompts that are played are there, and such as it plays")
			f.StringVar(&c.opt.lang, "lang", "", "the `LANGUAGE` of what is found, zh or en; empty: the config's hotel.language, en without a config")
		}},
	}
}

func dialplanRender(c *call) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	services, err := site.Services(cfg)
	if err != nil {
		return fmt.Errorf("dialplan render: %w", err)
	}
	text, err := services.Render()
	if err != nil {
		return fmt.Errorf("dialplan render: %w", err)
	}
	_, err = c.out.Write(text)
	return err
}

// dialplanCheck is the exit code, too: whatever is found is an error.
func dialplanCheck(c *call) error {
	if c.opt.lang != "" && c.opt.lang != "zh" && c.opt.lang != "en" {
		return c.wrong(`--lang must be "zh" or "en", but it is %q`, c.opt.lang)
	}
	if err := c.need(1); err != nil {
		return err
	}
	if c.opt.lang == "" {
		c.opt.lang = "en"
		if cfg, err := c.load(); err == nil { // no config is needed to look at a file
			c.opt.lang = cfg.Hotel.Language
		}
	}
	text, err := c.readDialplan(c.args[0])
	if err != nil {
		return fmt.Errorf("dialplan check: %w", err)
	}
	found := dialplan.Check(text)
	if c.opt.dir == "" {
		err = c.unheard(text)
	} else {
		found, err = c.withPrompts(found, text)
	}
	if err != nil {
		return fmt.Errorf("dialplan check: %w", err)
	}
	if err := c.writeDialplanFindings(found); err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("dialplan check: %s: %d things go wrong there", c.args[0], len(found))
	}
	return nil
}

// unheard says what a file alone does not tell: whether the PBX can play the
// prompts that it names.
func (c *call) unheard(text []byte) error {
	var names []string
	for _, s := range dialplan.Played(text) {
		names = append(names, s.Name)
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	names = slices.Compact(names)
	_, err := fmt.Fprintf(c.err, "not looked at: the recordings of %s, which must be wav of %d samples a second, 16 bits, one channel; --sounds DIR looks at them\n", plain(strings.Join(names, ", ")), sounds.Rate)
	return err
}

// withPrompts adds what is wrong with the recordings of the prompts that a file
// plays.
func (c *call) withPrompts(found []dialplan.Finding, text []byte) ([]dialplan.Finding, error) {
	if _, err := os.ReadDir(c.opt.dir); err != nil {
		return nil, err
	}
	var faults []error
	found = append(found, dialplan.CheckPrompts(text, func(name string) string {
		if !filepath.IsLocal(name) {
			_, _ = fmt.Fprintf(c.err, "not looked at: %s, which is not in %s\n", plain(name), c.opt.dir)
			return ""
		}
		why, err := sounds.WhyUnplayed(c.opt.dir, name)
		faults = append(faults, err)
		return why
	})...)
	slices.SortStableFunc(found, func(a, b dialplan.Finding) int { return cmp.Compare(a.Line, b.Line) })
	return found, errors.Join(faults...)
}

func (c *call) readDialplan(name string) ([]byte, error) {
	read := func(in io.Reader) ([]byte, error) {
		text, err := io.ReadAll(io.LimitReader(in, dialplan.MaxFile+1))
		if err == nil && len(text) > dialplan.MaxFile {
			err = fmt.Errorf("%s has more than %d bytes: is it a dialplan?", name, dialplan.MaxFile)
		}
		return text, err
	}
	if name == "-" {
		return reading(c.ctx, func() ([]byte, error) { return read(os.Stdin) })
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return read(file)
}

// dialplanFinding is one for programs.
type dialplanFinding struct {
	dialplan.Finding
	Text string `json:"text"`
	Do   string `json:"do"`
}

// writeDialplanFindings says for people what to do once for each kind of
// fault, below the lines.
func (c *call) writeDialplanFindings(found []dialplan.Finding) error {
	if c.json {
		var answers []dialplanFinding
		for _, f := range found {
			answers = append(answers, dialplanFinding{f, f.Text(c.opt.lang), f.Do(c.opt.lang)})
		}
		return show(c, answers, "", nil)
	}
	if len(found) == 0 {
		_, err := fmt.Fprintln(c.out, "nothing wrong found")
		return err
	}
	rows := [][]string{{"LINE", "FAULT", "WHAT"}}
	var remedies [][]string
	var told []string
	for _, f := range found {
		rows = append(rows, cellsOf([]any{f.Line, f.Fault, f.Text(c.opt.lang)}))
		if !slices.Contains(told, f.Fault) {
			told = append(told, f.Fault)
			remedies = append(remedies, []string{"→", f.Fault, plain(f.Do(c.opt.lang))})
		}
	}
	if err := writeTable(c.out, rows); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(c.out); err != nil {
		return err
	}
	return writeTable(c.out, remedies)
}
