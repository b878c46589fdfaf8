package luahooks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/hotel"
)

// Replay runs hooks over events that were run before, each with what its units
// had read then, their time, their random numbers and the answers that they
// got, and compares what the hooks want with what was wanted then. Nothing is
// carried out. Each event is replayed by itself: what a hook would have kept in
// bellhop.kv at an earlier event, it does not find at a later one.
type Replay struct {
	Set     *Set
	Zone    *time.Location // the hotel's
	Present Present
	// History is of postings and calls as they are now, for what was not asked
	// then; nil: none is known.
	History hotel.History
	// Seed is of the random numbers of a hook that did not run then.
	Seed func(event uint64, unit string) uint64
	// Wanted tells whether a hook file takes part; nil: all do.
	Wanted func(file string) bool
}

// ReplayState says how what a hook file wants for an event compares with what
// it wanted then.
type ReplayState string

// The states of a replay.
const (
	ReplaySame    ReplayState = "same"
	ReplayChanged ReplayState = "changed"
	ReplayNew     ReplayState = "new"    // it did not run then
	ReplayGone    ReplayState = "gone"   // it does not run any more
	ReplayFailed  ReplayState = "failed" // it fails, and did not then
	// ReplayUnknown: what it wanted then is not known any more, or it was
	// stopped by something that no replay can repeat.
	ReplayUnknown ReplayState = "unknown"
)

// Replayed is what came of one hook file for one event.
type Replayed struct {
	Event uint64      `json:"event"`
	Time  time.Time   `json:"time"`
	Kind  hotel.Kind  `json:"kind"`
	Room  string      `json:"room,omitempty"`
	File  string      `json:"file"`
	State ReplayState `json:"state"`
	// Approximate: not all that it read is as it was then; Missed says what, or why.
	Approximate bool     `json:"approximate,omitempty"`
	Missed      []string `json:"missed,omitempty"`
	// Was and Would are the effects that differ.
	Was   []hotel.Effect `json:"was,omitempty"`
	Would []hotel.Effect `json:"would,omitempty"`
	// Error is why it fails now; Failed why it failed then.
	Error  string `json:"error,omitempty"`
	Failed string `json:"failed,omitempty"`
}

// Differs tells whether it is known that the hook would not do what it did.
func (r *Replayed) Differs() bool {
	return r.State != ReplaySame && r.State != ReplayUnknown && !r.Approximate
}

