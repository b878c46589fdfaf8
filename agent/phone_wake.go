package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// lift takes do not disturb off a telephone that is to be rung. That it is to be
// put back is on disk before.
func (p *phoneWriter) lift(ctx context.Context, extension string) error {
	letGo, err := p.holds.hold(ctx, extension)
	if err != nil {
		return err
	}
	defer letGo()
	if there, err := p.readDND(ctx, extension); err != nil || !there {
		return err
	}
	lifted, off := true, false
	if err := p.keep(ctx, hotel.PhoneNote{Extension: extension, Lifted: &lifted}); err != nil {
		return err
	}
	return p.spaced(ctx, func() error { return p.pbx.ChangeExtension(ctx, extension, pbx.Change{DND: &off}) })
}

// putBack gives a guest the do not disturb back that a wake-up took. Doing it
// twice is as good as once, and a guest who has taken it off is not given it. Nor
// is a room that was left, where who has paid may sleep on until the wake-up: it was
// taken off what was left there.
func (p *phoneWriter) putBack(ctx context.Context, extension string) error {
	letGo, err := p.holds.hold(ctx, extension)
	if err != nil {
		return err
	}
	defer letGo()
	var known hotel.Phone
	if !p.view().Get(hotel.PhoneKey(extension), &known) || !known.Lifted {
		return nil
	}
	room, ok := hotel.RoomOf(p.view(), extension)
	if ok && hotel.IsCalled(p.view(), room.Number) {
		return nil // it is rung again by now; the end of that puts it back
	}
	on, lifted := true, false
	if ok && room.Stay == "" && room.LastStay != "" && p.vacates {
		return p.keep(ctx, hotel.PhoneNote{Extension: extension, Lifted: &lifted})
	}
	err = p.spaced(ctx, func() error { return p.pbx.ChangeExtension(ctx, extension, pbx.Change{DND: &on}) })
	if err != nil {
		return fmt.Errorf("put do not disturb back: %w", err)
	}
	return p.keep(ctx, hotel.PhoneNote{Extension: extension, Lifted: &lifted})
}

// setAlarms makes the PBX's alarms for a wake-up as the record says: those that
// should stand do, and of ours no others.
func (p *phoneWriter) setAlarms(ctx context.Context, body []byte) error {
	var order hotel.RingCall
	if err := json.Unmarshal(body, &order); err != nil {
		return &pms.Refused{Reason: "the call names no wake-up"}
	}
	var w hotel.WakeUp
	keeper, able := p.driver.(pbx.AlarmKeeper)
	if !able || !p.view().Get(hotel.WakeUpKey(order.WakeUp), &w) {
		return nil
	}
	err := p.matchAlarms(ctx, keeper, w)
	if err == nil || again(err) {
		return err
	}
	// For good: a person hears of it, and the room is called if it can be.
	var now hotel.WakeUp
	p.view().Get(hotel.WakeUpKey(w.ID), &now)
	return p.noteAlarms(ctx, hotel.WakeUpAlarms{ID: w.ID, Alarms: now.Alarms, Error: err.Error()})
}

func (p *phoneWriter) matchAlarms(ctx context.Context, keeper pbx.AlarmKeeper, w hotel.WakeUp) error {
	at, phones := p.wantedAlarms(w)
	now, kept := p.now(), []hotel.WakeAlarm{}
	for _, x := range w.Alarms {
		if !at.IsZero() && x.At.Equal(at) && slices.Contains(phones, x.Extension) || p.ringsFor(w, x, now) {
			kept = append(kept, x)
			continue
		}
		if err := p.giveUpAlarm(ctx, keeper, w, x); err != nil {
			return err
		}
	}
	if len(kept) != len(w.Alarms) {
		if err := p.noteAlarms(ctx, hotel.WakeUpAlarms{ID: w.ID, Alarms: kept}); err != nil {
			return err
		}
	}
	if at.IsZero() {
		return nil
	}
	for _, phone := range phones {
		var err error
		if kept, err = p.setAlarm(ctx, keeper, w, kept, phone, at); err != nil {
			return err
		}
	}
	return nil
}

