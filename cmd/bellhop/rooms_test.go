package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/api"
	"bellhop/hotel"
	"bellhop/sim"
)

// say runs commands that are to succeed and gives what they print.
func (p *patient) say(args ...string) string {
	p.t.Helper()
	out, errOut, code := p.run(args...)
	if code != 0 {
		p.t.Errorf("bellhop %s: %d, %s%s", strings.Join(args, " "), code, out, errOut)
	}
	return out
}

// saysNot runs one that is to fail and compares why.
func (p *patient) saysNot(why string, code int, args ...string) {
	p.t.Helper()
	out, errOut, got := p.run(args...)
	if got != code || !strings.Contains(errOut, why) {
		p.t.Errorf("bellhop %s: %d, %s%s, want %d, %q", strings.Join(args, " "), got, out, errOut, code, why)
	}
}

func (p *patient) has(text string, parts ...string) {
	p.t.Helper()
	for _, part := range parts {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), part) {
			p.t.Errorf("%q is not in\n%s", part, text)
		}
	}
}

func (p *patient) write(name, text string) string {
	p.t.Helper()
	file := filepath.Join(filepath.Dir(p.file), name)
	err := os.MkdirAll(filepath.Dir(file), 0o700)
	if err == nil {
		err = os.WriteFile(file, []byte(text), 0o600)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return file
}

func TestRoomsComeAndGo(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{}).start()
	list := p.write("rooms.csv", "\ufeffnumber,floor,building,extensions\n0101,1,\"Tower, B\",\"8001 8002\"\n102,,,\n# a note\n")
	p.has(p.say("rooms", "import", list), "rooms imported: 2")
	p.say("rooms", "add", "103", "--extensions", "8003,8013", "--floor", "1")
	p.say("rooms", "edit", "0101", "--floor", "2", "--building", "", "--waiting", "on", "--dnd", "on", "--status", "clean")
	out, errOut, _ := p.run("rooms", "list")
	p.has(out, "0101 8001 8002 - 2 - clean vacant - - - yes (desk,", "102 102 -", "103 8003 8013 - 1")
	p.has(errOut, "nobody can see")
	p.has(p.say("rooms", "list", "--json"), `"dndFrom":"desk"`)

	before := p.say("rooms", "export")
	if want := "\ufeffnumber,extensions,building,floor,minibar,status\n0101,8001 8002,,2,,clean\n102,,,,,\n103,8003 8013,,1,,\n"; before != want {
		t.Errorf("exported\n%swant\n%s", before, want)
	}
	for _, room := range []string{"0101", "102", "103"} {
		p.say("rooms", "remove", room)
	}
	p.say("rooms", "import", p.write("again.csv", before))
	if after := p.say("rooms", "export"); after != before {
		t.Errorf("exported again\n%swant\n%s", after, before)
	}

	p.saysNot("is a room already", 1, "rooms", "add", "102")
	p.saysNot(`must be a room of the hotel, but it is "999"`, 1, "rooms", "remove", "999")
	p.saysNot("needs a flag", 2, "rooms", "edit", "102")
	p.saysNot(`must be "on" or "off"`, 2, "rooms", "edit", "102", "--dnd", "maybe")
	p.saysNot("already belongs to room 0101", 1, "rooms", "edit", "102", "--extensions", "8001")
	p.say("checkin", "102")
	p.saysNot("is occupied", 1, "rooms", "remove", "102")
}

func TestRoomsOfThePBX(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{}).start()
	p.saysNot("give --yes", 1, "rooms", "import", "--from-pbx")
	p.saysNot("must be digits", 2, "rooms", "import", "--from-pbx", "--match", "1y")
	p.saysNot("not both", 2, "rooms", "import", "rooms.csv", "--from-pbx")
	p.saysNot("goes with", 2, "rooms", "import", "rooms.csv", "--match", "1xx")
	out := p.say("rooms", "import", "--from-pbx", "--match", "1001-1002", "--yes")
	p.has(out, "1001 1001 SIP becomes room 1001", "1003 1003 SIP left out: it is not among those asked for", "rooms imported: 2")
	p.has(p.say("rooms", "import", "--from-pbx", "--match", "100x", "--yes"), "1001 1001 SIP left out: it is a room already", "rooms imported: 1")
	p.has(p.say("rooms", "import", "--from-pbx", "--match", "0998-1001,7xx", "--yes"), "the PBX has no extension for: 0998-1000, 7xx", "there is nothing to take")
	p.has(p.say("rooms", "import", "--from-pbx", "--yes"), "there is nothing to take")
}

