package yeastar

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"time"

	"bellhop/pbx"
)

// The pauses of a stream.
const (
	streamDial = 20 * time.Second // for reaching the PBX, and for sending the login
	// The PBX answers a login with nothing that the manual tells of. One that
	// refuses is taken to hang up within this time.
	loginSettles = 10 * time.Second
	// A stream that is quiet for so long is asked after over the API.
	streamIdle = 90 * time.Second
	// A stream over which nothing comes for so long is dialled anew although
	// the API answers: its other end may have gone without a word. A PBX
	// that has restarted is found sooner, by TCP's keep-alive, which is on.
	streamQuiet = 15 * time.Minute
	// A read that waited for so long got what was sent just then.
	streamWaits = time.Second
	// The pauses before the PBX is dialled again; half of each is random.
	redialFirst = time.Second
	redialMost  = time.Minute
)

var (
	errStreamRefused = errors.New("the PBX hung up on the login: are user and password right, is the port the one of its TCP events, and may this address connect?")
	errStreamAnswer  = errors.New("the PBX refused the login: are user and password right?")
	errStreamClosed  = errors.New("the PBX hung up")
	errStreamQuiet   = fmt.Errorf("nothing came for %s", streamQuiet)
	errStopped       = errors.New("the agent was stopped")
	errStopsMidway   = errors.New("it stops midway")
	errSpent         = fmt.Errorf("%w: %d tries came to nothing", ErrPaused, maxTries)
	errLineBreak     = errors.New("the PBX's user or password holds a line break, which the stream cannot carry")
)

