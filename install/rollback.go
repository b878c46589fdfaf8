package install

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Runs lists what was done, oldest first.
func (i *Installer) Runs() ([]*Run, error) { return i.records().all() }

// RollbackOptions say how far to go back, and how.
type RollbackOptions struct {
	// To is the run to take back, with all that came after it; "": the newest
	// apply, with those before it that had been cut off.
	To string
	// Without takes what is ours out of a file that others have changed too.
	// ok is false if it knows no way; then a person is asked.
	Without func(name string, existing []byte) (wanted []byte, ok bool)
}

// PlanRollback says what it takes to have the server as it was before a run.
// Files that others have changed since are [Others] until a person decides by
// [Plan.Overwrite] or [Plan.Leave]. ErrNothing: the newest apply is rolled back
// already, or there is none.
func (i *Installer) PlanRollback(ctx context.Context, o RollbackOptions) (plan *Plan, err error) {
	runs, err := i.records().all()
	if err != nil {
		return nil, err
	}
	back, err := reach(runs, o.To)
	if err != nil {
		return nil, err
	}
	l := i.line()
	defer func() { i.leave(l, err) }()
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	v := &viewer{i: i, l: l, plan: &Plan{Kind: rolledBack, Server: i.Server.URL, ours: true}}
	for _, r := range back {
		v.plan.Undoes = append(v.plan.Undoes, r.ID)
		v.plan.folders = append(v.plan.folders, r.Folders...)
		if r.Server != i.Server.URL {
			v.unknown("whether this is the server of run %s, which was at %s", r.ID, r.Server)
		}
	}
	before := runs[:slices.Index(runs, back[0])]
	paths := pathsOf(back)
	for n, name := range paths {
		i.tell(Progress{Step: "look", Path: name, Done: n, Total: len(paths)})
		c, err := v.backward(ctx, trace(back, name), o)
		if err != nil {
			return nil, err
		}
		c.run = putBy(before, name, c.After)
		v.plan.Files = append(v.plan.Files, c)
	}
	return v.plan, nil
}

// reach finds the runs to take back.
func reach(runs []*Run, to string) ([]*Run, error) {
	if to != "" {
		for n, r := range runs {
			if r.ID == to {
				return runs[n:], nil
			}
		}
		return nil, fmt.Errorf("%w: there is no run %q", ErrNothing, to)
	}
	last := len(runs) - 1
	for last >= 0 && runs[last].Kind != applied {
		last--
	}
	if last < 0 {
		return nil, fmt.Errorf("%w: nothing was ever applied", ErrNothing)
	}
	if runs[last].Undone {
		return nil, fmt.Errorf("%w: the newest apply, %s, is rolled back already; name an older one to go further", ErrNothing, runs[last].ID)
	}
	for last > 0 && !runs[last-1].Done && !runs[last-1].Undone && runs[last-1].Kind == applied {
		last--
	}
	return runs[last:], nil
}

func pathsOf(runs []*Run) []string {
	var last, others []string
	for _, r := range runs {
		for _, f := range r.Files {
			switch {
			case slices.Contains(last, f.Path) || slices.Contains(others, f.Path):
			case f.Last:
				last = append(last, f.Path)
			default:
				others = append(others, f.Path)
			}
		}
	}
	return append(last, others...)
}

// history is what the runs did to one file, oldest first.
type history struct {
	path  string
	last  bool
	steps []RunFile
	open  bool // the newest run was cut off while it wrote in place
	cut   bool // somebody else changed the file between two runs
}

func trace(runs []*Run, name string) history {
	h := history{path: name}
	var interrupted bool
	for _, r := range runs {
		for _, f := range r.Files {
			if f.Path != name {
				continue
			}
			if n := len(h.steps); n > 0 {
				old := h.steps[n-1]
				h.cut = h.cut || f.Before != old.After && !(interrupted && (f.Before == old.Before || old.Open))
			}
			h.steps = append(h.steps, f)
			h.last, h.open, interrupted = f.Last, f.Open, !r.Done
		}
	}
	return h
}

