package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/store"
)

// shareHook touches several rooms and a value that every run reads and
// changes: the hooks of all rooms get into each other's way.
const shareHook = `
local bellhop = require "bellhop"

bellhop.on("minibar", function(event)
  local second = tostring(1001 + (tonumber(event.room) - 1001 + 7) % 32)
  bellhop.post { room = event.room, kind = "other", amount = 100, description = "service" }
  bellhop.post { room = second, kind = "other", amount = 50, description = "share" }
  bellhop.kv.set("count", (bellhop.kv.get("count") or 0) + 1)
end)
`

func hooks() map[string]string { return map[string]string{"share.lua": shareHook} }

// The units of each kind of report.
var unitsOf = map[string][]string{
	aboutMinibar:      {hotel.RulesUnit, "minibar.lua:minibar:1", "share.lua:minibar:1"},
	aboutHousekeeping: {hotel.RulesUnit, "housekeeping.lua:housekeeping:1"},
	aboutCall:         {hotel.RulesUnit},
}

// drainTime bounds how long an agent may take over what is left at the end.
const drainTime = 2 * time.Minute

// settle lets the last agent finish, makes a person's decisions, checks that
// all is as if nothing had ever happened, and stops the agent.
func (b *box) settle(l *life, p *pbx, k *sink) {
	b.t.Helper()
	began, s := time.Now(), b.status()
	b.drained(drainTime)
	b.t.Logf("%d events and %d calls were left, and done in %s",
		s.Store.LastID-s.Store.Watermark, s.Store.Waiting, time.Since(began).Round(time.Millisecond))
	v := &verdict{t: b.t, pbx: p, sink: k, reruns: map[uint64]uint64{}}
	v.rerunParked(b)
	v.sort(b.journal())
	v.rerunCopies(b)
	b.drained(drainTime)
	b.stop(l)
	v.store = b.read()
	v.check()
}

// journal reads all events over the API.
func (b *box) journal() []hotel.Event {
	b.t.Helper()
	var all []hotel.Event
	for {
		var some []hotel.Event
		after := uint64(0)
		if len(all) > 0 {
			after = all[len(all)-1].ID
		}
		if err := b.client.Get(b.t.Context(), fmt.Sprintf("/v1/events?limit=5000&after=%d", after), &some); err != nil {
			b.t.Fatal(err)
		}
		if len(some) == 0 {
			return all
		}
		all = append(all, some...)
	}
}

// verdict compares what a PBX has told with what is in the store and at the
// PMS.
type verdict struct {
	t     *testing.T
	pbx   *pbx
	sink  *sink
	store *store.Store

	events map[string]*traces // by callid
	reruns map[uint64]uint64  // the event that a rerun runs -> the rerun
	bad    int

	byEvent map[uint64][]hotel.Posting

	// for the log
	kept, copies, possible, doubled, rerun, parked int
}

// traces are what a report has left in the journal.
type traces struct{ originals, copies, possible []uint64 }

// wrong reports what does not hold, up to a number that can be read.
func (v *verdict) wrong(format string, args ...any) {
	v.t.Helper()
	if v.bad++; v.bad <= 20 {
		v.t.Errorf(format, args...)
	}
}

// maxParked is how many units may be parked because chance killed the process
// twice while they ran.
const maxParked = 5

// rerunParked runs again what is parked only because the process died twice
// while it ran, as a person would.
func (v *verdict) rerunParked(b *box) {
	v.t.Helper()
	var parked []hotel.ParkedUnit
	if err := b.client.Get(v.t.Context(), "/v1/parked", &parked); err != nil {
		v.t.Fatal(err)
	}
	for _, p := range parked {
		if !strings.Contains(p.Error, "died twice") || v.parked >= maxParked {
			v.wrong("event %d: %s is parked: %s", p.Event, p.Unit, p.Error)
			continue
		}
		v.parked++
		v.reruns[p.Event] = b.rerun(p.Event)
	}
}

func (b *box) rerun(id uint64) uint64 {
	b.t.Helper()
	var order struct{ Event uint64 }
	if err := b.client.Post(b.t.Context(), fmt.Sprintf("/v1/events/%d/rerun", id), nil, &order); err != nil {
		b.t.Fatalf("rerun event %d: %v", id, err)
	}
	return order.Event
}

