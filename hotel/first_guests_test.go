package hotel

import (
	"slices"
	"strings"
	"testing"
)

func TestOccupancyIsConfirmedOnce(t *testing.T) {
	tx := smallHotel()
	if _, confirmed := OccupancyConfirmed(tx); confirmed {
		t.Error("confirmed from the beginning")
	}
	setup := Setup{Phones: true, Classes: []string{"local"}}
	take := func(minutes int, stays ...OccupiedRoom) {
		t.Helper()
		ev := testEvent()
		ev.ID, ev.Time, ev.Source = 7+uint64(minutes), eventTime.AddDate(0, 0, minutes), SourceCommand
		must(Apply(tx, ev, RulesUnit, []Effect{{FirstGuests: &FirstGuests{From: "file", Stays: stays}}}, setup))
	}
	list := []OccupiedRoom{
		{Room: "101", Name: "another"}, // occupied: G1 stays
		{Room: "102", Name: "Li", Leaves: "2026-03-04", Class: "local", Shows: map[string]string{"102": "Li."}},
		{Room: "103", Stay: "G9", Name: "Wu"}, {Room: "103", Stay: "G10", Name: "Xu"},
	}
	take(0, list...)
	equal(t, "who stayed", tx.room("101").Stay, "G1")
	equal(t, "new stay", record[Stay](tx, StayKey("S7")), Stay{ID: "S7", Room: "102", State: StayInHouse, CheckIn: eventTime, Leaves: "2026-03-04"})
	equal(t, "the PMS's", record[Stay](tx, StayKey("G9")), Stay{ID: "G9", Room: "103", State: StayInHouse, CheckIn: eventTime})
	equal(t, "who shares", tx.room("103").Sharers, []string{"G10"})
	equal(t, "since when", record[[]Occupancy](tx, OccupancyKey("103")), []Occupancy{{Stay: "G9", Since: eventTime, Event: 7}})
	equal(t, "name", record[GuestRecord](tx, GuestKey("G9")).Name, "Wu")
	// What shows the guest is the guest's, and goes when the guest does.
	equal(t, "telephone that shows the guest", record[Phone](tx, PhoneKey("102")), Phone{
		Extension: "102", Room: "102", Name: "Li", Class: "local", Order: 7, Before: PhoneSettings{Name: to("102")}, Ours: PhoneSettings{Name: to("Li.")},
	})
	equal(t, "telephone that does not", record[Phone](tx, PhoneKey("8031")), Phone{Extension: "8031", Room: "103", Name: "Wu", Order: 7})
	var ops []string
	for _, q := range tx.queued {
		ops = append(ops, q.Op)
	}
	equal(t, "calls", strings.Join(ops, " "), "phone phone phone")
	want := OccupancyState{At: eventTime, By: SourceCommand, From: "file", Event: 7, Stays: 3}
	equal(t, "state", record[OccupancyState](tx, OccupancyStateKey), want)

	take(1, list...) // twice is harmless
	equal(t, "state", record[OccupancyState](tx, OccupancyStateKey), want)
	equal(t, "calls", len(tx.queued), 3)
	tx.Put(RoomKey("104"), Room{Number: "104"})
	take(2, OccupiedRoom{Room: "104"})
	want.Event, want.Stays = 9, 4
	equal(t, "state after one more", record[OccupancyState](tx, OccupancyStateKey), want)
	at, confirmed := OccupancyConfirmed(tx)
	equal(t, "confirmed", []any{at, confirmed}, []any{eventTime, true})
}

func TestEmptyHotelIsConfirmed(t *testing.T) {
	tx := newTx(nil)
	apply(t, tx, noPMS, Effect{FirstGuests: &FirstGuests{From: "here"}})
	at, confirmed := OccupancyConfirmed(tx)
	equal(t, "confirmed", []any{at, confirmed}, []any{eventTime, true})
}

func TestOccupancyThatIsRefused(t *testing.T) {
	for _, c := range []struct {
		want  Invalid
		stays []OccupiedRoom
	}{
		{Invalid{"occupancy", "room", "must be a room of the hotel", "999"}, []OccupiedRoom{{Room: "999"}}},
		{Invalid{"occupancy", "stay", "must be a new id", "G2"}, []OccupiedRoom{{Room: "102", Stay: "G2"}, {Room: "102", Stay: "G2"}}},
		{Invalid{"occupancy", "room", "is full", "102"}, slices.Repeat([]OccupiedRoom{{Room: "102"}}, maxSharers+2)},
		{Invalid{"occupancy", "stay", "must be a new id", "G1"}, []OccupiedRoom{{Room: "102", Stay: "G1"}}},
		{Invalid{"occupancy", "stay", "must have at most 128 bytes", strings.Repeat("g", 129)}, []OccupiedRoom{{Room: "102", Stay: strings.Repeat("g", 129)}}},
		{Invalid{"occupancy", "leaves", `must be a date such as "2026-11-24"`, "24/11"}, []OccupiedRoom{{Room: "102", Leaves: "24/11"}}},
		{Invalid{"occupancy", "class", "has no routes in the configuration", "local"}, []OccupiedRoom{{Room: "102", Class: "local"}}},
		{Invalid{"occupancy", "name", "must have at most 500 bytes", ""}, []OccupiedRoom{{Room: "102", Name: strings.Repeat("n", 501)}}},
	} {
		refused(t, smallHotel(), c.want, Effect{FirstGuests: &FirstGuests{Stays: c.stays}})
	}
}
