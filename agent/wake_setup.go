package agent

import (
	"cmp"
	"strings"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// wakeSetup is what wake-ups depend on beyond the state.
func (a *Agent) wakeSetup() hotel.WakeSetup {
	c := a.config.WakeUp
	s := hotel.WakeSetup{
		How: hotel.WakeHow(c.How), Retries: c.Retries, Spacing: c.Spacing, Late: c.LateTime(), Net: time.Duration(c.Net) * time.Minute,
		Desk: c.Desk, Confirm: a.services.Confirm, Answers: cmp.Or(c.IVR, a.services.Confirm),
		Language: a.config.Hotel.Language,
		Keeps:    a.config.Checkout.WakeUps == config.WakeUpsUntilDeparture, Believed: func() bool { return a.clock.ok() },
	}
	if keep, err := a.config.Store.KeepFor(); err == nil {
		s.Keep = keep
	}
	_, s.Calls = a.driver.(pbx.Dialer)
	_, s.HangsUp = a.driver.(pbx.CallKeeper)
	_, s.Alarms = a.driver.(pbx.AlarmKeeper)
	s.Alarms = s.Alarms && a.phones != nil // by whom they are set
	return s
}

// callsOf is how many calls a model carries at once, as its maker says.
var callsOf = []struct {
	model string
	calls int
}{{"S300", 60}, {"S100", 30}, {"S50", 25}, {"S20", 10}, {"K2", 200}}

// callsUnknown is for a model that is not in the list: so many every one carries.
const callsUnknown = 8

// wakePlaces is how many rooms may be rung at once.
func (a *Agent) wakePlaces() int {
	c, calls := a.config.WakeUp, a.config.WakeUp.Calls
	if calls == 0 {
		calls = callsUnknown
		if id := a.pbx.Load(); id != nil {
			calls = modelCalls(id.Model)
		}
	}
	reserve := c.Reserve
	if reserve < 0 {
		reserve = calls / 3
	}
	return max(1, calls-reserve)
}

func modelCalls(model string) int {
	for _, m := range callsOf {
		if strings.Contains(strings.ToUpper(model), m.model) {
			return m.calls
		}
	}
	return callsUnknown
}
