package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

const (
	// writeSpacing lies between two changes of the PBX: each makes it write its
	// configuration anew, and firmware before the end of 2020 reloads all of it.
	writeSpacing = time.Second
	// busyAgain is how long a telephone or PBX is left alone that was in the
	// middle of something.
	busyAgain = 10 * time.Second
	// authAgain: a person must act first.
	authAgain = time.Minute
	// takenWithin is how many attempts the PBX has to show what it was told.
	takenWithin = 3
)

// phoneWriter carries out what the hotel wants of telephones on the PBX, with care:
// one change at a time and a second between two, all that is wanted of one
// telephone in one, only what differs, what stood there before on disk first,
// and read back afterwards.
type phoneWriter struct {
	pbx       pbx.ExtensionSetter
	driver    pbx.Driver // for what else it can
	classes   map[string][]string
	emergency []string // routes
	own       bool     // check-outs are the PBX's own

	view    func() hotel.View
	note    func(context.Context, hotel.PhoneNote) error // on disk when it returns nil
	settled func(context.Context) error                  // call records are fetched when it returns nil
	tell    func(ctx context.Context, code string, params map[string]string)

	mu   sync.Mutex
	last time.Time // of the newest change
}

// width is one: changes are made one after the other.
func (p *phoneWriter) width() int { return 1 }

func (p *phoneWriter) send(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	var body hotel.PhoneCall
	if err := json.Unmarshal(c.Body, &body); err != nil || body.Extension == "" {
		return nil, &pms.Refused{Reason: "the call names no extension"}
	}
	var err error
	switch c.Op {
	case hotel.OpPhone:
		err = p.settle(ctx, body.Extension, false)
	case hotel.OpVacate:
		err = p.vacate(ctx, body)
	case hotel.OpRestore:
		err = p.restore(ctx, body.Extension, c.Event)
	default:
		return nil, &pms.Refused{Reason: "nothing is known of " + c.Op}
	}
	if err != nil {
		err = fmt.Errorf("extension %s: %w", body.Extension, err)
	}
	return nil, judgePBX(err, c.Attempts+1)
}

// errNotTaken says that the PBX shows something else than it was told.
var errNotTaken = errors.New("the PBX does not show what it was told")

// judgePBX says whether a failure of the PBX is for good. What has no kind is;
// see [pbx.ErrRetry] and its like.
func judgePBX(err error, attempts int) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pbx.ErrAuth):
		return &pms.Retry{Err: err, After: authAgain}
	case errors.Is(err, pbx.ErrBusy):
		return &pms.Retry{Err: err, After: busyAgain}
	case errors.Is(err, errNotTaken) && attempts < takenWithin:
		return &pms.Retry{Err: err, After: busyAgain}
	case errors.Is(err, pbx.ErrRetry), errors.Is(err, pbx.ErrUncertain), // none of this harms when it is done twice
		errors.Is(err, errTooEarly), errors.Is(err, errNotKept),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &pms.Retry{Err: err}
	}
	return &pms.Refused{Reason: err.Error()}
}

// settle makes a telephone as it is wanted.
func (p *phoneWriter) settle(ctx context.Context, extension string, vacate bool) error {
	return p.change(ctx, extension, func(wanted hotel.Phone, now pbx.Settings) (phonePlan, error) {
		return p.plan(wanted, now, vacate)
	})
}

// change reads a telephone, and writes what the plan says beyond what is there.
func (p *phoneWriter) change(ctx context.Context, extension string, plan func(hotel.Phone, pbx.Settings) (phonePlan, error)) error {
	todo, err := p.look(ctx, extension, plan)
	if err != nil || todo.empty() {
		return err
	}
	if err := p.note(ctx, todo.note); err != nil {
		return fmt.Errorf("keep what the PBX holds: %w", err)
	}
	err = p.spaced(ctx, func() error { return p.pbx.ChangeExtension(ctx, extension, todo.change) })
	if err != nil {
		return fmt.Errorf("change: %w", err)
	}
	left, err := p.look(ctx, extension, plan)
	if err == nil && !left.empty() {
		err = fmt.Errorf("%w: still to change: %s", errNotTaken, left)
	}
	return err
}

