package hotel

import (
	"strings"
	"testing"
)

var withPhones = Setup{Currency: "CNY", Phones: true, Vacate: true, Classes: []string{"local", ClassNone}}

// toldPBX lists the calls to the PBX: what, which body, in which room's lane.
func toldPBX(tx *memTx) (calls []string) {
	for _, q := range tx.queued {
		if q.To == "pbx" {
			calls = append(calls, q.Op+" "+string(q.Body)+" "+strings.Join(q.Lanes, ",")+" "+q.Supersedes)
		}
	}
	tx.queued = nil
	return calls
}

func TestCheckInTellsEachPhone(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, withPhones, Effect{CheckIn: &CheckIn{Room: "103", Stay: "G2", Name: "李 & Co", Class: "local"}})
	equal(t, "calls", toldPBX(tx), []string{
		`phone {"extension":"8031"} 103 phone/8031`, `phone {"extension":"8032"} 103 phone/8032`,
	})
	equal(t, "phone", record[Phone](tx, PhoneKey("8032")), Phone{Extension: "8032", Room: "103", Name: "李 & Co", Class: "local", Order: 7})
	equal(t, "guest", record[GuestRecord](tx, GuestKey("G2")), GuestRecord{Name: "李 & Co"})

	apply(t, tx, withPhones, Effect{Move: &MoveStay{From: "103", To: "102"}})
	equal(t, "calls of the move", toldPBX(tx), []string{
		`vacate {"extension":"102","stay":"G2","arriving":true} 102 `, // nobody knows whether the one before left anything
		`phone {"extension":"102"} 102 phone/102`, `phone {"extension":"8031"} 103 phone/8031`, `phone {"extension":"8032"} 103 phone/8032`,
		`vacate {"extension":"8031","stay":"G2","to":"102"} 103 `, `vacate {"extension":"8032","stay":"G2","to":"102"} 103 `,
	})
	equal(t, "the new phone", record[Phone](tx, PhoneKey("102")), Phone{Extension: "102", Room: "102", Name: "李 & Co", Class: "local", Order: 7})
	equal(t, "the old phone", record[Phone](tx, PhoneKey("8031")), Phone{Extension: "8031", Room: "103", Class: ClassNone, Order: 7, Vacating: "G2"})

	apply(t, tx, withPhones, Effect{CheckOut: &CheckOut{Room: "102"}})
	equal(t, "calls of the check-out", toldPBX(tx), []string{
		`phone {"extension":"102"} 102 phone/102`, `vacate {"extension":"102","stay":"G2"} 102 `,
	})
}

func TestPhonesThatNobodyNamedAreLeftAlone(t *testing.T) {
	tx := smallHotel()
	leave := withPhones
	leave.Vacate = false
	apply(t, tx, leave, Effect{CheckIn: &CheckIn{Room: "102"}}, Effect{CheckOut: &CheckOut{Room: "102"}})
	equal(t, "calls", toldPBX(tx), []string(nil))
	apply(t, tx, noPMS, Effect{CheckIn: &CheckIn{Room: "102", Name: "Li"}})
	equal(t, "calls without a PBX", toldPBX(tx), []string(nil))
}

func TestClassMustBeKnown(t *testing.T) {
	refused(t, smallHotel(), Invalid{"checkin", "class", "has no routes in the configuration", "vip"},
		Effect{CheckIn: &CheckIn{Room: "102", Class: "vip"}})
}

// What is wanted anew while a telephone is being put back is not forgotten
// with it.
func TestOrderWhileAPhoneIsPutBack(t *testing.T) {
	tx := smallHotel()
	name := "Room 102"
	apply(t, tx, withPhones, Effect{CheckIn: &CheckIn{Room: "102", Name: "Li"}},
		Effect{Phone: &PhoneNote{Extension: "102", Before: PhoneSettings{Name: &name}, Ours: PhoneSettings{Name: &name}}})
	apply(t, tx, withPhones, Effect{Phone: &PhoneNote{Extension: "102", Restored: 6}})
	equal(t, "phone", record[Phone](tx, PhoneKey("102")), Phone{Extension: "102", Room: "102", Name: "Li", Order: 7})
	apply(t, tx, withPhones, Effect{Phone: &PhoneNote{Extension: "102", Restored: 7}})
	equal(t, "phone put back", record[Phone](tx, PhoneKey("102")), Phone{})
	apply(t, tx, withPhones, Effect{Phone: &PhoneNote{Extension: "102", Restored: 7}})
	equal(t, "phone put back twice", record[Phone](tx, PhoneKey("102")), Phone{})
}

// A telephone that is given to another room shows who stays there.
func TestPhonesThatChangeRooms(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, withPhones, Effect{CheckIn: &CheckIn{Room: "103", Stay: "G2", Name: "Li", Class: "local"}})
	toldPBX(tx)
	apply(t, tx, withPhones, Effect{Import: &Import{Rooms: []Room{
		{Number: "102", Extensions: []string{"8031"}}, {Number: "103", Extensions: []string{"8032", "8033"}},
	}}})
	equal(t, "calls", toldPBX(tx), []string{`phone {"extension":"8031"} 102 phone/8031`, `phone {"extension":"8033"} 103 phone/8033`})
	equal(t, "the one that went", record[Phone](tx, PhoneKey("8031")), Phone{Extension: "8031", Room: "102", Class: ClassNone, Order: 7})
	equal(t, "the one that came", record[Phone](tx, PhoneKey("8033")), Phone{Extension: "8033", Room: "103", Name: "Li", Class: "local", Order: 7})
	// Two occupied rooms exchange their telephones.
	apply(t, tx, withPhones, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G3", Name: "Wang", Class: "local"}})
	toldPBX(tx)
	apply(t, tx, withPhones, Effect{Import: &Import{Rooms: []Room{
		{Number: "102", Extensions: []string{"8032", "8033"}}, {Number: "103", Extensions: []string{"8031"}},
	}}})
	for extension, guest := range map[string]Phone{
		"8031": {Extension: "8031", Room: "103", Name: "Li", Class: "local", Order: 7},
		"8032": {Extension: "8032", Room: "102", Name: "Wang", Class: "local", Order: 7},
		"8033": {Extension: "8033", Room: "102", Name: "Wang", Class: "local", Order: 7},
	} {
		equal(t, extension, record[Phone](tx, PhoneKey(extension)), guest)
	}
	// A guest one of whose telephones was put back moves all the same.
	tx.Delete(PhoneKey("8032"))
	tx.Put(RoomKey("104"), Room{Number: "104"})
	apply(t, tx, withPhones, Effect{Move: &MoveStay{From: "102", To: "104"}})
	equal(t, "guest in 104", record[Phone](tx, PhoneKey("104")).Name, "Wang")
}

// A guest who leaves while no PBX is configured is taken off when there is one
// again.
func TestGuestWhoLeavesWithoutAPBX(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, withPhones, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G2", Name: "Li", Class: "local"}})
	toldPBX(tx)
	apply(t, tx, noPMS, Effect{CheckOut: &CheckOut{Room: "102"}})
	equal(t, "calls", toldPBX(tx), []string{`phone {"extension":"102"} 102 phone/102`})
	equal(t, "phone", record[Phone](tx, PhoneKey("102")), Phone{Extension: "102", Room: "102", Class: ClassNone, Order: 7})
}
