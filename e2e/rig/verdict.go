package rig

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/store"
)

// The units of each kind of report.
var unitsOf = map[string][]string{
	AboutMinibar:      {hotel.RulesUnit, MinibarUnit, shareUnit},
	AboutHousekeeping: {hotel.RulesUnit, "housekeeping.lua:housekeeping:1"},
	AboutCall:         {hotel.RulesUnit},
}

// DrainTime bounds how long an agent may take over what is left at the end.
const DrainTime = 3 * time.Minute

// Settle lets the last agent finish, makes a person's decisions, checks that
// all is as if nothing had ever happened, and stops the agent. What came of
// the fault goes into the table, unless that has no name. mended is when all
// was well again.
func (h *Hotel) Settle(l *Life, fault string, mended time.Time) {
	h.T.Helper()
	s := h.Status()
	h.calm()
	h.row.Done = time.Since(mended)
	h.T.Logf("%d events and %d calls were left", s.Store.LastID-s.Store.Watermark, s.Store.Waiting)
	v := &verdict{t: h.T, hotel: h, pbx: h.Push, sink: h.PMS, reruns: map[uint64]uint64{}, posts: map[uint64]bool{}}
	v.rerunParked(h.Box)
	v.sort(h.journal())
	v.rerunCopies(h.Box)
	h.calm()
	h.Stop(l)
	if h.copyStore != nil {
		folder := h.T.TempDir()
		if err := h.copyStore(folder); err != nil {
			h.T.Fatal(err)
		}
		h.DB = filepath.Join(folder, filepath.Base(h.DB))
	}
	v.store = h.Read()
	v.check()
	if h.row.Fault = fault; fault == "" {
		return
	}
	h.row.Acknowledged, h.row.Possible = v.acknowledged(), v.possible
	h.row.Lost, h.row.Doubled = v.lostCount, v.doubledCount
	AddRow(h.T, h.row)
}

// calm waits until the PBX has nothing left to say and the agent nothing to do.
func (h *Hotel) calm() {
	h.T.Helper()
	Eventually(h.T, DrainTime, func() (bool, string) {
		s := h.PBX.State()
		missing := h.unrecorded()
		return len(s.Calls) == 0 && s.Pending == 0 && missing == 0,
			fmt.Sprintf("the PBX has %d calls, %d reports to tell, and %d records that the agent has not", len(s.Calls), s.Pending, missing)
	})
	h.Drained(DrainTime)
}

// unrecorded counts the records of the PBX that the agent does not have.
func (h *Hotel) unrecorded() int {
	missing := h.PBX.records()
	for n := range roomCount {
		var kept []hotel.CallRecord
		if err := h.Client.Get(h.T.Context(), "/v1/calls?limit=10000&room="+roomNumber(n), &kept); err != nil {
			return len(missing) + 1
		}
		for _, c := range kept {
			delete(missing, c.CallID)
		}
	}
	return len(missing)
}

