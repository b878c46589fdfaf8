package agent

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

func TestDoNotDisturbIsLiftedAndPutBack(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.ring.guests["101"] = []guest{{}, awake}
		b.pbx.phones["101"].DND = true
		b.wake("21:30", nil, "101")
		b.until("21:29:59")
		if !b.pbx.phones["101"].DND {
			t.Error("lifted too early")
		}
		b.until("21:30:10")
		if b.pbx.phones["101"].DND || b.ring.rang[0].dnd {
			t.Error("not lifted for the ring")
		}
		b.until("21:34:00")
		if !b.pbx.phones["101"].DND {
			t.Error("not put back between two calls")
		}
		b.until("21:36:00")
		if !b.pbx.phones["101"].DND {
			t.Error("not put back")
		}
		if p := b.Phones(); len(p) != 0 {
			t.Errorf("something is left of it: %+v", p)
		}
		b.alerted()
	})
}

func TestGuestWhoTookItOffIsNotGivenItBack(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.ring.guests["101"] = []guest{awake}
		b.pbx.phones["101"].DND = true
		b.wake("21:30", nil, "101")
		b.until("21:30:05")
		dial(b.t, b.Agent, "101", "76*0")
		b.until("21:40:00")
		if b.pbx.phones["101"].DND {
			t.Error("put back")
		}
	})
}

// TestDoNotDisturbOfWhoHasLeft: the PBX was away when the guest paid, so that it is
// still on when the wake-up of who sleeps on takes it off. Then the telephone is
// gone through, and shows nothing.
func TestDoNotDisturbOfWhoHasLeft(t *testing.T) {
	for then, next := range map[string]bool{"nobody comes": false, "the next one comes": true} {
		t.Run(then, func(t *testing.T) {
			atBook(t, nil, func(b *book) {
				b.ring.guests["101"] = []guest{awake}
				b.checkIn("101", "Chen", "")
				b.wake("21:30", nil, "101")
				b.until("21:20:00")
				b.checkOut("101")
				b.until("21:25:00")
				b.pbx.phones["101"].DND = true
				b.until("21:30:02")
				if b.pbx.phones["101"].DND {
					t.Fatal("not lifted for the ring")
				}
				if next {
					b.checkIn("101", "Li", "")
				}
				b.until("21:40:00")
				b.rings("21:30:00 101 775")
				if b.pbx.phones["101"].DND {
					t.Error("put back, and nobody is there who had set it")
				}
				for _, p := range b.Phones() {
					if p.Lifted {
						t.Errorf("still to be put back: %+v", p)
					}
				}
			})
		})
	}
}

func TestTroubleIsToldAtOnceAndTriedOn(t *testing.T) {
	atBook(t, nil, func(b *book) {
		gone := guest{fail: fmt.Errorf("connection refused: %w", pbx.ErrRetry)}
		b.ring.guests["101"] = []guest{gone, gone, gone, gone, awake}
		w := b.wake("21:30", nil, "101")[0]
		b.until("21:30:05")
		b.alerted(hotel.AlertWakeTrouble)
		b.until("21:40:00")
		b.is(w.ID, hotel.WakeUpAnswered, 1)
		b.rings("21:31:24 101 775")
		b.alerted(hotel.AlertWakeTrouble)
	})
}

func TestWhatCannotBeRungInTimeFails(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.ring.guests["101"] = []guest{{fail: fmt.Errorf("no such extension: %w", pbx.ErrMissing)}}
		w := b.wake("21:30", nil, "101")[0]
		b.until("21:59:30")
		b.is(w.ID, hotel.WakeUpRinging, 0)
		b.until("22:00:05")
		w = b.is(w.ID, hotel.WakeUpFailed, 0)
		if !strings.Contains(w.Trouble, "no such extension") {
			t.Errorf("why: %q", w.Trouble)
		}
		b.alerted(hotel.AlertWakeFailed, hotel.AlertWakeTrouble)
		b.rings()
		if n := b.Status().Store.Parked; n != 0 {
			t.Errorf("%d calls wait for a person", n)
		}
	})
}

