package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bellhop/api"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/update"
)

// updateQuiet is for how long nobody should be woken when an update begins: as long
// as one may take that does not work, and is taken back.
const updateQuiet = 10 * time.Minute

// quietNow refuses to stop an agent that is about to wake somebody. An agent that
// does not answer cannot be asked: then it is the update that is wanted. A person
// is told, and asked as always.
func (c *call) quietNow(cfg config.Config, p update.Plan) error {
	ctx, cancel := context.WithTimeout(c.ctx, 5*time.Second)
	defer cancel()
	var all []hotel.WakeUp
	if err := api.NewClient(cfg.API.Socket).Get(ctx, "/v1/wakeups", &all); err != nil {
		return nil
	}
	said := dueSoon(all, time.Now(), c.zone)
	if said == "" {
		return nil
	}
	fmt.Fprintln(c.err, said+": while the agent stops they wait, and ring late")
	if p.Package != "" && c.opt.yes && !c.opt.update.now {
		return errors.New("nothing was changed: " + said + "; choose another hour, or say --now")
	}
	return nil
}

// dueSoon says which wake-ups are due or under way; empty: none. The list has
// those that are not over, the earliest first.
func dueSoon(all []hotel.WakeUp, now time.Time, zone *time.Location) string {
	count, first := 0, hotel.WakeUp{}
	for _, w := range all {
		if w.Due.IsZero() || w.Due.After(now.Add(updateQuiet)) {
			continue
		}
		if count++; count == 1 {
			first = w
		}
	}
	at := fmt.Sprintf("in room %s at %s", first.Room, first.Due.In(zone).Format("15:04"))
	switch count {
	case 0:
		return ""
	case 1:
		return "a wake-up is due " + at
	}
	return fmt.Sprintf("%d wake-ups are due soon, the first %s", count, at)
}
