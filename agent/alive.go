package agent

import (
	"errors"
	"time"
)

// commitTime is how long a commit may take; on the worst SD card it takes
// seconds.
const commitTime = time.Minute

// Alive says why only a restart can help, if so; it does not return while the
// dispatcher or the outbox is stuck. That the PBX, the PMS or the disk refuses
// is no reason: the agent tries on, and says so in its status.
func (a *Agent) Alive() error {
	a.dispatcher.backlog()
	a.outbox.state()
	if err := a.store.Alive(commitTime); err != nil {
		return errors.Join(errors.New("the store is stuck"), err)
	}
	return nil
}
