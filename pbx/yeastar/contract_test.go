package yeastar

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pbx/pbxtest"
	"bellhop/sim"
)

// TestContract holds the driver to what every driver promises, in both
// versions of the API and for both ways of the reports, with each fault of the
// simulated PBX in turn.
func TestContract(t *testing.T) {
	for _, version := range []Version{V2, V1} {
		for _, tcp := range []bool{false, true} {
			t.Run(fmt.Sprintf("API %s tcp %v", version, tcp), func(t *testing.T) {
				pbxtest.Run(t, func(t *testing.T) pbxtest.House { return contractHouse(t, version, tcp) })
			})
		}
	}
}

// contractPatience is the longest of what the driver waits: after a refused
// login, and then for the next heartbeat or to dial the stream.
const contractPatience = loginPause + redialMost + heartbeatAgain

func contractHouse(t *testing.T, version Version, tcp bool) pbxtest.House {
	t.Helper()
	far := &contractPBX{t: t, zone: time.FixedZone("", 8*3600)}
	d := far.connect(version, sim.PBXOptions{Password: "canary", Zone: far.zone, Extensions: 3, TCP: tcp})
	far.must(far.sim.SetRoutes([]sim.OutRoute{{ID: "1", Name: "Local", Prefix: "Z."}, {ID: "2", Name: "National", Prefix: "0Z."}}))
	h := pbxtest.House{
		Driver: d, Far: far, Phones: [2]string{"1001", "1002"}, Absent: "1099",
		Routes: []string{"Local", "National"}, Owned: []string{"username", "selectoutroute", "unselectoutroute", "dnd"},
		Once: tcp, Patience: contractPatience,
	}
	for _, phone := range h.Phones {
		far.must(far.sim.SetExtension(sim.PBXExtension{Number: phone, Handset: []sim.Handset{{After: sim.Span(2 * time.Second), Talk: sim.Span(5 * time.Second)}}}))
	}
	for _, f := range sim.Faults() {
		if f != sim.FaultUnknownRequest {
			h.Troubles = append(h.Troubles, string(f))
		}
	}
	// What a model lacks is remembered until the next login, so that is last.
	h.Troubles = append(h.Troubles, string(sim.FaultUnknownRequest))
	return h
}

type contractPBX struct {
	wired
	t     *testing.T
	zone  *time.Location
	calls int

	mu           sync.Mutex
	acknowledged []string
}

func (p *contractPBX) connect(version Version, o sim.PBXOptions) *Driver {
	return p.wired.connect(p.t, version, o, func(f sim.Fate, told sim.Told) {
		if ev := read(told.Body); f == sim.ReportAnswered && ev.Digits != "" {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.acknowledged = append(p.acknowledged, ev.Digits)
		}
	})
}

func (p *contractPBX) Acknowledged() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.acknowledged)
}

func (p *contractPBX) Owed() int { return p.sim.Pending() }

func (p *contractPBX) Away(away bool) { p.sim.SetDown(away) }

func (p *contractPBX) Restart() { p.sim.Restart() }

func (p *contractPBX) LoseAnswers(n int) { p.sim.LoseAnswers(n) }

func (p *contractPBX) DialCode(extension, code string) {
	_, err := p.sim.Dial(extension, code)
	p.must(err)
}

func (p *contractPBX) Converse(from, to string) {
	_, err := p.sim.Dial(from, to)
	p.must(err)
}

func (p *contractPBX) Alter(extension string) {
	p.must(p.sim.SetExtension(sim.PBXExtension{Number: extension, Settings: map[string]string{"email": "a@example.org"}}))
}

func (p *contractPBX) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *contractPBX) Trouble(name string, on bool) {
	chance := sim.Chance{}
	if on {
		chance.Percent = 100
	}
	p.must(p.sim.SetFault(sim.Fault(name), chance))
}

func (p *contractPBX) LeaveVoicemail(extension string) {
	p.calls++
	x, _ := p.sim.Extension(extension)
	x.Voicemails = append(x.Voicemails, sim.Voicemail{
		File: "msg000" + string(rune('0'+p.calls)) + ".wav", From: "1003", Status: "unread",
		Date: time.Date(2026, 11, 21, 9, 0, p.calls, 0, p.zone), Length: 7,
	})
	p.must(p.sim.SetExtension(x))
}

func (p *contractPBX) Telephone(from, to string) (hotel.CDR, pbx.Span) {
	p.calls++
	start := time.Date(2026, 11, 21, 9, 0, p.calls, 0, p.zone)
	p.sim.AddRecord(sim.CDR{
		CallID: "1700000000." + string(rune('0'+p.calls)), Start: start, From: from, To: to,
		Duration: 65, Talk: 60, Status: "ANSWERED", Type: "Internal",
	})
	cdr := hotel.CDR{Start: start.Format(time.DateTime), From: from, To: to, Duration: 65, Talk: 60}
	return cdr, pbx.Span{From: "2026-11-21 08:00:00", To: "2026-11-21 10:00:00"}
}

func (p *contractPBX) Look(extension string) map[string]string {
	x, found := p.sim.Extension(extension)
	if !found {
		p.t.Fatalf("the simulated PBX has no %s", extension)
	}
	shown := map[string]string{"alarms": strings.Repeat("x", len(x.Alarms))}
	for key, value := range x.Settings {
		shown[key] = value
	}
	return shown
}
