package agent

import (
	"context"
	"errors"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/site"
)

const (
	// causedWithin is how long a report may take that was caused.
	causedWithin = 5 * time.Second
	causedLook   = 20 * time.Millisecond
)

var (
	errNoCause  = errors.New("there is no harmless way with this PBX")
	errNoVacant = errors.New("it takes the telephone of a vacant room, and there is none")
)

// cause has the PBX report something, and waits until a report comes: any one is
// proof. It blocks for some seconds. Nobody else changes the PBX meanwhile.
func (a *Agent) cause(ctx context.Context) *site.Caused {
	causer, able := a.driver.(pbx.EventCauser)
	if !able || a.phones == nil {
		return &site.Caused{Error: errNoCause.Error()}
	}
	phone := a.quietPhone()
	if phone == "" {
		return &site.Caused{Error: errNoVacant.Error()}
	}
	c := &site.Caused{Extension: phone, Waited: causedWithin}
	ctx, cancel := context.WithTimeout(ctx, causedWithin)
	defer cancel()
	before, began := a.driver.State().LastPush, time.Now()
	if err := a.phones.spaced(ctx, func() error { return causer.CauseEvent(ctx, phone) }); err != nil {
		c.Error = err.Error()
		return c
	}
	tick := time.NewTicker(causedLook)
	defer tick.Stop()
	for !a.driver.State().LastPush.After(before) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return c
		}
	}
	c.Took = time.Since(began)
	return c
}

// quietPhone is the telephone of a vacant room that nothing is to be done about;
// empty: there is none. A guest's name is not touched, not even to write it as it
// is.
func (a *Agent) quietPhone() string {
	view := a.store.Snapshot()
	for _, room := range list[hotel.Room](view, hotel.PrefixRoom) {
		if room.Stay != "" {
			continue
		}
		for _, number := range room.Phones() {
			var phone hotel.Phone
			view.Get(hotel.PhoneKey(number), &phone)
			if !leaving(phone) {
				return number
			}
		}
	}
	return ""
}
