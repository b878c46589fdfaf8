package quarter

import (
	"time"

	"bellhop/hotel"
)

// readAlerts lets the desk go through what has been open for a while: a house in
// which nobody does has a thousand of them in a month, and none is raised then.
func (h *house) readAlerts() {
	if h.box == nil {
		return
	}
	for _, a := range h.box.agent.Alerts() {
		if h.now().Sub(a.Last) < time.Hour {
			continue
		}
		resolve := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandResolve, Fields: map[string]string{"alert": a.ID}}
		if h.order(resolve) == nil { // one that waits for a decision is refused, one of a dead box fails
			h.count["alerts resolved"]++
		}
	}
}
