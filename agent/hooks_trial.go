package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/luahooks"
)

// With [hooks] replay, a file that has changed is replayed over that time before it
// is used. If it would have done anything otherwise, what was in use stays until a
// person accepts the change. What is in use is kept beside the database, so that a
// restart uses it, too.

// HookWait is a version of a hook file that waits to be accepted.
type HookWait struct {
	Version string              `json:"version"`
	Since   time.Time           `json:"since"`
	Over    string              `json:"over"` // the time that was replayed, such as 7d
	Replay  *luahooks.ReplaySum `json:"replay,omitempty"`
	// Error is why it could not be replayed, or not to the end.
	Error string `json:"error,omitempty"`
}

// hookTrial decides which versions of files are used.
type hookTrial struct {
	over   string // the config's; empty: off
	span   time.Duration
	folder string // where what is in use is kept
	now    func() time.Time

	mu       sync.Mutex
	waits    map[string]HookWait // by file
	accepted map[string]string   // versions by file
	saved    map[string]string   // versions by file, in the folder
}

const (
	// trialTime bounds the replay of one file.
	trialTime = 10 * time.Minute
	// trialPage is how many events are read at once.
	trialPage = 200
	// maxBundle bounds what is read of one kept file.
	maxBundle = 64 << 20
	// trialFolder is beside the database. It is ours alone.
	trialFolder = "hooks-in-use"
	// trialMark is the file that says what is tried just now.
	trialMark = "trying"
)

func newHookTrial(cfg config.Config, now func() time.Time) *hookTrial {
	span, _ := cfg.Hooks.ReplaySpan() // the config has been checked
	return &hookTrial{
		over: cfg.Hooks.Replay, span: span, folder: filepath.Join(filepath.Dir(cfg.Store.Path), trialFolder), now: now,
		waits: map[string]HookWait{}, accepted: map[string]string{}, saved: map[string]string{},
	}
}

func (t *hookTrial) on() bool { return t.span > 0 }

// kept are the files that were in use when the agent ended. When it is switched on
// for the first time there are none, and what the folder has is used.
func (t *hookTrial) kept() (all []luahooks.Bundle, first bool, err error) {
	entries, err := os.ReadDir(t.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the hooks that were in use: %w", err)
	}
	var faults []error
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".json" {
			continue
		}
		var b luahooks.Bundle
		if err := readJSON(filepath.Join(t.folder, e.Name()), &b); err != nil {
			faults = append(faults, err)
			continue
		}
		t.saved[b.File] = b.Version
		all = append(all, b)
	}
	return all, false, errors.Join(faults...)
}

func readJSON(name string, into any) error {
	if info, err := os.Stat(name); err != nil || info.Size() > maxBundle {
		return fmt.Errorf("read a hook that was in use: %s is too large or gone: %w", name, err)
	}
	text, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("read a hook that was in use: %s: %w", name, err)
	}
	return nil
}

// holdNew holds back all that is not in use: at the start nothing can be replayed.
func (t *hookTrial) holdNew(file, version string) bool { return t.saved[file] != version }

// hold holds back what waits.
func (t *hookTrial) hold(file, version string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waits[file].Version == version
}

// decided tells whether nothing is to be tried of a version.
func (t *hookTrial) decided(file, version string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.accepted[file] == version || t.waits[file].Version == version
}

func (t *hookTrial) wait(file string, w HookWait) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waits[file] = w
}

// of gives what waits of a file; nil: nothing.
func (t *hookTrial) of(file string) *HookWait {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w, waits := t.waits[file]; waits {
		return &w
	}
	return nil
}

// files are those of which a version waits.
func (t *hookTrial) files() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.waits))
}

// forget lets go of what the folder has no longer.
func (t *hookTrial) forget(held map[string]string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.waits, func(file string, w HookWait) bool { return held[file] != w.Version })
}

// accept lets a version be used; empty is the one that waits.
func (t *hookTrial) accept(file, version string) (HookWait, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w, waits := t.waits[file]
	switch {
	case !waits:
		return w, &OrderError{Reason: fmt.Sprintf("nothing of %s waits to be accepted; \"bellhop hooks list\" shows what does", file)}
	case version != "" && version != w.Version:
		return w, &OrderError{Reason: fmt.Sprintf("%s has changed since: version %s waits now; look at it again", file, w.Version)}
	}
	t.accepted[file] = w.Version
	delete(t.waits, file)
	return w, nil
}

