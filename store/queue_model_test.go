package store

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"bellhop/hotel"
)

// queueModel is the queue as a list: what a call of it must come to is
// worked out by looking at all of it.
type queueModel struct {
	t     *rapid.T
	path  string
	store *Store
	next  uint64 // event ids for units
	ask   []hotel.QueuedCall
	drop  *hotel.Requeue
	found bool

	calls   []modelCall
	sending map[uint64]bool
	latest  map[string]uint64 // waiting call that a newer one of the name ends
}

type modelCall struct {
	hotel.QueuedCall
	later bool
}

func (m *queueModel) open() {
	var err error
	m.store, err = Open(Options{Path: m.path, Apply: func(tx hotel.Tx, _ *hotel.Event, _ string, _ []hotel.Effect) error {
		for _, q := range m.ask {
			tx.Queue(q)
		}
		if m.drop != nil {
			_, m.found = tx.Requeue(m.drop.Call, m.drop.Drop)
		}
		return nil
	}})
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *queueModel) unit() {
	m.next++
	units := []Unit{{Name: "model", Done: hotel.Done{Effects: []hotel.Effect{{}}}}}
	if err := m.store.Finish(context.Background(), &hotel.Event{ID: 1<<40 + m.next}, units, false)[0]; err != nil {
		m.t.Fatal(err)
	}
}

func (m *queueModel) in(states ...hotel.CallState) []*modelCall {
	var found []*modelCall
	for i := range m.calls {
		if slices.Contains(states, m.calls[i].State) {
			found = append(found, &m.calls[i])
		}
	}
	return found
}

func (m *queueModel) call(id uint64) *modelCall {
	return &m.calls[slices.IndexFunc(m.calls, func(c modelCall) bool { return c.ID == id })]
}

// Queue adds one or two calls in one unit.
func (m *queueModel) Queue(t *rapid.T) {
	m.ask = nil
	for range rapid.IntRange(1, 2).Draw(t, "calls") {
		rooms := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"101", "102", "1"}), 0, 2, rapid.ID).Draw(t, "rooms")
		q := hotel.QueuedCall{
			To: rapid.SampledFrom([]string{"pms", "pbx"}).Draw(t, "to"), Op: "x", Kind: hotel.Keyed, Lanes: rooms,
			Urgency:    hotel.Urgency(rapid.IntRange(0, 3).Draw(t, "urgency")),
			Supersedes: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "supersedes"),
		}
		if len(rooms) > 0 {
			q.Room = rooms[0]
		}
		if rapid.IntRange(0, 3).Draw(t, "later") == 0 {
			q.NotBefore = time.Now().Add(10 * time.Second)
		}
		m.ask = append(m.ask, q)
	}
	before := m.store.published.Load().LastNext
	m.unit()
	for i, q := range m.ask {
		if old := m.latest[q.Supersedes]; q.Supersedes != "" && old != 0 && !m.sending[old] {
			m.call(old).State = hotel.CallSuperseded
		}
		q.ID, q.State = before+1+uint64(i), hotel.CallQueued
		q.Key = m.newKey(q.ID)
		m.latest[q.Supersedes] = q.ID
		m.calls = append(m.calls, modelCall{q, !q.NotBefore.IsZero()})
	}
	m.ask = nil
}

// newKey is the key of a call that was just queued, which no other one has.
func (m *queueModel) newKey(id uint64) string {
	m.t.Helper()
	for _, list := range []QueueList{ListWaiting, ListEnded} {
		all, err := m.store.Calls(list, 1000)
		if err != nil {
			m.t.Fatal(err)
		}
		n := slices.IndexFunc(all, func(q hotel.QueuedCall) bool { return q.ID == id })
		if n < 0 {
			continue
		}
		key := all[n].Key
		if slices.ContainsFunc(m.calls, func(c modelCall) bool { return c.Key == key }) {
			m.t.Fatalf("call %d has the key %s of another", id, key)
		}
		return key
	}
	m.t.Fatalf("call %d is not there", id)
	return ""
}

// head is the oldest call of a lane by the model.
func (m *queueModel) head(l Lane) *modelCall {
	for _, c := range m.in(hotel.CallQueued) {
		if !c.later && slices.Contains(LanesOf(&c.QueuedCall), l) {
			return c
		}
	}
	return nil
}

func (m *queueModel) anyWaiting(t *rapid.T) *modelCall {
	waiting := slices.DeleteFunc(m.in(hotel.CallQueued), func(c *modelCall) bool { return c.later })
	if len(waiting) == 0 {
		t.Skip("nothing waits")
	}
	return rapid.SampledFrom(waiting).Draw(t, "call")
}

// Claim begins to send a call.
func (m *queueModel) Claim(t *rapid.T) {
	c := m.anyWaiting(t)
	if !m.store.Claim(c.ID) {
		t.Fatalf("call %d cannot be claimed", c.ID)
	}
	m.sending[c.ID] = true
}

// Settle ends a call one way or another.
func (m *queueModel) Settle(t *rapid.T) {
	c := m.anyWaiting(t)
	state := rapid.SampledFrom([]hotel.CallState{hotel.CallDelivered, hotel.CallRefused, hotel.CallExpired, hotel.CallUnknown}).Draw(t, "state")
	q, found, err := m.store.Call(c.ID)
	if err != nil || !found {
		t.Fatalf("call %d: %v, %v", c.ID, found, err)
	}
	for range 2 { // the second must do nothing
		if err := m.store.Settle(context.Background(), q, hotel.Outcome{ID: c.ID, State: state}); err != nil {
			t.Fatal(err)
		}
	}
	m.store.Unclaim(c.ID)
	delete(m.sending, c.ID)
	m.left(c)
	c.State = state
}

