package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"bellhop/hotel"
)

const (
	// cronLook is the longest that the loop sleeps: the clock may be set, or
	// become believable, meanwhile.
	cronLook = time.Second
	// cronAgain is the first pause after a due time that could not be kept;
	// it doubles up to cronLongest.
	cronAgain   = 5 * time.Second
	cronLongest = time.Minute
	// cronDensest keeps "@every" from filling the disk.
	cronDensest = time.Minute
	// missedAfter is how late a due time is that counts as missed: the box was
	// off, or its clock was not believed.
	missedAfter = 5 * time.Minute
)

// cronJob is a function of a hook that runs on a schedule. It is never changed.
type cronJob struct {
	name string // unique in the hotel
	expr string
	hotel.MissedPolicy
	times cron.Schedule // nil: the expression cannot be read
	fault error         // why not; names the hook and the expression
}

// newCronJob reads the five fields of cron(5), or a descriptor such as "@daily",
// in the hotel's zone.
func newCronJob(hook, name, expr string, missed hotel.MissedPolicy, zone *time.Location) *cronJob {
	j := &cronJob{name: name, expr: expr, MissedPolicy: missed}
	times, err := parseSchedule(expr, zone)
	if err != nil {
		j.fault = fmt.Errorf("hook %s: schedule %q: %w", hook, expr, err)
		return j
	}
	j.times = times
	return j
}

// judge says what becomes of a due time that is so late.
func (j *cronJob) judge(late time.Duration) hotel.Missed {
	if late < missedAfter {
		return ""
	}
	return j.MissedPolicy.Judge(late)
}

func parseSchedule(expr string, zone *time.Location) (cron.Schedule, error) {
	if strings.Contains(expr, "TZ=") {
		return nil, errors.New("schedules are in the hotel's zone and take no other")
	}
	parsed, err := cron.ParseStandard(expr)
	if err != nil {
		return nil, err
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		if every, ok := parsed.(cron.ConstantDelaySchedule); ok && every.Delay < cronDensest {
			return nil, fmt.Errorf("at most once in %s", cronDensest)
		}
		return parsed, nil
	}
	spec.Location = time.UTC
	local := &localTimes{spec: spec, zone: zone, fixed: expr != "@hourly"}
	if fields := strings.Fields(expr); len(fields) == 5 {
		local.fixed = !strings.ContainsAny(fields[1], "*?/")
	}
	return local, nil
}

// localTimes are the times of a schedule in a zone that may change its
// offset. Fixed hours go by date: a local time that occurs twice counts once,
// the first time, and one that is skipped counts at the jump. Wildcard and
// stepped hours take each moment whose local time fits.
//
// The library reads the schedule, but knows only UTC, which has no edges: it
// is given local times as if they were UTC's.
type localTimes struct {
	spec  *cron.SpecSchedule
	zone  *time.Location
	fixed bool
}

// Next is the first time after t; zero when there is none within five years.
func (s *localTimes) Next(t time.Time) time.Time {
	if s.fixed {
		return s.nextByDate(t.In(s.zone))
	}
	return s.nextByClock(t.In(s.zone))
}

func (s *localTimes) nextByDate(t time.Time) time.Time {
	wall := hotel.WallClock(t)
	for {
		if wall = s.spec.Next(wall); wall.IsZero() {
			return wall
		}
		// Not after t is what the second passage through an hour asks for again.
		if at := hotel.FirstMoment(wall, s.zone); at.After(t) {
			return at
		}
	}
}

func (s *localTimes) nextByClock(t time.Time) time.Time {
	for {
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		wall := s.spec.Next(hotel.WallClock(t))
		if wall.IsZero() {
			return wall
		}
		at := wall.Add(-time.Duration(offset) * time.Second).In(s.zone)
		if end.IsZero() || at.Before(end) {
			return at
		}
		if end = end.In(s.zone); s.fits(end) {
			return end
		}
		t = end
	}
}

// fits tells whether a moment's own local time is one of the schedule's.
func (s *localTimes) fits(t time.Time) bool {
	wall := hotel.WallClock(t)
	return s.spec.Next(wall.Add(-time.Second)).Equal(wall)
}

// newestDue is the newest time of a schedule after since and not after now;
// false when there is none.
func newestDue(times cron.Schedule, since, now time.Time) (time.Time, bool) {
	if every, ok := times.(cron.ConstantDelaySchedule); ok {
		first := every.Next(since)
		return first.Add(now.Sub(first).Truncate(every.Delay)), !first.After(now)
	}
	// Backwards in growing steps: a schedule may be due each minute or once in
	// four years, and the box may have been off as long.
	const day = 24 * time.Hour
	for _, back := range []time.Duration{time.Hour, day, 32 * day, 367 * day, 5 * 366 * day} {
		start := now.Add(-back)
		if start.Before(since) {
			start = since
		}
		at := times.Next(start)
		if !at.IsZero() && !at.After(now) {
			for next := times.Next(at); !next.IsZero() && !next.After(now); next = times.Next(at) {
				at = next
			}
			return at, true
		}
		if start.Equal(since) {
			break
		}
	}
	return time.Time{}, false
}

