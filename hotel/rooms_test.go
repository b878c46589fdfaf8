package hotel

import (
	"strings"
	"testing"
)

func to[T any](v T) *T { return &v }

func order(t *testing.T, tx *memTx, o RoomOrder) {
	t.Helper()
	setup := noPMS
	setup.Phones = true
	apply(t, tx, setup, Effect{Room: &o})
}

func TestRoomIsAddedEditedAndRemoved(t *testing.T) {
	tx := smallHotel()
	order(t, tx, RoomOrder{Do: RoomAdd, Number: "0104", Extensions: to([]string{"0104", "8104"}), Building: to("Tower B"), Floor: to("1")})
	equal(t, "room", tx.room("0104"), Room{Number: "0104", Extensions: []string{"0104", "8104"}, Building: "Tower B", Floor: "1"})
	equal(t, "extension", record[Extension](tx, ExtensionKey("0104")), Extension{Room: "0104"})
	refused(t, tx, Invalid{"rooms", "number", "is a room already: edit it", "0104"}, Effect{Room: &RoomOrder{Do: RoomAdd, Number: "0104"}})

	order(t, tx, RoomOrder{Do: RoomEdit, Number: "0104", Floor: to(""), Minibar: to("suite"), Waiting: to(true), DND: to(true), Status: to(StatusClean)})
	equal(t, "edited", tx.room("0104"), Room{
		Number: "0104", Extensions: []string{"0104", "8104"}, Building: "Tower B", Minibar: "suite", Status: StatusClean, Waiting: true,
		DND: true, DNDFrom: DNDDesk, DNDAt: eventTime,
	})
	order(t, tx, RoomOrder{Do: RoomEdit, Number: "0104", Extensions: to([]string{"8104"}), DND: to(false), Waiting: to(false)})
	equal(t, "edited again", tx.room("0104"), Room{Number: "0104", Extensions: []string{"8104"}, Building: "Tower B", Minibar: "suite", Status: StatusClean})
	equal(t, "the extension that went", record[Extension](tx, ExtensionKey("0104")), Extension{})

	order(t, tx, RoomOrder{Do: RoomRemove, Number: "0104"})
	equal(t, "room", tx.room("0104"), Room{})
	equal(t, "extension", record[Extension](tx, ExtensionKey("8104")), Extension{})
	equal(t, "calls", queuedOps(tx), []string{OpDND + " 0104", OpDND + " 0104", OpDND + " 0104"}) // two telephones, then one
	refused(t, tx, Invalid{"rooms", "number", "must be a room of the hotel", "0104"}, Effect{Room: &RoomOrder{Do: RoomRemove, Number: "0104"}})
}

// A room's telephones are put back on the PBX when it is removed.
func TestRemovedRoomGivesItsTelephonesBack(t *testing.T) {
	tx := smallHotel()
	tx.Put(PhoneKey("8031"), Phone{Extension: "8031", Room: "103", Class: ClassNone, Before: PhoneSettings{Name: to("Suite")}})
	order(t, tx, RoomOrder{Do: RoomRemove, Number: "103"})
	equal(t, "calls", len(tx.queued), 1)
	equal(t, "call", []string{tx.queued[0].Op, string(tx.queued[0].Body), tx.queued[0].Room}, []string{OpRestore, `{"extension":"8031"}`, "103"})
	p := record[Phone](tx, PhoneKey("8031"))
	equal(t, "telephone", []any{p.Class, p.Room, *p.Before.Name}, []any{"", "103", "Suite"})
	apply(t, tx, noPMS, Effect{Phone: &PhoneNote{Extension: "8031", Restored: 7}})
	equal(t, "forgotten", tx.Get(PhoneKey("8031"), &p), false)
}

