package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// viewer looks at a server's files for a plan.
type viewer struct {
	i        *Installer
	l        *line
	known    known
	runs     []*Run
	plan     *Plan
	listings map[string]listing
}

func (v *viewer) unknown(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(v.plan.Unknown, text) {
		v.plan.Unknown = append(v.plan.Unknown, text)
	}
}

// listing gives what is in a file's folder, asked for once.
func (v *viewer) listing(ctx context.Context, name string) (listing, error) {
	folder := folderOf(name)
	if all, done := v.listings[folder]; done {
		return all, nil
	}
	var all listing
	err := v.l.again(ctx, func() (err error) {
		all, _, err = v.l.listed(ctx, folder)
		return err
	})
	if err != nil {
		return listing{}, err
	}
	if !all.whole {
		v.unknown("the listing of %s has lines that could not be read; each file was asked for by its name", folder)
	}
	v.plan.noteLeft(all)
	if v.listings == nil {
		v.listings = map[string]listing{}
	}
	v.listings[folder] = all
	return all, nil
}

// look compares one file with what is wanted.
func (v *viewer) look(ctx context.Context, f File) (Change, error) {
	c := Change{Path: f.Path, Last: f.Last, after: f.Data}
	done, err := v.see(ctx, &c, f)
	if fault := blocks(err); fault != nil {
		c.What, c.fault, c.Why = Blocked, fault, fault.Error()
		return c, nil
	}
	if err != nil || done {
		return c, err
	}
	if f.Merge != nil {
		base, present, err := v.base(&c)
		if err != nil {
			return c, err
		}
		if c.after, err = f.Merge(slices.Clone(base), present); err != nil {
			c.What, c.Why = Blocked, err.Error()
			c.fault = fmt.Errorf("%s: %w: %w", f.Path, ErrMerge, err)
			return c, nil
		}
	}
	c.After = stateOf(c.after)
	c.compare()
	return c, nil
}

// base is what a file of ours and others' is merged from: what stands there,
// unless an apply was cut off while it wrote that in place. Then it is what stood
// there before, of which half may be gone.
func (v *viewer) base(c *Change) (data []byte, present bool, err error) {
	f, open := openIn(v.runs, c.Path)
	if !open || !f.After.Present {
		return c.before, c.Before.Present, nil
	}
	whole, err := v.i.records().kept(f.After)
	if err != nil || !bytes.HasPrefix(whole, c.before) { // others have mended it
		return c.before, c.Before.Present, nil
	}
	v.unknown("an apply was cut off while it wrote %s; what stood there before is taken from the records", c.Path)
	if !f.Before.Present {
		return nil, false, nil
	}
	data, err = v.i.records().kept(f.Before)
	return data, true, err
}

// openIn finds a file that the newest run which had to do with it was writing
// in place when it was cut off. Before is what stood there before all of that.
func openIn(runs []*Run, name string) (found RunFile, open bool) {
	for _, r := range slices.Backward(runs) {
		n := slices.IndexFunc(r.Files, func(f RunFile) bool { return f.Path == name })
		switch {
		case n < 0:
			continue
		case r.Done || r.Undone || !r.Files[n].Open:
			return found, open
		case !open:
			found, open = r.Files[n], true
		default:
			found.Before = r.Files[n].Before
		}
	}
	return found, open
}

// blocks gives an error that concerns one file alone.
func blocks(err error) error {
	for _, kind := range []error{ErrDenied, ErrNoFile, ErrTooBig, ErrRefused} {
		if errors.Is(err, kind) {
			return err
		}
	}
	return nil
}

// see finds out what stands there; done if that is what is wanted and was
// known without reading it.
func (v *viewer) see(ctx context.Context, c *Change, f File) (done bool, err error) {
	all, err := v.listing(ctx, c.Path)
	if err != nil {
		return false, err
	}
	name := path.Base(c.Path)
	e, there := all.entries[name]
	if there && e.kind != plainFile {
		return false, notPlain(c.Path, e)
	}
	if _, beside := all.entries[name+asideEnding]; beside && !there {
		return false, v.read(ctx, c, c.Path+asideEnding)
	}
	other := otherCase(all, name)
	if !there && all.proves() && other == "" && f.Merge == nil {
		return false, nil
	}
	k, was := v.known.Files[c.Path]
	c.run = k.Run
	if there {
		c.seen = e
		if err := v.l.again(ctx, func() (err error) { c.stamp, err = v.l.session.stamp(ctx, c.Path, e); return err }); err != nil {
			return false, err
		}
		if strings.HasPrefix(c.stamp, coarse) {
			v.unknown("the server tells times to the minute only: another's change within the minute after an apply, which keeps the size, shows by \"install verify\" alone")
		}
	}
	if there && was && f.Merge == nil && c.stamp != "" && k.Stamp == c.stamp && k.State == stateOf(f.Data) {
		c.What, c.Before, c.After = Same, k.State, k.State
		return true, nil
	}
	err = v.read(ctx, c, c.Path)
	switch {
	case err != nil || there || !c.Before.Present:
	case other != "":
		v.unknown("%s is listed as %s: this server does not tell capitals from small letters", c.Path, other)
	default:
		v.unknown("%s is there and not listed: this server does not show all that it has", c.Path)
	}
	return false, err
}

func notPlain(name string, e entry) error {
	what := e.kind.String()
	if e.to != "" {
		what += " to " + e.to
	}
	return &Error{Kind: ErrNoFile, Step: "look at", Path: name, Err: errors.New("it is " + what)}
}

// otherCase finds a name that differs by capitals alone.
func otherCase(all listing, name string) string {
	for other := range all.entries {
		if other != name && strings.EqualFold(other, name) {
			return other
		}
	}
	return ""
}

func (v *viewer) read(ctx context.Context, c *Change, from string) error {
	err := v.l.again(ctx, func() (err error) {
		c.Before, c.before, err = v.l.held(ctx, from)
		return err
	})
	c.aside = from != c.Path && c.Before.Present
	return err
}
