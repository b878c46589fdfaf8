package main

import (
	"fmt"
	"slices"
	"testing"

	"bellhop/api"
	"bellhop/hotel"
)

// checked reads a list as the command does, and gives what is said of each row.
func checked(t *testing.T, text string) (said []string) {
	t.Helper()
	var rows []*listRow
	err := parseCSV([]byte(text), []string{"room", "stay"}, []string{"name", "class", "leaves", "language", "vip", "incognito", "share"},
		func(line int, cells map[string]string) error {
			rows = append(rows, readListRow(line, cells))
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	checkList(rows, []api.RoomAnswer{
		{Room: hotel.Room{Number: "101", Stay: "G1", Sharers: []string{"G2"}}}, {Room: hotel.Room{Number: "102"}}, {Room: hotel.Room{Number: "103"}},
	})
	for _, r := range rows {
		said = append(said, fmt.Sprint(r.Result, " ", r.fault))
	}
	return said
}

func TestListIsCheckedRowByRow(t *testing.T) {
	good := checked(t, "room,stay,share,vip,leaves\n101,G1,,,\n101,G2,yes,,\n101,G3,yes,3,2026-11-24\n102,G4,,,\n102,G5,yes,,\n")
	if want := []string{alreadyThere + " false", alreadyThere + " false", " false", " false", " false"}; !slices.Equal(good, want) {
		t.Errorf("got %q, want %q", good, want)
	}
	bad := checked(t, "room,stay,share,vip,leaves,language,incognito\n"+
		"101,G3,,,,,\n102,G4,yes,,,,\n999,G5,,,,,\n102,G1,,,,,\n103,,,,,,\n102,G6,,,,,\n103,G6,,,,,\n"+
		"101,G2,,10,,,\n102,G7,,10,,,\n102,G8,,,4.3.,,\n102,G9,,,,fr,\n102,G10,,,,,maybe\n102,G11,,,,,\n")
	want := []string{
		`room 101 is occupied; with "yes" under share they share it true`,
		"room 102 is vacant, so there is nobody to share it with true",
		`there is no room "999" true`,
		"stay G1 is in room 101 true",
		"stay must be an id by which the row is known when the list is run again true",
		" false",
		"stay G6 is in line 7, too true",
		`vip must be 0 to 9, but it is "10" true`,
		`vip must be 0 to 9, but it is "10" true`,
		`leaves must be a date such as 2026-11-24, but it is "4.3." true`,
		`language must be zh or en, but it is "fr" true`,
		`incognito must be yes, no or empty, but it is "maybe" true`,
		`room 102 is occupied; with "yes" under share they share it true`,
	}
	for i := range want {
		if bad[i] != want[i] {
			t.Errorf("line %d: %s, want %s", i+2, bad[i], want[i])
		}
	}
}
