package agent

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// hookedAgent runs an agent with hooks of the test's own.
func hookedAgent(t *testing.T, source string) *Agent {
	t.Helper()
	a, _ := testAgentWith(t, testConfig(t), nil, fstest.MapFS{"test.lua": {Data: []byte(source)}})
	furnish(t, a)
	return a
}

func kvOf(a *Agent, key string) string {
	var value string
	a.store.Snapshot().Get(hotel.KVKey("test", key), &value)
	return value
}

// TestConflictingHooksLoseNothing lets hooks of all rooms count in one value:
// each reads what another has changed meanwhile, and runs again.
func TestConflictingHooksLoseNothing(t *testing.T) {
	a := hookedAgent(t, `bellhop.on("minibar", function(event)
		bellhop.kv.set("n", (bellhop.kv.get("n") or 0) + 1)
	end)`)
	const perRoom = 20
	var group sync.WaitGroup
	for room := 101; room <= 110; room++ {
		group.Go(func() {
			for range perRoom {
				dial(t, a, fmt.Sprint(room), "778*1*1")
			}
		})
	}
	group.Wait()
	for id := uint64(1); id <= a.LastID(); id++ {
		<-a.dispatcher.wait(id)
	}
	if got := kvOf(a, "n"); got != "200" {
		t.Errorf("counted %s of 200", got)
	}
}

