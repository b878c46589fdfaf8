package hotel

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// changes are those that hooks see, of all orders.
func (b *wakeBook) changes() (list []string) {
	for _, ev := range b.tx.emitted {
		if ev.Kind == KindWakeUp {
			list = append(list, ev.Name)
		}
	}
	return list
}

// queued are the operations that were queued.
func (b *wakeBook) queued() (list []string) {
	for _, q := range b.tx.queued {
		list = append(list, q.Op)
	}
	return list
}

// rings begins a call to room 101, of which the PBX tells the id.
func (b *wakeBook) rings(w WakeUp) {
	b.t.Helper()
	b.step(w.Due)
	b.placed(w, WakeUpPlaced{State: CallDelivered, Reply: `{"callid":"1.1"}`})
}

func (b *wakeBook) placed(w WakeUp, p WakeUpPlaced) {
	b.t.Helper()
	p.Subject, p.Op = ringSubject(w.ID, b.get(w.ID).Ring), OpRing
	b.do(b.ev.Time, Effect{WakeUpPlaced: &p})
}

// lifted takes do not disturb off 101's telephone; wanted tells whether it is to
// be put back.
func (b *wakeBook) lifted() {
	b.tx.Put(PhoneKey("101"), Phone{Extension: "101", Lifted: true})
	b.tx.queued = nil
}

func (b *wakeBook) wanted() string {
	if !record[Phone](b.tx, PhoneKey("101")).Lifted {
		return "forgotten"
	}
	if slices.Contains(b.queued(), OpPutBack) {
		return "put back"
	}
	return "left off"
}

// A clock that was ahead when a step was told of, and is set right by the time
// that it is taken, lets nobody be rung early: the step must be the record's own.
func TestStepOfAnotherTimeDoesNothing(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	w := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
	b.do(wakeNow, Effect{WakeUpStep: &WakeUpStep{ID: w.ID, Next: w.Due.Add(24 * time.Hour)}})
	if got := b.get(w.ID); got.State != WakeUpScheduled || len(b.tx.queued) > 0 {
		t.Errorf("%+v, queued %q", got, b.queued())
	}
}

// A step is taken for what it was told for, even if the clock has been set back by
// a moment since: it would be left alone for a minute otherwise.
func TestStepIsTakenThoughTheClockWentBack(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	w := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
	b.do(w.Due.Add(-300*time.Millisecond), Effect{WakeUpStep: &WakeUpStep{ID: w.ID, Next: w.Due}})
	if got := b.get(w.ID); got.State != WakeUpRinging || !slices.Equal(b.queued(), []string{OpRing}) {
		t.Errorf("%+v, queued %q", got, b.queued())
	}
}

// What comes too late is not rung, nor are hooks told that it is.
func TestTooLateIsNotRung(t *testing.T) {
	for _, c := range []struct {
		late  time.Duration
		state WakeUpState
		told  string
	}{
		{30 * time.Minute, WakeUpRinging, "scheduled ringing"},
		{30*time.Minute + time.Second, WakeUpFailed, "scheduled failed"},
	} {
		b := newWakeBook(t, "Asia/Shanghai")
		w := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
		b.step(w.Due.Add(c.late))
		if got, told := b.get(w.ID), strings.Join(b.changes(), " "); got.State != c.state || told != c.told {
			t.Errorf("%s late: %s, told %q", c.late, got.State, told)
		}
	}
}

// Nor is the room rung once more when the power fails in the middle and comes back
// so late: the desk is rung instead.
func TestNextAttemptMayBeTooLate(t *testing.T) {
	for _, c := range []struct {
		off   time.Duration
		state WakeUpState
		rings int
	}{
		{34*time.Minute + 50*time.Second, WakeUpRinging, 2},
		{35*time.Minute + 10*time.Second, WakeUpUnanswered, 1},
		{5 * time.Hour, WakeUpUnanswered, 1},
	} {
		b := newWakeBook(t, "Asia/Shanghai")
		w := b.add(wakeNow, WakeUpAdd{Time: "06:30", Spacing: 5})
		b.rings(w)
		b.step(w.Due.Add(c.off))
		b.step(w.Due.Add(c.off + wakeGrace))
		got := b.get(w.ID)
		if rings := strings.Count(strings.Join(b.queued(), " "), OpRing); got.State != c.state || rings != c.rings {
			t.Errorf("off for %s: rung %d times, %+v", c.off, rings, got)
		}
	}
}

