package main

import (
	"context"
	"encoding/hex"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/sim"
)

// must runs a command that is to go well, and gives what it prints.
func (p *patient) must(args ...string) string {
	p.t.Helper()
	out, errOut, code := p.run(args...)
	if code != 0 {
		p.t.Fatalf("%s: %d, %s", args, code, errOut)
	}
	return out
}

// On a PBX that has been silent the doctor has it report something, when it may.
func TestDoctorCausesAReport(t *testing.T) {
	const name = "Room 王"
	p := newPatient(t, sim.PBXOptions{})
	for _, number := range []string{"1001", "1002"} {
		if err := p.pbx.SetExtension(sim.PBXExtension{Number: number, Settings: map[string]string{"selectoutroute": "Local", "username": name}}); err != nil {
			t.Fatal(err)
		}
	}
	p.start().want(0, nil, "pbx.events warning none")
	p.want(0, standIn, "pbx.events unknown not-caused") // no rooms
	p.must("rooms", "import", p.write("rooms.csv", "number\n1001\n1002\n"))
	p.want(0, []string{"--offline", "--yes"}, "pbx.events warning none")
	p.want(0, standIn, "pbx.events ok caused")
	if x, _ := p.pbx.Extension("1001"); x.Settings["username"] != name {
		t.Errorf("the vacant room's telephone is called %q now, and was %q", x.Settings["username"], name)
	}
	out := p.must("events", "list", "--json")
	if !strings.Contains(out, `"kind":"config"`) || !strings.Contains(out, `"1001"`) {
		t.Errorf("no report is kept of what was caused: %s", out)
	}
	before := p.pbx.Stats().Attempts
	p.want(0, standIn, "pbx.events ok ok") // reports come: nothing has to be caused
	if n := p.pbx.Stats().Attempts - before; n != 0 {
		t.Errorf("%d reports more", n)
	}
}

// What is caused goes nowhere when the PBX sends its reports to another address.
func TestDoctorFindsThatNoReportComes(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{}, `advertise = "PUSH"`, `advertise = "127.0.0.1:1"`).start()
	p.must("rooms", "import", p.write("rooms.csv", "number\n1001\n"))
	p.want(0, standIn, "pbx.login ok ok", "pbx.events warning silent")
}

func TestDoctorPlaysARecording(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{})
	for n, does := range map[string]string{"1001": sim.Answers, "1002": sim.Unreachable} {
		if err := p.pbx.SetExtension(sim.PBXExtension{Number: n, Settings: map[string]string{"noanswerforward": "off"}, Handset: []sim.Handset{{Does: does, After: sim.Span(50 * time.Millisecond)}}}); err != nil {
			t.Fatal(err)
		}
	}
	p.pbx.AddPrompt("good-night")
	if _, errOut, code := p.run("doctor", "--play", "1001", "--yes"); code != 1 || !strings.Contains(errOut, "does not run") {
		t.Errorf("without an agent: %d, %s", code, errOut)
	}
	p.start()
	p.must("rooms", "import", p.write("rooms.csv", "number\n1001\n1002\n"))
	if _, errOut, code := p.run("doctor", "--play", "1001", "--prompt", "good-night"); code != 1 || !strings.Contains(errOut, "room 1001 rings") {
		t.Errorf("nobody was asked: %d, %s", code, errOut)
	}
	if out := p.must("doctor", "--play", "1001", "--prompt", "good-night", "--yes"); !strings.Contains(out, "good-night was played in room 1001 to its end") {
		t.Error(out)
	}
	for args, want := range map[string]string{
		"--play 1002 --prompt good-night": "it was not played",
		"--play 1001 --prompt nothing":    "it was not played", "--play 9999 --prompt good-night": "9999", "--play 1001 --prompt ../x": "names of recordings",
	} {
		if _, errOut, code := p.run(append(strings.Fields("doctor --yes "+args), nil...)...); code != 1 || !strings.Contains(errOut, want) {
			t.Errorf("%s: %d, %s", args, code, errOut)
		}
	}
	for _, args := range []string{"--prompt x", "--play 1001 --offline"} {
		if _, errOut, code := p.run(strings.Fields("doctor " + args)...); code != 2 {
			t.Errorf("%s: %d, %s", args, code, errOut)
		}
	}
}

