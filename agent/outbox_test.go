package agent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pms"
	"bellhop/store"
)

// wire is a far side whose answers a test decides one by one.
type wire struct {
	attempts chan attempt
}

type attempt struct {
	call   hotel.QueuedCall
	answer chan error
}

func (w *wire) width() int { return 8 }

func (w *wire) send(ctx context.Context, c hotel.QueuedCall) ([]byte, error) {
	a := attempt{c, make(chan error, 1)}
	select {
	case w.attempts <- a:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case err := <-a.answer:
		return []byte("reply"), err
	case <-ctx.Done():
	}
	select {
	case err := <-a.answer: // it was there before the end
		return []byte("reply"), err
	default:
		return nil, ctx.Err()
	}
}

// queueBox is an outbox over a store, without an agent.
type queueBox struct {
	t     *testing.T
	store *store.Store
	out   *outbox
	wire  *wire
	next  uint64
	stop  func()

	believed atomic.Bool // the clock

	calls []hotel.QueuedCall // what the next unit queues

	mu     sync.Mutex
	events []hotel.Event
}

func newBox(t *testing.T, path string) *queueBox {
	t.Helper()
	b := &queueBox{t: t, wire: &wire{attempts: make(chan attempt)}}
	report := func(err error) { t.Logf("reported: %v", err) }
	b.out = newOutbox(time.Now, func(string) (sender, bool) { return b.wire, true }, report)
	b.out.clockOK = b.believed.Load
	b.believed.Store(true)
	var err error
	b.store, err = store.Open(store.Options{
		Path: path, Believed: b.believed.Load,
		Apply: func(tx hotel.Tx, _ *hotel.Event, _ string, _ []hotel.Effect) error {
			for _, c := range b.calls {
				tx.Queue(c)
			}
			return nil
		},
		Watch: store.Watch{Queued: b.out.queued, Ended: b.out.ended, Appended: func(events []hotel.Event) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.events = append(b.events, events...)
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.out.store = b.store
	ctx, cancel := context.WithCancel(context.Background())
	if err := b.out.start(ctx); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	b.stop = func() {
		once.Do(func() {
			cancel()
			b.out.wait()
			if err := b.store.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(b.stop)
	return b
}

// queue commits calls in one unit.
func (b *queueBox) queue(calls ...hotel.QueuedCall) {
	b.t.Helper()
	b.calls = calls // read by the writer, while this waits for it
	b.next++
	ev := &hotel.Event{ID: 1000 + b.next}
	units := []store.Unit{{Name: "test", Done: hotel.Done{Effects: []hotel.Effect{{}}}}}
	if err := b.store.Finish(b.t.Context(), ev, units, false)[0]; err != nil {
		b.t.Fatal(err)
	}
}

// want waits for the next attempt and checks which call it is.
func (b *queueBox) want(op string) attempt {
	b.t.Helper()
	select {
	case a := <-b.wire.attempts:
		if a.call.Op != op {
			b.t.Fatalf("%s was sent, want %s", a.call.Op, op)
		}
		return a
	case <-time.After(20 * time.Second):
		b.t.Fatalf("no attempt at %s within 20 s", op)
	}
	return attempt{}
}

// none checks that nothing can be sent now.
func (b *queueBox) none() {
	b.t.Helper()
	select {
	case a := <-b.wire.attempts:
		b.t.Fatalf("%s was sent, want nothing", a.call.Op)
	case <-time.After(30 * time.Millisecond):
	}
}

// empty waits until no call waits.
func (b *queueBox) empty() {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); b.store.Status().Waiting > 0; <-time.After(time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("%d calls still wait", b.store.Status().Waiting)
		}
	}
}

func call(op, room string, u hotel.Urgency) hotel.QueuedCall {
	c := hotel.QueuedCall{To: "pms", Op: op, Room: room, Urgency: u, Kind: hotel.Keyed}
	if room != "" {
		c.Lanes = []string{room}
	}
	return c
}

func TestOutboxKeepsOrderWithinRoomAlone(t *testing.T) {
	b := newBox(t, filepath.Join(t.TempDir(), "b.db"))
	b.queue(call("a1", "101", hotel.Guest), call("a2", "101", hotel.Guest))
	first := b.want("a1")
	b.none()
	b.queue(call("b1", "102", hotel.Guest), call("u1", "101", hotel.Urgent))
	other, urgent := <-b.wire.attempts, <-b.wire.attempts
	if ops := []string{other.call.Op, urgent.call.Op}; !slices.Contains(ops, "b1") || !slices.Contains(ops, "u1") {
		t.Fatalf("sent beside a1: %v", ops)
	}
	first.answer <- nil
	b.want("a2").answer <- nil
	other.answer <- nil
	urgent.answer <- nil
	b.empty()
}

func TestCallOfTwoRoomsWaitsForBoth(t *testing.T) {
	b := newBox(t, filepath.Join(t.TempDir(), "b.db"))
	b.queue(call("a1", "101", hotel.Guest))
	a := b.want("a1")
	b.queue(call("b1", "102", hotel.Guest))
	other := b.want("b1")
	b.queue(call("c1", "103", hotel.Guest))
	witness := b.want("c1")
	a.answer <- nil
	for b.store.Status().Waiting > 2 {
		<-time.After(time.Millisecond)
	}
	other.answer <- &pms.Retry{After: 5 * time.Second, Err: errors.New("once more")}
	for b.out.state()[0].Failures == 0 {
		<-time.After(time.Millisecond)
	}
	both := call("move", "101", hotel.Guest)
	both.Lanes = []string{"101", "102"}
	b.queue(both, call("a2", "101", hotel.Guest), call("b2", "102", hotel.Guest))
	// The far side takes calls: it is room 102's order alone that holds the
	// move back.
	witness.answer <- nil
	b.none()
	b.want("b1").answer <- nil
	m := b.want("move")
	b.none()
	m.answer <- nil
	for range 2 {
		(<-b.wire.attempts).answer <- nil
	}
	b.empty()
}

func TestCallAfterAnotherOfOtherUrgency(t *testing.T) {
	b := newBox(t, filepath.Join(t.TempDir(), "b.db"))
	b.queue(call("slow", "101", hotel.Bulk))
	slow := b.want("slow")
	follow := call("follow", "101", hotel.Urgent)
	follow.After = slow.call.ID
	b.queue(follow)
	b.none()
	slow.answer <- nil
	b.want("follow").answer <- nil
	b.empty()
}

func TestOnceIsNotRepeated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.db")
	b := newBox(t, path)
	once := call("dial", "101", hotel.Guest)
	once.Kind = hotel.Once
	b.queue(once)
	b.want("dial").answer <- &pms.Retry{Err: errors.New("no answer")}
	b.empty()
	parked, err := b.store.Calls(store.ListParked, 10)
	if err != nil || len(parked) != 1 || parked[0].State != hotel.CallUnknown {
		t.Fatalf("parked: %+v, %v", parked, err)
	}

	// One that the agent ends in the middle of is unknown after the restart.
	b.queue(once)
	b.want("dial")
	b.stop()
	b = newBox(t, path)
	b.empty()
	if parked, err = b.store.Calls(store.ListParked, 10); err != nil || len(parked) != 2 || parked[1].State != hotel.CallUnknown {
		t.Errorf("after a restart: %+v, %v", parked, err)
	}
	b.none()
}

// Nothing of it has gone out: it is tried again, over a restart too.
func TestOnceIsTriedAgainWhereNothingWentOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.db")
	b := newBox(t, path)
	once := call("sms", "101", hotel.Guest)
	once.Kind = hotel.Once
	b.queue(once)
	away := &pms.Retry{Err: errors.New("away"), Unsent: true}
	b.want("sms").answer <- away
	b.want("sms").answer <- away
	b.stop()
	b = newBox(t, path)
	if again := b.want("sms"); again.call.State != hotel.CallQueued {
		t.Errorf("after a restart it is %q", again.call.State)
	} else {
		again.answer <- nil
	}
	b.empty()
	if parked, err := b.store.Calls(store.ListParked, 10); err != nil || len(parked) != 0 {
		t.Errorf("parked: %+v, %v", parked, err)
	}
}

func TestExpiredCallIsToldNotSent(t *testing.T) {
	b := newBox(t, filepath.Join(t.TempDir(), "b.db"))
	late := call("late", "101", hotel.Guest)
	late.Expires = time.Now().Add(-time.Minute)
	b.queue(late, call("next", "101", hotel.Guest))
	b.want("next").answer <- nil
	b.empty()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) != 1 || b.events[0].Kind != hotel.KindExpired || b.events[0].Fields["op"] != "late" {
		t.Errorf("events: %+v", b.events)
	}
}

func TestExpiryWaitsForBelievableClock(t *testing.T) {
	b := newBox(t, filepath.Join(t.TempDir(), "b.db"))
	b.believed.Store(false)
	late := call("late", "101", hotel.Guest)
	late.Expires = time.Now().Add(-time.Minute)
	b.queue(late)
	b.want("late").answer <- nil
	b.empty()
}

// What a wrong clock may have to answer for is no fault of the call.
func TestRefusalByAWrongClockWaitsForTheRightOne(t *testing.T) {
	b := newBox(t, filepath.Join(t.TempDir(), "b.db"))
	b.believed.Store(false)
	b.queue(call("a", "101", hotel.Guest), call("b", "102", hotel.Guest))
	refusal := func(status int) error { return &pms.Refused{Status: status, Reason: "the timestamp is too old"} }
	answers := map[string]error{"a": refusal(http.StatusUnauthorized), "b": refusal(http.StatusUnprocessableEntity)}
	for range answers {
		a := <-b.wire.attempts
		a.answer <- answers[a.call.Op]
	}
	again := b.want("a")   // b is parked: no time cures it
	b.believed.Store(true) // it was not when this was signed
	again.answer <- answers["a"]
	again = b.want("a")
	again.answer <- nil
	b.empty()
	parked, err := b.store.Calls(store.ListParked, 10)
	if err != nil || len(parked) != 1 || parked[0].Op != "b" {
		t.Errorf("parked: %+v, %v", parked, err)
	}
}

func TestOneProbeWhileFarSideIsAway(t *testing.T) {
	b := newBox(t, filepath.Join(t.TempDir(), "b.db"))
	var calls []hotel.QueuedCall
	for i := range 20 {
		calls = append(calls, call(fmt.Sprint("c", i), fmt.Sprint(100+i), hotel.Guest))
	}
	b.queue(calls...)
	var under []attempt
	for range b.wire.width() {
		under = append(under, <-b.wire.attempts)
	}
	for _, a := range under {
		a.answer <- &pms.Retry{Err: errors.New("away")}
	}
	probe := <-b.wire.attempts // after the first pause
	b.none()
	for _, d := range b.out.state() {
		if d.Failures != 1 {
			t.Errorf("%d failures counted for one outage", d.Failures)
		}
	}
	probe.answer <- nil
	for range 19 {
		(<-b.wire.attempts).answer <- nil
	}
	b.empty()
}

func TestRetriedCallKeepsKeyAndPlace(t *testing.T) {
	b := newBox(t, filepath.Join(t.TempDir(), "b.db"))
	b.queue(call("a1", "101", hotel.Guest), call("a2", "101", hotel.Guest))
	first := b.want("a1")
	first.answer <- &pms.Retry{Err: errors.New("once more")}
	again := b.want("a1")
	if again.call.Key != first.call.Key || again.call.Attempts != 1 {
		t.Errorf("again as %s, attempt %d; first %s", again.call.Key, again.call.Attempts, first.call.Key)
	}
	again.answer <- nil
	b.want("a2").answer <- nil
	b.empty()
}

func TestPauseGrowsToItsBound(t *testing.T) {
	last := time.Duration(0)
	for failures := 1; failures < 100; failures++ {
		d := pause(failures, 0)
		if d < last || d < firstPause || d > lastPause {
			t.Errorf("pause after %d failures: %s, before %s", failures, d, last)
		}
		last = d
	}
	if last != lastPause || pause(3, 1) >= pause(3, 0) {
		t.Errorf("last pause %s; a roll does not shorten it", last)
	}
}

// A redirect is nobody's refusal.
func TestStatusOfAPost(t *testing.T) {
	for status, want := range map[int]string{200: "done", 204: "done", 302: "again", 307: "again", 404: "refused", 422: "refused", 429: "again", 503: "again"} {
		var refused *pms.Refused
		var retry *pms.Retry
		got := "done"
		switch err := judgeStatus(status); {
		case errors.As(err, &refused):
			got = "refused"
		case errors.As(err, &retry):
			got = "again"
		}
		if got != want {
			t.Errorf("status %d: %s, want %s", status, got, want)
		}
	}
}
