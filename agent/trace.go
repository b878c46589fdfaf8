package agent

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/luahooks"
	"bellhop/site"
	"bellhop/store"
)

// Trace runs the hooks of an event once more and tells each of their calls.
// Nothing comes of it. They read the state as it is now, and get the time, the
// chance and the answers that they had then. hook is a unit or a file; empty is
// all that take the event. asItWas lets them read the state as it was then, as far
// as that is kept.
func (a *Agent) Trace(ctx context.Context, id uint64, hook string, asItWas bool) ([]luahooks.Trace, error) {
	hooks := a.hooks.take()
	defer a.hooks.give(hooks)
	t := tracer{a.store, hooks.Set, a.zone, asItWas}
	return t.trace(ctx, id, hook)
}

// TraceStored is Trace on a store whose agent does not run.
func TraceStored(ctx context.Context, cfg config.Config, hooks fs.FS, s *store.Store, id uint64, hook string, asItWas bool) ([]luahooks.Trace, error) {
	zone, err := time.LoadLocation(cfg.Hotel.Timezone)
	if err != nil {
		return nil, fmt.Errorf("hotel.timezone: %w", err)
	}
	set, err := luahooks.Load(hooks, HookOptions(cfg))
	t := tracer{s, set, zone, asItWas}
	defer set.Close() // there is one whatever the faults
	traces, traceErr := t.trace(ctx, id, hook)
	if traceErr != nil && err != nil {
		return nil, fmt.Errorf("%w; some hooks are not used: %w", traceErr, err)
	}
	return traces, traceErr
}

// HookOptions are what hooks are loaded with to be looked at: without an outside.
func HookOptions(cfg config.Config) luahooks.Options {
	prices := hotel.Setup{Currency: cfg.Hotel.Currency, Taxes: Taxes(cfg.Tax)}
	prices.Tariff, _ = site.Tariff(cfg) // the config has been checked
	return luahooks.Options{
		Prices:   prices,
		Limits:   luahooks.Limits{Deadline: cfg.Hooks.DeadlineTime(), VMs: cfg.Hooks.VMs},
		Language: cfg.Hotel.Language, Currency: cfg.Hotel.Currency, Minibars: site.Codes(cfg.Services).Minibars,
	}
}

type tracer struct {
	store   *store.Store
	set     *luahooks.Set
	zone    *time.Location
	asItWas bool
}

func (t *tracer) trace(ctx context.Context, id uint64, hook string) ([]luahooks.Trace, error) {
	ev, err := t.store.Event(id)
	if err != nil {
		return nil, err
	}
	done, err := t.store.Done(id)
	if err != nil {
		return nil, err
	}
	units := t.set.Match(&ev)
	all := units
	if hook != "" {
		units = slices.DeleteFunc(slices.Clone(units), func(unit string) bool {
			return unit != hook && !strings.HasPrefix(unit, strings.TrimSuffix(hook, ".lua")+".lua:")
		})
	}
	if len(units) == 0 {
		return nil, &OrderError{Reason: fmt.Sprintf("no hook to run: event %d is %s; %s", id, InWords(&ev), t.candidates(all, done))}
	}
	if t.asItWas {
		return t.traceThen(ctx, id, units)
	}
	var traces []luahooks.Trace
	for _, unit := range units {
		was := done[unit]
		in := luahooks.Input{Event: &ev, View: t.store.Snapshot(), History: t.store, Now: was.Time, Zone: t.zone, Seed: was.Seed, Answers: was.Answers}
		if in.Now.IsZero() {
			in.Now, in.Seed = ev.Time, seed(id, unit)
		}
		traces = append(traces, t.set.Trace(ctx, unit, in))
	}
	return traces, nil
}

// traceThen runs units on what is kept of what they read.
func (t *tracer) traceThen(ctx context.Context, id uint64, units []string) (traces []luahooks.Trace, err error) {
	page, err := t.store.Past(id-1, 1)
	if err != nil {
		return nil, err
	}
	if len(page.Events) == 0 || page.UpTo != id {
		return nil, &OrderError{Reason: fmt.Sprintf("of event %d nothing is kept: it has not ended yet, or is a copy of another", id)}
	}
	r := luahooks.Replay{Set: t.set, Zone: t.zone, Present: t.store, History: t.store, Seed: seed}
	for _, unit := range units {
		traces = append(traces, r.Trace(ctx, &page, &page.Events[0], unit))
	}
	return traces, nil
}

// candidates says which hooks there are for an event.
func (t *tracer) candidates(units []string, done map[string]hotel.Done) string {
	if len(units) > 0 {
		return "the hooks that take it are " + strings.Join(units, ", ")
	}
	gone := slices.DeleteFunc(slices.Sorted(maps.Keys(done)), func(unit string) bool { return unit == hotel.RulesUnit })
	if len(gone) > 0 {
		return "no hook takes it any more; then it was " + strings.Join(gone, ", ")
	}
	return "no hook takes it"
}

// InWords says an event in a few words, without names of guests.
func InWords(ev *hotel.Event) string {
	words := []string{string(ev.Kind)}
	for _, w := range []string{cmp.Or(ev.Digits, ev.Key), ev.Name} {
		if w != "" {
			words = append(words, w)
		}
	}
	if ev.Room != "" {
		words = append(words, "of room "+ev.Room)
	}
	return strings.Join(words, " ")
}

// maxParkedWhy leaves room for the event in what is kept of a parked unit.
const maxParkedWhy = 350

// parkedWords says why a unit is parked, and by which event. The alert does not
// name the event: equal ones are counted.
func parkedWords(why string, ev *hotel.Event) string {
	if len(why) > maxParkedWhy {
		why = strings.ToValidUTF8(why[:maxParkedWhy], "") + "…"
	}
	return why + "; event " + InWords(ev)
}
