package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/hotel"
	"bellhop/pbx/yeastar"
	"bellhop/sim"
)

// night is a hotel with the real driver and a simulated PBX, of whose dialplan
// 775 is the confirming code.
type night struct {
	t     *testing.T
	agent *agent.Agent
	sim   *sim.PBX
	zone  *time.Location

	begin, end func()      // the agent's runs, one after the other on one store
	unplugged  atomic.Bool // whoever dials the PBX is told that nobody is there
	mu         sync.Mutex
	asked      []string // the bodies of text messages, as they went over the line
}

func overnight(t *testing.T, how string, limits sim.Limits, test func(n *night)) {
	overnightWith(t, limits, func(o *agent.Options) { o.Config.WakeUp.How, o.Config.WakeUp.Calls = how, 6 }, test)
}

// overnightWith is the same with an agent of other options.
func overnightWith(t *testing.T, limits sim.Limits, set func(*agent.Options), test func(n *night)) {
	synctest.Test(t, func(t *testing.T) {
		zone, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			t.Fatal(err)
		}
		var pushes atomic.Pointer[sim.Cable]
		p, err := sim.NewPBX(sim.PBXOptions{
			Password: "secret", Zone: zone, Extensions: 3,
			Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				if to := pushes.Load(); to != nil {
					return to.Dial(ctx, network, address)
				}
				return nil, errors.New("connection refused")
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		limits.Confirm, limits.Slow, limits.Channels = "775", p.Limits().Slow, p.Limits().Channels
		if err := p.SetLimits(limits); err != nil {
			t.Fatal(err)
		}
		n := &night{t: t, sim: p, zone: zone}
		cable := sim.NewCable()
		c := config.Default()
		c.Hotel = config.Hotel{Name: "Night", Timezone: "Asia/Shanghai", Country: "CN", Currency: "CNY", Language: "en"}
		c.Services.Confirm = "775"
		c.Store.Path = filepath.Join(t.TempDir(), "bellhop.db")
		n.begin = func() {
			client := yeastar.NewPlainClient()
			client.Transport.(*http.Transport).DialContext = n.dialer(cable)
			client.Transport = n.noting(client.Transport)
			options := agent.Options{Config: c, Log: slog.New(slog.DiscardHandler), Synced: func() bool { return true }, Driver: &yeastar.Driver{
				Address:  "192.0.2.9:8260",
				Listener: yeastar.Listener{Allowed: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}},
				Listen: func(context.Context, string, string) (net.Listener, error) {
					to := sim.NewCable()
					pushes.Store(to)
					return to, nil
				},
				Session: &yeastar.Session{
					Base: "http://192.0.2.1", API: yeastar.V2, User: "api", Password: "secret", HTTP: client,
					Registration: yeastar.Registration{Address: "192.0.2.9", Port: "8260"},
				},
			}}
			set(&options)
			a, err := agent.New(options)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			var running sync.WaitGroup
			running.Go(func() {
				if err := a.Run(ctx); err != nil {
					t.Error(err)
				}
			})
			n.agent, n.end = a, func() { cancel(); running.Wait() }
			time.Sleep(time.Minute)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var serving sync.WaitGroup
		serving.Go(func() { _ = p.Serve(ctx, cable) })
		n.begin()
		lists := hotel.Import{Rooms: []hotel.Room{{Number: "1001"}, {Number: "1002"}, {Number: "1003"}}}
		if _, err := n.agent.Do(ctx, hotel.Event{Kind: hotel.KindCommand, Name: hotel.CommandImport, Import: &lists}); err != nil {
			t.Fatal(err)
		}
		test(n)
		n.end()
		cancel()
		serving.Wait()
	})
}

// phone sets a telephone and who is beside it.
func (n *night) phone(number string, settings map[string]string, guests ...sim.Handset) {
	n.t.Helper()
	x, _ := n.sim.Extension(number)
	for key, value := range settings {
		x.Settings[key] = value
	}
	x.Handset = guests
	if err := n.sim.SetExtension(x); err != nil {
		n.t.Fatal(err)
	}
}

// wake has a room woken in ten minutes.
func (n *night) wake(room string) string {
	n.t.Helper()
	at := time.Now().In(n.zone).Add(10 * time.Minute).Format("15:04")
	_, orders, _, err := n.agent.AddWakeUps(n.t.Context(), hotel.WakeUpAdd{Rooms: []string{room}, Time: at})
	if err != nil {
		n.t.Fatal(err)
	}
	return orders[0].ID
}

func (n *night) is(id string, state hotel.WakeUpState, tries int) {
	n.t.Helper()
	for _, w := range n.agent.WakeUps(agent.WakeQuery{All: true}) {
		if w.ID == id && w.State == state && w.Tries == tries {
			return
		}
	}
	n.t.Errorf("want %s to be %s after %d calls: %+v", id, state, tries, n.agent.WakeUps(agent.WakeQuery{All: true}))
}

func (n *night) rest(long time.Duration) {
	time.Sleep(long) // within the bubble
	synctest.Wait()
}

var (
	simAwake  = sim.Handset{After: sim.Span(8 * time.Second), Keys: "1", Pause: sim.Span(4 * time.Second)}
	simAsleep = sim.Handset{Does: sim.Ignores}
	simDrowsy = sim.Handset{After: sim.Span(8 * time.Second), Talk: sim.Span(5 * time.Second)}
)

func TestSimulatedGuestsAreWoken(t *testing.T) {
	voicemail := map[string]string{"noanswerforward": "on", "ntransferto": "Voicemail", "hasvoicemail": "on"}
	busy := sim.Handset{Does: sim.Refuses, After: sim.Span(2 * time.Second)}
	for _, c := range []struct {
		name     string
		settings map[string]string
		guests   []sim.Handset
		state    hotel.WakeUpState
		tries    int
	}{
		{"awake", nil, []sim.Handset{simAwake}, hotel.WakeUpAnswered, 1},
		{"asleep at first", nil, []sim.Handset{simAsleep, simDrowsy, simAwake}, hotel.WakeUpAnswered, 3},
		{"asleep", nil, []sim.Handset{simAsleep}, hotel.WakeUpUnanswered, 3},
		{"voicemail answers", voicemail, []sim.Handset{simAsleep}, hotel.WakeUpUnanswered, 3},
		{"a forward answers", map[string]string{"alwaysforward": "on", "atransferto": "Extension", "atransferext": "1003"}, nil, hotel.WakeUpUnanswered, 3},
		{"does not want to be disturbed", map[string]string{"dnd": "on"}, []sim.Handset{simAwake}, hotel.WakeUpAnswered, 1},
		{"cuts it off", map[string]string{"busyforward": "off"}, []sim.Handset{busy}, hotel.WakeUpBusy, 3},
		{"unplugged", nil, []sim.Handset{{Does: sim.Unreachable}}, hotel.WakeUpUnanswered, 3},
	} {
		for _, single := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				overnight(t, "call", sim.Limits{CallersForward: true, SingleKeys: single}, func(n *night) {
					n.phone("1001", c.settings, append([]sim.Handset{}, c.guests...)...)
					n.phone("1003", nil, simDrowsy)
					id := n.wake("1001")
					n.rest(40 * time.Minute)
					n.is(id, c.state, c.tries)
					x, _ := n.sim.Extension("1001")
					if want := c.settings["dnd"]; want != "" && x.Settings["dnd"] != want {
						t.Errorf("do not disturb is %s", x.Settings["dnd"])
					}
				})
			})
		}
	}
}