// Each fault of the box and of its way to the PBX is found, with no agent
// running.
func TestDoctorAloneFinds(t *testing.T) {
	taken := listening(t)
	t.Cleanup(func() { _ = taken.Close() })
	for name, c := range map[string]struct {
		pbx   sim.PBXOptions
		spoil []string
		after func(*patient)
		code  int
		wants []string
	}{
		"a port that another has": {spoil: []string{`event_listen = "PUSH"`, `event_listen = "` + taken.Addr().String() + `"`}, code: 1, wants: []string{"box.ports failed taken"}},
		"nothing at that address": {spoil: []string{"URL", "http://127.0.0.1:1"}, code: 1, wants: []string{"pbx.reachable failed refused", "pbx.login failed refused"}},
		"TLS where there is none": {
			after: func(p *patient) { p.rewrite("http:", "https:") }, code: 1,
			wants: []string{"pbx.reachable failed not-tls", "pins warning missing"},
		},
		"no TLS where there is some": {
			pbx: sim.PBXOptions{TLS: true}, code: 1, wants: []string{"pbx.reachable ok plain", "pbx.certificate warning plain"},
		},
		"a certificate that was agreed to": {
			pbx: sim.PBXOptions{TLS: true},
			after: func(p *patient) {
				sum := p.pbx.Fingerprint()
				p.rewrite("http:", "https:")
				p.write("pins/pbx", hex.EncodeToString(sum[:]))
			},
			wants: []string{"pbx.reachable ok ok", "pbx.certificate ok lasts", "pins ok ok"},
		},
		"a hook that does not load": {
			after: func(p *patient) { p.write("hooks/a.lua", "bellhop.on(") }, code: 1, wants: []string{"hooks failed faults"},
		},
		"a hook whose example fails": {
			after: func(p *patient) {
				p.write("hooks/a.lua", `local bellhop = require "bellhop"
--- @example it says so
--- event: dtmf room=101 digits=5
--- wants: alert
bellhop.on("dtmf", "^5$", function() end)
`)
			}, code: 1, wants: []string{"hooks failed faults"},
		},
		"what was never installed": {
			spoil: []string{"[hooks]", "[install]\nurl = \"file://DIR/pbx\"\n[hooks]"}, wants: []string{"install.plan warning due"},
		},
		"a PMS without a secret": {
			spoil: []string{"[hooks]", "[pms]\nlink = \"webhook\"\nurl = \"http://127.0.0.1:1\"\nsecret_file = \"/nowhere\"\n[hooks]"}, code: 1, wants: []string{"pms failed missing"},
		},
		"a damaged database": {after: func(p *patient) { p.write("b.db", strings.Repeat("odd", 9000)) }, code: 1, wants: []string{"store failed refuses", "store.file unknown unmeasured"}},
		"a folder that is not there": {
			spoil: []string{`path = "DIR/b.db"`, `path = "DIR/none/b.db"`}, wants: []string{"box.disk unknown unmeasured", "box.sync unknown unmeasured", "store.file unknown none"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t, c.pbx, c.spoil...)
			p.rewrite("DIR", filepath.Dir(p.file))
			if c.after != nil {
				c.after(p)
			}
			p.want(c.code, standIn, c.wants...)
		})
	}
}

// What waits for a far side that is away, or for a person, is found by the agent
// and in the store that it leaves.
func TestDoctorFindsWhatWaits(t *testing.T) {
	away := listening(t)
	address := "http://" + away.Addr().String()
	_ = away.Close()
	p := newPatient(t, sim.PBXOptions{}, "[hooks]", "[pms]\nlink = \"webhook\"\nurl = \""+address+"\"\nsecret_file = \"DIR/secret\"\n[hooks]")
	p.rewrite("DIR", filepath.Dir(p.file))
	p.write("secret", "whsec_"+strings.Repeat("QUJD", 8))
	p.write("hooks/a.lua", "local bellhop = require \"bellhop\"\nbellhop.on(\"dtmf\", \"^5$\", function() error(\"broken\") end)\n")
	ctx, stop := context.WithCancel(t.Context())
	ended := p.startUntil(ctx)
	p.must("rooms", "import", p.write("rooms.csv", "number\n1001\n"))
	for _, digits := range []string{"5", "777*01"} {
		if err := p.pbx.Push(t.Context(), sim.DTMF(p.pbx.Serial(), "1."+digits, "1001", digits)); err != nil {
			t.Fatal(err)
		}
	}
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		status := p.must("status")
		if strings.Contains(status, "1 hook runs parked") && strings.Contains(status, "pms does not take calls") {
			break
		}
		if time.Since(began) > 20*time.Second {
			t.Fatal(status)
		}
	}
	p.want(1, nil, "pms failed away", "queue ok ok", "parked warning some")
	stop()
	<-ended
	p.want(0, []string{"--offline"}, "queue ok ok", "parked warning some", "store.file ok closed", "pms unknown no-agent")
}

// startUntil runs an agent until ctx ends; then ended is closed.
func (p *patient) startUntil(ctx context.Context) (ended chan struct{}) {
	p.t.Helper()
	ended = make(chan struct{})
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(filepath.Dir(p.file), "s"))
	}}}
	go func() {
		defer close(ended)
		var out, errOut strings.Builder
		if code := run(ctx, []string{"run", "-c", p.file}, &out, &errOut); code != 0 {
			p.t.Errorf("the agent: %d, %s", code, errOut.String())
		}
	}()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if r, err := client.Get("http://bellhop/v1/status"); err == nil {
			_ = r.Body.Close()
			client.CloseIdleConnections()
			return ended
		}
		if time.Since(began) > 20*time.Second {
			p.t.Fatal("the agent does not answer")
		}
	}
}