// look plans by what the PBX holds now and by what is wanted now.
func (p *phoneWriter) look(ctx context.Context, extension string, plan func(hotel.Phone, pbx.Settings) (phonePlan, error)) (phonePlan, error) {
	wanted := hotel.Phone{Extension: extension}
	p.view().Get(hotel.PhoneKey(extension), &wanted)
	found, err := p.pbx.ReadExtensions(ctx, extension)
	if err != nil {
		return phonePlan{}, fmt.Errorf("read: %w", err)
	}
	i := slices.IndexFunc(found, func(s pbx.Settings) bool { return s.Number == extension })
	if i < 0 {
		return phonePlan{}, fmt.Errorf("read: the answer is about something else: %w", pbx.ErrMissing)
	}
	return plan(wanted, found[i])
}

// spaced makes a change, a second after the newest one at the earliest.
func (p *phoneWriter) spaced(ctx context.Context, change func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait := writeSpacing - time.Since(p.last); wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer func() { p.last = time.Now() }() // also after a failure: it may have arrived
	return change()
}

// vacate takes from a telephone what a guest has left on it. When the room has
// been let again meanwhile, nobody knows whose it is: it stays, and the desk
// is told.
func (p *phoneWriter) vacate(ctx context.Context, body hotel.PhoneCall) error {
	room, known := hotel.RoomOf(p.view(), body.Extension)
	if known && room.Stay != "" && room.Stay != body.Stay {
		p.tell(ctx, hotel.AlertNotCleared, map[string]string{"room": room.Number, "extension": body.Extension})
		return p.settle(ctx, body.Extension, false)
	}
	if out, ok := p.driver.(pbx.CheckOuter); ok && p.own {
		err := p.checkOut(ctx, out, body.Extension)
		if !errors.Is(err, pbx.ErrUnsupported) {
			return err
		}
	}
	if err := p.clearAlarms(ctx, body.Extension); err != nil {
		return fmt.Errorf("alarms: %w", err)
	}
	if err := p.clearVoicemail(ctx, body.Extension); err != nil {
		return fmt.Errorf("voicemail: %w", err)
	}
	return p.settle(ctx, body.Extension, true)
}

// checkOut lets the PBX check a telephone out. It may delete the call records,
// which are fetched first, and takes every outbound route away, those for
// emergency calls too: which ones are given back is on disk before.
func (p *phoneWriter) checkOut(ctx context.Context, out pbx.CheckOuter, extension string) error {
	todo, err := p.look(ctx, extension, p.planLeaving)
	if err != nil {
		return err
	}
	if todo.note.Leaving != nil {
		if err := p.note(ctx, todo.note); err != nil {
			return fmt.Errorf("keep what the PBX holds: %w", err)
		}
	}
	if err := p.settled(ctx); err != nil {
		return fmt.Errorf("call records before the check-out: %w", err)
	}
	err = p.spaced(ctx, func() error { return out.CheckOut(ctx, extension) })
	if err != nil && !errors.Is(err, pbx.ErrUncertain) {
		return fmt.Errorf("check out: %w", err)
	}
	if giveBack := p.settle(ctx, extension, true); giveBack != nil || err != nil {
		return errors.Join(giveBack, err)
	}
	return p.note(ctx, hotel.PhoneNote{Extension: extension, Left: true})
}

func (p *phoneWriter) clearAlarms(ctx context.Context, extension string) error {
	keeper, ok := p.driver.(pbx.AlarmKeeper)
	if !ok {
		return nil
	}
	alarms, err := keeper.ListAlarms(ctx, extension)
	if err != nil || len(alarms) == 0 {
		return unlessUnsupported(err)
	}
	ids := make([]string, len(alarms))
	for i, a := range alarms {
		ids[i] = a.ID
	}
	return p.spaced(ctx, func() error { return keeper.DeleteAlarms(ctx, extension, ids...) })
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

func unlessUnsupported(err error) error {
	if errors.Is(err, pbx.ErrUnsupported) {
		return nil
	}
	return err
}

// restore puts back what the PBX held before the hotel first changed it. What
// was ordered after that holds: then the telephone is made as it is wanted.
func (p *phoneWriter) restore(ctx context.Context, extension string, order uint64) error {
	overtaken := false
	err := p.change(ctx, extension, func(wanted hotel.Phone, now pbx.Settings) (phonePlan, error) {
		if overtaken = wanted.Order != order; overtaken {
			return p.plan(wanted, now, false)
		}
		return planRestore(wanted, now), nil
	})
	if err != nil || overtaken {
		return err
	}
	return p.note(ctx, hotel.PhoneNote{Extension: extension, Restored: order})
}