// left forgets the name of a call that waits no more.
func (m *queueModel) left(c *modelCall) {
	if m.latest[c.Supersedes] == c.ID {
		delete(m.latest, c.Supersedes)
	}
}

// Decide lets a person retry or drop any call there ever was.
func (m *queueModel) Decide(t *rapid.T) {
	if len(m.calls) == 0 {
		t.Skip("no call yet")
	}
	c := &m.calls[rapid.IntRange(0, len(m.calls)-1).Draw(t, "which")]
	drop := rapid.Bool().Draw(t, "drop")
	m.drop = &hotel.Requeue{Call: c.ID, Drop: drop}
	m.unit()
	m.drop = nil
	waiting := c.State == hotel.CallQueued
	want := c.State.Parked() || drop && waiting && !m.sending[c.ID]
	if m.found != want {
		t.Fatalf("call %d is %s: decided %v, want %v", c.ID, c.State, m.found, want)
	}
	switch {
	case want && drop:
		m.left(c)
		c.State = hotel.CallDropped
	case want:
		c.State, c.later = hotel.CallQueued, false
		if m.latest[c.Supersedes] == 0 {
			m.latest[c.Supersedes] = c.ID
		}
	}
}

// Release lets calls go whose time has come.
func (m *queueModel) Release(t *rapid.T) {
	if rapid.Bool().Draw(t, "time passes") {
		time.Sleep(10 * time.Second)
	}
	if _, err := m.store.Release(context.Background(), time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, c := range m.in(hotel.CallQueued) {
		if c.later && !c.NotBefore.After(time.Now()) {
			c.later = false
		}
	}
}

// Restart closes and opens the store.
func (m *queueModel) Restart(t *rapid.T) {
	if err := m.store.Close(); err != nil {
		t.Fatal(err)
	}
	m.open()
	m.sending = map[uint64]bool{}
}

// Check compares lists, lanes and counts.
func (m *queueModel) Check(t *rapid.T) {
	lists := map[QueueList][]*modelCall{
		ListWaiting: m.in(hotel.CallQueued),
		ListParked:  m.in(hotel.CallRefused, hotel.CallUnknown),
		ListEnded:   m.in(hotel.CallSuperseded, hotel.CallExpired, hotel.CallDropped),
	}
	for name, want := range lists {
		got, err := m.store.Calls(name, 1000)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(want, func(a, b *modelCall) int { return cmp.Compare(a.ID, b.ID) })
		if a, b := ids(got), modelIDs(want); !slices.Equal(a, b) {
			t.Fatalf("%s: %v, want %v", name, a, b)
		}
		for i, q := range got {
			if q.Key != want[i].Key || q.State != want[i].State {
				t.Fatalf("call %d: key %s, state %s; want %s, %s", q.ID, q.Key, q.State, want[i].Key, want[i].State)
			}
		}
	}
	st := m.store.Status()
	if st.Waiting != uint64(len(lists[ListWaiting])) || st.Parked != uint64(len(lists[ListParked])) {
		t.Fatalf("counts %d waiting, %d parked", st.Waiting, st.Parked)
	}
	_, early, err := m.store.NextLater()
	if want := slices.ContainsFunc(m.in(hotel.CallQueued), func(c *modelCall) bool { return c.later }); err != nil || early != want {
		t.Fatalf("calls for which it is too early: %v, %v, want %v", early, err, want)
	}
	m.checkLanes(t)
}

func (m *queueModel) checkLanes(t *rapid.T) {
	lanes, err := m.store.Lanes()
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"pms", "pbx"} {
		for u := hotel.Urgent; u <= hotel.Bulk; u++ {
			for _, room := range []string{"", "101", "102", "1"} {
				l := Lane{to, u, room}
				want := m.head(l)
				got, found, err := m.store.Head(l, 0)
				if err != nil || found != (want != nil) || found && got.ID != want.ID || found != slices.Contains(lanes, l) {
					t.Fatalf("lane %v: head %d, %v, %v; listed %v; want %+v", l, got.ID, found, err, slices.Contains(lanes, l), want)
				}
			}
		}
	}
}

func ids(calls []hotel.QueuedCall) []uint64 {
	var all []uint64
	for _, c := range calls {
		all = append(all, c.ID)
	}
	return all
}

func modelIDs(calls []*modelCall) []uint64 {
	var all []uint64
	for _, c := range calls {
		all = append(all, c.ID)
	}
	return all
}

// bubbled is a test that rapid does not ask for its deadline, which a bubble
// does not know.
type bubbled struct{ *testing.T }

// TestQueueDoesWhatItsModelDoes runs random orders against the queue and a
// list, in a bubble where waiting costs no time.
func TestQueueDoesWhatItsModelDoes(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		rapid.Check(bubbled{t}, func(rt *rapid.T) {
			n++
			m := &queueModel{t: rt, path: filepath.Join(folder, fmt.Sprint(n)), sending: map[uint64]bool{}, latest: map[string]uint64{}}
			m.open()
			defer func() { _ = m.store.Close() }() // a failure has been told of already
			rt.Repeat(map[string]func(*rapid.T){
				"": m.Check, "queue": m.Queue, "claim": m.Claim, "settle": m.Settle,
				"decide": m.Decide, "release": m.Release, "restart": m.Restart,
			})
		})
	})
}
