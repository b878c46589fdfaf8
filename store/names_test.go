package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"bellhop/hotel"
)

// theName is looked for.
const theName = "Canary Öz \"Li\""

// guest checks one in: the rules do it, and a hook writes the name wherever a hook
// can. It gives the event.
func (b *bench) guest(stay string) hotel.Event {
	b.t.Helper()
	ev := b.append(hotel.Event{
		Kind: hotel.KindCheckIn, Time: b.clock.now(), Room: "101", Fields: map[string]string{"stay": stay, "name": theName, "class": "local"},
	})
	rules := b.unit(ev.ID, hotel.RulesUnit, func(tx hotel.Tx) error {
		tx.Put(hotel.StayKey(stay), hotel.Stay{ID: stay, Room: "101", State: hotel.StayInHouse, CheckIn: tx.Now()})
		tx.Put(hotel.GuestKey(stay), hotel.GuestRecord{Name: theName})
		return nil
	})
	rules.Done.Effects = []hotel.Effect{{CheckIn: &hotel.CheckIn{Room: "101", Stay: stay, Name: theName}}}
	hook := b.unit(ev.ID, "welcome.lua:checkin:1", func(tx hotel.Tx) error {
		body, _ := json.Marshal(map[string]any{"dear": "Dear " + theName + "!", "n": 12345678901234567})
		tx.Put(hotel.KVKey("welcome", stay), string(body))
		tx.Put(hotel.ReportKey("r"+stay, "2026-11-21"), hotel.Report{Title: theName, Text: theName, Head: []string{theName}, Rows: [][]string{{theName}}})
		tx.Put(hotel.ParkedUnitKey(ev.ID, "x"), hotel.ParkedUnit{Event: ev.ID, Error: "no " + theName})
		tx.PutPosting(hotel.Posting{ID: fmt.Sprintf("P%d", tx.Next()), Room: "101", Event: ev.ID, Description: "for " + theName, State: hotel.PostingPosted, Time: tx.Now()})
		for range 3 {
			tx.Queue(hotel.QueuedCall{To: "http://x", Op: "POST", URL: "http://x/", Body: body, Room: "101", Kind: hotel.Keyed, Answer: true})
		}
		return nil
	})
	hook.Done = hotel.Done{
		Version: "v1", Seed: 7, Log: []string{"hello " + theName}, Error: theName,
		Reads:   &hotel.Reads{Keys: map[string]uint64{hotel.KVKey("welcome", theName): 0}},
		Answers: []hotel.Answer{{URL: "http://x/?" + theName}}, Effects: []hotel.Effect{{HTTP: &hotel.HTTPPost{Body: theName}}},
	}
	for _, err := range b.Finish(b.t.Context(), &ev, []Unit{rules, hook}, true) {
		if err != nil {
			b.t.Fatal(err)
		}
	}
	return ev
}

func (b *bench) leave(stay string) {
	b.t.Helper()
	b.run(func(tx hotel.Tx) {
		tx.Put(hotel.StayKey(stay), hotel.Stay{ID: stay, Room: "101", State: hotel.StayDeparted, CheckOut: tx.Now()})
	})
}

func (b *bench) forget(keep time.Duration) (removed int) {
	b.t.Helper()
	for more := true; more; {
		n, again, err := b.Forget(b.t.Context(), keep)
		if err != nil {
			b.t.Fatal(err)
		}
		removed, more = removed+n, again
	}
	return removed
}

// finishAll runs what nobody has, such as the events of outcomes.
func (b *bench) finishAll() {
	b.t.Helper()
	for {
		all, _, err := b.Unfinished(0, 100)
		if err != nil {
			b.t.Fatal(err)
		}
		if len(all) == 0 {
			return
		}
		for _, p := range all {
			if err := b.Finish(b.t.Context(), &p.Event, []Unit{{Name: hotel.RulesUnit}}, true)[0]; err != nil {
				b.t.Fatal(err)
			}
		}
	}
}

// holders are the records in which the name stands, however it is written.
func (b *bench) holders() (keys []string) {
	b.t.Helper()
	for key, value := range content(b.t, b.Store) {
		if strings.Contains(key+value, "Canary") || strings.Contains(key, fmt.Sprintf("%x", "Canary")) {
			keys = append(keys, key+": "+value)
		}
	}
	return keys
}

