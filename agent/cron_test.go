package agent

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"bellhop/hotel"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestScheduleInItsZone(t *testing.T) {
	for _, c := range []struct {
		name, zone, expr, from string
		want                   []string
	}{
		{"plain day", "Europe/Berlin", "0 3 * * *", "2026-06-01T03:00:00+02:00",
			[]string{"2026-06-02T03:00:00+02:00", "2026-06-03T03:00:00+02:00"}},
		{"descriptor", "Asia/Shanghai", "@daily", "2026-06-01T10:00:00Z",
			[]string{"2026-06-02T00:00:00+08:00", "2026-06-03T00:00:00+08:00"}},
		{"leap day", "Europe/Berlin", "0 3 29 2 *", "2025-01-01T00:00:00Z", []string{"2028-02-29T03:00:00+01:00"}},
		{"never", "Europe/Berlin", "0 3 30 2 *", "2025-01-01T00:00:00Z", nil},
		{"weekday or day", "Europe/Berlin", "0 3 1 * MON", "2026-05-31T12:00:00Z",
			[]string{"2026-06-01T03:00:00+02:00", "2026-06-08T03:00:00+02:00"}},

		{"skipped hour, at the jump", "Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"}},
		{"two times of a skipped hour are one", "Europe/Berlin", "0,30 2 * * *", "2026-03-28T12:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"}},
		{"the jump is due anyway", "Europe/Berlin", "0 2,3 * * *", "2026-03-28T12:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"}},
		{"repeated hour, the first time", "Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00+02:00",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{"asked in the second passage", "Europe/Berlin", "30 2 * * *", "2026-10-25T02:10:00+01:00",
			[]string{"2026-10-26T02:30:00+01:00"}},
		{"each minute of a repeated hour", "Europe/Berlin", "* 2 * * *", "2026-10-25T02:58:30+02:00",
			[]string{"2026-10-25T02:59:00+02:00", "2026-10-26T02:00:00+01:00"}},
		{"each hour in spring", "Europe/Berlin", "0 * * * *", "2026-03-29T00:30:00+01:00",
			[]string{"2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"}},
		{"each hour in autumn", "Europe/Berlin", "@hourly", "2026-10-25T01:30:00+02:00",
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"}},
		{"half hours in autumn", "Europe/Berlin", "*/30 * * * *", "2026-10-25T02:00:00+02:00",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T02:30:00+01:00"}},
		{"midnight is skipped", "America/Sao_Paulo", "0 0 * * *", "2018-11-03T12:00:00-03:00",
			[]string{"2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"}},
		{"midnight is repeated", "America/Sao_Paulo", "30 23 * * *", "2018-02-17T12:00:00-02:00",
			[]string{"2018-02-17T23:30:00-02:00", "2018-02-18T23:30:00-03:00"}},
		{"half an hour is skipped", "Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00:00+10:30",
			[]string{"2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"}},
		{"a day is skipped", "Pacific/Apia", "0 3 30 * *", "2011-12-29T12:00:00-10:00",
			[]string{"2011-12-31T00:00:00+14:00", "2012-01-30T03:00:00+14:00"}},
	} {
		times, err := parseSchedule(c.expr, zone(t, c.zone))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		at := moment(t, c.from)
		for _, want := range c.want {
			at = times.Next(at)
			if !at.Equal(moment(t, want)) {
				t.Errorf("%s: %s, want %s", c.name, at.In(zone(t, c.zone)).Format(time.RFC3339), want)
				break
			}
		}
		if len(c.want) == 0 && !times.Next(at).IsZero() {
			t.Errorf("%s: is due at %s", c.name, times.Next(at))
		}
	}
}

func TestBadScheduleIsNamed(t *testing.T) {
	for expr, want := range map[string]string{
		"61 3 * * *":              "above maximum",
		"0 3 * *":                 "expected exactly 5 fields",
		"@sometimes":              "unrecognized descriptor",
		"@every 1s":               "at most once in 1m0s",
		"CRON_TZ=UTC 0 3 * * *":   "hotel's zone",
		"TZ=UTC":                  "hotel's zone",
		"":                        "empty spec",
		"0 3 * * * * * * * * * *": "expected exactly 5 fields",
	} {
		j := newCronJob("night.lua:cron:1", "sweep", expr, hotel.MissedPolicy{}, time.UTC)
		if j.fault == nil || j.times != nil {
			t.Errorf("%q is taken", expr)
			continue
		}
		for _, part := range []string{"night.lua:cron:1", expr, want} {
			if !strings.Contains(j.fault.Error(), part) {
				t.Errorf("%q: %v, want %q", expr, j.fault, part)
			}
		}
	}
}

func TestNewestDueOfALongAbsence(t *testing.T) {
	for _, c := range []struct{ expr, since, now, want string }{
		{"* * * * *", "2020-01-01T00:00:00Z", "2026-06-01T10:00:30Z", "2026-06-01T10:00:00Z"},
		{"0 3 * * *", "2026-05-01T03:00:00Z", "2026-06-01T02:59:59Z", "2026-05-31T03:00:00Z"},
		{"0 3 * * *", "2026-06-01T03:00:00Z", "2026-06-01T03:00:00Z", ""},
		{"0 3 1 1 *", "2020-06-01T03:00:00Z", "2026-06-01T03:00:00Z", "2026-01-01T03:00:00Z"},
		{"0 3 29 2 *", "2020-06-01T03:00:00Z", "2026-06-01T03:00:00Z", "2024-02-29T03:00:00Z"},
		{"0 3 29 2 *", "2024-06-01T03:00:00Z", "2026-06-01T03:00:00Z", ""},
		{"@every 90m", "2026-06-01T00:00:00Z", "2026-06-03T10:00:00Z", "2026-06-03T09:00:00Z"},
		{"@every 90m", "2026-06-01T00:00:00Z", "2026-06-01T01:29:59Z", ""},
		{"0 3 * * *", "2026-06-02T00:00:00Z", "2026-06-01T00:00:00Z", ""}, // the clock went back
	} {
		times, err := parseSchedule(c.expr, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		at, ok := newestDue(times, moment(t, c.since), moment(t, c.now))
		if ok != (c.want != "") || ok && !at.Equal(moment(t, c.want)) {
			t.Errorf("%s, since %s until %s: %s %v, want %s", c.expr, c.since, c.now, at, ok, c.want)
		}
	}
}

func FuzzSchedule(f *testing.F) {
	for _, expr := range []string{"30 2 * * *", "*/7 */5 31 * SUN", "@every 3h7m", "0 2-4/2 29 2 *", "59 23 ? JAN,feb 0-6"} {
		f.Add(expr, int64(1_774_746_000))
	}
	zones := []*time.Location{time.UTC, zone(f, "Europe/Berlin"), zone(f, "America/Sao_Paulo"), zone(f, "Australia/Lord_Howe")}
	f.Fuzz(func(t *testing.T, expr string, unix int64) {
		start := time.Unix(unix&(1<<32-1), 0)
		for _, z := range zones {
			times, err := parseSchedule(expr, z)
			if err != nil {
				return
			}
			at := times.Next(start)
			if !at.IsZero() && !at.After(start) {
				t.Fatalf("%q in %s: after %s comes %s", expr, z, start, at)
			}
			now := start.Add(400 * 24 * time.Hour)
			due, ok := newestDue(times, start, now)
			if ok && (!due.After(start) || due.After(now)) {
				t.Fatalf("%q in %s: %s is due between %s and %s", expr, z, due, start, now)
			}
			if next := times.Next(due); ok && !next.IsZero() && !next.After(now) {
				t.Fatalf("%q in %s: %s is not the newest until %s: %s is", expr, z, due, now, next)
			}
		}
	})
}

// cronTest is a loop whose clock begins at a time of the test's choice.
type cronTest struct {
	*cronLoop
	zone *time.Location

	mu       sync.Mutex
	believed bool
	last     map[string]time.Time
	fired    []string // "job due@now"
	fail     func(due time.Time) error
	reports  []error
}

// change runs f while the loop does not look.
func (c *cronTest) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// startCron runs a loop, with the clock believed, within a synctest bubble
// until the test ends.
func startCron(t *testing.T, zoneName, start string, last map[string]time.Time, jobs ...string) *cronTest {
	c := newCronTest(t, zoneName, start, last, jobs...)
	c.believed = true
	c.start(t)
	return c
}

func newCronTest(t *testing.T, zoneName, start string, last map[string]time.Time, jobs ...string) *cronTest {
	began, at := time.Now(), moment(t, start)
	c := &cronTest{last: last, zone: zone(t, zoneName)}
	c.cronLoop = &cronLoop{
		now:     func() time.Time { return at.Add(time.Since(began)) },
		clockOK: func() (ok bool) { c.change(func() { ok = c.believed }); return ok },
		lastRun: func(name string) (last time.Time, ok bool) {
			c.change(func() { last, ok = c.last[name] })
			return last, ok
		},
		fire: func(_ context.Context, due tick) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			const short = "02T15:04:05Z07"
			c.fired = append(c.fired, due.job+" "+due.due.In(c.zone).Format(short)+"@"+c.now().In(c.zone).Format(short)+string(due.missed))
			if c.fail != nil {
				return c.fail(due.due)
			}
			return nil
		},
		report:  func(err error) { c.change(func() { c.reports = append(c.reports, err) }) },
		changed: make(chan struct{}, 1),
	}
	c.set(c.jobsOf(jobs...))
	return c
}

func (c *cronTest) start(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { c.run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done })
}

