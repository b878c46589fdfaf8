package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// The alarms of a ringPBX; the desk's PBX has none that can be set.

func (p *ringPBX) ListAlarms(_ context.Context, extensions ...string) (all []pbx.Alarm, err error) {
	err = p.do("list alarms", false, func() {
		for _, x := range extensions {
			all = append(all, p.alarms[x]...)
		}
	})
	return all, err
}

func (p *ringPBX) CreateAlarm(_ context.Context, extension string, spec pbx.AlarmSpec) (id string, err error) {
	err = p.do(fmt.Sprintf("set %s %02d:%02d", extension, spec.Hour, spec.Minute), true, func() {
		for _, a := range p.alarms[extension] {
			if sameTime(a, spec) {
				id = a.ID
				return
			}
		}
		p.n++
		id = fmt.Sprint(p.n)
		p.alarms[extension] = append(p.alarms[extension], pbx.Alarm{ID: id, Extension: extension, AlarmSpec: spec})
	})
	return id, err
}

func (p *ringPBX) DeleteAlarms(_ context.Context, extension string, ids ...string) error {
	return p.do(fmt.Sprint("delete of ", extension, " ", ids), true, func() {
		p.alarms[extension] = slices.DeleteFunc(p.alarms[extension], func(a pbx.Alarm) bool { return slices.Contains(ids, a.ID) })
	})
}

// standing lists the alarms of the PBX.
func (b *book) standing(want ...string) {
	b.t.Helper()
	b.pbx.mu.Lock()
	defer b.pbx.mu.Unlock()
	var got []string
	for _, x := range []string{"101", "102", "103"} {
		for _, a := range b.pbx.alarms[x] {
			got = append(got, fmt.Sprintf("%s %02d:%02d", x, a.Hour, a.Minute))
		}
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("alarms %q, want %q", got, want)
	}
}

func byAlarm(c *config.Config) { c.WakeUp.How = "pbx" }

func byAlarmToo(c *config.Config) { c.WakeUp.How = "both" }

func TestAlarmOfThePBXProvesNothing(t *testing.T) {
	atBook(t, byAlarm, func(b *book) {
		w := b.wake("06:30", func(o *hotel.WakeUpAdd) { o.Date = "2026-11-24" }, "101")[0]
		b.rest(time.Hour)
		b.standing()
		b.rest(32 * time.Hour) // 07:00 of the day before
		b.standing()
		b.until("11:00:00")
		b.standing("101 06:30")
		b.until("06:29:00")
		b.standing("101 06:30")
		b.until("06:50:00")
		b.is(w.ID, hotel.WakeUpUnknown, 0)
		b.rings()
		b.alerted()
		if got := b.changes(w.ID); !slices.Equal(got, []string{"scheduled", "ringing", "unknown"}) {
			t.Errorf("changes %q", got)
		}
	})
}

func TestAlarmThatIsSeenNotToBeAnswered(t *testing.T) {
	for _, c := range []struct {
		status string
		state  hotel.WakeUpState
	}{{"NO ANSWER", hotel.WakeUpUnanswered}, {"ANSWERED", hotel.WakeUpUnknown}} {
		atBook(t, byAlarm, func(b *book) {
			w := b.wake("06:30", nil, "101")[0]
			for _, at := range []string{"06:29:10", "06:34:10", "06:39:10"} { // its clock is ahead
				b.until(at)
				b.ring.tell(hotel.Event{Kind: hotel.KindCDR, CallID: at, CDR: &hotel.CDR{Start: "2026-11-22 " + at, From: "prompt", To: "101", Status: c.status}})
			}
			b.until("06:50:00")
			b.is(w.ID, c.state, 0)
		})
	}
}

func TestNetGoesWithTheProof(t *testing.T) {
	for name, c := range map[string]struct {
		guest guest
		left  []string
	}{"answered": {awake, nil}, "asleep": {guest{}, []string{"101 06:40"}}} {
		t.Run(name, func(t *testing.T) {
			atBook(t, byAlarmToo, func(b *book) {
				b.pbx.alarms["101"] = []pbx.Alarm{{ID: "900", Extension: "101", AlarmSpec: pbx.AlarmSpec{Hour: 9, Repeat: pbx.AlarmDaily}}}
				b.ring.guests["101"] = []guest{c.guest}
				b.wake("06:30", nil, "101")
				b.until("06:29:00")
				b.standing("101 09:00", "101 06:40")
				b.until("06:38:00")
				b.standing(append([]string{"101 09:00"}, c.left...)...)
			})
		})
	}
}

func TestNetGoesWithTheOrder(t *testing.T) {
	atBook(t, byAlarmToo, func(b *book) {
		b.pbx.alarms["102"] = []pbx.Alarm{{ID: "901", Extension: "102", AlarmSpec: pbx.AlarmSpec{Hour: 6, Minute: 40, Repeat: pbx.AlarmOnce}}}
		orders := b.wake("06:30", nil, "101", "102")
		b.rest(time.Minute)
		b.standing("101 06:40", "102 06:40")
		if _, err := b.CancelWakeUps(b.t.Context(), hotel.WakeUpCancel{Group: orders[0].Group}); err != nil {
			b.t.Fatal(err)
		}
		b.rest(time.Minute)
		b.standing("102 06:40") // which somebody had set by hand
	})
}

