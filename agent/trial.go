package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"bellhop/sabotage"
)

// Works says which of the things work that an update must not break.
type Works struct {
	Listening bool `json:"listening"` // reports of the PBX are taken
	PBX       bool `json:"pbx"`       // it answers
	Hooks     bool `json:"hooks"`     // all of the hotel's are in use
	PMS       bool `json:"pms"`       // its link is set up
	Mail      bool `json:"mail"`      // its server is
}

// Trial is what a new version goes through before it may do anything: it opens
// the database, speaks with the PBX and answers on its socket, but keeps
// nothing (a push is answered 503) and sends nothing.
type Trial struct {
	Before Works         // of the version before
	Limit  time.Duration // [ErrTrial] after that
	// Trust is called when all works that worked. Nothing is kept or sent
	// before it has returned without an error: it is tried again.
	Trust func() error
}

// ErrTrial says that a new version did not come to work as the one before did.
var ErrTrial = errors.New("the new version did not come through its trial")

// trialEvery is how often it is looked at what works.
const trialEvery = 200 * time.Millisecond

// stand waits until the trial is over, if there is one.
func (a *Agent) stand(ctx context.Context) error {
	if a.trial == nil {
		return nil
	}
	a.log.Info("this version is on trial: it keeps and sends nothing until all works that worked before")
	if sabotage.On(sabotage.DiesOnTrial) {
		os.Exit(1)
	}
	tick := time.NewTicker(trialEvery)
	defer tick.Stop()
	for began := time.Now(); ; {
		err := a.judge()
		if err == nil {
			err = a.trial.Trust()
		}
		if err == nil {
			a.held.Store(nil)
			a.log.Info("the trial is over: this version works")
			return nil
		}
		why := "on trial: " + err.Error()
		a.held.Store(&why)
		if time.Since(began) > a.trial.Limit {
			return fmt.Errorf("%w: %w", ErrTrial, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// judge says what does not work yet.
func (a *Agent) judge() error {
	st := a.Status()
	// One answer proves that this version can speak with the PBX; the next call
	// may be half a minute away.
	st.Works.PBX = st.Works.PBX || st.PBX != nil && !st.PBX.Since.IsZero()
	switch worse := st.Works.worse(a.trial.Before); {
	case a.store.Damaged != "":
		return errors.New("it takes the database for damaged")
	case st.Store.Error != "":
		return errors.New(st.Store.Error)
	case sabotage.On(sabotage.DeafOnTrial):
		return errors.New("it is made so")
	case len(worse) > 0:
		return fmt.Errorf("%s: it worked before", strings.Join(worse, ", "))
	}
	return nil
}

// worse names what worked before and does not now.
func (w Works) worse(before Works) (all []string) {
	for _, part := range []struct {
		name        string
		before, now bool
	}{
		{"reports of the PBX are not taken", before.Listening, w.Listening},
		{"the PBX does not answer", before.PBX, w.PBX},
		{"some hooks are not used", before.Hooks, w.Hooks},
		{"the link to the PMS is not set up", before.PMS, w.PMS},
		{"the mail server is not set up", before.Mail, w.Mail},
	} {
		if part.before && !part.now {
			all = append(all, part.name)
		}
	}
	return all
}

// works reads what does, of a status.
func (a *Agent) works(s *Status) Works {
	w := Works{Hooks: s.HookFaults == "", PMS: a.link != nil, Mail: a.mail != nil}
	if s.PBX != nil {
		w.Listening = s.PBX.Listening != ""
		w.PBX = !s.PBX.Since.IsZero() && s.PBX.Error == ""
	}
	return w
}

// dieWhenTrusted is what a bad version may do, see [sabotage.DiesWhenTrusted].
func dieWhenTrusted() {
	if sabotage.On(sabotage.DiesWhenTrusted) {
		time.AfterFunc(time.Second, func() { os.Exit(1) })
	}
}

// Notice is an alert that somebody else has for the agent to raise, once.
type Notice struct {
	Code   string
	Params map[string]string
	Told   func() error // remembers that it was raised
}

func (a *Agent) tellNotice(ctx context.Context) {
	if a.notice == nil {
		return
	}
	a.tell(ctx, a.notice.Code, a.notice.Params)
	if err := a.notice.Told(); err != nil {
		a.log.Warn("an alert may be raised again after the next start", "code", a.notice.Code, "error", err)
	}
}
