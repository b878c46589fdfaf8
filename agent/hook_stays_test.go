package agent

import (
	"slices"
	"testing"
	"testing/fstest"

	"bellhop/hotel"
)

// A hook's order of a stay is carried out like a person's: hooks run for it, and
// one that cannot be waits for a person.
func TestHooksOrderStays(t *testing.T) {
	hooks := fstest.MapFS{"stays.lua": {Data: []byte(`local bellhop = require "bellhop"
		bellhop.on("dtmf", "^555%*(%d+)$", function(_, room) bellhop.checkin { room = room, name = "Li", vip = 2 } end)
		bellhop.on("dtmf", "^556%*(%d+)$", function(_, room) bellhop.checkout { room = room, now = true } end)
		bellhop.on("dtmf", "^557%*(%d+)%*(%d+)$", function(_, room, to) bellhop.move { room = room, to = to } end)
		for _, kind in ipairs { "checkin", "checkout", "move" } do
			bellhop.on(kind, function(event)
				bellhop.kv.set(kind, event.room .. " " .. (event.fields and (event.fields.name or event.fields.to) or "") .. " " .. event.cause)
			end)
		end`)}}
	a, _ := testAgentWith(t, testConfig(t), nil, hooks)
	furnish(t, a)
	say := func(digits string) uint64 {
		id := dial(t, a, "101", digits)
		<-a.dispatcher.wait(a.LastID())
		return id
	}
	stays := func() (list []string) {
		for _, room := range []string{"102", "103"} {
			var r hotel.Room
			a.store.Snapshot().Get(hotel.RoomKey(room), &r)
			if r.Stay != "" {
				list = append(list, room)
			}
		}
		return list
	}
	kept := func(kind string) string {
		var k hotel.Kept
		a.store.Snapshot().Get(hotel.KVKey("stays", kind), &k)
		return k.Value
	}
	say("555*102")
	if got := stays(); !slices.Equal(got, []string{"102"}) || kept("checkin") == "" {
		t.Fatalf("in %q, the hook said %q", got, kept("checkin"))
	}
	say("557*102*103")
	if got := stays(); !slices.Equal(got, []string{"103"}) || kept("move") == "" {
		t.Errorf("after the move in %q, the hook said %q", got, kept("move"))
	}
	if n := len(a.Alerts()); n > 0 {
		t.Errorf("alerts %+v", a.Alerts())
	}
	say("555*103") // occupied: the hook's unit waits, and no event comes of it
	if n := len(a.Alerts()); n != 1 {
		t.Errorf("%d alerts", n)
	}
	say("556*103")
	if got := stays(); len(got) > 0 || kept("checkout") == "" {
		t.Errorf("after the check-out in %q, the hook said %q", got, kept("checkout"))
	}
}

// What an order of a hook's wanted and could not be, no hook runs for.
func TestHooksDoNotRunForWhatWasRefused(t *testing.T) {
	hooks := fstest.MapFS{"stays.lua": {Data: []byte(`local bellhop = require "bellhop"
		bellhop.on("dtmf", "^555%*(%d+)$", function(_, room)
			bellhop.checkin { room = room, stay = "A" }
			bellhop.checkin { room = room, stay = "B" }
		end)
		bellhop.on("checkin", function(event) bellhop.kv.set(event.fields.stay, true) end)`)}}
	a, _ := testAgentWith(t, testConfig(t), nil, hooks)
	furnish(t, a)
	dial(t, a, "101", "555*102")
	<-a.dispatcher.wait(a.LastID())
	<-a.dispatcher.wait(a.LastID())
	var a1, b1 hotel.Kept
	view := a.store.Snapshot()
	if !view.Get(hotel.KVKey("stays", "A"), &a1) || view.Get(hotel.KVKey("stays", "B"), &b1) {
		t.Errorf("ran for A %+v, for B %+v", a1, b1)
	}
}
