package hotel

import (
	"testing"
	"time"
)

// TestAlarmIsNotSetBeforeItsTimeIsShownOnce: the PBX rings when its clock shows a
// time, and where that is set back it does so twice.
func TestAlarmIsNotSetBeforeItsTimeIsShownOnce(t *testing.T) {
	for _, c := range []struct{ zone, at, from string }{
		{"Europe/Rome", "2026-11-22 06:30:00 +0100", "2026-11-21 10:30:00 +0100"},
		{"Europe/Rome", "2026-10-25 02:05:00 +0200", "2026-10-24 06:05:00 +0200"},
		{"Europe/Rome", "2026-10-25 02:05:00 +0100", "2026-10-25 02:07:00 +0200"},
		{"America/New_York", "2026-11-01 01:05:00 -0500", "2026-11-01 01:07:00 -0400"},
		{"Australia/Lord_Howe", "2026-04-05 01:32:00 +1030", "2026-04-05 01:34:00 +1100"},
	} {
		if got, want := AlarmFrom(moment(t, c.at), inZone(t, c.zone)), moment(t, c.from); !got.Equal(want) {
			t.Errorf("%s, %s: may be set from %s on, want %s", c.zone, c.at, got, want)
		}
	}
	b := newWakeBook(t, "Europe/Rome")
	b.setup.Wake.How, b.setup.Wake.Alarms = WakeByBoth, true
	w := b.add(moment(t, "2026-10-24 22:00:00 +0200"), WakeUpAdd{Time: "02:55"})
	if want := moment(t, "2026-10-25 02:07:00 +0200"); !w.AlarmAt.Equal(want) {
		t.Errorf("the alarm behind the jump is set at %s, want %s", w.AlarmAt, want)
	}
}

// TestAlarmOfSeveralTelephones: that nobody took a call is known when all have
// rung three times.
func TestAlarmOfSeveralTelephones(t *testing.T) {
	w := WakeUp{State: WakeUpRinging, Alarms: []WakeAlarm{{Extension: "101", ID: "1"}, {Extension: "1101", ID: "2"}}}
	tx := newTx(nil)
	a := applier{tx: tx, ev: &Event{Time: time.Date(2026, 11, 22, 5, 30, 0, 0, time.UTC)}}
	for n := range 2 * AlarmRings {
		if got := w.alarmOutcome(); got != WakeUpUnknown {
			t.Errorf("after %d calls it is %s", n, got)
		}
		a.seenAlarm(&w, &WakeUpEnded{Extension: "101", To: "101", From: "prompt", Status: "NO ANSWER"})
	}
	if got := w.alarmOutcome(); got != WakeUpUnanswered {
		t.Errorf("in the end it is %s", got)
	}
}