func TestAlarmMovesAlong(t *testing.T) {
	atBook(t, byAlarm, func(b *book) {
		b.checkIn("101", "", "")
		b.wake("06:30", nil, "101")
		b.rest(time.Minute)
		b.standing("101 06:30")
		b.order(hotel.Event{Kind: hotel.KindMove, Room: "101", Fields: map[string]string{"to": "102"}})
		b.rest(time.Minute)
		b.standing("102 06:30")
	})
}

func TestAlarmThatIsGoneIsSetAnew(t *testing.T) {
	atBook(t, byAlarm, func(b *book) {
		b.wake("06:30", nil, "101")
		b.rest(time.Minute)
		b.pbx.mu.Lock()
		b.pbx.alarms["101"] = nil
		b.pbx.mu.Unlock()
		b.rest(2 * time.Hour)
		b.standing("101 06:30")
		b.pbx.mu.Lock()
		b.pbx.alarms["101"] = nil
		b.pbx.mu.Unlock()
		b.ring.tell(hotel.Event{Kind: hotel.KindBoot})
		b.rest(10 * time.Second)
		b.standing("101 06:30")
	})
}

func TestAlarmThatCannotBeSetIsACall(t *testing.T) {
	atBook(t, byAlarm, func(b *book) {
		b.ask(func(op string) error {
			if strings.HasPrefix(op, "set ") {
				return fmt.Errorf("alarm failed: %w", pbx.ErrInvalid)
			}
			return nil
		}, nil)
		b.ring.guests["101"] = []guest{awake}
		w := b.wake("06:30", nil, "101")[0]
		b.rest(time.Minute)
		b.alerted(hotel.AlertWakeAlarm)
		b.until("06:40:00")
		b.is(w.ID, hotel.WakeUpAnswered, 1)
		b.rings("06:30:00 101 775")
	})
}

// TestPowerCutWhileAnAlarmIsSet: what was set before the power went is known as
// ours, and goes with the order.
func TestPowerCutWhileAnAlarmIsSet(t *testing.T) {
	for _, done := range []bool{false, true} {
		atBook(t, byAlarmToo, func(b *book) {
			cut := make(chan struct{})
			fail := func(op string) error {
				if strings.HasPrefix(op, "set ") {
					close(cut)
					b.ask(nil, nil)
					return fmt.Errorf("line broken: %w: %w", pbx.ErrRetry, pbx.ErrUncertain)
				}
				return nil
			}
			if done {
				b.ask(nil, fail)
			} else {
				b.ask(fail, nil)
			}
			w := b.wake("06:30", nil, "101")[0]
			<-cut
			b.end()
			b.start()
			if _, err := b.CancelWakeUps(b.t.Context(), hotel.WakeUpCancel{IDs: []string{w.ID}}); err != nil {
				b.t.Fatal(err)
			}
			b.rest(5 * time.Minute)
			b.standing()
		})
	}
}

func TestPBXWithoutCodeForKeysHoldsAlarms(t *testing.T) {
	atBook(t, func(c *config.Config) { c.Services.Confirm = "" }, func(b *book) {
		w := b.wake("06:30", nil, "101")[0]
		b.rest(time.Minute)
		b.standing("101 06:30")
		b.until("06:50:00")
		b.is(w.ID, hotel.WakeUpUnknown, 0)
	})
}

// TestAlarmThatRingsIsLeftAlone however late it is looked at: while a change of
// another telephone is slow, what is to be done about it waits.
func TestAlarmThatRingsIsLeftAlone(t *testing.T) {
	for alarm, how := range map[string]func(*config.Config){"06:30": byAlarm, "06:40": byAlarmToo} {
		atBook(t, how, func(b *book) {
			b.wake("06:30", nil, "101")
			for _, now := range []string{"06:29:45", "06:39:50"} {
				b.until(now)
				b.ring.tell(hotel.Event{Kind: hotel.KindBoot}) // all alarms are looked at
				b.rest(2 * time.Second)
				b.standing("101 " + alarm)
			}
		})
	}
}

// TestAlarmOutlivesAnOrderThatNobodyAnswered: its last rings are still to come.
func TestAlarmOutlivesAnOrderThatNobodyAnswered(t *testing.T) {
	atBook(t, byAlarmToo, func(b *book) {
		b.wake("06:30", func(o *hotel.WakeUpAdd) { o.Repeat = hotel.WakeDaily }, "101")
		b.until("06:39:00")
		away := func(string) error { return fmt.Errorf("line broken: %w", pbx.ErrRetry) }
		b.ask(away, nil)
		b.ring.tell(hotel.Event{Kind: hotel.KindBoot})
		b.until("06:43:00")
		b.ask(nil, nil)
		b.until("06:46:00")
		b.standing("101 06:40")
	})
}

