package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/luahooks"
	"bellhop/site"
)

// hooksLook is how often the folder of hooks is looked at. A look is cheap and
// sees what a network share or an SD card in another slot does not report. What
// has changed is loaded when it was the same at two looks: an editor may write a
// file in parts or by a rename, and a copy may bring many.
const hooksLook = 2 * time.Second

// loadHooks loads the hooks for the first time.
func (a *Agent) loadHooks() {
	a.hooks.loading.Lock()
	defer a.hooks.loading.Unlock()
	a.hooks.seen = a.hooks.look()
	opts := a.hookOptions()
	if t := a.hooks.trial; t.on() {
		kept, first, err := t.kept()
		if err != nil {
			a.log.Error("some hooks that were in use cannot be used again", "error", err)
		}
		if !first {
			opts.Kept, opts.Hold = kept, t.holdNew
		}
	}
	set, err := luahooks.Load(a.hooks.dir, opts)
	if err != nil {
		a.log.Error("some hooks are not used as they stand", "error", err)
	}
	a.hooks.swap(newHookSet(set), a.loadedNow(set, err))
}

func (a *Agent) loadedNow(set *luahooks.Set, err error) loadedHooks {
	before := a.hooks.newest()
	l := loadedHooks{at: a.now(), since: map[string]fileSince{}}
	for _, f := range set.Files() {
		l.since[f.Name] = fileSince{f.Version, l.at}
		if was := before.since[f.Name]; was.version == f.Version {
			l.since[f.Name] = was
		}
	}
	l.takeFaults(err)
	return l
}

// ReloadHooks reads the hotel's hook files anew and lets the events that begin
// from now on run on them. Of a file with a fault what was in use stays. It waits
// while others load, and as long as the files' own examples take.
func (a *Agent) ReloadHooks(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("reload hooks: %w", err)
	}
	changed, faults, waiting, err := a.reload(ctx)
	if err != nil {
		return fmt.Errorf("reload hooks: %w", err)
	}
	if faults {
		a.tellOfHooks(ctx)
	}
	a.tellOfWaiting(ctx, waiting)
	if changed == "" {
		return nil
	}
	a.log.Info("hooks were loaded anew", "files", changed)
	return nil
}

// reload gives the names of the files that are other ones now, whether there are
// faults that there were not before, and which files wait since now.
func (a *Agent) reload(ctx context.Context) (changed string, faults bool, waiting []string, err error) {
	a.hooks.loading.Lock()
	defer a.hooks.loading.Unlock()
	a.hooks.seen = a.hooks.look()
	old, before := a.hooks.current(), a.hooks.newest()
	opts := a.hookOptions()
	opts.Before, opts.Aside = old.Set, a.hooks.breaker.aside()
	set, fault, waiting, err := a.loadTried(ctx, opts)
	if err != nil {
		return "", false, nil, err
	}
	loaded := a.loadedNow(set, fault)
	if faults = fault != nil && loaded.text != before.text; faults {
		a.log.Error("some hooks are not used as they stand", "error", fault)
	}
	changed = difference(old.Files(), set.Files())
	a.hooks.breaker.loaded(set)
	if changed == "" {
		a.hooks.swap(old, loaded)
		set.Close()
		return "", faults, waiting, nil
	}
	a.hooks.swap(newHookSet(set), loaded)
	a.saveHooks(set)
	a.cron.set(a.cronJobs()) // before another load: its schedules must not be overtaken
	return changed, faults, waiting, nil
}

// loadTried loads the folder. With [hooks] replay what has changed is tried first,
// and what is to wait is left out.
func (a *Agent) loadTried(ctx context.Context, opts luahooks.Options) (set *luahooks.Set, fault error, waiting []string, err error) {
	t := a.hooks.trial
	if !t.on() {
		set, fault = luahooks.Load(a.hooks.dir, opts)
		return set, fault, nil, nil
	}
	opts.Hold = t.hold
	for {
		set, fault = luahooks.Load(a.hooks.dir, opts)
		more, err := a.tryChanged(ctx, set, opts.Before)
		if err != nil {
			set.Close()
			return nil, nil, nil, err
		}
		waiting = append(waiting, more...)
		if len(more) == 0 { // otherwise without them, in whose place there may be others
			t.forget(set.Held())
			return set, fault, waiting, nil
		}
		set.Close()
	}
}

// saveHooks keeps what is in use for the next start.
func (a *Agent) saveHooks(set *luahooks.Set) {
	if err := a.hooks.trial.save(set); err != nil {
		a.log.Error("hooks", "error", err)
	}
}

// beginTrials looks, once, at what has changed while the agent did not run.
func (a *Agent) beginTrials(ctx context.Context) {
	a.hooks.loading.Lock()
	set := a.hooks.current().Set
	a.saveHooks(set)
	a.hooks.loading.Unlock()
	if len(set.Held()) > 0 {
		_ = a.ReloadHooks(ctx) // fails when the agent ends
	}
}

