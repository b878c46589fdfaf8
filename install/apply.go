package install

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
)

// Result says what an apply or a rollback has done.
type Result struct {
	Run     string `json:"run,omitempty"` // "" if there was nothing to do
	Put     int    `json:"put"`           // files
	Removed int    `json:"removed"`
	Sent    int64  `json:"sent"` // bytes of files, repeats included
	Drops   int    `json:"drops"`
}

// Apply carries out a plan. First it looks whether the server's files still
// are as the plan saw them, and keeps what stands there on the box; then it puts
// the files, each under a temporary name, reads it back, and renames it, those
// that are Last at the end. A connection that breaks off is made anew a few
// times. A plan in which nothing changes sends nothing.
//
// When it fails or ctx ends, each file holds what it held or what it was to
// hold; on a server that cannot rename, the file that is being written is
// finished first. Apply again then goes on; Rollback takes back.
func (i *Installer) Apply(ctx context.Context, plan *Plan) (Result, error) {
	if !plan.ours || plan.Kind != applied {
		return Result{}, errors.New("apply: this is no plan of Installer.Plan")
	}
	return i.carryOut(ctx, plan)
}

func (i *Installer) carryOut(ctx context.Context, plan *Plan) (result Result, err error) {
	if err := plan.Blocked(); err != nil {
		return Result{}, fmt.Errorf("nothing was changed: %w", err)
	}
	unlock, err := i.records().lock()
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	p := &placer{i: i, plan: plan, line: i.line(), records: i.records(), there: map[string]bool{}}
	if p.known, err = p.records.known(); err != nil {
		return Result{}, err
	}
	if p.runs, err = p.records.all(); err != nil {
		return Result{}, err
	}
	if len(plan.Changes()) == 0 && !plan.left && len(plan.folders) == 0 {
		return Result{}, p.finish(nil)
	}
	defer func() { i.leave(p.line, err) }()
	err = p.all(ctx)
	p.result.Sent, p.result.Drops = p.line.sent, p.line.drops
	return p.result, err
}

// placer carries out one plan.
type placer struct {
	i       *Installer
	plan    *Plan
	line    *line
	records records
	known   known
	runs    []*Run // those before this one
	run     *Run
	there   map[string]bool // folders, once asked for
	missing []string        // folders that are to be made, those above first
	result  Result
	done    []*Change
}

func (p *placer) all(ctx context.Context) error {
	if err := p.line.open(ctx); err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	if err := p.line.again(ctx, func() error { return p.check(ctx) }); err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	if err := p.keep(); err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	if err := p.line.again(ctx, func() error { return p.tidy(ctx) }); err != nil {
		return p.unfinished(err)
	}
	if err := p.line.again(ctx, func() error { return p.makeFolders(ctx) }); err != nil {
		return p.unfinished(err)
	}
	todo := p.todo()
	for n, c := range todo {
		p.i.tell(Progress{Step: verb(c), Path: c.Path, Done: n, Total: len(todo), Bytes: len(c.after)})
		if ctx.Err() != nil { // nothing is begun that would be left half done
			return p.unfinished(context.Cause(ctx))
		}
		if err := p.put(ctx, c); err != nil {
			return p.unfinished(err)
		}
		p.done = append(p.done, c)
	}
	if err := p.line.again(ctx, func() error { return p.close(ctx) }); err != nil {
		return p.unfinished(err)
	}
	return nil
}

func verb(c *Change) string {
	if c.What == Remove {
		return "remove"
	}
	return "put"
}

// todo gives the files in their order: what others refer to is put first and
// removed last.
func (p *placer) todo() []*Change {
	var all []*Change
	for n := range p.plan.Files {
		if c := &p.plan.Files[n]; c.moves() {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b *Change) int {
		if p.plan.Kind == rolledBack {
			a, b = b, a
		}
		return order(a.Last) - order(b.Last)
	})
	return all
}

// unfinished says how far it has come. Err holds what to do next.
func (p *placer) unfinished(err error) error {
	return &Unfinished{Kind: p.plan.Kind, Done: len(p.done), Of: len(p.todo()), Run: p.result.Run, Err: err}
}

// Unfinished is the error of an apply or a rollback that had begun.
type Unfinished struct {
	Kind     string
	Done, Of int    // files
	Run      string // of the records
	Err      error
}

func (u *Unfinished) Error() string {
	next := "run \"bellhop install apply\" to go on, or \"bellhop install rollback\" to go back"
	if u.Kind == rolledBack {
		next = "run \"bellhop install rollback\" again to go on"
	}
	return fmt.Sprintf("%s stopped after %d of %d files, the others are as they were: %v; %s", u.Kind, u.Done, u.Of, u.Err, next)
}

// Unwrap gives what went wrong.
func (u *Unfinished) Unwrap() error { return u.Err }

// check looks whether the server's files are as the plan saw them.
func (p *placer) check(ctx context.Context) error {
	listings := map[string]listing{}
	for _, c := range p.todo() {
		folder := folderOf(c.Path)
		all, done := listings[folder]
		if !done {
			var err error
			if all, p.there[folder], err = p.line.listed(ctx, folder); err != nil {
				return err
			}
			listings[folder] = all
			p.plan.noteLeft(all)
		}
		if err := p.asSeen(ctx, c, all); err != nil {
			return err
		}
	}
	return p.findMissing(ctx)
}

// asSeen goes by the listing for what is not there, and else by what the file
// holds: somebody's change may keep the size and fall into the same second. A file that is as wanted already is put all the same: what
// the run has proven then is its own.
func (p *placer) asSeen(ctx context.Context, c *Change, all listing) error {
	e, there := all.entries[path.Base(c.Path)]
	switch {
	case there && e.kind != plainFile:
		return notPlain(c.Path, e)
	case !there && all.proves() && !c.Before.Present && otherCase(all, path.Base(c.Path)) == "":
		return nil
	}
	from := c.Path
	if c.aside {
		from += asideEnding
	}
	now, _, err := p.line.held(ctx, from)
	if err == nil && now != c.Before && now != c.After {
		err = &Error{Kind: ErrChanged, Step: "check", Path: c.Path}
	}
	return err
}
