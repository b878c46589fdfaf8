package hotel

import (
	"slices"
	"strings"
	"testing"
)

// phones lists which room each extension belongs to.
func phones(tx *memTx) map[string]string {
	all := map[string]string{}
	tx.List(PrefixExtension, func(key string, decode func(any) bool) bool {
		var x Extension
		decode(&x)
		all[strings.TrimPrefix(key, PrefixExtension)] = x.Room
		return true
	})
	return all
}

func TestImportKeepsWhatTheDayMade(t *testing.T) {
	tx := smallHotel()
	apply(t, tx, withPMS, Effect{Import: &Import{Rooms: []Room{
		// An import has no say in stays and do-not-disturb.
		{Number: "101", Extensions: []string{"8011"}, Minibar: "suite", Stay: "X", LastStay: "X"},
		{Number: "102", Status: StatusInspected, DND: true},
		{Number: "0104"},
	}}})
	equal(t, "room 101", tx.room("101"), Room{Number: "101", Extensions: []string{"8011"}, Minibar: "suite", Status: StatusClean, Stay: "G1", DND: true})
	equal(t, "room 102", tx.room("102"), Room{Number: "102", Status: StatusInspected, LastStay: "G0"})
	equal(t, "room 0104", tx.room("0104"), Room{Number: "0104"})
	equal(t, "room 103, which is not listed", tx.room("103"), Room{Number: "103", Extensions: []string{"8031", "8032"}, Minibar: "suite"})
	equal(t, "extensions", phones(tx), map[string]string{"8011": "101", "102": "102", "0104": "0104", "8031": "103", "8032": "103"})
	equal(t, "queued and emitted", tx.outside(), 0)
}

func TestImportPassesExtensionsOn(t *testing.T) {
	cases := []struct {
		name  string
		rooms []Room
		want  map[string]string
	}{
		{"two rooms exchange all", []Room{{Number: "101", Extensions: []string{"8031", "8032"}}, {Number: "103", Extensions: []string{"101"}}},
			map[string]string{"8031": "101", "8032": "101", "101": "103", "102": "102"}},
		{"one room gives one away", []Room{{Number: "102", Extensions: []string{"102", "8031"}}, {Number: "103", Extensions: []string{"8032"}}},
			map[string]string{"101": "101", "102": "102", "8031": "102", "8032": "103"}},
		{"a new room takes one over", []Room{{Number: "200", Extensions: []string{"8031"}}, {Number: "103", Extensions: []string{"8032"}}},
			map[string]string{"101": "101", "102": "102", "8031": "200", "8032": "103"}},
		{"three rooms in a circle", []Room{{Number: "101", Extensions: []string{"102"}}, {Number: "102", Extensions: []string{"8031"}}, {Number: "103", Extensions: []string{"101"}}},
			map[string]string{"102": "101", "8031": "102", "101": "103"}},
		{"a new room bears the number of an extension", []Room{{Number: "8031"}, {Number: "103"}},
			map[string]string{"101": "101", "102": "102", "103": "103", "8031": "8031"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for range 2 {
				tx := smallHotel()
				apply(t, tx, noPMS, Effect{Import: &Import{Rooms: c.rooms}})
				equal(t, "extensions", phones(tx), c.want)
				apply(t, tx, noPMS, Effect{Import: &Import{Rooms: c.rooms}})
				equal(t, "extensions after the same again", phones(tx), c.want)
				slices.Reverse(c.rooms) // the order does not matter
			}
		})
	}
}

func TestImportRefusesInEachOrder(t *testing.T) {
	rooms := []Room{{Number: "101", Extensions: []string{"8031"}}, {Number: "200"}}
	want := Invalid{"rooms", "extensions", "already belongs to room 103", "8031"}
	refused(t, smallHotel(), want, Effect{Import: &Import{Rooms: rooms}})
	slices.Reverse(rooms)
	refused(t, smallHotel(), want, Effect{Import: &Import{Rooms: rooms}})
}

func TestImportItems(t *testing.T) {
	tx := newTx(map[string]any{
		ItemKey(DefaultMinibar, "4"): Item{Minibar: DefaultMinibar, Code: "4", Name: "Cola", Price: 1500, Max: 5},
		ItemKey(DefaultMinibar, "5"): Item{Minibar: DefaultMinibar, Code: "5", Name: "Beer", Price: 2000},
	})
	dear := Item{Minibar: strings.Repeat("m", maxMinibar), Code: "123456789", Name: strings.Repeat("n", maxText), Price: maxAmount, Max: 99}
	apply(t, tx, withPMS, Effect{Import: &Import{Items: []Item{
		{Code: "4", Name: "可乐", Price: 1600}, {Minibar: "suite", Code: "4", Name: "Water"}, dear,
	}}})
	equal(t, "replaced item", record[Item](tx, ItemKey(DefaultMinibar, "4")), Item{Minibar: DefaultMinibar, Code: "4", Name: "可乐", Price: 1600})
	equal(t, "item that is not listed", record[Item](tx, ItemKey(DefaultMinibar, "5")).Name, "Beer")
	equal(t, "item of another list", record[Item](tx, ItemKey("suite", "4")), Item{Minibar: "suite", Code: "4", Name: "Water"})
	equal(t, "longest item", record[Item](tx, ItemKey(dear.Minibar, dear.Code)), dear)
	equal(t, "items", countTo(tx, PrefixItem, 10), 4)
	equal(t, "queued and emitted", tx.outside(), 0)
}

// Of a damaged store the rooms may be lost, and which extension was whose not.
func TestImportAfterRoomsWereLost(t *testing.T) {
	tx := newTx(map[string]any{ExtensionKey("103"): Extension{Room: "103"}, ExtensionKey("8031"): Extension{Room: "103"}})
	rooms := []Room{{Number: "103"}, {Number: "104", Extensions: []string{"8031"}}}
	apply(t, tx, noPMS, Effect{Import: &Import{Rooms: rooms}})
	equal(t, "extensions", phones(tx), map[string]string{"103": "103", "8031": "104"})
}