func TestAlarmThatRangWhileTheBoxWasOff(t *testing.T) {
	for _, c := range []struct {
		late time.Duration
		told string
	}{{30 * time.Minute, "scheduled ringing unknown"}, {31 * time.Minute, "scheduled unknown"}} {
		b := newWakeBook(t, "Asia/Shanghai")
		b.setup.Wake.Alarms, b.setup.Wake.How = true, WakeByPBX
		w := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
		b.do(wakeNow, Effect{WakeUpAlarms: &WakeUpAlarms{ID: w.ID, Alarms: []WakeAlarm{{Extension: "101", ID: "7", At: w.Due}}}})
		b.step(w.Due.Add(c.late))
		b.step(w.Due.Add(time.Hour))
		if got, told := b.get(w.ID), strings.Join(b.changes(), " "); got.State != WakeUpUnknown || told != c.told {
			t.Errorf("%s late: %s, told %q", c.late, got.State, told)
		}
	}
}

// A key may be told of later than the end of its call, however short the pauses
// between two calls are.
func TestKeyHasTimeToBeToldOf(t *testing.T) {
	for spacing, want := range map[int]time.Duration{1: 95 * time.Second, 5: 5 * time.Minute} {
		b := newWakeBook(t, "Asia/Shanghai")
		w := b.add(wakeNow, WakeUpAdd{Time: "06:30", Spacing: spacing})
		b.rings(w)
		b.do(w.Due.Add(90*time.Second), Effect{WakeUpEnded: &WakeUpEnded{Room: "101", CallID: "1.1", Status: "ANSWERED"}})
		if got := b.get(w.ID).At.Sub(w.Due); got != want {
			t.Errorf("%d minutes apart: rung again after %s, want %s", spacing, got, want)
		}
	}
}

// The PBX may tell of the key before it tells the id of its call: that one goes on.
func TestCallOfWhoWasQuickIsNotHungUp(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	b.setup.Wake.HangsUp = true
	w := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
	b.step(w.Due)
	b.answer(w.Due, "101")
	b.placed(w, WakeUpPlaced{State: CallDelivered, Reply: `{"callid":"1.1"}`})
	if got := b.queued(); !slices.Equal(got, []string{OpRing}) || b.get(w.ID).LastCall != "1.1" {
		t.Errorf("queued %q, %+v", got, b.get(w.ID))
	}
}

// Whatever becomes of a call that was queued, nobody needs to decide about it.
func TestCallsOfWakeUpsAreNotParked(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	b.setup.Wake.HangsUp = true
	w := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
	b.do(wakeNow, Effect{WakeUpHear: &WakeUpHear{Room: "101", Extension: "101"}})
	b.rings(w)
	b.do(w.Due, Effect{WakeUpCancel: &WakeUpCancel{IDs: []string{w.ID}}})
	if got := strings.Join(b.queued(), " "); got != "tell ring end" {
		t.Errorf("queued %s", got)
	}
	for _, q := range b.tx.queued {
		if !q.Handled || q.Expires.IsZero() == (q.Lasts == 0) {
			t.Errorf("%s: %+v", q.Op, q)
		}
	}
}

