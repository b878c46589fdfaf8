package hotel

import (
	"fmt"
	"testing"
	"time"
)

// recorded is the stay that a call of room 101 is put down to, by when it began
// and when its record came.
func recorded(t *testing.T, tx *memTx, zone *time.Location, start string, seconds int, reported time.Time) string {
	t.Helper()
	ev := testEvent()
	ev.Room, ev.Time, ev.CDR = "101", reported, &CDR{Start: start, Duration: seconds}
	if err := Apply(tx, ev, "rules", []Effect{{Call: &RecordCall{}}}, Setup{Zone: zone}); err != nil {
		t.Fatal(err)
	}
	return tx.calls[len(tx.calls)-1].Stay
}

func TestCallBelongsToWhoStayedThereWhenItBegan(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	tx := smallHotel()
	tx.Put(RoomKey("101"), Room{Number: "101"})
	at := func(hour, minute int) time.Time { return time.Date(2026, 3, 1, hour, minute, 0, 0, zone) }
	do := func(when time.Time, e Effect) {
		ev := testEvent()
		ev.Time = when.UTC()
		if err := Apply(tx, ev, "rules", []Effect{e}, Setup{Zone: zone}); err != nil {
			t.Fatal(err)
		}
	}
	do(at(9, 0), Effect{CheckIn: &CheckIn{Room: "101", Stay: "A"}})
	do(at(10, 0), Effect{Move: &MoveStay{From: "101", To: "103"}})
	do(at(11, 0), Effect{CheckIn: &CheckIn{Room: "101", Stay: "B"}})
	do(at(12, 0), Effect{CheckIn: &CheckIn{Room: "101", Stay: "C", Share: true}})
	do(at(13, 0), Effect{CheckOut: &CheckOut{Room: "101", Stay: "B"}})
	do(at(14, 0).Add(700*time.Millisecond), Effect{CheckOut: &CheckOut{Room: "101"}})
	do(at(15, 0).Add(700*time.Millisecond), Effect{CheckIn: &CheckIn{Room: "101", Stay: "D"}}) // calls are recorded by the second
	for clock, want := range map[string]string{
		"08:59:59": "", "09:00:00": "A", "09:59:00": "A", "10:30:00": "", "11:00:00": "B", "12:30:00": "B", "13:30:00": "C", "13:59:00": "C", "14:00:00": "C", "14:00:01": "", "14:30:00": "", "15:00:00": "D", "15:30:00": "D",
	} {
		equal(t, "call at "+clock, recorded(t, tx, zone, "2026-03-01 "+clock, 600, at(16, 0)), want)
	}
	equal(t, "call without a time", recorded(t, tx, zone, "", 3600, at(14, 30)), "C")
}

// A local time that occurs twice is the later one, if that can be.
func TestCallInTheHourThatOccursTwice(t *testing.T) {
	for zone, change := range map[string]time.Time{ // when the clock goes back
		"Europe/Rome":         time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC),
		"Australia/Lord_Howe": time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC),
	} {
		where, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		tx := smallHotel()
		tx.Put(RoomKey("101"), Room{Number: "101"})
		ev := testEvent()
		for id, when := range map[string]time.Time{"A": change.Add(-24 * time.Hour), "B": change} {
			ev.Time = when
			tx.Put(OccupancyKey("101"), append(record[[]Occupancy](tx, OccupancyKey("101")), Occupancy{Stay: id, Since: when}))
		}
		list := record[[]Occupancy](tx, OccupancyKey("101"))
		if list[0].Since.After(list[1].Since) {
			list[0], list[1] = list[1], list[0]
		}
		tx.Put(OccupancyKey("101"), list)
		local := change.Add(10 * time.Minute).In(where).Format(time.DateTime)
		equal(t, fmt.Sprint(zone, ": before"), recorded(t, tx, where, local, 300, change.Add(-5*time.Minute)), "A")
		equal(t, fmt.Sprint(zone, ": after"), recorded(t, tx, where, local, 300, change.Add(15*time.Minute)), "B")
	}
}