func TestFailedHookIsParkedAloneAndRunsAgain(t *testing.T) {
	a := hookedAgent(t, `bellhop.on("minibar", function(event)
		if bellhop.kv.get("mended") == nil then error("broken on purpose") end
		bellhop.kv.set("done", event.id)
	end)
	bellhop.on("housekeeping", function(event) bellhop.kv.set("mended", "yes") end)`)
	id := dial(t, a, "101", "778*1*1")
	if all, _ := a.Postings("101", 10); len(all) != 1 {
		t.Errorf("the shipped hook made %d postings beside the broken one", len(all))
	}
	parked := a.ParkedUnits()
	if len(parked) != 1 || parked[0].Event != id || !strings.Contains(parked[0].Error, "broken on purpose") {
		t.Fatalf("parked: %+v", parked)
	}
	if _, err := a.Rerun(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	if parked = a.ParkedUnits(); len(parked) != 1 {
		t.Fatalf("after a rerun that failed as well: %+v", parked)
	}
	dial(t, a, "101", "777*01")
	again, err := a.Rerun(t.Context(), id, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.ParkedUnits()) != 0 || kvOf(a, "done") != fmt.Sprintf("%q", fmt.Sprint(again)) && kvOf(a, "done") != fmt.Sprint(again) {
		t.Errorf("parked %+v, done %q, want %d", a.ParkedUnits(), kvOf(a, "done"), again)
	}
	if all, _ := a.Postings("101", 10); len(all) != 1 {
		t.Errorf("the rerun repeated another hook: %d postings", len(all))
	}
	if _, err := a.Rerun(t.Context(), id, false); err == nil {
		t.Error("a third rerun found something to do")
	}
}

func TestCopyIsLeftOutAndCanBeRunOnce(t *testing.T) {
	a := hookedAgent(t, "")
	report := pbx.Report{
		Event: hotel.Event{Kind: hotel.KindDTMF, Extension: "101", Digits: "778*1*1"},
		Body:  []byte(`{"infos":"778*1*1"}`),
	}
	for range 2 {
		if _, err := a.keep(t.Context(), report); err != nil {
			t.Fatal(err)
		}
	}
	inJournal(t, a)
	copied := a.LastID()
	<-a.dispatcher.wait(copied - 1)
	ev, _, err := a.Event(copied)
	if err != nil || ev.DuplicateOf != copied-1 {
		t.Fatalf("the copy: %+v, %v", ev, err)
	}
	if _, err := a.Rerun(t.Context(), copied, false); err != nil {
		t.Fatal(err)
	}
	if all, _ := a.Postings("101", 10); len(all) != 2 {
		t.Errorf("%d postings, want the first and the rerun's", len(all))
	}
	if _, err := a.Rerun(t.Context(), copied, false); err == nil {
		t.Error("a copy was run a second time")
	}
}

// inJournal returns when what was acknowledged is in the journal too.
func inJournal(t *testing.T, a *Agent) {
	t.Helper()
	if _, err := a.store.Release(t.Context(), time.Time{}); err != nil { // a commit of any kind
		t.Fatal(err)
	}
}

func TestEndlessChainIsParked(t *testing.T) {
	a := hookedAgent(t, `bellhop.on("alert", function(event) bellhop.alert("again " .. event.id) end)
		bellhop.on("minibar", function(event) bellhop.alert("first") end)`)
	dial(t, a, "101", "778*1*1")
	for id := uint64(1); id <= a.LastID(); id++ {
		<-a.dispatcher.wait(id)
	}
	parked := a.ParkedUnits()
	if len(parked) == 0 || !strings.Contains(parked[0].Error, "too long") {
		t.Fatalf("parked: %+v", parked)
	}
	if n := a.LastID(); n > 60 {
		t.Errorf("the chain went on to event %d", n)
	}
}

func TestMoveTakesBothRoomsLanes(t *testing.T) {
	a := hookedAgent(t, "")
	order := func(ev hotel.Event) {
		t.Helper()
		if _, err := a.Do(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
	order(hotel.Event{Kind: hotel.KindCheckIn, Room: "101", Fields: map[string]string{"stay": "G1"}})
	order(hotel.Event{Kind: hotel.KindMove, Room: "101", Fields: map[string]string{"to": "102"}})
	ev, _, err := a.Event(a.LastID())
	if err != nil || len(ev.Lanes) != 2 {
		t.Fatalf("the move: %+v, %v", ev, err)
	}
	dial(t, a, "102", "778*1*1")
	if all, _ := a.Postings("102", 10); len(all) != 1 || all[0].Stay != "G1" {
		t.Errorf("postings of the new room: %+v", all)
	}
}

func TestHookThatWasRunningAtTwoDeathsIsParked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "running")
	for death := range 3 {
		r, err := openRunning(path, 2)
		if err != nil {
			t.Fatal(err)
		}
		if may := r.mayRun(7, "a.lua:minibar:1") == nil; may != (death < 2) {
			t.Errorf("after %d deaths it may run: %v", death, may)
		}
		if r.mayRun(7, "b.lua:minibar:1") != nil || r.mayRun(8, "a.lua:minibar:1") != nil {
			t.Errorf("after %d deaths another one may not run", death)
		}
		if death < 2 {
			r.begin(8, "a.lua:minibar:1")() // returns
			r.begin(7, "a.lua:minibar:1")   // never returns
		}
		if err := r.close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHookThatReturnsAfterOneDeathIsForgiven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "running")
	for range 4 {
		r, err := openRunning(path, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.mayRun(7, "a"); err != nil {
			t.Fatal(err)
		}
		r.begin(7, "a")() // returns each other time
		r.begin(9, "b")
		if err := r.close(); err != nil {
			t.Fatal(err)
		}
		if r, err = openRunning(path, 2); err != nil {
			t.Fatal(err)
		}
		r.begin(9, "b")()
		if err := r.close(); err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzRunningNotes(f *testing.F) {
	f.Add(slot(unitID{7, "a.lua:minibar:1"}, 1))
	f.Fuzz(func(t *testing.T, note []byte) {
		if len(note) < slotSize {
			return
		}
		id, _, ok := readSlot(note)
		if ok && (id.event == 0 || id.name == "") {
			t.Errorf("a note without a unit was read: %+v", id)
		}
	})
}

// A guest who was refused has not come: nothing is charged for him, not even
// by hooks that the agent comes to only after its next start.
func TestHooksDoNotActOnARefusedOrder(t *testing.T) {
	a := hookedAgent(t, `bellhop.on("checkin", function(event)
		bellhop.kv.set("arrivals", (bellhop.kv.get("arrivals") or 0) + 1)
	end)`)
	order := hotel.Event{Kind: hotel.KindCheckIn, Room: "101", Lanes: []string{"101"}, Source: hotel.SourceCommand}
	if _, err := a.Do(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	id, err := a.Do(t.Context(), order)
	if err == nil {
		t.Fatal("a second guest was let in")
	}
	order.ID = id
	a.units.run(t.Context(), &order, map[string]bool{hotel.RulesUnit: true}) // as after a start
	if got := kvOf(a, "arrivals"); got != "1" {
		t.Errorf("the hook counted %s arrivals", got)
	}
}
