package agent

import (
	"errors"
	"io/fs"
	"sync"
	"time"

	"bellhop/config"
	"bellhop/luahooks"
)

// hookSet is hooks as loaded together. Who takes one gives it back; when another
// has taken its place, the last to do so closes it.
type hookSet struct {
	*luahooks.Set
	files map[string]luahooks.File // by the unit's name

	// Of the house's lock:
	users   int
	retired bool
}

func newHookSet(set *luahooks.Set) *hookSet {
	h := &hookSet{Set: set, files: map[string]luahooks.File{}}
	byName := map[string]luahooks.File{}
	for _, f := range set.Files() {
		byName[f.Name] = f
	}
	for _, hook := range set.Hooks() {
		h.files[hook.Name] = byName[hook.File]
	}
	return h
}

// hookHouse holds the hooks that are in use, and what is known of them.
type hookHouse struct {
	dir     fs.FS
	stats   *hookStats
	breaker *breaker
	trial   *hookTrial
	wake    chan struct{} // of one place: the breaker has opened
	loading sync.Mutex    // held while files are loaded
	seen    string        // of loading: what the folder looked like then

	mu     sync.Mutex
	now    *hookSet
	loaded loadedHooks
}

// loadedHooks is what came of the newest loading.
type loadedHooks struct {
	at     time.Time
	since  map[string]fileSince // by the file's name
	faults []luahooks.LoadFault
	folder string // why the folder could not be read
	text   string // all faults
}

// fileSince is when a version of a file came into use.
type fileSince struct {
	version string
	at      time.Time
}

func newHookHouse(dir fs.FS, cfg config.Config, now func() time.Time) *hookHouse {
	h := &hookHouse{dir: dir, trial: newHookTrial(cfg, now), stats: newHookStats(), wake: make(chan struct{}, 1)}
	h.breaker = newBreaker(now, func() {
		select {
		case h.wake <- struct{}{}:
		default:
		}
	})
	return h
}

// take gives the hooks in use, which stay open until they are given back.
func (h *hookHouse) take() *hookSet {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now.users++
	return h.now
}

func (h *hookHouse) give(set *hookSet) {
	h.mu.Lock()
	set.users--
	last := set.retired && set.users == 0
	h.mu.Unlock()
	if last {
		set.Close()
	}
}

// current is for a look at what is in use. To run hooks, take them.
func (h *hookHouse) current() *hookSet {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// swap lets events that begin from now on run on next.
func (h *hookHouse) swap(next *hookSet, loaded loadedHooks) {
	h.mu.Lock()
	old := h.now
	h.now, h.loaded = next, loaded
	last := false
	if old != nil && old != next {
		old.retired = true
		last = old.users == 0
	}
	h.mu.Unlock()
	if last {
		old.Close()
	}
}

// close closes the hooks in use; nothing runs them any more.
func (h *hookHouse) close() { h.current().Close() }

func (h *hookHouse) newest() loadedHooks {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.loaded
}

// faultText says why some files are not used as they stand; empty: all are.
func (h *hookHouse) faultText() string { return h.newest().text }

// takeFaults puts what luahooks.Load has complained of into l.
func (l *loadedHooks) takeFaults(err error) {
	if err == nil {
		return
	}
	l.text = err.Error()
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, err := range all {
		var f *luahooks.LoadFault
		if errors.As(err, &f) {
			l.faults = append(l.faults, *f)
		} else {
			l.folder = err.Error()
		}
	}
}