// A name is in the journal at no time, and wherever else it stands it goes when
// the guest has been away for long; not before, and what else is known stays.
func TestNamesLieApartAndGo(t *testing.T) {
	b := newBench(t)
	ev := b.guest("G1")
	b.guest("G2")
	calls, err := b.Calls(ListWaiting, 10)
	if err != nil || len(calls) != 6 {
		t.Fatalf("%d calls, %v", len(calls), err)
	}
	b.settle(calls[0], hotel.CallRefused)
	b.settle(calls[1], hotel.CallExpired)
	if err := b.Settle(t.Context(), calls[2], hotel.Outcome{ID: calls[2].ID, State: hotel.CallDelivered, Reply: []byte("welcome " + theName)}); err != nil {
		t.Fatal(err)
	}
	b.finishAll()
	for _, key := range b.holders() {
		if strings.HasPrefix(key, "journal") {
			t.Errorf("the journal has the name: %s", key)
		}
	}
	b.reopen()
	whole := func(when string, want bool) {
		t.Helper()
		got, err := b.Event(ev.ID)
		if err != nil || (got.Fields["name"] == theName) != want || got.Fields["class"] != "local" {
			t.Errorf("%s: %+v, %v", when, got, err)
		}
		list, err := b.Events(ev.ID-1, 1)
		if err != nil || len(list) != 1 || (list[0].Fields["name"] == theName) != want {
			t.Errorf("%s, listed: %+v, %v", when, list, err)
		}
		done, err := b.Done(ev.ID)
		if err != nil || (done[hotel.RulesUnit].Effects[0].CheckIn.Name == theName) != want || done["welcome.lua:checkin:1"].Removed == want || done["welcome.lua:checkin:1"].Version != "v1" {
			t.Errorf("%s: %+v, %v", when, done, err)
		}
	}
	const keep = 72 * time.Hour
	b.clock.add(30 * 24 * time.Hour)
	if n := b.forget(keep); n != 3 {
		t.Errorf("%d are forgotten, want the answers of three calls", n)
	}
	whole("in house", true)
	b.leave("G1")
	b.clock.add(keep - time.Second)
	b.forget(keep)
	whole("three days after", true)
	b.clock.add(2 * time.Second)
	b.forget(keep)
	whole("later", false)
	var g hotel.GuestRecord
	if b.Snapshot().Get(hotel.GuestKey("G1"), &g) || !b.Snapshot().Get(hotel.GuestKey("G2"), &g) {
		t.Error("the wrong guest is forgotten")
	}
	b.leave("G2")
	b.clock.add(keep + time.Second)
	b.forget(keep)
	b.settle(calls[3], hotel.CallRefused) // as it was when it was read, with the name
	for _, key := range b.holders() {
		t.Errorf("the name is left in %s", key)
	}
	wantCounted(t, b.Store)
	b.wantRest("G1", ev.ID)
	before := content(t, b.Store)
	if n := b.forget(keep); n != 0 {
		t.Errorf("%d are forgotten again", n)
	}
	b.reopen()
	wantSame(t, content(t, b.Store), before)
}

