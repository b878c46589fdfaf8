package update

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bellhop/sabotage"
)

const (
	// askEvery is how often the new version is looked at, askTime how long it
	// may take to answer.
	askEvery = 250 * time.Millisecond
	askTime  = 2 * time.Second
	// ownTime is for how long it must stay as it is after its trial.
	ownTime = 15 * time.Second
	// SettleTime is how long it must run without an end until a start that
	// goes wrong is no matter of the update any more.
	SettleTime = 10 * time.Minute
)

func watchTime() time.Duration {
	if sabotage.On(sabotage.Hasty) {
		return ownTime / 5
	}
	return ownTime
}

// try starts the new version and watches it; it goes back when that is called
// for, and returns a [ReturnedError] then.
func (u *Updater) try(ctx context.Context, st State) error {
	ctx = context.WithoutCancel(ctx)
	u.Say("%s is on trial", st.To.Version)
	if err := u.Service.Start(ctx); err != nil {
		return u.back(ctx, st, err.Error())
	}
	step("started")
	a, err := u.await(ctx, st.To, u.Limit)
	if err != nil {
		return u.back(ctx, st, err.Error())
	}
	step("trusted")
	st.Trusted, st.Starts = true, 0
	if err := u.Folder.save(st); err != nil {
		return err
	}
	u.Say("%s works as %s did; watching it for %.0f s", st.To.Version, st.From.Version, watchTime().Seconds())
	if err := u.watch(ctx, st, a); err != nil {
		return u.back(ctx, st, err.Error())
	}
	return nil
}

// await waits until a version answers that takes events.
func (u *Updater) await(ctx context.Context, want Build, limit time.Duration) (Answer, error) {
	last := errors.New("nothing was heard of it")
	for began := u.now(); u.now().Sub(began) < limit; time.Sleep(askEvery) {
		a, err := u.ask(ctx)
		switch {
		case err != nil:
			last = err
		case a.Version != want.Version:
			last = fmt.Errorf("what answers is %s: the service starts another program than %s", a.Version, u.Program)
		case a.Held != "":
			last = errors.New(a.Held)
		case a.Fault != "":
			last = errors.New(a.Fault)
		default:
			return a, nil
		}
	}
	return Answer{}, fmt.Errorf("%s did not work within %v: %w", want.Version, limit, last)
}

func (u *Updater) ask(ctx context.Context) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return u.Ask(ctx)
}

// watch notices an agent that ends although its trial is over.
func (u *Updater) watch(ctx context.Context, st State, first Answer) error {
	var last error
	for began := u.now(); u.now().Sub(began) < watchTime(); time.Sleep(askEvery) {
		a, err := u.ask(ctx)
		last = err
		switch {
		case err == nil && !a.Started.Equal(first.Started):
			return fmt.Errorf("%s ended soon after its trial", st.To.Version)
		case err == nil && a.Fault != "":
			last = errors.New(a.Fault)
		}
	}
	if last != nil {
		return fmt.Errorf("%s does not work any more: %w", st.To.Version, last)
	}
	return nil
}
