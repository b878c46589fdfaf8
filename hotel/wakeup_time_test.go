package hotel

import (
	"strings"
	"testing"
	"time"
)

func inZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// wakeBook is a hotel that takes orders.
type wakeBook struct {
	t     *testing.T
	tx    *memTx
	setup Setup
	ev    Event
}

func newWakeBook(t *testing.T, zone string) *wakeBook {
	tx := smallHotel()
	return &wakeBook{t: t, tx: tx, setup: Setup{Zone: inZone(t, zone), Wake: WakeSetup{Retries: 1, Calls: true, Answers: "775", Confirm: "775", Keeps: true}}}
}

// at applies effects at a moment.
func (b *wakeBook) at(now time.Time, effects ...Effect) error {
	b.ev.ID++
	b.ev.Time = now.UTC()
	ev := b.ev
	return Apply(b.tx, &ev, RulesUnit, effects, b.setup)
}

func (b *wakeBook) do(now time.Time, effects ...Effect) {
	b.t.Helper()
	if err := b.at(now, effects...); err != nil {
		b.t.Fatal(err)
	}
}

// add orders a wake-up for room 101.
func (b *wakeBook) add(now time.Time, o WakeUpAdd) WakeUp {
	b.t.Helper()
	if o.Rooms == nil {
		o.Rooms = []string{"101"}
	}
	b.do(now, Effect{WakeUpAdd: &o})
	list := wakeUpsOf(b.tx, o.Rooms[0])
	return list[len(list)-1]
}

// step takes all steps that are due.
func (b *wakeBook) step(now time.Time) {
	b.t.Helper()
	for range 20 {
		var steps []Effect
		b.tx.List(PrefixWakeDue, func(key string, _ func(any) bool) bool {
			at, id, _ := WakeDue(key)
			if at.After(now) {
				return false
			}
			steps = append(steps, Effect{WakeUpStep: &WakeUpStep{ID: id, Next: record[WakeUp](b.tx, WakeUpKey(id)).Next}})
			return true
		})
		if len(steps) == 0 {
			return
		}
		b.do(now, steps...)
	}
	b.t.Fatal("the steps do not end")
}

func (b *wakeBook) get(id string) WakeUp { return record[WakeUp](b.tx, WakeUpKey(id)) }

