package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

const (
	// alarmSlack lies around an alarm of the PBX: its clock, and the guest who
	// picks up.
	alarmSlack = 2 * time.Minute
	// alarmPatience is how long a change waits for alarms in all: on a morning
	// when they follow one another it would wait for ever.
	alarmPatience = 10 * time.Minute
	// alarmsKnown is how long a list of the alarms is good for.
	alarmsKnown = 5 * time.Minute
	// alarmsAtOnce is how many extensions are asked about at once.
	alarmsAtOnce = 50
)

// alarms knows when the PBX is about to wake guests. A change makes old firmware
// load its whole configuration anew, which ends calls: so there is none while an
// alarm rings.
type alarms struct {
	keeper pbx.AlarmKeeper // nil: the PBX holds none
	view   func() hotel.View
	pbxNow func() time.Time // its clock, in its zone; zero: not known
	report func(error)

	list []pbx.Alarm
	read time.Time
}

// wait is how long a call had better wait; 0: it may go. It is for one
// goroutine at a time.
func (a *alarms) wait(ctx context.Context, c hotel.QueuedCall, now time.Time) error {
	theirs := a.pbxNow()
	if a.keeper == nil || theirs.IsZero() || c.Urgency == hotel.Urgent || now.Sub(c.Queued) >= alarmPatience {
		return nil
	}
	if a.read.IsZero() || now.Sub(a.read).Abs() >= alarmsKnown {
		list, err := a.all(ctx)
		if err != nil && !errors.Is(err, pbx.ErrUnsupported) {
			a.report(fmt.Errorf("whether the PBX is about to wake a guest is not known: %w", err))
		}
		a.list, a.read = list, now
	}
	for _, alarm := range a.list {
		if left := alarm.Near(theirs, alarmSlack, alarmSlack); left > 0 {
			left = min(left, alarmPatience-now.Sub(c.Queued))
			return &pms.Retry{Err: fmt.Errorf("the PBX wakes a guest at %02d:%02d, and is not changed meanwhile", alarm.Hour, alarm.Minute), After: left, Only: true}
		}
	}
	return nil
}

// all asks for the alarms of each room's telephones.
func (a *alarms) all(ctx context.Context) (found []pbx.Alarm, err error) {
	var phones []string
	a.view().List(hotel.PrefixExtension, func(key string, _ func(any) bool) bool {
		phones = append(phones, key[len(hotel.PrefixExtension):])
		return true
	})
	for some := range slices.Chunk(phones, alarmsAtOnce) {
		list, err := a.keeper.ListAlarms(ctx, some...)
		if err != nil {
			return found, err
		}
		found = append(found, list...)
	}
	return found, nil
}
