package agent

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"bellhop/hotel"
	"bellhop/luahooks"
	"bellhop/store"
)

const (
	// reruns is how often a unit is run anew because something that it read
	// has changed, before it runs alone.
	reruns = 3
	// commitAgain is the pause after a commit that failed, such as on a full
	// disk; the event keeps its lanes meanwhile.
	commitAgain = time.Second
)

// units runs the units of one event: first the hotel's own rules, then each
// hook that matches. A unit reads a snapshot and returns effects; what they
// come to is decided when they are committed.
type units struct {
	store   *store.Store
	hooks   *hookHouse
	running *running
	zone    *time.Location
	now     func() time.Time
	report  func(error)

	// alone is held for writing while units are committed with nobody else.
	alone sync.RWMutex
}

// job is an event and the units that it is for.
type job struct {
	ev    *hotel.Event
	set   *hookSet // that all its hooks run on
	rules bool
	hooks []string
	// origin is the event whose parked units a rerun runs; otherwise ev's own id.
	origin uint64
	rerun  bool
}

// run finishes an event. It returns early only when ctx ends: then the rest
// runs after the next start.
func (u *units) run(ctx context.Context, ev *hotel.Event, done map[string]bool) {
	// What is reloaded meanwhile is for the events that follow.
	set := u.hooks.take()
	defer u.hooks.give(set)
	j, err := u.plan(ev, set)
	if err != nil {
		u.commit(ctx, job{ev: ev, set: set, origin: ev.ID}, []store.Unit{{Name: hotel.RulesUnit, Done: hotel.Done{Error: err.Error()}}})
		return
	}
	var batch []store.Unit
	if !done[hotel.RulesUnit] {
		rules := u.runRules(j)
		if len(rules.Done.Effects) > 0 && !u.commitFirst(ctx, j, rules) {
			return
		}
		// Rules that want nothing need no commit of their own; and naming the
		// unit again, once it is committed, marks the event as finished.
		if len(rules.Done.Effects) > 0 {
			rules.Done = hotel.Done{}
		}
		batch = append(batch, rules)
	}
	if refused, err := u.refusedOrder(ev); err != nil {
		u.report(err)
		return // the store ends
	} else if refused {
		j.hooks = nil
	}
	for _, name := range j.hooks {
		if !done[name] {
			batch = append(batch, u.runHook(ctx, j, name))
		}
	}
	if len(batch) == 0 {
		batch = []store.Unit{{Name: hotel.RulesUnit}}
	}
	u.commit(ctx, j, batch)
}

// refusedOrder tells whether an event is an order that was not carried out: no
// guest has come when the room was occupied, so that hooks have nothing to act on.
func (u *units) refusedOrder(ev *hotel.Event) (bool, error) {
	stay := ev.Kind == hotel.KindCheckIn || ev.Kind == hotel.KindCheckOut || ev.Kind == hotel.KindMove // a hook's order
	if ev.Source != hotel.SourceCommand && !stay {
		return false, nil
	}
	done, err := u.store.Done(ev.ID)
	return done[hotel.RulesUnit].Error != "", err
}

// plan says which units an event has.
func (u *units) plan(ev *hotel.Event, set *hookSet) (job, error) {
	if ev.Kind == hotel.KindRerun {
		return u.planRerun(ev, set)
	}
	return job{ev: ev, set: set, rules: true, hooks: set.Match(ev), origin: ev.ID}, nil
}

func (u *units) runRules(j job) store.Unit {
	if j.ev.Depth > hotel.MaxDepth {
		return failed(j, hotel.RulesUnit, "the chain of events that lead to each other is too long")
	}
	unit := store.Unit{Name: hotel.RulesUnit}
	if j.rules {
		unit.Done.Effects = hotel.Rules(j.ev, len(j.hooks) > 0)
	}
	if j.rerun {
		unit.Done.Effects = append(unit.Done.Effects, hotel.Effect{Reran: &hotel.Reran{Event: j.origin, Charged: j.ev.Again.Charge}})
	}
	return unit
}

// runHook runs one hook on the newest snapshot.
func (u *units) runHook(ctx context.Context, j job, name string) store.Unit {
	if j.ev.Depth > hotel.MaxDepth {
		return failed(j, name, "the chain of events that lead to each other is too long")
	}
	if err := u.running.mayRun(j.ev.ID, name); err != nil {
		return failed(j, name, err.Error())
	}
	if why := u.hooks.breaker.blocks(j.set.files[name]); why != nil {
		return setAside(j, name, why)
	}
	set, view := j.set, u.store.Snapshot().Recorder()
	in := luahooks.Input{Event: j.ev, View: view, History: u.store, Now: u.now(), Zone: u.zone, Seed: seed(j.ev.ID, name)}
	in.Running = func() func() { return u.running.begin(j.ev.ID, name) }
	stat := u.hooks.stats.of(name)
	in.Ran = stat.ran
	result := set.Run(ctx, name, in)
	stat.ended(result.Err)
	unit := store.Unit{Name: name, Done: hotel.Done{
		Version: set.files[name].Version, Time: in.Now.UTC(), Seed: in.Seed, Reads: view.Reads(),
		Answers: result.Answers, Effects: result.Effects, Log: result.Log,
	}}
	if result.Err != nil {
		return failedWith(j, unit, result.Err.Error())
	}
	if j.rerun {
		unit.Done.Effects = append(unit.Done.Effects, hotel.Effect{Unpark: &hotel.UnparkUnit{Event: j.origin, Unit: name}})
	}
	return unit
}

