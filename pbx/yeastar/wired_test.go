package yeastar

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"

	"bellhop/sim"
)

// wired is a driver and a simulated PBX in one bubble, connected by pipes.
type wired struct {
	sim    *sim.PBX
	pushes atomic.Pointer[sim.Cable] // to the driver; a new one each time it listens
}

// connect makes both; the PBX runs until the test ends.
func (w *wired) connect(t *testing.T, version Version, o sim.PBXOptions, watch func(sim.Fate, sim.Told)) *Driver {
	t.Helper()
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if to := w.pushes.Load(); to != nil {
			return to.Dial(ctx, network, address)
		}
		return nil, errors.New("connection refused")
	}
	o.Watch = watch
	p, err := sim.NewPBX(o)
	if err != nil {
		t.Fatal(err)
	}
	w.sim = p
	api, stream := sim.NewCable(), sim.NewCable()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = p.Serve(ctx, api) })
	running.Go(func() { _ = p.ServeStream(ctx, stream) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	d := &Driver{
		Address:  "192.0.2.9:8260",
		Listener: Listener{Allowed: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}},
		Listen: func(context.Context, string, string) (net.Listener, error) {
			to := sim.NewCable()
			w.pushes.Store(to)
			return to, nil
		},
		Session: &Session{
			Base: "http://192.0.2.1", API: version, User: "api", Password: o.Password,
			HTTP:         &http.Client{Timeout: callTimeout, Transport: &http.Transport{DisableKeepAlives: true, DialContext: api.Dial}},
			Registration: Registration{Address: "192.0.2.9", Port: "8260"},
		},
	}
	if o.TCP {
		d.Stream = &Stream{Address: "192.0.2.1:8333", Dial: stream.DialEager}
	}
	return d
}