func (v *verdict) sort(journal []hotel.Event) {
	v.events = map[string]*traces{}
	for _, e := range journal {
		if e.Source != hotel.SourcePBX {
			continue
		}
		tr := v.events[e.CallID]
		if tr == nil {
			tr = &traces{}
			v.events[e.CallID] = tr
		}
		switch {
		case e.DuplicateOf == 0:
			v.kept++
			tr.originals = append(tr.originals, e.ID)
		case e.Possible:
			v.possible++
			tr.possible = append(tr.possible, e.ID)
		default:
			v.copies++
			tr.copies = append(tr.copies, e.ID)
		}
	}
}

// rerunCopies runs events that only a restart made look like copies, as a
// person would who knows that they were none.
func (v *verdict) rerunCopies(b *box) {
	v.t.Helper()
	for _, r := range v.pbx.reports {
		tr := v.events[r.callid]
		if tr == nil {
			tr = &traces{}
			v.events[r.callid] = tr
		}
		if len(tr.originals)+len(tr.possible) < r.events {
			v.wrong("%s: %d events were acknowledged; kept are %+v", r.callid, r.events, *tr)
			continue
		}
		for i := range max(0, r.events-len(tr.originals)) {
			v.rerun++
			v.reruns[tr.possible[i]] = b.rerun(tr.possible[i])
			tr.originals = append(tr.originals, tr.possible[i])
		}
	}
}

func (v *verdict) check() {
	v.t.Helper()
	if len(v.pbx.strange) > 0 {
		v.wrong("a push was answered %v", v.pbx.strange)
	}
	pushed := map[string]bool{}
	for _, r := range v.pbx.reports {
		v.checkReport(r)
		pushed[r.callid] = true
	}
	for callid := range v.events {
		if !pushed[callid] {
			v.wrong("%s: nobody pushed that", callid)
		}
	}
	postings := v.checkUnits()
	v.checkPostings(postings)
	v.checkLeftovers()
	var attempts, lost, unsure int
	for _, r := range v.pbx.reports {
		attempts, lost, unsure = attempts+r.attempts, lost+r.lost, unsure+r.unsure
	}
	stats := v.sink.Stats()
	v.t.Logf("%d bodies, %d acknowledged, %d attempts, %d refused, %d answers lost (%d perhaps seen)",
		len(v.pbx.reports), v.pbx.acked.Load(), attempts, v.pbx.refused.Load(), lost, unsure)
	v.t.Logf("kept %d events, %d copies, %d possible copies (%d run by hand), %d events twice of the perhaps seen, %d units parked by chance",
		v.kept, v.copies, v.possible, v.rerun, v.doubled, v.parked)
	v.t.Logf("%d postings; the PMS: %d requests, %d messages, %d copies, %d failed", len(postings), stats.Requests, stats.Taken, stats.Copies, stats.Failed)
}

// checkReport: each time that a body was told is one event, and what the
// agent took for a copy was one.
func (v *verdict) checkReport(r *report) {
	tr := v.events[r.callid]
	most := r.events + r.unsure
	if r.about == aboutCall {
		most = 1 // a call's record is one event however often it comes
	}
	if n := len(tr.originals); n > most {
		v.wrong("%s: told %d times (%d answers perhaps seen), is %d events: %v; %v", r.callid, r.events, r.unsure, n, tr.originals, r.story)
	} else if n > r.events {
		v.doubled += n - r.events
	}
	if n := len(tr.copies); n > r.lost+r.refused {
		v.wrong("%s: %d answers were lost, %d refused, and %d copies found: %v; %v", r.callid, r.lost, r.refused, n, tr.copies, r.story)
	}
}

