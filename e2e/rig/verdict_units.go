package rig

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"bellhop/hotel"
)

// checkReport: each time that a body was told is one event, and what the
// agent took for a copy was one.
func (v *verdict) checkReport(r *Report) {
	tr := v.events[r.callid]
	most := r.events + r.unsure
	if r.about == AboutCall {
		most = 1 // a call's record is one event however often it comes
	}
	if n := len(tr.originals); n > most {
		v.twice("%s: told %d times (%d answers perhaps seen), is %d events: %v; %v", r.callid, r.events, r.unsure, n, tr.originals, r.story)
	} else if n > r.events {
		v.doubled += n - r.events
	}
	again := r.lost + r.refused
	if r.about == AboutCall && v.pbx.stream != nil {
		again = 1 // it is listed, too, and may have been fetched before it was sent
	}
	if n := len(tr.copies); n > again {
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
			if r.about == AboutMinibar {
				counted++
				v.checkCharges(r, id, byEvent[id])
			}
		}
	}
	for _, again := range v.reruns {
		expected[again] = true
	}
	for id := range v.welcomes() {
		expected[id] = true
	}
	for id := range byEvent {
		if !expected[id] {
			v.twice("event %d has postings and is none that should", id)
		}
	}
	v.checkCounts(counted)
	flat := map[uint64][]hotel.Posting{}
	for _, p := range all {
		n, err := strconv.ParseUint(strings.TrimPrefix(p.ID, "P"), 10, 64)
		if err != nil || flat[n] != nil {
			v.twice("posting %q: its id is odd or not its own", p.ID)
		}
		flat[n] = []hotel.Posting{p}
	}
	return flat
}

// runsOf are the events under which a report has run.
func (v *verdict) runsOf(r *Report) []uint64 {
	var ids []uint64
	for _, id := range v.events[r.callid].originals {
		if slices.Contains(v.events[r.callid].possible, id) {
			id = v.reruns[id]
		}
		ids = append(ids, id)
	}
	return ids
}

func (v *verdict) checkDone(r *Report, id uint64) {
	done, err := v.store.Done(id)
	if err != nil {
		v.t.Fatal(err)
	}
	ran := id // the event under which hooks post
	if again, parked := v.reruns[id]; parked {
		more, err := v.store.Done(again)
		if err != nil {
			v.t.Fatal(err)
		}
		if _, anew := more[shareUnit]; anew {
			ran = again
		}
		for name, d := range more {
			if name != hotel.RulesUnit {
				done[name] = d
			}
		}
	}
	if r.about == AboutMinibar {
		v.posts[ran] = true
	}
	maps.DeleteFunc(done, func(name string, _ hotel.Done) bool { return v.hotel.hostile.hook(name) })
	if len(done) != len(unitsOf[r.about]) {
		v.wrong("event %d (%s %s) has %d units done", id, r.about, r.callid, len(done))
	}
	for _, name := range unitsOf[r.about] {
		if d, ok := done[name]; !ok || d.Error != "" {
			v.lost("event %d (%s %s): %s is done: %v, error %q", id, r.about, r.callid, name, ok, d.Error)
		}
	}
}

// checkCharges: one charge of the shipped hook, two of the other.
func (v *verdict) checkCharges(r *Report, id uint64, postings []hotel.Posting) {
	if again, parked := v.reruns[id]; parked {
		postings = append(slices.Clone(postings), v.byEvent[again]...)
	}
	var got []string
	for _, p := range postings {
		got = append(got, fmt.Sprintf("%s %s %d", p.Kind, p.Room, p.Amount))
	}
	slices.Sort(got)
	want := []string{
		fmt.Sprintf("minibar %s %d", Room(r.room), itemPrice),
		fmt.Sprintf("other %s %d", Room(r.room), serviceAmount),
		fmt.Sprintf("other %s %d", Room(r.room+7), shareAmount),
	}
	slices.Sort(want)
	switch {
	case slices.Equal(got, want):
	case len(got) > len(want):
		v.twice("event %d (%s) posted %q, not %q", id, r.callid, got, want)
	default:
		v.lost("event %d (%s) posted %q, not %q", id, r.callid, got, want)
	}
}

// checkCounts: no hook's run was lost when hooks of several rooms changed the
// same value, and none ran before one of an older event of its room.
func (v *verdict) checkCounts(counted int) {
	var count, disorder string
	v.store.Snapshot().Get(hotel.KVKey("share", "count"), &count)
	v.store.Snapshot().Get(hotel.KVKey("share", "disorder"), &disorder)
	if n, _ := strconv.Atoi(count); n < counted { // an odd text counts as nothing
		v.lost("the hooks counted %q, there were %d", count, counted)
	} else if n > counted {
		v.twice("the hooks counted %q, there were %d", count, counted)
	}
	if disorder != "" {
		v.wrong("hooks ran out of order %s times", disorder)
	}
}