// jobsOf makes jobs of "name=expression".
func (c *cronTest) jobsOf(list ...string) (jobs []*cronJob) {
	for _, text := range list {
		name, expr, _ := strings.Cut(text, "=")
		jobs = append(jobs, newCronJob("h.lua:cron:1", name, expr, hotel.MissedPolicy{}, c.zone))
	}
	return jobs
}

// after lets d pass and compares what was fired during it.
func (c *cronTest) after(t *testing.T, d time.Duration, want ...string) {
	t.Helper()
	time.Sleep(d)
	if fired := c.take(); !slices.Equal(fired, want) {
		t.Errorf("fired %q, want %q", fired, want)
	}
}

// take gives what was fired since it was asked last.
func (c *cronTest) take() (fired []string) {
	synctest.Wait()
	c.change(func() { fired, c.fired = c.fired, nil })
	return fired
}

func TestJobFiresWhenDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startCron(t, "Asia/Shanghai", "2026-06-01T10:00:07+08:00", nil, "sweep=0 3 * * *", "bad=61 * * * *", "noon=0 12 * * *")
		c.after(t, 48*time.Hour,
			"noon 01T12:00:00+08@01T12:00:00+08", "sweep 02T03:00:00+08@02T03:00:00+08",
			"noon 02T12:00:00+08@02T12:00:00+08", "sweep 03T03:00:00+08@03T03:00:00+08")
	})
}

