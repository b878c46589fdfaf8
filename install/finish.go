package install

import (
	"context"
	"errors"
	"path"
	"slices"
)

// close proves what the last files hold, notes how all are listed, and ends
// the run.
func (p *placer) close(ctx context.Context) error {
	listings := map[string]listing{}
	for n := range p.plan.Files {
		c := &p.plan.Files[n]
		if !c.moves() || !c.After.Present {
			continue
		}
		folder := folderOf(c.Path)
		all, done := listings[folder]
		if !done {
			var err error
			if all, _, err = p.line.listed(ctx, folder); err != nil {
				return err
			}
			listings[folder] = all
		}
		e, there := all.entries[path.Base(c.Path)]
		c.stamp = ""
		if there {
			var err error
			if c.stamp, err = p.line.session.stamp(ctx, c.Path, e); err != nil {
				return err
			}
		}
		if there && !c.Last {
			continue
		}
		now, _, err := p.line.held(ctx, c.Path)
		if err != nil {
			return err
		}
		if now != c.After {
			return &Error{Kind: ErrChanged, Step: "read back", Path: c.Path}
		}
	}
	if err := p.removeFolders(ctx); err != nil {
		return err
	}
	return p.finish(p.run)
}

// removeFolders takes away those that the runs had made which are rolled back,
// if nobody put anything into them.
func (p *placer) removeFolders(ctx context.Context) error {
	folders := slices.Clone(p.plan.folders)
	slices.Sort(folders)
	slices.Reverse(folders) // what is inside comes first
	for _, folder := range slices.Compact(folders) {
		all, there, err := p.line.listed(ctx, folder)
		if err != nil {
			return err
		}
		if !there || len(all.entries) > 0 || !all.whole {
			continue
		}
		if err := p.line.session.removeFolder(ctx, folder); err != nil && !errors.Is(err, ErrMissing) {
			return err
		}
	}
	return nil
}

// finish brings the records up to date. run is nil if nothing was to be done. What a
// power cut makes of that is what it was or what it is to be: the next plan reads
// more files then.
func (p *placer) finish(run *Run) error {
	if p.known.Server != p.i.Server.URL {
		p.known = known{Version: recordVersion, Server: p.i.Server.URL, Files: p.known.Files}
		for name, f := range p.known.Files {
			f.Stamp = "" // of how another server lists
			p.known.Files[name] = f
		}
	}
	changed := run != nil
	for n := range p.plan.Files {
		changed = p.note(&p.plan.Files[n], run) || changed
	}
	if changed {
		if err := p.records.prepare(); err != nil {
			return err
		}
		if err := p.records.saveKnown(p.known); err != nil {
			return err
		}
	}
	for _, c := range p.done {
		if c.What == Remove {
			p.result.Removed++
		} else {
			p.result.Put++
		}
	}
	if run != nil {
		run.Done = true
		if err := p.records.save(run); err != nil {
			return err
		}
	}
	return p.records.undone(p.plan.Undoes)
}

// note records what stands at one path now; true if that is news.
func (p *placer) note(c *Change, run *Run) bool {
	old, was := p.known.Files[c.Path]
	f := knownFile{State: c.After, Stamp: c.stamp, Run: old.Run}
	switch {
	case c.What == Same:
		if !was || old.State != c.After {
			f.Run = putBy(p.runs, c.Path, c.After) // perhaps by one that was cut off
		}
	case c.moves() && run != nil:
		f.Run = run.ID
		if p.plan.Kind == rolledBack {
			f.Run = c.run
		}
	default:
		return false
	}
	if !c.After.Present || p.plan.Kind == rolledBack && c.run == "" {
		delete(p.known.Files, c.Path)
		return was
	}
	p.known.Files[c.Path] = f
	return !was || old != f
}
