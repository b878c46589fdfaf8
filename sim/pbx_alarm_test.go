package sim

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// rings tells when a room has rung: the clock moves minute by minute.
func rings(p *PBX, number string, minutes int) (times []string) {
	ringing := false
	for range minutes {
		now := p.Move(time.Minute)
		was := ringing
		ringing = slices.ContainsFunc(p.State().Calls, func(c PBXCall) bool { return c.To == number })
		if ringing && !was {
			times = append(times, now.Format("02 15:04"))
		}
	}
	return times
}

func TestAlarmsRingInTheHotelsZone(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		alarm, limits string
		days          int
		want          []string // day and time in Paris; it is Friday the 27th, 09:00
		left          int
	}{
		{alarm: `"time":"09:10","type":"onetime","repeats":"3","repeatinterval":"5"`, days: 2, want: []string{"27 09:10", "27 09:15", "27 09:20"}},
		{alarm: `"time":"09:00","type":"onetime","repeats":"1"`, days: 2, want: []string{"28 09:00"}},
		{alarm: `"time":"09:10","type":"onetime","repeats":"3","repeatinterval":"5"`, limits: "answered", days: 2, want: []string{"27 09:10"}},
		{alarm: `"time":"07:30","type":"everyday","repeats":"1"`, days: 3, want: []string{"28 07:30", "29 07:30", "30 07:30"}, left: 1}, // summer time begins on the 29th
		{alarm: `"time":"02:30","type":"everyday","repeats":"1"`, days: 3, want: []string{"28 02:30", "29 03:30", "30 02:30"}, left: 1},
		{alarm: `"time":"23:59","type":"custom","weekdays":"0, 1","repeats":2,"repeatinterval":"10"`, days: 4,
			want: []string{"29 23:59", "30 00:09", "30 23:59", "31 00:09"}, left: 1},
	} {
		clock := newClock()
		clock.at = time.Date(2026, 3, 27, 8, 0, 0, 0, time.UTC)
		p := newPBX(t, PBXOptions{Now: clock.now, Zone: paris})
		h := Handset{Does: Ignores}
		if c.limits != "" {
			h = Handset{Talk: span(70)}
		}
		if err := p.SetExtension(PBXExtension{Number: "1001", Handset: []Handset{h}, Settings: map[string]string{"ringtimeout": "70", "dnd": "on"}}); err != nil {
			t.Fatal(err)
		}
		if err := p.SetLimits(Limits{Channels: 10, AlarmUntilAnswered: c.limits != ""}); err != nil {
			t.Fatal(err)
		}
		token := mustLogin(t, p)
		if a := ask(p, 1, "wakeupcall/create", token, `{"number":"1001","wakeup":[{`+c.alarm+`},{"ignored":1}]}`); a.Status != "Success" {
			t.Fatalf("%s: %+v", c.alarm, a)
		}
		said(p)
		if got := rings(p, "1001", c.days*24*60); c.limits == "" && !slices.Equal(got, c.want) {
			t.Errorf("%s rang at %q", c.alarm, got)
		}
		if x, _ := p.Extension("1001"); len(x.Alarms) != c.left {
			t.Errorf("%s: left are %+v", c.alarm, x.Alarms)
		}
		if got := said(p); len(got) > 0 {
			t.Errorf("%s: reported %q", c.alarm, got)
		}
	}
}

func TestAlarmAnsweredAndReported(t *testing.T) {
	p, token := house(t, Handset{After: span(3)}, Handset{Does: Ignores})
	if err := p.SetLimits(Limits{Channels: 10, AlarmReports: true, AlarmUntilAnswered: true}); err != nil {
		t.Fatal(err)
	}
	if a := ask(p, 1, "wakeupcall/create", token, `{"number":"1001,1002","wakeup":{"time":"09:00","type":"onetime","repeats":"2"}}`); a.Status != "Success" {
		t.Fatalf("%+v", a)
	}
	p.Move(time.Hour)
	want := map[string][]string{
		"1001": {
			"CallStatus 1001:RING", "CallStatus 1001:ANSWER", "PlayPromptEnd 1001 macroform-cold_day", "CallStatus 1001:BYE",
			"NewCdr prompt>1001 8 5 Internal ANSWERED",
		},
		"1002": {
			"CallStatus 1002:RING", "CallFailed 603 Declined", "NewCdr prompt>1002 30 0 Internal NO ANSWER",
			"CallStatus 1002:RING", "CallFailed 603 Declined", "NewCdr prompt>1002 30 0 Internal NO ANSWER",
		},
	}
	got := map[string][]string{}
	for _, line := range said(p) {
		room := "1002"
		if strings.Contains(line, "1001") {
			room = "1001"
		}
		got[room] = append(got[room], line)
	}
	for room, lines := range want {
		if !slices.Equal(got[room], lines) {
			t.Errorf("%s: reported\n%s", room, strings.Join(got[room], "\n"))
		}
	}
}

