package store

import (
	"context"

	"bellhop/hotel"
)

// finishApart is what [Store.Finish] must not be, see [sabotage.MarkApart].
func (s *Store) finishApart(ctx context.Context, ev *hotel.Event, units []Unit, complete bool) []error {
	errs := make([]error, len(units))
	for i, u := range units {
		err := s.submit(ctx, false, func(c *commit) error {
			errs[i] = s.onlyEffects(c, ev, u)
			return nil
		})
		if err != nil {
			return fill(errs, err)
		}
		if errs[i] != nil {
			continue
		}
		last := complete && i == len(units)-1
		u.Done.Effects, u.Done.Reads = nil, nil
		err = s.submit(ctx, false, func(c *commit) error {
			errs[i] = c.finish(ev, &u, last, s.apply)
			return nil
		})
		if err != nil {
			return fill(errs, err)
		}
	}
	return errs
}

func (s *Store) onlyEffects(c *commit, ev *hotel.Event, u Unit) error {
	if !unchanged(c.state.Root(), u.Done.Reads) {
		return ErrConflict
	}
	d := c.draft(ev, u.Name)
	if err := d.apply(s.apply, u.Done.Effects); err != nil {
		return err
	}
	d.flush()
	return nil
}
