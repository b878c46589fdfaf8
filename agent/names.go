package agent

import (
	"context"
	"time"

	"bellhop/hotel"
)

// forgetEvery is how often it is seen to that names of guests go.
const forgetEvery = time.Hour

// forget removes the names of guests who left long ago (store.keep_names).
func (a *Agent) forget(ctx context.Context) {
	now := a.now()
	if since := now.Sub(a.forgot); since >= 0 && since < forgetEvery {
		return
	}
	keep, err := a.config.Store.KeepNamesFor()
	if err != nil || !a.clock.ok() {
		return // the config is checked; a clock is believed some time
	}
	for more := true; more && ctx.Err() == nil; {
		if _, more, err = a.store.Forget(ctx, keep); err != nil {
			a.storeFailed(err)
			return
		}
	}
	if a.forgetShown(ctx, now.Add(-keep)) {
		a.forgot = now
	}
}

// forgetShown forgets names that telephones of vacant rooms were to lose long
// ago, and still have, or may have: the PBX was away, or has no such telephone
// any more. That they are to go is still known. It tells whether all went well.
func (a *Agent) forgetShown(ctx context.Context, before time.Time) bool {
	if a.phones == nil {
		return true
	}
	for _, p := range a.Phones() {
		if !a.phones.stillNames(p) {
			continue
		}
		if order, err := a.store.Event(p.Order); err == nil && !order.Time.Before(before) {
			continue
		}
		if err := a.notePhone(ctx, hotel.PhoneNote{Extension: p.Extension, Forget: true}); err != nil {
			if ctx.Err() == nil {
				a.storeFailed(err)
			}
			return false
		}
	}
	return true
}

// stillNames tells whether it is known of a vacant room's telephone which guest's
// name it showed, or shows.
func (p *phoneWriter) stillNames(known hotel.Phone) bool {
	if known.Name != "" || known.Ours.Name == nil || *known.Ours.Name == "" {
		return false
	}
	return known.Found.Name != nil || !p.vacantName(known)
}
