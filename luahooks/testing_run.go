package luahooks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// TestOptions say what to test, and in what hotel.
type TestOptions struct {
	Options
	Place Place
	// Files are the hook files, with their tests, or files of tests to run, by
	// name; none: those of the folder.
	Files []string
	Cover bool
}

// TestResult is what came of one example or case. Error is empty when it is kept.
type TestResult struct {
	File  string   `json:"file"`
	Line  int      `json:"line"`
	Name  string   `json:"name"`
	Error string   `json:"error,omitempty"` // may have several lines
	Log   []string `json:"log,omitempty"`
}

// TestSummary is what came of all.
type TestSummary struct {
	Results  []TestResult
	Coverage []FileCoverage // of the hook files that were tested, when it is wanted
	// Faults are of files that cannot be loaded; the others are tested all the
	// same.
	Faults []error
}

// Failed counts what is wrong.
func (r *TestSummary) Failed() int {
	n := len(r.Faults)
	for _, t := range r.Results {
		if t.Error != "" {
			n++
		}
	}
	return n
}

// RunTests runs the examples in the comments of hook files, and the files of
// tests beside them: minibar_test.lua tests minibar.lua. dir may be nil, for the
// shipped hooks alone. Each test has a hotel of its own, in memory.
func RunTests(ctx context.Context, dir fs.FS, opts TestOptions) TestSummary {
	opts.Get = nil
	set, err := Load(dir, opts.Options)
	r := TestSummary{Faults: split(err)}
	defer set.Close() // there is one whatever the faults
	tests, faults := readTests(dir)
	r.Faults = append(r.Faults, faults...)
	wanted := wantedFiles(dir, opts.Files, tests)
	r.Faults = slices.DeleteFunc(r.Faults, func(err error) bool {
		var f *LoadFault
		return errors.As(err, &f) && !slices.ContainsFunc(wanted, func(w string) bool { return hooksOf(w) == hooksOf(f.File) })
	})
	libs := newLibraries(dir)
	if opts.Cover {
		r.Faults = append(r.Faults, set.count(libs)...)
	}
	g := newStage(set, opts.Place, libs)
	defer g.close()
	for _, name := range wanted {
		r.add(ctx, g, name, tests)
	}
	r.cover(set.covered, wanted, set.sources)
	return r
}

