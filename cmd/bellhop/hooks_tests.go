package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bellhop/agent"
	"bellhop/luahooks"
)

// watchEvery is how often a folder is looked at for changes.
const watchEvery = 300 * time.Millisecond

func hooksTest(c *call) error {
	dir, files, err := c.testPlaces()
	if err != nil {
		return err
	}
	cfg, dir, err := c.hookPlace(dir)
	if err != nil {
		return err
	}
	opts := luahooks.TestOptions{Options: agent.HookOptions(cfg), Place: place(cfg, c.zone), Files: files, Cover: c.opt.hooks.cover}
	if !c.opt.hooks.watch {
		return c.testOnce(dir, opts)
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	watchFolder(c.ctx, tick.C, func() string { return digestOf(dir) }, func() {
		fmt.Fprintf(c.out, "— %s\n", time.Now().Format("15:04:05"))
		if err := c.testOnce(dir, opts); err != nil {
			fmt.Fprintf(c.err, "bellhop: %v\n", err)
		}
	})
	return nil
}

// testPlaces reads the arguments: one folder, or files of one.
func (c *call) testPlaces() (dir string, files []string, err error) {
	for _, arg := range c.args {
		d, file := arg, ""
		if filepath.Ext(arg) == ".lua" {
			d, file = filepath.Split(arg)
			if filepath.Base(d) == luahooks.LibraryFolder {
				d, file = filepath.Dir(filepath.Clean(d)), path.Join(luahooks.LibraryFolder, file)
			}
			files = append(files, file)
		}
		if d = filepath.Clean(d); d == "." && file != "" && !exists(arg) {
			d = "" // of the config's folder, or one that Bellhop brings
		}
		if dir != "" && d != dir {
			return "", nil, c.wrong("name one folder, or files of one: %s and %s are two", dir, d)
		}
		dir = d
	}
	return dir, files, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (c *call) testOnce(dir string, opts luahooks.TestOptions) error {
	for _, name := range opts.Files {
		if !exists(filepath.Join(dir, name)) && !slices.Contains(luahooks.Shipped(), strings.TrimSuffix(name, ".lua")) {
			return fmt.Errorf("hooks test: there is no %s in %s", name, dir)
		}
	}
	r := luahooks.RunTests(c.ctx, folder(dir), opts)
	if err := c.ctx.Err(); err != nil {
		return err
	}
	write := c.writeTests
	if c.json {
		write = c.writeTestsJSON
	}
	if err := write(r); err != nil {
		return err
	}
	failed, total := r.Failed(), len(r.Results)+len(r.Faults)
	switch {
	case failed > 0:
		return fmt.Errorf("hooks test: %d of %d failed", failed, total)
	case total == 0:
		fmt.Fprintf(c.err, "no examples and no tests in %s: \"bellhop hooks new\" starts a hook with both\n", dir)
	case !c.json:
		fmt.Fprintf(c.out, "%s, all good\n", counted(total, "test"))
	}
	return nil
}

// testLine is one line of --json.
type testLine struct {
	Test     *luahooks.TestResult   `json:"test,omitempty"`
	Fault    *hookFault             `json:"fault,omitempty"`
	Coverage *luahooks.FileCoverage `json:"coverage,omitempty"`
}

func (c *call) writeTestsJSON(r luahooks.TestSummary) error {
	var lines []testLine
	for _, err := range r.Faults {
		f := faultOf(err)
		lines = append(lines, testLine{Fault: &f})
	}
	for i := range r.Results {
		lines = append(lines, testLine{Test: &r.Results[i]})
	}
	for i := range r.Coverage {
		lines = append(lines, testLine{Coverage: &r.Coverage[i]})
	}
	return show(c, lines, "", nil)
}

func (c *call) writeTests(r luahooks.TestSummary) error {
	var text strings.Builder
	for _, err := range r.Faults {
		fmt.Fprintf(&text, "FAIL  %s\n", plain(faultOf(err).String()))
	}
	for _, t := range r.Results {
		if t.Error == "" && !c.opt.hooks.verbose {
			continue
		}
		word := "ok  "
		if t.Error != "" {
			word = "FAIL"
		}
		fmt.Fprintf(&text, "%s  %s:%d: %s\n", word, t.File, t.Line, plain(t.Name))
		indented(&text, "        ", t.Error)
		for _, line := range t.Log {
			fmt.Fprintf(&text, "        log: %s\n", plain(line))
		}
	}
	for _, f := range r.Coverage {
		fmt.Fprintf(&text, "%s: %d of %d lines have run%s\n", f.File, f.Ran, f.Lines, notRun(f.Missed))
	}
	_, err := fmt.Fprint(c.out, text.String())
	return err
}

func indented(out *strings.Builder, blanks, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(out, "%s%s\n", blanks, plain(strings.TrimRight(line, "\n")))
	}
}

// notRun names lines; those that follow each other as a range.
func notRun(lines []int) string {
	var words []string
	for i := 0; i < len(lines); {
		last := i
		for last+1 < len(lines) && lines[last+1] == lines[last]+1 {
			last++
		}
		word := fmt.Sprint(lines[i])
		if last > i {
			word += fmt.Sprintf("-%d", lines[last])
		}
		words = append(words, word)
		i = last + 1
	}
	if len(words) == 0 {
		return ""
	}
	return ", not " + strings.Join(words, ", ")
}

// watchFolder runs at once, and again when the folder has changed and stays as it
// is for a tick: an editor that writes a new file and renames it is done by then.
// It returns when ctx ends.
func watchFolder(ctx context.Context, tick <-chan time.Time, digest func() string, run func()) {
	ran := digest()
	run()
	seen := ran
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		now := digest()
		if now == seen && now != ran {
			ran = now
			run()
		}
		seen = now
	}
}

// digestOf tells one state of a folder's hooks from another by their content:
// a copy may keep an old time, and be as long as the file before.
func digestOf(dir string) string {
	h := sha256.New()
	names, err := fs.Glob(os.DirFS(dir), "*.lua")
	libs, libErr := fs.Glob(os.DirFS(dir), luahooks.LibraryFolder+"/*.lua")
	if err := errors.Join(err, libErr); err != nil {
		return err.Error()
	}
	for _, name := range append(names, libs...) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		fmt.Fprintf(h, "%s %d %v\n", name, len(text), err)
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil))
}
