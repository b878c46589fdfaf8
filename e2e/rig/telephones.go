package rig

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/sim"
)

// Telephones is a PBX with its API: it holds names and classes of service, lets
// its own telephones call outside, and keeps the records of calls. With an event
// stream, it also sends over that what a [Pusher] makes up.
type Telephones struct {
	*sim.PBX
	Address       string // of its API
	StreamAddress string // of its event stream; empty: it pushes

	zone      *time.Location
	delivered atomic.Int64 // reports of its own that were answered 200
}

const outside = "0551234567"

// ownSerial is the PBX's serial number, under which it lists the records of calls.
const ownSerial = "369451090405"

// NewTelephones starts one at an address of this computer, which answers until
// the test ends.
func NewTelephones(t *testing.T, at string, stream bool) *Telephones {
	t.Helper()
	zone := Zone(t)
	p := &Telephones{zone: zone}
	var err error
	p.PBX, err = sim.NewPBX(sim.PBXOptions{
		Serial: ownSerial, Password: pbxPassword, Extensions: roomCount, TCP: stream, Resend: 100 * time.Millisecond, Seed: rand.Uint64(), Zone: zone,
		Watch: func(f sim.Fate, told sim.Told) {
			if f == sim.ReportAnswered && !stream {
				p.delivered.Add(1)
			}
		},
	})
	if err == nil {
		err = errors.Join(
			p.SetRoutes([]sim.OutRoute{{ID: "1", Name: "Emergency"}, {ID: "2", Name: "Local"}}),
			p.SetOutside(outside, sim.Handset{After: sim.Span(20 * time.Millisecond), Talk: sim.Span(200 * time.Millisecond)}),
		)
	}
	if err != nil {
		t.Fatal(err)
	}
	for n := range roomCount {
		settings := map[string]string{"username": factoryName(n), "selectoutroute": "Emergency,Local"}
		if n >= pushRooms && n < pushRooms+deskRooms {
			settings["selectoutroute"] = factoryRoutes
		}
		if err := p.SetExtension(sim.PBXExtension{Number: roomNumber(n), Status: "Registered", Settings: settings}); err != nil {
			t.Fatal(err)
		}
	}
	p.Address = serve(t, at, p.Serve)
	if stream {
		p.StreamAddress = serve(t, at, p.ServeStream)
	}
	return p
}

// What the telephones hold before a guest comes.
const factoryRoutes = "Emergency"

func factoryName(n int) string { return "Room " + strconv.Itoa(firstRoom+n) }

// serve lets a server run until the test ends, and gives its address.
func serve(t *testing.T, at string, with func(context.Context, net.Listener) error) string {
	t.Helper()
	ln, err := net.Listen("tcp", net.JoinHostPort(at, "0"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	wait := spawn(func() { _ = with(ctx, ln) }) // it says that it was ended
	t.Cleanup(func() { cancel(); wait() })
	return ln.Addr().String()
}

// live lets guests telephone until ctx ends, and what was begun end.
func (p *Telephones) live(ctx context.Context) {
	for Pass(ctx, time.Duration(rand.IntN(400))*time.Millisecond) {
		n := pushRooms + deskRooms + rand.IntN(phoneRooms)
		_, _ = p.Dial(roomNumber(n), outside) // that telephone may be in a call
	}
}

// troubles are the faults of the API that come and go by themselves. What is
// sent twice over a stream has happened twice: nothing tells a repetition from a
// guest who has done the same again.
var troubles = []sim.Fault{sim.FaultCutAnswer, sim.FaultLostAnswer, sim.FaultStatus500, sim.FaultTooOften, sim.FaultExpired}

// fail lets the PBX fail until ctx ends, and be well then: its answers are
// lost after it has done what was asked, it starts anew, it is away.
func (p *Telephones) fail(ctx context.Context) {
	defer p.mend()
	for n := 0; Pass(ctx, time.Duration(rand.IntN(1000))*time.Millisecond); n++ {
		switch n % 4 {
		case 0, 1, 2:
			f := troubles[rand.IntN(len(troubles))]
			_ = p.SetFault(f, sim.Chance{Percent: 50}) // of a list that is good
			Pass(ctx, time.Duration(rand.IntN(600))*time.Millisecond)
			_ = p.SetFault(f, sim.Chance{})
		case 3:
			if rand.IntN(2) == 0 {
				p.Restart()
				continue
			}
			p.SetDown(true)
			Pass(ctx, time.Duration(rand.IntN(600))*time.Millisecond)
			p.SetDown(false)
		}
	}
}

func (p *Telephones) mend() {
	for _, f := range troubles {
		_ = p.SetFault(f, sim.Chance{}) // of a list that is good
	}
	p.SetDown(false)
}

// records are the calls of which there is a record, by id.
func (p *Telephones) records() map[string]bool {
	all := map[string]bool{}
	for _, c := range p.Records() {
		all[c.CallID] = true
	}
	return all
}
