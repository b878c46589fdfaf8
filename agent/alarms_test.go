package agent

import (
	"testing"
	"time"

	"bellhop/pbx"
)

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