// journal reads all events over the API.
func (b *Box) journal() []hotel.Event {
	b.T.Helper()
	var all []hotel.Event
	for {
		var some []hotel.Event
		after := uint64(0)
		if len(all) > 0 {
			after = all[len(all)-1].ID
		}
		if err := b.Client.Get(b.T.Context(), fmt.Sprintf("/v1/events?limit=5000&after=%d", after), &some); err != nil {
			b.T.Fatal(err)
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
	hotel *Hotel
	pbx   *Pusher
	sink  *Sink
	store *store.Store

	events map[string]*traces // by callid
	reruns map[uint64]uint64  // the event that a rerun runs -> the rerun
	bad    int

	byEvent map[uint64][]hotel.Posting
	posts   map[uint64]bool // events of which a hook has posted

	lostCount, doubledCount int
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

// lost is wrong because something is not there.
func (v *verdict) lost(format string, args ...any) {
	v.t.Helper()
	v.lostCount++
	v.wrong(format, args...)
}

// twice is wrong because something is there too often.
func (v *verdict) twice(format string, args ...any) {
	v.t.Helper()
	v.doubledCount++
	v.wrong(format, args...)
}

// acknowledged counts the promises.
func (v *verdict) acknowledged() int {
	return int(v.pbx.acked.Load()+v.hotel.Desk.count.Load()) + len(v.hotel.PBX.records())
}

// maxParked is how many units may be parked because chance killed the process
// twice while they ran.
const maxParked = 5

// rerunParked runs again what is parked only because the process died twice
// while it ran, as a person would.
func (v *verdict) rerunParked(b *Box) {
	v.t.Helper()
	var parked []hotel.ParkedUnit
	if err := b.Client.Get(v.t.Context(), "/v1/parked", &parked); err != nil {
		v.t.Fatal(err)
	}
	ill := 0
	for _, p := range parked {
		if v.hotel.hostile.hook(p.Unit) {
			ill++
			continue
		}
		if !strings.Contains(p.Error, "died twice") || v.parked >= maxParked {
			v.wrong("event %d: %s is parked: %s", p.Event, p.Unit, p.Error)
			continue
		}
		v.parked++
		v.reruns[p.Event] = b.Rerun(p.Event)
	}
	if ill == 0 && len(v.hotel.hostile.Hooks) > 0 {
		v.wrong("no unit of a hook that means ill is parked: that shows nothing")
	}
	v.t.Logf("%d units of hooks that mean ill are parked", ill)
}

// Rerun runs an event again, and gives the event as which it runs.
func (b *Box) Rerun(id uint64) uint64 {
	b.T.Helper()
	var order struct{ Event uint64 }
	if err := b.Client.Post(b.T.Context(), fmt.Sprintf("/v1/events/%d/rerun", id), nil, &order); err != nil {
		b.T.Fatalf("rerun event %d: %v", id, err)
	}
	return order.Event
}

func (v *verdict) sort(journal []hotel.Event) {
	v.events = map[string]*traces{}
	pushed := map[string]bool{}
	for _, r := range v.pbx.reports {
		pushed[r.callid] = true
	}
	for _, e := range journal {
		if e.Source != hotel.SourcePBX || !pushed[e.CallID] && (v.pbx.stream != nil || e.Serial != v.pbx.serial) {
			continue // the telephones' own are known by the records of calls
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
func (v *verdict) rerunCopies(b *Box) {
	v.t.Helper()
	for _, r := range v.pbx.reports {
		tr := v.events[r.callid]
		if tr == nil {
			tr = &traces{}
			v.events[r.callid] = tr
		}
		if len(tr.originals)+len(tr.possible) < r.events {
			v.lost("%s: %d events were acknowledged; kept are %+v", r.callid, r.events, *tr)
			continue
		}
		for i := range max(0, r.events-len(tr.originals)) {
			v.rerun++
			v.reruns[tr.possible[i]] = b.Rerun(tr.possible[i])
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
	v.checkStays()
	v.checkPhones()
	postings := v.checkUnits()
	v.checkPostings(postings)
	v.checkPosts()
	v.checkOrder()
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

// hook tells whether a unit is of a hook that means ill.
func (h Hostile) hook(unit string) bool {
	file, _, _ := strings.Cut(unit, ":")
	return slices.Contains(h.Hooks, file)
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
			if c.State != hotel.CallSuperseded || c.Op != "housekeeping" && c.Op != hotel.OpPhone {
				v.wrong("call %d (%s) is %s: %s", c.ID, c.Op, c.State, c.LastError)
			}
		}
	}
	v.store.Snapshot().List(hotel.PrefixParkedUnit, func(key string, decode func(any) bool) bool {
		var p hotel.ParkedUnit
		if decode(&p); !v.hotel.hostile.hook(p.Unit) {
			v.wrong("%s is parked", key)
		}
		return true
	})
	v.store.Snapshot().List(hotel.PrefixAlert, func(_ string, decode func(any) bool) bool {
		var a hotel.Alert
		decode(&a)
		switch {
		case a.Code == hotel.AlertHookAside && len(v.hotel.hostile.Hooks) > 0:
		case a.Code == hotel.AlertHookFailed && (v.parked > 0 || len(v.hotel.hostile.Hooks) > 0):
		case v.hotel.hostile.Reports && (a.Code == hotel.AlertUnreadable || a.Code == hotel.AlertUnknownEvent || a.Code == hotel.AlertMany):
		case a.Code == hotel.AlertNobody: // minibars are entered in rooms that nobody checks into
		case a.Code == hotel.AlertUnpriced: // no tariff is imported here
		case a.Code == hotel.AlertNotCleared: // rooms are let again within a second here
		case a.Code == hotel.AlertGap && v.pbx.stream != nil:
		default:
			v.wrong("an alert is open: %s", a.Text("en"))
		}
		return true
	})
}
