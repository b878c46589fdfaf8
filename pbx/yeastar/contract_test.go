package yeastar

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
	"bellhop/pbx/pbxtest"
	"bellhop/sim"
)

// TestContract holds the driver to what every driver promises, in both
// versions of the API, with each fault of the simulated PBX in turn.
func TestContract(t *testing.T) {
	for _, version := range []Version{V2, V1} {
		t.Run("API "+string(version), func(t *testing.T) {
			pbxtest.Run(t, func(t *testing.T) pbxtest.House { return contractHouse(t, version) })
		})
	}
}

func contractHouse(t *testing.T, version Version) pbxtest.House {
	t.Helper()
	zone := time.FixedZone("", 8*3600)
	p, err := sim.NewPBX(sim.PBXOptions{Password: "canary", Zone: zone, Extensions: 3})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if err := p.SetRoutes([]sim.OutRoute{{ID: "1", Name: "Local", Prefix: "Z."}, {ID: "2", Name: "National", Prefix: "0Z."}}); err != nil {
		t.Fatal(err)
	}
	limits := p.Limits()
	limits.Slow = sim.Span(20 * time.Millisecond)
	if err := p.SetLimits(limits); err != nil {
		t.Fatal(err)
	}
	d := &Driver{Session: &Session{
		Base: "http://" + ln.Addr().String(), API: version, HTTP: NewPlainClient(), User: "api", Password: "canary",
		Registration: Registration{Address: "127.0.0.1", Port: "1"},
	}}
	h := pbxtest.House{
		Driver: d, Far: &contractPBX{t: t, sim: p, zone: zone}, Phones: [2]string{"1001", "1002"}, Absent: "1099",
		Routes: []string{"Local", "National"}, Owned: []string{"username", "selectoutroute", "unselectoutroute", "dnd"},
	}
	for _, f := range sim.Faults() {
		// A lock lasts ten minutes; what a model lacks is remembered.
		if f != sim.FaultLocked && f != sim.FaultUnknownRequest {
			h.Troubles = append(h.Troubles, string(f))
		}
	}
	h.Troubles = append(h.Troubles, string(sim.FaultUnknownRequest))
	return h
}

type contractPBX struct {
	t     *testing.T
	sim   *sim.PBX
	zone  *time.Location
	calls int
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
