package faults

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/e2e/rig"
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
	askUnit = "ask.lua:minibar:1"
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
	case <-time.After(rig.NoticeTime):
		t.Fatalf("the hook of room %s does not run", number)
	}
}

// TestPoisonHook kills the agent twice while the same hook runs for the same
// event, as a lack of memory might. The third agent leaves that run to a
// person, does the event's others, and goes on.
func TestPoisonHook(t *testing.T) {
	far := newSlow(t, rig.Room(0), rig.Room(1))
	b := rig.NewHotel(t, rig.Setting{Hooks: map[string]string{"share.lua": "", "ask.lua": fmt.Sprintf(askHook, far.url)}})
	l := b.Open()
	p := b.Push
	tell := func(in int) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), rig.NoticeTime)
		defer cancel()
		if !p.Tell(ctx, p.Invent(rig.AboutMinibar, in), rig.Smooth) {
			t.Fatal("a push is not acknowledged")
		}
	}
	// Other rooms do not wait for the one that waits.
	tell(1)
	far.wait(t, rig.Room(1))
	tell(2)
	rig.Eventually(t, rig.NoticeTime, func() (bool, string) {
		got := b.Charges(rig.Room(2))
		return slices.Equal(got, []string{"minibar 350"}), fmt.Sprintf("room %s has %q", rig.Room(2), got)
	})
	close(far.open[rig.Room(1)])
	b.Drained(rig.DrainTime)

	tell(0)
	id := b.Status().Store.LastID
	for range 2 {
		far.wait(t, rig.Room(0))
		l.Kill()
		l = b.Start()
		b.Ready(l)
	}

	rig.Eventually(t, rig.NoticeTime, func() (bool, string) {
		units := b.Event(id).Units
		return len(units) == 3, fmt.Sprintf("done are %+v", units)
	})
	units := b.Event(id).Units
	if why := units[askUnit].Error; !strings.Contains(why, "died twice") {
		t.Errorf("the run that was there at two deaths ended with %q", why)
	}
	if why := units[rig.MinibarUnit].Error; why != "" {
		t.Errorf("another run of the event failed: %s", why)
	}
	if got := b.Charges(rig.Room(0)); !slices.Equal(got, []string{"minibar 350"}) {
		t.Errorf("room %s has %q", rig.Room(0), got)
	}
	poisoned(b, id)
	select {
	case <-far.asked:
		t.Error("the third agent ran it again")
	default:
	}
	tell(3)

	// A person lets it run again, when the server answers again.
	close(far.open[rig.Room(0)])
	again := b.Rerun(id)
	if units := b.Event(again).Units; units[askUnit].Error != "" {
		t.Errorf("run by hand: %+v", units)
	}
	if got := b.Charges(rig.Room(0)); !slices.Equal(got, []string{"minibar 350", "other 7"}) {
		t.Errorf("room %s has %q", rig.Room(0), got)
	}
	var parked []hotel.ParkedUnit
	if err := b.Client.Get(t.Context(), "/v1/parked", &parked); err != nil || len(parked) != 0 {
		t.Errorf("parked are %+v, %v", parked, err)
	}
	b.Drained(rig.DrainTime)
	b.Stop(l)
}

// poisoned checks that the run is parked and that a person is told.
func poisoned(b *rig.Hotel, id uint64) {
	b.T.Helper()
	var parked []hotel.ParkedUnit
	if err := b.Client.Get(b.T.Context(), "/v1/parked", &parked); err != nil {
		b.T.Fatal(err)
	}
	if len(parked) != 1 || parked[0].Event != id || parked[0].Unit != askUnit {
		b.T.Errorf("parked are %+v", parked)
	}
	if !b.Alarmed(hotel.AlertHookFailed) {
		b.T.Error("nobody is told")
	}
}
