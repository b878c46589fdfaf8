package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx"
)

// guest is who sleeps beside a telephone, for one call to it. The zero value
// does not wake up.
type guest struct {
	answers time.Duration // after so long; 0: never
	key     time.Duration // is pressed so long after that; 0: never
	busy    bool          // the PBX refuses: the telephone is in use
	refuses bool          // the guest cuts it off
	late    bool          // the key is told of after the call's end
	single  bool          // … as a single key
	silent  bool          // the PBX tells of no end
	lost    bool          // its answer to us is lost, and the call is placed
	fail    error
}

// ringPBX places calls, and lets guests hear them.
type ringPBX struct {
	*deskPBX
	keep   func(context.Context, pbx.Report) (func(bool), error)
	group  sync.WaitGroup
	lock   sync.Mutex
	guests map[string][]guest // by telephone; the last one stays
	rang   []rung
	lines  int // calls that go on
	most   int
	played []string
	n      int
	state  pbx.State
	dead   error                    // its box has no power
	cuts   map[string]chan struct{} // of the calls that go on: closed by who hangs up
	cut    []string                 // what was hung up, and when
	old    bool                     // it cannot be asked about a call
	spoken string                   // digits of the languages that its dialplan can be asked for
	// before and behind are asked for each call that is placed.
	before, behind func(op string) error
}

type rung struct {
	at            time.Time
	phone, callee string
	dnd           bool
}

func (p *ringPBX) State() pbx.State {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.state
}

func (p *ringPBX) Run(ctx context.Context, keep pbx.Keep) error {
	p.lock.Lock()
	p.keep = keep
	p.lock.Unlock()
	<-ctx.Done()
	return nil
}

func (p *ringPBX) dial(_ context.Context, o pbx.DialOrder) (string, error) {
	if o.AutoAnswer {
		panic("a telephone that answers by itself wakes nobody")
	}
	p.mu.Lock()
	dnd := p.phones[o.Caller] != nil && p.phones[o.Caller].DND
	p.mu.Unlock()
	p.lock.Lock()
	defer p.lock.Unlock()
	var g guest
	if list := p.guests[o.Caller]; len(list) > 0 {
		g = list[0]
		if len(list) > 1 {
			p.guests[o.Caller] = list[1:]
		}
	}
	if g.fail != nil {
		return "", g.fail
	}
	if g.busy {
		return "", fmt.Errorf("extension not idle: %w", pbx.ErrBusy)
	}
	p.n++
	id := fmt.Sprintf("1700000000.%d", p.n)
	p.rang = append(p.rang, rung{p.now(), o.Caller, o.Callee, dnd})
	p.lines++
	p.most = max(p.most, p.lines)
	if p.cuts == nil {
		p.cuts = map[string]chan struct{}{}
	}
	cut := make(chan struct{})
	p.cuts[id] = cut
	p.group.Go(func() { p.call(id, o, g, cut) })
	if g.lost {
		return "", fmt.Errorf("no answer: %w: %w", pbx.ErrRetry, pbx.ErrUncertain)
	}
	return id, nil
}

func (p *ringPBX) PlayPrompt(_ context.Context, o pbx.PromptOrder) (string, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.played = append(p.played, o.Number+" "+strings.Join(o.Prompts, "+"))
	return "p1", nil
}