// TestWaitingForAnAlarmHoldsUpNothingElse: a change that must not be made while a
// guest is woken is no failure of the PBX.
func TestWaitingForAnAlarmHoldsUpNothingElse(t *testing.T) {
	atBook(t, byAlarmToo, func(b *book) {
		b.pbx.mu.Lock()
		b.pbx.alarms["103"] = []pbx.Alarm{{ID: "900", Extension: "103", AlarmSpec: pbx.AlarmSpec{Hour: 6, Minute: 29, Repeat: pbx.AlarmOnce, Rings: 3, Interval: 5 * time.Minute}}}
		b.pbx.mu.Unlock()
		b.ring.guests["101"] = []guest{awake}
		b.wake("06:30", nil, "101")
		b.until("06:29:30")
		b.checkIn("102", "Li", "")
		b.until("06:33:00")
		b.standing("103 06:29") // that of 101 has gone with its proof
		for _, d := range b.outbox.state() {
			if d.To == "pbx" && d.Failures > 0 {
				t.Errorf("the PBX is said to fail: %+v", d)
			}
		}
	})
}

// TestAlarmGoesWithThePBXsClock: one that was set by the clock of before does not
// ring beside the right one.
func TestAlarmGoesWithThePBXsClock(t *testing.T) {
	atBook(t, byAlarm, func(b *book) {
		b.wake("06:30", nil, "101")
		b.rest(time.Minute)
		b.standing("101 06:30")
		b.pbx.ahead.Store(int64(70 * time.Second))
		b.rest(9 * time.Hour)
		b.standing("101 06:31")
	})
}

// TestAlarmsOfOthersStay: an alarm that was about to be set when the power went is
// known by its time and its rings; an id that has rung may be another's by now.
func TestAlarmsOfOthersStay(t *testing.T) {
	atBook(t, byAlarm, func(b *book) {
		b.rest(time.Minute) // the PBX's clock is known
		at := time.Date(2026, 11, 22, 6, 30, 0, 0, b.zone)
		alarm := func(id string, rings int) pbx.Alarm {
			return pbx.Alarm{ID: id, Extension: "101", AlarmSpec: pbx.AlarmSpec{Hour: 6, Minute: 30, Repeat: pbx.AlarmOnce, Rings: rings}}
		}
		all := []pbx.Alarm{alarm("1", 1), alarm("2", hotel.AlarmRings)}
		for name, c := range map[string]struct {
			gone hotel.WakeAlarm
			left int
		}{
			"about to be set": {hotel.WakeAlarm{At: at}, 1},
			"by its id":       {hotel.WakeAlarm{ID: "1", At: at}, 1},
			"of others":       {hotel.WakeAlarm{ID: "1", At: at, Theirs: true}, 2},
			"has rung":        {hotel.WakeAlarm{ID: "1", At: b.now().Add(-2 * time.Hour)}, 2},
		} {
			b.pbx.alarms["101"], c.gone.Extension = slices.Clone(all), "101"
			err := b.phones.deleteAlarm(b.t.Context(), b.ring, c.gone)
			if left := b.pbx.alarms["101"]; err != nil || len(left) != c.left || name == "about to be set" && left[0].ID != "1" {
				t.Errorf("%s: %v, left %+v", name, err, left)
			}
		}
	})
}

// TestAlarmsOfASwapAtOneTime: each room holds the alarm of the other's guest
// already.
func TestAlarmsOfASwapAtOneTime(t *testing.T) {
	atBook(t, byAlarm, func(b *book) {
		b.checkIn("101", "", "")
		b.checkIn("102", "", "")
		orders := b.wake("06:30", nil, "101", "102")
		b.rest(time.Minute)
		b.standing("101 06:30", "102 06:30")
		b.order(hotel.Event{Kind: hotel.KindMove, Room: "101", Fields: map[string]string{"to": "102", "swap": "true"}})
		b.rest(time.Minute)
		b.standing("101 06:30", "102 06:30")
		if _, err := b.CancelWakeUps(b.t.Context(), hotel.WakeUpCancel{Group: orders[0].Group}); err != nil {
			b.t.Fatal(err)
		}
		b.rest(time.Minute)
		b.standing()
	})
}

// TestAlarmThatTwoOrdersGoBy stays for the one when the other is taken back.
func TestAlarmThatTwoOrdersGoBy(t *testing.T) {
	atBook(t, byAlarm, func(b *book) {
		first := b.wake("06:40", nil, "101")[0]
		b.rest(time.Minute)
		b.wake("06:30", func(o *hotel.WakeUpAdd) { o.How = hotel.WakeByBoth }, "101")
		b.rest(time.Minute)
		if _, err := b.CancelWakeUps(b.t.Context(), hotel.WakeUpCancel{IDs: []string{first.ID}}); err != nil {
			b.t.Fatal(err)
		}
		b.rest(time.Minute)
		b.standing("101 06:40")
	})
}
