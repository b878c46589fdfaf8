package install

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
)

// keep puts what stands there, and what is to be done, to the box's disk.
// Where there is only something to tidy, there is no run.
func (p *placer) keep() error {
	if len(p.todo()) == 0 {
		return nil
	}
	if p.plan.Kind == applied { // a rollback names the runs that it takes back
		if err := p.records.compact(p.runs); err != nil {
			return err
		}
	}
	p.run = &Run{
		Version: recordVersion, ID: newID(p.i.now(), p.runs), Kind: p.plan.Kind, Server: p.i.Server.URL, Began: p.i.now().UTC(),
	}
	folders := []string{p.records.runs()}
	for _, c := range p.todo() {
		if c.Before.Present {
			if err := p.records.keep(c.before); err != nil {
				return err
			}
			folders = append(folders, p.records.objects())
		}
		if c.After.Present && isText(c.after) { // to show later what others made of it
			if err := p.records.note(c.after); err != nil {
				return err
			}
		}
		p.run.Files = append(p.run.Files, RunFile{Path: c.Path, Last: c.Last, Before: c.Before, After: c.After})
	}
	p.run.Folders = p.missing
	p.result.Run = p.run.ID
	if err := p.records.save(p.run); err != nil {
		return err
	}
	forgot, err := p.forget()
	if forgot {
		folders = append(folders, p.records.dir)
	}
	if err != nil {
		return err
	}
	slices.Sort(folders)
	return p.records.settle(slices.Compact(folders)...)
}

// forget drops how the files that are about to change are listed: if this run
// is cut off, a new file of the same size and second must not pass for the old.
func (p *placer) forget() (some bool, err error) {
	for _, c := range p.todo() {
		if f, was := p.known.Files[c.Path]; was && f.Stamp != "" {
			f.Stamp, some = "", true
			p.known.Files[c.Path] = f
		}
	}
	if !some {
		return false, nil
	}
	return true, p.records.saveKnown(p.known)
}

// tidy removes what a run that was cut off has left of its own, and puts back
// what it had put aside.
func (p *placer) tidy(ctx context.Context) error {
	if !p.plan.left {
		return nil
	}
	for _, folder := range p.foldersOfPlan() {
		all, _, err := p.line.listed(ctx, folder)
		if err != nil {
			return err
		}
		for name := range all.entries {
			at := path.Join(folder, name)
			if old, is := strings.CutSuffix(name, asideEnding); is {
				if _, there := all.entries[old]; !there && p.isAside(path.Join(folder, old)) {
					err = p.line.session.rename(ctx, at, path.Join(folder, old))
				} else {
					err = p.discard(ctx, at)
				}
			} else if strings.HasSuffix(name, newEnding) {
				err = p.discard(ctx, at)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *placer) isAside(name string) bool {
	return slices.ContainsFunc(p.plan.Files, func(c Change) bool { return c.Path == name && c.aside })
}

// discard removes a file of ours that may be gone already.
func (p *placer) discard(ctx context.Context, name string) error {
	if err := p.line.session.remove(ctx, name); err != nil && !errors.Is(err, ErrMissing) {
		return err
	}
	return nil
}

func (p *placer) foldersOfPlan() []string {
	var all []string
	for _, c := range p.plan.Files {
		all = append(all, folderOf(c.Path))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