// wantRest looks at what hooks have written: it is there but for the name.
func (b *bench) wantRest(stay string, event uint64) {
	b.t.Helper()
	want := func(what, got, want string) {
		b.t.Helper()
		if got != want {
			b.t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	var value string
	b.Snapshot().Get(hotel.KVKey("welcome", stay), &value)
	want("kv", value, `{"dear":"Dear `+hotel.Removed+`!","n":12345678901234567}`)
	var r hotel.Report
	b.Snapshot().Get(hotel.ReportKey("r"+stay, "2026-11-21"), &r)
	want("report", fmt.Sprint(r.Title, r.Text, r.Head, r.Rows), fmt.Sprint(hotel.Removed, hotel.Removed, []string{hotel.Removed}, [][]string{{hotel.Removed}}))
	var p hotel.ParkedUnit
	b.Snapshot().Get(hotel.ParkedUnitKey(event, "x"), &p)
	want("parked unit", p.Error, "no "+hotel.Removed)
	postings, err := b.Postings("101", 10)
	if err != nil || len(postings) != 2 {
		b.t.Fatalf("%d postings, %v", len(postings), err)
	}
	want("posting", postings[1].Description, "for "+hotel.Removed)
	parked, err := b.Calls(ListParked, 10)
	waiting, errWaiting := b.Calls(ListWaiting, 10)
	if err != nil || errWaiting != nil || len(parked) != 2 || len(waiting) != 2 {
		b.t.Fatalf("%d parked and %d waiting calls, %v, %v", len(parked), len(waiting), err, errWaiting)
	}
	for _, q := range append(parked, waiting...) {
		want("call", string(q.Body), `{"dear":"Dear `+hotel.Removed+`!","n":12345678901234567}`)
	}
}

// What was not run yet is run with the name, however late; and a clock that is
// not believed makes nobody forget.
func TestNamesStayForWhatIsToRun(t *testing.T) {
	believed := true
	b := newBench(t, func(o *Options) { o.Believed = func() bool { return believed } })
	ev := b.append(hotel.Event{Kind: hotel.KindCheckIn, Fields: map[string]string{"name": theName}})
	b.clock.add(1000 * time.Hour)
	b.forget(0)
	b.reopen()
	all, _, err := b.Unfinished(0, 10)
	if err != nil || len(all) != 1 || all[0].Event.Fields["name"] != theName {
		t.Fatalf("%+v, %v", all, err)
	}
	if err := b.Finish(t.Context(), &ev, []Unit{{Name: hotel.RulesUnit}}, true)[0]; err != nil {
		t.Fatal(err)
	}
	believed = false
	if b.forget(0); len(b.holders()) == 0 {
		t.Error("forgotten by a clock that is not believed")
	}
	believed = true
	if b.forget(0); len(b.holders()) != 0 {
		t.Errorf("left: %q", b.holders())
	}
}

// Reports that nobody understands may hold anything: their bytes and fields go by
// age alone, and what is known of each stays.
func TestUnreadReportsGo(t *testing.T) {
	b := newBench(t)
	old := b.append(hotel.Event{Kind: hotel.KindUnknown, Name: "Queer", Raw: []byte(theName), Fields: map[string]string{"username": theName, "error": "why"}})
	b.clock.add(100 * time.Hour)
	b.append(hotel.Event{Kind: hotel.KindUnknown, Name: "Queer", Raw: []byte("young")})
	b.finishAll()
	b.forget(72 * time.Hour)
	if left := b.holders(); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
	ev, err := b.Event(old.ID)
	if err != nil || ev.Raw != nil || ev.Fields["username"] != hotel.Removed || ev.Fields["error"] != "why" {
		t.Errorf("%+v, %v", ev, err)
	}
	if ev, err := b.Event(old.ID + 1); err != nil || string(ev.Raw) != "young" {
		t.Errorf("%+v, %v", ev, err)
	}
	wantCounted(t, b.Store)
}

// An event that goes takes along all that lay apart.
func TestRetentionLeavesNothingApart(t *testing.T) {
	b := newBench(t)
	b.guest("G1")
	calls, err := b.Calls(ListWaiting, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range calls {
		b.settle(q, hotel.CallExpired)
	}
	b.finishAll()
	b.leave("G1")
	b.clock.add(1000 * time.Hour)
	for more := true; more; {
		if _, more, err = b.Retain(t.Context(), 24*time.Hour, 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	if left := b.holders(); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
	for key := range content(t, b.Store) {
		if strings.HasPrefix(key, "names") {
			t.Errorf("%s is left", key)
		}
	}
	wantCounted(t, b.Store)
}

// Where nothing is to go nothing is written, and guests who stay for long do not
// keep a look from coming to those behind them.
func TestForgettingGoesOnBehindWhoStays(t *testing.T) {
	b := newBench(t)
	const stays = retainLooks + 10
	err := b.do(t.Context(), func(c *commit) error {
		for range stays {
			k := kept{Event: hotel.Event{Kind: hotel.KindCheckIn, Time: c.now, Fields: map[string]string{"name": "Wu", "stay": "G1"}}}
			c.append(&k)
			c.put(bucketJournal, doneKey(k.ID, hotel.RulesUnit), []byte("1{}"))
			c.finished = append(c.finished, k.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.run(func(tx hotel.Tx) { tx.Put(hotel.StayKey("G1"), hotel.Stay{ID: "G1", State: hotel.StayInHouse}) })
	b.guest("G2")
	b.leave("G2")
	b.clock.add(100 * time.Hour)
	if n, more, err := b.Forget(t.Context(), 0); n != 1 || !more || err != nil { // the guest's own record
		t.Errorf("%d forgotten, more: %v, %v", n, more, err)
	}
	if n := b.forget(0); n == 0 || len(b.holders()) > 0 {
		t.Errorf("%d forgotten, left %q", n, b.holders())
	}
	before := b.Status().Commits
	if n := b.forget(0); n != 0 || b.Status().Commits != before {
		t.Errorf("%d forgotten in %d commits", n, b.Status().Commits-before)
	}
}

// A file of a version that kept no names apart is opened as it is.
func TestFileWithoutNames(t *testing.T) {
	b := newBench(t)
	id := b.append(hotel.Event{Kind: hotel.KindCheckIn, Fields: map[string]string{"name": "Wu"}}).ID
	if err := b.do(t.Context(), func(c *commit) error { return c.tx.DeleteBucket(bucketNames) }); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	opts := b.opts
	opts.ReadOnly = true
	s, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	if ev, err := s.Event(id); err != nil || ev.Fields["name"] != hotel.Removed {
		t.Errorf("%+v, %v", ev, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b.open()
	if b.Damaged != "" {
		t.Error("it was taken for damaged")
	}
	b.guest("G1")
	err = b.view(func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketNames).Stats().KeyN == 0 {
			t.Error("nothing lies apart")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
