package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"bellhop/agent"
	"bellhop/hotel"
	"bellhop/sim"
)

// dialer dials the PBX by a cable, unless nobody is there.
func (n *night) dialer(cable *sim.Cable) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if n.unplugged.Load() {
			return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
		}
		return cable.Dial(ctx, network, address)
	}
}

type roundTrips func(*http.Request) (*http.Response, error)

func (f roundTrips) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// noting notes what text messages look like on the line.
func (n *night) noting(way http.RoundTripper) http.RoundTripper {
	return roundTrips(func(r *http.Request) (*http.Response, error) {
		if path, found := strings.CutPrefix(r.URL.Path, "/api/"); found && strings.HasSuffix(path, "sms/send") {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			n.mu.Lock()
			n.asked = append(n.asked, path+" "+string(body))
			n.mu.Unlock()
		}
		return way.RoundTrip(r)
	})
}

// onTheLine are the messages that the PBX was asked for, or would have been.
func (n *night) onTheLine() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.asked)
}

// texting is a hotel in which a phone's 9 has a message sent.
func texting(t *testing.T, test func(n *night)) {
	hook := `bellhop.on("dtmf", "^9$", function(event)
  bellhop.sms { to = "+8613912345678", text = "房间 1001: 50% & more", room = event.room, answer = true }
end)
bellhop.on("delivered", function(event) bellhop.kv.set("reply", event.fields.reply) end)`
	set := func(o *agent.Options) {
		o.Hooks = fstest.MapFS{"own.lua": {Data: []byte(hook)}}
		o.Config.SMS.Trunk = "GSM"
	}
	overnightWith(t, sim.Limits{}, set, test)
}

// ask lets the hook run.
func (n *night) ask() {
	n.t.Helper()
	if err := n.sim.Push(n.t.Context(), sim.DTMF("1", "1.1", "1001", "9")); err != nil {
		n.t.Fatal(err)
	}
	n.rest(time.Second)
}

// sent checks what the PBX has sent, and which alerts are open.
func (n *night) sent(when string, messages int, alerts ...string) {
	n.t.Helper()
	all := n.sim.State().SMS
	for _, m := range all {
		if m.Number != "+8613912345678" || m.Text != "房间 1001: 50% & more" || m.Trunk != "GSM" {
			n.t.Errorf("%s: sent %+v", when, m)
		}
	}
	var codes []string
	for _, al := range n.agent.Alerts() {
		if strings.HasPrefix(al.Code, "call-") || al.Code == hotel.AlertSMS {
			codes = append(codes, al.Code)
		}
	}
	if got, want := strings.Join(codes, " "), strings.Join(alerts, " "); len(all) != messages || got != want {
		n.t.Errorf("%s: %d messages and alerts %q, want %d and %q", when, len(all), got, messages, want)
	}
}

func TestTextMessageGoesOut(t *testing.T) {
	texting(t, func(n *night) {
		n.ask()
		n.rest(10 * time.Second)
		n.sent("asked", 1)
		want := `v2.0.0/sms/send {"message":"%E6%88%BF%E9%97%B4%201001%3A%2050%25%20%26%20more","phonenumber":"+8613912345678","trunk":"GSM"}`
		if asked := n.onTheLine(); len(asked) != 1 || asked[0] != want {
			t.Errorf("on the line\n%q, want\n%q", asked, want)
		}
		id := n.sim.State().SMS[0].ID
		events, err := n.agent.Events(0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var told, reported bool
		for _, ev := range events {
			told = told || ev.Kind == hotel.KindDelivered && ev.Fields["reply"] == `{"id":"`+id+`"}`
			reported = reported || ev.Kind == hotel.KindSMS && ev.Fields["smsid"] == id
		}
		if !told || !reported {
			t.Errorf("the hook is told: %v, by the PBX: %v", told, reported)
		}
	})
}

// TestTextMessageWaitsForThePBX: while nobody is there nothing can have gone out, so
// that it is tried until it does, over a restart too.
func TestTextMessageWaitsForThePBX(t *testing.T) {
	for name, restart := range map[string]bool{"away": false, "away, and a restart": true} {
		texting(t, func(n *night) {
			n.unplugged.Store(true)
			n.ask()
			n.rest(10 * time.Minute)
			n.sent(name, 0)
			if tried := len(n.onTheLine()); tried < 5 {
				t.Errorf("%s: tried %d times", name, tried)
			}
			if restart {
				n.end()
				n.begin()
			}
			n.unplugged.Store(false)
			n.rest(5 * time.Minute)
			n.sent(name+", and back", 1)
			n.end()
			n.begin()
			n.rest(10 * time.Minute)
			n.sent(name+", and another restart", 1)
		})
	}
}

// TestTextMessageComesTooLate: who relied on it is told.
func TestTextMessageComesTooLate(t *testing.T) {
	texting(t, func(n *night) {
		n.unplugged.Store(true)
		n.ask()
		n.rest(61 * time.Minute)
		n.sent("after its hour", 0, hotel.AlertExpired)
		n.unplugged.Store(false)
		n.rest(10 * time.Minute)
		n.sent("back", 0, hotel.AlertExpired)
	})
}

// TestTextMessageOfWhichNoAnswerCame may have gone out: it is not sent again, over
// a restart neither, and a person is told.
func TestTextMessageOfWhichNoAnswerCame(t *testing.T) {
	for fault, gone := range map[sim.Fault]int{sim.FaultLostAnswer: 1, sim.FaultCutAnswer: 1, sim.FaultStatus500: 0} {
		texting(t, func(n *night) {
			if err := n.sim.SetFault(fault, sim.Chance{Next: 1}); err != nil {
				t.Fatal(err)
			}
			n.ask()
			n.rest(10 * time.Minute)
			n.sent(string(fault), gone, hotel.AlertUncertain)
			n.end()
			n.begin()
			n.rest(10 * time.Minute)
			n.sent(string(fault)+", and a restart", gone, hotel.AlertUncertain)
		})
	}
}

// TestTextMessageOfAnEndedAgent: the program ends while one is on its way.
func TestTextMessageOfAnEndedAgent(t *testing.T) {
	texting(t, func(n *night) {
		if err := n.sim.SetFault(sim.FaultSlow, sim.Chance{Next: 1}); err != nil {
			t.Fatal(err)
		}
		n.ask()
		n.end()
		n.begin()
		n.rest(10 * time.Minute)
		n.sent("ended", 1, hotel.AlertUncertain)
	})
}