func TestBoxThatWasOff(t *testing.T) {
	for _, c := range []struct {
		until string
		state hotel.WakeUpState
		rings []string
	}{
		{"21:55:00", hotel.WakeUpAnswered, []string{"21:55:01 101 775"}},
		{"22:05:00", hotel.WakeUpFailed, nil},
	} {
		t.Run(c.until, func(t *testing.T) {
			atBook(t, nil, func(b *book) {
				b.ring.guests["101"] = []guest{awake}
				once := b.wake("21:30", nil, "101")[0]
				daily := b.wake("21:30", func(o *hotel.WakeUpAdd) { o.Repeat = hotel.WakeDaily }, "102")[0]
				b.until("21:10:00")
				b.end()
				b.until(c.until)
				b.start()
				b.rest(2 * time.Minute)
				if got := b.is(once.ID, c.state, len(c.rings)); c.state == hotel.WakeUpFailed && !strings.Contains(got.Trouble, "late") {
					t.Errorf("why: %q", got.Trouble)
				}
				var w hotel.WakeUp
				b.store.Snapshot().Get(hotel.WakeUpKey(daily.ID), &w)
				if c.state == hotel.WakeUpFailed && (w.State != hotel.WakeUpScheduled || w.LastState != hotel.WakeUpFailed || w.Due.Sub(w.LastDue) != 24*time.Hour) {
					t.Errorf("the daily one: %+v", w)
				}
				b.ring.lock.Lock()
				b.ring.rang = slices.DeleteFunc(b.ring.rang, func(r rung) bool { return r.phone == "102" })
				for i := range b.ring.rang { // the PBX's clock is asked before anything is rung
					if b.ring.rang[i].at.Second() <= 2 {
						b.ring.rang[i].at = b.ring.rang[i].at.Truncate(time.Minute).Add(time.Second)
					}
				}
				b.ring.lock.Unlock()
				b.rings(c.rings...)
			})
		})
	}
}

// TestPowerCutAnywhere stops the agent at each of its steps, for a while: the
// guest is woken, with at most one ring more.
func TestPowerCutAnywhere(t *testing.T) {
	for _, cut := range []time.Duration{0, time.Millisecond, time.Second, 5 * time.Second, 14 * time.Second, 15 * time.Second, 16 * time.Second, 40 * time.Second, 5 * time.Minute} {
		t.Run(cut.String(), func(t *testing.T) {
			atBook(t, nil, func(b *book) {
				b.ring.guests["101"] = []guest{{}, awake, awake}
				b.pbx.phones["101"].DND = true
				w := b.wake("21:30", nil, "101")[0]
				b.until("21:30:00")
				b.rest(cut)
				b.end()
				b.rest(10 * time.Second)
				b.start()
				b.until("21:50:00")
				var got hotel.WakeUp
				b.store.Snapshot().Get(hotel.WakeUpKey(w.ID), &got)
				if n := len(b.ring.rang); got.State != hotel.WakeUpAnswered || n < 2 || n > 3 {
					t.Errorf("rung %d times, %+v", n, got)
				}
				if !b.pbx.phones["101"].DND {
					t.Error("do not disturb was not put back")
				}
			})
		})
	}
}

func TestBootOfThePBXRingsAgain(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.ring.guests["101"] = []guest{{silent: true}, awake}
		w := b.wake("21:30", nil, "101")[0]
		b.until("21:30:10")
		b.ring.tell(hotel.Event{Kind: hotel.KindBoot})
		b.until("21:40:00")
		b.is(w.ID, hotel.WakeUpAnswered, 1)
		b.rings("21:30:00 101 775", "21:30:30 101 775")
	})
}

func TestNoMoreAtOnceThanThePBXCarries(t *testing.T) {
	for _, c := range []struct {
		calls, most int
		last        string
	}{{4, 4, "21:30:30"}, {60, 10, "21:30:00"}} {
		atBook(t, func(cfg *config.Config) { cfg.WakeUp.Calls = c.calls }, func(b *book) {
			rooms := []string{}
			for n := 101; n <= 110; n++ {
				b.ring.guests[fmt.Sprint(n)] = []guest{awake}
				rooms = append(rooms, fmt.Sprint(n))
			}
			_, orders, spread, err := b.AddWakeUps(b.t.Context(), hotel.WakeUpAdd{Rooms: rooms, Time: "21:30"})
			if err != nil || len(orders) != 10 || orders[0].Group == "" || spread.Calls != 10 || spread.AtOnce != c.calls ||
				spread.To.Sub(spread.From) != time.Duration(9/c.calls)*wakeCall {
				t.Errorf("ordered %d, %+v, %v", len(orders), spread, err)
			}
			b.until("21:40:00")
			for _, w := range orders {
				b.is(w.ID, hotel.WakeUpAnswered, 1)
			}
			if b.ring.most != c.most {
				t.Errorf("%d calls at once, want %d", b.ring.most, c.most)
			}
			if last := b.ring.rang[9].at.In(b.zone).Format(time.TimeOnly); last > "21:30:50" {
				t.Errorf("the last was rung at %s", last)
			}
		})
	}
}

