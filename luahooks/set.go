package luahooks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"bellhop/hotel"
)

// Limits bound what hooks may use. A zero value means the default in
// brackets.
type Limits struct {
	// Deadline [1 s] of one run. The time within http.get does not count: it
	// has bounds of its own, 2 s each by the caller's Get and [MaxGets] a run.
	Deadline time.Duration
	// VMs [3] is how many hooks run at once, 2 to 4. At most half of them,
	// rounded down, are inside Get.
	VMs int
	// RegistryMax [65536] is how many values one interpreter's stack may hold.
	RegistryMax int
	// Memory [16 MiB] is by how many bytes the process may grow while a run
	// goes on, garbage not counted.
	Memory int
	// MaxEffects [100] of one run.
	MaxEffects int
	// Log [50] is how many lines of at most 500 bytes one run may log; what is
	// beyond is left out.
	Log int
}

// MaxGets is how many answers one run may ask for by http.get.
const MaxGets = 8

func (l Limits) withDefaults() Limits {
	or := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	if l.Deadline <= 0 {
		l.Deadline = time.Second
	}
	or(&l.VMs, 3)
	l.VMs = min(max(l.VMs, 2), 4)
	or(&l.RegistryMax, 1<<16)
	or(&l.Memory, 16<<20)
	or(&l.MaxEffects, 100)
	or(&l.Log, 50)
	return l
}

// Options are what a Set is made with.
type Options struct {
	Limits Limits
	// Get makes an immediate http.get within its own bounds (2 s, 64 KiB) and
	// puts a failure into the answer's Error. Without it http.get is an error.
	Get func(ctx context.Context, url string) hotel.Answer
	// Language is the hotel's, "en" or "zh"; hooks read it as bellhop.language.
	Language string
	// Currency is the hotel's (ISO 4217), by which bellhop.money writes amounts.
	Currency string
	// Minibars maps feature codes to minibars, see [hotel.Services].
	Minibars map[string]string
	// Prices are by what calls are priced: the tariff's setup, taxes and currency.
	Prices hotel.Setup
	// Before is the Set that this one is to take the place of: of a file with a
	// fault the version in use there is kept.
	Before *Set
	// Kept are files that were in use before, where Before is nil: after a restart.
	Kept []Bundle
	// Hold tells of a version of a file that is not to be used yet: what Before had
	// of it stays, else the shipped file, else nothing. Nil: none is held back.
	Hold func(file, version string) bool
	// Aside names versions of the hotel's files, by the files' names, that
	// failed too often: where there is a shipped file of that name, it is used.
	Aside map[string]string
	// Examples runs a file's own examples on the Set that is about to be and says
	// which did not come true; nil: none are run. It is called for files that
	// Before does not have.
	Examples func(s *Set, file string) error
}

// Hook is a function that a file has registered.
type Hook struct {
	Name     string // the unit's: "file.lua:kind:n", n counts within the file
	File     string
	Version  string // of the file: 12 hex digits of its SHA-256
	Kind     hotel.Kind
	Pattern  string // Lua pattern for the digits; empty: all
	Schedule string // cron only
	Job      string // cron only
	// Missed is what becomes of a time of the schedule that was missed.
	Missed hotel.MissedPolicy
}

// Set is all hooks of a hotel. It may be used by any number of goroutines.
type Set struct {
	limits   Limits
	loadFor  time.Duration // the least that the loading of a file may take
	get      func(ctx context.Context, url string) hotel.Answer
	language string
	currency string
	minibars map[string]string
	prices   hotel.Setup

	sources []*source
	found   map[string]bool   // the files that the folder has, good or bad
	held    map[string]string // versions that are not used yet, by file
	hooks   []Hook
	byName  map[string]*Hook

	pool    chan *vm      // Limits.VMs of them; nil: to be built
	permits chan struct{} // to be inside Get
	// lanes bound for each file how many of its runs go on at once: one
	// interpreter is always left for the others.
	lanes map[string]chan struct{}
	// suspects run one at a time: memory is measured for the whole process.
	suspects sync.Mutex
	closing  sync.Once
	closed   chan struct{}

	traced  bool      // calls of the API are told of, see trace.go
	covered *coverage // nil: lines are not counted
}

// Load compiles the shipped hook files and those of dir, which may be nil; a
// file of dir replaces the shipped one of its name. A file with a fault is left
// out whole. In its place stays what Before had of it, else the shipped file,
// else nothing: the Set works without it, and the error joins one [*LoadFault]
// for each fault. The Set is never nil.
func Load(dir fs.FS, opts Options) (*Set, error) {
	s := &Set{
		limits: opts.Limits.withDefaults(), loadFor: opts.Limits.withDefaults().Deadline, get: opts.Get, language: opts.Language, currency: opts.Currency, minibars: opts.Minibars, prices: opts.Prices,
		closed: make(chan struct{}),
	}
	if s.language == "" {
		s.language = "en"
	}
	s.prices.Currency = cmp.Or(s.prices.Currency, s.currency)
	l := newLoader(opts)
	l.readShipped()
	l.readOwn(dir)
	l.settle(s)
	s.found, s.held = l.found, l.held
	return s, l.errors(s)
}

