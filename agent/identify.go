package agent

import (
	"context"
	"time"

	"bellhop/pbx"
)

// How often the PBX is asked who it is and what its clock says: soon again
// until it has answered once, then now and then.
const (
	identifySoon  = 30 * time.Second
	identifyLater = time.Hour
)

// identify keeps asking until ctx ends. An answer may vouch for our clock.
func (a *Agent) identify(ctx context.Context) {
	for {
		wait := identifySoon
		if id, err := a.driver.Identify(ctx); err == nil {
			wait = identifyLater
			a.clock.compare(id, a.zone)
			a.history.answers()
			if old := a.pbx.Swap(&id); old == nil || old.Serial != id.Serial || old.Firmware != id.Firmware {
				a.log.Info("the PBX answers", "model", id.Model, "serial", id.Serial, "firmware", id.Firmware)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// PBX is what the PBX last said of itself; nil when it has not answered yet.
func (a *Agent) PBX() *pbx.Identity { return a.pbx.Load() }
