package hotel

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

var wakeNow = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC) // 22:00 in Shanghai

func number(n int) *int { return &n }

func TestOrdersThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		order WakeUpAdd
		want  string
	}{
		{WakeUpAdd{Time: "06:30", Rooms: []string{"999"}}, `wakeup.room: must be a room of the hotel, but it is "999"`},
		{WakeUpAdd{Time: "06:30", Rooms: []string{}}, "wakeup.rooms: are missing"},
		{WakeUpAdd{Time: "6:30"}, `wakeup.time: must be a time of day such as "06:30", but it is "6:30"`},
		{WakeUpAdd{Time: "24:00"}, `wakeup.time: must be a time of day such as "06:30", but it is "24:00"`},
		{WakeUpAdd{Time: "06:30", Date: "2026-11-21"}, `wakeup.time: "2026-11-21 06:30" is in the past`},
		{WakeUpAdd{Time: "21:59", Date: "today"}, `wakeup.time: "2026-11-21 21:59" is in the past`},
		{WakeUpAdd{Time: "06:30", Date: "21.11.2026"}, `wakeup.date: must be a date such as "2026-11-24", today or tomorrow, but it is "21.11.2026"`},
		{WakeUpAdd{Time: "06:30", Date: "2028-01-01"}, `wakeup.date: "2028-01-01" is too far ahead`},
		{WakeUpAdd{Time: "06:30", Repeat: "hourly"}, `wakeup.repeat: must be once, daily or weekdays, but it is "hourly"`},
		{WakeUpAdd{Time: "06:30", Repeat: WakeWeekdays}, "wakeup.days: must be named for weekdays, and for those alone"},
		{WakeUpAdd{Time: "06:30", Days: []time.Weekday{1}}, "wakeup.days: must be named for weekdays, and for those alone"},
		{WakeUpAdd{Time: "06:30", Repeat: WakeWeekdays, Days: []time.Weekday{7}}, `wakeup.days: must be 0 for Sunday to 6 for Saturday, but it is "[Extra]"`},
		{WakeUpAdd{Time: "06:30", Until: "2026-11-30"}, `wakeup.until: "2026-11-30" is for a wake-up that repeats`},
		{WakeUpAdd{Time: "06:30", Repeat: WakeDaily, Until: "2026-11-21"}, `wakeup.until: "2026-11-21" leaves no day on which it would ring`},
		{WakeUpAdd{Time: "06:30", How: "mail"}, `wakeup.how: must be call, pbx or both, but it is "mail"`},
		{WakeUpAdd{Time: "06:30", Retries: number(11)}, `wakeup.retries: must be 0 to 10, but it is "11"`},
		{WakeUpAdd{Time: "06:30", Spacing: 61}, `wakeup.spacing: must be 1 to 60 minutes, but it is "61"`},
		{WakeUpAdd{Time: "06:30", Language: "fr"}, `wakeup.language: must be zh or en, but it is "fr"`},
		{WakeUpAdd{Time: "06:30", Prompt: "hello"}, `wakeup.prompt: "hello" is played by alarms of the PBX alone (pbx or both), and this wake-up is a call`},
		{WakeUpAdd{Time: "06:30", Prompt: "hello", From: "api", How: WakeByBoth}, `wakeup.prompt: "hello" is played by alarms of the PBX alone (pbx or both), and this wake-up is a call`}, // it holds no alarms
		{WakeUpAdd{Time: "06:30", From: "mars"}, `wakeup.from: must be desk, phone, api, hook or pms, but it is "mars"`},
	} {
		b := newWakeBook(t, "Asia/Shanghai")
		if c.order.Rooms == nil {
			c.order.Rooms = []string{"101"}
		}
		before := b.tx.keys()
		err := b.at(wakeNow, Effect{WakeUpAdd: &c.order})
		var invalid *Invalid
		if c.order.Days != nil && c.order.Days[0] == 7 {
			c.want = `wakeup.days: must be 0 for Sunday to 6 for Saturday, but it is "[%!Weekday(7)]"`
		}
		if !errors.As(err, &invalid) || err.Error() != c.want {
			t.Errorf("%+v: %v\nwant %s", c.order, err, c.want)
		}
		if !slices.Equal(b.tx.keys(), before) {
			t.Errorf("%+v: left something", c.order)
		}
	}
}

// A recording is played by alarms alone; what nobody can be told of is left out.
func TestPromptOfAnOrder(t *testing.T) {
	for _, c := range []struct {
		order WakeUpAdd
		want  string
	}{
		{WakeUpAdd{How: WakeByPBX}, "hello"},
		{WakeUpAdd{How: WakeByBoth, From: "hook"}, "hello"},
		{WakeUpAdd{From: "hook"}, ""},
		{WakeUpAdd{From: "pms"}, ""},
	} {
		b := newWakeBook(t, "Asia/Shanghai")
		b.setup.Wake.Alarms = true
		c.order.Time, c.order.Prompt = "06:30", "hello"
		if w := b.add(wakeNow, c.order); w.Prompt != c.want {
			t.Errorf("%+v: prompt %q, want %q", c.order, w.Prompt, c.want)
		}
	}
}