// ours tells whether a state is one that the runs themselves had made.
func (h history) ours(now State) bool {
	return now == h.steps[0].Before || slices.ContainsFunc(h.steps, func(f RunFile) bool { return f.After == now })
}

// putBy finds the run that had put there what is to come back; "": none.
func putBy(runs []*Run, name string, s State) string {
	for _, r := range slices.Backward(runs) {
		for _, f := range r.Files {
			if f.Path == name && f.After == s && s.Present && !r.Undone {
				return r.ID
			}
		}
	}
	return ""
}

// backward compares one file with what stood there first.
func (v *viewer) backward(ctx context.Context, h history, o RollbackOptions) (Change, error) {
	c := Change{Path: h.path, Last: h.last, After: h.steps[0].Before}
	// A merge makes see read the file whatever is listed.
	_, err := v.see(ctx, &c, File{Path: h.path, Merge: func(b []byte, _ bool) ([]byte, error) { return b, nil }})
	if fault := blocks(err); fault != nil {
		c.What, c.fault, c.Why = Blocked, fault, fault.Error()
		return c, nil
	}
	if err != nil {
		return c, err
	}
	if c.After.Present {
		if c.after, err = v.i.records().kept(c.After); err != nil {
			return c, err
		}
	}
	theirs := !h.ours(c.Before) && !h.open || h.cut && c.Before != c.After
	if theirs && o.Without != nil && c.Before.Present {
		if wanted, ok := o.Without(c.Path, slices.Clone(c.before)); ok {
			c.after, c.After, theirs = wanted, stateOf(wanted), false
		}
	}
	c.compare()
	if theirs && c.What != Same {
		c.What = Others
		c.Why = "somebody else has changed it since; see the difference, then say whether it is to be overwritten"
		v.showTheirs(&c, h)
	}
	return c, nil
}

// showTheirs shows what others made of what we had put.
func (v *viewer) showTheirs(c *Change, h history) {
	put := h.steps[len(h.steps)-1].After
	if put == c.Before || !put.Present {
		return // compare has shown what there is to show
	}
	data, err := v.i.records().kept(put)
	if err == nil && isText(data) && isText(c.before) {
		c.Diff = Diff(c.Path+" (as installed)", c.Path+" (there)", data, c.before)
	}
}

// Overwrite says that a file that others changed is to be taken back all the
// same. What they made of it is kept on the box.
func (p *Plan) Overwrite(name string) {
	for n := range p.Files {
		if c := &p.Files[n]; c.Path == name && c.What == Others {
			c.compare()
			c.Why = ""
		}
	}
}

// Leave says that a file that others changed stays as it is.
func (p *Plan) Leave(name string) {
	for n := range p.Files {
		if c := &p.Files[n]; c.Path == name && c.What == Others {
			c.What = Left
		}
	}
}

// Rollback carries out a plan of PlanRollback, in the manner of Apply: what
// refers to other files goes first. Done twice, the second does nothing; after a
// cut it goes on.
func (i *Installer) Rollback(ctx context.Context, plan *Plan) (Result, error) {
	if !plan.ours || plan.Kind != rolledBack {
		return Result{}, errors.New("rollback: this is no plan of Installer.PlanRollback")
	}
	return i.carryOut(ctx, plan)
}

// undone marks runs as taken back.
func (r records) undone(ids []string) error {
	for _, id := range ids {
		text, err := readBounded(r.runFile(id), maxRecord)
		if err != nil {
			return fmt.Errorf("records of installations: %w", err)
		}
		run, err := readRun(text)
		if err != nil {
			return fmt.Errorf("record %s: %w", r.runFile(id), err)
		}
		if run.Undone {
			continue
		}
		run.Undone = true
		if err := r.save(run); err != nil {
			return err
		}
	}
	return nil
}
