package update

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// maxStarts is how often a new version may be started until it is given up.
const maxStarts = 3

// Guard is for each start of the service, before the agent runs: it goes on
// with an update that was cut off, or goes back. It says what it did; back
// tells that the program's file is another one now. start names the start, so
// that being asked twice about one counts once; empty: each counts.
//
// It does nothing while an updater is at work, and nothing where it may not
// write.
func (f Folder) Guard(start string) (said string, back bool, err error) {
	st, err := f.Load()
	if err != nil || !st.Phase.Unfinished() {
		return "", false, err
	}
	free, err := f.lock()
	if errors.Is(err, ErrBusy) || errors.Is(err, fs.ErrPermission) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	defer free()
	if st, err = f.Load(); err != nil { // as it is now that nobody else writes it
		return "", false, err
	}
	switch st.Phase {
	case Stopping, Switching, Trial:
		return f.guardChange(st, start)
	case Returning:
		return f.guardBack(st)
	}
	return "", false, nil
}

func (f Folder) guardChange(st State, start string) (said string, back bool, err error) {
	sum, err := sumOf(st.Program)
	if err != nil {
		return "", false, err
	}
	if st.Phase == Stopping || sum != st.To.Sum {
		st.Phase, st.Why = Abandoned, "it was cut off before anything was changed"
		return fmt.Sprintf("the update to %s was cut off; nothing is changed", st.To.Version), false, f.save(st)
	}
	mark := MarkOf(st)
	if mark.Settled {
		st.Phase = Done
		return "", false, f.save(st)
	}
	if mark.ID != "" && !st.Trusted {
		st.Trusted, st.Starts = true, 0
	}
	if start == "" || start != st.Started {
		st.Starts++
	}
	st.Phase, st.Started = Trial, start
	if st.Starts <= maxStarts {
		return "", false, f.save(st)
	}
	st.Phase, st.Why = Returning, fmt.Sprintf("%s was started %d times and did not stay", st.To.Version, maxStarts)
	if err := f.save(st); err != nil {
		return "", false, err
	}
	return f.guardBack(st)
}

func (f Folder) guardBack(st State) (said string, back bool, err error) {
	st, err = f.putBack(st)
	if errors.Is(err, ErrOneWay) {
		return fmt.Sprintf("%s: %v", st.Why, ErrOneWay), false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("go back to %s: %w", st.From.Version, err)
	}
	return fmt.Sprintf("the update to %s was taken back: %s", st.To.Version, st.Why), true, nil
}

// OnTrial gives the update of which a program is the new version, and which
// has not been through its trial, or is being taken back: then the agent keeps
// and sends nothing.
func (f Folder) OnTrial(program string) (State, bool, error) {
	st, err := f.Load()
	if err != nil || !slices.Contains([]Phase{Switching, Trial, Returning}, st.Phase) {
		return State{}, false, err
	}
	if st.Phase != Returning && st.released() {
		return State{}, false, nil
	}
	sum, err := sumOf(program)
	if err != nil {
		return State{}, false, err
	}
	return st, sum == st.To.Sum, nil
}

// Trust ends the trial of an update: when it returns nil that is on the disk,
// and the agent may take what comes. One that is being taken back is not
// trusted any more: which database stays may be decided already.
func (f Folder) Trust(st State) error {
	now, err := f.Load()
	if err != nil {
		return err
	}
	if now.ID != st.ID || now.Phase == Returning {
		return errors.New("the update is being taken back")
	}
	return Mark{ID: st.ID}.Write(st.Store)
}