func TestJobFiresOnceAtTheEdgesOfSummerTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startCron(t, "Europe/Berlin", "2026-03-28T12:00:00+01:00", nil, "a=30 2 * * *")
		c.after(t, 40*time.Hour, "a 29T03:00:00+02@29T03:00:00+02", "a 30T02:30:00+02@30T02:30:00+02")
	})
	synctest.Test(t, func(t *testing.T) {
		c := startCron(t, "Europe/Berlin", "2026-10-24T12:00:00+02:00", nil, "a=30 2 * * *")
		c.after(t, 40*time.Hour, "a 25T02:30:00+02@25T02:30:00+02", "a 26T02:30:00+01@26T02:30:00+01")
	})
	synctest.Test(t, func(t *testing.T) { // started between the two half past two
		last := map[string]time.Time{"a": moment(t, "2026-10-25T02:30:00+02:00")}
		c := startCron(t, "Europe/Berlin", "2026-10-25T02:10:00+01:00", last, "a=30 2 * * *")
		c.after(t, 24*time.Hour)
	})
}

func TestMissedJobFiresOnceLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last := map[string]time.Time{"sweep": moment(t, "2026-06-01T03:00:00Z")}
		c := startCron(t, "UTC", "2026-06-08T09:30:00Z", last, "sweep=0 3 * * *", "new=0 3 * * *")
		c.after(t, time.Hour, "sweep 08T03:00:00Z@08T09:30:00Z")
		c.after(t, 17*time.Hour, "sweep 09T03:00:00Z@09T03:00:00Z", "new 09T03:00:00Z@09T03:00:00Z")
	})
}