// save keeps what is in use; off, it removes what was kept, which would be old
// when it is switched on again.
func (t *hookTrial) save(set *luahooks.Set) error {
	if !t.on() {
		return t.remove()
	}
	if err := os.MkdirAll(t.folder, 0o700); err != nil {
		return fmt.Errorf("keep the hooks in use: %w", err)
	}
	used := map[string]bool{}
	for _, f := range set.Files() {
		b, own := set.Bundle(f.Name)
		if !own {
			continue
		}
		used[f.Name] = true
		if t.saved[f.Name] == f.Version {
			continue
		}
		text, err := json.Marshal(b)
		if err == nil {
			err = config.Replace(t.file(f.Name), text, 0o600, nil)
		}
		if err != nil {
			return fmt.Errorf("keep the hook %s: %w", f.Name, err)
		}
		t.saved[f.Name] = f.Version
	}
	for file := range t.saved {
		if used[file] {
			continue
		}
		if err := os.Remove(t.file(file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("forget the hook %s: %w", file, err)
		}
		delete(t.saved, file)
	}
	return nil
}

// remove removes what was kept, and nothing else.
func (t *hookTrial) remove() error {
	entries, err := os.ReadDir(t.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		begun := strings.HasPrefix(e.Name(), ".") // written when the power went
		if filepath.Ext(e.Name()) == ".json" || e.Name() == trialMark || begun {
			err = errors.Join(err, os.Remove(filepath.Join(t.folder, e.Name())))
		}
	}
	if err = errors.Join(err, os.Remove(t.folder)); err != nil {
		return fmt.Errorf("forget the hooks that were in use: %w", err)
	}
	return nil
}

func (t *hookTrial) file(hook string) string { return filepath.Join(t.folder, hook+".json") }

// tried runs a file's hooks over the past and says whether, and why, it is to wait.
func (a *Agent) tried(ctx context.Context, old, set *luahooks.Set, file, version string) (w HookWait, waits bool, err error) {
	t := a.hooks.trial
	w = HookWait{Version: version, Since: t.now(), Over: t.over}
	mark := filepath.Join(t.folder, trialMark)
	if was, err := os.ReadFile(mark); err == nil && string(was) == file+" "+version {
		w.Error = "the program ended while it was tried"
		return w, true, nil
	}
	if err := errors.Join(os.MkdirAll(t.folder, 0o700), config.Replace(mark, []byte(file+" "+version), 0o600, nil)); err != nil {
		return w, false, fmt.Errorf("try %s: %w", file, err)
	}
	w.Replay, w.Error = a.compared(ctx, old, set, file)
	if ctx.Err() != nil {
		w.Error = ""
	}
	if err := errors.Join(ctx.Err(), os.Remove(mark)); err != nil {
		return w, false, fmt.Errorf("try %s: %w", file, err)
	}
	s := w.Replay
	return w, w.Error != "" || s.Differences()+s.Approximate > 0, nil
}

// compared replays a file as it is in use and as it is now, and sums up how they
// differ; and it says why that did not come to its end.
func (a *Agent) compared(ctx context.Context, old, set *luahooks.Set, file string) (*luahooks.ReplaySum, string) {
	t, sum := a.hooks.trial, &luahooks.ReplaySum{}
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	from := t.now().Add(-t.span)
	after, err := a.store.FirstSince(from)
	for more := true; more && err == nil; {
		var page hotel.PastPage
		if page, err = a.store.Past(after, trialPage); err != nil {
			break
		}
		page.Events = slices.DeleteFunc(page.Events, func(e hotel.PastEvent) bool { return e.Event.Time.Before(from) })
		sum.Events += len(page.Events)
		err = a.comparePage(ctx, old, set, file, &page, sum)
		after, more = page.UpTo, page.More
	}
	if err != nil {
		return sum, err.Error()
	}
	return sum, ""
}

// comparePage adds what the events of a page show.
func (a *Agent) comparePage(ctx context.Context, old, set *luahooks.Set, file string, page *hotel.PastPage, sum *luahooks.ReplaySum) error {
	replay := func(set *luahooks.Set) (map[uint64]*luahooks.Replayed, error) {
		p := luahooks.Replay{Set: set, Zone: a.zone, Present: a.store, History: a.store, Seed: seed, Wanted: func(f string) bool { return f == file }}
		all, err := p.Page(ctx, page, nil)
		byEvent := make(map[uint64]*luahooks.Replayed, len(all))
		for i := range all {
			byEvent[all[i].Event] = &all[i]
		}
		return byEvent, err
	}
	was, err := replay(old)
	if err != nil {
		return err
	}
	is, err := replay(set)
	if err != nil {
		return err
	}
	for i := range page.Events {
		o, n := was[page.Events[i].Event.ID], is[page.Events[i].Event.ID]
		if o == nil && n == nil {
			continue
		}
		if r := luahooks.Between(o, n); r.State != luahooks.ReplayUnknown {
			sum.Add(&r)
		}
	}
	return nil
}

// tryChanged replays the files of a Set that are not in use yet. It tells of which
// a version waits since now.
func (a *Agent) tryChanged(ctx context.Context, set, old *luahooks.Set) (waiting []string, err error) {
	t := a.hooks.trial
	before := map[string]string{}
	for _, f := range old.Files() {
		if !f.Shipped {
			before[f.Name] = f.Version
		}
	}
	for _, f := range set.Files() {
		if f.Shipped || before[f.Name] == f.Version || t.decided(f.Name, f.Version) {
			continue
		}
		w, waits, err := a.tried(ctx, old, set, f.Name, f.Version)
		if err != nil {
			return waiting, err
		}
		if waits {
			t.wait(f.Name, w)
			waiting = append(waiting, f.Name)
		}
	}
	return waiting, nil
}

// AcceptHook lets a version of a file be used that waits since its replay showed a
// difference. An empty version is whichever waits.
func (a *Agent) AcceptHook(ctx context.Context, file, version string) error {
	w, err := a.hooks.trial.accept(file, version)
	if err != nil {
		return err
	}
	a.log.Info("a hook file was accepted", "file", file, "version", w.Version)
	return a.ReloadHooks(ctx)
}

// tellOfWaiting raises an alert for files of which a version waits since now.
func (a *Agent) tellOfWaiting(ctx context.Context, files []string) {
	for _, file := range files {
		w := a.hooks.trial.of(file)
		if w == nil {
			continue
		}
		a.log.Warn("a changed hook file waits to be accepted", "file", file, "version", w.Version, "differences", w.Differs())
		a.tell(ctx, hotel.AlertHookWaits, map[string]string{"file": file, "version": w.Version, "over": w.Over, "count": w.Differs()})
	}
}

// Differs says how many runs would be otherwise, or that nobody knows.
func (w *HookWait) Differs() string {
	if w.Error != "" || w.Replay == nil {
		return "?"
	}
	text := fmt.Sprint(w.Replay.Differences())
	if n := w.Replay.Approximate; n > 0 {
		text += fmt.Sprintf(" (~%d)", n)
	}
	return strings.TrimSpace(text)
}