// seed differs for each unit and is the same whenever it is run again.
func seed(id uint64, name string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d/%s", id, name) // never fails
	return h.Sum64() >> 11                   // fits a Lua number
}

// setAside parks a unit that is not run, as its hook failed too often. Nobody is
// told of each: there was an alert when that was found.
func setAside(j job, name string, why error) store.Unit {
	return store.Unit{Name: name, Done: hotel.Done{
		Error: why.Error(), Effects: []hotel.Effect{{Park: &hotel.ParkUnit{Event: j.origin, Unit: name, Error: why.Error()}}},
	}}
}

// failed is a unit that does nothing but wait for a person.
func failed(j job, name, why string) store.Unit {
	return failedWith(j, store.Unit{Name: name}, why)
}

func failedWith(j job, unit store.Unit, why string) store.Unit {
	unit.Done.Error = why
	unit.Done.Effects = []hotel.Effect{
		{Park: &hotel.ParkUnit{Event: j.origin, Unit: unit.Name, Error: parkedWords(why, j.ev)}},
		{Alert: &hotel.RaiseAlert{Code: hotel.AlertHookFailed, Room: j.ev.Room, Params: map[string]string{"unit": unit.Name, "error": why}}},
	}
	return unit
}

// commitFirst commits the rules' unit before the hooks run, so that they see
// what it did.
func (u *units) commitFirst(ctx context.Context, j job, rules store.Unit) bool {
	return u.settle(ctx, j, []store.Unit{rules}, false)
}

// commit commits the last units of an event, which finishes it.
func (u *units) commit(ctx context.Context, j job, batch []store.Unit) {
	u.settle(ctx, j, batch, true)
}

// settle commits units until each is committed, in one way or another; it
// reports false when ctx ended before.
func (u *units) settle(ctx context.Context, j job, batch []store.Unit, complete bool) bool {
	for try := 0; len(batch) > 0; try++ {
		if ctx.Err() != nil {
			return false
		}
		if try > reruns {
			return u.settleAlone(ctx, j, batch, complete)
		}
		u.alone.RLock()
		errs := u.store.Finish(ctx, j.ev, batch, complete)
		u.alone.RUnlock()
		batch = u.again(ctx, j, batch, errs)
	}
	return true
}

// settleAlone runs and commits units with no other unit's commit in between.
func (u *units) settleAlone(ctx context.Context, j job, batch []store.Unit, complete bool) bool {
	u.alone.Lock()
	defer u.alone.Unlock()
	for len(batch) > 0 && ctx.Err() == nil {
		for i, unit := range batch {
			batch[i] = u.anew(ctx, j, unit)
		}
		batch = u.again(ctx, j, batch, u.store.FinishNow(ctx, j.ev, batch, complete))
	}
	return ctx.Err() == nil
}

// again gives what must be tried once more: units whose snapshot was
// overtaken run anew, units with an effect that cannot be are replaced by
// their failure, and after an error of the disk everything stays as it is.
func (u *units) again(ctx context.Context, j job, batch []store.Unit, errs []error) []store.Unit {
	var next []store.Unit
	var broken error
	for i, unit := range batch {
		var invalid *hotel.Invalid
		switch err := errs[i]; {
		case err == nil:
			u.hooks.breaker.note(unit.Name, j.set.files[unit.Name], unit.Done)
		case errors.Is(err, store.ErrConflict):
			next = append(next, u.anew(ctx, j, unit))
		case errors.As(err, &invalid):
			next = append(next, refused(j, unit, invalid))
		case errors.Is(err, store.ErrApply):
			next = append(next, failed(j, unit.Name, err.Error()))
		default:
			next, broken = append(next, unit), err
		}
	}
	if broken != nil && ctx.Err() == nil {
		u.report(broken)
		select {
		case <-ctx.Done():
		case <-time.After(commitAgain):
		}
	}
	return next
}

// anew runs a hook again; what rules want does not depend on the state, and
// what failed stays failed.
func (u *units) anew(ctx context.Context, j job, unit store.Unit) store.Unit {
	if unit.Name == hotel.RulesUnit || unit.Done.Error != "" {
		return unit
	}
	return u.runHook(ctx, j, unit.Name)
}

// refused turns an effect that cannot be into the unit's end. A person's
// order is answered with the reason; anything else is parked.
func refused(j job, unit store.Unit, why *hotel.Invalid) store.Unit {
	if unit.Name == hotel.RulesUnit && j.ev.Source == hotel.SourceCommand {
		return store.Unit{Name: unit.Name, Done: hotel.Done{Error: why.Error()}}
	}
	return failedWith(j, unit, why.Error())
}