// ringsFor tells whether an alarm is about to ring, or rings, for somebody who has
// not been woken yet: however late it is looked at, it is left alone.
func (p *phoneWriter) ringsFor(w hotel.WakeUp, x hotel.WakeAlarm, now time.Time) bool {
	var room hotel.Room
	return w.AwaitsAlarm(x, now) && p.view().Get(hotel.RoomKey(w.Room), &room) && slices.Contains(room.Phones(), x.Extension)
}

// wantedAlarms says when which telephones are to be rung by the PBX.
func (p *phoneWriter) wantedAlarms(w hotel.WakeUp) (at time.Time, phones []string) {
	at = p.wake.WantsAlarm(w)
	now := p.now()
	var room hotel.Room
	if at.IsZero() || now.Before(p.alarmFrom(at).Add(-time.Minute)) || !now.Before(at.Add(-hotel.AlarmQuiet)) || !p.view().Get(hotel.RoomKey(w.Room), &room) {
		return time.Time{}, nil
	}
	return at, room.Phones()
}

// setAlarm sees to it that one telephone's alarm stands. That it is about to be
// set is on disk before, so that after a crash it is known as ours.
func (p *phoneWriter) setAlarm(ctx context.Context, keeper pbx.AlarmKeeper, w hotel.WakeUp, kept []hotel.WakeAlarm, phone string, at time.Time) ([]hotel.WakeAlarm, error) {
	i := slices.IndexFunc(kept, func(x hotel.WakeAlarm) bool { return x.Extension == phone })
	spec, err := p.alarmSpec(w, at)
	if err != nil {
		return kept, err
	}
	standing, err := keeper.ListAlarms(ctx, phone)
	if err != nil {
		return kept, fmt.Errorf("list alarms of %s: %w", phone, err)
	}
	if i >= 0 {
		stays, err := p.keepAlarm(ctx, keeper, kept[i], standing, spec)
		if err != nil || stays {
			return kept, err
		}
	}
	if i < 0 {
		planned := hotel.WakeAlarm{Extension: phone, At: at}
		if j := slices.IndexFunc(standing, func(x pbx.Alarm) bool { return x.Extension == phone && sameTime(x, spec) }); j >= 0 {
			planned.ID, planned.Theirs = standing[j].ID, true
		}
		kept = append(kept, planned)
		i = len(kept) - 1
		if err := p.noteAlarms(ctx, hotel.WakeUpAlarms{ID: w.ID, Alarms: kept}); err != nil {
			return kept, err
		}
		if planned.Theirs {
			return kept, nil
		}
	}
	var id string
	err = p.spaced(ctx, func() (err error) {
		id, err = keeper.CreateAlarm(ctx, phone, spec)
		return err
	})
	if err != nil {
		return kept, fmt.Errorf("set an alarm of %s: %w", phone, err)
	}
	kept[i].ID, kept[i].Theirs = id, false
	return kept, p.noteAlarms(ctx, hotel.WakeUpAlarms{ID: w.ID, Alarms: kept})
}

// keepAlarm tells whether the one that is known stands as it should. The PBX's
// clock may have been set since: then it stands at the wrong time, and goes.
func (p *phoneWriter) keepAlarm(ctx context.Context, keeper pbx.AlarmKeeper, known hotel.WakeAlarm, standing []pbx.Alarm, spec pbx.AlarmSpec) (bool, error) {
	j := slices.IndexFunc(standing, func(x pbx.Alarm) bool { return x.ID == known.ID && x.Extension == known.Extension })
	if j < 0 || known.ID == "" {
		return false, nil
	}
	if sameTime(standing[j], spec) || known.Theirs {
		return sameTime(standing[j], spec), nil
	}
	return false, p.deleteAlarm(ctx, keeper, known)
}

func sameTime(x pbx.Alarm, spec pbx.AlarmSpec) bool {
	return x.Repeat == spec.Repeat && x.Hour == spec.Hour && x.Minute == spec.Minute
}

