package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// sight looks whether a room's guests may still be there, for a sweep that
// would check them out. What a PBX cannot show speaks against nothing; what it
// does not show now is asked for again.
func (p *phoneWriter) sight(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	var body hotel.SightCall
	var room hotel.Room
	if err := json.Unmarshal(c.Body, &body); err != nil || !p.view().Get(hotel.RoomKey(body.Room), &room) {
		return nil, &pms.Refused{Reason: "the call names no room"}
	}
	sight := hotel.RoomSight{Unsynced: p.unsynced()}
	for _, look := range []func(context.Context, []string, *hotel.RoomSight) error{p.namesOf, p.alarmsOf, p.callsOf} {
		if err := unlessUnsupported(look(ctx, room.Phones(), &sight)); err != nil {
			if errors.Is(err, pbx.ErrMissing) {
				err = fmt.Errorf("%w: %w", pbx.ErrRetry, err) // nobody knows what the guest has there now
			}
			return nil, judgePBX(fmt.Errorf("look at room %s: %w", room.Number, err))
		}
	}
	return json.Marshal(sight)
}

// namesOf notes the telephones that show another name than the hotel gave them.
func (p *phoneWriter) namesOf(ctx context.Context, phones []string, sight *hotel.RoomSight) error {
	found, err := p.pbx.ReadExtensions(ctx, phones...)
	if err != nil {
		return err
	}
	for _, now := range found {
		var wanted hotel.Phone
		p.view().Get(hotel.PhoneKey(now.Number), &wanted)
		if ours := wanted.Ours.Name; ours != nil && *ours != now.Name {
			sight.Names = append(sight.Names, now.Number)
		}
	}
	return nil
}

// alarmsOf notes the alarms that somebody has set by hand.
func (p *phoneWriter) alarmsOf(ctx context.Context, phones []string, sight *hotel.RoomSight) error {
	keeper, ok := p.driver.(pbx.AlarmKeeper)
	if !ok {
		return nil
	}
	list, err := keeper.ListAlarms(ctx, phones...)
	for _, alarm := range list {
		sight.Alarms = append(sight.Alarms, fmt.Sprintf("%s %02d:%02d", alarm.Extension, alarm.Hour, alarm.Minute))
	}
	return err
}

// callsOf notes the telephones that are in use.
func (p *phoneWriter) callsOf(ctx context.Context, phones []string, sight *hotel.RoomSight) error {
	keeper, ok := p.driver.(pbx.CallKeeper)
	if !ok {
		return nil
	}
	for _, phone := range phones {
		calls, err := keeper.ExtensionCalls(ctx, phone)
		if err != nil {
			return err
		}
		if len(calls) > 0 {
			sight.Calls = append(sight.Calls, phone)
		}
	}
	return nil
}

// unsyncedPMS gives the reason why the management system may know what we do not: it takes
// nothing now, or has not shown since the start that it does while something waits
// for it. Empty: nothing speaks for that.
func (a *Agent) unsyncedPMS() string {
	for _, d := range a.outbox.state() {
		if d.To == hotel.ToPMS && (d.Failures > 0 || d.Missing || d.Unheard) {
			return hotel.Because(hotel.ReasonPMSAway)
		}
	}
	if a.link == nil && a.config.PMS.Link != "none" {
		return hotel.Because(hotel.ReasonPMSMissing)
	}
	return ""
}

// tidy makes a vacant room's telephone what it should be; one that has been let
// since is not its concern. Alarms and voicemail stay, as somebody may have set
// them for who comes next, and a name that was written by hand.
func (p *phoneWriter) tidy(ctx context.Context, extension string) error {
	room, known := hotel.RoomOf(p.view(), extension)
	if !known || room.Stay != "" {
		return nil
	}
	return p.settleBy(ctx, extension, true, func(wanted hotel.Phone, now pbx.Settings) phonePlan {
		return p.planTidy(room, wanted, now)
	})
}
