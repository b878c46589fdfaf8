package agent

import (
	"context"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"bellhop/hotel"
)

const (
	// cronLook is the longest that the loop sleeps: the clock may be set, or
	// become believable, meanwhile.
	cronLook = time.Minute
	// cronAgain is the pause after a tick that could not be kept.
	cronAgain = 5 * time.Second
)

// schedule is one job of a hook file and when it is due.
type schedule struct {
	name  string // the job's
	expr  string
	when  cron.Schedule // nil: the expression cannot be read
	fault string
	since time.Time // due times up to here are past
}

// parseSchedule reads the five fields of cron(5), in the hotel's zone.
func parseSchedule(name, expr string, zone *time.Location) *schedule {
	s := &schedule{name: name, expr: expr}
	when, err := cron.ParseStandard(expr)
	if err != nil {
		s.fault = fmt.Sprintf("schedule %q cannot be read: %v", expr, err)
		return s
	}
	if spec, ok := when.(*cron.SpecSchedule); ok {
		spec.Location = zone
	}
	s.when = when
	return s
}

// due gives the newest due time after since and not after now: what was
// missed while the box was off runs once, late. ok is false when there is
// none; next is then when to look again.
func (s *schedule) due(now time.Time) (at time.Time, ok bool, next time.Time) {
	// The bound keeps a clock that jumps by years from turning this into a
	// long walk; what it leaves out is older than what runs.
	at = s.when.Next(s.since)
	for range 100_000 {
		next = s.when.Next(at)
		if at.After(now) || next.IsZero() || next.After(now) {
			break
		}
		at = next
	}
	if at.IsZero() || at.After(now) {
		return time.Time{}, false, at
	}
	return at, true, next
}

// cronLoop makes an event of each due time.
type cronLoop struct {
	jobs    []*schedule
	now     func() time.Time
	clockOK func() bool
	lastRun func(name string) (time.Time, bool)
	fire    func(ctx context.Context, name string, due time.Time) error
	report  func(error)
}

// run fires schedules until ctx ends. A job that has never run begins with
// the first due time after now; nothing runs while the clock is not believed.
func (l *cronLoop) run(ctx context.Context) {
	if len(l.jobs) == 0 {
		return
	}
	begun := false
	for {
		sleep := cronLook
		if l.clockOK() {
			if !begun {
				l.begin()
				begun = true
			}
			sleep = l.tick(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(sleep):
		}
	}
}

func (l *cronLoop) begin() {
	now := l.now()
	for _, s := range l.jobs {
		s.since = now
		if last, ok := l.lastRun(s.name); ok && last.Before(now) {
			s.since = last
		}
	}
}

// tick fires what is due, and says how long to sleep.
func (l *cronLoop) tick(ctx context.Context) time.Duration {
	now := l.now()
	sleep := cronLook
	for _, s := range l.jobs {
		if s.when == nil {
			continue
		}
		at, due, next := s.due(now)
		if due {
			if err := l.fire(ctx, s.name, at); err != nil {
				l.report(fmt.Errorf("schedule %s: %w", s.name, err))
				sleep = min(sleep, cronAgain)
				continue
			}
			s.since = now
		}
		if wait := next.Sub(now); !next.IsZero() && wait > 0 {
			sleep = min(sleep, wait)
		}
	}
	return sleep
}

// JobState is a schedule and when it ran.
type JobState struct {
	Name     string    `json:"name"`
	Schedule string    `json:"schedule"`
	Last     time.Time `json:"last,omitzero"` // the due time of the newest run
	Next     time.Time `json:"next,omitzero"`
	Fault    string    `json:"fault,omitempty"` // why it does not run
}

// Jobs are the schedules of the hooks.
func (a *Agent) Jobs() []JobState {
	states := []JobState{}
	for _, s := range a.cron.jobs {
		state := JobState{Name: s.name, Schedule: s.expr, Fault: s.fault}
		state.Last, _ = a.lastRun(s.name)
		if s.when != nil {
			state.Next = s.when.Next(a.now())
		}
		states = append(states, state)
	}
	return states
}

// RunJob runs a schedule's job now, and waits until it has.
func (a *Agent) RunJob(ctx context.Context, name string) (uint64, error) {
	for _, s := range a.cron.jobs {
		if s.name == name {
			return a.Do(ctx, hotel.Event{Kind: hotel.KindCron, Name: name, Fields: map[string]string{
				"due": a.now().UTC().Format(time.RFC3339Nano), "by": "command",
			}})
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
func (a *Agent) fireJob(ctx context.Context, name string, due time.Time) error {
	_, err := a.store.Append(ctx, hotel.Event{
		Kind: hotel.KindCron, Name: name, Source: hotel.SourceCron, Lanes: []string{"cron:" + name},
		Fields: map[string]string{"due": due.UTC().Format(time.RFC3339)},
	}, nil)
	return err
}

// newCron makes the loop for the jobs of the loaded hooks.
func (a *Agent) newCron() *cronLoop {
	l := &cronLoop{
		now: a.now, clockOK: a.clock.ok, lastRun: a.lastRun, fire: a.fireJob,
		report: func(err error) { a.log.Error("cron", "error", err) },
	}
	for _, hook := range a.hooks.Load().Hooks() {
		if hook.Kind != hotel.KindCron {
			continue
		}
		s := parseSchedule(hook.Job, hook.Schedule, a.zone)
		if s.fault != "" {
			a.log.Error("a schedule is not used", "hook", hook.Name, "fault", s.fault)
		}
		l.jobs = append(l.jobs, s)
	}
	return l
}
