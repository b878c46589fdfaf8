package luahooks

import (
	"context"
	"errors"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"

	"bellhop/hotel"
)

// Input is all that a run depends on.
type Input struct {
	Event *hotel.Event
	View  hotel.View
	Now   time.Time      // the clock that the hook sees
	Zone  *time.Location // the hotel's; nil: UTC
	Seed  uint64         // of math.random
	// Replay serves http.get from Answers, in order, instead of Get; what was
	// not asked then is answered with an error.
	Replay  bool
	Answers []hotel.Answer
	// History is of bellhop.postings and its like. What it gives is an answer, too:
	// a replay gets it from Answers first. Nil: there is none.
	History hotel.History
	// Running, when not nil, is called when the hook's code begins, and what
	// it gives when that code has returned; waiting for an interpreter or for
	// http.get's turn does not count. At most [Limits.VMs] are between the two.
	Running func() (ended func())
	// Ran, when not nil, is told what each time cost that the code ran: a unit
	// may run it again, see [Set.Run].
	Ran func(Cost)

	trace *Trace // of [Set.Trace]
}

// Cost is what a run of a hook's code took.
type Cost struct {
	Took time.Duration // the time within http.get included
	// Grew is by how many bytes the process was seen to grow meanwhile; 0 for a
	// run that was over before anybody looked.
	Grew uint64
}

// Result is what came of a run. With an Err there are no effects.
type Result struct {
	Effects []hotel.Effect
	Answers []hotel.Answer
	Log     []string
	Err     error // a *Fault, the context's error, or that the Set is closed
}

// Fault says that the hook itself failed.
type Fault struct {
	Kind    string // deadline, memory, error, gone or limit
	Message string
}

func (f *Fault) Error() string { return f.Kind + ": " + f.Message }

// errNoPermit ends a run that must wait for its turn inside Get. It waits
// without an interpreter and begins again, which a run may at any time.
var errNoPermit = errors.New("waiting for http.get")

// run is what one run gathers.
type run struct {
	in     Input
	hook   *Hook
	file   string // the hook's name for kv
	result Result
	kv     map[string]*string // own writes
	gets   int
	looks  int    // into the history
	prices string // of the event's items, see minibarOf; empty: not asked yet
	served []bool // of in.Answers
	permit bool
	ctx    context.Context
}

// Run runs one unit. It may run the hook's function twice; only the last run
// counts.
func (s *Set) Run(ctx context.Context, unit string, in Input) Result {
	h, known := s.byName[unit]
	if !known {
		return Result{Err: &Fault{"gone", fmt.Sprintf("no hook is named %q any more", unit)}}
	}
	result := s.runWithPermit(ctx, h, in)
	if isMemory(result.Err) {
		s.suspects.Lock()
		defer s.suspects.Unlock()
		result = s.runWithPermit(ctx, h, in)
	}
	return result
}

func isMemory(err error) bool {
	var f *Fault
	return errors.As(err, &f) && f.Kind == "memory"
}

// runWithPermit begins again with the permit to be inside Get when the hook
// turns out to need one and there was none at once.
func (s *Set) runWithPermit(ctx context.Context, h *Hook, in Input) Result {
	r := &run{in: in, hook: h, ctx: ctx}
	err := s.attempt(r)
	if errors.Is(err, errNoPermit) {
		select {
		case s.permits <- struct{}{}:
		case <-ctx.Done():
			return Result{Err: ctx.Err()}
		case <-s.closed:
			return Result{Err: errClosed}
		}
		r = &run{in: in, hook: h, ctx: ctx, permit: true}
		err = s.attempt(r)
	}
	if r.permit {
		<-s.permits
	}
	if err != nil {
		r.result.Effects, r.result.Err = nil, err
	}
	return r.result
}

// attempt runs the hook once on an interpreter of the pool.
func (s *Set) attempt(r *run) error {
	var v *vm
	select {
	case <-s.closed:
		return errClosed
	default:
	}
	lane := s.lanes[r.hook.File]
	select {
	case lane <- struct{}{}:
		defer func() { <-lane }()
	case <-r.ctx.Done():
		return r.ctx.Err()
	case <-s.closed:
		return errClosed
	}
	select {
	case v = <-s.pool:
	case <-r.ctx.Done():
		return r.ctx.Err()
	case <-s.closed:
		return errClosed
	}
	defer func() { s.pool <- v }()
	if v == nil {
		fresh, _, _, err := s.loadInto(newVM(s))
		if err != nil {
			fresh.close()
			return &Fault{"error", "the files load no longer: " + err.Error()}
		}
		v = fresh
	}
	if r.in.Running != nil {
		defer r.in.Running()()
	}
	err := v.runHook(r)
	if v.worn() {
		v.close()
		v = nil
	}
	return err
}

func (v *vm) runHook(r *run) error {
	u, known := v.units[r.hook.Name]
	if !known {
		return &Fault{"gone", fmt.Sprintf("%s registers other hooks than before", r.hook.File)}
	}
	r.file = r.hook.File[:len(r.hook.File)-len(".lua")]
	args := make([]lua.LValue, 1, 4)
	minibar := ""
	if e := r.in.Event.Entry; e != nil && e.Kind == hotel.EntryMinibar {
		minibar = v.minibarOf(r)
	}
	if u.lend {
		v.lenders.on = true
		defer v.lenders.takeBack()
	}
	args[0] = v.eventTable(r.in.Event, r.hook.Kind, minibar)
	if r.hook.Pattern != "" {
		m, place, ok := r.hook.matchDigits(r.in.Event)
		if !ok || m == nil {
			return &Fault{"error", fmt.Sprintf("pattern %q cannot be matched with the digits", r.hook.Pattern)}
		}
		for i := range m.count() {
			args = append(args, m.value(i, place[0], place[1]))
		}
	}
	v.pcg.Seed(r.in.Seed, 0)
	v.run = r
	began := time.Now()
	err := v.call(r.ctx, u.fn, args...)
	v.run = nil
	cost := Cost{Took: time.Since(began), Grew: v.watch.grown()}
	v.took, v.grew = v.took+cost.Took, v.grew+cost.Grew
	if r.in.Ran != nil {
		r.in.Ran(cost)
	}
	return err
}

// minibarOf is the price list that an event's items are on: that of the
// feature code when it is not the usual one, else the room's. The event and each
// item ask for it: it is looked up once.
func (v *vm) minibarOf(r *run) string {
	if r.prices == "" {
		r.prices = v.findMinibar(r.in)
	}
	return r.prices
}

func (v *vm) findMinibar(in Input) string {
	ev := in.Event
	room := ev.Room
	if e := ev.Entry; e != nil {
		if list := v.set.minibars[e.Service]; list != "" && list != hotel.DefaultMinibar {
			return list
		}
		if e.Room != "" {
			room = e.Room
		}
	}
	var r hotel.Room
	if room != "" && in.View != nil && in.View.Get(hotel.RoomKey(room), &r) && r.Minibar != "" {
		return r.Minibar
	}
	return hotel.DefaultMinibar
}
