package hotel

import (
	"strings"
	"testing"
)

// What somebody at the desk types wrong at night is refused in words that help.

func TestCallFromAVacantRoomNamesTheRoom(t *testing.T) {
	tx := callHotel()
	reported(t, tx, callSetup, 7, "102", "c-1", outCall("102", "0211", 60))
	al := alerts(tx, AlertVacantCall)
	equal(t, "alerts", len(al), 1)
	for _, language := range []string{"en", "zh"} {
		if text := al[0].Text(language); strings.Contains(text, "?") || !strings.Contains(text, "102") {
			t.Errorf("text: %s", text)
		}
	}
}

// TestLimitIsNotSetInAnotherRoom: of a room and a stay that is not in it, one was
// mistyped, and nobody knows which.
func TestLimitIsNotSetInAnotherRoom(t *testing.T) {
	tx := creditHotel(t, creditSetup)
	apply(t, tx, creditSetup, Effect{CheckIn: &CheckIn{Room: "102", Stay: "G2"}})
	limit := int64(5000)
	refusedBy(t, tx, creditSetup, Invalid{"limit", "stay", "is not in room 102, but in 101", "G1"}, Effect{SetLimit: &SetLimit{Room: "102", Stay: "G1", Limit: &limit}})
	if _, has := tx.state[CreditKey("G1")]; has {
		t.Error("the limit was set all the same")
	}
	apply(t, tx, creditSetup, Effect{SetLimit: &SetLimit{Room: "102", Stay: "G2", Limit: &limit}}, Effect{SetLimit: &SetLimit{Stay: "G1", Limit: &limit}})
	for _, stay := range []string{"G1", "G2"} {
		equal(t, stay, *record[Credit](tx, CreditKey(stay)).Limit, limit)
	}
}

func TestStaffHaveNames(t *testing.T) {
	tx := smallHotel()
	for _, name := range []string{"", "  ", "\t\n", "\u3000"} {
		refused(t, tx, Invalid{"staff", "name", "is missing or too long", name}, Effect{Staff: &StaffOrder{Staff: Staff{Code: "12", Name: name}}})
	}
}

func TestVacantRoomSaysWhoLeftItLast(t *testing.T) {
	tx := creditHotel(t, creditSetup)
	apply(t, tx, creditSetup, Effect{CheckOut: &CheckOut{Room: "101"}})
	refusedBy(t, tx, creditSetup, Invalid{"posting", "room", "is vacant: name the stay; the last was G1", "101"}, Effect{Pay: &Pay{Room: "101", Amount: 100}})
	refusedBy(t, tx, creditSetup, Invalid{"posting", "room", "is vacant: name the stay", "102"}, Effect{Pay: &Pay{Room: "102", Amount: 100}})
}
