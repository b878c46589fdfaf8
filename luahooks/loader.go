package luahooks

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync"
)

// loader finds for each name of a hook file the best source that works.
type loader struct {
	opts   Options
	before map[string]*source
	// choices are the sources for a name, the one to be used first.
	choices map[string][]*source
	faults  []*LoadFault
	found   map[string]bool // what the folder has, good or bad
	// folder is why the hotel's own files could not be listed.
	folder error
	libs   *libraries
	held   map[string]string // versions that are not to be used yet
}

func newLoader(opts Options) *loader {
	l := &loader{libs: newLibraries(nil), held: map[string]string{}, opts: opts, before: map[string]*source{}, choices: map[string][]*source{}, found: map[string]bool{}}
	if opts.Before != nil {
		for _, src := range opts.Before.sources {
			l.before[src.name] = src
		}
		return l
	}
	for i := range opts.Kept {
		// One that this program does not take any more was in use, and is not.
		if src, err := opts.Kept[i].source(); err == nil {
			l.before[src.name] = src
		}
	}
	return l
}

// shippedSources are compiled once: no reload changes them.
var shippedSources = sync.OnceValue(func() []*source {
	var all []*source
	entries, err := shipped.ReadDir("shipped")
	if err != nil {
		panic(err) // they are part of the program
	}
	for _, e := range entries {
		if isTestFile(e.Name()) {
			continue
		}
		text, err := shipped.ReadFile("shipped/" + e.Name())
		if err != nil {
			panic(err)
		}
		src, faults := compile(e.Name(), text)
		if len(faults) > 0 {
			panic(faults[0])
		}
		src.shipped = true
		all = append(all, src)
	}
	return all
})

func isShipped(name string) bool {
	return slices.ContainsFunc(shippedSources(), func(src *source) bool { return src.name == name })
}

func (l *loader) readShipped() {
	for _, src := range shippedSources() {
		l.choices[src.name] = []*source{src}
	}
}

// readOwn puts the hotel's own files before what was in use, and that before
// the shipped ones. A folder that cannot be listed changes nothing.
func (l *loader) readOwn(dir fs.FS) {
	if dir == nil {
		return
	}
	l.libs = newLibraries(dir)
	entries, err := fs.ReadDir(dir, ".")
	if errors.Is(err, fs.ErrNotExist) && !l.hadOwn() {
		return
	}
	if err != nil {
		l.folder = fmt.Errorf("read the folder of hooks: %w", err)
		for name, src := range l.before {
			l.found[name] = !src.shipped
			l.keep(name)
		}
		return
	}
	for _, e := range entries {
		if name := e.Name(); !e.IsDir() && path.Ext(name) == ".lua" && !isTestFile(name) {
			l.read(dir, name)
		}
	}
}

func (l *loader) hadOwn() bool {
	for _, src := range l.before {
		if !src.shipped {
			return true
		}
	}
	return false
}

// keep puts first what was in use.
func (l *loader) keep(name string) {
	if src := l.before[name]; src != nil && !src.shipped && !l.aside(src) {
		l.choices[name] = slices.Insert(l.choices[name], 0, src)
	}
}

// aside tells whether a source failed too often and there is another.
func (l *loader) aside(src *source) bool {
	return l.opts.Aside[src.name] == src.version && isShipped(src.name)
}

// read puts a file of the folder first.
func (l *loader) read(dir fs.FS, name string) {
	text, err := readSource(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return // it went while the folder was read
	}
	l.found[name] = true
	l.keep(name)
	if err != nil {
		l.fault(&LoadFault{File: name, Message: err.Error()})
		return
	}
	src, faults := l.source(name, text)
	for _, f := range faults {
		l.fault(f)
	}
	if src == nil || l.aside(src) {
		return
	}
	if was := l.before[name]; was != nil && !was.shipped && was.version == src.version {
		return
	}
	if l.opts.Hold != nil && l.opts.Hold(name, src.version) {
		l.held[name] = src.version
		return
	}
	src.fresh = true
	l.choices[name] = slices.Insert(l.choices[name], 0, src)
}

// source compiles and links a file; of one that is as before the libraries alone
// are looked at.
func (l *loader) source(name string, text []byte) (*source, []*LoadFault) {
	var src *source
	if was := l.before[name]; was != nil && !was.shipped && bytes.Equal(was.text, text) {
		again := *was
		src = &again
	} else {
		fresh, faults := compile(name, text)
		if fresh == nil {
			return nil, faults
		}
		src = fresh
	}
	if fault := l.libs.link(src); fault != nil {
		return nil, []*LoadFault{fault}
	}
	return src, nil
}

func (l *loader) fault(f *LoadFault) { l.faults = append(l.faults, f) }

// settle loads the best source of each name into one interpreter. After a
// failure it begins again with the next best of that file, so that nothing of
// the bad one stays behind.
func (l *loader) settle(s *Set) {
	tried := map[*source]bool{} // whose examples came true
	for {
		s.sources = nil
		for _, name := range slices.Sorted(maps.Keys(l.choices)) {
			if from := l.choices[name]; len(from) > 0 {
				s.sources = append(s.sources, from[0])
			}
		}
		v, hooks, bad, err := s.loadInto(newVM(s))
		if err != nil {
			v.close()
			l.next(s.sources[bad], err)
			continue
		}
		s.adopt(v, hooks)
		if bad, err = l.examples(s, tried); err == nil {
			break
		}
		s.disown()
		l.next(s.sources[bad], err)
	}
	for _, src := range s.sources {
		if src.fresh { // others are of other Sets too, and only read
			src.fresh = false
		}
	}
}

// examples runs those of the files that are new.
func (l *loader) examples(s *Set, tried map[*source]bool) (bad int, err error) {
	if l.opts.Examples == nil {
		return 0, nil
	}
	for i, src := range s.sources {
		if !src.fresh || tried[src] {
			continue
		}
		if err := l.opts.Examples(s, src.name); err != nil {
			return i, &LoadFault{File: src.name, Message: err.Error()}
		}
		tried[src] = true
	}
	return 0, nil
}

// next gives up a source for the next best one of its name.
func (l *loader) next(src *source, why error) {
	var f *LoadFault
	if !errors.As(why, &f) {
		f = &LoadFault{File: src.name, Message: why.Error()}
	}
	l.fault(f)
	l.choices[src.name] = l.choices[src.name][1:]
}

// errors joins the faults, each with what is used in the file's place.
func (l *loader) errors(s *Set) error {
	all := []error{l.folder}
	for _, f := range l.faults {
		for _, src := range s.sources {
			switch {
			case src.name != f.File:
			case src.shipped:
				f.Instead = InsteadShipped
			default:
				f.Instead = InsteadBefore
			}
		}
		all = append(all, f)
	}
	return errors.Join(all...)
}