func TestGroupIsAllOrNothing(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	if err := b.at(wakeNow, Effect{WakeUpAdd: &WakeUpAdd{Time: "06:30", Rooms: []string{"102", "999"}}}); err == nil || len(wakeUpsOf(b.tx, "102")) > 0 {
		t.Errorf("%v, and 102 has %v", err, wakeUpsOf(b.tx, "102"))
	}
	own := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
	b.do(wakeNow, Effect{WakeUpAdd: &WakeUpAdd{Time: "06:30", Rooms: []string{"103", "101", "102", "103"}}})
	for _, room := range []string{"101", "102", "103"} {
		list := wakeUpsOf(b.tx, room)
		if len(list) != 1 || list[0].ID != own.ID && list[0].Group != "G3" {
			t.Errorf("%s has %+v", room, list)
		}
	}
	err := b.at(wakeNow, Effect{WakeUpAdd: &WakeUpAdd{Time: "06:30", Rooms: []string{"101"}}})
	if want := fmt.Sprintf(`wakeup.time: "06:30" is ordered for room 101 already: %s`, own.ID); err == nil || err.Error() != want {
		t.Errorf("twice: %v, want %s", err, want)
	}
}

func TestOrdersAreBounded(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	for n := range maxWakeUpsOfRoom {
		b.add(wakeNow, WakeUpAdd{Time: fmt.Sprintf("06:%02d", n)})
	}
	if err := b.at(wakeNow, Effect{WakeUpAdd: &WakeUpAdd{Time: "07:00", Rooms: []string{"101"}}}); err == nil {
		t.Error("one more was taken")
	}
	// A guest who cannot be told has the desk told.
	b.do(wakeNow, Effect{WakeUpAdd: &WakeUpAdd{Time: "07:00", Rooms: []string{"101"}, From: WakeFromPhone, Digits: "779*0700"}})
	if n := countTo(b.tx, PrefixAlert, 9); n != 1 {
		t.Errorf("%d alerts", n)
	}
}