func TestRoomOrdersThatAreRefused(t *testing.T) {
	long := strings.Repeat("x", maxPlace+1)
	for _, c := range []struct {
		want Invalid
		o    RoomOrder
	}{
		{Invalid{"rooms", "number", "must be a room of the hotel", "999"}, RoomOrder{Do: RoomEdit, Number: "999"}},
		{Invalid{"rooms", "number", "must be 1 to 8 digits", "1/4"}, RoomOrder{Do: RoomAdd, Number: "1/4"}},
		{Invalid{"rooms", "do", "must be add, edit or remove", "paint"}, RoomOrder{Do: "paint", Number: "101"}},
		{Invalid{"rooms", "number", "is occupied; check out or move first", "101"}, RoomOrder{Do: RoomRemove, Number: "101"}},
		{Invalid{"rooms", "number", "has wake-ups; cancel them first", "102"}, RoomOrder{Do: RoomRemove, Number: "102"}},
		{Invalid{"rooms", "extensions", "belongs to a room that is occupied; it can go after the check-out", "101"}, RoomOrder{Do: RoomEdit, Number: "101", Extensions: to([]string{"8101"})}},
		{Invalid{"rooms", "extensions", "already belongs to room 103", "8031"}, RoomOrder{Do: RoomEdit, Number: "102", Extensions: to([]string{"8031"})}},
		{Invalid{"rooms", "building", "must have at most 40 bytes", long}, RoomOrder{Do: RoomEdit, Number: "102", Building: &long}},
		{Invalid{"rooms", "floor", "must be text of one line", "1\n2"}, RoomOrder{Do: RoomEdit, Number: "102", Floor: to("1\n2")}},
		{Invalid{"rooms", "floor", "must not begin or end with a blank", " 1"}, RoomOrder{Do: RoomEdit, Number: "102", Floor: to(" 1")}},
		{Invalid{"rooms", "status", "is no housekeeping status", "wet"}, RoomOrder{Do: RoomEdit, Number: "102", Status: to(Status("wet"))}},
	} {
		tx := smallHotel()
		a := applier{tx: tx, ev: testEvent()}
		a.putWakeUp(WakeUp{ID: "W1", Room: "102", State: WakeUpScheduled})
		refused(t, tx, c.want, Effect{Room: &c.o})
	}
	// One more telephone does not hurt a guest.
	tx := smallHotel()
	order(t, tx, RoomOrder{Do: RoomEdit, Number: "101", Extensions: to([]string{"101", "8101"})})
	equal(t, "telephones", tx.room("101").Extensions, []string{"101", "8101"})
}

func TestTelephonesAreMended(t *testing.T) {
	tx := smallHotel()
	setup := Setup{Phones: true}
	apply(t, tx, setup, Effect{Mend: &MendPhones{Room: "103", Extensions: []string{"8032"}}})
	equal(t, "calls", len(tx.queued), 1)
	q := tx.queued[0]
	equal(t, "call", []string{q.Op, string(q.Body), q.Room, q.Supersedes}, []string{OpPhone, `{"extension":"8032"}`, "103", PhoneKey("8032")})
	refused(t, tx, Invalid{Effect: "mend", Rule: "this PBX cannot be told anything about telephones"}, Effect{Mend: &MendPhones{Room: "103", Extensions: []string{"8032"}}})
	err := Apply(tx, testEvent(), RulesUnit, []Effect{{Mend: &MendPhones{Room: "103", Extensions: []string{"101"}}}}, setup)
	equal(t, "another room's", err.Error(), `mend.extensions: must be the room's, but it is "101"`)
}

// A list that does not name buildings leaves them.
func TestImportLeavesPlaces(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, noPMS, Effect{Import: &Import{Rooms: []Room{{Number: "102", Building: "A", Floor: "1"}}}})
	apply(t, tx, noPMS, Effect{Import: &Import{Rooms: []Room{{Number: "102", Floor: "2"}}}})
	equal(t, "room", tx.room("102"), Room{Number: "102", Building: "A", Floor: "2", LastStay: "G0"})
	refused(t, tx, Invalid{"rooms", "building", "must be text of one line", "a\x00"}, Effect{Import: &Import{Rooms: []Room{{Number: "102", Building: "a\x00"}}}})
}
