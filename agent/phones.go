package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	// giveBackWithin is the time to give back what a check-out by the PBX took:
	// also while the agent ends.
	giveBackWithin = 15 * time.Second
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
	vacates   bool     // what guests leave is taken off
	pin       string   // of voicemail while a room is vacant, see config.Checkout

	view    func() hotel.View
	note    func(context.Context, hotel.PhoneNote) error // on disk when it returns nil
	settled func(context.Context) error                  // call records are fetched when it returns nil
	tell    func(ctx context.Context, code string, params map[string]string)
	// unsynced says why the PMS may know what we do not; empty: it does not.
	unsynced func() string

	wake     hotel.WakeSetup
	noteWake func(context.Context, hotel.WakeUpAlarms) error // on disk when it returns nil

	alarms *alarms
	now    func() time.Time
	began  time.Time
	sent   map[string]*sent // by extension
	// dirty is since when telephones are known to hold what is to go from them.
	dirty map[hotel.PhoneCall]time.Time
	// toldCannot: a person knows that the PBX lacks all this.
	toldCannot bool

	holds phoneHolds    // of do not disturb
	turn  chan struct{} // holds one while a change is made
	last  time.Time     // of the newest change
}

// width is one: changes are made one after the other.
func (p *phoneWriter) width() int { return 1 }

func (p *phoneWriter) send(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	if c.Op == hotel.OpSight {
		return p.sight(ctx, c)
	}
	if c.Op == hotel.OpSurvey {
		return p.survey(ctx, c)
	}
	var body hotel.PhoneCall
	if c.Op == hotel.OpAlarm {
		return nil, judgePBX(p.setAlarms(ctx, c.Body))
	}
	if err := json.Unmarshal(c.Body, &body); err != nil || body.Extension == "" {
		return nil, &pms.Refused{Reason: "the call names no extension"}
	}
	if c.Op == hotel.OpPutBack {
		return nil, judgePBX(p.putBack(ctx, body.Extension))
	}
	err := p.alarms.wait(ctx, c, p.now())
	if err != nil {
		return nil, err
	}
	switch c.Op {
	case hotel.OpPhone:
		err = p.show(ctx, body)
	case hotel.OpVacate:
		err = p.vacate(ctx, body, c.Queued)
	case hotel.OpSwapped:
		err = p.swapped(ctx, body, c.Queued)
	case hotel.OpTidy:
		err = p.tidy(ctx, body.Extension)
	case hotel.OpDND:
		err = p.setDND(ctx, body.Extension)
	case hotel.OpRestore:
		err = p.restore(ctx, body.Extension, c.Event)
	default:
		return nil, &pms.Refused{Reason: "nothing is known of " + c.Op}
	}
	if err != nil {
		err = fmt.Errorf("extension %s: %w", body.Extension, err)
	}
	if errors.Is(err, pbx.ErrUnsupported) && c.Op != hotel.OpRestore {
		p.cannot(ctx, err)
		return nil, nil
	}
	return nil, judgePBX(err)
}

// cannot tells once that the PBX has no way to be told of guests: a call for
// each that comes and goes would be refused, and parked for ever.
func (p *phoneWriter) cannot(ctx context.Context, err error) {
	if !p.toldCannot {
		p.tell(ctx, hotel.AlertNoPhones, map[string]string{"error": err.Error()})
	}
	p.toldCannot = true
}

var (
	// errNotShown says that the PBX does not show yet what it was told.
	errNotShown = errors.New("the PBX does not show what it was told")
	// errNotTaken says that it does not, however often it is told.
	errNotTaken = errors.New("the PBX does not take what it is told")
)

// judgePBX says whether a failure of the PBX is for good. What has no kind is;
// see [pbx.ErrRetry] and its like.
func judgePBX(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pbx.ErrAuth):
		return &pms.Retry{Err: err, After: authAgain}
	case errors.Is(err, pbx.ErrBusy), errors.Is(err, errNotShown), errors.Is(err, errCallUp):
		return &pms.Retry{Err: err, After: busyAgain, Only: true}
	case errors.Is(err, errTooEarly):
		return &pms.Retry{Err: err, Only: true}
	case errors.Is(err, pbx.ErrRetry), errors.Is(err, pbx.ErrUncertain), // none of this harms when it is done twice
		errors.Is(err, errNotKept),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &pms.Retry{Err: err}
	}
	return &pms.Refused{Reason: err.Error()}
}

// again tells whether a failure may be cured by time.
func again(err error) bool {
	var retry *pms.Retry
	return errors.As(judgePBX(err), &retry)
}

// settle makes a telephone as it is wanted. left: with that a check-out by the
// PBX is over, too.
func (p *phoneWriter) settle(ctx context.Context, extension string, vacate, left bool) error {
	return p.settleBy(ctx, extension, left, func(wanted hotel.Phone, now pbx.Settings) phonePlan {
		return p.plan(wanted, now, vacate)
	})
}