// TestCoachOfAHundredRooms: a PBX that carries 60 calls keeps a third for
// others, and even if nobody wakes up the last room has been rung within two
// minutes.
func TestCoachOfAHundredRooms(t *testing.T) {
	coach := func(c *config.Config) { c.WakeUp.Calls, c.WakeUp.Reserve, c.WakeUp.Retries = 60, -1, 0 }
	atBook(t, coach, func(b *book) {
		var lists hotel.Import
		var rooms []string
		for n := 201; n <= 300; n++ {
			number := fmt.Sprint(n)
			b.pbx.phones[number] = &pbx.Settings{Number: number}
			lists.Rooms, rooms = append(lists.Rooms, hotel.Room{Number: number}), append(rooms, number)
		}
		b.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists})
		_, orders, spread, err := b.AddWakeUps(b.t.Context(), hotel.WakeUpAdd{Rooms: rooms, Time: "21:30"})
		if err != nil || len(orders) != 100 || spread.AtOnce != 40 || spread.To.Sub(spread.From) != 90*time.Second {
			b.t.Fatalf("ordered %d, %+v, %v", len(orders), spread, err)
		}
		b.until("21:40:00")
		if len(b.ring.rang) != 100 || b.ring.most > 40 {
			b.t.Fatalf("%d rooms rung, %d at once", len(b.ring.rang), b.ring.most)
		}
		for _, r := range b.ring.rang {
			if at := r.at.In(b.zone).Format(time.TimeOnly); at < "21:30:00" || at >= "21:32:00" {
				b.t.Errorf("room %s was rung at %s", r.phone, at)
			}
		}
	})
}

func TestEarliestGoesFirst(t *testing.T) {
	atBook(t, func(c *config.Config) { c.WakeUp.Calls = 1 }, func(b *book) {
		for _, room := range []string{"101", "102", "103"} {
			b.ring.guests[room] = []guest{awake}
		}
		b.wake("21:30", nil, "103")
		b.wake("21:30", nil, "102")
		b.wake("21:31", nil, "101")
		b.until("21:29:00")
		b.end()
		b.until("21:32:00")
		b.start()
		b.until("21:40:00")
		var order []string
		for _, r := range b.ring.rang {
			order = append(order, r.phone)
		}
		if !slices.Equal(order, []string{"103", "102", "101"}) {
			t.Errorf("rung in the order %q", order)
		}
	})
}

func TestSeveralPhonesAreRungInTurn(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &hotel.Import{Rooms: []hotel.Room{
			{Number: "102"}, {Number: "101", Extensions: []string{"101", "191"}},
		}}})
		b.wake("21:30", nil, "101")
		b.until("21:50:00")
		b.rings("21:30:00 101 775", "21:35:00 191 775", "21:40:00 101 775")
	})
}

func TestDeskIsRungUntilItKnows(t *testing.T) {
	atBook(t, func(c *config.Config) { c.WakeUp.Desk, c.WakeUp.Retries = "8000", 0 }, func(b *book) {
		b.ring.guests["8000"] = []guest{{busy: true}, {}, awake}
		w := b.wake("21:30", nil, "101")[0]
		b.until("21:50:00")
		got := b.is(w.ID, hotel.WakeUpUnanswered, 1)
		b.rings("21:30:00 101 775", "21:31:38 8000 775101", "21:33:38 8000 775101")
		if got.Desk == nil || got.Desk.Known.IsZero() {
			t.Errorf("the desk: %+v", got.Desk)
		}
		b.alerted(hotel.AlertWakeUnanswered)
		if c := b.changes(w.ID); !slices.Contains(c, "escalated") || c[len(c)-1] != "acknowledged" {
			t.Errorf("changes %q", c)
		}
	})
}

