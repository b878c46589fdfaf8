package hotel

import (
	"testing"
	"time"
)

func TestStayFromCheckInToCheckOut(t *testing.T) {
	tx := smallHotel()
	at := func(minutes int, e Effect) {
		t.Helper()
		ev := testEvent()
		ev.Time = eventTime.Add(time.Duration(minutes) * time.Minute)
		if err := Apply(tx, ev, "rules", []Effect{e}, withPMS); err != nil {
			t.Fatalf("after %d minutes: %v", minutes, err)
		}
	}
	want := Stay{ID: "G2", Room: "102", State: StayInHouse, CheckIn: eventTime}

	at(0, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G2"}})
	equal(t, "stay after check-in", record[Stay](tx, StayKey("G2")), want)
	equal(t, "room after check-in", tx.room("102"), Room{Number: "102", Stay: "G2", LastStay: "G0"})
	refused(t, tx, Invalid{"checkin", "room", "is occupied; check out or move first", "102"}, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G3"}})

	at(1, Effect{DND: &SetDND{Room: "102", On: true}})
	refused(t, tx, Invalid{"move", "to", "is occupied", "101"}, Effect{Move: &MoveStay{From: "102", To: "101"}})
	at(2, Effect{Move: &MoveStay{From: "102", To: "103"}})
	want.Room, want.Moved = "103", eventTime.Add(2*time.Minute)
	equal(t, "stay after the move", record[Stay](tx, StayKey("G2")), want)
	equal(t, "room that was left", tx.room("102"), Room{Number: "102", LastStay: "G2"})
	equal(t, "new room", tx.room("103"), Room{Number: "103", Extensions: []string{"8031", "8032"}, Minibar: "suite", Stay: "G2", DND: true, DNDAt: eventTime.Add(time.Minute)})

	at(3, Effect{CheckOut: &CheckOut{Room: "103"}})
	want.State, want.CheckOut, want.Left = StayDeparted, eventTime.Add(3*time.Minute), 7
	equal(t, "stay after check-out", record[Stay](tx, StayKey("G2")), want)
	equal(t, "room after check-out", tx.room("103"), Room{Number: "103", Extensions: []string{"8031", "8032"}, Minibar: "suite", LastStay: "G2"})
	refused(t, tx, Invalid{"checkout", "room", "is vacant", "103"}, Effect{CheckOut: &CheckOut{Room: "103"}})
	refused(t, tx, Invalid{"checkin", "stay", "must be a new id", "G2"}, Effect{CheckIn: &CheckIn{Room: "103", Stay: "G2"}})

	at(4, Effect{CheckIn: &CheckIn{Room: "103", Stay: "G4"}})
	equal(t, "room with the next guest", tx.room("103").Stay, "G4")
	equal(t, "queued and emitted", tx.outside(), 0)
}

func TestStayThatTheHotelNames(t *testing.T) {
	tx := smallHotel()
	tx.Put(StayKey("S7"), Stay{ID: "S7", Room: "101"}) // a PMS may name one so
	apply(t, tx, noPMS, Effect{CheckIn: &CheckIn{Room: "102"}}, Effect{CheckIn: &CheckIn{Room: "103"}})
	equal(t, "stay in 102", tx.room("102").Stay, "S7-2")
	equal(t, "stay in 103", tx.room("103").Stay, "S7-3")
	equal(t, "stay that was there", record[Stay](tx, StayKey("S7")).Room, "101")

	tx = smallHotel()
	apply(t, tx, noPMS, Effect{CheckIn: &CheckIn{Room: "102"}})
	equal(t, "stay", record[Stay](tx, StayKey("S7")), Stay{ID: "S7", Room: "102", State: StayInHouse, CheckIn: eventTime})
}

// A room whose stay's record is gone can still be used.
func TestStayWithoutRecord(t *testing.T) {
	tx := smallHotel()
	tx.Delete(StayKey("G1"))
	apply(t, tx, noPMS, Effect{Move: &MoveStay{From: "101", To: "102"}}, Effect{CheckOut: &CheckOut{Room: "102"}})
	equal(t, "room 101", tx.room("101"), Room{Number: "101", Status: StatusClean, LastStay: "G1"})
	equal(t, "room 102", tx.room("102"), Room{Number: "102", LastStay: "G1"})
	equal(t, "stays", countTo(tx, PrefixStay, 10), 0)
}
