package agent

import (
	"fmt"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

func keepAll(t *testing.T, a *Agent, events ...hotel.Event) {
	t.Helper()
	for _, ev := range events {
		if _, err := a.keep(t.Context(), pbx.Report{Event: ev}); err != nil {
			t.Fatal(err)
		}
	}
}

// gaps are those in the journal, in order.
func gaps(t *testing.T, a *Agent) (all []hotel.Gap) {
	t.Helper()
	events, err := a.Events(0, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range events {
		if ev.Kind == hotel.KindGap {
			all = append(all, ev.Gap())
		}
	}
	return all
}

func TestGapAfterAStartBeginsWithTheNewestReport(t *testing.T) {
	c := testConfig(t)
	a, stop := testAgent(t, c, nil)
	to := time.Now().Add(time.Hour)
	keepAll(t, a, hotel.Gap{To: to, Why: "started"}.Event())
	if all := gaps(t, a); len(all) != 0 {
		t.Errorf("a hotel that never had a report misses %+v", all)
	}
	keepAll(t, a, hotel.Event{Kind: hotel.KindBoot, Name: "first"}, hotel.Event{Kind: hotel.KindBoot, Name: "newest"})
	newest, err := a.store.Event(a.LastID())
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2*gapPage + 3 { // what is not of the PBX does not count
		ev := hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandReport, Fields: map[string]string{"code": fmt.Sprint("c", n%3)}}
		if _, err := a.store.Append(t.Context(), ev, nil); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	a, _ = testAgent(t, c, nil)
	keepAll(t, a, hotel.Gap{To: to, Why: "started"}.Event())
	all := gaps(t, a)
	if len(all) != 1 || !all[0].From.Equal(newest.Time) || !all[0].To.Equal(to) {
		t.Fatalf("%+v, want one from %s", all, newest.Time)
	}
	if _, offset := all[0].From.Zone(); offset != 8*3600 {
		t.Errorf("told in another zone than the hotel's: %s", all[0].From)
	}
	keepAll(t, a, hotel.Gap{From: newest.Time, To: to, Why: "cut"}.Event())
	if all = gaps(t, a); len(all) != 2 || !all[1].From.Equal(newest.Time) {
		t.Errorf("%+v", all)
	}
}