func TestMissedTimeIsJudgedAsTheJobSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last := map[string]time.Time{}
		for _, name := range []string{"runs", "reports", "skips", "soon", "later"} {
			last[name] = moment(t, "2026-06-01T03:00:00Z")
		}
		c := newCronTest(t, "UTC", "2026-06-02T09:00:00Z", last, "runs=0 3 * * *", "reports=0 3 * * *", "skips=0 3 * * *", "soon=0 3 * * *", "later=0 3 * * *")
		for i, policy := range []hotel.MissedPolicy{
			{Missed: hotel.MissedRun}, {Missed: hotel.MissedReport}, {Missed: hotel.MissedSkip}, {Within: 5 * time.Hour}, {Within: 6 * time.Hour},
		} {
			c.list()[i].MissedPolicy = policy
		}
		c.believed = true
		c.start(t)
		const missed = " 02T03:00:00Z@02T09:00:00Z"
		c.after(t, time.Minute, "runs"+missed, "reports"+missed+"report", "skips"+missed+"skip", "soon"+missed+"report", "later"+missed)
		const next = " 03T03:00:00Z@03T03:00:00Z" // nothing is late when the box is there
		c.after(t, 24*time.Hour, "runs"+next, "reports"+next, "skips"+next, "soon"+next, "later"+next)
	})
}

func TestNoJobFiresUntilTheClockIsBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last := map[string]time.Time{"old": moment(t, "2026-06-01T03:00:00Z")}
		c := newCronTest(t, "UTC", "2026-06-02T02:00:00Z", last, "old=0 3 * * *", "new=0 3 * * *")
		c.start(t)
		c.after(t, 2*time.Hour+time.Second)
		c.change(func() { c.believed = true })
		// One that never ran counts from when the time is known.
		c.after(t, cronLook, "old 02T03:00:00Z@02T04:00:02Z")
		c.after(t, 24*time.Hour, "old 03T03:00:00Z@03T03:00:00Z", "new 03T03:00:00Z@03T03:00:00Z")
	})
}

// A clock that is set while it is judged speaks for no time at all.
func TestNoJobFiresByAClockThatIsSetMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last := map[string]time.Time{"old": moment(t, "2026-06-01T03:00:00Z")}
		c := newCronTest(t, "UTC", "2026-06-01T04:00:00Z", last, "old=0 3 * * *")
		asked, ahead := 0, c.now
		c.now = func() time.Time { return ahead().Add(30 * 24 * time.Hour) }
		c.clockOK = func() bool { asked++; return asked%2 == 1 } // it is set ahead each time that it was judged
		c.start(t)
		c.after(t, time.Minute)
	})
}

// A clock that is set far ahead makes a missed job run once, and one that is
// set back makes none run again.
func TestClockSetWhileJobsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCronTest(t, "Europe/Rome", "2026-11-21T12:00:01+01:00", nil, "night=0 3 * * *", "hourly=0 * * * *")
		right := c.now
		var by time.Duration
		set := func(d time.Duration) { c.change(func() { by += d }) }
		c.now = func() (now time.Time) { c.change(func() { now = right().Add(by) }); return now }
		c.fire = firedWithoutLock(c)
		c.believed = true
		c.start(t)
		c.after(t, time.Minute)
		set(24 * time.Hour)
		c.after(t, cronLook, "night 22T03:00:00+01", "hourly 22T12:00:00+01")
		set(-25 * time.Hour)
		c.after(t, 3*time.Hour-time.Minute)
		set(25*time.Hour - 3*time.Hour)
		c.after(t, time.Hour, "hourly 22T13:00:00+01")
	})
}

// firedWithoutLock notes what is fired, without asking for the time.
func firedWithoutLock(c *cronTest) func(context.Context, tick) error {
	return func(_ context.Context, due tick) error {
		c.change(func() { c.fired = append(c.fired, due.job+" "+due.due.In(c.zone).Format("02T15:04:05Z07")) })
		return nil
	}
}

func TestJobThatCannotBeKeptIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startCron(t, "UTC", "2026-06-01T11:59:00Z", nil, "hourly=0 * * * *", "once=0 12 * * *")
		c.change(func() { c.fail = func(time.Time) error { return errors.New("disk full") } })
		time.Sleep(170 * time.Minute)
		tries := c.take()
		for _, fired := range tries {
			if !strings.Contains(fired, " 01T12:00:00Z@") {
				t.Fatalf("not the time that was due first: %s", fired)
			}
		}
		// Two jobs, each once a minute after the first few attempts.
		if n := len(tries); n < 2*169 || n > 2*175 {
			t.Errorf("%d attempts in 169 minutes", n)
		}
		c.change(func() {
			if len(c.reports) != 2 || !strings.Contains(c.reports[0].Error(), "disk full") {
				t.Errorf("reported: %v", c.reports)
			}
			c.fail = nil
		})
		time.Sleep(cronLongest)
		fired := c.take()
		for i, want := range []string{"hourly 01T12:00:00Z@", "hourly 01T14:00:00Z@", "once 01T12:00:00Z@"} {
			if len(fired) != 3 || !strings.HasPrefix(fired[i], want) {
				t.Fatalf("afterwards: %q", fired)
			}
		}
		c.after(t, 30*time.Minute, "hourly 01T15:00:00Z@01T15:00:00Z")
	})
}

func TestJobsAreReplacedWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := startCron(t, "UTC", "2026-06-01T10:00:00Z", nil, "stays=0 11 * * *", "moves=0 11 * * *", "goes=0 13 * * *")
		c.after(t, 90*time.Minute, "stays 01T11:00:00Z@01T11:00:00Z", "moves 01T11:00:00Z@01T11:00:00Z")
		c.change(func() {
			c.last = map[string]time.Time{"stays": moment(t, "2026-06-01T11:00:00Z"), "moves": moment(t, "2026-05-31T11:00:00Z")}
		})
		// What 10:30 was in the new expression is no missed run.
		c.set(c.jobsOf("stays=0 11 * * *", "moves=30 10,14 * * *", "comes=31 11 * * *"))
		c.after(t, 4*time.Hour, "comes 01T11:31:00Z@01T11:31:00Z", "moves 01T14:30:00Z@01T14:30:00Z")
		c.set(nil)
		c.after(t, 48*time.Hour)
		// Those that come back, as from a file that was mended: one has missed
		// a run, the other was run by hand meanwhile.
		c.change(func() {
			c.last["goes"], c.last["stays"] = moment(t, "2026-06-01T13:00:00Z"), moment(t, "2026-06-03T11:30:00Z")
		})
		c.set(c.jobsOf("stays=0 11 * * *", "goes=0 13 * * *"))
		c.after(t, time.Hour, "goes 03T13:00:00Z@03T15:30:00Z")
	})
}

func TestRunOfATimeToComeHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last := map[string]time.Time{"sweep": moment(t, "2099-06-01T03:00:00Z")} // by a wrong clock
		c := startCron(t, "UTC", "2026-06-01T02:00:00Z", last, "sweep=0 3 * * *")
		c.after(t, 2*time.Hour, "sweep 01T03:00:00Z@01T03:00:00Z")
	})
}

func TestDueTimeRunsOnce(t *testing.T) {
	hooks := fstest.MapFS{"night.lua": {Data: []byte(`
local bellhop = require "bellhop"
bellhop.cron("0 3 * * *", "sweep", function(event)
  bellhop.kv.set("ran", (bellhop.kv.get("ran") or "") .. event.due .. ";")
end)
bellhop.cron("61 3 * * *", "never", function() end)
`)}}
	a, err := New(Options{Config: testConfig(t), Hooks: hooks})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })

	// In the past, so that no due time of the loop's own comes between.
	due := moment(t, "2026-06-02T03:00:00+08:00")
	for range 3 {
		if err := a.fireJob(t.Context(), tick{job: "sweep", due: due}); err != nil {
			t.Fatal(err)
		}
	}
	events, err := a.Events(0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var ran, merged int
	for _, ev := range events {
		switch {
		case ev.Kind != hotel.KindCron:
		case ev.DuplicateOf != 0:
			merged++
		default:
			ran++
			<-a.dispatcher.wait(ev.ID)
		}
	}
	if last, ok := a.lastRun("sweep"); ran != 1 || merged != 2 || !ok || !last.Equal(due) {
		t.Errorf("%d ran, %d merged, last %s", ran, merged, last)
	}
	jobs := slices.DeleteFunc(a.Jobs(), func(j JobState) bool { return j.Name != "sweep" && j.Name != "never" }) // others are shipped
	if len(jobs) != 2 || jobs[0].Next.IsZero() || !jobs[0].Last.Equal(due) ||
		!strings.Contains(jobs[1].Fault, `night.lua:cron:2: schedule "61 3 * * *"`) || !jobs[1].Next.IsZero() {
		t.Errorf("jobs: %+v", jobs)
	}
}