// Stream takes the reports that the PBX sends over a connection which we dial
// (API 2.0.0, TCP event reports). The password goes over it in clear: the PBX
// knows no other way.
//
// Nothing is acknowledged and nothing sent again: what the PBX reports while
// there is no connection is lost with it. After each hole in the stream an
// event of kind gap says from when to when it was.
type Stream struct {
	Address string // where the PBX offers it, such as "192.0.2.1:8333"
	// Dial reaches the PBX; nil: over the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// run takes reports until ctx ends; told is given how it stands after each
// change, nil when reports are taken. While keep fails nothing more is read,
// so that TCP holds the PBX back.
func (s *Stream) run(ctx context.Context, session *Session, keep pbx.Keep, told func(error)) {
	intake := &intake{keep: keep, told: told, gap: &gap{why: errStarted}}
	for failures := 0; ctx.Err() == nil; failures++ {
		settled, err := s.converse(ctx, session, intake)
		if ctx.Err() != nil {
			return
		}
		if settled {
			failures = 0
		}
		intake.lost(err)
		if errors.Is(err, errStreamQuiet) {
			continue // nothing is known to be wrong
		}
		told(err)
		wait(ctx, redialAfter(failures))
	}
}

// redialAfter doubles from failure to failure. Chance keeps many boxes from
// dialling in step.
func redialAfter(failures int) time.Duration {
	most := min(redialFirst<<min(failures, 10), redialMost)
	return most/2 + rand.N(most/2)
}

// wait tells whether the time has passed; false: ctx has ended.
func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// converse serves one connection until it breaks; settled: its login was taken.
func (s *Stream) converse(ctx context.Context, session *Session, to *intake) (settled bool, err error) {
	if err := mayLogIn(ctx, session); err != nil {
		return false, fmt.Errorf("log in to the event stream: %w", err)
	}
	conn, err := s.dial(ctx)
	if err != nil {
		return false, fmt.Errorf("dial the event stream: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	c := &connection{session: session, conn: conn, to: to}
	if err := c.login(); err != nil {
		return false, fmt.Errorf("log in to the event stream: %w", err)
	}
	to.told(nil)
	err = c.read(ctx)
	if !c.settled {
		return false, fmt.Errorf("log in to the event stream: %w", err)
	}
	return true, fmt.Errorf("event stream: %w", err)
}

// mayLogIn logs in over the API, where a wrong password is called one, so that
// it is not tried at the stream too: if need be, and in any case after a login
// that came to nothing, as the password may have been changed while ours lives
// on. An API that is away is no reason to do without the stream, as long as
// that cannot come to a lock.
func mayLogIn(ctx context.Context, session *Session) error {
	session.tries.use(session.TriesFile, session.User, session.Password)
	login, unproven := session.Login, session.tries.unproven()
	if unproven > 0 {
		login = session.prove
	}
	err := login(ctx)
	var number Errno
	if errors.Is(err, ErrPaused) || errors.As(err, &number) && number.stops() || err != nil && unproven >= maxInARow {
		return err
	}
	if session.tries.spent(time.Now()) {
		return errSpent
	}
	return nil
}

func (s *Stream) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, streamDial)
	defer cancel()
	if s.Dial != nil {
		return s.Dial(ctx, "tcp", s.Address)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", s.Address)
}

// connection is one over which we log in and read.
type connection struct {
	session *Session
	conn    net.Conn
	to      *intake
	cutter  cutter
	since   time.Time // when the login went out
	heard   time.Time // when the newest bytes came
	sure    time.Time // before which the PBX cannot have sent them
	settled bool      // the login was taken
}

// login sends the packet of API 2.0.0, TCP event reports. The manual shows
// its four lines and not how they end: as in AMI, whose manner it is.
func (c *connection) login() error {
	s := c.session
	if strings.ContainsAny(s.User+s.Password, "\r\n") {
		return errLineBreak
	}
	if !s.tries.begin(doorStream, time.Now()) { // the API may have used the last one meanwhile
		return errSpent
	}
	_ = c.conn.SetWriteDeadline(time.Now().Add(streamDial))
	_, err := fmt.Fprintf(c.conn, "Action: login\r\nUsername: %s\r\nSecret: %s\r\nVersion: 2.0.0\r\n\r\n", s.User, s.Password)
	c.since, c.heard = time.Now(), time.Now()
	return err
}

// read takes what comes until the connection is of no use any more, and says
// why that is.
func (c *connection) read(ctx context.Context) error {
	buf := make([]byte, 4096)
	for {
		_ = c.conn.SetReadDeadline(c.patience())
		begun := time.Now()
		n, err := c.conn.Read(buf)
		if n > 0 {
			c.hear(begun, time.Now())
		}
		if err := c.cut(ctx, buf[:n]); err != nil {
			return err
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			why := errStreamClosed
			if ctx.Err() != nil {
				why = errStopped
			}
			return errors.Join(c.broken(err), c.end(ctx, why))
		}
		if !c.settled {
			c.settle()
			continue
		}
		if err := errors.Join(c.end(ctx, errStopsMidway), c.probe(ctx)); err != nil {
			return err
		}
	}
}

// hear notes when bytes came that were waited for since begun. What came at
// once may have lain in the line since the bytes before were read: as long as
// a report could not be kept, say.
func (c *connection) hear(begun, now time.Time) {
	c.sure = c.heard
	if now.Sub(begun) >= streamWaits {
		c.sure = now
	}
	c.heard = now
}

// patience is until when something is to come.
func (c *connection) patience() time.Time {
	if !c.settled {
		return c.since.Add(loginSettles)
	}
	return time.Now().Add(streamIdle)
}

// cut takes the pieces that bytes complete.
func (c *connection) cut(ctx context.Context, bytes []byte) error {
	for _, b := range bytes {
		p, ok := c.cutter.add(b)
		if !ok {
			continue
		}
		if err := c.take(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// end takes what is left unfinished.
func (c *connection) end(ctx context.Context, why error) error {
	if p, ok := c.cutter.end(why); ok {
		return c.take(ctx, p)
	}
	return nil
}

func (c *connection) take(ctx context.Context, p piece) error {
	switch {
	case p.line == "" && p.why == nil:
		c.settle()
	case strings.HasPrefix(strings.ToLower(p.line), "response: error") && !c.settled:
		c.session.tries.hungUp(doorStream)
		return errStreamAnswer
	}
	if p.line != "" {
		return nil // of what the PBX says beside its reports the manual tells nothing
	}
	return c.to.take(ctx, p, c.sure, c.heard)
}

// broken says what a failed read means.
func (c *connection) broken(err error) error {
	switch {
	case !c.settled:
		c.session.tries.hungUp(doorStream)
		return errStreamRefused
	case errors.Is(err, io.EOF):
		return errStreamClosed
	}
	return err
}

// settle notes that the PBX has let us in.
func (c *connection) settle() {
	if !c.settled {
		c.settled = true
		c.session.tries.clear(doorStream)
	}
}

// probe asks over the API whether the PBX behind a quiet stream lives.
func (c *connection) probe(ctx context.Context) error {
	if err := c.session.Heartbeat(ctx); err != nil {
		return fmt.Errorf("it is quiet, and the PBX does not answer: %w", err)
	}
	if time.Since(c.heard) >= streamQuiet {
		return errStreamQuiet
	}
	return nil
}
