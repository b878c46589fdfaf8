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

// What Verify finds.
const (
	Fine       = "fine"
	Missing    = "missing"
	Different  = "changed"
	Unreadable = "unreadable"
	// Foreign: others have changed the file, and our part in it is whole.
	Foreign = "foreign"
	// Leftover: a temporary file of ours, of a run that was cut off.
	Leftover = "leftover"
)

// Finding is what became of one file since it was put there.
type Finding struct {
	Path string `json:"path"`
	What string `json:"what"`
	// Diff is from what was put there to what is there; "" for what is no text.
	Diff string `json:"diff,omitempty"`
	Why  string `json:"why,omitempty"`
}

// Good tells whether nothing is to be done.
func (f Finding) Good() bool { return f.What == Fine || f.What == Foreign }

// VerifyOptions say how to look.
type VerifyOptions struct {
	// Quick goes by size and time as they are listed; otherwise every file is
	// read in full.
	Quick bool
	// Merges are those of the set's files: one that gives back what it is
	// given has found our part whole.
	Merges map[string]func(existing []byte, present bool) ([]byte, error)
}

// Verify compares what is on the server with what was put there, and changes
// nothing. Files that others have beside ours are no business of it. One login
// is made, and a refusal ends it: it may run every night.
func (i *Installer) Verify(ctx context.Context, o VerifyOptions) ([]Finding, error) {
	k, err := i.records().known()
	if err != nil {
		return nil, err
	}
	l := i.line()
	defer l.close()
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	v := &viewer{i: i, l: l, known: k, plan: new(Plan)}
	if !o.Quick || k.Server != i.Server.URL {
		v.known.Files = nil
	}
	var found []Finding
	paths := sortedPaths(k)
	for n, name := range paths {
		i.tell(Progress{Step: "look", Path: name, Done: n, Total: len(paths), Bytes: k.Files[name].Size})
		f, err := v.find(ctx, name, k.Files[name].State, o)
		if err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	return append(found, v.leftovers()...), nil
}

func sortedPaths(k known) []string {
	var all []string
	for name := range k.Files {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func (v *viewer) find(ctx context.Context, name string, put State, o VerifyOptions) (Finding, error) {
	if was, ok := v.known.Files[name]; ok {
		all, err := v.listing(ctx, name)
		if err != nil {
			return Finding{}, err
		}
		if e, there := all.entries[path.Base(name)]; there && e.kind == plainFile {
			var stamp string
			err := v.l.again(ctx, func() (err error) { stamp, err = v.l.session.stamp(ctx, name, e); return err })
			if err != nil || stamp != "" && stamp == was.Stamp {
				return Finding{Path: name, What: Fine}, err
			}
		}
	}
	c := Change{Path: name}
	_, err := v.see(ctx, &c, File{Path: name, Merge: func(b []byte, _ bool) ([]byte, error) { return b, nil }})
	switch fault := blocks(err); {
	case fault != nil:
		return Finding{Path: name, What: Unreadable, Why: fault.Error()}, nil
	case err != nil:
		return Finding{}, err
	case c.aside:
		return Finding{Path: name, What: Missing, Why: "what stood there before is beside it: an apply was cut off"}, nil
	case c.Before == put:
		return Finding{Path: name, What: Fine}, nil
	case !c.Before.Present:
		return Finding{Path: name, What: Missing}, nil
	}
	f := Finding{Path: name, What: Different}
	data, err := v.i.records().kept(put)
	switch {
	case err == nil && isText(data) && isText(c.before):
		f.Diff = Diff(name+" (as installed)", name+" (there)", data, c.before)
	default:
		f.Why = fmt.Sprintf("%d bytes instead of %d", c.Before.Size, put.Size)
		if c.Before.Size == put.Size {
			f.Why = "other bytes of the same number"
		}
	}
	if merge := o.Merges[name]; merge != nil {
		merged, err := merge(slices.Clone(c.before), true)
		if err == nil && bytes.Equal(merged, c.before) {
			f.What = Foreign
		}
	}
	return f, nil
}

// leftovers are in the folders that were looked at.
func (v *viewer) leftovers() []Finding {
	var found []Finding
	for folder, all := range v.listings {
		for name := range all.entries {
			if isOurs(name) {
				found = append(found, Finding{Path: path.Join(folder, name), What: Leftover, Why: "of an apply that was cut off; the next one removes it"})
			}
		}
	}
	slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.Path, b.Path) })
	return found
}

// Bad joins all that is not as it was put there; nil if all of it is.
func Bad(found []Finding) error {
	var all []error
	for _, f := range found {
		if !f.Good() {
			all = append(all, errors.New(strings.TrimSuffix(f.Path+": "+f.What+": "+f.Why, ": ")))
		}
	}
	return errors.Join(all...)
}