// answer presses the key of the call under way.
func (b *wakeBook) answer(now time.Time, room string) {
	b.t.Helper()
	b.do(now, Effect{WakeUpKeyed: &WakeUpKeyed{Room: room, Extension: room}})
}

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05 -0700", text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestWhenOrdersRing goes through the nights in which clocks are set.
func TestWhenOrdersRing(t *testing.T) {
	for _, c := range []struct{ zone, now, clock, date, due string }{
		{"Asia/Shanghai", "2026-11-21 22:00:00 +0800", "06:30", "", "2026-11-22 06:30:00 +0800"},
		{"Asia/Shanghai", "2026-11-21 06:29:59 +0800", "06:30", "", "2026-11-21 06:30:00 +0800"},
		{"Asia/Shanghai", "2026-11-21 06:30:00 +0800", "06:30", "", "2026-11-22 06:30:00 +0800"},
		{"Asia/Shanghai", "2026-11-21 23:59:00 +0800", "00:00", "", "2026-11-22 00:00:00 +0800"},
		{"Asia/Shanghai", "2026-11-21 22:00:00 +0800", "06:30", "tomorrow", "2026-11-22 06:30:00 +0800"},
		{"Asia/Shanghai", "2026-11-21 22:00:00 +0800", "06:30", "2026-12-24", "2026-12-24 06:30:00 +0800"},
		// Rome: 29 March 2026 02:00 becomes 03:00; 25 October 03:00 becomes 02:00.
		{"Europe/Rome", "2026-03-28 22:00:00 +0100", "02:30", "", "2026-03-29 03:00:00 +0200"},
		{"Europe/Rome", "2026-03-28 22:00:00 +0100", "03:00", "", "2026-03-29 03:00:00 +0200"},
		{"Europe/Rome", "2026-03-28 22:00:00 +0100", "06:30", "", "2026-03-29 06:30:00 +0200"},
		{"Europe/Rome", "2026-10-24 22:00:00 +0200", "02:30", "", "2026-10-25 02:30:00 +0200"},
		{"Europe/Rome", "2026-10-25 02:40:00 +0200", "02:30", "", "2026-10-25 02:30:00 +0100"},
		{"Europe/Rome", "2026-10-25 02:40:00 +0200", "02:50", "", "2026-10-25 02:50:00 +0200"},
		{"Europe/Rome", "2026-10-24 22:00:00 +0200", "06:30", "", "2026-10-25 06:30:00 +0100"},
		// New York: 8 March 2026 02:00 becomes 03:00; 1 November 02:00 becomes 01:00.
		{"America/New_York", "2026-03-07 22:00:00 -0500", "02:15", "", "2026-03-08 03:00:00 -0400"},
		{"America/New_York", "2026-03-07 22:00:00 -0500", "07:00", "", "2026-03-08 07:00:00 -0400"},
		{"America/New_York", "2026-10-31 22:00:00 -0400", "01:30", "", "2026-11-01 01:30:00 -0400"},
		{"America/New_York", "2026-10-31 22:00:00 -0400", "07:00", "2026-11-01", "2026-11-01 07:00:00 -0500"},
		// Lord Howe: 5 April 2026 02:00 becomes 01:30; 4 October 02:00 becomes 02:30.
		{"Australia/Lord_Howe", "2026-10-03 22:00:00 +1030", "02:10", "", "2026-10-04 02:30:00 +1100"},
		{"Australia/Lord_Howe", "2026-10-03 22:00:00 +1030", "06:00", "", "2026-10-04 06:00:00 +1100"},
		{"Australia/Lord_Howe", "2026-04-04 22:00:00 +1100", "01:45", "", "2026-04-05 01:45:00 +1100"},
		{"Australia/Lord_Howe", "2026-04-05 01:50:00 +1100", "01:45", "", "2026-04-05 01:45:00 +1030"},
		{"Australia/Lord_Howe", "2026-04-04 22:00:00 +1100", "06:00", "", "2026-04-05 06:00:00 +1030"},
	} {
		b := newWakeBook(t, c.zone)
		w := b.add(moment(t, c.now), WakeUpAdd{Time: c.clock, Date: c.date})
		want := moment(t, c.due)
		if !w.Due.Equal(want) || w.Date != want.In(b.setup.Zone).Format(time.DateOnly) || !w.Next.Equal(want) {
			t.Errorf("%s, %s %s at %s: due %s on %s, want %s", c.zone, c.date, c.clock, c.now, w.Due.In(b.setup.Zone), w.Date, want)
		}
	}
}

// TestDailyRingsOnceADay lets a fortnight around each change of the clocks pass.
func TestDailyRingsOnceADay(t *testing.T) {
	for _, c := range []struct{ zone, from string }{
		{"Europe/Rome", "2026-03-23"}, {"Europe/Rome", "2026-10-19"}, {"America/New_York", "2026-03-02"}, {"America/New_York", "2026-10-26"},
		{"Asia/Shanghai", "2026-03-23"}, {"Australia/Lord_Howe", "2026-03-30"}, {"Australia/Lord_Howe", "2026-09-28"},
	} {
		for _, clock := range []string{"00:30", "01:30", "01:45", "02:00", "02:15", "02:30", "02:45", "03:00", "06:30", "23:45"} {
			b := newWakeBook(t, c.zone)
			zone := b.setup.Zone
			begin, err := LocalMoment(c.from, "00:00", zone)
			must(err)
			w := b.add(begin, WakeUpAdd{Time: clock, Repeat: WakeDaily})
			rung := map[string]int{}
			for now := begin; now.Before(begin.Add(14*24*time.Hour + 2*time.Hour)); now = now.Add(15 * time.Minute) {
				b.step(now)
				if got := b.get(w.ID); got.State == WakeUpRinging && got.Attempt != nil {
					local := now.In(zone)
					rung[local.Format(time.DateOnly)]++
					due, err := LocalMoment(local.Format(time.DateOnly), clock, zone)
					must(err)
					if late := now.Sub(due); late < 0 || late >= 15*time.Minute {
						t.Errorf("%s %s: rung at %s, due %s", c.zone, clock, local, due)
					}
					b.answer(now, "101")
				}
			}
			if len(rung) < 14 {
				t.Errorf("%s %s: rung on %d days", c.zone, clock, len(rung))
			}
			for day, times := range rung {
				if times != 1 {
					t.Errorf("%s %s: rung %d times on %s", c.zone, clock, times, day)
				}
			}
		}
	}
}

