package faults

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/e2e/faults/guest"
	"bellhop/e2e/need"
	"bellhop/e2e/rig"
	"bellhop/hotel"
	"bellhop/store"
)

// verify holds the disk of the last boot against the book, and gives the row.
// How long the computer took to boot is left out: it is an emulated one.
func (p *powerTest) verify(row rig.Row) {
	p.t.Helper()
	image := p.image()
	if said, err := exec.Command(need.Tool(p.t, "e2fsck"), "-fn", image).CombinedOutput(); err != nil {
		p.t.Errorf("e2fsck -fn: %v: %s", err, said)
	}
	folder := p.t.TempDir()
	if said, err := exec.Command(need.Tool(p.t, "debugfs"), "-R", "rdump / "+folder, image).CombinedOutput(); err != nil {
		p.t.Fatalf("debugfs: %v: %s", err, said)
	}
	if bad, _ := filepath.Glob(filepath.Join(folder, "*.bad-*")); len(bad) > 0 {
		p.t.Errorf("a database was put aside as damaged: %v", bad)
	}
	if _, err := os.Stat(filepath.Join(folder, guest.Database)); err != nil {
		p.t.Fatal(err)
	}
	s, err := store.Open(store.Options{Path: filepath.Join(folder, guest.Database), ReadOnly: true})
	if err != nil {
		p.t.Fatal(err)
	}
	defer s.Close()
	v := &powerVerdict{powerTest: p, store: s, counts: map[string]int{}}
	v.check()
	row.Acknowledged, row.Lost, row.Doubled = len(p.book.acked), v.lostCount, v.doubledCount
	row.Done = p.book.done
	rig.AddRow(p.t, row)
}

type powerVerdict struct {
	*powerTest
	store  *store.Store
	counts map[string]int // of the hooks: what each should have counted
	parked int
	copies int
	bad    int
	due    time.Time // the newest that the schedule has run at

	lostCount, doubledCount int
}

// wrong reports what does not hold, up to a number that can be read.
func (v *powerVerdict) wrong(format string, args ...any) {
	v.t.Helper()
	if v.bad++; v.bad <= 20 {
		v.t.Errorf(format, args...)
	}
}

// lost is wrong because something is not there.
func (v *powerVerdict) lost(format string, args ...any) {
	v.t.Helper()
	v.lostCount++
	v.wrong(format, args...)
}

// twice is wrong because something is there too often.
func (v *powerVerdict) twice(format string, args ...any) {
	v.t.Helper()
	v.doubledCount++
	v.wrong(format, args...)
}

func (v *powerVerdict) check() {
	v.t.Helper()
	events, err := v.store.Events(0, 1<<30)
	if err != nil {
		v.t.Fatal(err)
	}
	all, err := v.store.Postings("", 1<<30)
	if err != nil {
		v.t.Fatal(err)
	}
	postings := map[uint64][]hotel.Posting{}
	for _, q := range all {
		postings[q.Event] = append(postings[q.Event], q)
	}
	runs := map[string]int{} // events of a report, by its call id
	dues := map[string]bool{}
	for _, ev := range events {
		switch {
		case ev.DuplicateOf != 0:
			v.copies++
			if len(postings[ev.ID]) > 0 {
				v.twice("event %d is a copy and has charges", ev.ID)
			}
		case ev.Source == hotel.SourcePBX && ev.Kind != hotel.KindGap:
			v.checkReport(ev, postings[ev.ID], runs)
		case ev.Kind == hotel.KindCron && ev.Name == guest.TickJob: // others are shipped
			v.checkTick(ev, postings[ev.ID], dues)
		}
	}
	for r := range v.book.acked {
		if runs[r.CallID()] == 0 {
			v.lost("%+v was acknowledged and is no event", r)
		}
	}
	for callid, n := range runs {
		most := 1
		if v.book.unsure[callid] {
			most++ // its first answer may have counted as taken
		}
		if n > most {
			v.twice("%s is %d events", callid, n)
		}
	}
	if len(dues) == 0 {
		v.wrong("the schedule has never run")
	}
	v.checkCounts()
	v.checkPostings(all)
	v.checkLeftovers()
	v.t.Logf("%d reports acknowledged, %d cut off perhaps too late, %d copies, %d units parked by chance, %d ticks; %d postings, told %d times",
		len(v.book.acked), len(v.book.unsure), v.copies, v.parked, len(dues), len(all), v.book.times)
}

// checkReport: one that is no copy has each of its units done, once, and its
// two charges.
func (v *powerVerdict) checkReport(ev hotel.Event, postings []hotel.Posting, runs map[string]int) {
	v.t.Helper()
	runs[ev.CallID]++
	var want []string
	for _, unit := range v.done(ev, guest.Units) {
		switch unit {
		case guest.Units[0]:
			want = append(want, fmt.Sprintf("minibar %s %d", ev.Room, guest.Price))
		case guest.Units[1]:
			want = append(want, fmt.Sprintf("other %s 100", ev.Room))
			v.counts["entries"]++
		}
	}
	v.compare(ev, postings, want)
}