// settleBy is settle by another plan.
func (p *phoneWriter) settleBy(ctx context.Context, extension string, left bool, plan planner) error {
	seen, err := p.change(ctx, extension, plan)
	if err != nil {
		return err
	}
	if seen.todo.foreign {
		seen.wanted.Ours.Name = nil // it does not become ours by being there
	}
	if err := p.confirm(ctx, seen, left); err != nil {
		return err
	}
	return seen.todo.short
}

// confirm notes that the PBX shows what is wanted: what it showed before is no
// concern of anybody any more.
func (p *phoneWriter) confirm(ctx context.Context, seen phoneLook, left bool) error {
	wanted, now := seen.wanted, seen.now
	p.shown(wanted.Extension)
	note := hotel.PhoneNote{Extension: wanted.Extension, Shown: true, Left: left && leaving(wanted)}
	if ours := wanted.Ours.Name; ours != nil && *ours != now.Name {
		note.Ours.Name = &now.Name
	}
	if ours := wanted.Ours.Voicemail; ours != nil && *ours != now.Voicemail {
		note.Ours.Voicemail = &now.Voicemail
	}
	if ours := wanted.Ours.Routes; ours != nil && !sameRoutes(*ours, now.Routes) {
		note.Ours.Routes = keptList(now.Routes)
	}
	if !note.Left && note.Ours == (hotel.PhoneSettings{}) && wanted.Found == (hotel.PhoneSettings{}) {
		return nil
	}
	return p.keep(ctx, note)
}

func (p *phoneWriter) keep(ctx context.Context, note hotel.PhoneNote) error {
	if err := p.note(ctx, note); err != nil {
		return fmt.Errorf("keep what the PBX holds: %w", err)
	}
	return nil
}

// change reads a telephone, and writes what the plan says beyond what is there.
// It returns how the telephone was when nothing was left to be changed.
func (p *phoneWriter) change(ctx context.Context, extension string, plan planner) (phoneLook, error) {
	seen, err := p.look(ctx, extension, plan)
	if err != nil || seen.todo.empty() {
		return seen, err
	}
	if !seen.early {
		if err := p.write(ctx, extension, seen.todo); err != nil {
			return seen, err
		}
		if seen, err = p.look(ctx, extension, plan); err != nil || seen.todo.empty() {
			return seen, err
		}
	}
	return seen, fmt.Errorf("%w: still to change: %s", errNotShown, seen.todo)
}

func (p *phoneWriter) write(ctx context.Context, extension string, todo phonePlan) error {
	if s := p.sent[extension]; s.says(todo.change) && s.times >= takenWithin {
		delete(p.sent, extension) // who tries again begins anew
		return fmt.Errorf("%w: still to change: %s", errNotTaken, todo)
	}
	if err := p.keep(ctx, todo.note); err != nil {
		return err
	}
	if err := p.tellPBX(ctx, extension, todo.change); err != nil {
		return fmt.Errorf("change: %w", err)
	}
	return nil
}

func (p *phoneWriter) tellPBX(ctx context.Context, extension string, c pbx.Change) error {
	return p.spaced(ctx, func() error {
		told := p.tells(extension, c)
		err := p.pbx.ChangeExtension(ctx, extension, c)
		told(err)
		return err
	})
}

// planner says what is to be done about a telephone by what is wanted of it and
// how it is.
type planner func(wanted hotel.Phone, now pbx.Settings) phonePlan

// phoneLook is how a telephone stands.
type phoneLook struct {
	wanted hotel.Phone
	now    pbx.Settings // as the PBX shows it
	todo   phonePlan
	goal   pbx.Settings // as it is to be
	early  bool         // all that is to be done has been told, and may not show yet
}

// leaving tells whether a check-out by the PBX is not over.
func leaving(wanted hotel.Phone) bool { return wanted.Leaving != nil && wanted.GivenBack.IsZero() }

// wanted is how a telephone is to be. What a check-out by the PBX took away counts
// until the PBX has had time to show that it was given back.
func (p *phoneWriter) wanted(extension string) hotel.Phone {
	wanted := hotel.Phone{Extension: extension}
	p.view().Get(hotel.PhoneKey(extension), &wanted)
	if !wanted.GivenBack.IsZero() && p.now().Sub(wanted.GivenBack).Abs() >= showsWithin {
		wanted.Leaving = nil
	}
	return wanted
}

