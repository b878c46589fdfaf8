package yeastar

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"bellhop/pbx"
)

const (
	oneAlarm = `{"status":"Success","wakeups":[{"number":"1000","wakeup":[` +
		`{"wakeupid":"7","time":"00:45","type":"onetime","repeats":"3","repeatinterval":"5","prompt":"macroform-cold_day"}]}]}`
	otherAlarm = `{"status":"Success","wakeups":[{"number":"1000","wakeup":[` +
		`{"wakeupid":"8","time":"00:45","type":"everyday","repeats":"3","repeatinterval":"5"}]}]}`
)

// TestCreateAlarm holds what the answers to create and query come to.
func TestCreateAlarm(t *testing.T) {
	for name, c := range map[string]struct {
		created, listed string
		id              string
		kind            error
	}{
		"set":                      {`{"status":"Success"}`, oneAlarm, "7", nil},
		"the same stands":          {failure("10022"), oneAlarm, "7", nil},
		"another stands":           {failure("10022"), otherAlarm, "", pbx.ErrExists},
		"not in the list":          {`{"status":"Success"}`, `{"status":"Success"}`, "", pbx.ErrUncertain},
		"the list is out of reach": {`{"status":"Success"}`, ``, "", pbx.ErrUncertain},
		"nobody knows":             {``, oneAlarm, "", pbx.ErrUncertain},
		"no such extension":        {failure("10006"), oneAlarm, "", pbx.ErrMissing},
		"no such prompt":           {failure("10023"), oneAlarm, "", pbx.ErrMissing},
		"too often":                {failure("10025"), oneAlarm, "", pbx.ErrRetry},
	} {
		d, f := farDriver(t, V2)
		f.answers["wakeupcall/create"], f.answers["wakeupcall/query"] = []string{c.created}, []string{c.listed}
		id, err := d.CreateAlarm(t.Context(), "1000", quarterToOne)
		if id != c.id || !errors.Is(err, c.kind) {
			t.Errorf("%s: %q, %v", name, id, err)
		}
	}
}

// TestCreateAlarmTakesTheNewest: an equal one may stand from before.
func TestCreateAlarmTakesTheNewest(t *testing.T) {
	d, f := farDriver(t, V2)
	f.answers["wakeupcall/query"] = []string{strings.Replace(oneAlarm, `"wakeup":[`,
		`"wakeup":[{"wakeupid":"12","time":"00:45","type":"onetime","repeats":"3","repeatinterval":"5"},`, 1)}
	if id, err := d.CreateAlarm(t.Context(), "1000", quarterToOne); id != "12" || err != nil {
		t.Errorf("%q, %v", id, err)
	}
}

// TestAlarmForms: firmware that takes no list gets the object, once it is
// known without asking for the other; and the other way round for a change.
func TestAlarmForms(t *testing.T) {
	create := func(ctx context.Context, d *Driver) error {
		_, err := d.CreateAlarm(ctx, "1000", quarterToOne)
		return err
	}
	change := func(ctx context.Context, d *Driver) error { return d.ChangeAlarm(ctx, "1000", "7", quarterToOne) }
	for name, c := range map[string]struct {
		api      Version
		endpoint string
		do       func(context.Context, *Driver) error
		answers  []string // to the first order, then to each
		fails    bool
		forms    string // of two orders; l: a list, o: an object
	}{
		"as printed":               {V2, "wakeupcall/create", create, []string{`{"status":"Success"}`}, false, "ll"},
		"wants the object":         {V2, "wakeupcall/create", create, []string{failure("10004"), `{"status":"Success"}`}, false, "loo"},
		"object, says so in 10020": {V2, "wakeupcall/create", create, []string{failure("10020"), `{"status":"Success"}`}, false, "loo"},
		"object, and it exists":    {V2, "wakeupcall/create", create, []string{failure("10004"), failure("10022"), `{"status":"Success"}`}, false, "loo"},
		"neither":                  {V2, "wakeupcall/create", create, []string{failure("10020")}, true, "lolo"},
		"list, fails later":        {V2, "wakeupcall/create", create, []string{`{"status":"Success"}`, failure("10020")}, true, "ll"},
		"line down on the way":     {V2, "wakeupcall/create", create, []string{failure("10004"), ``, `{"status":"Success"}`}, false, "lol"},
		"change, as printed":       {V2, "wakeupcall/update", change, []string{`{"status":"Success"}`}, false, "oo"},
		"change wants the list":    {V2, "wakeupcall/update", change, []string{failure("10004"), `{"status":"Success"}`}, false, "oll"},
		"old change, as printed":   {V1, "wakeupcall/update", change, []string{`{"status":"Success"}`}, false, "ll"},
		"old change wants object":  {V1, "wakeupcall/update", change, []string{failure("10020"), `{"status":"Success"}`}, false, "loo"},
	} {
		d, f := farDriver(t, c.api)
		f.answers[c.endpoint], f.answers["wakeupcall/query"] = c.answers, []string{oneAlarm}
		_ = c.do(t.Context(), d)
		if err := c.do(t.Context(), d); (err != nil) != c.fails {
			t.Errorf("%s: %v", name, err)
		}
		forms := ""
		for _, a := range f.of(c.endpoint) {
			if strings.Contains(string(a.body), `"wakeup":[`) {
				forms += "l"
			} else {
				forms += "o"
			}
		}
		if forms != c.forms {
			t.Errorf("%s: sent as %s, want %s", name, forms, c.forms)
		}
	}
}