func TestRoomsAreCheckedWithThePBX(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{}).start()
	p.say("rooms", "import", "--from-pbx", "--match", "1001-1002", "--yes")
	p.say("rooms", "add", "1999")
	routes := func(extension, routes string) {
		t.Helper()
		if err := p.pbx.SetExtension(sim.PBXExtension{Number: extension, Settings: map[string]string{"selectoutroute": routes}}); err != nil {
			t.Fatal(err)
		}
	}
	routes("1001", "Local")
	routes("1002", "Local")
	out, errOut, code := p.run("rooms", "check")
	p.has(out, "1999 1999 missing - - the PBX has no such extension", "- 1003 no-room - 1003 belongs to no room")
	p.has(errOut, "1 differences")
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
	p.has(p.say("rooms", "check", "1001"), "1 rooms are on the PBX as they should be")
	p.saysNot("must be a room of the hotel", 1, "rooms", "check", "77")

	routes("1001", "")
	out, _, _ = p.run("rooms", "check", "1001", "--json")
	p.has(out, `"what":"routes","wanted":"Local","ours":true`)
	p.saysNot("give --yes", 1, "rooms", "check", "1001", "--mend")
	p.say("rooms", "check", "1001", "--mend", "--yes")
	for x, _ := p.pbx.Extension("1001"); x.Settings["selectoutroute"] != "Local"; x, _ = p.pbx.Extension("1001") {
		select {
		case <-t.Context().Done():
			t.Fatal("it was not mended")
		case <-time.After(time.Millisecond):
		}
	}
	p.has(p.say("rooms", "check", "1001"), "as they should be")
}

// settled waits until nothing waits for the PBX.
func (p *patient) settled() {
	p.t.Helper()
	client := api.NewClient(filepath.Join(filepath.Dir(p.file), "s"))
	for {
		var waiting []hotel.QueuedCall
		if err := client.Get(p.t.Context(), "/v1/queue", &waiting); err != nil {
			p.t.Fatal(err)
		}
		if len(waiting) == 0 {
			return
		}
		<-time.After(time.Millisecond)
	}
}

func TestOccupancyIsConfirmed(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{}).start()
	p.say("rooms", "import", "--from-pbx", "--yes")
	p.want(0, nil, "rooms.occupancy warning unconfirmed")
	for extension, name := range map[string]string{"1001": "Wang Xiaoming", "1002": "Room 1002"} {
		if err := p.pbx.SetExtension(sim.PBXExtension{Number: extension, Settings: map[string]string{"username": name}}); err != nil {
			t.Fatal(err)
		}
	}
	p.saysNot("give --yes", 1, "rooms", "occupancy", "--from-pbx")
	p.saysNot("not both", 2, "rooms", "occupancy", "a.csv", "--from-pbx")
	out, errOut, _ := p.run("rooms", "occupancy", "--from-pbx", "--yes")
	p.has(out, "1001 Wang Xiaoming - - begins", "1 rooms are occupied, 2 vacant", "occupancy confirmed, stays begun: 1")
	p.has(errOut, `room 1002 shows "Room 1002": taken for vacant`)
	p.settled()
	p.want(1, nil, "rooms.occupancy ok ok", "pbx.emergency.telephones failed cut-off") // a vacant room is left as it was found
	p.say("rooms", "check", "--mend", "--yes")
	p.settled()
	p.want(0, nil, "rooms.occupancy ok ok", "pbx.emergency.telephones ok ok")

	p.saysNot(`line 2: leaves must be a date`, 1, "rooms", "occupancy", p.write("bad.csv", "room,leaves\n1001,24.11.\n"), "--yes")
	p.saysNot(`there is no room "7"`, 1, "rooms", "occupancy", p.write("none.csv", "room\n7\n"), "--yes")
	out = p.say("rooms", "occupancy", p.write("o.csv", "room,name,leaves,stay\n1001,Wang,,\n1003,Li,2026-11-24,G7\n1003,Xu,,\n"), "--yes")
	p.has(out, "1001 Wang - - is occupied already, and keeps stay", "1003 Li 2026-11-24 G7 begins", "1003 Xu - - begins, and shares", "2 rooms are occupied, 1 vacant", "stays begun: 2")
	p.has(p.say("rooms", "occupancy", "--yes"), "2 rooms are occupied, 1 vacant", "stays begun: 0")
	p.has(p.say("rooms", "list"), "1003 1003 - - - - occupied G7 S")
}
