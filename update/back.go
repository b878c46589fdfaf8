package update

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// ReturnedError says that the previous version runs again, and why.
type ReturnedError struct {
	From, To string // versions: From runs
	Why      string
	Database Database
	Running  error // why From does not answer; nil: it does
}

func (e *ReturnedError) Error() string {
	text := fmt.Sprintf("the update to %s was taken back, %s is in place again", e.To, e.From)
	if e.Why != "" {
		text += ": " + e.Why
	}
	if e.Running != nil {
		text += fmt.Sprintf("; and it does not answer: %v; see \"bellhop doctor\" and the log", e.Running)
	}
	return text
}

// ErrOneWay says that the newer database holds what was acknowledged, in a form
// that the previous version does not read.
var ErrOneWay = errors.New("its database has a form that the previous version cannot read, and holds what was taken since the update: it stays; " +
	"\"bellhop update back --with-database\" gives the previous version the database of before, and keeps this one aside")

// back puts the previous program in place, and its database unless the newer
// one has taken something. Each of its steps may be done again. why is empty
// when a person wants it.
func (u *Updater) back(ctx context.Context, st State, why string) error {
	ctx = context.WithoutCancel(ctx)
	u.Say("going back to %s", st.From.Version)
	st.Phase, st.Why = Returning, why
	if err := u.Folder.save(st); err != nil {
		return err
	}
	step("returning")
	if err := u.Service.Stop(ctx); err != nil {
		return fmt.Errorf("go back to %s: %w; the same command goes on", st.From.Version, err)
	}
	step("halted")
	st, err := u.Folder.putBack(st)
	if errors.Is(err, ErrOneWay) {
		return errors.Join(fmt.Errorf("%s: %w", why, err), u.Service.Start(ctx))
	}
	if err != nil {
		return fmt.Errorf("go back to %s: %w; the same command goes on", st.From.Version, err)
	}
	step("returned")
	if err := u.Service.Start(ctx); err != nil {
		return err
	}
	returned := &ReturnedError{From: st.From.Version, To: st.To.Version, Why: why, Database: st.Database}
	_, returned.Running = u.await(ctx, st.From, u.Limit)
	return returned
}

// putBack is the part of a return for which no agent may run. It reads the mark
// only now, when nobody can write it any more.
func (f Folder) putBack(st State) (State, error) {
	if err := f.decide(&st); err != nil {
		if errors.Is(err, ErrOneWay) {
			st.Phase = Done
			err = errors.Join(err, f.save(st))
		}
		return st, err
	}
	if err := f.save(st); err != nil {
		return st, err
	}
	step("decided")
	sum, err := sumOf(f.Previous())
	if err == nil && sum != st.From.Sum {
		err = errors.New("it was changed")
	}
	if err != nil {
		return st, fmt.Errorf("%s is not %s any more: %w", f.Previous(), st.From.Version, err)
	}
	if err := f.putBackStore(st); err != nil {
		return st, fmt.Errorf("put the database back: %w", err)
	}
	step("restored")
	if err := copyProgram(f.Previous(), st.Program); err != nil {
		return st, fmt.Errorf("put the program back: %w", err)
	}
	st.Phase = Returned
	return st, f.save(st)
}

// decide says which database goes with the previous program.
func (f Folder) decide(st *State) error {
	switch {
	case st.Database != Undecided:
	case !f.hasCopy():
		st.Database = Newer // there was none before
	case !st.released():
		st.Database = Copy
	case st.To.Format > st.From.Format:
		return ErrOneWay
	default:
		st.Database = Newer
	}
	return nil
}

func (f Folder) hasCopy() bool {
	_, err := os.Stat(f.database())
	return err == nil
}

// Aside is where the newer database is kept when the copy takes its place
// although something was taken.
func (st State) Aside() string { return st.Store + ".of-" + st.To.Version }

func (f Folder) putBackStore(st State) error {
	if st.Database == CopyAside {
		if _, err := os.Lstat(st.Aside()); err != nil { // else that is done
			if err := copyStore(st.Store, st.Aside()); err != nil {
				return err
			}
		}
	}
	if st.Database == Newer {
		return nil
	}
	return copyStore(f.database(), st.Store)
}

// Back takes the newest update back because a person wants it. withDatabase
// gives the previous version the database of before, too; what came since is
// kept beside it, and not in it.
func (u *Updater) Back(ctx context.Context, withDatabase bool) error {
	free, err := u.begin()
	if err != nil {
		return err
	}
	defer free()
	st, err := u.Folder.Load()
	if err != nil {
		return err
	}
	if st.Phase == Returning {
		return u.back(ctx, st, st.Why)
	}
	if st.Phase != Trial && st.Phase != Done {
		return errors.New("there is no update to go back from: see \"bellhop update status\"")
	}
	if sum, err := sumOf(st.Program); err != nil || sum != st.To.Sum {
		return fmt.Errorf("%s is not the program of the update to %s any more: it was exchanged otherwise", st.Program, st.To.Version)
	}
	if st.To.Format > st.From.Format && st.released() && !withDatabase {
		return ErrOneWay
	}
	if err := u.Confirm(Plan{From: st.To, To: st.From}); err != nil {
		return err
	}
	if withDatabase {
		st.Database = CopyAside
	}
	return u.back(ctx, st, "")
}