// checkUnits: each event has each of its units done, once and without an
// error. It gives the postings by number.
func (v *verdict) checkUnits() map[uint64][]hotel.Posting {
	all, err := v.store.Postings("", 1<<30)
	if err != nil {
		v.t.Fatal(err)
	}
	byEvent := map[uint64][]hotel.Posting{}
	for _, p := range all {
		byEvent[p.Event] = append(byEvent[p.Event], p)
	}
	v.byEvent = byEvent
	counted := 0
	expected := map[uint64]bool{}
	for _, r := range v.pbx.reports {
		for _, id := range v.runsOf(r) {
			expected[id] = true
			v.checkDone(r, id)
			if r.about == aboutMinibar {
				counted++
				v.checkCharges(r, id, byEvent[id])
			}
		}
	}
	for _, again := range v.reruns {
		expected[again] = true
	}
	for id := range byEvent {
		if !expected[id] {
			v.wrong("event %d has postings and is none that should", id)
		}
	}
	var text string
	v.store.Snapshot().Get(hotel.KVKey("share", "count"), &text)
	if text != strconv.Itoa(counted) {
		v.wrong("the hooks counted %q, there were %d", text, counted)
	}
	flat := map[uint64][]hotel.Posting{}
	for _, p := range all {
		n, err := strconv.ParseUint(strings.TrimPrefix(p.ID, "P"), 10, 64)
		if err != nil || flat[n] != nil {
			v.wrong("posting %q: its id is odd or not its own", p.ID)
		}
		flat[n] = []hotel.Posting{p}
	}
	return flat
}

// runsOf are the events under which a report has run.
func (v *verdict) runsOf(r *report) []uint64 {
	var ids []uint64
	for _, id := range v.events[r.callid].originals {
		if slices.Contains(v.events[r.callid].possible, id) {
			id = v.reruns[id]
		}
		ids = append(ids, id)
	}
	return ids
}

func (v *verdict) checkDone(r *report, id uint64) {
	done, err := v.store.Done(id)
	if err != nil {
		v.t.Fatal(err)
	}
	if again, parked := v.reruns[id]; parked {
		more, err := v.store.Done(again)
		if err != nil {
			v.t.Fatal(err)
		}
		for name, d := range more {
			if name != hotel.RulesUnit {
				done[name] = d
			}
		}
	}
	if len(done) != len(unitsOf[r.about]) {
		v.wrong("event %d (%s %s) has %d units done", id, r.about, r.callid, len(done))
	}
	for _, name := range unitsOf[r.about] {
		if d, ok := done[name]; !ok || d.Error != "" {
			v.wrong("event %d (%s %s): %s is done: %v, error %q", id, r.about, r.callid, name, ok, d.Error)
		}
	}
}

// checkCharges: one charge of the shipped hook, two of the other.
func (v *verdict) checkCharges(r *report, id uint64, postings []hotel.Posting) {
	if again, parked := v.reruns[id]; parked {
		postings = append(slices.Clone(postings), v.byEvent[again]...)
	}
	var got []string
	for _, p := range postings {
		got = append(got, fmt.Sprintf("%s %s %d", p.Kind, p.Room, p.Amount))
	}
	slices.Sort(got)
	want := []string{
		fmt.Sprintf("minibar %s %d", room(r.room), itemPrice),
		fmt.Sprintf("other %s 100", room(r.room)),
		fmt.Sprintf("other %s 50", room(r.room+7)),
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		v.wrong("event %d (%s) posted %q, not %q", id, r.callid, got, want)
	}
}

// checkPostings: each posting is at the PMS under one key, which is its own,
// and the PMS has none that is not in the store.
func (v *verdict) checkPostings(postings map[uint64][]hotel.Posting) {
	v.sink.mu.Lock()
	defer v.sink.mu.Unlock()
	for _, text := range v.sink.wrong {
		v.wrong("the PMS got what is no message: %.200s", text)
	}
	for key, told := range v.sink.told {
		if len(told) != 1 {
			v.wrong("key %s carried %d different messages", key, len(told))
		}
	}
	calls := v.callRecords()
	status := map[string]lastWord{}
	for _, m := range v.sink.Received() {
		switch m.Type {
		case "posting":
			var p hotel.Posting
			v.decode(m.Data, &p)
			n, _ := strconv.ParseUint(strings.TrimPrefix(p.ID, "P"), 10, 64) // an odd id is in no store
			if len(postings[n]) != 1 {
				v.wrong("the PMS has posting %s of event %d %s", p.ID, p.Event, map[bool]string{true: "twice", false: "and the store has not"}[postings[n] != nil])
				continue
			}
			if mine := postings[n][0]; mine.State != hotel.PostingPosted || mine.Amount != p.Amount || mine.Room != p.Room {
				v.wrong("the PMS has %+v, the store %+v", p, mine)
			}
			postings[n] = append(postings[n], p)
		case "call":
			if !calls[m.Event] {
				v.wrong("the PMS has the call of event %d twice, or it is in no store", m.Event)
			}
			delete(calls, m.Event)
		case "housekeeping":
			v.heard(status, m.Key, m.Data)
		default:
			v.wrong("the PMS has a message of type %q", m.Type)
		}
	}
	for _, p := range postings {
		if len(p) != 2 {
			v.wrong("the PMS has not got posting %s of event %d (%s)", p[0].ID, p[0].Event, p[0].State)
		}
	}
	for id := range calls {
		v.wrong("the PMS has not got the call of event %d", id)
	}
	v.checkStatus(status)
}

