package pbx

import (
	"context"
	"slices"
	"time"
)

// Alarm is a wake-up call that the PBX itself makes. Whether anyone answered
// it, the PBX does not tell.
type Alarm struct {
	ID        string // the PBX's own
	Extension string
	AlarmSpec
}

// AlarmSpec says when and how an alarm rings.
type AlarmSpec struct {
	// Hour and Minute are by the PBX's clock and in its zone.
	Hour, Minute int
	Repeat       AlarmRepeat
	Weekdays     []time.Weekday // for AlarmWeekdays
	// Rings is how often the phone is rung, 1 to 3; 0 in a change: as it was.
	Rings int
	// Interval lies between two rings, in whole minutes; 0: the PBX's own.
	Interval time.Duration
	Prompt   string // the recording that is played; empty: the PBX's own
}

// Near is how long an alarm is still near at a time by the PBX's clock: it
// counts from before it first rings until after the last ring; 0: it is not
// near.
func (a AlarmSpec) Near(now time.Time, before, after time.Duration) time.Duration {
	if a.Rings > 1 {
		after += time.Duration(a.Rings-1) * a.Interval
	}
	for day := -1; day <= 1; day++ {
		at := time.Date(now.Year(), now.Month(), now.Day()+day, a.Hour, a.Minute, 0, 0, now.Location())
		if a.Repeat == AlarmWeekdays && !slices.Contains(a.Weekdays, at.Weekday()) {
			continue
		}
		if !now.Before(at.Add(-before)) && now.Before(at.Add(after)) {
			return at.Add(after).Sub(now)
		}
	}
	return 0
}

// AlarmRepeat says on which days an alarm rings.
type AlarmRepeat string

// The days of an alarm.
const (
	// AlarmOnce rings when the PBX's clock next shows the time, so within 24
	// hours; the PBX then deletes the alarm. It has no date.
	AlarmOnce     AlarmRepeat = "once"
	AlarmDaily    AlarmRepeat = "daily"
	AlarmWeekdays AlarmRepeat = "weekdays"
)

// AlarmKeeper holds alarms in the PBX.
type AlarmKeeper interface {
	// ListAlarms gives the alarms of the extensions named; none is no error.
	ListAlarms(ctx context.Context, extensions ...string) ([]Alarm, error)
	// CreateAlarm sets an alarm and gives its id, which the PBX is asked for.
	// Where the same alarm stands already, it gives that one's id. ErrExists:
	// another alarm stands at that time. ErrUncertain: the alarm may stand;
	// list before setting it again.
	CreateAlarm(ctx context.Context, extension string, spec AlarmSpec) (id string, err error)
	// ChangeAlarm replaces an alarm. ErrMissing: it has rung or was deleted.
	ChangeAlarm(ctx context.Context, extension, id string, spec AlarmSpec) error
	// DeleteAlarms deletes the alarms named; one that is gone counts as
	// deleted. ErrInvalid: none is named, as that would delete all.
	DeleteAlarms(ctx context.Context, extension string, ids ...string) error
}
