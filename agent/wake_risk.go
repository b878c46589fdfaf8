package agent

import (
	"context"
	"strconv"
	"time"

	"bellhop/hotel"
)

const (
	riskEvery = 15 * time.Second
	// riskAfter: what lasts no longer is no trouble yet.
	riskAfter = time.Minute
	// riskAhead is how long before a wake-up a person hears that it could not be
	// rung now: soon enough to do something about it.
	riskAhead = time.Hour
)

// wakeRisk tells a person before a wake-up that it could not be rung as things
// are: not at breakfast.
type wakeRisk struct {
	agent *Agent
	asked time.Time // by the steady clock
	since time.Time // of the trouble, the same; zero: there is none
	told  bool
}

func (r *wakeRisk) look(ctx context.Context) {
	if time.Since(r.asked) < riskEvery {
		return
	}
	r.asked = time.Now()
	why, clock := r.trouble()
	if why == "" {
		r.since, r.told = time.Time{}, false
		return
	}
	if r.since.IsZero() {
		r.since = r.asked
	}
	if r.told || r.asked.Sub(r.since) < riskAfter {
		return
	}
	count, first := r.soon(clock)
	if count == 0 {
		return
	}
	r.told = true
	r.agent.tell(ctx, hotel.AlertWakeAhead, map[string]string{
		"count": strconv.Itoa(count), "at": first.In(r.agent.zone).Format("2006-01-02 15:04"), "why": why,
	})
}

// trouble says why nobody could be rung now, and whether it is the clock.
func (r *wakeRisk) trouble() (why string, clock bool) {
	if why := r.agent.clock.reason(); why != "" {
		return hotel.Because(hotel.ReasonClock) + ": " + why, true
	}
	if r.agent.driver == nil {
		return "", false
	}
	state := r.agent.driver.State()
	switch {
	case state.Error != "":
		return hotel.Because(hotel.ReasonPBXAway, state.Error), false
	case state.Deaf != "":
		return hotel.Because(hotel.ReasonPBXDeaf, state.Deaf), false
	}
	return "", false
}

// soon counts what is due within the hour; while nobody knows what time it is,
// all.
func (r *wakeRisk) soon(all bool) (count int, first time.Time) {
	until := r.agent.now().Add(riskAhead)
	view := r.agent.store.Snapshot()
	view.List(hotel.PrefixWakeDue, func(key string, _ func(any) bool) bool {
		at, id, _ := hotel.WakeDue(key)
		if !all && at.After(until) {
			return false
		}
		var w hotel.WakeUp
		if !view.Get(hotel.WakeUpKey(id), &w) || w.State.Over() || !all && w.Due.After(until) {
			return true
		}
		if count++; first.IsZero() || w.Due.Before(first) {
			first = w.Due
		}
		return true
	})
	return count, first
}