// alarmSpec says a moment as the PBX's clock will show it.
func (p *phoneWriter) alarmSpec(w hotel.WakeUp, at time.Time) (pbx.AlarmSpec, error) {
	if unknown(p.alarms.pbxNow()) {
		return pbx.AlarmSpec{}, fmt.Errorf("the PBX's clock is not known: %w", pbx.ErrRetry)
	}
	local := p.byTheirs(at)
	return pbx.AlarmSpec{
		Hour: local.Hour(), Minute: local.Minute(), Repeat: pbx.AlarmOnce, Rings: hotel.AlarmRings,
		Interval: hotel.AlarmInterval * time.Minute, Prompt: w.Prompt,
	}, nil
}

func unknown(clock time.Time) bool { return clock.IsZero() || clock.Year() < 2000 }

// byTheirs is what the PBX's clock shows at a moment, as far as it goes wrong now.
func (p *phoneWriter) byTheirs(at time.Time) time.Time {
	theirs := p.alarms.pbxNow()
	if off := theirs.Sub(p.now()); !unknown(theirs) && off.Abs() >= time.Minute {
		at = at.Add(off).Round(time.Minute)
	}
	return at.In(theirs.Location())
}

// alarmFrom is the earliest moment at which an alarm may be set. What a clock that
// is fast shows may be of the hour that comes twice, when the moment itself is not.
func (p *phoneWriter) alarmFrom(at time.Time) time.Time {
	shown := p.byTheirs(at)
	return hotel.AlarmFrom(shown, shown.Location()).Add(at.Sub(shown))
}

// giveUpAlarm takes an alarm away, unless another order of the room goes by it: then
// it is that one's from now on. Two rooms that are swapped may be woken at one time.
func (p *phoneWriter) giveUpAlarm(ctx context.Context, keeper pbx.AlarmKeeper, w hotel.WakeUp, x hotel.WakeAlarm) error {
	heir, i, found := hotel.AlarmHeir(p.view(), w, x)
	if !found || x.Theirs {
		return p.deleteAlarm(ctx, keeper, x)
	}
	alarms := slices.Clone(heir.Alarms)
	alarms[i].Theirs = false
	return p.noteAlarms(ctx, hotel.WakeUpAlarms{ID: heir.ID, Alarms: alarms})
}

// deleteAlarm takes one of ours away, by its id. One that was about to be set
// when the power went may stand: the PBX is asked.
func (p *phoneWriter) deleteAlarm(ctx context.Context, keeper pbx.AlarmKeeper, x hotel.WakeAlarm) error {
	if x.Theirs || p.now().After(x.At.Add(time.Hour)) {
		return nil // it has rung, and is gone by itself
	}
	ids := []string{x.ID}
	if x.ID == "" {
		spec, err := p.alarmSpec(hotel.WakeUp{}, x.At)
		if err != nil {
			return err
		}
		standing, err := keeper.ListAlarms(ctx, x.Extension)
		if err != nil {
			return fmt.Errorf("list alarms of %s: %w", x.Extension, err)
		}
		ids = nil
		for _, s := range standing {
			if s.Extension == x.Extension && sameTime(s, spec) && s.Rings == spec.Rings {
				ids = append(ids, s.ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	err := p.spaced(ctx, func() error { return keeper.DeleteAlarms(ctx, x.Extension, ids...) })
	if err != nil && !errors.Is(err, pbx.ErrMissing) {
		return fmt.Errorf("delete the alarms %s of %s: %w", strings.Join(ids, ", "), x.Extension, err)
	}
	return nil
}

func (p *phoneWriter) noteAlarms(ctx context.Context, n hotel.WakeUpAlarms) error {
	if err := p.noteWake(ctx, n); err != nil {
		return fmt.Errorf("%w: %w", errNotKept, err)
	}
	return nil
}

// noteWakeAlarms keeps what was found and done about alarms; it returns when that
// is in the state.
func (a *Agent) noteWakeAlarms(ctx context.Context, n hotel.WakeUpAlarms) error {
	_, err := a.enter(ctx, hotel.Event{
		Kind: hotel.KindCommand, Name: hotel.CommandWakeAlarms, Source: hotel.SourceAgent,
		WakeUp: &hotel.WakeCommand{Alarms: &n}, Lanes: []string{wakeLane},
	})
	return err
}
