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
		`phone {"extension":"102"} 102 phone/102`, `phone {"extension":"8031"} 103 phone/8031`, `phone {"extension":"8032"} 103 phone/8032`,
	})
	equal(t, "the new phone", record[Phone](tx, PhoneKey("102")), Phone{Extension: "102", Room: "102", Name: "李 & Co", Class: "local", Order: 7})
	equal(t, "the old phone", record[Phone](tx, PhoneKey("8031")), Phone{Extension: "8031", Room: "103", Class: ClassNone, Order: 7})

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