// calls are the records of the calls from a telephone, in order.
func (n *night) calls(phone string) (list []hotel.CDR) {
	n.t.Helper()
	events, err := n.agent.Events(0, 1000)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, ev := range events {
		if ev.CDR != nil && ev.CDR.From == phone {
			list = append(list, *ev.CDR)
		}
	}
	return list
}

// TestSimulatedGuestIsSpokenTo in the language of the order, which the first call
// finds out can be asked for. An older dialplan has but the one number.
func TestSimulatedGuestIsSpokenTo(t *testing.T) {
	for spoken, want := range map[string]string{"12": "775 7751 7752", "": "775 775 775"} {
		overnight(t, "call", sim.Limits{Languages: spoken}, func(n *night) {
			n.phone("1001", nil, simAwake)
			for _, language := range []string{"zh", "zh", "en"} {
				at := time.Now().In(n.zone).Add(2 * time.Minute).Format("15:04")
				if _, _, _, err := n.agent.AddWakeUps(n.t.Context(), hotel.WakeUpAdd{Rooms: []string{"1001"}, Time: at, Language: language}); err != nil {
					n.t.Fatal(err)
				}
				n.rest(5 * time.Minute)
			}
			var called []string
			for _, c := range n.calls("1001") {
				called = append(called, c.To)
			}
			if got := strings.Join(called, " "); got != want {
				n.t.Errorf("languages %q: called %s, want %s", spoken, got, want)
			}
			if open := n.agent.WakeUps(agent.WakeQuery{}); len(open) > 0 {
				n.t.Errorf("not answered: %+v", open)
			}
		})
	}
}

