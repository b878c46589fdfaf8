package main

import (
	"strings"
	"testing"
	"time"

	"bellhop/sim"
)

// alerted waits until an alert says all of it.
func (p *patient) alerted(words ...string) {
	p.t.Helper()
	for {
		out, _, _ := p.run("alerts", "list")
		missing := 0
		for _, w := range words {
			if !strings.Contains(out, w) {
				missing++
			}
		}
		if missing == 0 {
			return
		}
		select {
		case <-p.t.Context().Done():
			p.t.Fatalf("no alert says %q:\n%s", words, out)
		case <-time.After(time.Millisecond):
		}
	}
}

// A guest dials for help on a simulated PBX: the desk reads it while it rings.
// From a telephone without a route the PBX tells no number but in the record.
func TestCallForHelpReachesTheDesk(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{}).start()
	p.say("rooms", "add", "1203", "--extensions", "1001", "--building", "Tower B", "--floor", "12")
	p.say("checkin", "1203", "--name", "Wang Xiaoming")
	for extension, routes := range map[string]string{"1001": "Local", "1002": ""} {
		if err := p.pbx.SetExtension(sim.PBXExtension{Number: extension, Settings: map[string]string{"selectoutroute": routes}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.pbx.SetOutside("110", sim.Handset{Does: sim.Ignores}); err != nil { // it rings and rings
		t.Fatal(err)
	}
	if _, err := p.pbx.Dial("1001", "110"); err != nil {
		t.Fatal(err)
	}
	p.alerted("EMERGENCY CALL to 110 from room 1203 (Tower B, floor 12, telephone 1001), guest Wang Xiaoming")
	if calls := p.pbx.State().Calls; len(calls) != 1 {
		t.Errorf("the call is over: %+v", calls)
	}
	if _, err := p.pbx.Dial("1002", "119"); err != nil {
		t.Fatal(err)
	}
	p.alerted("EMERGENCY CALL to 119 DID NOT GET THROUGH (FAILED), from telephone 1002, which belongs to no room")
	out, _, _ := p.run("events", "list", "--json")
	if !strings.Contains(out, `"emergency":"119"`) {
		t.Errorf("no event says so:\n%s", out)
	}
}