// Rooms of an earlier version have no list.
func TestCallOfARoomWithoutAList(t *testing.T) {
	tx := smallHotel()
	equal(t, "in the stay", recorded(t, tx, time.UTC, eventTime.Format(time.DateTime), 0, eventTime), "G1")
	equal(t, "before it", recorded(t, tx, time.UTC, eventTime.Add(-48*time.Hour).Format(time.DateTime), 0, eventTime), "")
	left := Stay{ID: "G0", Room: "101", State: StayDeparted, CheckIn: eventTime.Add(-72 * time.Hour), CheckOut: eventTime.Add(-36 * time.Hour)}
	tx.Put(RoomKey("101"), Room{Number: "101", LastStay: "G0"})
	for what, c := range map[string]struct {
		room string // of who left
		ago  time.Duration
		want string
	}{
		"who left": {"101", 48 * time.Hour, "G0"}, "after they left": {"101", 36 * time.Hour, ""}, "before they came": {"101", 73 * time.Hour, ""},
		"who has another room by now": {"103", 48 * time.Hour, ""},
	} {
		left.Room = c.room
		tx.Put(StayKey("G0"), left)
		equal(t, what, recorded(t, tx, time.UTC, eventTime.Add(-c.ago).Format(time.DateTime), 0, eventTime), c.want)
	}
}

// When a call began whose local time occurs twice: the later time, if it could have
// ended by its report. 02:10 in Rome is 00:10 and 01:10.
func TestWhichOfTwoTimesACallBegan(t *testing.T) {
	rome := zoneOf(t, "Europe/Rome")
	at := func(clock string) time.Time { return begins(t, "2026-10-25T"+clock+"Z", rome) }
	for _, c := range []struct {
		what     string
		seconds  int
		ahead    time.Duration // of the PBX's clock
		reported string
		want     string
	}{
		{"it can have been the later", 300, 0, "01:15:00", "01:10:00"},
		{"a PBX whose clock is a little ahead", 300, 0, "01:13:00", "01:10:00"},
		{"it would have ended after its report", 300, 0, "01:12:59", "00:10:00"},
		{"it was long", 3000, 0, "01:30:00", "00:10:00"},
		{"the PBX is ten minutes ahead", 300, 10 * time.Minute, "01:05:00", "01:00:00"},
		{"and it was the earlier", 300, 10 * time.Minute, "01:02:59", "00:00:00"},
		{"a report of the next day", 300, 0, "23:00:00", "01:10:00"},
	} {
		began := CDR{Start: "2026-10-25 02:10:00", Duration: c.seconds}.WhenBegan(rome, c.ahead, at(c.reported))
		equal(t, c.what, began, at(c.want).UTC())
	}
}

func TestListOfStaysIsBounded(t *testing.T) {
	tx := smallHotel()
	for range maxOccupancy {
		apply(t, tx, noPMS, Effect{CheckIn: &CheckIn{Room: "102"}}, Effect{CheckOut: &CheckOut{Room: "102"}})
	}
	equal(t, "entries", len(record[[]Occupancy](tx, OccupancyKey("102"))), maxOccupancy)
}

// By a clock of which it is known how far it is ahead, or that has another zone.
func TestCallByAClockThatIsAhead(t *testing.T) {
	tx := smallHotel()
	cdr := CDR{Start: "2026-03-01 10:05:00", Duration: 60}
	began := cdr.WhenBegan(time.UTC, 10*time.Minute, eventTime)
	equal(t, "began", began, time.Date(2026, 3, 1, 9, 55, 0, 0, time.UTC))
	ev := testEvent()
	cdr.Began, ev.Room = eventTime.Add(-30*time.Hour), "101"
	ev.CDR = &cdr
	if err := Apply(tx, ev, "rules", []Effect{{Call: &RecordCall{}}}, noPMS); err != nil {
		t.Fatal(err)
	}
	equal(t, "before the stay began", tx.calls[0].Stay, "")
}