// TestSimulatedCallIsHungUp when its order is cancelled while it rings.
func TestSimulatedCallIsHungUp(t *testing.T) {
	overnight(t, "call", sim.Limits{}, func(n *night) {
		n.phone("1001", nil, simAsleep)
		id := n.wake("1001")
		var w hotel.WakeUp
		for w.Attempt == nil {
			n.rest(time.Second)
			w = n.agent.WakeUps(agent.WakeQuery{})[0]
		}
		n.rest(5 * time.Second)
		if _, err := n.agent.CancelWakeUps(n.t.Context(), hotel.WakeUpCancel{IDs: []string{id}}); err != nil {
			n.t.Fatal(err)
		}
		n.rest(20 * time.Minute)
		n.is(id, hotel.WakeUpCancelled, 1)
		if calls := n.calls("1001"); len(calls) != 1 || calls[0].Duration > 6 {
			n.t.Errorf("calls %+v", calls)
		}
	})
}

func TestSimulatedPBXRestartsInTheMiddle(t *testing.T) {
	overnight(t, "call", sim.Limits{}, func(n *night) {
		n.phone("1001", nil, simAsleep, simAwake)
		id := n.wake("1001")
		n.rest(10 * time.Minute)
		n.sim.Restart()
		n.rest(20 * time.Minute)
		n.is(id, hotel.WakeUpAnswered, 2) // that it has booted, it tells only later
	})
}

// TestSimulatedPBXIsAway: it is told at once, and the guest is woken when it is back.
func TestSimulatedPBXIsAway(t *testing.T) {
	overnight(t, "call", sim.Limits{}, func(n *night) {
		n.phone("1001", nil, simAwake)
		id := n.wake("1001")
		n.rest(8 * time.Minute)
		n.sim.SetDown(true)
		n.rest(4 * time.Minute)
		var codes []string
		for _, al := range n.agent.Alerts() {
			codes = append(codes, al.Code)
		}
		if text := strings.Join(codes, " "); !strings.Contains(text, hotel.AlertWakeTrouble) {
			t.Errorf("alerts %q", text)
		}
		n.rest(5 * time.Minute)
		n.sim.SetDown(false)
		n.rest(5 * time.Minute)
		n.is(id, hotel.WakeUpAnswered, 1)
	})
}

func TestSimulatedAlarms(t *testing.T) {
	for _, c := range []struct {
		reports bool
		guest   sim.Handset
		state   hotel.WakeUpState
	}{{false, simAsleep, hotel.WakeUpUnknown}, {true, simAsleep, hotel.WakeUpUnanswered}, {true, simDrowsy, hotel.WakeUpUnknown}} {
		overnight(t, "pbx", sim.Limits{AlarmReports: c.reports}, func(n *night) {
			n.phone("1002", nil, c.guest)
			id := n.wake("1002")
			n.rest(2 * time.Minute)
			if x, _ := n.sim.Extension("1002"); len(x.Alarms) != 1 || x.Alarms[0].Type != "onetime" {
				t.Errorf("alarms %+v", x.Alarms)
			}
			n.rest(40 * time.Minute)
			n.is(id, c.state, 0)
		})
	}
}