// Found tells whether the hotel's folder had a file of the name, good or bad.
func (s *Set) Found(name string) bool { return s.found[name] }

// adopt makes the Set ready to run the hooks that an interpreter has loaded.
func (s *Set) adopt(v *vm, hooks []Hook) {
	s.hooks = hooks
	s.byName = make(map[string]*Hook, len(hooks))
	for i := range s.hooks {
		s.byName[s.hooks[i].Name] = &s.hooks[i]
	}
	s.pool = make(chan *vm, s.limits.VMs)
	s.pool <- v
	for range s.limits.VMs - 1 {
		s.pool <- nil
	}
	s.permits = make(chan struct{}, s.limits.VMs/2)
	s.lanes = map[string]chan struct{}{}
	for _, src := range s.sources {
		s.lanes[src.name] = make(chan struct{}, s.limits.VMs-1)
	}
}

// disown gives the interpreters back.
func (s *Set) disown() {
	for range s.limits.VMs {
		if v := <-s.pool; v != nil {
			v.close()
		}
	}
}

func (s *Set) loadInto(v *vm) (_ *vm, hooks []Hook, bad int, err error) {
	jobs := map[string]int{}
	for i, src := range s.sources {
		list, err := v.load(src)
		if err != nil {
			return v, nil, i, err
		}
		for _, h := range list {
			if h.Job == "" {
				continue
			}
			if first, taken := jobs[h.Job]; taken {
				bad, other := i, first
				if s.sources[first].fresh && !src.fresh {
					bad, other = first, i
				}
				return v, nil, bad, &LoadFault{File: s.sources[bad].name, Message: fmt.Sprintf("cron job %q is already registered in %s", h.Job, s.sources[other].name)}
			}
			jobs[h.Job] = i
		}
		hooks = append(hooks, list...)
	}
	return v, hooks, 0, nil
}

// File is a hook file in use.
type File struct {
	Name    string
	Version string
	Shipped bool
	// Replaces: it is the hotel's own in the place of a shipped one.
	Replaces bool
}

// Files are those in use, by name.
func (s *Set) Files() []File {
	files := make([]File, len(s.sources))
	for i, src := range s.sources {
		files[i] = File{src.name, src.version, src.shipped, !src.shipped && isShipped(src.name)}
	}
	return files
}

// Hooks are all registered ones, by the files' names and then as registered.
func (s *Set) Hooks() []Hook { return append([]Hook(nil), s.hooks...) }

// Match names the units to run for the event, in order.
func (s *Set) Match(ev *hotel.Event) []string {
	var units []string
	for i := range s.hooks {
		if h := &s.hooks[i]; h.takes(ev) {
			units = append(units, h.Name)
		}
	}
	return units
}

// takes tells whether the hook wants the event. A minibar hook, and its like,
// takes a dtmf event whose digits mean that.
func (h *Hook) takes(ev *hotel.Event) bool {
	switch {
	case h.Kind == hotel.KindCron:
		return ev.Kind == hotel.KindCron && ev.Name == h.Job && ev.Fields["missed"] == ""
	case h.Kind == hotel.KindDTMF:
		if ev.Digits == "" && ev.Key == "" {
			return false
		}
	case ev.Kind == h.Kind:
	case ev.Kind == hotel.KindDTMF && ev.Entry != nil && ev.Entry.EventKind() == h.Kind:
	default:
		return false
	}
	if h.Pattern == "" {
		return true
	}
	_, _, ok := h.matchDigits(ev)
	return ok
}

// matchDigits gives the place of the pattern's match in the trimmed digits. A
// pattern that takes too long on them counts as matching: the run then says
// why it fails.
func (h *Hook) matchDigits(ev *hotel.Event) (m *matcher, place [2]int, ok bool) {
	digits := strings.TrimSpace(ev.Digits)
	if digits == "" || len(digits) > maxString {
		return nil, place, false
	}
	m, err := newMatcher(digits, h.Pattern)
	if err != nil {
		return nil, place, false
	}
	start, end, ok, err := m.find(0)
	if err != nil {
		return nil, place, true
	}
	return m, [2]int{start, end}, ok
}

// errClosed is what Run gives after Close.
var errClosed = errors.New("hooks are closed")

// Close waits for the runs that go on and gives the interpreters back. Runs
// that begin later fail.
func (s *Set) Close() {
	s.closing.Do(func() {
		close(s.closed)
		s.disown()
	})
}
