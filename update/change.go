package update

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"bellhop/sabotage"
	"bellhop/store"
)

// step is where tests kill the process.
func step(name string) {
	if sabotage.On(sabotage.DiesAt + name) {
		die()
	}
}

// Steps are the names of all of them, in their order; those of a return last.
var Steps = []string{"stopping", "stopped", "kept", "switching", "switched", "trial", "started", "trusted", "returning", "halted", "decided", "restored", "returned"}

// change stops the agent, keeps what there is, and puts the new program in its
// place. Nobody's hanging up ends it from here on.
func (u *Updater) change(ctx context.Context, st State, p staged) error {
	if a, err := u.Ask(ctx); err == nil {
		st.Before = a.Works
	} else {
		u.Say("the agent does not answer, so that nothing is compared with it: %v", err)
	}
	st.Phase = Stopping
	if err := u.Folder.save(st); err != nil {
		return err
	}
	step("stopping")
	ctx = context.WithoutCancel(ctx)
	u.Say("stopping the agent")
	if err := u.Service.Stop(ctx); err != nil {
		return errors.Join(err, u.abandon(ctx, st, "the agent could not be stopped"))
	}
	step("stopped")
	if err := u.keep(st); err != nil {
		return errors.Join(err, u.abandon(ctx, st, err.Error()))
	}
	step("kept")
	st.Phase = Switching
	if err := u.Folder.save(st); err != nil {
		return errors.Join(err, u.abandon(ctx, st, err.Error()))
	}
	step("switching")
	u.Say("changing from %s to %s", st.From.Version, st.To.Version)
	if err := u.install(ctx, st, p); err != nil {
		return u.back(ctx, st, err.Error())
	}
	step("switched")
	st.Phase = Trial
	if err := u.Folder.save(st); err != nil {
		return u.back(ctx, st, err.Error())
	}
	step("trial")
	return u.try(ctx, st)
}

// keep copies the program and its database.
func (u *Updater) keep(st State) error {
	if err := copyProgram(st.Program, u.Folder.Previous()); err != nil {
		return fmt.Errorf("keep the program: %w", err)
	}
	if sum, err := sumOf(u.Folder.Previous()); err != nil || sum != st.From.Sum {
		return fmt.Errorf("keep the program: it was changed meanwhile (%w)", err)
	}
	if err := copyStore(st.Store, u.Folder.database()); err != nil {
		return fmt.Errorf("keep the database: %w", err)
	}
	return nil
}

// endTime bounds how long an agent that was stopped may hold its database.
const endTime = 30 * time.Second

// copyStore waits until no agent has either database.
func copyStore(from, to string) error {
	for began := time.Now(); ; {
		err := store.Copy(from, to)
		if errors.Is(err, fs.ErrNotExist) {
			if _, gone := os.Lstat(from); gone != nil { // there is none yet
				return errors.Join(removeIfThere(to), removeIfThere(to+"-intake"))
			}
		}
		if !errors.Is(err, store.ErrLocked) || time.Since(began) > endTime {
			return err
		}
	}
}

// installer says who puts a program in place.
func (u *Updater) installer(ctx context.Context, p staged) string {
	switch {
	case p.kind == Deb && runTool(ctx, nil, "dpkg-query", "-S", u.Program) == nil:
		return "dpkg"
	case p.kind == RPM && runTool(ctx, nil, "rpm", "-qf", u.Program) == nil:
		return "rpm"
	}
	return ""
}

// install lets the package manager do it that has installed the program before,
// so that its list stays true. Its own start of the agent is a trial, too.
func (u *Updater) install(ctx context.Context, st State, p staged) (err error) {
	ctx, cancel := context.WithTimeout(ctx, serviceTime)
	defer cancel()
	switch u.installer(ctx, p) {
	case "dpkg":
		err = runTool(ctx, []string{"DEBIAN_FRONTEND=noninteractive"}, "dpkg", "--force-confold", "--force-confdef", "-i", p.file)
	case "rpm":
		err = runTool(ctx, nil, "rpm", "-U", "--oldpackage", "--replacepkgs", p.file)
	default:
		err = copyProgram(u.Folder.staged(), st.Program)
	}
	if err != nil {
		return fmt.Errorf("put the program in place: %w", err)
	}
	sum, err := sumOf(st.Program)
	if err == nil && sum != st.To.Sum {
		err = fmt.Errorf("%s is not the new program: the package puts it elsewhere", st.Program)
	}
	return err
}
