package yeastar

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/sim"
)

// hotelRig is a driver and a simulated PBX on one fake clock.
type hotelRig struct {
	*rig
	pbx    *sim.PBX
	driver *Driver
	log    bytes.Buffer
}

// simPassword must be found nowhere but on the wire.
const simPassword = "CANARY-7391"

// startSim runs both until stop.
func startSim(t *testing.T, o sim.PBXOptions, password string, tcp bool) *hotelRig {
	t.Helper()
	o.Password, o.User = simPassword, "api"
	p, err := sim.NewPBX(o)
	if err != nil {
		t.Fatal(err)
	}
	h := &hotelRig{rig: newRig(t), pbx: p}
	api, stream := sim.NewCable(), sim.NewCable()
	h.session.Password = password
	h.session.Registration.Address = "192.0.2.9"
	h.session.HTTP = &http.Client{Timeout: callTimeout, Transport: &http.Transport{DisableKeepAlives: true, DialContext: api.Dial}}
	log := slog.New(slog.NewTextHandler(&lockedBuffer{h}, nil))
	h.driver = &Driver{
		Session: h.session, Address: "127.0.0.1:0",
		Report: func(err error) { log.Warn("pbx", "error", err) },
	}
	run := func(ctx context.Context) { h.session.Run(ctx, h.driver.called) } // a real port stops the clock
	if tcp {
		h.driver.Stream = &Stream{Address: "192.0.2.1:8333", Dial: stream.DialEager}
		run = func(ctx context.Context) { _ = h.driver.Run(ctx, h.keep) }
	}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { _ = p.Serve(ctx, api) })
	group.Go(func() { _ = p.ServeStream(ctx, stream) })
	group.Go(func() { run(ctx) })
	h.stop = func() {
		cancel()
		group.Wait()
	}
	return h
}

// lockedBuffer is the log.
type lockedBuffer struct{ h *hotelRig }

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.h.mu.Lock()
	defer l.h.mu.Unlock()
	return l.h.log.Write(b)
}

func (h *hotelRig) push(serials ...string) {
	h.t.Helper()
	for _, serial := range serials {
		if err := h.pbx.Push(context.Background(), sim.BootUp(serial)); err != nil {
			h.t.Fatal(err)
		}
	}
	synctest.Wait()
}

// noSecrets looks for the password in all that is told.
func (h *hotelRig) noSecrets() {
	h.t.Helper()
	sum := md5.Sum([]byte(simPassword))
	all := h.log.String() + fmt.Sprintf("%+v %+v", h.driver.State(), h.journal())
	for _, secret := range []string{simPassword, hex.EncodeToString(sum[:]), h.session.token} {
		if secret != "" && strings.Contains(all, secret) {
			h.t.Errorf("%q is told in %s", secret, all)
		}
	}
}

func TestStreamOfTheSimulatedPBX(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := startSim(t, sim.PBXOptions{TCP: true}, simPassword, true)
		defer h.noSecrets()
		defer h.stop()
		pass(loginSettles + time.Second)
		if s := h.driver.State(); s.Listening != "192.0.2.1:8333" || s.Deaf+s.Error+s.Setup != "" {
			t.Fatalf("%+v", s)
		}
		h.push("1", "2")
		for _, m := range []sim.StreamManner{
			{Banner: "S300\r\n", Welcome: "Response: Success\r\n\r\n", Between: "\r\n"}, {Segment: 1}, {Between: "\n\n\n", Segment: 9},
		} {
			h.pbx.SetStream(m)
			h.pbx.CutStreams()
			pass(time.Minute)
			h.push("3", "4")
		}
		h.pbx.SetStream(sim.StreamManner{Silent: true}) // half open, while the PBX loses its network
		h.push("lost")
		pass(time.Minute)
		h.pbx.SetDown(true)
		pass(10 * time.Minute)
		if s := h.driver.State(); s.Listening != "" || s.Deaf == "" {
			t.Errorf("%+v", s)
		}
		h.push("lost too")
		h.pbx.SetStream(sim.StreamManner{})
		h.pbx.SetDown(false)
		pass(triesWithin + redialMost)
		h.push("5")
		names, gaps := h.kept()
		if want := []string{"1", "2", "3", "4", "3", "4", "3", "4", "5"}; !slices.Equal(names, want) {
			t.Errorf("kept %q, want %q", names, want)
		}
		if len(gaps) != 5 {
			t.Errorf("gaps %+v", gaps)
		}
		if s := h.pbx.Stats(); s.Refused != 0 || s.Lost != 2 {
			t.Errorf("%+v", s)
		}
	})
}

func TestWrongPasswordAtTheSimulatedPBX(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := startSim(t, sim.PBXOptions{TCP: true}, "CANARY-wrong", true)
		defer h.noSecrets()
		defer h.stop()
		for range 4 {
			pass(10 * time.Minute)
			s := h.pbx.Stats()
			if s.Refused > 4 {
				t.Fatalf("%d refused: the address is locked", s.Refused)
			}
		}
		s := h.driver.State()
		if s.Listening != "" || !strings.Contains(s.Deaf, "20003") || strings.Contains(s.Deaf, "CANARY") {
			t.Errorf("%+v", s)
		}
	})
}

// TestTransportsThatDiffer goes through what the web page and the config may say.
func TestTransportsThatDiffer(t *testing.T) {
	for _, tcp := range []bool{false, true} {
		t.Run(map[bool]string{false: "http", true: "tcp"}[tcp], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := startSim(t, sim.PBXOptions{TCP: !tcp}, simPassword, tcp)
				defer h.noSecrets()
				defer h.stop()
				pass(2 * heartbeatEvery)
				s, want := h.driver.State(), `pbx.events = "tcp"`
				if tcp {
					want = `pbx.events = "http"`
				}
				if !strings.Contains(s.Setup, want) || !strings.Contains(s.Setup, "General > API") {
					t.Errorf("setup %q does not say %s", s.Setup, want)
				}
				h.mu.Lock()
				told := strings.Count(h.log.String(), "General > API")
				h.mu.Unlock()
				if told != 1 {
					t.Errorf("logged %d times", told)
				}
				h.pbx.UseTCP(tcp) // somebody mends it
				pass(2 * heartbeatEvery)
				if s := h.driver.State(); s.Setup != "" {
					t.Errorf("setup is still %q", s.Setup)
				}
			})
		})
	}
}
