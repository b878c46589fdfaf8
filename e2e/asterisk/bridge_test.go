package asterisk

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"bellhop/api"
	"bellhop/e2e/rig"
	"bellhop/hotel"
)

func TestMain(m *testing.M) { os.Exit(rig.Main(m)) }

// TestFromThePhoneToThePosting: the program's own config becomes a dialplan by
// its own command, a real Asterisk runs it, and what is keyed in there becomes
// charges, statuses and alerts of the agent, and postings at the PMS.
func TestFromThePhoneToThePosting(t *testing.T) {
	eachVersion(t, func(t *testing.T, version int) {
		pins := filepath.Join(t.TempDir(), "staff")
		if err := os.WriteFile(pins, []byte("0001 1234\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		pms := rig.NewSink(t, "127.0.0.1")
		box := rig.NewBox(t, rig.Options{PMS: "http://" + pms.Address, Extra: fmt.Sprintf(
			"[services.minibars]\n\"782\" = %q\n[dialplan]\nkey_wait = 4\npantries = [%q]\nstaff_file = %q\n[dialplan.staff]\n\"782\" = \"pin\"\n", hotel.DefaultMinibar, pantry, pins)})
		block, err := exec.Command(rig.Program(t), "dialplan", "render", "-c", box.Config).Output()
		if err != nil {
			t.Fatal(err)
		}
		sounds := map[string][]string{"en": allPrompts(), "zh": allPrompts()}
		server := Start(t, version, Options{Dialplan: append([]byte(foreign), block...), Sounds: sounds})
		life := box.Start()
		box.Ready(life)
		box.Furnish()
		rooms := []string{rig.Room(0), rig.Room(1), rig.Room(2), rig.Room(3), rig.Room(4)}
		for _, room := range rooms {
			if err := box.Client.Post(t.Context(), "/v1/checkin", api.Stay{Room: room}, nil); err != nil {
				t.Fatal(err)
			}
		}
		pushed := server.Bridge(t, box.PushTo)
		atOnce(t, []dialogue{
			{name: "two equal items", from: rooms[0], number: "778", keys: []string{"1#", "2#", "1", "1#", "2#", "1", "#"}},
			{name: "an item and its removal", from: rooms[1], number: "782", keys: []string{"0001#", "1234#", "1#", "2#", "1", "*1#", "1#", "1#", "1", "#"}},
			{name: "three wrong PINs", from: rooms[2], number: "782", keys: []string{"0001#", "1#", "0001#", "2#", "0001#", "3#"}},
			{name: "clean", from: rooms[3], number: "777", keys: []string{"*13"}},
			{name: "dirty, from a pantry", from: pantry, number: "777", keys: []string{"*00", rooms[4] + "#"}},
			{name: "nothing taken", from: rooms[3], number: "778", keys: []string{"*0#"}},
		}, func(d dialogue) string { return d.name }, func(t *testing.T, d dialogue) {
			c := server.Dial(t, d.from, phones, d.number)
			for _, keys := range d.keys {
				c.Press(keys)
			}
			c.End()
		})
		pushed()
		box.Drained(rig.NoticeTime)

		for room, want := range map[string][]string{
			rooms[0]: {"minibar 700", "minibar 700"}, rooms[1]: {"minibar 700", "minibar -350"}, rooms[2]: nil, rooms[3]: nil, rooms[4]: nil,
		} {
			if got := box.Charges(room); !slices.Equal(got, want) {
				t.Errorf("room %s is charged %q, want %q", room, got, want)
			}
		}
		posted := map[string]int{}
		for _, m := range pms.Received() {
			if m.Type == "posting" {
				posted[m.Room]++
			}
		}
		if posted[rooms[0]] != 2 || posted[rooms[1]] != 2 || len(posted) != 2 {
			t.Errorf("the PMS has postings for %v", posted)
		}
		var list []hotel.Room
		if err := box.Client.Get(t.Context(), "/v1/rooms", &list); err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			if r.Number == rooms[3] && r.Status != hotel.StatusClean || r.Number == rooms[4] && r.Status != hotel.StatusDirty {
				t.Errorf("room %s is %s", r.Number, r.Status)
			}
		}
		var alerts []api.AlertAnswer
		if err := box.Client.Get(t.Context(), "/v1/alerts", &alerts); err != nil {
			t.Fatal(err)
		}
		if len(alerts) != 1 || alerts[0].Code != hotel.AlertWrongPIN || alerts[0].Params["staff"] != "0001" {
			t.Errorf("alerts: %+v", alerts)
		}
		for _, line := range server.Complaints() {
			t.Error(line)
		}
	})
}

// allPrompts are those of a hotel with everything.
func allPrompts() []string {
	s := services()
	return append(s.Prompts("zh"), s.Prompts("en")...)
}