func TestCancelling(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	one, two := b.add(wakeNow, WakeUpAdd{Time: "06:30"}), b.add(wakeNow, WakeUpAdd{Time: "07:30"})
	for _, c := range []WakeUpCancel{{IDs: []string{"W99"}}, {Rooms: []string{"102"}}, {Rooms: []string{"999"}}, {Group: "G9"}, {}} {
		if err := b.at(wakeNow, Effect{WakeUpCancel: &c}); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	b.do(wakeNow, Effect{WakeUpCancel: &WakeUpCancel{IDs: []string{one.ID}}})
	if err := b.at(wakeNow, Effect{WakeUpCancel: &WakeUpCancel{IDs: []string{one.ID}}}); err == nil {
		t.Error("cancelled twice")
	}
	b.do(wakeNow, Effect{WakeUpCancel: &WakeUpCancel{Rooms: []string{"101"}, IDs: []string{two.ID}}})
	b.step(two.Due.Add(time.Hour))
	if b.get(one.ID).State != WakeUpCancelled || b.get(two.ID).State != WakeUpCancelled || len(b.tx.queued) > 0 {
		t.Errorf("%+v, %+v, %d calls", b.get(one.ID), b.get(two.ID), len(b.tx.queued))
	}
	if n := countTo(b.tx, PrefixWakeDue, 9) + countTo(b.tx, prefixWakeRoom, 9) + countTo(b.tx, prefixWakeRinging, 9); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

// TestStepsMayComeAgain: a step is told of twice, or when the order has moved on.
func TestStepsMayComeAgain(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	w := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
	step := Effect{WakeUpStep: &WakeUpStep{ID: w.ID, Next: w.Next}}
	b.do(w.Due, step, step)
	b.do(w.Due.Add(time.Second), step)
	b.do(w.Due, Effect{WakeUpStep: &WakeUpStep{ID: "W99", Next: w.Next}})
	if got := b.get(w.ID); len(b.tx.queued) != 1 || got.Tries != 1 {
		t.Errorf("%d calls, %+v", len(b.tx.queued), got)
	}
	var body RingCall
	q := b.tx.queued[0]
	must(json.Unmarshal(q.Body, &body))
	if q.Op != OpRing || q.To != ToCalls || q.Urgency != Urgent || q.Kind != Once || !q.Handled || !q.Expires.Equal(w.Due.Add(30*time.Minute)) || body.Phone != "101" {
		t.Errorf("queued %+v, %+v", q, body)
	}
}

func TestOldOrdersAreForgotten(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	w := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
	b.step(w.Due)
	b.do(w.Due, Effect{WakeUpPlaced: &WakeUpPlaced{Subject: ringSubject(w.ID, 1), Op: OpRing, State: CallDelivered, Reply: `{"callid":"1.1"}`}})
	b.answer(w.Due.Add(time.Second), "101")
	b.add(w.Due.Add(29*24*time.Hour), WakeUpAdd{Time: "06:30", Rooms: []string{"102"}})
	if b.get(w.ID).ID == "" {
		t.Error("forgotten too early")
	}
	b.add(w.Due.Add(31*24*time.Hour), WakeUpAdd{Time: "06:31", Rooms: []string{"103"}})
	if b.get(w.ID).ID != "" || countTo(b.tx, prefixWakeOver, 9) != 0 || countTo(b.tx, prefixWakeCall, 9) != 0 {
		t.Errorf("kept: %v", b.tx.keys())
	}
}

func TestDepartures(t *testing.T) {
	stay := Stay{ID: "G1", Room: "101", Leaves: "2026-11-22"}
	for _, c := range []struct {
		name   string
		change func(b *wakeBook, stay *Stay)
		order  WakeUpAdd
		last   bool
		stays  bool
	}{
		{"before noon of the departure", nil, WakeUpAdd{Time: "06:30"}, true, true},
		{"after it", nil, WakeUpAdd{Time: "12:30", Date: "2026-11-22"}, true, false},
		{"the day after", nil, WakeUpAdd{Time: "06:30", Date: "2026-11-23"}, true, false},
		{"the hotel cancels", func(b *wakeBook, _ *Stay) { b.setup.Wake.Keeps = false }, WakeUpAdd{Time: "06:30"}, true, false},
		{"nobody knows when, in the evening", func(_ *wakeBook, s *Stay) { s.Leaves = "" }, WakeUpAdd{Time: "06:30"}, true, true},
		{"a sharer's own", nil, WakeUpAdd{Time: "06:30", Stay: "G1"}, false, false},
		{"the other's", nil, WakeUpAdd{Time: "06:30", Stay: "G2"}, false, true},
		{"every day", nil, WakeUpAdd{Time: "06:30", Repeat: WakeDaily}, true, true},
	} {
		b, leaves := newWakeBook(t, "Asia/Shanghai"), stay
		if c.change != nil {
			c.change(b, &leaves)
		}
		w := b.add(wakeNow, c.order)
		a := applier{tx: b.tx, ev: &Event{ID: 99, Time: wakeNow}, setup: b.setup}
		a.leaveWakeUps(leaves, b.tx.room("101"), c.last)
		if got := b.get(w.ID); (got.State == WakeUpScheduled) != c.stays {
			t.Errorf("%s: %+v", c.name, got)
		}
		if c.order.Repeat == WakeDaily {
			b.step(w.Due)
			b.answer(w.Due.Add(time.Second), "101")
			if got := b.get(w.ID); got.State != WakeUpAnswered {
				t.Errorf("%s: goes on: %+v", c.name, got)
			}
			continue
		}
		if !c.stays {
			continue
		}
		a.arriveWakeUps(Room{Number: "101", Stay: "G9", Sharers: []string{"G2"}})
		if got := b.get(w.ID); (got.State == WakeUpCancelled) != (c.order.Stay != "G2") {
			t.Errorf("%s, with the next guest: %+v", c.name, got)
		}
	}
	b := newWakeBook(t, "Asia/Shanghai")
	morning := time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
	w := b.add(morning, WakeUpAdd{Time: "11:00"})
	a := applier{tx: b.tx, ev: &Event{ID: 99, Time: morning}, setup: b.setup}
	a.leaveWakeUps(Stay{ID: "G1"}, b.tx.room("101"), true)
	if got := b.get(w.ID); got.State != WakeUpCancelled {
		t.Errorf("who leaves in the morning: %+v", got)
	}
}

func TestSwapTakesWakeUpsAlong(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	one, other := b.add(wakeNow, WakeUpAdd{Time: "06:30"}), b.add(wakeNow, WakeUpAdd{Time: "06:30", Rooms: []string{"102"}})
	a := applier{tx: b.tx, ev: &Event{ID: 99, Time: wakeNow}, setup: b.setup}
	a.swapWakeUps(b.tx.room("101"), b.tx.room("102"))
	if b.get(one.ID).Room != "102" || b.get(other.ID).Room != "101" {
		t.Errorf("%+v, %+v", b.get(one.ID), b.get(other.ID))
	}
}

func TestTextsOfWakeUps(t *testing.T) {
	params := map[string]string{}
	for _, name := range []string{"room", "at", "error", "until", "tries", "outcome", "count", "why", "orders", "digits"} {
		params[name] = "x"
	}
	for _, code := range []string{AlertWakeUp, AlertWakeTrouble, AlertWakeFailed, AlertWakeUnanswered, AlertWakeAhead, AlertWakeClock, AlertWakeStands, AlertWakeAlarm, AlertWakeHear} {
		for _, language := range []string{"zh", "en"} {
			if text := (Alert{Code: code, Params: params}).Text(language); text == "" || slices.Contains([]byte(text), '?') || slices.Contains([]byte(text), '{') {
				t.Errorf("%s in %s: %q", code, language, text)
			}
		}
	}
}
