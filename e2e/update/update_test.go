package update

import (
	"strings"
	"testing"
	"time"

	"bellhop/api"
	"bellhop/e2e/rig"
	"bellhop/hotel"
)

// steady is traffic with far sides that are well: a PBX that is not there is
// another test's.
var steady = rig.Traffic{Lines: 2, Pause: 700 * time.Millisecond, How: rig.Rough}

// TestUpdateWhileTheHotelGoesOn changes to good versions and to bad ones, whose
// update is taken back by itself, while reports come and calls go out: in the end
// each thing that was acknowledged has had its effect once.
func TestUpdateWhileTheHotelGoesOn(t *testing.T) {
	s := newSite(t)
	rest := s.Busy(steady)
	s.to("1.1.0", 0, "version 1.1.0 runs")
	s.runs("1.1.0")

	t.Log("one that dies while it is on trial")
	s.to("1.2.0", 1, "1.1.0 is in place again")
	s.runs("1.1.0")
	s.alarmed(hotel.AlertUpdateBack)

	t.Log("one whose database has another format, and whose trial does not end")
	s.to("2.1.0", 1, "it is made so")
	s.runs("1.1.0")

	t.Log("one that dies when it has taken events: they stay")
	s.to("1.3.0", 1, "1.1.0 is in place again")
	s.runs("1.1.0")
	rest()
	s.settle()
}

// TestMigratedDatabaseStays: once a version with another format has taken
// something its database stays, whatever becomes of it, until a person gives it up.
func TestMigratedDatabaseStays(t *testing.T) {
	s := newSite(t)
	s.to("2.0.0", 0, "version 2.0.0 runs")
	guest := api.Stay{Room: rig.Room(0), Stay: "G1"} // in the new database
	if err := s.Client.Post(t.Context(), "/v1/checkin", guest, nil); err != nil {
		t.Fatal(err)
	}
	if out, code, _ := s.update("", "back"); code != 1 || !strings.Contains(out, "--with-database") {
		t.Errorf("went back without its database: %d", code)
	}
	s.runs("2.0.0")
	if out, code, _ := s.update("", "back", "--with-database"); code != 0 || !strings.Contains(out, ".of-2.0.0") {
		t.Fatalf("back with the database of before: %d", code)
	}
	s.runs("1.0.0")
	guest.Stay = "G2"
	if err := s.Client.Post(t.Context(), "/v1/checkin", guest, nil); err != nil {
		t.Errorf("the room is not as vacant as before the update: %v", err)
	}
	if s.Alarmed(hotel.AlertUpdateBack) {
		t.Error("an alert tells of what a person wanted")
	}

	t.Log("one that dies when it has taken events, in the new format")
	s.to("2.2.0", 1, "its database has a form that the previous version cannot read")
	s.alarmed(hotel.AlertUpdateStays)
}