// Page replays the events of a page that are wanted and gives what came of each
// hook file, in the order of events and files. The error is ctx's alone: that a hook fails is a result.
func (p *Replay) Page(ctx context.Context, page *hotel.PastPage, wanted func(*hotel.PastEvent) bool) (all []Replayed, err error) {
	for i := range page.Events {
		e := &page.Events[i]
		if wanted != nil && !wanted(e) {
			continue
		}
		list, err := p.event(ctx, page, e)
		if err != nil {
			return all, fmt.Errorf("replay event %d: %w", e.Event.ID, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// event replays one event.
func (p *Replay) event(ctx context.Context, page *hotel.PastPage, e *hotel.PastEvent) (all []Replayed, err error) {
	for _, file := range p.files(e) {
		one := replayOf{replay: p, page: page, event: e, out: Replayed{
			Event: e.Event.ID, Time: e.Event.Time, Kind: e.Event.Kind, Room: e.Event.Room, File: file,
		}}
		if err := one.run(ctx); err != nil {
			return nil, err
		}
		if one.relevant() {
			all = append(all, one.out)
		}
	}
	return all, nil
}

// files are those whose hooks ran then, or match now.
func (p *Replay) files(e *hotel.PastEvent) (files []string) {
	for unit := range e.Units {
		if file, ok := fileOf(unit); ok {
			files = append(files, file)
		}
	}
	if !e.Rerun && e.Event.Takes(e.Units[hotel.RulesUnit]) {
		for _, unit := range p.Set.Match(&e.Event) {
			file, _ := fileOf(unit)
			files = append(files, file)
		}
	}
	slices.Sort(files)
	files = slices.Compact(files)
	if p.Wanted != nil {
		files = slices.DeleteFunc(files, func(file string) bool { return !p.Wanted(file) })
	}
	return files
}

// fileOf is the file of a unit; false: it is none of a hook.
func fileOf(unit string) (file string, ok bool) {
	name, _, ok := strings.Cut(unit, ".lua:")
	return name + ".lua", ok
}

// replayOf is the replay of one file's hooks for one event.
type replayOf struct {
	replay     *Replay
	page       *hotel.PastPage
	event      *hotel.PastEvent
	out        Replayed
	was, would []hotel.Effect
	ran, runs  bool // then; now
}

// relevant tells whether there is anything to tell: a hook that did nothing, and
// is new or gone, is none.
func (o *replayOf) relevant() bool {
	return o.ran && o.runs || len(o.was)+len(o.would) > 0 || o.out.State == ReplayFailed || o.out.State == ReplayUnknown
}

func (o *replayOf) run(ctx context.Context) error {
	if !o.then() {
		o.out.State, o.out.Approximate = ReplayUnknown, true
		return nil
	}
	if err := o.now(ctx); err != nil {
		return err
	}
	was, would := difference(o.was, o.would)
	o.out.Was, o.out.Would = was, would
	switch {
	case o.out.Error != "" && o.out.Failed == "":
		o.out.State = ReplayFailed
	case len(was)+len(would) == 0 && (o.out.Error == "") == (o.out.Failed == ""):
		o.out.State = ReplaySame
	case !o.ran:
		o.out.State = ReplayNew
	case !o.runs:
		o.out.State = ReplayGone
	default:
		o.out.State = ReplayChanged
	}
	return nil
}

// then reads what the file's hooks wanted then; false: that cannot be compared.
func (o *replayOf) then() (known bool) {
	known = true
	for _, unit := range slices.Sorted(maps.Keys(o.event.Units)) {
		d := o.event.Units[unit]
		if file, ok := fileOf(unit); !ok || file != o.out.File {
			continue
		}
		o.ran = true
		switch {
		case d.Removed:
			o.miss("what it read and wanted has gone with the names of guests")
			known = false
		case d.Error != "" && !ownFault(d.Error):
			o.out.Failed = d.Error
			o.miss("it was stopped by what no replay can repeat")
			known = false
		case d.Error != "":
			o.out.Failed = d.Error
		default:
			o.was = append(o.was, d.Effects...)
		}
	}
	o.was = wantedByHook(o.was)
	return known
}

// ownFault tells whether a unit's error is one of its hook's code, which a
// replay meets too; others come of the commit, of time or of memory.
func ownFault(text string) bool {
	return strings.HasPrefix(text, "error: ") || strings.HasPrefix(text, "limit: ")
}

// now runs the file's hooks.
func (o *replayOf) now(ctx context.Context) error {
	for _, unit := range o.replay.Set.Match(&o.event.Event) {
		if file, _ := fileOf(unit); file != o.out.File {
			continue
		}
		if _, ran := o.event.Units[unit]; o.event.Rerun && !ran && o.otherRan(unit) {
			continue // it was not parked
		}
		o.runs = true
		if err := o.runUnit(ctx, unit); err != nil {
			return err
		}
	}
	if o.out.Error != "" {
		o.would = nil
	}
	o.would = wantedByHook(o.would)
	return nil
}

// otherRan tells whether the set's hooks are named as those that ran: a rerun
// ran some of a file's hooks alone.
func (o *replayOf) otherRan(unit string) bool {
	for name := range o.event.Units {
		if file, ok := fileOf(name); ok && file == o.out.File && name != unit {
			return true
		}
	}
	return false
}

func (o *replayOf) runUnit(ctx context.Context, unit string) error {
	in, view := o.input(unit)
	result := o.replay.Set.Run(ctx, unit, in)
	var fault *Fault
	if result.Err != nil && !errors.As(result.Err, &fault) {
		return result.Err
	}
	for _, key := range view.missed {
		o.miss(key)
	}
	left := slices.Clone(in.Answers)
	for _, a := range result.Answers {
		at := slices.Index(left, a)
		if at < 0 {
			o.miss(a.URL)
			continue
		}
		left = slices.Delete(left, at, at+1)
	}
	if fault != nil {
		o.out.Error = fault.Error()
		return nil
	}
	o.would = append(o.would, result.Effects...)
	return nil
}

// input is what a unit depends on: as it was for it then, or, for one that did
// not run, as it was for the event's others.
func (o *replayOf) input(unit string) (Input, *pastView) {
	ev := &o.event.Event
	in := Input{Event: ev, Zone: o.replay.Zone, Now: ev.Time, Replay: true, History: o.replay.History}
	if o.replay.Seed != nil {
		in.Seed = o.replay.Seed(ev.ID, unit)
	}
	d, ran := o.event.Units[unit]
	var view *pastView
	if ran {
		in.Now, in.Seed, in.Answers = d.Time, d.Seed, d.Answers
		view = newPastView(o.page, o.replay.Present, d)
	} else {
		view = newPastView(o.page, o.replay.Present, o.others()...)
	}
	in.View = view
	if ev.HasRemovedNames() {
		view.miss("the names of guests in the event have been removed")
	}
	return in, view
}

// others are the records of the event's hooks; without one, that of its rules,
// which says at least how old the state was.
func (o *replayOf) others() (all []hotel.Done) {
	for _, unit := range slices.Sorted(maps.Keys(o.event.Units)) {
		if _, hook := fileOf(unit); hook {
			all = append(all, o.event.Units[unit])
		}
	}
	if len(all) == 0 {
		all = append(all, o.event.Units[hotel.RulesUnit])
	}
	return all
}

// Trace runs a unit of an event as it was, as far as that is kept, and tells each
// call of the API. Nothing comes of it.
func (p *Replay) Trace(ctx context.Context, page *hotel.PastPage, e *hotel.PastEvent, unit string) Trace {
	o := replayOf{replay: p, page: page, event: e}
	if d := e.Units[unit]; d.Removed {
		o.miss("what it read has gone with the names of guests")
	}
	in, view := o.input(unit)
	t := p.Set.Trace(ctx, unit, in)
	for _, key := range view.missed {
		o.miss(key)
	}
	t.Missed = o.out.Missed
	return t
}

func (o *replayOf) miss(what string) {
	o.out.Approximate = true
	if len(o.out.Missed) < maxMissed && !slices.Contains(o.out.Missed, what) {
		o.out.Missed = append(o.out.Missed, what)
	}
}
