package agent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// arrivalWithin is how long after a check-in a telephone may still be cleared of
// what was on it before: what comes later may be the new guest's own.
const arrivalWithin = 5 * time.Minute

// errCallUp says that a telephone that is to be taken from a guest is in use.
var errCallUp = errors.New("a call goes on there")

// show makes a telephone as it is wanted. That of a guest who is leaving is not
// touched while a call goes on: changes may end calls.
func (p *phoneWriter) show(ctx context.Context, body hotel.PhoneCall) error {
	if stay, leaving := p.leaving(body.Extension); leaving {
		body.Stay = stay
		if err := p.untilQuiet(ctx, body); err != nil {
			return err
		}
	}
	return p.settle(ctx, body.Extension, false, true)
}

func ifSo(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}

// leaving tells whether nobody stays in a telephone's room, or is about to be
// gone, and who that is or was.
func (p *phoneWriter) leaving(extension string) (stay string, leaving bool) {
	view := p.view()
	room, known := hotel.RoomOf(view, extension)
	if room.Stay == "" {
		return room.LastStay, known
	}
	var s hotel.Stay
	return room.Stay, view.Get(hotel.StayKey(room.Stay), &s) && s.State == hotel.StayChecking
}

// callUp asks whether a telephone takes part in a call. Where the PBX cannot be
// asked, nobody knows, and it counts as quiet.
func (p *phoneWriter) callUp(ctx context.Context, extension string) (bool, error) {
	keeper, ok := p.driver.(pbx.CallKeeper)
	if !ok {
		return false, nil
	}
	calls, err := keeper.ExtensionCalls(ctx, extension)
	if err != nil && again(err) {
		return false, fmt.Errorf("ask about calls: %w", err)
	}
	return err == nil && len(calls) > 0, nil
}

// vacate takes from a telephone what a guest has left on it, and reads back that
// nothing is. When the room has been let again meanwhile, nobody knows whose it
// is: it stays, and the desk is told.
func (p *phoneWriter) vacate(ctx context.Context, body hotel.PhoneCall, queued time.Time) error {
	room, known := hotel.RoomOf(p.view(), body.Extension)
	let := known && room.Stay != ""
	switch {
	case body.Arriving && (!let || room.Stay != body.Stay):
		return nil // gone again: what that check-out has ordered follows
	case body.Arriving && p.now().Sub(queued) >= arrivalWithin, !body.Arriving && let:
		return p.leaveAsItIs(ctx, body, room)
	}
	if err := p.untilQuiet(ctx, body); err != nil {
		return err
	}
	err := p.clearAll(ctx, body)
	if err == nil {
		err = p.readBack(ctx, body)
	}
	switch {
	case err == nil || again(err):
		return err
	case errors.Is(err, errNotTaken):
		return p.notClean(ctx, body)
	}
	return errors.Join(err, p.keep(ctx, vacated(body, false)))
}

// vacated is the note that a telephone has been gone through.
func vacated(body hotel.PhoneCall, clean bool) hotel.PhoneNote {
	return hotel.PhoneNote{Extension: body.Extension, Vacated: body.Stay, Clean: clean}
}

func (p *phoneWriter) leaveAsItIs(ctx context.Context, body hotel.PhoneCall, room hotel.Room) error {
	err := p.settle(ctx, body.Extension, false, true)
	if again(err) {
		return err
	}
	if room.Stay != body.Stay || body.Arriving { // once
		p.tell(ctx, hotel.AlertNotCleared, map[string]string{"room": room.Number, "extension": body.Extension})
	}
	note, over := vacated(body, false), false
	note.Stay, note.CallUp = body.Stay, &over // its record comes when it comes
	return errors.Join(err, p.keep(ctx, note))
}

// untilQuiet waits for the calls of a guest who has left. As long as there is one
// the stay says so; before it no longer does the records of calls are fetched.
func (p *phoneWriter) untilQuiet(ctx context.Context, body hotel.PhoneCall) error {
	up, err := p.callUp(ctx, body.Extension)
	if err != nil {
		return err
	}
	var noted hotel.Phone
	p.view().Get(hotel.PhoneKey(body.Extension), &noted)
	if up != noted.CallUp {
		if !up {
			if err := p.settled(ctx); err != nil {
				return fmt.Errorf("record of the call: %w", err)
			}
		}
		if err := p.keep(ctx, hotel.PhoneNote{Extension: body.Extension, Stay: body.Stay, CallUp: &up}); err != nil {
			return err
		}
	}
	return ifSo(up, errCallUp)
}

// clearAll clears a telephone in the way that the config says. The PBX's own way
// is gone once: what it leaves is taken off one by one.
func (p *phoneWriter) clearAll(ctx context.Context, body hotel.PhoneCall) error {
	_, again := p.dirty[body]
	if out, ok := p.driver.(pbx.CheckOuter); ok && p.own && !again && !body.Arriving && body.To == "" {
		err := p.checkOut(ctx, out, body.Extension)
		if err != nil && !errors.Is(err, pbx.ErrUnsupported) {
			return err
		}
	}
	if err := p.clearAlarms(ctx, body.Extension); err != nil {
		return fmt.Errorf("alarms: %w", err)
	}
	if body.To == "" {
		if err := p.clearVoicemail(ctx, body.Extension); err != nil {
			return fmt.Errorf("voicemail: %w", err)
		}
	}
	return p.settle(ctx, body.Extension, true, true)
}

