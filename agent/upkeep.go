package agent

import (
	"context"
	"time"

	"bellhop/hotel"
)

const (
	upkeepEvery  = time.Minute
	releaseEvery = time.Second
	// A far side that takes nothing for so long is told of.
	unreachableAfter = 15 * time.Minute
	// A file of this size, half of it empty, is worth writing anew.
	compactFrom = 32 << 20
	// compactHour is when the house sleeps.
	compactHour = 4
)

// upkeep lets calls out whose time has come, and tells of far sides that are
// away.
func (a *Agent) upkeep(ctx context.Context) {
	release := time.NewTicker(releaseEvery)
	defer release.Stop()
	tell := time.NewTicker(upkeepEvery)
	defer tell.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-release.C:
			a.release(ctx)
		case <-tell.C:
			a.tellOfOutages(ctx)
			a.tellOfLookThroughs(ctx)
		}
	}
}

// tidy removes what is old and makes the file small again. With a large store
// either takes minutes, for which no call waits.
func (a *Agent) tidy(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.retain(ctx)
			a.forget(ctx)
			a.compact(ctx)
		}
	}
}

// tellOfLookThroughs raises an alert for each room that waits for long to be
// looked through, once for each check-out.
func (a *Agent) tellOfLookThroughs(ctx context.Context) {
	if !a.config.Checkout.LookThrough {
		return
	}
	view, waits := a.store.Snapshot(), map[string]bool{}
	for _, room := range a.Rooms() {
		var s hotel.Stay
		if room.Stay == "" || !view.Get(hotel.StayKey(room.Stay), &s) || s.State != hotel.StayChecking ||
			a.now().Sub(s.Checking) < a.config.Checkout.LookThroughTime() {
			continue
		}
		if waits[s.ID] = true; !a.looks[s.ID] {
			a.tell(ctx, hotel.AlertLookThrough, map[string]string{"room": room.Number})
		}
	}
	a.looks = waits
}

// tellOfOutages raises an alert for each far side that has been away for
// long, once for each outage, and for each call that fails while others do not.
func (a *Agent) tellOfOutages(ctx context.Context) {
	for _, d := range a.outbox.state() {
		away := d.Failures > 0 && a.now().Sub(d.Since) >= unreachableAfter
		away = away && !(d.To == hotel.MailTo && a.mail.stopped()) // the person is told what to mend
		if away && !a.told[d.To] {
			a.tell(ctx, outageCode(d.To), map[string]string{"to": d.To})
		}
		a.told[d.To] = away
	}
	for _, c := range a.outbox.stuck(unreachableAfter) {
		a.tell(ctx, hotel.AlertStuck, map[string]string{"to": c.To, "op": c.Op, "room": c.Room, "error": c.Error})
	}
}

// release moves calls for which it was too early into their lanes.
func (a *Agent) release(ctx context.Context) {
	now := a.now()
	next, waiting, err := a.store.NextLater()
	if err == nil && waiting && !next.After(now) && a.clock.ok() {
		_, err = a.store.Release(ctx, now)
	}
	if err != nil && ctx.Err() == nil {
		a.storeFailed(err)
	}
}

func (a *Agent) retain(ctx context.Context) {
	keep, err := a.config.Store.KeepFor()
	if err != nil {
		return // the config is checked: it cannot be
	}
	most, err := a.config.Store.MaxBytes()
	for more := err == nil; more && ctx.Err() == nil; {
		if _, more, err = a.store.Retain(ctx, keep, most); err != nil {
			a.storeFailed(err)
			return
		}
	}
}

// compact writes the file anew at night when much of it is empty.
func (a *Agent) compact(ctx context.Context) {
	size, free := a.store.Waste()
	if size < compactFrom || free*2 < size || a.now().In(a.zone).Hour() != compactHour {
		return
	}
	if err := a.store.Compact(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("the database could not be made smaller", "error", err)
		return
	}
	a.log.Info("the database was written anew", "before", size, "free", free)
}
