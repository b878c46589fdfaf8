package agent

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pms"
)

// lookAt asks the PBX about a room as a sweep does.
func (d *desk) lookAt(room string) (string, error) {
	body, err := json.Marshal(hotel.SightCall{Room: room})
	if err != nil {
		d.t.Fatal(err)
	}
	reply, err := d.Agent.phones.send(d.t.Context(), hotel.QueuedCall{To: "pbx", Op: hotel.OpSight, Body: body})
	return string(reply), err
}

func (d *desk) sees(room, want string) {
	d.t.Helper()
	if got, err := d.lookAt(room); err != nil || got != want {
		d.t.Errorf("a look at %s shows %s, %v; want %s", room, got, err, want)
	}
}

func TestSightShowsWhatSpeaksForAGuest(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li", "local")
		d.rest(time.Minute)
		d.sees("101", `{}`)
		d.sees("102", `{}`) // its name is none of ours
		d.pbx.alarms["101"] = []pbx.Alarm{{ID: "7", Extension: "101", AlarmSpec: pbx.AlarmSpec{Hour: 6, Minute: 5}}}
		d.pbx.phones["101"].Name = "Wang"
		d.sees("101", `{"alarms":["101 06:05"],"names":["101"]}`)
	})
}

func TestSightIsAskedForAgainWhileThePBXIsAway(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		for _, kind := range []error{pbx.ErrRetry, pbx.ErrMissing, pbx.ErrUncertain} {
			d.pbx.mu.Lock()
			d.pbx.fail = func(string) error { return kind }
			d.pbx.mu.Unlock()
			_, err := d.lookAt("101")
			var retry *pms.Retry
			if !errors.As(err, &retry) {
				d.t.Errorf("%v: %v, want a retry", kind, err)
			}
		}
	})
}

func TestSightTellsOfAManagementSystemThatIsAway(t *testing.T) {
	atDesk(t, func(c *config.Config) { c.PMS.Link = "webhook" }, func(d *desk) {
		d.sees("101", `{"unsynced":"@pms-not-set-up"}`)
	})
}

func TestTidyPutsVacantTelephonesRight(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.checkIn("101", "Li", "local")
		d.checkIn("102", "Wang", "local")
		d.checkOut("101")
		d.rest(time.Minute)
		for _, extension := range []string{"101", "102"} {
			s := d.pbx.phones[extension]
			s.DND, s.Always, s.Routes = true, pbx.Forward{On: true, To: pbx.ToNumber, Number: "139"}, append(s.Routes, "National")
		}
		d.pbx.alarms["101"] = []pbx.Alarm{{ID: "7", Extension: "101"}}
		for _, extension := range []string{"101", "102"} {
			if err := d.Agent.phones.tidy(d.t.Context(), extension); err != nil {
				d.t.Errorf("tidy %s: %v", extension, err)
			}
		}
		if s := d.pbx.phones["101"]; s.DND || s.Always.On {
			d.t.Errorf("the vacant one is left as %+v", s)
		}
		d.shows("101", "Room 101", "Emergency", "Lift")
		if s := d.pbx.phones["102"]; !s.DND || !s.Always.On || len(d.pbx.alarms["101"]) != 1 {
			d.t.Errorf("a guest's telephone is now %+v, alarms %v", s, d.pbx.alarms)
		}
	})
}