// look plans by what the PBX shows now and by what is wanted now. What it was
// told a moment ago and does not show yet counts as well.
func (p *phoneWriter) look(ctx context.Context, extension string, plan planner) (phoneLook, error) {
	wanted := p.wanted(extension)
	found, err := p.pbx.ReadExtensions(ctx, extension)
	if err != nil {
		return phoneLook{}, fmt.Errorf("read: %w", err)
	}
	i := slices.IndexFunc(found, func(s pbx.Settings) bool { return s.Number == extension })
	if i < 0 {
		return phoneLook{}, fmt.Errorf("read: the answer is about something else: %w", pbx.ErrMissing)
	}
	seen := phoneLook{wanted: wanted, now: found[i]}
	s := p.sentTo(wanted)
	ways := []pbx.Settings{seen.now} // how it may be
	told := seen.now
	if s != nil {
		for _, c := range s.told {
			ways = append(ways, after(seen.now, c))
			told = after(told, c)
		}
	}
	seen.todo = plan(wanted, told)
	seen.goal = after(told, seen.todo.change)
	seen.early = s != nil && s.answered && seen.todo.empty()
	for _, way := range ways {
		seen.todo.join(plan(wanted, way), way, seen.goal)
	}
	p.learn(&seen.todo, wanted, seen.now, s != nil)
	return seen, nil
}

// spaced makes a change, a second after the newest one at the earliest. A room
// that is to be woken may wait for its turn while a change of another is slow:
// no longer than ctx allows.
func (p *phoneWriter) spaced(ctx context.Context, change func() error) error {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
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

// checkOut lets the PBX check a telephone out. It may delete the call records,
// which are fetched first, and takes every outbound route away, those for
// emergency calls too: which ones are given back is on disk before, and they
// are at once. After a check-out that was broken off, too, nothing else comes
// before that.
func (p *phoneWriter) checkOut(ctx context.Context, out pbx.CheckOuter, extension string) error {
	seen, err := p.look(ctx, extension, func(wanted hotel.Phone, now pbx.Settings) phonePlan { return p.plan(wanted, now, false) })
	if err != nil {
		return err
	}
	if leaving(seen.wanted) {
		if err := p.settle(ctx, extension, false, false); err != nil {
			return err
		}
	}
	if err := p.settled(ctx); err != nil {
		return fmt.Errorf("call records before the check-out: %w", err)
	}
	back, note, err := p.planLeaving(seen)
	if err != nil {
		return err
	}
	if err := p.keep(ctx, note); err != nil {
		return err
	}
	err = p.spaced(ctx, func() error {
		told := p.tells(extension, checkedOut(extension))
		err := out.CheckOut(ctx, extension)
		told(err)
		return err
	})
	if errors.Is(err, pbx.ErrUnsupported) {
		delete(p.sent, extension) // nothing has happened
		return err
	}
	giveBack, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackWithin)
	defer cancel()
	failed := p.tellPBX(giveBack, extension, back)
	if err != nil || again(failed) {
		return errors.Join(within("give back what the check-out took", failed), within("check out", err))
	}
	return p.settle(ctx, extension, true, true)
}

// planLeaving says what is to be given back after a check-out by the PBX: the
// name of the house, and the routes as they should be, or as they are when the
// hotel has never set a class. Those of a check-out that was broken off are
// known already.
func (p *phoneWriter) planLeaving(seen phoneLook) (pbx.Change, hotel.PhoneNote, error) {
	wanted, now := seen.wanted, seen.goal
	note := hotel.PhoneNote{Extension: wanted.Extension, Leaving: wanted.Leaving}
	wanted.Name = ""
	routes, err := p.routesFor(wanted, now)
	if err != nil {
		return pbx.Change{}, note, err
	}
	name := p.houseName(wanted, now)
	if note.Leaving == nil {
		note.Leaving = &hotel.PhoneSettings{Routes: keptList(routes)}
	}
	// What stands there before the first change stood there before this one.
	if wanted.Ours.Name == nil {
		note.Before.Name = &seen.now.Name
	}
	if wanted.Ours.Routes == nil && wanted.Class != "" {
		note.Before.Routes = keptList(seen.now.Routes)
	}
	note.Ours = hotel.PhoneSettings{Name: &name, Routes: keptList(routes)}
	note.Found = hotel.PhoneSettings{Name: &seen.now.Name, Routes: keptList(seen.now.Routes)}
	return pbx.Change{Name: &name, Routes: &routes}, note, nil
}

func within(step string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", step, err)
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
	seen, err := p.change(ctx, extension, func(wanted hotel.Phone, now pbx.Settings) phonePlan {
		if overtaken = wanted.Order != order; overtaken {
			return p.plan(wanted, now, false)
		}
		return p.planRestore(wanted, now)
	})
	if err == nil {
		err = seen.todo.short
	}
	if err != nil || overtaken {
		return err
	}
	if seen.wanted.Leaving != nil && !leaving(seen.wanted) { // put back is forgotten, and so would be that it was checked out
		return errNotShown
	}
	p.shown(extension)
	return p.keep(ctx, hotel.PhoneNote{Extension: extension, Restored: order})
}
