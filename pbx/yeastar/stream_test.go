package yeastar

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/hotel"
	"bellhop/pbx"
)

const loginPacket = "Action: login\r\nUsername: api\r\nSecret: password\r\nVersion: 2.0.0\r\n\r\n"

// rig is a stream at work on a fake clock, between a PBX that the test plays
// and a journal in memory. Use it within synctest.Test.
type rig struct {
	t       *testing.T
	wire    *wire
	session *Session
	dials   []time.Time
	away    bool // dials fail
	conns   chan net.Conn
	events  []hotel.Event
	failing bool // nothing can be kept
	told    []string
	stop    func()

	mu sync.Mutex
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, conns: make(chan net.Conn, 100)}
	r.wire = &wire{answer: func(string) string { return loggedIn }}
	r.session = session(r.wire)
	r.session.HTTP.Transport = r
	return r
}

// RoundTrip answers the API.
func (r *rig) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wire.RoundTrip(request)
}

// called counts calls of the API.
func (r *rig) called(endpoint string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wire.count(endpoint)
}

// listOf gives a copy of one of r's lists.
func listOf[T any](r *rig, list *[]T) []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(*list)
}

func (r *rig) dialled() []time.Time   { return listOf(r, &r.dials) }
func (r *rig) said() []string         { return listOf(r, &r.told) }
func (r *rig) journal() []hotel.Event { return listOf(r, &r.events) }

func (r *rig) dial(context.Context, string, string) (net.Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dials = append(r.dials, time.Now())
	if r.away {
		return nil, errors.New("no route")
	}
	ours, theirs := net.Pipe()
	r.conns <- theirs
	return ours, nil
}

func (r *rig) keep(ctx context.Context, report pbx.Report) (func(bool), error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failing {
		return nil, errors.New("disk full")
	}
	if ctx.Done() != nil {
		r.t.Error("an attempt to keep can be broken off, and nobody knows its outcome then")
	}
	if report.Body != nil {
		r.t.Error("a report of the stream has a body to be merged by")
	}
	report.Event.Time = time.Now()
	r.events = append(r.events, report.Event)
	return nil, nil
}

func (r *rig) tell(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, fmt.Sprint(err))
}

// start runs the stream until stop, or the end of the test's bubble.
func (r *rig) start() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		(&Stream{Address: "192.0.2.1:8333", Dial: r.dial}).run(ctx, r.session, r.keep, r.tell)
	}()
	r.stop = func() {
		cancel()
		<-done
		close(r.conns)
		for conn := range r.conns {
			_ = conn.Close()
		}
	}
}

func (r *rig) set(change func(*rig)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r)
}

// accept takes the next connection and reads its login.
func (r *rig) accept() net.Conn {
	r.t.Helper()
	conn := <-r.conns
	in := bufio.NewReader(conn)
	var packet string
	for !strings.HasSuffix(packet, "\r\n\r\n") {
		line, err := in.ReadString('\n')
		if err != nil {
			r.t.Fatalf("read login: %q, %v", packet, err)
		}
		packet += line
	}
	if packet != loginPacket {
		r.t.Fatalf("login %q", packet)
	}
	return conn
}

// pass lets time pass, and all be done that is due by then.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// send writes to the agent, which must take all of it.
func (r *rig) send(conn net.Conn, text string) {
	r.t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		r.t.Fatalf("send: %v", err)
	}
	synctest.Wait()
}

// kept gives what was kept, gaps apart.
func (r *rig) kept() (names []string, gaps []hotel.Gap) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ev := range r.events {
		switch {
		case ev.Kind == hotel.KindGap:
			gaps = append(gaps, ev.Gap())
		case ev.Kind == hotel.KindUnknown:
			names = append(names, "?"+string(ev.Raw))
		default:
			names = append(names, ev.Serial)
		}
	}
	return names, gaps
}

func boot(serial string) string { return `{"event":"BootUp","sn":"` + serial + `"}` }

func TestStreamReadsWhatComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start()
		defer r.stop()
		conn := r.accept()
		r.send(conn, "S300\r\nResponse: Success\r\n\r\n")
		r.send(conn, boot("1")+boot("2")+"\r\n\r\n")
		for _, b := range []byte(boot("3") + "{\"event\":\"DTMF\",\"infos\":\n" + boot("4") + "\n{\"event\":") {
			r.send(conn, string(b))
		}
		_ = conn.Close()
		synctest.Wait()
		names, gaps := r.kept()
		want := []string{"1", "2", "3", "?{\"event\":\"DTMF\",\"infos\":\n", "4", `?{"event":`}
		if !slices.Equal(names, want) {
			t.Errorf("kept %q, want %q", names, want)
		}
		if len(gaps) != 1 || !gaps[0].From.IsZero() || gaps[0].Why != errStarted.Error() || r.journal()[0].Kind != hotel.KindGap {
			t.Errorf("gaps %+v", gaps)
		}
	})
}

func TestStreamRedialsEverMoreSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.away = true
		r.start()
		pass(30 * time.Minute)
		r.stop()
		most := redialFirst
		for i := 1; i < len(r.dialled()); i++ {
			pause := r.dialled()[i].Sub(r.dialled()[i-1])
			if pause < most/2 || pause > most {
				t.Errorf("pause %d was %s, not within the half and the whole of %s", i, pause, most)
			}
			most = min(2*most, redialMost)
		}
		if len(r.dialled()) < 30 || r.called("login") != 1 {
			t.Errorf("%d dials, %d logins over the API", len(r.dialled()), r.called("login"))
		}
		// Once it was there, it is dialled quickly again.
		r = newRig(t)
		r.start()
		for range 3 {
			conn := r.accept()
			r.send(conn, boot("1"))
			_ = conn.Close()
		}
		pass(2 * redialFirst)
		r.stop()
		if len(r.dialled()) != 5 && len(r.dialled()) != 4 {
			t.Errorf("%d dials", len(r.dialled()))
		}
	})
}

// TestStreamNeverProvokesALock lets the PBX refuse at either door, over
// restarts, and counts the logins that it sees within the time of its lock.
func TestStreamNeverProvokesALock(t *testing.T) {
	for name, c := range map[string]struct{ api, stream string }{
		"both":                   {`{"status":"Failed","errno":"20003"}`, ""},
		"only the stream":        {loggedIn, ""},
		"the stream in words":    {loggedIn, "Response: Error\r\nMessage: Authentication failed\r\n\r\n"},
		"API cut off, stream no": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var wrong []time.Time
				dials := 0
				note := func() {
					mu.Lock()
					defer mu.Unlock()
					wrong = append(wrong, time.Now())
				}
				file := filepath.Join(t.TempDir(), "tries")
				for range 12 {
					r := newRig(t)
					r.session.TriesFile = file
					r.wire.answer = func(endpoint string) string {
						if endpoint == "login" && c.api != loggedIn {
							note()
						}
						return c.api
					}
					r.start()
					ended := make(chan struct{})
					go func() {
						defer close(ended)
						for conn := range r.conns {
							if _, err := io.ReadFull(conn, make([]byte, len(loginPacket))); err == nil {
								note()
							}
							_, _ = io.WriteString(conn, c.stream)
							_ = conn.Close()
						}
					}()
					pass(7 * time.Minute)
					r.stop()
					<-ended
					dials += len(r.dialled())
					for _, told := range r.said() {
						if strings.Contains(told, "Secret") || strings.Contains(told, `"password"`) {
							t.Errorf("told %q", told)
						}
					}
				}
				if len(wrong) < 4 {
					t.Fatalf("only %d tries: nothing was tested", len(wrong))
				}
				for i := range wrong {
					within := 0
					for _, at := range wrong[i:] {
						if at.Sub(wrong[i]) < triesWithin {
							within++
						}
					}
					if within > maxTries {
						t.Fatalf("%d tries within %s", within, triesWithin)
					}
				}
				if dials > len(wrong) {
					t.Errorf("%d dials for %d logins", dials, len(wrong))
				}
			})
		})
	}
}

// Somebody changes the password while our login lives on: what the stream
// refuses is tried at the API, which says so, before the PBX has counted five.
func TestStreamHasAChangedPasswordToldByTheAPI(t *testing.T) {
	for name, away := range map[string]bool{"API answers": false, "API away": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.session.TriesFile = filepath.Join(t.TempDir(), "tries")
				r.start()
				conn := r.accept()
				r.send(conn, boot("1"))
				wrong := 0
				r.set(func(r *rig) {
					r.wire.answer = func(endpoint string) string {
						if endpoint == "login" && !away {
							wrong++
							return failure("20003")
						}
						return map[bool]string{true: "", false: loggedIn}[away]
					}
				})
				_ = conn.Close()
				ended := make(chan struct{})
				refused := 0
				go func() {
					defer close(ended)
					for conn := range r.conns {
						refused++
						_ = conn.Close()
					}
				}()
				pass(24 * time.Hour)
				r.stop()
				<-ended
				if n := wrong + refused; n > maxInARow || refused == 0 {
					t.Errorf("%d wrong passwords at the API and %d at the stream", wrong, refused)
				}
			})
		})
	}
}

