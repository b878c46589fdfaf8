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

// Driver joins the session and either the listener or the stream into a
// [pbx.Driver].
type Driver struct {
	Listener Listener
	Address  string // where to listen, such as ":8260"
	// Listen opens Address; nil: on the network.
	Listen  func(ctx context.Context, network, address string) (net.Listener, error)
	Stream  *Stream  // nil: the PBX pushes its reports to Address
	Session *Session // nil: nothing is asked, and reports are taken only where they are pushed
	Report  func(error)

	mu      sync.Mutex
	state   pbx.State
	failure error            // why the newest call failed, or why there is no session
	problem pbx.LoginProblem // of the latter
}

// Run implements [pbx.Driver].
func (d *Driver) Run(ctx context.Context, keep pbx.Keep) error {
	var running sync.WaitGroup
	defer running.Wait()
	if d.Session != nil {
		running.Go(func() { d.Session.Run(ctx, d.called) })
	}
	if d.Stream != nil {
		d.stream(ctx, keep)
		return nil
	}
	for {
		err := d.listen(ctx, keep)
		if ctx.Err() != nil {
			return nil
		}
		d.update(func(s *pbx.State) { s.Listening, s.Deaf = "", err.Error() })
		d.report(err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(listenAgain):
		}
	}
}

func (d *Driver) listen(ctx context.Context, keep pbx.Keep) error {
	listen := d.Listen
	if listen == nil {
		listen = new(net.ListenConfig).Listen
	}
	ln, err := listen(ctx, "tcp", d.Address)
	if err != nil {
		return fmt.Errorf("listen for the PBX: %w", err)
	}
	d.update(func(s *pbx.State) { s.Listening, s.Deaf = ln.Addr().String(), "" })
	return d.Listener.Serve(ctx, ln, func(ctx context.Context, p Push) error {
		d.update(func(s *pbx.State) { s.LastPush = time.Now() })
		taken, err := keep(ctx, pbx.Report{
			Event: read(p.Body), Body: p.Body, Masked: maskedForm(p.Body),
			Begun: p.Begun, BrokenOff: p.brokenOff(),
		})
		if err == nil {
			*p.OnTaken = taken
		}
		return err
	})
}

// stream takes reports from the PBX's stream until ctx ends. Without a login
// there is none: [Driver.Missing] has been told why.
func (d *Driver) stream(ctx context.Context, keep pbx.Keep) {
	if d.Session == nil {
		d.update(func(s *pbx.State) { s.Deaf = errNoSession.Error() })
		<-ctx.Done()
		return
	}
	counted := func(ctx context.Context, r pbx.Report) (func(bool), error) {
		d.update(func(s *pbx.State) { s.LastPush = time.Now() })
		return keep(ctx, r)
	}
	d.Stream.run(ctx, d.Session, counted, func(err error) {
		d.update(func(s *pbx.State) {
			s.Listening, s.Deaf = d.Stream.Address, ""
			if err != nil {
				s.Listening, s.Deaf = "", err.Error()
			}
		})
		if err != nil {
			d.report(err)
		}
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
		d.failure = err
		if err == nil {
			s.Since, s.Error = time.Now(), ""
			return
		}
		s.Error = err.Error()
	})
	if err != nil {
		d.report(err)
		return
	}
	d.compare()
}

// compare holds what the PBX says of its transport against what we wait for.
// As long as they differ each heartbeat logs in anew, to see whether somebody
// has changed it.
func (d *Driver) compare() {
	wanted := TransportHTTP
	if d.Stream != nil {
		wanted = TransportTCP
	}
	err := d.Session.Transport().differs(wanted)
	if err == nil {
		d.update(func(s *pbx.State) { s.Setup = "" })
		return
	}
	d.Session.Forget()
	d.mu.Lock()
	known := d.state.Setup == err.Error()
	d.state.Setup = err.Error()
	d.mu.Unlock()
	if !known {
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
	return pbx.Identity{Model: dev.Name, Serial: dev.Serial, Firmware: dev.Firmware, Clock: dev.Time, Up: dev.Up}, err
}

// Missing notes why there is no session, for [Driver.State] and
// [Driver.Login].
func (d *Driver) Missing(problem pbx.LoginProblem, err error) {
	d.update(func(s *pbx.State) { s.Error, d.problem, d.failure = err.Error(), problem, err })
}