// call is what happens on the line.
func (p *ringPBX) call(id string, o pbx.DialOrder, g guest, cut <-chan struct{}) {
	ends := func(status string, talk time.Duration) {
		p.lock.Lock()
		p.lines--
		delete(p.cuts, id)
		p.lock.Unlock()
		if !g.silent {
			p.tell(hotel.Event{Kind: hotel.KindCDR, CallID: id, CDR: &hotel.CDR{
				Start: p.now().Format(time.DateTime), From: o.Caller, To: o.Callee, Status: status, Talk: int(talk.Seconds()),
			}})
		}
	}
	key := hotel.Event{Kind: hotel.KindDTMF, CallID: id, Extension: o.Caller, Digits: "775*1"}
	behind := strings.TrimPrefix(o.Callee, "775")
	if len(behind) > 1 {
		key.Digits += "*" + behind
	}
	p.lock.Lock()
	spoken := p.spoken
	p.lock.Unlock()
	if len(behind) == 1 && !strings.Contains(spoken, behind) {
		g.key = 0 // nothing of ours answers there
	} else if len(behind) < 2 && spoken != "" && g.answers > 0 && !g.refuses {
		time.Sleep(g.answers)
		g.answers = time.Millisecond
		p.tell(hotel.Event{Kind: hotel.KindDTMF, CallID: id, Extension: o.Caller, Digits: "775*L*" + spoken})
	}
	if g.single {
		key.Digits, key.Key = "", "1"
	}
	switch {
	case g.refuses:
		time.Sleep(3 * time.Second)
		p.tell(hotel.Event{Kind: hotel.KindCallFailed, CallID: id, Fields: map[string]string{"reason": "486 Busy here"}})
		ends("BUSY", 0)
	case g.answers == 0:
		select {
		case <-cut:
		case <-time.After(30 * time.Second):
		}
		ends("NO ANSWER", 0)
	case g.key == 0:
		time.Sleep(g.answers + 30*time.Second)
		ends("ANSWERED", 30*time.Second)
	case g.late:
		time.Sleep(g.answers + g.key)
		ends("ANSWERED", g.key)
		time.Sleep(2 * time.Second)
		p.tell(key)
	default:
		time.Sleep(g.answers + g.key)
		p.tell(key)
		time.Sleep(3 * time.Second)
		ends("ANSWERED", g.key)
	}
}

// tell reports to the agent that runs now.
func (p *ringPBX) tell(ev hotel.Event) {
	p.lock.Lock()
	keep, dead := p.keep, p.dead
	p.lock.Unlock()
	if dead != nil {
		return
	}
	_, _ = keep(context.Background(), pbx.Report{Event: ev}) // it may have ended
}

// book is a hotel with an order book.
type book struct {
	*desk
	ring *ringPBX
}

func atBook(t *testing.T, set func(*config.Config), test func(b *book)) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig(t)
		c.Services.Confirm, c.Services.DND = "775", "76"
		c.WakeUp.Calls, c.WakeUp.Reserve = 4, 0
		if set != nil {
			set(&c)
		}
		d := &desk{t: t, pbx: newDeskPBX(), c: c}
		b := &book{desk: d, ring: &ringPBX{deskPBX: d.pbx, guests: map[string][]guest{}}}
		d.driver = b.ring
		d.start()
		var lists hotel.Import
		for n := 101; n <= 110; n++ {
			lists.Rooms = append(lists.Rooms, hotel.Room{Number: fmt.Sprint(n)})
		}
		d.order(hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists})
		d.rest(time.Hour) // 21:00 in Shanghai
		test(b)
		d.end()
		b.ring.group.Wait()
	})
}

// wake orders a wake-up by the desk.
func (b *book) wake(clock string, change func(*hotel.WakeUpAdd), rooms ...string) []hotel.WakeUp {
	b.t.Helper()
	o := hotel.WakeUpAdd{Rooms: rooms, Time: clock}
	if change != nil {
		change(&o)
	}
	_, orders, _, err := b.AddWakeUps(b.t.Context(), o)
	if err != nil {
		b.t.Fatal(err)
	}
	return orders
}

// until lets it become a time of day in the hotel, at most a day later.
func (b *book) until(clock string) {
	b.t.Helper()
	now := b.now().In(b.zone)
	date := now.Format(time.DateOnly)
	at, err := time.ParseInLocation("2006-01-02 15:04:05", date+" "+clock, b.zone)
	if err != nil {
		b.t.Fatal(err)
	}
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	b.rest(at.Sub(now))
}

// is checks how an order stands.
func (b *book) is(id string, state hotel.WakeUpState, tries int) hotel.WakeUp {
	b.t.Helper()
	var w hotel.WakeUp
	b.store.Snapshot().Get(hotel.WakeUpKey(id), &w)
	if w.State != state || w.Tries != tries {
		b.t.Errorf("%s is %s after %d calls, want %s after %d: %+v", id, w.State, w.Tries, state, tries, w)
	}
	return w
}