// count lets the Set's files, and the libraries, count the lines that run.
func (s *Set) count(libs *libraries) (faults []error) {
	s.covered = newCoverage()
	libs.compile = func(name string, text []byte) (*source, []*LoadFault) {
		src, err := compileCounted(name, text, s.covered)
		if err != nil {
			return nil, []*LoadFault{{File: name, Message: err.Error()}}
		}
		return src, nil
	}
	for i, src := range s.sources {
		counted, err := compileCounted(src.name, src.text, s.covered)
		if err == nil {
			if fault := libs.link(counted); fault != nil {
				err = fault
			}
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		s.sources[i] = counted
	}
	return faults
}

// wantedFiles adds to hook files the tests beside them.
func wantedFiles(dir fs.FS, named []string, tests map[string][]byte) (wanted []string) {
	if len(named) == 0 {
		return ownFiles(dir)
	}
	for _, name := range named {
		beside := strings.TrimSuffix(name, ".lua") + "_test.lua"
		for _, n := range []string{name, beside} {
			if _, is := tests[n]; !slices.Contains(wanted, n) && (n == name || is) {
				wanted = append(wanted, n)
			}
		}
	}
	return wanted
}

// split takes joined errors apart.
func split(err error) []error {
	var all interface{ Unwrap() []error }
	if errors.As(err, &all) {
		return slices.Clone(all.Unwrap())
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

// hooksOf is the hook file that a file is, or tests.
func hooksOf(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, ".lua"), "_test") + ".lua"
}

// ownFiles are the Lua files of a folder, tests behind what they test.
func ownFiles(dir fs.FS) (names []string) {
	if dir == nil {
		return nil
	}
	for _, folder := range []string{".", LibraryFolder} {
		entries, err := fs.ReadDir(dir, folder)
		if err != nil {
			continue // Load tells of the one, and the other need not be there
		}
		for _, e := range entries {
			if !e.IsDir() && path.Ext(e.Name()) == ".lua" {
				names = append(names, path.Join(folder, e.Name()))
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(hooksOf(a), hooksOf(b)) })
	return names
}

// readTests reads the files of tests of a folder, and those of the shipped hooks.
func readTests(dir fs.FS) (texts map[string][]byte, faults []error) {
	texts = map[string][]byte{}
	for _, name := range ownFiles(dir) {
		if !isTestFile(name) {
			continue
		}
		text, err := readSource(dir, name)
		if err != nil {
			faults = append(faults, &LoadFault{File: name, Message: err.Error()})
			continue
		}
		texts[name] = text
	}
	return texts, faults
}

// add runs the examples of a hook file, or the cases of a file of tests.
func (r *TestSummary) add(ctx context.Context, g *stage, name string, tests map[string][]byte) {
	if isTestFile(name) {
		r.addTests(ctx, g, name, tests)
		return
	}
	for _, src := range g.set.sources {
		if src.name != name || src.shipped && g.set.Found(name) {
			continue // or the hotel's own has a fault, which is told
		}
		for i := range src.examples {
			e := &src.examples[i]
			result := TestResult{File: name, Line: e.line, Name: e.title}
			fault, log := g.example(ctx, name, e)
			if fault != nil {
				result.Line, result.Error = fault.Line, fault.Message
			}
			result.Log = log
			r.Results = append(r.Results, result)
		}
	}
}

func (r *TestSummary) addTests(ctx context.Context, g *stage, name string, tests map[string][]byte) {
	text, is := tests[name]
	if !is {
		return // told of already
	}
	hooks := hooksOf(name)
	if err := g.testable(hooks); err != nil {
		r.Faults = append(r.Faults, &LoadFault{File: name, Message: fmt.Sprintf("tests %s, which %s", hooks, err)})
		return
	}
	f, err := g.openTests(name, text, hooks)
	if err != nil {
		r.Faults = append(r.Faults, split(err)...)
		return
	}
	defer func() { f.vm.close() }()
	for i := range f.cases {
		c := f.cases[i]
		log, err := f.run(ctx, c)
		r.Results = append(r.Results, resultOf(name, c, log, err))
		if !f.broken() {
			continue
		}
		again, err := g.openTests(name, text, hooks)
		if err != nil || len(again.cases) != len(f.cases) {
			r.Faults = append(r.Faults, fmt.Errorf("%s: cannot be loaded again after a case was stopped: %w", name, err))
			return
		}
		f.vm.close()
		f = again
	}
}

// testable says why a file cannot be tested; nil: it can.
func (g *stage) testable(file string) error {
	if isLibrary(file) {
		if _, err := g.libs.read(file); err != nil {
			return fmt.Errorf("cannot be loaded: %w", err)
		}
		return nil
	}
	if slices.ContainsFunc(g.set.sources, func(s *source) bool { return s.name == file }) {
		return nil
	}
	return errors.New("is not there or cannot be loaded")
}

func resultOf(file string, c testCase, log []string, err error) TestResult {
	result := TestResult{File: file, Line: c.line, Name: c.name, Log: log}
	if err == nil {
		return result
	}
	result.Error = err.Error()
	var fault *Fault
	if errors.As(err, &fault) && fault.Kind == "error" {
		result.Error = fault.Message
	}
	if m := hasLine.FindStringSubmatch(result.Error); m != nil && m[1] == file {
		result.Error = result.Error[len(m[0]):]
		_, _ = fmt.Sscan(m[2], &result.Line) // digits
	}
	return result
}

// cover tells of the files that were wanted, and of the libraries that they need.
func (r *TestSummary) cover(c *coverage, wanted []string, sources []*source) {
	if c == nil {
		return
	}
	var files []string
	for _, name := range wanted {
		if hooks := hooksOf(name); !slices.Contains(files, hooks) {
			files = append(files, hooks)
		}
	}
	for i := 0; i < len(files); i++ {
		r.Coverage = append(r.Coverage, c.of(files[i]))
		for _, src := range sources {
			if src.name != files[i] {
				continue
			}
			for _, lib := range src.libs {
				if !slices.Contains(files, lib.name) {
					files = append(files, lib.name)
				}
			}
		}
	}
}