func TestDeleteAlarms(t *testing.T) {
	for name, c := range map[string]struct {
		answers []string
		sent    int
		kind    error
	}{
		"deleted":                 {nil, 1, nil},
		"one gone":                {[]string{failure("10021"), `{"status":"Success"}`, failure("10021")}, 3, nil},
		"one gone, one cannot":    {[]string{failure("10021"), failure("10006")}, 2, pbx.ErrMissing},
		"the PBX is not itself":   {[]string{failure("30003")}, 1, pbx.ErrRetry},
		"the answer is cut off":   {[]string{"{"}, 1, pbx.ErrUncertain},
		"gone, then out of reach": {[]string{failure("10021"), `{"status":"Success"}`, ""}, 3, pbx.ErrRetry},
	} {
		d, f := farDriver(t, V2)
		f.answers["wakeupcall/delete"] = c.answers
		err := d.DeleteAlarms(t.Context(), "1000", "1", "2")
		if !errors.Is(err, c.kind) || (err == nil) != (c.kind == nil) || len(f.of("wakeupcall/delete")) != c.sent {
			t.Errorf("%s: %v, sent %d", name, err, len(f.of("wakeupcall/delete")))
		}
	}
	d, f := farDriver(t, V2)
	f.answers["wakeupcall/delete"] = []string{failure("10021")}
	if err := d.DeleteAlarms(t.Context(), "1000", "1"); err != nil || len(f.of("wakeupcall/delete")) != 1 {
		t.Errorf("the only one is gone: %v, sent %d", err, len(f.of("wakeupcall/delete")))
	}
}