// rings checks which telephones were rung, and when.
func (b *book) rings(want ...string) {
	b.t.Helper()
	b.ring.lock.Lock()
	defer b.ring.lock.Unlock()
	var got []string
	for _, r := range b.ring.rang {
		got = append(got, r.at.In(b.zone).Format("15:04:05")+" "+r.phone+" "+r.callee)
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("rung %q, want %q", got, want)
	}
}

// changes are the events that hooks see, of one order.
func (b *book) changes(id string) (list []string) {
	b.t.Helper()
	events, err := b.Events(0, 10000)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, ev := range events {
		if ev.Kind == hotel.KindWakeUp && ev.Fields["wakeup"] == id {
			list = append(list, ev.Name)
		}
	}
	return list
}

var awake = guest{answers: 10 * time.Second, key: 5 * time.Second}

func TestGuestIsWoken(t *testing.T) {
	atBook(t, nil, func(b *book) {
		b.ring.guests["101"] = []guest{awake}
		w := b.wake("21:30", nil, "101")[0]
		b.until("21:29:58")
		b.rings()
		b.until("21:40:00")
		b.is(w.ID, hotel.WakeUpAnswered, 1)
		b.rings("21:30:00 101 775")
		b.alerted()
		if got := b.changes(w.ID); !slices.Equal(got, []string{"scheduled", "ringing", "answered"}) {
			t.Errorf("changes %q", got)
		}
		if b.pbx.phones["101"].DND || len(b.Phones()) > 0 {
			t.Errorf("do not disturb was put on a telephone that had none: %+v", b.Phones())
		}
		b.rest(25 * time.Hour)
		b.rings("21:30:00 101 775")
	})
}

func TestGuestWhoSleepsOnIsRungAgain(t *testing.T) {
	for name, g := range map[string]guest{
		"does not answer": {}, "lifts the handset asleep": {answers: 5 * time.Second}, "is told of by nobody": {silent: true},
	} {
		t.Run(name, func(t *testing.T) {
			atBook(t, nil, func(b *book) {
				b.ring.guests["101"] = []guest{g}
				w := b.wake("21:30", nil, "101")[0]
				b.until("21:50:00")
				b.is(w.ID, hotel.WakeUpUnanswered, 3)
				b.rings("21:30:00 101 775", "21:35:00 101 775", "21:40:00 101 775")
				b.alerted(hotel.AlertWakeUnanswered)
				if got := b.changes(w.ID); !slices.Equal(got, []string{"scheduled", "ringing", "attempt", "ringing", "attempt", "ringing", "attempt", "unanswered"}) {
					t.Errorf("changes %q", got)
				}
			})
		})
	}
}

func TestProofComesInManyWays(t *testing.T) {
	for name, guests := range map[string][]guest{
		"at the second call":         {{}, awake},
		"after the end of the call":  {{}, {answers: 5 * time.Second, key: time.Second, late: true}},
		"as a single key":            {{busy: true}, {answers: 5 * time.Second, key: time.Second, single: true}},
		"late, and as a single key":  {{refuses: true}, {answers: 5 * time.Second, key: time.Second, single: true, late: true}},
		"though the answer was lost": {{refuses: true}, {answers: 2 * time.Second, key: time.Second, lost: true}},
	} {
		t.Run(name, func(t *testing.T) {
			atBook(t, nil, func(b *book) {
				b.ring.guests["101"] = guests
				w := b.wake("21:30", func(o *hotel.WakeUpAdd) { one := 1; o.Retries = &one }, "101")[0]
				b.until("21:50:00")
				tries := 2
				if guests[1].lost {
					tries = 1 // it is not known to have been one
				}
				b.is(w.ID, hotel.WakeUpAnswered, tries)
				if guests[1].lost {
					b.alerted(hotel.AlertWakeTrouble)
				} else {
					b.alerted()
				}
			})
		})
	}
}

func TestBusyIsAnOutcomeOfItsOwn(t *testing.T) {
	for name, g := range map[string]guest{"in a call": {busy: true}, "cut off": {refuses: true}} {
		t.Run(name, func(t *testing.T) {
			atBook(t, nil, func(b *book) {
				b.ring.guests["101"] = []guest{g}
				w := b.wake("21:30", nil, "101")[0]
				b.until("21:50:00")
				b.is(w.ID, hotel.WakeUpBusy, 3)
				b.alerted(hotel.AlertWakeUnanswered)
			})
		})
	}
}