func TestWeekdaysUntil(t *testing.T) {
	b := newWakeBook(t, "Europe/Rome")
	now := moment(t, "2026-11-21 22:00:00 +0100") // a Saturday
	w := b.add(now, WakeUpAdd{Time: "07:00", Repeat: WakeWeekdays, Days: []time.Weekday{time.Monday, time.Thursday}, Until: "2026-11-30"})
	var dates []string
	for !b.get(w.ID).State.Over() {
		w = b.get(w.ID)
		dates = append(dates, w.Date)
		b.step(w.Due)
		b.answer(w.Due.Add(10*time.Second), "101")
	}
	if got := strings.Join(dates, " "); got != "2026-11-23 2026-11-26 2026-11-30" {
		t.Errorf("rung on %s", got)
	}
}

// TestBoxThatBeginsIn1970 takes orders, and says so; it rings nobody before it
// knows what time it is.
func TestBoxThatBeginsIn1970(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	sure := false
	b.setup.Wake.Believed = func() bool { return sure }
	began := time.Date(1970, 1, 1, 0, 2, 0, 0, time.UTC)
	undated := b.add(began, WakeUpAdd{Time: "06:30", From: WakeFromPhone, Digits: "779*0630"})
	dated := b.add(began, WakeUpAdd{Time: "06:30", Date: "2026-11-22", Rooms: []string{"102"}})
	if !undated.Due.IsZero() || !dated.Due.Equal(moment(t, "2026-11-22 06:30:00 +0800")) {
		t.Errorf("due %s and %s", undated.Due, dated.Due)
	}
	if n := countTo(b.tx, PrefixAlert, 9); n != 2 {
		t.Errorf("%d alerts", n)
	}
	sure = true
	now := moment(t, "2026-11-21 23:00:00 +0800")
	b.step(now)
	if got := b.get(undated.ID); !got.Due.Equal(moment(t, "2026-11-22 06:30:00 +0800")) || got.State != WakeUpScheduled || len(b.tx.queued) != 0 {
		t.Errorf("when the clock is set: %+v", got)
	}
	b.step(moment(t, "2026-11-22 06:30:00 +0800"))
	if len(b.tx.queued) != 2 {
		t.Errorf("%d calls", len(b.tx.queued))
	}
}

// TestClockSetBackRingsOnce: a day that has been rung is over.
func TestClockSetBackRingsOnce(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	now := moment(t, "2026-11-22 06:00:00 +0800")
	w := b.add(now, WakeUpAdd{Time: "06:30", Repeat: WakeDaily})
	b.step(now.Add(30 * time.Minute))
	b.answer(now.Add(31*time.Minute), "101")
	for m := 20; m < 60; m++ {
		b.step(now.Add(time.Duration(m) * time.Minute))
	}
	if got := b.get(w.ID); len(b.tx.queued) != 1 || got.Date != "2026-11-23" || got.LastState != WakeUpAnswered {
		t.Errorf("%d calls, %+v", len(b.tx.queued), got)
	}
}