// TestNothingIsDeletedUnnamed: the PBX takes a missing id, and the word all,
// for everything.
func TestNothingIsDeletedUnnamed(t *testing.T) {
	d, f := farDriver(t, V2)
	for name, err := range map[string]error{
		"no id":                d.DeleteAlarms(t.Context(), "1000"),
		"empty id":             d.DeleteAlarms(t.Context(), "1000", ""),
		"all alarms":           d.DeleteAlarms(t.Context(), "1000", "all"),
		"a list in one":        d.DeleteAlarms(t.Context(), "1000", "1,2"),
		"all extensions":       d.DeleteAlarms(t.Context(), "all", "1"),
		"no extension":         d.DeleteAlarms(t.Context(), "", "1"),
		"check out all":        d.CheckOut(t.Context(), "all"),
		"check out nobody":     d.CheckOut(t.Context()),
		"check out a list":     d.CheckOut(t.Context(), "1000,1001"),
		"clear all":            d.ClearVoicemail(t.Context(), "all"),
		"every file":           d.DeleteVoicemail(t.Context(), pbx.Voicemail{Extension: "1000", File: "all"}),
		"two files in one":     d.DeleteVoicemail(t.Context(), pbx.Voicemail{Extension: "1000", File: "a.wav,b.wav"}),
		"no file":              d.DeleteVoicemail(t.Context(), pbx.Voicemail{Extension: "1000"}),
		"everyone's file":      d.DeleteVoicemail(t.Context(), pbx.Voicemail{Extension: "all", File: "msg0000.wav"}),
		"change everyone":      d.ChangeExtension(t.Context(), "all", pbx.Change{DND: new(true)}),
		"change two":           d.ChangeExtension(t.Context(), "1000,1001", pbx.Change{DND: new(true)}),
		"change all alarms":    d.ChangeAlarm(t.Context(), "1000", "all", quarterToOne),
		"a route with a comma": d.ChangeExtension(t.Context(), "1000", pbx.Change{Routes: new([]string{"a,b"})}),
	} {
		if !errors.Is(err, pbx.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(f.asked) != 0 {
		t.Errorf("asked %v", f.asked)
	}
}

func TestAlarmSpecs(t *testing.T) {
	change := func(edit func(*pbx.AlarmSpec)) pbx.AlarmSpec {
		spec := quarterToOne
		edit(&spec)
		return spec
	}
	for name, c := range map[string]struct {
		spec pbx.AlarmSpec
		want string // "": an error
	}{
		"weekdays": {change(func(s *pbx.AlarmSpec) {
			s.Repeat, s.Weekdays = pbx.AlarmWeekdays, []time.Weekday{time.Saturday, time.Sunday, time.Saturday}
		}), `{"repeatinterval":"5","repeats":"3","time":"00:45","type":"custom","weekdays":"0,6"}`},
		"daily with a prompt": {change(func(s *pbx.AlarmSpec) { s.Repeat, s.Prompt, s.Interval = pbx.AlarmDaily, "morning", 0 }),
			`{"prompt":"morning","repeats":"3","time":"00:45","type":"everyday"}`},
		"no weekday":       {change(func(s *pbx.AlarmSpec) { s.Repeat = pbx.AlarmWeekdays }), ""},
		"weekdays, once":   {change(func(s *pbx.AlarmSpec) { s.Weekdays = []time.Weekday{1} }), ""},
		"24:45":            {change(func(s *pbx.AlarmSpec) { s.Hour = 24 }), ""},
		"0:60":             {change(func(s *pbx.AlarmSpec) { s.Minute = 60 }), ""},
		"rings four times": {change(func(s *pbx.AlarmSpec) { s.Rings = 4 }), ""},
		"half a minute":    {change(func(s *pbx.AlarmSpec) { s.Interval = 30 * time.Second }), ""},
		"yearly":           {change(func(s *pbx.AlarmSpec) { s.Repeat = "yearly" }), ""},
	} {
		got, err := alarmParams(c.spec)
		if c.want == "" {
			if !errors.Is(err, pbx.ErrInvalid) {
				t.Errorf("%s: %v, %v", name, got, err)
			}
			continue
		}
		if err != nil || string(quoted(got)) != c.want {
			t.Errorf("%s: %s, %v, want %s", name, quoted(got), err, c.want)
		}
	}
	d, _ := farDriver(t, V2)
	if _, err := d.CreateAlarm(t.Context(), "1000", change(func(s *pbx.AlarmSpec) { s.Rings = 0 })); !errors.Is(err, pbx.ErrInvalid) {
		t.Errorf("never rings: %v", err)
	}
}

// TestSameAlarm: what the order leaves to the PBX may be anything, the rest not.
func TestSameAlarm(t *testing.T) {
	order := pbx.AlarmSpec{Hour: 6, Minute: 30, Repeat: pbx.AlarmWeekdays, Weekdays: []time.Weekday{1, 0, 1}, Rings: 2}
	there := pbx.Alarm{AlarmSpec: pbx.AlarmSpec{
		Hour: 6, Minute: 30, Repeat: pbx.AlarmWeekdays, Weekdays: []time.Weekday{0, 1}, Rings: 2, Interval: time.Minute, Prompt: "p",
	}}
	if !sameAlarm(order, there) {
		t.Error("it is the one ordered")
	}
	for name, edit := range map[string]func(*pbx.AlarmSpec){
		"hour":     func(s *pbx.AlarmSpec) { s.Hour++ },
		"minute":   func(s *pbx.AlarmSpec) { s.Minute++ },
		"repeat":   func(s *pbx.AlarmSpec) { s.Repeat = pbx.AlarmDaily },
		"weekdays": func(s *pbx.AlarmSpec) { s.Weekdays = []time.Weekday{0} },
		"rings":    func(s *pbx.AlarmSpec) { s.Rings++ },
		"interval": func(s *pbx.AlarmSpec) { s.Interval = 2 * time.Minute },
		"prompt":   func(s *pbx.AlarmSpec) { s.Prompt = "q" },
	} {
		other := order
		edit(&other)
		if sameAlarm(other, there) {
			t.Errorf("%s: taken for the same", name)
		}
	}
}