// HookExamples runs the examples in the comments of a hook file, in a hotel with
// the services, taxes and currency of a config.
func HookExamples(cfg config.Config, zone *time.Location) func(set *luahooks.Set, file string) error {
	place := luahooks.Place{Services: site.Codes(cfg.Services), Zone: zone, Setup: hotel.Setup{
		Currency: cfg.Hotel.Currency, Zone: zone, Taxes: Taxes(cfg.Tax), Language: cfg.Hotel.Language,
	}}
	return func(set *luahooks.Set, file string) error {
		var all []error
		for _, f := range luahooks.RunExamples(context.Background(), set, file, place) {
			all = append(all, fmt.Errorf("line %d: its example %q: %s", f.Line, f.Example, f.Message))
		}
		return errors.Join(all...)
	}
}

// difference names the files that are not the same in both lists.
func difference(before, after []luahooks.File) string {
	var names []string
	for _, f := range before {
		if !slices.Contains(after, f) {
			names = append(names, f.Name)
		}
	}
	for _, f := range after {
		if !slices.Contains(before, f) && !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// watchHooks loads what changes in the folder, and what takes the place of a file
// that failed too often, until ctx ends.
func (a *Agent) watchHooks(ctx context.Context) {
	a.beginTrials(ctx)
	tick := time.NewTicker(hooksLook)
	defer tick.Stop()
	pending := ""
	for ctx.Err() == nil {
		load := false
		select {
		case <-ctx.Done():
		case <-a.hooks.wake:
			a.tellOfOpened(ctx)
			load = true
		case <-tick.C:
			now := a.hooks.look()
			load = now == pending && a.hooks.differs(now)
			pending = now
		}
		if load {
			_ = a.ReloadHooks(ctx) // fails when the agent ends
		}
	}
}

// differs tells whether the folder looks otherwise than when it was loaded.
func (h *hookHouse) differs(look string) bool {
	h.loading.Lock()
	defer h.loading.Unlock()
	return h.seen != look
}

// look gives something that differs when a hook file was changed. A folder that
// cannot be looked at counts as it is: the loading then says why.
func (h *hookHouse) look() string {
	if h.dir == nil {
		return ""
	}
	var all strings.Builder
	for _, folder := range []string{".", luahooks.LibraryFolder} {
		entries, err := fs.ReadDir(h.dir, folder)
		if err != nil {
			fmt.Fprintf(&all, "%v\n", err)
		}
		for _, e := range entries {
			if !e.IsDir() && path.Ext(e.Name()) == ".lua" {
				h.lookAt(&all, path.Join(folder, e.Name()))
			}
		}
	}
	return all.String()
}

// lookAt looks at a file by its name, as an entry that is a link says nothing of it.
func (h *hookHouse) lookAt(all *strings.Builder, name string) {
	info, err := fs.Stat(h.dir, name)
	if err != nil {
		fmt.Fprintf(all, "%s %v\n", name, err)
		return
	}
	fmt.Fprintf(all, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
}

// tellOfHooks raises an alert for each file that is not used as it stands.
func (a *Agent) tellOfHooks(ctx context.Context) {
	loaded := a.hooks.newest()
	for _, f := range loaded.faults {
		a.tell(ctx, hotel.AlertHookFile, map[string]string{"file": f.File, "error": f.Error(), "instead": hotel.Because(insteadOf(f.Instead))})
	}
	if loaded.folder != "" {
		a.tell(ctx, hotel.AlertHookFile, map[string]string{"file": "*.lua", "error": loaded.folder, "instead": hotel.Because(hotel.HookBefore)})
	}
}

func insteadOf(instead string) hotel.Reason {
	switch instead {
	case luahooks.InsteadBefore:
		return hotel.HookBefore
	case luahooks.InsteadShipped:
		return hotel.HookShipped
	}
	return hotel.HookNothing
}

// tellOfOpened raises an alert for each file that the breaker has newly set aside.
func (a *Agent) tellOfOpened(ctx context.Context) {
	for _, o := range a.hooks.breaker.untold() {
		instead := hotel.HookWaits
		if o.Shipped {
			instead = hotel.HookShipped
		}
		a.log.Error("a hook failed too often and is set aside", "hook", o.Hook, "file", o.File, "version", o.Version, "error", o.Error)
		a.tell(ctx, hotel.AlertHookAside, map[string]string{"file": o.File, "hook": o.Hook, "error": o.Error, "instead": hotel.Because(instead)})
	}
}

// ResetHook lets a file run again that the breaker has set aside.
func (a *Agent) ResetHook(ctx context.Context, file string) error {
	if !a.hooks.breaker.reset(file) {
		return &OrderError{Reason: fmt.Sprintf("%s is not set aside; \"bellhop hooks list\" shows which files are", file)}
	}
	return a.ReloadHooks(ctx)
}
