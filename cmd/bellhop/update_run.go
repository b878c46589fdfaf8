package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"syscall"
	"time"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/update"
)

// updateAtStart is what a start of the agent has to do with an update. What goes
// wrong with it is logged, and no reason not to run.
type updateAtStart struct {
	folder update.Folder
	store  string
	log    *slog.Logger
	state  update.State
}

func openUpdate(cfg config.Config, log *slog.Logger) *updateAtStart {
	return &updateAtStart{folder: update.FolderOf(cfg.Store.Path), store: cfg.Store.Path, log: log}
}

// startName is systemd's name for one start, the same for all that belongs to it.
func startName() string { return os.Getenv("INVOCATION_ID") }

// guard goes on with an update that was cut off, where no other process does.
// When that has put the previous program in place it goes on as that one.
func (u *updateAtStart) guard() error {
	said, back, err := u.folder.Guard(startName())
	if err != nil {
		u.log.Error("the update that was cut off cannot be gone on with", "error", err)
	}
	if said != "" {
		u.log.Warn(said)
	}
	if u.state, err = u.folder.Load(); err != nil {
		u.log.Error("what is known of the newest update cannot be read", "error", err)
	}
	if !back {
		return nil
	}
	if err := syscall.Exec(u.state.Program, os.Args, os.Environ()); err != nil {
		return fmt.Errorf("go on as the previous program %s: %w", u.state.Program, err)
	}
	return nil
}

// trial says what this program must go through first; nil: nothing.
func (u *updateAtStart) trial() *agent.Trial {
	self, err := os.Executable()
	if err != nil {
		u.log.Error("the program does not know its own file, and so not whether it is on trial", "error", err)
		return nil
	}
	st, on, err := u.folder.OnTrial(self)
	if err != nil {
		u.log.Error("it is not known whether this version is on trial", "error", err)
	}
	if !on {
		return nil
	}
	t := &agent.Trial{Limit: st.Limit, Trust: func() error { return u.folder.Trust(st) }}
	if err := json.Unmarshal(st.Before, &t.Before); err != nil && len(st.Before) > 0 {
		u.log.Warn("what worked before is not known", "error", err)
	}
	return t
}

// notice is the alert about an update that went wrong, until it was raised.
func (u *updateAtStart) notice() *agent.Notice {
	st := u.state
	code := map[update.Phase]string{update.Returned: hotel.AlertUpdateBack, update.Done: hotel.AlertUpdateStays}[st.Phase]
	if code == "" || st.Why == "" || update.MarkOf(st).Told {
		return nil
	}
	return &agent.Notice{
		Code:   code,
		Params: map[string]string{"to": st.To.Version, "version": st.From.Version, "error": st.Why},
		Told: func() error {
			mark := update.MarkOf(st)
			mark.ID, mark.Told = st.ID, true
			return mark.Write(u.store)
		},
	}
}

// settle notes that this version has run for long enough, when it is one whose
// update is not settled. It returns then, or when ctx ends.
func (u *updateAtStart) settle(ctx context.Context) {
	if u.state.Phase != update.Trial && u.state.Phase != update.Switching {
		return
	}
	select {
	case <-ctx.Done():
		return
	case <-time.After(update.SettleTime):
	}
	mark := update.MarkOf(u.state)
	if mark.ID == "" || mark.Settled {
		return
	}
	mark.Settled = true
	if err := mark.Write(u.store); err != nil {
		u.log.Warn("the update is not settled", "error", err)
	}
}
