package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/agent"
	"bellhop/config"
	"bellhop/sim"
)

const doctorPassword = "canary-47114711"

// patient is a hotel beside a simulated PBX, with or without an agent.
type patient struct {
	t    *testing.T
	pbx  *sim.PBX
	url  string
	file string // its config
}

// newPatient makes one that is well, but for what spoil does to its config.
func newPatient(t *testing.T, o sim.PBXOptions, spoil ...string) *patient {
	t.Helper()
	o.Password, o.Extensions = doctorPassword, 3
	if o.Zone == nil {
		o.Zone = time.FixedZone("", 8*3600)
	}
	var up atomic.Bool
	o.Now = func() time.Time {
		if up.Load() {
			return time.Now()
		}
		return time.Now().Add(-24 * time.Hour) // it was started yesterday
	}
	p := &patient{t: t, file: filepath.Join(t.TempDir(), "b.toml")}
	var err error
	if p.pbx, err = sim.NewPBX(o); err != nil {
		t.Fatal(err)
	}
	up.Store(true)
	ln := listening(t)
	serving(t, func(ctx context.Context) error { return p.pbx.Serve(ctx, ln) })
	p.url = "http://" + ln.Addr().String()
	push, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(p.file)
	text := strings.NewReplacer(append(spoil, "URL", p.url, "PUSH", push, "DIR", dir)...).Replace(`
[hotel]
timezone = "Asia/Shanghai"
country = "CN"
language = "en"
[pbx]
url = "URL"
username = "api"
event_listen = "PUSH"
advertise = "PUSH"
[classes]
local = ["Local"]
national = ["Local", "National"]
[emergency]
routes = ["Local"]
[hooks]
dir = "DIR/hooks"
[api]
listen = ""
socket = "DIR/s"
[store]
path = "DIR/b.db"
`)
	if err := os.WriteFile(p.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BELLHOP_PBX_PASSWORD", doctorPassword)
	return p
}

func listening(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// serving runs until the test ends.
func serving(t *testing.T, serve func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// start runs an agent until the test ends.
func (p *patient) start() *patient {
	p.t.Helper()
	cfg, err := config.Load(p.file)
	if err != nil {
		p.t.Fatal(err)
	}
	ready := make(chan *agent.Agent, 1)
	serving(p.t, func(ctx context.Context) error {
		return serve(ctx, cfg, slog.New(slog.DiscardHandler), func(_ context.Context, a *agent.Agent) { ready <- a })
	})
	for a := <-ready; a.Status().PBX.Listening == ""; <-time.After(time.Millisecond) {
		if p.t.Context().Err() != nil {
			p.t.Fatal("it does not listen")
		}
	}
	return p
}

// run gives what a command prints, and its exit code.
func (p *patient) run(args ...string) (out, errOut string, code int) {
	var o, e strings.Builder
	code = run(p.t.Context(), append(args, "-c", p.file), &o, &e)
	for _, text := range []string{o.String(), e.String()} {
		sum := md5.Sum([]byte(doctorPassword))
		if strings.Contains(text, "canary") || strings.Contains(text, hex.EncodeToString(sum[:])) {
			p.t.Errorf("it tells the password: %s", text)
		}
	}
	return o.String(), e.String(), code
}

// want runs the doctor and compares findings, each "check result code".
func (p *patient) want(code int, args []string, wants ...string) {
	p.t.Helper()
	out, errOut, got := p.run(append([]string{"doctor", "--json"}, args...)...)
	findings := map[string]string{}
	for line := range strings.Lines(out) {
		var f struct{ Check, Result, Code, Text string }
		if err := json.Unmarshal([]byte(line), &f); err != nil || f.Text == "" {
			p.t.Errorf("%s: %v", line, err)
		}
		findings[f.Check] = f.Check + " " + f.Result + " " + f.Code
	}
	for _, want := range wants {
		check, _, _ := strings.Cut(want, " ")
		if findings[check] != want {
			p.t.Errorf("%q, want %q\n%s", findings[check], want, out)
		}
	}
	if got != code || (got == 1) != strings.Contains(errOut, "checks failed") {
		p.t.Errorf("exit code %d, want %d: %s%s", got, code, out, errOut)
	}
}

// ask is another program's call to the PBX's API.
func (p *patient) ask(endpoint, password string) {
	p.t.Helper()
	sum := md5.Sum([]byte(password))
	body := fmt.Sprintf(`{"username":"api","password":"%s","port":"9"}`, hex.EncodeToString(sum[:]))
	r, err := http.Post(p.url+"/api/v2.0.0/"+endpoint, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		p.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
}

var standIn = []string{"--yes"}

func TestDoctorOfASoundHotel(t *testing.T) {
	sound := []string{
		"pbx.login ok ok", "pbx.certificate warning plain", "pbx.transport ok ok", "pbx.clock ok ok", "pbx.routes ok ok",
		"pbx.emergency ok ok", "pbx.extensions warning no-rooms", "pbx.abilities ok ok", "pms skipped none", "relay skipped none",
	}
	p := newPatient(t, sim.PBXOptions{})
	p.want(0, standIn, append(sound, "pbx.events skipped no-agent", "store unknown no-agent", "hooks ok alone", "pbx.reachable ok plain", "box.disk ok ok", "box.ports ok free", "store.file unknown none", "pbx.other-user unknown no-agent")...)
	if s := p.pbx.Stats(); s.Logins != 1 || s.Refused != 0 {
		t.Errorf("%+v, want one login", s)
	}
	if _, registered := p.pbx.Registration(); registered {
		t.Error("the PBX goes on sending reports to who has gone")
	}
	p.start()
	p.want(0, nil, append(sound, "pbx.events warning none", "store ok ok", "hooks ok shipped", "pbx.other-user ok ok", "pbx.reachable ok plain", "box.ports warning other", "store.file ok ok", "queue ok empty", "parked ok ok")...)
	if s := p.pbx.Stats(); s.Logins != 2 {
		t.Errorf("%d logins: with an agent there is to be its own alone", s.Logins)
	}
	p.want(0, []string{"--offline"}, "pbx.login skipped left-alone", "pbx.clock skipped left-alone", "store ok ok")
	for lang, want := range map[string]string{"en": "logged in as api", "zh": "正常"} {
		if out, _, code := p.run("doctor", "--lang", lang); code != 0 || !strings.Contains(out, want) || !strings.Contains(out, "\n  ") {
			t.Errorf("%s: %d\n%s", lang, code, out)
		}
	}
}

// Each thing that can be wrong with a PBX is found, by the agent and without.
func TestDoctorFinds(t *testing.T) {
	hotel := []string{"Local", "Natonal"}
	for name, c := range map[string]struct {
		pbx      sim.PBXOptions
		spoil    []string
		spoilPBX func(*patient)
		wants    []string
	}{
		"a clock that is off": {spoilPBX: func(p *patient) { p.pbx.Move(7 * time.Minute) }, wants: []string{"pbx.login ok ok"}},
		"another zone": {
			pbx: sim.PBXOptions{Zone: time.FixedZone("", -5*3600)}, wants: []string{"pbx.clock failed zone"},
		},
		"routes that are named otherwise": {
			spoil: []string{`"Local", "National"`, fmt.Sprintf("%q, %q", hotel[0], hotel[1])}, wants: []string{"pbx.routes failed missing"},
		},
		"routes that were renamed": {
			spoilPBX: func(p *patient) {
				_ = p.pbx.SetRoutes([]sim.OutRoute{{ID: "1", Name: "Town", Prefix: "2."}})
			},
			wants: []string{"pbx.routes failed missing", "pbx.emergency failed barred"},
		},
		"a wrong password": {
			spoilPBX: func(p *patient) { p.t.Setenv("BELLHOP_PBX_PASSWORD", "wrong") },
			wants:    []string{"pbx.login failed password", "pbx.clock unknown no-answer", "pbx.routes unknown no-answer", "pbx.transport unknown no-answer"},
		},
		"an address that is locked": {
			spoilPBX: func(p *patient) {
				for range 5 {
					p.ask("login", "wrong")
				}
			},
			wants: []string{"pbx.login failed locked"},
		},
		"another transport": {pbx: sim.PBXOptions{TCP: true}, wants: []string{"pbx.login ok ok", "pbx.transport failed differs"}},
		"another address":   {spoil: []string{"URL", "http://127.0.0.1:1"}, wants: []string{"pbx.login failed refused"}},
		"no API": {
			spoilPBX: func(p *patient) { p.rewrite(p.url, p.url+"/page") },
			wants:    []string{"pbx.login failed no-api"},
		},
		"no certificate agreed to": {spoil: []string{"URL", "https://127.0.0.1:1"}, wants: []string{"pbx.login failed untrusted", "pbx.certificate failed untrusted"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, running := range []bool{false, true} {
				p := newPatient(t, c.pbx, c.spoil...)
				if c.spoilPBX != nil {
					c.spoilPBX(p)
				}
				args, want := standIn, 1
				if running {
					p.start()
					args = nil
				}
				if name == "a clock that is off" {
					p.clockIsFound(args)
					continue
				}
				p.want(want, args, c.wants...)
				if s := p.pbx.Stats(); s.Refused-map[bool]int{true: 5}[strings.Contains(name, "locked")] > 2 {
					t.Errorf("%d logins were refused: that leads to a lock", s.Refused)
				}
			}
		})
	}
}

// rewrite changes the config.
func (p *patient) rewrite(old, now string) {
	p.t.Helper()
	text, err := os.ReadFile(p.file)
	if err == nil {
		err = os.WriteFile(p.file, bytes.ReplaceAll(text, []byte(old), []byte(now)), 0o600)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// clockIsFound: whose clock it is depends on whether NTP keeps the machine's.
func (p *patient) clockIsFound(args []string) {
	p.t.Helper()
	out, _, code := p.run(append([]string{"doctor"}, args...)...)
	if code != 1 || !strings.Contains(out, "pbx.clock") || !strings.Contains(out, "420 s from the box's") && !strings.Contains(out, "419 s from the box's") {
		p.t.Errorf("%d\n%s", code, out)
	}
}

// A wrong password is tried once each time, and never so often that the PBX
// locks.
func TestDoctorNeverLocks(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{})
	t.Setenv("BELLHOP_PBX_PASSWORD", "wrong")
	for n := range 6 {
		p.run("doctor", "--yes")
		if s := p.pbx.Stats(); s.Refused != min(n+1, 3) {
			t.Errorf("after %d doctors %d logins were refused", n+1, s.Refused)
		}
	}
	p.want(1, standIn, "pbx.login failed paused")
}

func TestDoctorFindsAnotherProgram(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{})
	if err := p.pbx.SetLimits(sim.Limits{Channels: 9, OneLogin: true}); err != nil {
		t.Fatal(err)
	}
	p.start()
	p.want(0, nil, "pbx.other-user ok ok")
	p.ask("login", doctorPassword)
	p.want(0, nil, "pbx.login ok ok", "pbx.other-user warning lost")
	p.ask("login", doctorPassword)
	p.want(0, nil, "pbx.other-user warning lost")
	p.ask("login", doctorPassword)
	p.want(1, nil, "pbx.login ok ok", "pbx.other-user failed fight")
}

// Without a terminal nobody can agree to a login.
func TestDoctorAsksBeforeItLogsIn(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{})
	out, errOut, code := p.run("doctor")
	if code != 1 || out != "" || !strings.Contains(errOut, "agree to that with --yes") || p.pbx.Stats().Logins != 0 {
		t.Errorf("%d, %q, %q", code, out, errOut)
	}
	p.want(0, []string{"--offline"}, "pbx.login skipped left-alone", "pbx.routes skipped left-alone", "pbx.abilities ok ok")
	if n := p.pbx.Stats().Logins; n != 0 {
		t.Errorf("%d logins, offline", n)
	}
	for _, args := range []string{"doctor --wait --offline", "doctor --lang fr"} {
		if _, errOut, code := p.run(strings.Fields(args)...); code != 2 {
			t.Errorf("%s: %d, %s", args, code, errOut)
		}
	}
	if _, errOut, code := p.run("doctor", "--wait"); code != 1 || !strings.Contains(errOut, "for the agent to take") {
		t.Errorf("waiting without an agent: %d, %s", code, errOut)
	}
}

// told is a place for progress that says when something was written.
type told struct {
	mu   sync.Mutex
	text strings.Builder
	wait chan struct{}
	once sync.Once
	pbx  *sim.PBX
	sent int // reports that the PBX had sent when one was said to have come
}

func (w *told) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if strings.Contains(w.text.String(), "waiting for a report") {
		w.once.Do(func() { close(w.wait) })
	}
	if strings.Contains(string(p), "A report came") {
		w.sent = w.pbx.Stats().Attempts
	}
	return len(p), nil
}

// A report that comes while the doctor waits is the proof; Ctrl-C ends it.
func TestDoctorWaitsForAReport(t *testing.T) {
	p := newPatient(t, sim.PBXOptions{}).start()
	var out strings.Builder
	w := &told{wait: make(chan struct{}), pbx: p.pbx}
	go func() {
		<-w.wait
		_ = p.pbx.Push(context.Background(), sim.DTMF(p.pbx.Serial(), "1.1", "1001", "777*01"))
	}()
	code := run(t.Context(), []string{"doctor", "--wait", "--json", "-c", p.file}, &out, w)
	if code != 0 || !strings.Contains(out.String(), `"check":"pbx.events","result":"ok"`) || w.sent != 1 {
		t.Errorf("%d\n%s%s", code, out.String(), w.text.String())
	}

	ctx, stop := context.WithCancel(t.Context())
	w = &told{wait: make(chan struct{})}
	go func() { <-w.wait; stop() }()
	out.Reset()
	if code := run(ctx, []string{"doctor", "--wait", "-c", p.file}, &out, w); code != 1 || out.String() != "" || !strings.Contains(w.text.String(), "interrupted") {
		t.Errorf("%d\n%s%s", code, out.String(), w.text.String())
	}
}
