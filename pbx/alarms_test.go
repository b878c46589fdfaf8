package pbx

import (
	"testing"
	"time"
)

func TestAlarmNear(t *testing.T) {
	const slack = 2 * time.Minute
	friday := time.Date(2026, 11, 20, 7, 0, 0, 0, time.FixedZone("", 8*3600))
	daily := Alarm{AlarmSpec: AlarmSpec{Hour: 7, Repeat: AlarmDaily}}
	thrice := daily
	thrice.Rings, thrice.Interval = 3, 5*time.Minute
	midnight := Alarm{AlarmSpec: AlarmSpec{Repeat: AlarmOnce}}
	workday := daily
	workday.Repeat, workday.Weekdays = AlarmWeekdays, []time.Weekday{time.Friday}
	sunday := workday
	sunday.Weekdays = []time.Weekday{time.Sunday}
	for _, c := range []struct {
		name  string
		alarm Alarm
		at    time.Time
		left  time.Duration
	}{
		{"long before", daily, friday.Add(-time.Hour), 0},
		{"just before", daily, friday.Add(-slack), 2 * slack},
		{"a moment earlier", daily, friday.Add(-slack - 1), 0},
		{"while it rings", daily, friday.Add(time.Minute), time.Minute},
		{"after", daily, friday.Add(slack), 0},
		{"between the second and the third", thrice, friday.Add(7 * time.Minute), 5 * time.Minute},
		{"after the third", thrice, friday.Add(12 * time.Minute), 0},
		{"before midnight", midnight, friday.Add(17*time.Hour - time.Minute), 3 * time.Minute},
		{"after midnight", midnight, friday.Add(-7*time.Hour + time.Minute), time.Minute},
		{"on its day", workday, friday, slack},
		{"on another day", sunday, friday, 0},
	} {
		if left := c.alarm.Near(c.at, slack, slack); left != c.left {
			t.Errorf("%s: %s, want %s", c.name, left, c.left)
		}
	}
}