// tick is a due time of a job.
type tick struct {
	job    string
	due    time.Time
	late   time.Duration
	missed hotel.Missed // what becomes of it; empty: it runs
}

// cronLoop makes an event of each due time. Of those that were missed only
// the newest is fired, late.
type cronLoop struct {
	now     func() time.Time
	clockOK func() bool
	// lastRun is the newest due time that was fired for a job, over restarts.
	lastRun func(name string) (time.Time, bool)
	// fire makes the event of a due time. It may be called again with the same
	// one, and then must make nothing new.
	fire   func(ctx context.Context, t tick) error
	report func(error)

	changed chan struct{} // of one place: jobs were set
	mu      sync.Mutex
	jobs    []*cronJob

	// Of the loop's goroutine:
	progress map[string]*progress // by the job's name
	ticked   time.Time            // when all jobs were looked at last; zero: never
	pause    time.Duration        // after a failure; zero after none
}

// progress is how far a job has come.
type progress struct {
	expr  string
	since time.Time // due times up to here are past
	held  time.Time // a due time that could not be kept yet; zero: none
	// From looked until next, unless that is zero, nothing is due: times of a
	// schedule take long to find, and the clock is looked at each second.
	looked, next time.Time
}

// quiet tells whether it is known that nothing is due, also if the clock was set.
func (p *progress) quiet(now time.Time) bool {
	return p.held.IsZero() && !p.next.IsZero() && !now.Before(p.looked) && now.Before(p.next)
}

