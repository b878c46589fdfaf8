package yeastar

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

// listenAgain is the pause before a port that could not be had is tried again.
const listenAgain = 5 * time.Second

// Driver joins the listener and the session into a [pbx.Driver].
type Driver struct {
	Listener Listener
	Address  string   // where to listen, such as ":8260"
	Session  *Session // nil: reports are taken, nothing is asked
	Report   func(error)

	mu    sync.Mutex
	state pbx.State
}

// Run implements [pbx.Driver].
func (d *Driver) Run(ctx context.Context, keep pbx.Keep) error {
	var running sync.WaitGroup
	defer running.Wait()
	if d.Session != nil {
		running.Go(func() { d.Session.Run(ctx, d.called) })
	}
	for {
		err := d.listen(ctx, keep)
		if ctx.Err() != nil {
			return nil
		}
		d.update(func(s *pbx.State) { s.Listening, s.Error = "", err.Error() })
		d.report(err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(listenAgain):
		}
	}
}

func (d *Driver) listen(ctx context.Context, keep pbx.Keep) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", d.Address)
	if err != nil {
		return fmt.Errorf("listen for the PBX: %w", err)
	}
	d.update(func(s *pbx.State) { s.Listening = ln.Addr().String() })
	return d.Listener.Serve(ctx, ln, func(ctx context.Context, p Push) error {
		d.update(func(s *pbx.State) { s.LastPush = time.Now() })
		taken, err := keep(ctx, pbx.Report{Event: read(p.Body), Body: p.Body})
		if err == nil {
			*p.OnTaken = taken
		}
		return err
	})
}

// read never fails: what is no report is kept as an unreadable one.
func read(body []byte) hotel.Event {
	ev, err := Normalise(body)
	if err != nil {
		return Unreadable(body, err)
	}
	return ev
}

// called notes how a call to the PBX went.
func (d *Driver) called(err error) {
	d.update(func(s *pbx.State) {
		if err == nil {
			s.Since, s.Error = time.Now(), ""
			return
		}
		s.Error = err.Error()
	})
	if err != nil {
		d.report(err)
	}
}

func (d *Driver) report(err error) {
	if d.Report != nil {
		d.Report(err)
	}
}

func (d *Driver) update(change func(*pbx.State)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.state)
}

// State implements [pbx.Driver].
func (d *Driver) State() pbx.State {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

var errNoSession = errors.New("no login is set up for the PBX")

// Identify implements [pbx.Driver].
func (d *Driver) Identify(ctx context.Context) (pbx.Identity, error) {
	if d.Session == nil {
		return pbx.Identity{}, errNoSession
	}
	dev, err := d.Session.Device(ctx)
	d.called(err)
	return pbx.Identity{Model: dev.Name, Serial: dev.Serial, Firmware: dev.Firmware, Clock: dev.Time}, err
}

// Missing notes why there is no session, for [Driver.State].
func (d *Driver) Missing(err error) {
	d.update(func(s *pbx.State) { s.Error = err.Error() })
}
