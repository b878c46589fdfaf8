package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

const (
	maxUploads  = 3 // of one file, while what is read back is not what was sent
	maxPutBacks = 10
)

// errNoRename: this server does not let a file take another's place.
var errNoRename = errors.New("the server does not rename")

// put brings one file to what it is to hold.
func (p *placer) put(ctx context.Context, c *Change) error {
	first := true
	err := p.line.again(ctx, func() error {
		if !first || c.What == Remove {
			now, _, err := p.line.held(ctx, c.Path)
			switch {
			case err != nil:
				return err
			case now == c.After && !p.open(c):
				return p.tidyOne(ctx, c)
			case now != c.Before && !p.open(c) && !(now == State{} && p.besides(ctx, c)):
				return &Error{Kind: ErrChanged, Step: "check", Path: c.Path}
			}
		}
		first = false
		if c.What == Remove {
			return p.discard(ctx, c.Path)
		}
		return p.replace(ctx, c)
	})
	return err
}

// open tells whether a file is in the middle of being written in place.
func (p *placer) open(c *Change) bool { return p.file(c).Open }

func (p *placer) file(c *Change) *RunFile {
	n := slices.IndexFunc(p.run.Files, func(f RunFile) bool { return f.Path == c.Path })
	return &p.run.Files[n]
}

// besides tells whether what stood there is beside it, from a try before.
func (p *placer) besides(ctx context.Context, c *Change) bool {
	now, _, err := p.line.held(ctx, c.Path+asideEnding)
	return err == nil && now == c.Before && now.Present
}

// tidyOne removes what a try before has left beside a file.
func (p *placer) tidyOne(ctx context.Context, c *Change) error {
	return errors.Join(p.discard(ctx, c.Path+newEnding), p.discard(ctx, c.Path+asideEnding))
}

// replace puts a file beside its place, proves it, and lets it take the place.
// What a server does not allow is done in the next best way.
func (p *placer) replace(ctx context.Context, c *Change) error {
	staged := true
	if err := p.stage(ctx, c, c.Path+newEnding, c.mode()); err != nil {
		if !refused(err) {
			return err
		}
		staged = false // no new name may be made, or none of this kind
	}
	if staged {
		if c.Last {
			if err := p.stillBefore(ctx, c); err != nil {
				return err
			}
		}
		err := p.line.session.rename(ctx, c.Path+newEnding, c.Path)
		if !refused(err) {
			return err
		}
		if c.Before.Present {
			if err = p.swap(ctx, c); !errors.Is(err, errNoRename) {
				return err
			}
		}
	}
	return p.inPlace(ctx, c, staged)
}