// set replaces the jobs, also while the loop runs. A job that stays keeps its
// place; one with another expression than before begins anew from the last tick.
func (l *cronLoop) set(jobs []*cronJob) {
	l.mu.Lock()
	l.jobs = jobs
	l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

func (l *cronLoop) list() []*cronJob {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.jobs
}

// run fires jobs until ctx ends. A job that has never run begins with the
// first due time after now; nothing runs while the clock is not believed.
func (l *cronLoop) run(ctx context.Context) {
	l.progress = map[string]*progress{}
	for ctx.Err() == nil {
		sleep := cronLook
		if now, ok := l.believed(); ok {
			sleep = l.tick(ctx, now)
		}
		select {
		case <-ctx.Done():
		case <-l.changed:
		case <-time.After(sleep):
		}
	}
}

// believed is what the clock shows; false when that is not believed. It is asked
// before and after: the clock may be set in between, and what speaks for one
// time says nothing of the other.
func (l *cronLoop) believed() (now time.Time, ok bool) {
	if !l.clockOK() {
		return now, false
	}
	now = l.now().Round(0) // by the wall clock alone, which may be set
	return now, l.clockOK()
}

// tick fires what is due, and says how long to sleep.
func (l *cronLoop) tick(ctx context.Context, now time.Time) time.Duration {
	jobs := l.list()
	l.forget(jobs)
	sleep, failed := cronLongest, false
	for _, j := range jobs {
		if j.times == nil {
			continue
		}
		p := l.progressOf(j, now)
		if p.quiet(now) {
			sleep = min(sleep, p.next.Sub(now))
			continue
		}
		if !l.fireDue(ctx, j, p, now) {
			failed = true
			continue
		}
		p.looked, p.next = now, j.times.Next(now)
		if !p.next.IsZero() {
			sleep = min(sleep, p.next.Sub(now))
		}
	}
	l.ticked = now
	if !failed {
		l.pause = 0
		return min(sleep, cronLook)
	}
	l.pause = min(max(2*l.pause, cronAgain), cronLongest)
	return min(sleep, l.pause)
}

// forget drops the progress of jobs that are gone.
func (l *cronLoop) forget(jobs []*cronJob) {
	for name := range l.progress {
		if !slices.ContainsFunc(jobs, func(j *cronJob) bool { return j.name == name }) {
			delete(l.progress, name)
		}
	}
}

func (l *cronLoop) progressOf(j *cronJob, now time.Time) *progress {
	p := l.progress[j.name]
	if p != nil && p.expr == j.expr {
		return p
	}
	if p != nil {
		// What the expression of before had due by the last tick is fired or held;
		// from then on the new one counts, also if that was just before now.
		since := now
		if !l.ticked.IsZero() && l.ticked.Before(now) {
			since = l.ticked
		}
		p = &progress{expr: j.expr, since: since, held: p.held}
		l.progress[j.name] = p
		return p
	}
	since := now
	if last, ok := l.lastRun(j.name); ok && last.Before(now) {
		since = last.Round(0)
	}
	p = &progress{expr: j.expr, since: since}
	l.progress[j.name] = p
	return p
}

// fireDue fires the job if it is due; false when that failed. The due time is
// then held: it is the first to be fired the next time.
func (l *cronLoop) fireDue(ctx context.Context, j *cronJob, p *progress, now time.Time) bool {
	for {
		again := !p.held.IsZero()
		if !again {
			due, ok := newestDue(j.times, p.since, now)
			if !ok {
				return true
			}
			p.held = due
		}
		late := max(0, now.Sub(p.held))
		if err := l.fire(ctx, tick{j.name, p.held, late, j.judge(late)}); err != nil {
			if !again && ctx.Err() == nil {
				l.report(fmt.Errorf("job %s, due %s, is tried again: %w", j.name, p.held.Format(time.RFC3339), err))
			}
			return false
		}
		p.since, p.held = p.held, time.Time{}
	}
}

// JobState is a schedule and when it ran.
type JobState struct {
	Name     string    `json:"name"`
	Schedule string    `json:"schedule"`
	Last     time.Time `json:"last,omitzero"` // the due time of the newest run
	Next     time.Time `json:"next,omitzero"`
	Fault    string    `json:"fault,omitempty"` // why it does not run
	// What becomes of a time at which the box was off.
	hotel.MissedPolicy
}

// Jobs are the schedules of the hooks.
func (a *Agent) Jobs() []JobState {
	states := []JobState{}
	for _, j := range a.cron.list() {
		state := JobState{Name: j.name, Schedule: j.expr, MissedPolicy: j.MissedPolicy}
		state.Last, _ = a.lastRun(j.name)
		if j.fault != nil {
			state.Fault = j.fault.Error()
		} else {
			state.Next = j.times.Next(a.now())
		}
		states = append(states, state)
	}
	return states
}

// RunJob runs a schedule's job now, and waits until it has.
func (a *Agent) RunJob(ctx context.Context, name string) (uint64, error) {
	for _, j := range a.cron.list() {
		if j.name == name {
			return a.Do(ctx, hotel.Event{
				Kind: hotel.KindCron, Name: name, Lanes: []string{cronLane(name)}, // never beside itself
				Fields: map[string]string{"due": a.now().UTC().Format(time.RFC3339Nano), "by": "command"},
			})
		}
	}
	return 0, &OrderError{Reason: fmt.Sprintf("no hook has a schedule named %q; see \"bellhop cron list\"", name)}
}

func (a *Agent) lastRun(name string) (time.Time, bool) {
	var state hotel.CronState
	ok := a.store.Snapshot().Get(hotel.CronKey(name), &state)
	return state.LastRun, ok
}

// fireJob makes the event of a due time. The due time is part of its merge
// key: however often it is fired, it runs once.
func (a *Agent) fireJob(ctx context.Context, t tick) error {
	fields := map[string]string{"due": t.due.UTC().Format(time.RFC3339)}
	if t.late >= missedAfter {
		fields["late"] = strconv.Itoa(int(t.late / time.Second))
	}
	if t.missed != "" {
		fields["missed"] = string(t.missed)
	}
	_, err := a.store.Append(ctx, hotel.Event{
		Kind: hotel.KindCron, Name: t.job, Source: hotel.SourceCron, Lanes: []string{cronLane(t.job)}, Fields: fields,
	}, nil)
	return err
}

// cronLane is the line in which the runs of a job follow each other.
func cronLane(job string) string { return "cron:" + job }

// newCron makes the loop for the jobs of the loaded hooks.
func (a *Agent) newCron() *cronLoop {
	l := &cronLoop{
		now: a.now, clockOK: a.clock.ok, lastRun: a.lastRun, fire: a.fireJob,
		report:  func(err error) { a.log.Error("A schedule could not be kept", "error", err) },
		changed: make(chan struct{}, 1),
	}
	l.set(a.cronJobs())
	return l
}

// cronJobs are those of the loaded hooks.
func (a *Agent) cronJobs() []*cronJob {
	var jobs []*cronJob
	for _, hook := range a.hooks.current().Hooks() {
		if hook.Kind != hotel.KindCron {
			continue
		}
		j := newCronJob(hook.Name, hook.Job, hook.Schedule, hook.Missed, a.zone)
		if j.fault != nil {
			a.log.Error("A schedule is not used", "error", j.fault)
		}
		jobs = append(jobs, j)
	}
	return jobs
}
