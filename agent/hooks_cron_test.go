package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"bellhop/hotel"
)

// Jobs are replaced between two ticks: no due time is lost at that edge, and none
// comes twice.
func TestReloadedSchedulesLoseAndDoubleNothing(t *testing.T) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	const before, after = -300 * time.Millisecond, 400 * time.Millisecond
	for _, row := range []struct {
		name, old, new string
		reload         time.Duration // after noon; ticks are at before and after
		fail           bool          // what is due at the first tick behind noon cannot be kept
		want           []string
	}{
		{"the same", "0 12 * * *", "0 12 * * *", 100 * time.Millisecond, false, []string{"12:00"}},
		{"due in both", "0 12 * * *", "0 12,18 * * *", 100 * time.Millisecond, false, []string{"12:00"}},
		{"due in the new one", "0 3 * * *", "0 12 * * *", 100 * time.Millisecond, false, []string{"12:00"}},
		{"due in the old one", "0 12 * * *", "0 18 * * *", 600 * time.Millisecond, false, []string{"12:00"}},
		{"replaced when it has run", "0 12 * * *", "*/10 12 * * *", 600 * time.Millisecond, false, []string{"12:00"}},
		{"replaced while it is held", "0 12 * * *", "0 18 * * *", 600 * time.Millisecond, true, []string{"12:00"}},
		{"long past", "0 18 * * *", "0 10 * * *", 100 * time.Millisecond, false, nil},
	} {
		var fired []string
		fail := row.fail
		l := &cronLoop{
			lastRun: func(string) (time.Time, bool) { return time.Time{}, false },
			fire: func(_ context.Context, tk tick) error {
				if fail {
					return errors.New("the disk is full")
				}
				fired = append(fired, tk.due.Format("15:04"))
				return nil
			},
			report: func(error) {}, changed: make(chan struct{}, 1), progress: map[string]*progress{},
		}
		job := func(expr string) []*cronJob {
			j := newCronJob("t.lua:cron:1", "stock", expr, hotel.MissedPolicy{}, time.UTC)
			if j.fault != nil {
				t.Fatal(j.fault)
			}
			return []*cronJob{j}
		}
		l.set(job(row.old))
		l.tick(t.Context(), noon.Add(-2*time.Hour))
		l.tick(t.Context(), noon.Add(before))
		if row.reload > after {
			l.tick(t.Context(), noon.Add(after))
		}
		fail = false
		l.set(job(row.new))
		for _, at := range []time.Duration{row.reload, row.reload + time.Millisecond, time.Second, 2 * time.Second} {
			l.tick(t.Context(), noon.Add(at))
		}
		if !slices.Equal(fired, row.want) {
			t.Errorf("%s: fired %s, want %s", row.name, fmt.Sprint(fired), fmt.Sprint(row.want))
		}
	}
}