// refused tells whether the server said no to what another way may reach. A
// full disk is none of these: then nothing is risked.
func refused(err error) bool {
	for _, kind := range []error{ErrDenied, ErrExists, ErrRefused, ErrUnsupported} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// stillBefore looks right before a file is replaced whether somebody else has
// changed it meanwhile.
func (p *placer) stillBefore(ctx context.Context, c *Change) error {
	now, _, err := p.line.held(ctx, c.Path)
	if err != nil || now == c.Before || now == c.After || now == (State{}) && p.besides(ctx, c) {
		return err
	}
	return errors.Join(&Error{Kind: ErrChanged, Step: "check", Path: c.Path}, p.discard(ctx, c.Path+newEnding))
}

// stage writes to a name and reads it back until both are one.
func (p *placer) stage(ctx context.Context, c *Change, name string, mode fs.FileMode) error {
	for n := 1; ; n++ {
		if err := p.line.store(ctx, name, c.after, mode); err != nil {
			return p.failed(ctx, c, name, err)
		}
		got, err := p.line.fetch(ctx, name)
		if err == nil {
			err = differs(name, c.after, got)
		}
		if err == nil || !errors.Is(err, ErrReadBack) || n == maxUploads {
			return p.failed(ctx, c, name, err)
		}
	}
}

// failed leaves nothing of an upload that will not be tried again.
func (p *placer) failed(ctx context.Context, c *Change, name string, err error) error {
	if name == c.Path || err == nil || refused(err) || errors.Is(err, ErrLost) || ctx.Err() != nil {
		return err
	}
	_ = p.discard(ctx, name) // what went wrong is told already; the next run tidies
	return err
}

// differs says how what was read back differs from what was sent.
func differs(name string, sent, got []byte) error {
	if bytes.Equal(sent, got) {
		return nil
	}
	plain := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
	if bytes.Equal(plain(sent), plain(got)) {
		return &Error{Kind: ErrLineEnds, Step: "read back", Path: name}
	}
	why := fmt.Errorf("%d bytes were sent", len(sent))
	if len(got) != len(sent) {
		why = fmt.Errorf("%d bytes were sent, and %d are there", len(sent), len(got))
	}
	return &Error{Kind: ErrReadBack, Step: "read back", Path: name, Err: why}
}

// swap is for servers that let nobody take a file's place: the old one goes
// aside, the new one gets its name, the old one goes. Once begun it is brought
// to its end, whatever becomes of ctx; the file is away between two requests.
func (p *placer) swap(ctx context.Context, c *Change) error {
	calm := context.WithoutCancel(ctx)
	return p.line.again(calm, func() error {
		now, _, err := p.line.held(calm, c.Path)
		switch {
		case err != nil:
			return err
		case now == c.After: // by a try before
			return p.discard(calm, c.Path+asideEnding)
		case now == c.Before:
			if err := p.discard(calm, c.Path+asideEnding); err != nil {
				return err
			}
			if err := p.line.session.rename(calm, c.Path, c.Path+asideEnding); err != nil {
				return noRename(err)
			}
		case now.Present:
			return &Error{Kind: ErrChanged, Step: "check", Path: c.Path}
		}
		if err := p.line.session.rename(calm, c.Path+newEnding, c.Path); err != nil {
			if back := p.line.session.rename(calm, c.Path+asideEnding, c.Path); errors.Is(back, ErrLost) {
				return back
			}
			return noRename(err)
		}
		return p.discard(calm, c.Path+asideEnding)
	})
}

func noRename(err error) error {
	if refused(err) {
		return fmt.Errorf("%w: %w", errNoRename, err)
	}
	return err
}

// inPlace writes over a file, where there is no other way. Once begun it is
// brought to its end; if the new file cannot be written, the old one is put back.
// remove allows taking the old one away first, for servers that write over
// nothing; it needs proof that new files can be made.
func (p *placer) inPlace(ctx context.Context, c *Change, remove bool) error {
	if err := p.noteOpen(c); err != nil {
		return err
	}
	calm := context.WithoutCancel(ctx)
	touched := false
	err := p.line.again(calm, func() error {
		err := p.stage(calm, c, c.Path, 0)
		if refused(err) && remove && c.Before.Present {
			touched = true
			if gone := p.discard(calm, c.Path); gone != nil {
				return gone
			}
			err = p.stage(calm, c, c.Path, 0)
		}
		touched = touched || err != nil && !refused(err)
		return err
	})
	if err != nil && touched {
		if back := p.putBack(calm, c); back != nil {
			return fmt.Errorf("%w; %s may be missing or half there now, and what stood there is kept in %s: %w",
				err, c.Path, p.records.objectFile(c.Before.SHA256), back)
		}
	}
	if err == nil || !errors.Is(err, ErrLost) {
		p.file(c).Open = false
		if saved := p.records.save(p.run); saved != nil {
			return errors.Join(err, saved)
		}
	}
	if err == nil {
		err = p.tidyOne(ctx, c)
	}
	return err
}

// noteOpen puts to disk, before a file is written in place, that it is, and
// what it is to hold: by that a half of it is known later.
func (p *placer) noteOpen(c *Change) error {
	p.file(c).Open = true
	if isText(c.after) {
		if err := p.records.keep(c.after); err != nil {
			return err
		}
	}
	return errors.Join(p.records.save(p.run), p.records.settle(p.records.objects(), p.records.runs()))
}

// putBack brings back what stood there before a write in place that failed.
// It is the last resort, so that it does not take the first no for an answer.
func (p *placer) putBack(ctx context.Context, c *Change) (err error) {
	old := &Change{Path: c.Path, after: c.before}
	for range maxPutBacks {
		err = p.line.again(ctx, func() error {
			if !c.Before.Present {
				return p.discard(ctx, c.Path)
			}
			return p.stage(ctx, old, c.Path, 0)
		})
		if err == nil || !refused(err) {
			return err
		}
	}
	return err
}
