package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/api"
	"bellhop/hotel"
)

// askHook waits for a server of the test, for two rooms only.
const askHook = `
local bellhop = require "bellhop"

bellhop.on("minibar", function(event)
  if event.room == "1001" or event.room == "1002" then
    local body = bellhop.http.get("%s/" .. event.room)
    if body then
      bellhop.post { room = event.room, kind = "other", amount = 7, description = body }
    end
  end
end)
`

const (
	askUnit     = "ask.lua:minibar:1"
	minibarUnit = "minibar.lua:minibar:1"
)

// slow is a server that tells of each request, and answers those for a room
// when that is open.
type slow struct {
	url   string
	asked chan string // the room
	open  map[string]chan struct{}
}

func newSlow(t *testing.T, rooms ...string) *slow {
	s := &slow{asked: make(chan string, 16), open: map[string]chan struct{}{}}
	for _, r := range rooms {
		s.open[r] = make(chan struct{})
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number := r.URL.Path[1:]
		s.asked <- number
		select {
		case <-s.open[number]:
			fmt.Fprint(w, "soup")
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// wait waits until a room is asked for.
func (s *slow) wait(t *testing.T, number string) {
	t.Helper()
	select {
	case got := <-s.asked:
		if got != number {
			t.Fatalf("the hook of room %s runs, and not that of %s", got, number)
		}
	case <-time.After(noticeTime):
		t.Fatalf("the hook of room %s does not run", number)
	}
}

// event reads an event and its units. One that was just acknowledged is in
// the journal a moment later.
func (b *box) event(id uint64) (a api.EventAnswer) {
	b.t.Helper()
	eventually(b.t, noticeTime, func() (bool, string) {
		err := b.client.Get(b.t.Context(), fmt.Sprintf("/v1/events/%d", id), &a)
		return err == nil, fmt.Sprint(err)
	})
	return a
}

// charges are the postings of a room, the oldest first.
func (b *box) charges(number string) (all []string) {
	b.t.Helper()
	var postings []hotel.Posting
	if err := b.client.Get(b.t.Context(), "/v1/postings?limit=100&room="+number, &postings); err != nil {
		b.t.Fatal(err)
	}
	for _, p := range slices.Backward(postings) {
		all = append(all, fmt.Sprintf("%s %d", p.Kind, p.Amount))
	}
	return all
}

// TestPoisonHook kills the agent twice while the same hook runs for the same
// event, as a lack of memory might. The third agent leaves that run to a
// person, does the event's others, and goes on.
func TestPoisonHook(t *testing.T) {
	k, far := newSink(t), newSlow(t, room(0), room(1))
	b := newBox(t, boxOptions{sink: k.url, hooks: map[string]string{"ask.lua": fmt.Sprintf(askHook, far.url)}})
	l := b.start()
	b.ready(l)
	b.furnish()
	p := newPBX(b.push)
	tell := func(in int) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), noticeTime)
		defer cancel()
		if !p.tell(ctx, p.invent(aboutMinibar, in), smooth) {
			t.Fatal("a push is not acknowledged")
		}
	}
	// Other rooms do not wait for the one that waits.
	tell(1)
	far.wait(t, room(1))
	tell(2)
	eventually(t, noticeTime, func() (bool, string) {
		got := b.charges(room(2))
		return slices.Equal(got, []string{"minibar 350"}), fmt.Sprintf("room %s has %q", room(2), got)
	})
	close(far.open[room(1)])
	b.drained(drainTime)

	tell(0)
	id := b.status().Store.LastID
	for range 2 {
		far.wait(t, room(0))
		l.kill()
		l = b.start()
		b.ready(l)
	}

	eventually(t, noticeTime, func() (bool, string) {
		units := b.event(id).Units
		return len(units) == 3, fmt.Sprintf("done are %+v", units)
	})
	units := b.event(id).Units
	if why := units[askUnit].Error; !strings.Contains(why, "died twice") {
		t.Errorf("the run that was there at two deaths ended with %q", why)
	}
	if why := units[minibarUnit].Error; why != "" {
		t.Errorf("another run of the event failed: %s", why)
	}
	if got := b.charges(room(0)); !slices.Equal(got, []string{"minibar 350"}) {
		t.Errorf("room %s has %q", room(0), got)
	}
	b.poisoned(id)
	select {
	case <-far.asked:
		t.Error("the third agent ran it again")
	default:
	}
	tell(3)

	// A person lets it run again, when the server answers again.
	close(far.open[room(0)])
	again := b.rerun(id)
	if units := b.event(again).Units; units[askUnit].Error != "" {
		t.Errorf("run by hand: %+v", units)
	}
	if got := b.charges(room(0)); !slices.Equal(got, []string{"minibar 350", "other 7"}) {
		t.Errorf("room %s has %q", room(0), got)
	}
	var parked []hotel.ParkedUnit
	if err := b.client.Get(t.Context(), "/v1/parked", &parked); err != nil || len(parked) != 0 {
		t.Errorf("parked are %+v, %v", parked, err)
	}
	b.drained(drainTime)
	b.stop(l)
}

// poisoned checks that the run is parked and that a person is told.
func (b *box) poisoned(id uint64) {
	b.t.Helper()
	var parked []hotel.ParkedUnit
	if err := b.client.Get(b.t.Context(), "/v1/parked", &parked); err != nil {
		b.t.Fatal(err)
	}
	if len(parked) != 1 || parked[0].Event != id || parked[0].Unit != askUnit {
		b.t.Errorf("parked are %+v", parked)
	}
	if !b.alarmed(hotel.AlertHookFailed) {
		b.t.Error("nobody is told")
	}
}

// alarmed tells whether an alert of a code is open.
func (b *box) alarmed(code string) bool {
	b.t.Helper()
	var alerts []api.AlertAnswer
	if err := b.client.Get(b.t.Context(), "/v1/alerts", &alerts); err != nil {
		b.t.Fatal(err)
	}
	return slices.ContainsFunc(alerts, func(a api.AlertAnswer) bool { return a.Code == code })
}