func TestDeskThatDoesNotAnswerIsRungThreeTimes(t *testing.T) {
	atBook(t, func(c *config.Config) { c.WakeUp.Desk, c.WakeUp.Retries = "8000", 0 }, func(b *book) {
		b.wake("21:30", nil, "101", "102")
		b.until("23:00:00")
		desk := map[string]int{}
		for _, r := range b.ring.rang {
			if r.phone == "8000" {
				desk[r.callee]++
			}
		}
		if desk["775101"] != 3 || desk["775102"] != 3 {
			t.Errorf("the desk was rung %v", desk)
		}
		if _, calling := hotel.Calling(b.store.Snapshot()); calling != 0 {
			t.Error("a call to the desk is still noted")
		}
	})
}

func TestKeyOfAnotherTelephoneIsNotTheDesks(t *testing.T) {
	atBook(t, func(c *config.Config) { c.WakeUp.Desk, c.WakeUp.Retries = "8000", 0 }, func(b *book) {
		w := b.wake("21:30", nil, "101")[0]
		b.until("21:30:45")
		dial(b.t, b.Agent, "102", "775*1*101")
		if got := b.is(w.ID, hotel.WakeUpUnanswered, 1); got.Desk == nil || !got.Desk.Known.IsZero() {
			t.Errorf("the desk: %+v", got.Desk)
		}
		dial(b.t, b.Agent, "8000", "775*1*101")
		if got := b.is(w.ID, hotel.WakeUpUnanswered, 1); got.Desk.Known.IsZero() {
			t.Errorf("the desk: %+v", got.Desk)
		}
	})
}

func TestCancelledAndMovedMeanwhile(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.ring.guests["102"] = []guest{awake}
		b.checkIn("101", "", "")
		one := b.wake("21:30", nil, "101")[0]
		other := b.wake("21:31", nil, "103")[0]
		b.until("21:30:10")
		b.order(hotel.Event{Kind: hotel.KindMove, Room: "101", Fields: map[string]string{"to": "102"}})
		if _, err := b.CancelWakeUps(b.t.Context(), hotel.WakeUpCancel{IDs: []string{other.ID}}); err != nil {
			t.Fatal(err)
		}
		b.until("21:50:00")
		b.is(one.ID, hotel.WakeUpAnswered, 1)
		b.is(other.ID, hotel.WakeUpCancelled, 0)
		b.rings("21:30:00 101 775", "21:30:11 102 775")
		b.alerted()
	})
}

func TestOrdersByTelephone(t *testing.T) {
	atBook(t, nil, func(b *book) {
		dial(b.t, b.Agent, "101", "779*0630")
		dial(b.t, b.Agent, "101", "779*0630") // twice is as good as once
		dial(b.t, b.Agent, "101", "779*0700")
		desk := b.wake("08:00", nil, "101")[0]
		dial(b.t, b.Agent, "101", "779*H")
		b.rest(5 * time.Second)
		if want := []string{"101 bh-wakeup-at+bh-0+bh-6+bh-3+bh-0+bh-wakeup-at+bh-0+bh-7+bh-0+bh-0+bh-wakeup-at+bh-0+bh-8+bh-0+bh-0"}; !slices.Equal(b.ring.played, want) {
			t.Errorf("played %q, want %q", b.ring.played, want)
		}
		if n := len(b.WakeUps(WakeQuery{})); n != 3 {
			t.Errorf("%d orders", n)
		}
		b.alerted()
		dial(b.t, b.Agent, "101", "779*C")
		b.alerted(hotel.AlertWakeStands)
		if left := b.WakeUps(WakeQuery{}); len(left) != 1 || left[0].ID != desk.ID {
			t.Errorf("left: %+v", left)
		}
		dial(b.t, b.Agent, "103", "779*C") // there is none
		b.alerted(hotel.AlertWakeStands)
		if s := b.Status(); s.ParkedUnits != 0 || s.Store.Parked != 0 {
			t.Errorf("parked: %d units, %d calls", s.ParkedUnits, s.Store.Parked)
		}
	})
}

func TestRiskIsToldAnHourBefore(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.wake("06:30", nil, "101")
		b.until("04:00:00")
		b.ring.lock.Lock()
		b.ring.state.Error = "connection refused"
		b.ring.lock.Unlock()
		b.until("05:29:00")
		b.alerted()
		b.until("05:31:00")
		b.alerted(hotel.AlertWakeAhead)
		if text := b.Alerts()[0].Text("en"); !strings.Contains(text, "06:30") || !strings.Contains(text, "connection refused") {
			t.Error(text)
		}
	})
}
