package agent

import (
	"context"
	"strings"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// swapped takes from a telephone the forwards and the like of a guest who is in
// another room since a swap: calls for who stays here now would reach the other.
// Alarms set by hand and voicemail are a person's to sort out. What is found long
// after may be the new guest's own, and the desk is told to look.
func (p *phoneWriter) swapped(ctx context.Context, body hotel.PhoneCall, queued time.Time) error {
	room, known := hotel.RoomOf(p.view(), body.Extension)
	if !known || room.Stay == "" {
		return nil // gone since: its check-out takes all off
	}
	if p.now().Sub(queued) >= arrivalWithin {
		p.tell(ctx, hotel.AlertNotCleared, map[string]string{"room": room.Number, "extension": body.Extension})
		return nil
	}
	err := p.settleBy(ctx, body.Extension, true, func(wanted hotel.Phone, now pbx.Settings) phonePlan {
		todo := p.plan(wanted, now, false)
		todo.clearAway(now)
		return todo
	})
	if err != nil {
		return err
	}
	held, err := p.readHeld(ctx, []string{body.Extension})
	if err != nil {
		return err
	}
	if left := held.left(p.view(), room, body.Extension); len(left) > 0 {
		p.tell(ctx, hotel.AlertSwapped, map[string]string{
			"room": room.Number, "to": body.To, "extension": body.Extension, "left": strings.Join(left, ", "),
		})
	}
	return nil
}
