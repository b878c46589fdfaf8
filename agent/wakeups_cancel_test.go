package agent

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

func (p *ringPBX) AskCall(_ context.Context, id string) (pbx.Call, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	switch {
	case p.old:
		return pbx.Call{}, fmt.Errorf("ask about a call: %w", pbx.ErrUnsupported)
	case p.cuts[id] == nil:
		return pbx.Call{}, fmt.Errorf("ask about a call: %w", pbx.ErrMissing)
	}
	return pbx.Call{ID: id, Members: []hotel.Member{{Role: hotel.RoleExtension, Channel: id}}}, nil
}

func (p *ringPBX) ExtensionCalls(context.Context, string) (list []pbx.Call, err error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for id := range p.cuts {
		list = append(list, pbx.Call{ID: id, Members: []hotel.Member{{Role: hotel.RoleExtension, Channel: id}}})
	}
	return list, nil
}

func (p *ringPBX) OutsideCalls(context.Context, pbx.Direction) ([]pbx.Call, error) { return nil, nil }

func (p *ringPBX) HangUp(_ context.Context, m hotel.Member) error {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.cut = append(p.cut, p.now().Format("04:05")+" "+m.Channel)
	close(p.cuts[m.Channel])
	p.cuts[m.Channel] = nil
	return nil
}

// TestCancelledWhileItRings: the telephone stops, and does not ring again.
func TestCancelledWhileItRings(t *testing.T) {
	for name, c := range map[string]struct {
		phone bool // the guest cancels it by the telephone
		old   bool // the PBX can be asked about telephones alone
	}{"by the desk": {}, "by telephone": {phone: true}, "on an older PBX": {old: true}} {
		t.Run(name, func(t *testing.T) {
			atBook(t, nil, func(b *book) {
				b.ring.old = c.old
				b.pbx.phones["101"].DND = true
				dial(b.t, b.Agent, "101", "779*2130")
				b.ring.guests["102"] = []guest{{answers: 50 * time.Second, key: time.Minute}} // is on the line, too
				b.wake("21:29", nil, "102")
				b.until("21:30:10")
				w := b.WakeUps(WakeQuery{Room: "101"})[0]
				if c.phone {
					dial(b.t, b.Agent, "101", "779*C")
				} else if _, err := b.CancelWakeUps(b.t.Context(), hotel.WakeUpCancel{IDs: []string{w.ID}}); err != nil {
					t.Fatal(err)
				}
				b.rest(5 * time.Second)
				if !slices.Equal(b.ring.cut, []string{"30:10 " + callOf(b, "101")}) {
					t.Errorf("hung up %q", b.ring.cut)
				}
				if !b.pbx.phones["101"].DND {
					t.Error("do not disturb was not put back")
				}
				b.until("21:34:00")
				b.is(w.ID, hotel.WakeUpCancelled, 1)
				b.rings("21:29:00 102 775", "21:30:00 101 775")
				b.alerted()
			})
		})
	}
}

// callOf is the id of the newest call to a telephone.
func callOf(b *book, phone string) string {
	for i := len(b.ring.rang) - 1; i >= 0; i-- {
		if b.ring.rang[i].phone == phone {
			return fmt.Sprintf("1700000000.%d", i+1)
		}
	}
	return ""
}

// TestCancelledWhileItIsPlaced: the PBX's answer comes later than the order to
// cancel.
func TestCancelledWhileItIsPlaced(t *testing.T) {
	atBook(t, nil, func(b *book) {
		placed := make(chan struct{})
		b.ask(nil, func(op string) error {
			if op == "dial" {
				<-placed
			}
			return nil
		})
		w := b.wake("21:30", nil, "101")[0]
		b.until("21:30:03")
		if _, err := b.CancelWakeUps(b.t.Context(), hotel.WakeUpCancel{IDs: []string{w.ID}}); err != nil {
			t.Fatal(err)
		}
		b.rest(time.Second)
		close(placed)
		b.rest(time.Second)
		if !slices.Equal(b.ring.cut, []string{"30:04 1700000000.1"}) {
			t.Errorf("hung up %q", b.ring.cut)
		}
		b.until("21:50:00")
		b.is(w.ID, hotel.WakeUpCancelled, 1)
		b.rings("21:30:00 101 775")
		b.alerted()
	})
}

// TestNothingElseIsHungUp: calls that have ended, and those of wake-ups that are
// over.
func TestNothingElseIsHungUp(t *testing.T) {
	atBook(t, nil, func(b *book) {
		w := b.wake("21:30", nil, "101")[0]
		b.until("21:31:00") // the first call is over
		if _, err := b.CancelWakeUps(b.t.Context(), hotel.WakeUpCancel{IDs: []string{w.ID}}); err != nil {
			t.Fatal(err)
		}
		b.until("21:40:00")
		if len(b.ring.cut) > 0 {
			t.Errorf("hung up %q", b.ring.cut)
		}
		b.rings("21:30:00 101 775")
	})
}

// TestDoNotDisturbWhileItRings: what puts it back comes late, and finds that the
// room is rung again.
func TestDoNotDisturbWhileItRings(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.pbx.phones["101"].DND = true
		b.wake("21:30", nil, "101")
		b.until("21:30:10")
		if err := b.phones.putBack(b.t.Context(), "101"); err != nil || b.pbx.phones["101"].DND {
			t.Errorf("put back while it rings: %v", err)
		}
		b.until("21:31:00")
		if !b.pbx.phones["101"].DND {
			t.Error("not put back")
		}
	})
}

// TestCancelledWhileDoNotDisturbIsLifted: nothing is rung, and it is put back.
func TestCancelledWhileDoNotDisturbIsLifted(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.pbx.phones["101"].DND = true
		lift := make(chan struct{})
		b.ask(func(op string) error {
			if op == "change 101" {
				b.ask(nil, nil)
				<-lift
			}
			return nil
		}, nil)
		w := b.wake("21:30", nil, "101")[0]
		b.until("21:30:03")
		if _, err := b.CancelWakeUps(b.t.Context(), hotel.WakeUpCancel{IDs: []string{w.ID}}); err != nil {
			t.Fatal(err)
		}
		b.rest(time.Second)
		close(lift)
		b.rest(10 * time.Second)
		if !b.pbx.phones["101"].DND || len(b.Phones()) > 0 {
			t.Errorf("not put back: %+v", b.Phones())
		}
		b.is(w.ID, hotel.WakeUpCancelled, 1)
	})
}