// What a wake-up took off a telephone is put back as soon as nothing rings, and
// not wanted by who has left.
func TestDoNotDisturbThatWasLifted(t *testing.T) {
	for name, c := range map[string]struct {
		order WakeUpAdd
		then  func(b *wakeBook, w WakeUp)
		want  string
	}{
		"it rings":       {WakeUpAdd{}, func(*wakeBook, WakeUp) {}, "left off"},
		"it was woken":   {WakeUpAdd{}, func(b *wakeBook, w WakeUp) { b.answer(w.Due, "101") }, "put back"},
		"of one a day":   {WakeUpAdd{Repeat: WakeDaily}, func(b *wakeBook, w WakeUp) { b.answer(w.Due, "101") }, "put back"},
		"it is refused":  {WakeUpAdd{}, func(b *wakeBook, w WakeUp) { b.placed(w, WakeUpPlaced{State: CallRefused, Error: "no"}) }, "put back"},
		"it has failed":  {WakeUpAdd{}, func(b *wakeBook, w WakeUp) { b.step(w.Due.Add(time.Hour)); b.step(w.Due.Add(2 * time.Hour)) }, "put back"},
		"between two":    {WakeUpAdd{}, func(b *wakeBook, w WakeUp) { b.ended(w) }, "put back"},
		"shortly so":     {WakeUpAdd{Spacing: 2}, func(b *wakeBook, w WakeUp) { b.ended(w) }, "left off"},
		"after the last": {WakeUpAdd{Spacing: 2, Retries: number(0)}, func(b *wakeBook, w WakeUp) { b.ended(w); b.step(b.get(w.ID).At) }, "put back"},
		"it is cancelled": {WakeUpAdd{}, func(b *wakeBook, w WakeUp) {
			b.do(w.Due, Effect{WakeUpCancel: &WakeUpCancel{IDs: []string{w.ID}}})
		}, "put back"},
		"it was cancelled before the PBX answered": {WakeUpAdd{}, func(b *wakeBook, w WakeUp) {
			b.do(w.Due, Effect{WakeUpCancel: &WakeUpCancel{IDs: []string{w.ID}}})
			b.lifted()
			b.placed(w, WakeUpPlaced{State: CallDelivered, Reply: `{"callid":"2.2"}`})
		}, "put back"},
		"the guest moves": {WakeUpAdd{}, func(b *wakeBook, w WakeUp) {
			b.do(w.Due, Effect{Move: &MoveStay{From: "101", To: "102"}})
		}, "forgotten"},
		"the guest moves, and it does not ring": {WakeUpAdd{}, func(b *wakeBook, w WakeUp) {
			b.ended(w)
			b.do(w.Due, Effect{Move: &MoveStay{From: "101", To: "102"}})
		}, "put back"},
		"the guest leaves": {WakeUpAdd{}, func(b *wakeBook, w WakeUp) {
			b.do(w.Due, Effect{CheckOut: &CheckOut{Room: "101", Now: true}})
		}, "forgotten"},
	} {
		b := newWakeBook(t, "Asia/Shanghai")
		c.order.Time = "06:30"
		w := b.add(wakeNow, c.order)
		b.rings(w)
		b.lifted()
		c.then(b, w)
		if got := b.wanted(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// ended is the end of a call that nobody confirmed.
func (b *wakeBook) ended(w WakeUp) {
	b.t.Helper()
	b.do(w.Due.Add(30*time.Second), Effect{WakeUpEnded: &WakeUpEnded{Room: "101", CallID: "1.1", Status: "NO ANSWER"}})
}

// An alarm that somebody else had set is theirs, whatever wake-up stands on it.
func TestStandingAlarmsAreOurs(t *testing.T) {
	b := newWakeBook(t, "Asia/Shanghai")
	w := b.add(wakeNow, WakeUpAdd{Time: "06:30"})
	b.do(wakeNow, Effect{WakeUpAlarms: &WakeUpAlarms{ID: w.ID, Alarms: []WakeAlarm{
		{Extension: "101", ID: "7"}, {Extension: "101", ID: "8", Theirs: true}, {Extension: "101"}, {Extension: "191", ID: "9"},
	}}})
	if got := fmt.Sprint(StandingAlarms(b.tx, "101", "101")); got != "[7]" {
		t.Error(got)
	}
}
