package agent

import (
	"testing"
	"time"
)

// What is known of a schedule holds between the look and its next time alone,
// wherever the clock is set to.
func TestQuietUntilTheNextTime(t *testing.T) {
	looked := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	next := looked.Add(time.Hour)
	for _, c := range []struct {
		p    progress
		now  time.Time
		want bool
	}{
		{progress{looked: looked, next: next}, looked, true},
		{progress{looked: looked, next: next}, next.Add(-time.Second), true},
		{progress{looked: looked, next: next}, next, false},
		{progress{looked: looked, next: next}, looked.Add(-time.Second), false},
		{progress{looked: looked, next: next, held: looked}, looked, false},
		{progress{looked: looked}, looked, false},
		{progress{}, looked, false},
	} {
		if got := c.p.quiet(c.now); got != c.want {
			t.Errorf("%+v at %s: %v", c.p, c.now, got)
		}
	}
}