func (p *phoneWriter) clearAlarms(ctx context.Context, extension string) error {
	keeper, ok := p.driver.(pbx.AlarmKeeper)
	if !ok {
		return nil
	}
	ids, err := p.guestAlarms(ctx, keeper, extension)
	if err != nil || len(ids) == 0 {
		return unlessUnsupported(err)
	}
	return p.spaced(ctx, func() error { return keeper.DeleteAlarms(ctx, extension, ids...) })
}

// guestAlarms are the alarms of a telephone but for those that stand for
// wake-ups: of a guest who has paid and still sleeps here, or of who comes.
func (p *phoneWriter) guestAlarms(ctx context.Context, keeper pbx.AlarmKeeper, extension string) (ids []string, err error) {
	list, err := keeper.ListAlarms(ctx, extension)
	for _, a := range (held{alarms: list}).strangers(p.view(), p.roomOf(extension), extension) {
		ids = append(ids, a.ID)
	}
	return ids, err
}

func (p *phoneWriter) clearVoicemail(ctx context.Context, extension string) error {
	keeper, ok := p.driver.(pbx.VoicemailKeeper)
	if !ok {
		return nil
	}
	messages, err := keeper.ListVoicemail(ctx, extension)
	if err != nil || len(messages) == 0 {
		return unlessUnsupported(err)
	}
	return p.spaced(ctx, func() error { return keeper.ClearVoicemail(ctx, extension) })
}

// readBack looks whether anything of a guest is left. A PBX that shows changes
// late has a minute; then the desk is told what it is.
func (p *phoneWriter) readBack(ctx context.Context, body hotel.PhoneCall) error {
	left, messages, err := p.leftOn(ctx, body)
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	if len(left) == 0 {
		delete(p.dirty, body)
		if messages > 0 { // of a guest who has moved
			p.tell(ctx, hotel.AlertVoicemail, map[string]string{"room": p.roomOf(body.Extension), "to": body.To, "extension": body.Extension})
		}
		return p.keep(ctx, vacated(body, messages == 0))
	}
	maps.DeleteFunc(p.dirty, func(_ hotel.PhoneCall, since time.Time) bool { return time.Since(since) >= sentKept })
	since, seen := p.dirty[body]
	switch {
	case !seen:
		p.dirty[body] = time.Now()
	case time.Since(since) >= showsWithin:
		return p.notClean(ctx, body, left...)
	}
	return fmt.Errorf("%w: still there: %s", errNotShown, hotel.Said(strings.Join(left, ", "), "en"))
}

// notClean tells what is left on a telephone, and that is that: the next guest's
// check-in tries again.
func (p *phoneWriter) notClean(ctx context.Context, body hotel.PhoneCall, left ...string) error {
	delete(p.dirty, body)
	if len(left) == 0 {
		var err error
		if left, _, err = p.leftOn(ctx, body); err != nil {
			return fmt.Errorf("read back: %w", err)
		}
	}
	p.tell(ctx, hotel.AlertNotClean, map[string]string{
		"room": p.roomOf(body.Extension), "extension": body.Extension, "left": strings.Join(left, ", "),
	})
	return p.keep(ctx, vacated(body, false))
}

func (p *phoneWriter) roomOf(extension string) string {
	room, _ := hotel.RoomOf(p.view(), extension)
	return room.Number
}

// leftOn lists what the PBX shows of a guest on a telephone, as [hotel.Because]
// writes it. Voicemail of one who has moved is not among it, but counted.
func (p *phoneWriter) leftOn(ctx context.Context, body hotel.PhoneCall) (left []string, messages int, err error) {
	wanted := p.wanted(body.Extension)
	found, err := p.pbx.ReadExtensions(ctx, body.Extension)
	if err != nil || len(found) == 0 {
		return nil, 0, err
	}
	if todo := p.plan(wanted, found[0], true); !todo.empty() {
		left = append(left, todo.left()...)
	}
	if keeper, ok := p.driver.(pbx.AlarmKeeper); ok {
		alarms, err := p.guestAlarms(ctx, keeper, body.Extension)
		if unlessUnsupported(err) != nil {
			return nil, 0, err
		}
		if len(alarms) > 0 {
			left = append(left, hotel.Because(hotel.LeftAlarms))
		}
	}
	if keeper, ok := p.driver.(pbx.VoicemailKeeper); ok {
		list, err := keeper.ListVoicemail(ctx, body.Extension)
		if unlessUnsupported(err) != nil {
			return nil, 0, err
		}
		if messages = len(list); messages > 0 && body.To == "" {
			left = append(left, hotel.Because(hotel.LeftVoicemail))
		}
	}
	return left, messages, nil
}
