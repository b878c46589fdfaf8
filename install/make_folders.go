package install

import (
	"context"
	"errors"
	"path"
	"slices"
)

// findMissing finds the folders that the files need and that are not there.
func (p *placer) findMissing(ctx context.Context) error {
	p.missing = nil
	for _, c := range p.todo() {
		if !c.After.Present {
			continue
		}
		var above []string
		for at := folderOf(c.Path); at != "/" && !p.there[at] && !slices.Contains(p.missing, at); at = path.Dir(at) {
			if _, asked := p.there[at]; !asked {
				_, there, err := p.line.listed(ctx, at)
				if err != nil {
					return err
				}
				if p.there[at] = there; there {
					break
				}
			}
			above = append(above, at)
		}
		slices.Reverse(above)
		p.missing = append(p.missing, above...)
	}
	return nil
}

// makeFolders makes those folders, which the run's record names already.
func (p *placer) makeFolders(ctx context.Context) error {
	for _, at := range p.missing {
		if err := p.line.session.makeFolder(ctx, at); err != nil && !errors.Is(err, ErrExists) {
			return err
		}
	}
	return nil
}