// checkTick: each due time is one event, and none is by a wrong clock.
func (v *powerVerdict) checkTick(ev hotel.Event, postings []hotel.Posting, dues map[string]bool) {
	v.t.Helper()
	due := ev.Fields["due"]
	if dues[due] {
		v.twice("the schedule has run twice at %s", due)
	}
	dues[due] = true
	at, err := time.Parse(time.RFC3339, due)
	if err != nil || at.Before(v.first) || ev.Time.Before(v.first) {
		v.wrong("event %d: the schedule has run by a clock that showed %s, due %s", ev.ID, ev.Time, due)
	}
	if at.Before(v.due) {
		v.wrong("event %d: the schedule has run at %s, after %s", ev.ID, due, v.due)
	}
	v.due = at
	var want []string
	for range v.done(ev, []string{guest.TickUnit}) {
		want = append(want, fmt.Sprintf("other %s %d", guest.TickRoom, guest.TickAmount))
		v.counts["ticks"]++
	}
	v.compare(ev, postings, want)
}

// done are the units of an event that have run. One that the power took away
// twice while it ran is parked, as it is after a process dies.
func (v *powerVerdict) done(ev hotel.Event, units []string) (ran []string) {
	v.t.Helper()
	records, err := v.store.Done(ev.ID)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, name := range append([]string{hotel.RulesUnit}, units...) {
		d, ok := records[name]
		switch {
		case ok && d.Error == "":
			ran = append(ran, name)
		case ok && strings.Contains(d.Error, "died twice") && v.parked < maxParked:
			v.parked++
		default:
			v.lost("event %d (%s %s): %s is done: %v, error %q", ev.ID, ev.Kind, ev.CallID, name, ok, d.Error)
		}
	}
	if len(records) != 1+len(units) {
		v.wrong("event %d (%s %s) has %d units", ev.ID, ev.Kind, ev.CallID, len(records))
	}
	return slices.DeleteFunc(ran, func(name string) bool { return name == hotel.RulesUnit })
}

// maxParked is how many units may be parked because chance cut the power twice
// while they ran.
const maxParked = 3

func (v *powerVerdict) compare(ev hotel.Event, postings []hotel.Posting, want []string) {
	v.t.Helper()
	var got []string
	for _, q := range postings {
		got = append(got, fmt.Sprintf("%s %s %d", q.Kind, q.Room, q.Amount))
	}
	slices.Sort(got)
	slices.Sort(want)
	if slices.Equal(got, want) {
		return
	}
	blame := v.lost
	if len(got) > len(want) {
		blame = v.twice
	}
	blame("event %d (%s %s) posted %q, not %q", ev.ID, ev.Kind, ev.CallID, got, want)
}

func (v *powerVerdict) checkCounts() {
	v.t.Helper()
	for name, want := range v.counts {
		var text string
		v.store.Snapshot().Get(hotel.KVKey("extra", name), &text)
		counted, _ := strconv.Atoi(text) // what is no number has counted nothing
		switch {
		case counted < want:
			v.lost("the hook counted %q %s, there were %d", text, name, want)
		case counted > want:
			v.twice("the hook counted %q %s, there were %d", text, name, want)
		}
	}
}

// checkPostings: each is at the PMS under one key, and the PMS has none that
// is not in the store.
func (v *powerVerdict) checkPostings(all []hotel.Posting) {
	v.t.Helper()
	at := map[string]int{}
	for key, message := range v.book.told {
		if !strings.HasPrefix(message, "posting ") {
			v.wrong("key %s carried %q", key, message)
		}
		at[message]++
	}
	for _, q := range all {
		message := fmt.Sprintf("posting %s %s %s %d", q.ID, q.Room, q.Kind, q.Amount)
		switch keys := at[message]; {
		case keys > 1:
			v.twice("%q of event %d is at the PMS under %d keys", message, q.Event, keys)
		case keys == 0 || q.State != hotel.PostingPosted:
			v.lost("%q of event %d is %s, and at the PMS under %d keys", message, q.Event, q.State, keys)
		}
		delete(at, message)
	}
	for message := range at {
		v.lost("the PMS has %q and the store has not", message)
	}
}

// checkLeftovers: nothing waits, nothing is parked, nobody is alarmed.
func (v *powerVerdict) checkLeftovers() {
	v.t.Helper()
	st := v.store.Status()
	if st.Waiting != 0 || st.Parked != 0 || st.Watermark != st.LastID || st.Events != st.LastID {
		v.wrong("left over: %+v", st)
	}
	v.store.Snapshot().List(hotel.PrefixAlert, func(_ string, decode func(any) bool) bool {
		var a hotel.Alert
		decode(&a)
		if a.Code == hotel.AlertJobMissed && a.Params["job"] != guest.TickJob {
			return true // the clock was set over the time of a shipped job, and a person is told
		}
		if a.Code == hotel.AlertUnpriced || a.Code == hotel.AlertNobody {
			return true // no tariff is imported, and nobody checks into the rooms
		}
		if a.Code != hotel.AlertHookFailed || v.parked == 0 {
			v.wrong("an alert is open: %s", a.Text("en"))
		}
		return true
	})
}
