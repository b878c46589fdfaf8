package agent

import (
	"testing"
	"time"

	"bellhop/pbx"
)

func TestRinging(t *testing.T) {
	friday := time.Date(2026, 11, 20, 7, 0, 0, 0, time.FixedZone("", 8*3600))
	daily := pbx.Alarm{AlarmSpec: pbx.AlarmSpec{Hour: 7, Repeat: pbx.AlarmDaily}}
	thrice := daily
	thrice.Rings, thrice.Interval = 3, 5*time.Minute
	midnight := pbx.Alarm{AlarmSpec: pbx.AlarmSpec{Repeat: pbx.AlarmOnce}}
	workday := daily
	workday.Repeat, workday.Weekdays = pbx.AlarmWeekdays, []time.Weekday{time.Friday}
	sunday := workday
	sunday.Weekdays = []time.Weekday{time.Sunday}
	for _, c := range []struct {
		name  string
		alarm pbx.Alarm
		at    time.Time
		left  time.Duration
	}{
		{"long before", daily, friday.Add(-time.Hour), 0},
		{"just before", daily, friday.Add(-alarmSlack), 2 * alarmSlack},
		{"a moment earlier", daily, friday.Add(-alarmSlack - 1), 0},
		{"while it rings", daily, friday.Add(time.Minute), time.Minute},
		{"after", daily, friday.Add(alarmSlack), 0},
		{"between the second and the third", thrice, friday.Add(7 * time.Minute), 5 * time.Minute},
		{"after the third", thrice, friday.Add(12 * time.Minute), 0},
		{"before midnight", midnight, friday.Add(17*time.Hour - time.Minute), 3 * time.Minute},
		{"after midnight", midnight, friday.Add(-7*time.Hour + time.Minute), time.Minute},
		{"on its day", workday, friday, alarmSlack},
		{"on another day", sunday, friday, 0},
	} {
		if left := ringing(c.alarm, c.at); left != c.left {
			t.Errorf("%s: %s, want %s", c.name, left, c.left)
		}
	}
}

// The PBX is left alone while it wakes a guest, but not for ever.
func TestNoChangeWhileAGuestIsWoken(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		alarm := func(room string, in time.Duration) {
			at := d.pbx.now().Add(in)
			d.pbx.alarms[room] = append(d.pbx.alarms[room], pbx.Alarm{ID: "1", AlarmSpec: pbx.AlarmSpec{Hour: at.Hour(), Minute: at.Minute(), Repeat: pbx.AlarmOnce}})
		}
		alarm("109", time.Minute)
		d.checkIn("101", "Li", "")
		d.rest(2 * time.Minute)
		d.did()
		d.rest(5 * time.Minute)
		d.did("change 101")
		d.rest(alarmsKnown)
		alarm("110", time.Minute)
		d.pbx.alarms["110"][0].Rings, d.pbx.alarms["110"][0].Interval = 3, 10*time.Minute
		d.checkIn("102", "Wang", "")
		d.rest(alarmPatience - time.Minute)
		d.did()
		d.rest(2 * time.Minute)
		d.did("change 102")
		d.alerted()
	})
}
