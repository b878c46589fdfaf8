package agent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"bellhop/hotel"
)

const (
	// wakeLook is how often the order book is looked at.
	wakeLook = time.Second
	// wakeBatch is how much is done in one commit.
	wakeBatch = 50
	// wakeRead bounds what is looked at in one go.
	wakeRead = 2000
	// wakeWait is how long a step may take until others are.
	wakeWait = 10 * time.Second
	// wakeHold is how long a step is left alone that came to nothing.
	wakeHold = time.Minute
	// wakeThanks is how long a call goes on when its key is known.
	wakeThanks = 6 * time.Second
	// wakeLane is the lane of all steps: a room's may wait for a hook.
	wakeLane = "wakeups"
)

// wakeLoop sees what is due in the order book, and has it done. It decides
// nothing but in which order rooms are rung: what is due is an event, whose rules
// go by the record as it is then.
type wakeLoop struct {
	view     func() hotel.View
	believed func() (time.Time, bool)
	// fire has steps taken. It may be called again with the same.
	fire   func(ctx context.Context, steps []hotel.WakeUpStep) error
	places func() int // how many rooms may be rung at once
	setup  hotel.WakeSetup
	report func(error)
	risk   func(ctx context.Context)

	// Of the loop's goroutine: steps that came to nothing, and since when.
	held map[hotel.WakeUpStep]time.Time
	// lines are the wake-ups whose calls go on, and until when the confirmed ones
	// are thought to; zero: it is not confirmed.
	lines map[string]time.Time
}

// run works until ctx ends.
func (l *wakeLoop) run(ctx context.Context) {
	l.held, l.lines = map[hotel.WakeUpStep]time.Time{}, map[string]time.Time{}
	tick := time.NewTicker(wakeLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if now, ok := l.believed(); ok {
			l.tick(ctx, now)
		}
		l.risk(ctx)
	}
}

// tick has done what is due.
func (l *wakeLoop) tick(ctx context.Context, now time.Time) {
	steps, again := l.due(now)
	for _, step := range again {
		l.take(ctx, []hotel.WakeUpStep{step})
	}
	for ctx.Err() == nil && len(steps) > 0 {
		batch := steps[:min(wakeBatch, len(steps))]
		steps = steps[len(batch):]
		l.take(ctx, batch)
	}
}

// take fires steps together. Where that comes to nothing, each is fired by itself
// at once: one that the rules cannot do must not hold up the others. It is then
// left alone for a while.
func (l *wakeLoop) take(ctx context.Context, batch []hotel.WakeUpStep) {
	err := l.fire(ctx, batch)
	if err != nil && ctx.Err() == nil {
		l.report(fmt.Errorf("wake-ups that are due are tried again: %w", err))
	}
	for _, step := range batch {
		var w hotel.WakeUp
		if !l.view().Get(hotel.WakeUpKey(step.ID), &w) || !w.Next.Equal(step.Next) {
			continue
		}
		if len(batch) > 1 && err == nil {
			l.take(ctx, []hotel.WakeUpStep{step})
			continue
		}
		l.held[step] = time.Now()
	}
}

// due is what is to be done now. Where calls are to be placed, the earliest
// wake-up goes first, as far as there are places. again are steps that came to
// nothing before.
func (l *wakeLoop) due(now time.Time) (steps, again []hotel.WakeUpStep) {
	type call struct {
		step hotel.WakeUpStep
		due  time.Time
	}
	var calls []call
	held := map[hotel.WakeUpStep]time.Time{}
	view := l.view()
	calling, desk := hotel.Calling(view)
	rooms := l.inCalls(view, calling)
	seen := 0
	view.List(hotel.PrefixWakeDue, func(key string, _ func(any) bool) bool {
		at, id, ok := hotel.WakeDue(key)
		if seen++; at.After(now) || seen > wakeRead {
			return false
		}
		var w hotel.WakeUp
		if !ok || !view.Get(hotel.WakeUpKey(id), &w) {
			return true
		}
		step := hotel.WakeUpStep{ID: id, Next: w.Next}
		if since, was := l.held[step]; was {
			held[step] = since
			if time.Since(since) >= wakeHold {
				again = append(again, step)
			}
			return true
		}
		room, toDesk := w.Needs(now, &l.setup)
		switch {
		case toDesk && desk > 0 && !room:
			return true // one after the other
		case toDesk:
			desk++
		}
		if room {
			calls = append(calls, call{step, w.Due})
		} else {
			steps = append(steps, step)
		}
		return true
	})
	l.held = held
	slices.SortStableFunc(calls, func(a, b call) int {
		return cmp.Or(a.due.Compare(b.due), cmp.Compare(len(a.step.ID), len(b.step.ID)), cmp.Compare(a.step.ID, b.step.ID))
	})
	for _, c := range calls[:min(len(calls), max(0, l.places()-rooms))] {
		steps = append(steps, c.step)
	}
	return steps, again
}

// inCalls counts the calls that go on: those of the attempts, and for a moment
// those in which somebody is thanked for a key.
func (l *wakeLoop) inCalls(view hotel.View, calling []string) int {
	for id, until := range l.lines {
		var w hotel.WakeUp
		switch {
		case slices.Contains(calling, id):
		case !until.IsZero() && time.Now().Before(until):
		case until.IsZero() && view.Get(hotel.WakeUpKey(id), &w) && w.Confirmed():
			l.lines[id] = time.Now().Add(wakeThanks)
		default:
			delete(l.lines, id)
		}
	}
	for _, id := range calling {
		l.lines[id] = time.Time{}
	}
	return len(l.lines)
}

func (a *Agent) newWakeLoop() *wakeLoop {
	return &wakeLoop{
		view: func() hotel.View { return a.store.Snapshot() }, believed: a.cron.believed, fire: a.fireWakeUps,
		places: a.wakePlaces, setup: a.wakeSetup(), report: func(err error) { a.log.Error("wake-ups", "error", err) },
		risk: (&wakeRisk{agent: a}).look,
	}
}

// fireWakeUps makes the event of steps, and waits until they are taken.
func (a *Agent) fireWakeUps(ctx context.Context, steps []hotel.WakeUpStep) error {
	ctx, cancel := context.WithTimeout(ctx, wakeWait)
	defer cancel()
	_, err := a.enter(ctx, hotel.Event{
		Kind: hotel.KindCommand, Name: hotel.CommandWakeSteps, Source: hotel.SourceAgent,
		WakeUp: &hotel.WakeCommand{Steps: steps}, Lanes: []string{wakeLane},
	})
	return err
}
