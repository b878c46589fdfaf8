package hotel

import (
	"slices"
	"strings"
	"testing"
)

// creditSetup lets each stay owe 100.00, tells at 80%, and lowers to internal.
var creditSetup = Setup{
	Currency: "CNY", Phones: true, Classes: []string{"local", "national", ClassNone, ClassInternal},
	Credit: CreditSetup{Limit: 10000, Warn: 8000, Class: ClassInternal},
}

// creditHotel has G1 in 101 with the class national, and nobody in 102.
func creditHotel(t *testing.T, setup Setup) *memTx {
	t.Helper()
	tx := smallHotel()
	for _, n := range []string{"101", "102"} {
		tx.Put(RoomKey(n), Room{Number: n})
	}
	tx.Delete(StayKey("G1"))
	apply(t, tx, setup, Effect{CheckIn: &CheckIn{Room: "101", Stay: "G1", Class: "national"}})
	return tx
}

func owe(stay string, amount int64) Effect {
	return Effect{Post: &PostCharge{Room: "101", Stay: stay, Kind: PostingOther, Amount: amount}}
}

// classOn is what a room's telephone may dial.
func classOn(tx *memTx, extension string) string {
	return record[Phone](tx, PhoneKey(extension)).Granted()
}

func codes(tx *memTx) (all []string) {
	tx.List(PrefixAlert, func(_ string, decode func(any) bool) bool {
		var al Alert
		if decode(&al); strings.HasPrefix(al.Code, "credit") {
			all = append(all, al.Code)
		}
		return true
	})
	slices.Sort(all)
	return all
}

func TestCreditLimitLowersAndPaymentGivesBack(t *testing.T) {
	tx := creditHotel(t, creditSetup)
	is := func(what, class string, alerts ...string) {
		t.Helper()
		equal(t, what+": class", classOn(tx, "101"), class)
		equal(t, what+": alerts", codes(tx), alerts)
	}
	apply(t, tx, creditSetup, owe("G1", 7999))
	is("below 80%", "national")
	apply(t, tx, creditSetup, owe("G1", 1))
	is("80%", "national", AlertCreditNear)
	apply(t, tx, creditSetup, owe("G1", 1999))
	is("just below", "national", AlertCreditNear)
	queued := len(tx.queued)
	apply(t, tx, creditSetup, owe("G1", 1))
	is("reached", ClassInternal, AlertCreditNear, AlertCredit)
	equal(t, "the PBX is told", len(tx.queued)-queued, 1)
	apply(t, tx, creditSetup, owe("G1", 500))
	is("more", ClassInternal, AlertCreditNear, AlertCredit)
	for _, code := range []string{AlertCreditNear, AlertCredit} {
		al := alerts(tx, code)[0]
		if al.Count != 1 || strings.Contains(al.Text("en")+al.Text("zh"), "?") || !strings.Contains(al.Text("zh"), "100.00") {
			t.Errorf("%+v: %s", al, al.Text("en"))
		}
	}
	apply(t, tx, creditSetup, Effect{Pay: &Pay{Stay: "G1", Amount: 501}})
	is("paid", "national", AlertCreditNear)
	apply(t, tx, creditSetup, owe("G1", 1))
	is("reached again", ClassInternal, AlertCreditNear, AlertCredit)
	apply(t, tx, creditSetup, Effect{Correct: &Correct{Posting: "P1"}})
	is("corrected", "national")
}

