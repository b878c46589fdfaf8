package agent

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"bellhop/hotel"
	"bellhop/luahooks"
)

// When the breaker opens: so many failures of one hook one after the other, or so
// many runs that had to be stopped, within breakerWithin.
const (
	breakerInRow   = 3
	breakerStopped = 10
	breakerWithin  = 10 * time.Minute
)

// Opened is a version of a hook file that failed too often: it is not run until
// the file is another one, or somebody resets it.
type Opened struct {
	File    string    `json:"file"`
	Version string    `json:"version"`
	Hook    string    `json:"hook"` // whose failure was the last
	Error   string    `json:"error"`
	Since   time.Time `json:"since"`
	// Shipped: the shipped file of that name takes its place. Otherwise what the
	// hook would run is parked.
	Shipped bool `json:"shipped"`
}

// breaker counts failures. It forgets them when the agent ends: a hook that is
// still broken then fails three times again.
type breaker struct {
	now    func() time.Time
	opened func() // told when one opens; does not block

	mu     sync.Mutex
	counts map[string]*failures // by the unit's name
	open   map[string]Opened    // by the file's name
	news   []Opened             // that nobody was told of yet
}

// failures are those of a hook's version within breakerWithin; at most as many as
// open the breaker.
type failures struct {
	version string
	inRow   []time.Time
	stopped []time.Time
}

func newBreaker(now func() time.Time, opened func()) *breaker {
	return &breaker{now: now, opened: opened, counts: map[string]*failures{}, open: map[string]Opened{}}
}

// blocks says why a file's hooks are not run; nil: they are.
func (b *breaker) blocks(f luahooks.File) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, open := b.open[f.Name]
	if !open || o.Version != f.Version {
		return nil
	}
	return fmt.Errorf("not run: %s is set aside since %s failed too often (%s)", f.Name, o.Hook, o.Error)
}

// note counts what came of a unit when that is committed. A unit that was not run
// has no version, and rules have no file. Shipped files are never set aside:
// nothing could take their place. Neither is a file whose code ran to its end and
// wanted what the hotel refuses, such as a charge on a room that there is not: what
// guests dial would then take the hotel's own prices away. Its unit waits for a
// person like any other.
func (b *breaker) note(unit string, f luahooks.File, done hotel.Done) {
	if f.Name == "" || f.Shipped || done.Version != f.Version {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.counts[unit]
	if done.Error == "" || !isFault(done.Error) {
		if c != nil {
			c.inRow = nil
		}
		return
	}
	if c == nil || c.version != f.Version {
		c = &failures{version: f.Version}
		b.counts[unit] = c
	}
	now := b.now()
	old := func(at time.Time) bool { return now.Sub(at) > breakerWithin }
	c.inRow = append(slices.DeleteFunc(c.inRow, old), now)
	c.stopped = slices.DeleteFunc(c.stopped, old)
	if wasStopped(done.Error) {
		c.stopped = append(c.stopped, now)
	}
	if len(c.inRow) < breakerInRow && len(c.stopped) < breakerStopped {
		return
	}
	delete(b.counts, unit)
	if b.open[f.Name].Version == f.Version {
		return // runs that had begun before
	}
	o := Opened{File: f.Name, Version: f.Version, Hook: unit, Error: done.Error, Since: now, Shipped: f.Replaces}
	b.open[f.Name] = o
	b.news = append(b.news, o)
	b.opened()
}

// untold gives what has opened since it was asked last.
func (b *breaker) untold() []Opened {
	b.mu.Lock()
	defer b.mu.Unlock()
	news := b.news
	b.news = nil
	return news
}

// aside are the versions that are not to be used, by the files' names.
func (b *breaker) aside() map[string]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	aside := map[string]string{}
	for name, o := range b.open {
		aside[name] = o.Version
	}
	return aside
}

// loaded closes the breaker for files that are other ones now, or gone.
func (b *breaker) loaded(set *luahooks.Set) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name := range b.open {
		if !set.Found(name) {
			delete(b.open, name)
		}
	}
	for _, f := range set.Files() {
		if o, open := b.open[f.Name]; open && !f.Shipped && f.Version != o.Version {
			delete(b.open, f.Name)
		}
	}
	known := map[string]bool{}
	for _, h := range set.Hooks() {
		known[h.Name] = true
	}
	for unit := range b.counts {
		if !known[unit] {
			delete(b.counts, unit)
		}
	}
}

// reset closes it for a file; false when it was not open.
func (b *breaker) reset(file string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, open := b.open[file]
	delete(b.open, file)
	return open
}

// of gives what is known of a file that is set aside; nil when it is not.
func (b *breaker) of(file string) *Opened {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o, open := b.open[file]; open {
		return &o
	}
	return nil
}