// What was held back with the reports that could not be kept is part of the
// gap, if it is lost.
func TestGapBeginsWithWhatWasHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start()
		defer r.stop()
		conn := r.accept()
		pass(time.Minute)
		r.send(conn, boot("1"))
		held := time.Now()
		r.set(func(r *rig) { r.failing = true })
		r.send(conn, boot("2"))
		go func() { _, _ = io.WriteString(conn, boot("3")) }() // waits in the line
		pass(time.Minute)
		r.set(func(r *rig) { r.failing = false })
		pass(time.Minute)
		_ = conn.Close() // and with it what came after the third
		r.send(r.accept(), boot("4"))
		names, gaps := r.kept()
		if len(names) != 4 || len(gaps) != 2 || gaps[1].From.After(held) {
			t.Errorf("kept %q, gaps %+v; what was sent since %s may be lost", names, gaps, held)
		}
	})
}

func TestStreamHangsUpOnARefusalInWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start()
		defer r.stop()
		conn := r.accept()
		r.send(conn, "PBX\r\nResponse: Error\r\n")
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the agent did not hang up: %v", err)
		}
		synctest.Wait()
		if said := r.said(); len(said) != 2 || !strings.Contains(said[1], "refused the login") {
			t.Errorf("told %q", said)
		}
	})
}

// What the stream refuses costs the API nothing that it has.
func TestStreamThatIsRefusedLeavesTheAPIAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start()
		defer r.stop()
		for range maxTries {
			_ = r.accept().Close()
		}
		pass(time.Minute)
		if said := r.said(); !strings.Contains(said[len(said)-1], ErrPaused.Error()) || len(r.dialled()) != maxTries {
			t.Errorf("told %q", said)
		}
		if err := r.session.Heartbeat(t.Context()); err != nil {
			t.Errorf("the API: %v", err)
		}
	})
}

// A line that drops now and then is no wrong password.
func TestStreamForgetsTriesOnceItIsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start()
		defer r.stop()
		begun := time.Now()
		for range 20 {
			conn := r.accept()
			pass(loginSettles + time.Second)
			_ = conn.Close()
		}
		if took := time.Since(begun); len(r.dialled()) != 20 || took > 20*(loginSettles+time.Second+redialFirst) {
			t.Errorf("%d dials in %s", len(r.dialled()), took)
		}
	})
}

func TestQuietStreamIsAskedAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start()
		defer r.stop()
		conn := r.accept()
		r.send(conn, boot("1"))
		pass(streamIdle - time.Second)
		if n := r.called("heartbeat"); n != 0 {
			t.Errorf("%d heartbeats too early", n)
		}
		pass(time.Minute)
		if n := r.called("heartbeat"); n != 1 || len(r.dialled()) != 1 {
			t.Errorf("%d heartbeats, %d dials", n, len(r.dialled()))
		}
		r.send(conn, "\r\n") // a sign of life
		alive := time.Now()
		conn = r.accept()
		if quiet := time.Since(alive); quiet < streamQuiet || quiet > streamQuiet+streamIdle || len(r.dialled()) != 2 {
			t.Errorf("dialled anew after %s of nothing", quiet)
		}
		r.send(conn, boot("2"))
		if _, gaps := r.kept(); len(gaps) != 2 || !gaps[1].Quiet {
			t.Errorf("gaps %+v", gaps)
		}
		for _, told := range r.said() {
			if told != "<nil>" {
				t.Errorf("told %q", told)
			}
		}
	})
}

func TestQuietStreamOfADeadPBXIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start()
		defer r.stop()
		conn := r.accept()
		r.send(conn, boot("1"))
		r.set(func(r *rig) { r.wire.answer = func(string) string { return "" } }) // the API is away, and the stream half open
		pass(streamIdle + time.Second)
		if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("the agent did not hang up: %v", err)
		}
		r.send(r.accept(), boot("2"))
		if _, gaps := r.kept(); len(gaps) != 2 || gaps[1].Quiet || !strings.Contains(gaps[1].Why, "does not answer") {
			t.Errorf("gaps %+v", gaps)
		}
	})
}

func TestGapIsReportedOnceWithItsTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start()
		defer r.stop()
		conn := r.accept()
		r.send(conn, boot("1"))
		pass(time.Minute)
		r.send(conn, boot("2"))
		from := time.Now()
		pass(20 * time.Second)
		r.send(conn, `{"half":`)
		r.set(func(r *rig) { r.away = true })
		_ = conn.Close()
		pass(10 * time.Minute)
		r.set(func(r *rig) { r.away = false })
		conn = r.accept() // one that brings nothing whole
		pass(time.Second)
		r.send(conn, `{"half":`)
		_ = conn.Close()
		conn = r.accept()
		pass(30 * time.Second)
		r.send(conn, boot("3"))
		to := time.Now()
		pass(time.Second)
		r.send(conn, boot("4"))
		_, gaps := r.kept()
		if len(gaps) != 2 || !gaps[1].From.Equal(from) || !gaps[1].To.Equal(to) || gaps[1].Quiet || !strings.HasPrefix(gaps[1].Why, "event stream: ") {
			t.Errorf("gaps %+v, want one from %s to %s", gaps, from, to)
		}
		at := func(serial string) int {
			return slices.IndexFunc(r.journal(), func(ev hotel.Event) bool { return ev.Serial == serial })
		}
		if r.journal()[at("3")-1].Kind != hotel.KindGap {
			t.Error("the gap was not kept before the report that ends it")
		}
	})
}

func TestGapIsNoLongerQuietOnceThePBXIsAway(t *testing.T) {
	from, away := time.Now(), errors.New("no route")
	in := &intake{last: from}
	in.lost(errStreamQuiet)
	if !in.gap.quiet {
		t.Errorf("%+v", in.gap)
	}
	in.lost(away)
	in.lost(errStreamQuiet)
	if in.gap.quiet || in.gap.why != away || in.gap.from != from {
		t.Errorf("%+v", in.gap)
	}
}

func TestStreamHoldsThePBXBackWhileNothingCanBeKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start()
		defer r.stop()
		conn := r.accept()
		r.send(conn, boot("0"))
		r.set(func(r *rig) { r.failing = true })
		var stream string
		var want []string
		for n := range 1000 {
			stream += boot(fmt.Sprint(n))
			want = append(want, fmt.Sprint(n))
		}
		written := make(chan error, 1)
		go func() {
			_, err := io.WriteString(conn, strings.TrimPrefix(stream, boot("0")))
			written <- err
		}()
		pass(10 * time.Minute)
		select {
		case <-written:
			t.Error("the agent read on")
		default:
		}
		if told := r.said()[len(r.said())-1]; len(r.said()) != 2 || !strings.Contains(told, "disk full") {
			t.Errorf("told %q", r.said())
		}
		r.set(func(r *rig) { r.failing = false })
		pass(keepAgain)
		if err := <-written; err != nil {
			t.Errorf("write: %v", err)
		}
		synctest.Wait()
		if names, gaps := r.kept(); !slices.Equal(names, want) || len(gaps) != 1 {
			t.Errorf("%d reports and %d gaps were kept", len(names), len(gaps))
		}
		if len(r.said()) != 3 || r.said()[2] != "<nil>" || len(r.dialled()) != 1 {
			t.Errorf("told %q, %d dials", r.said(), len(r.dialled()))
		}
	})
}

// synctest fails when a goroutine outlives the test.
func TestStreamEndsFromEachOfItsStates(t *testing.T) {
	for name, reach := range map[string]func(r *rig){
		"at once":     func(*rig) {},
		"logging in":  func(*rig) { synctest.Wait() },
		"logged in":   func(r *rig) { r.accept() },
		"reading":     func(r *rig) { r.send(r.accept(), boot("1")+`{"half`) },
		"redialling":  func(r *rig) { _ = r.accept().Close(); synctest.Wait() },
		"not keeping": func(r *rig) { r.failing = true; r.send(r.accept(), boot("1")) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.start()
				reach(r)
				before := time.Now()
				r.stop()
				if took := time.Since(before); took != 0 {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func TestStreamRefusesToWriteOtherLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.session.Password = "CANARY\r\nAction: logoff"
		r.start()
		pass(time.Minute)
		r.stop()
		if len(r.said()) == 0 || !strings.Contains(r.said()[0], "line break") || strings.Contains(strings.Join(r.said(), ""), "CANARY") {
			t.Errorf("told %q", r.said())
		}
	})
}