// What the desk was told resolves itself when it is no longer so: by a limit that
// is raised, by another room's guest, after the check-out; not by another's payment.
func TestCreditAlertsResolveThemselves(t *testing.T) {
	tx := creditHotel(t, creditSetup)
	apply(t, tx, creditSetup, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G2", Class: "national"}}, owe("G1", 10000), owe("G2", 10000))
	equal(t, "both", codes(tx), []string{AlertCredit, AlertCredit})
	apply(t, tx, creditSetup, Effect{Pay: &Pay{Stay: "G2", Amount: 10000}})
	equal(t, "one has paid", codes(tx), []string{AlertCredit})
	raised := int64(20000)
	apply(t, tx, creditSetup, Effect{SetLimit: &SetLimit{Stay: "G1", Limit: &raised}})
	equal(t, "the limit of the other is raised", codes(tx), []string(nil))
	apply(t, tx, creditSetup, owe("G1", 10000), Effect{CheckOut: &CheckOut{Room: "101", Now: true}})
	equal(t, "who left owes it still", codes(tx), []string{AlertCredit})
	apply(t, tx, creditSetup, Effect{Pay: &Pay{Stay: "G1", Amount: 20000}})
	equal(t, "and pays", codes(tx), []string(nil))
	apply(t, tx, creditSetup, owe("G1", 30000))
	equal(t, "who is gone is told of no more", codes(tx), []string(nil))
}

func TestLimitOfAStay(t *testing.T) {
	set := func(tx *memTx, limit string) {
		t.Helper()
		apply(t, tx, creditSetup, Rules(&Event{Kind: KindCommand, Name: CommandLimit, Room: "101", Fields: map[string]string{"limit": limit}}, false)...)
	}
	tx := creditHotel(t, creditSetup)
	apply(t, tx, creditSetup, owe("G1", 10000))
	set(tx, "10001")
	equal(t, "raised", classOn(tx, "101"), "national")
	set(tx, LimitDefault)
	equal(t, "the hotel's again", classOn(tx, "101"), ClassInternal)
	set(tx, LimitNone)
	equal(t, "none", classOn(tx, "101"), "national")
	apply(t, tx, creditSetup, owe("G1", 1_000_000))
	equal(t, "none, and much owed", classOn(tx, "101"), "national")
	apply(t, tx, creditSetup, Rules(&Event{Kind: KindCommand, Name: CommandLimit, Room: "101", Fields: map[string]string{"limit": "1000000000000"}}, false)...)
	refused(t, tx, Invalid{"limit", "limit", "must be an amount above zero, none or default", "1000000000001"},
		Rules(&Event{Kind: KindCommand, Name: CommandLimit, Room: "101", Fields: map[string]string{"limit": "1000000000001"}}, false)...)
	for _, bad := range []string{"0", "-5", "x", ""} {
		refused(t, tx, Invalid{"limit", "limit", "must be an amount above zero, none or default", "-1"},
			replaceLimit(Rules(&Event{Kind: KindCommand, Name: CommandLimit, Room: "101", Fields: map[string]string{"limit": bad}}, false))...)
	}
}

// replaceLimit makes negative limits equal, for the message.
func replaceLimit(effects []Effect) []Effect {
	if l := effects[0].SetLimit.Limit; l != nil && *l < 0 {
		*l = -1
	}
	return effects
}

func TestLoweredClassIsNobodyElses(t *testing.T) {
	reach := func() *memTx {
		tx := creditHotel(t, creditSetup)
		apply(t, tx, creditSetup, owe("G1", 10000))
		return tx
	}
	tx := reach()
	apply(t, tx, creditSetup, Effect{Move: &MoveStay{From: "101", To: "102"}})
	equal(t, "goes along", classOn(tx, "102"), ClassInternal)
	equal(t, "and stays not behind", classOn(tx, "101"), ClassNone)
	apply(t, tx, creditSetup, Effect{Pay: &Pay{Stay: "G1", Amount: 5000}})
	equal(t, "is given back where the guest is now", classOn(tx, "102"), "national")

	tx = reach()
	apply(t, tx, creditSetup, Effect{CheckOut: &CheckOut{Room: "101"}}, Effect{CheckIn: &CheckIn{Room: "101", Stay: "G5", Class: "local"}})
	equal(t, "the next guest's own", classOn(tx, "101"), "local")
	apply(t, tx, creditSetup, owe("G1", 500))
	equal(t, "a late charge of the one before", classOn(tx, "101"), "local")

	tx = reach()
	apply(t, tx, creditSetup, Effect{CheckIn: &CheckIn{Room: "101", Stay: "G2", Share: true}})
	equal(t, "shared with one who owes nothing", classOn(tx, "101"), ClassInternal)
	apply(t, tx, creditSetup, Effect{Move: &MoveStay{From: "101", To: "102", Stay: "G1"}})
	equal(t, "who is left", classOn(tx, "101"), "national")
	equal(t, "who went", classOn(tx, "102"), ClassInternal)

	tx = creditHotel(t, creditSetup)
	apply(t, tx, creditSetup, Effect{CheckIn: &CheckIn{Room: "101", Stay: "G2", Share: true}}, owe("G2", 10000))
	equal(t, "a sharer owes too much", classOn(tx, "101"), ClassInternal)

	tx = reach()
	apply(t, tx, creditSetup, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G3", Class: "local"}}, Effect{Move: &MoveStay{From: "101", To: "102", Swap: true}})
	equal(t, "swapped: the one", classOn(tx, "102"), ClassInternal)
	equal(t, "swapped: the other", classOn(tx, "101"), "local")
}

func TestLimitWithoutClassesIsToldAlone(t *testing.T) {
	bare := creditSetup
	bare.Classes, bare.Phones = nil, false
	tx := smallHotel()
	apply(t, tx, bare, owe("G1", 10000))
	equal(t, "alerts", codes(tx), []string{AlertCreditOnly})
	if text := alerts(tx, AlertCreditOnly)[0].Text("en"); strings.Contains(text, "?") {
		t.Error(text)
	}
	// A guest who may dial no more than the lower class anyway keeps what there is.
	tx = creditHotel(t, creditSetup)
	apply(t, tx, creditSetup, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G4", Class: ClassInternal}}, owe("G4", 10000))
	equal(t, "alerts", codes(tx), []string{AlertCreditOnly})
	// Without a share of the limit nobody is warned before it is reached.
	late := creditSetup
	late.Credit.Warn = 0
	tx = creditHotel(t, late)
	apply(t, tx, late, owe("G1", 9999))
	equal(t, "just below", codes(tx), []string(nil))
	// No limit: nothing is kept.
	none := creditSetup
	none.Credit.Limit = 0
	tx = creditHotel(t, none)
	apply(t, tx, none, owe("G1", 1_000_000))
	equal(t, "alerts", codes(tx), []string(nil))
	equal(t, "record", record[Credit](tx, CreditKey("G1")), Credit{})
}

func TestLimitIsNobodysWhoHasLeft(t *testing.T) {
	tx := creditHotel(t, creditSetup)
	apply(t, tx, creditSetup, Effect{CheckOut: &CheckOut{Room: "101"}}, owe("G1", 20000))
	equal(t, "alerts", codes(tx), []string(nil))
}
