package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
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

// silentPMS takes what it is told and answers nothing while it is away.
type silentPMS struct{ away atomic.Bool }

func (p *silentPMS) Send(ctx context.Context, _ pms.Message) ([]byte, error) {
	if p.away.Load() {
		<-ctx.Done()
		return nil, &pms.Retry{Err: ctx.Err()}
	}
	return nil, nil
}

// A box that begins anew has forgotten that the PMS was away, and is half a minute
// older when the first attempt has failed: a sweep may not fall between.
func TestSightAfterAPowerCutWhileThePMSIsAway(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		d.end()
		far := &silentPMS{}
		far.away.Store(true)
		d.link = far
		d.start()
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &hotel.Import{Items: []hotel.Item{{Code: "1", Name: "Cola", Price: 1200}}}})
		d.checkIn("101", "Li", "local")
		d.rest(time.Minute)
		d.sees("101", `{}`) // it was told nothing
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandMinibarPost, Room: "101", Fields: map[string]string{"item": "1", "count": "1"}})
		d.rest(time.Hour)
		d.sees("101", `{"unsynced":"@pms-away"}`)
		d.end()
		d.start()
		synctest.Wait()
		d.sees("101", `{"unsynced":"@pms-away"}`)
		far.away.Store(false)
		d.rest(time.Hour)
		d.sees("101", `{}`)
		d.end()
		d.start()
		synctest.Wait()
		d.sees("101", `{}`) // nothing waits
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

// Each vacant room is compared: what is ours is put right, what is not is told of
// and stays, and that of guests nobody looks at.
func TestSweepComparesVacantRooms(t *testing.T) {
	atDesk(t, nil, func(d *desk) {
		for _, room := range []string{"101", "102", "103"} {
			d.comes(room, "G"+room, "Guest "+room, "class", "local")
		}
		d.checkIn("110", "", "local") // nobody was told a name
		d.rest(time.Minute)
		d.checkOut("101")
		d.checkOut("102")
		d.checkOut("110")
		d.rest(10 * time.Minute)
		away := pbx.Forward{On: true, To: pbx.ToNumber, Number: "139"}
		for n := 101; n <= 105; n++ {
			s := d.pbx.phones[fmt.Sprint(n)]
			s.DND, s.Always, s.Routes = true, away, append(s.Routes, "National")
		}
		d.pbx.phones["101"].Name = "Guest 101" // as after the PBX was put back from a copy
		d.pbx.phones["102"].Name = "Spa"       // by hand
		d.pbx.phones["105"].Name, d.pbx.phones["110"].Name = "Chen", "Yang"
		d.pbx.phones["106"].NoAnswer = pbx.Forward{On: true, To: pbx.ToExtension, Number: "100"}
		d.pbx.phones["107"].Routes = nil
		d.pbx.alarms["107"] = []pbx.Alarm{{ID: "7", Extension: "107"}}
		d.pbx.voicemail["108"] = []pbx.Voicemail{{Extension: "108", File: "a.wav"}}
		delete(d.pbx.phones, "109")
		d.pbx.log = nil
		for range 2 {
			if _, err := d.RunJob(d.t.Context(), "nightly-checkout-sweep"); err != nil {
				d.t.Fatal(err)
			}
			d.rest(10 * time.Minute)
		}
		d.shows("101", "Room 101", "Emergency", "Lift")
		d.shows("102", "Spa", "Emergency", "Lift")
		d.shows("103", "Guest 103", "Emergency", "Lift", "Local", "National")
		d.shows("104", "Room 104", "Emergency", "Lift", "National")
		d.shows("105", "Chen", "Emergency", "Lift", "National")
		for n, stays := range map[string]bool{"101": false, "102": false, "103": true, "104": true, "105": true} {
			if s := d.pbx.phones[n]; s.DND != stays || s.Always.On != stays {
				d.t.Errorf("%s has %+v", n, s)
			}
		}
		d.did("change 101", "change 102")
		d.alerted(hotel.AlertVacant)
		text := d.Alerts()[0].Text("en")
		for _, want := range []string{
			"(7): 102: name;", " 104: outbound routes, do not disturb, call forward;", " 105: name, outbound routes, do not disturb, call forward;",
			" 107: no route for emergency calls, alarms;", " 108: voicemail messages;", " 109: the PBX has no such extension;", " 110: name.",
		} {
			if !strings.Contains(text, want) {
				d.t.Errorf("the alert does not say %q: %s", want, text)
			}
		}
		if al := d.Alerts()[0]; al.Count != 1 || strings.Contains(fmt.Sprint(al), "Chen") {
			d.t.Errorf("alert: %+v", al)
		}
	})
}