func (v *verdict) decode(text []byte, into any) {
	if err := json.Unmarshal(text, into); err != nil {
		v.wrong("the PMS got %.200q: %v", text, err)
	}
}

// callRecords are the records in the store, by event: one for each call.
func (v *verdict) callRecords() map[uint64]bool {
	records, err := v.store.CallRecords("", 1<<30)
	if err != nil {
		v.t.Fatal(err)
	}
	byID := map[uint64]bool{}
	callids := map[string]bool{}
	for _, r := range records {
		if callids[r.CallID] {
			v.wrong("call %s has two records", r.CallID)
		}
		callids[r.CallID], byID[r.Event] = true, true
	}
	for _, r := range v.pbx.reports {
		if r.about == aboutCall && !callids[r.callid] {
			v.wrong("call %s has no record", r.callid)
		}
	}
	return byID
}

// lastWord is the newest that the PMS was told of a room's status.
type lastWord struct {
	call   uint64
	status hotel.Status
}

func (v *verdict) heard(words map[string]lastWord, key string, data []byte) {
	var report hotel.StatusReport
	v.decode(data, &report)
	n, err := strconv.ParseUint(key[strings.LastIndexByte(key, '-')+1:], 10, 64)
	if err != nil {
		v.wrong("key %q has no number", key)
	}
	if n > words[report.Room].call {
		words[report.Room] = lastWord{n, report.Status}
	}
}

// checkStatus: what the PMS was told last of each room is how the room is;
// what was left out on the way is no loss.
func (v *verdict) checkStatus(words map[string]lastWord) {
	for n := range roomCount {
		var r hotel.Room
		if !v.store.Snapshot().Get(hotel.RoomKey(room(n)), &r) {
			v.wrong("room %s is gone", room(n))
		}
		if words[r.Number].status != r.Status {
			v.wrong("room %s is %q, the PMS was told %q", r.Number, r.Status, words[r.Number].status)
		}
	}
}

// checkLeftovers: nothing waits, nothing is parked, nobody is alarmed.
func (v *verdict) checkLeftovers() {
	st := v.store.Status()
	if st.Waiting != 0 || st.Parked != 0 || st.Watermark != st.LastID || st.Events != st.LastID {
		v.wrong("left over: %+v", st)
	}
	for _, list := range []store.QueueList{store.ListWaiting, store.ListParked, store.ListEnded} {
		calls, err := v.store.Calls(list, 1<<30)
		if err != nil {
			v.t.Fatal(err)
		}
		for _, c := range calls {
			if c.State != hotel.CallSuperseded || c.Op != "housekeeping" {
				v.wrong("call %d (%s) is %s: %s", c.ID, c.Op, c.State, c.LastError)
			}
		}
	}
	v.store.Snapshot().List(hotel.PrefixParkedUnit, func(key string, _ func(any) bool) bool {
		v.wrong("%s is parked", key)
		return true
	})
	v.store.Snapshot().List(hotel.PrefixAlert, func(_ string, decode func(any) bool) bool {
		var a hotel.Alert
		decode(&a)
		if a.Code != hotel.AlertHookFailed || v.parked == 0 {
			v.wrong("an alert is open: %s", a.Text("en"))
		}
		return true
	})
}