func TestAlarmsAreChangedAndDeleted(t *testing.T) {
	p, token := house(t, Handset{}, Handset{})
	for _, c := range []struct {
		endpoint, body string
		want           errno
	}{
		{"create", `{"number":"1001","wakeup":[{"time":"09:00","type":"onetime","repeats":"1"}]}`, ""},
		{"create", `{"number":"1002,1001","wakeup":[{"time":"09:00","type":"onetime","repeats":"3"}]}`, errAlarmExists},
		{"query", `{"number":"1002"}`, ""},
		{"create", `{"number":"1009","wakeup":[{"time":"09:00","type":"onetime","repeats":"1"}]}`, errNoExtension},
		{"create", `{"number":"all","wakeup":[{"time":"09:00","type":"onetime","repeats":"1"}]}`, errNoExtension},
		{"create", `{"number":"1001","wakeup":[]}`, errEmpty}, {"create", `{"number":"1001"}`, errEmpty}, {"create", `{"number":"1001","wakeup":7}`, errNotJSON},
		{"create", `{"number":"1001","wakeup":[{"time":"10:00","type":"onetime"}]}`, errEmpty},
		{"create", `{"number":"1001","wakeup":[{"time":"10:00","type":"custom","repeats":"1"}]}`, errEmpty},
		{"create", `{"number":"1001","wakeup":[{"time":"10:00","type":"custom","weekdays":"7","repeats":"1"}]}`, errAlarm},
		{"create", `{"number":"1001","wakeup":[{"time":"24:00","type":"onetime","repeats":"1"}]}`, errAlarm},
		{"create", `{"number":"1001","wakeup":[{"time":"9:00","type":"onetime","repeats":"1"}]}`, errAlarm},
		{"create", `{"number":"1001","wakeup":[{"time":"10:00","type":"onetime","repeats":"4"}]}`, errAlarm},
		{"create", `{"number":"1001","wakeup":[{"time":"10:00","type":"onetime","repeats":"1","prompt":"gone"}]}`, errNoPrompt},
		{"update", `{"number":"1001","wakeupid":"2","wakeup":{"time":"10:00","type":"onetime"}}`, errNoAlarm},
		{"update", `{"number":"1001","wakeup":{"time":"10:00","type":"onetime"}}`, errEmpty},
		{"update", `{"number":"1001","wakeupid":1,"wakeup":{"time":"10:00","type":"onetime"}}`, ""},
		{"delete", `{"number":"1002"}`, errNoAlarm}, {"delete", `{"number":"1001","wakeupid":"2"}`, errNoAlarm}, {"delete", `{"number":"all"}`, ""},
		{"delete", `{"number":"all"}`, ""},
	} {
		if a := ask(p, 1, "wakeupcall/"+c.endpoint, token, c.body); a.Errno != c.want {
			t.Errorf("%s %s: %+v, want %q", c.endpoint, c.body, a, c.want)
		}
		if c.endpoint == "update" && c.want == "" {
			if got := rings(p, "1001", 120); !slices.Equal(got, []string{"01 10:00"}) {
				t.Errorf("changed from 9 to 10, it rang at %q", got)
			}
			if err := p.Finish("1001"); err == nil {
				t.Error("the alarm's call goes on after the prompt")
			}
			token = mustLogin(t, p)
		}
	}
	if a := ask(p, 1, "wakeupcall/query", token, `{"number":"all"}`); len(a.more) > 0 {
		t.Errorf("left: %s", printed(a, ""))
	}
	for n := range maxAlarms {
		at := time.Date(2026, 1, 1, 0, n, 0, 0, time.UTC).Format("15:04")
		if a := ask(p, 1, "wakeupcall/create", token, `{"number":"1001","wakeup":[{"time":"`+at+`","type":"onetime","repeats":"1"}]}`); a.Status != "Success" {
			t.Fatalf("number %d: %+v", n, a)
		}
	}
	if a := ask(p, 1, "wakeupcall/create", token, `{"number":"1001","wakeup":[{"time":"23:00","type":"onetime","repeats":"1"}]}`); a.Errno != errAlarm {
		t.Errorf("one too many: %+v", a)
	}
}

// Without anybody who moves its clock the agenda runs by itself.
func TestAgendaRunsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPBX(t, PBXOptions{Now: time.Now, Extensions: 1})
		x := PBXExtension{Number: "1001", Handset: []Handset{{Does: Ignores}}, Alarms: []Alarm{{Time: "07:00", Type: "onetime", Repeats: "1"}}}
		if err := p.SetExtension(x); err != nil {
			t.Fatal(err)
		}
		go p.keepTime(t.Context())
		time.Sleep(7*time.Hour - time.Second) // it begins at midnight
		synctest.Wait()
		p.mu.Lock()
		calls := len(p.hotel.talks)
		p.mu.Unlock()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		p.mu.Lock()
		then := len(p.hotel.talks)
		p.mu.Unlock()
		if calls != 0 || then != 1 {
			t.Errorf("%d calls before seven, %d after", calls, then)
		}
	})
}
