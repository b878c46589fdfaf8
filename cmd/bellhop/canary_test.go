package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/pbx/yeastar"
	"bellhop/sim"
)

// What must be found nowhere but on the way to the PBX.
const (
	canaryPassword = "CANARY-password-7391"
	canaryWrong    = "CANARY-wrong-2846"
	canaryPIN      = "CANARYPIN4711"
	canaryPMS      = "CANARY-pms-secret-5518"
	canaryLogin    = "CANARYlogin6603" // of the PMS, in its address
)

// TestNothingLeaks lets whole agents live through a day in which everything
// that can goes wrong, and looks for the secrets in all that they say, answer
// and write: a password and what the PBX is sent of it, each token and key
// that the PBX gave out, the secret of the PMS, and PINs of calls.
func TestNothingLeaks(t *testing.T) {
	c := &canary{t: t, folder: t.TempDir(), secrets: map[string]string{}, said: map[string]*bytes.Buffer{}}
	for name, secret := range map[string]string{"password": canaryPassword, "wrong password": canaryWrong} {
		sum := md5.Sum([]byte(secret))
		c.secrets[secret], c.secrets[hex.EncodeToString(sum[:])] = "the "+name, "the MD5 of the "+name
	}
	c.secrets[canaryMail] = "the password of the mail server"
	c.secrets[canaryPIN], c.secrets[canaryPMS], c.secrets[canaryLogin] = "a call's PIN", "the secret of the PMS", "the login at the PMS"
	c.secrets[canaryInstall], c.secrets[canaryVoicemail], c.secrets[canaryOwnVoicemail] = "the password for the PBX's files", "the PIN of a guest's voicemail", "the PIN that voicemail is given"
	c.secrets[canaryStaff] = "the PIN of one of the staff"
	synctest.Test(t, func(t *testing.T) {
		c.t = t
		time.Sleep(time.Until(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))) // a time that the agent believes
		for n, l := range []life{
			{name: "all faults, pushed over TLS", tls: true, faults: 4},
			{name: "all faults, streamed", tcp: true, faults: 4, driver: "yeastar-v1"},
			{name: "a PBX that says back what it is told", echo: true},
			{name: "a stream that says back what it is told", tcp: true, echo: true},
			{name: "the wrong password", password: canaryWrong},
			{name: "the wrong password, streamed", password: canaryWrong, tcp: true},
			{name: "another certificate", tls: true, otherPin: true},
			{name: "an answer in between", faults: 0, driver: "yeastar-v1"},
		} {
			c.live(l, uint64(n))
		}
	})
	c.t = t
	c.askInWords()
	c.read("at the end")
	c.lookForCopies()
	c.look()
}

type canary struct {
	t      *testing.T
	folder string

	mu      sync.Mutex
	secrets map[string]string        // and what each is
	said    map[string]*bytes.Buffer // by who said it
	gave    map[string]bool          // secrets that came to where they belong
}

// life is one run of an agent, for three hours.
type life struct {
	name, driver, password   string
	tcp, tls, echo, otherPin bool
	faults                   int    // percent
	files                    string // host:port of the server for the PBX's files; empty: nobody answers
}

func (c *canary) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// to gives what somebody has said so far, to say more.
func (c *canary) to(who string) io.Writer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.said[who] == nil {
		c.said[who] = &bytes.Buffer{}
	}
	return &locked{c, c.said[who]}
}

type locked struct {
	c *canary
	b *bytes.Buffer
}

func (l *locked) Write(text []byte) (int, error) {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	return l.b.Write(text)
}

// config writes the config of a life, and gives its file.
func (c *canary) config(l life) string {
	c.t.Helper()
	scheme, events := "http", "http"
	if l.tls {
		scheme = "https"
	}
	if l.tcp {
		events = "tcp"
	}
	driver := l.driver
	if driver == "" {
		driver = "yeastar"
	}
	password := l.password
	if password == "" {
		password = canaryPassword
	}
	write := func(name, text string) string {
		file := filepath.Join(c.folder, "secrets", name)
		c.must(os.MkdirAll(filepath.Dir(file), 0o700))
		c.must(os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	text := fmt.Sprintf(`
[hotel]
timezone = "UTC"
country = "IT"
[pbx]
driver = %q
url = "%s://192.0.2.1:8088"
username = "api"
password_file = %q
events = %q
event_addr = "192.0.2.1:8333"
allow_from = ["192.0.2.9"]
relay_to = ["http://127.0.0.1:1/older"]
advertise = "192.0.2.9:8260"
[hooks]
dir = "%[5]s/hooks"
[dialplan]
staff_file = %[12]q
staff = { "778" = "pin" }
[checkout]
voicemail_pin = %[9]q
[install]
url = "ftp://support@%[10]s"
password_file = %[11]q
[api]
listen = "127.0.0.1:0"
tls = "self"
socket = "%[5]s/s"
[store]
path = "%[5]s/store/bellhop.db"
[pms]
link = "webhook"
url = "http://hotel:%[7]s@127.0.0.1:1/pms"
secret_file = %[6]q
[mail]
host = "mail.hotel.example"
tls = "tls"
username = "bellhop"
password_file = %[8]q
from = "bellhop@hotel.example"
to = ["duty@hotel.example"]
`, driver, scheme, write("pbx", password), events, c.folder, write("pms", canaryPMS), canaryLogin, write("mail", canaryMail),
		canaryOwnVoicemail, cmp.Or(l.files, "127.0.0.1:1"), write("install", canaryInstall),
		write("staff", "0001 "+canaryStaff+"\n"))
	file := filepath.Join(c.folder, "bellhop.toml")
	c.must(os.WriteFile(file, []byte(text), 0o600))
	return file
}

// live runs an agent against a PBX, with the log at its most talkative, and
// asks it for everything at the end.
func (c *canary) live(l life, seed uint64) {
	c.t.Helper()
	calls, stream, pushes := sim.NewCable(), sim.NewCable(), sim.NewCable()
	p, err := sim.NewPBX(sim.PBXOptions{
		Password: canaryPassword, Extensions: 6, TLS: l.tls, TCP: l.tcp, Seed: seed, Dial: pushes.Dial,
	})
	c.must(err)
	cfg, err := config.Load(c.config(l))
	c.must(err)
	c.must(makeFolders(cfg))
	if l.tls {
		pin := p.Fingerprint()
		if l.otherPin {
			pin[0]++
		}
		c.must(os.MkdirAll(filepath.Dir(pinFile(cfg)), 0o700))
		c.must(os.WriteFile(pinFile(cfg), []byte(hex.EncodeToString(pin[:])), 0o600))
	}
	for n := range 6 {
		c.must(p.SetExtension(sim.PBXExtension{Number: fmt.Sprint(1001 + n), Status: "Registered", Settings: map[string]string{"hasvoicemail": "on", "vmsecret": canaryVoicemail}}))
	}
	log := slog.New(slog.NewTextHandler(c.to("the log of "+l.name), &slog.HandlerOptions{Level: slog.LevelDebug}))
	mails, serveMail := c.mailHouse(cfg)
	a := c.compose(cfg, l, log, mails, calls, stream, pushes, seed)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = p.Serve(ctx, calls) })
	running.Go(func() { serveMail(ctx) })
	if l.echo {
		running.Go(func() { c.echoStream(ctx, stream) })
	} else {
		running.Go(func() { _ = p.ServeStream(ctx, stream) })
	}
	running.Go(func() { c.must(a.Run(ctx)) })
	time.Sleep(time.Minute)
	c.furnish(api.Handler(a))
	open := api.OpenHandler(a, api.Gate{Log: log})
	c.comeByToken(l.name, api.Handler(a), open)
	c.must(p.SetAllFaults(l.faults))
	c.day(p, rand.New(rand.NewPCG(seed, 3)))
	c.must(p.SetAllFaults(0))
	time.Sleep(15 * time.Minute)
	c.ask(l, api.Handler(a))
	c.ask(l, open)
	cancel()
	running.Wait()
	pushes.Close()
	c.read("after " + l.name)
}

// furnish makes the rooms known and lets guests come or go, so that there is
// something to tell the PMS and the PBX.
func (c *canary) furnish(h http.Handler) {
	c.t.Helper()
	var rooms []string
	for n := range 6 {
		rooms = append(rooms, fmt.Sprintf(`{"number":"%d"}`, 1001+n))
	}
	post := func(path, body string) int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
		return w.Code
	}
	if code := post("/v1/import", `{"rooms":[`+strings.Join(rooms, ",")+`]}`); code != http.StatusOK {
		c.t.Fatalf("import: %d", code)
	}
	for _, room := range []string{"1001", "1002", "1003"} { // who comes and goes: the PBX is told
		if post("/v1/checkin", `{"room":"`+room+`"}`) != http.StatusOK && post("/v1/checkout", `{"room":"`+room+`"}`) != http.StatusOK {
			c.t.Fatal("nobody can check in or out")
		}
	}
}

// compose makes an agent as the program does, with pipes for its lines.
func (c *canary) compose(cfg config.Config, l life, log *slog.Logger, mails *agent.MailServer, calls, stream, pushes *sim.Cable, seed uint64) *agent.Agent {
	c.t.Helper()
	opened, err := openDriver(cfg, log)
	c.must(err)
	d := opened.(*yeastar.Driver)
	transport := d.Session.HTTP.Transport.(*http.Transport)
	transport.DialContext = calls.Dial
	d.Session.HTTP.Transport = &listener{c: c, next: transport, echo: l.echo, dice: rand.New(rand.NewPCG(seed, 4))}
	d.Listen = func(context.Context, string, string) (net.Listener, error) { return pushes, nil }
	if d.Stream != nil {
		d.Stream.Dial = stream.DialEager
	}
	link, err := openLink(cfg)
	c.must(err)
	a, err := agent.New(agent.Options{Config: cfg, Driver: d, Link: link, Mail: mails, Log: log})
	c.must(err)
	return a
}

// day lets rooms dial and calls take place that had a PIN, whole and broken.
func (c *canary) day(p *sim.PBX, dice *rand.Rand) {
	for n := range 300 {
		time.Sleep(time.Duration(dice.IntN(60)) * time.Second)
		room := fmt.Sprint(1001 + dice.IntN(6))
		switch dice.IntN(6) {
		case 0, 1:
			_, _ = p.Dial(room, fmt.Sprintf("777*0%d", n%2)) // it may be in use
		case 2:
			_, _ = p.Dial(room, fmt.Sprintf("5551%03d", n))
		case 3, 4:
			cdr := sim.CDR{
				CallID: fmt.Sprintf("1893456000.%d", n), Start: time.Now().Add(-time.Minute), From: room, To: "5550000",
				Duration: 40, Talk: 30, Status: "ANSWERED", Type: "Outbound", Pincode: canaryPIN,
			}
			p.AddRecord(cdr) // also for those who ask for past calls
			if dice.IntN(2) == 0 {
				_ = p.Push(context.Background(), sim.NewCdr(p.Serial(), cdr))
			}
		default:
			broken := []string{
				`{"event":"NewCdr","pincode":"` + canaryPIN,
				`{"event":"NewCdr","PinCode" : ` + canaryPIN + `,"callid":}`,
				`{"event":"NewCdr","callid":"1","nested":{"pincode":"` + canaryPIN + `"}}`,
				`{"event":"Queer","pincode":["` + canaryPIN + `"]}`,
			}
			_ = p.Push(context.Background(), []byte(broken[dice.IntN(len(broken))]))
		}
		if dice.IntN(40) == 0 {
			p.Restart()
		}
	}
}

// ask asks for everything that the API tells.
func (c *canary) ask(l life, h http.Handler) {
	c.t.Helper()
	out := c.to("the API after " + l.name)
	get := func(path string) string {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Fprintln(out, path, w.Code, w.Body.String())
		return w.Body.String()
	}
	for _, path := range []string{
		"/v1/status", "/v1/events?limit=10000", "/v1/queue", "/v1/queue?list=parked", "/v1/queue?list=ended", "/v1/alerts", "/v1/rooms", "/v1/items",
		"/v1/parked", "/v1/phones", "/v1/postings", "/v1/calls", "/v1/cron", "/v1/hooks", "/v1/reports", "/healthz", "/metrics", "/nothing",
	} {
		get(path)
	}
	for id := 1; id < 2000; id++ {
		if strings.Contains(get(fmt.Sprintf("/v1/events/%d", id)), `"error"`) {
			break
		}
	}
}

// listener notes each token and key that the PBX gives out, and answers now
// and then by what it was told, in the ways in which answers go wrong.
type listener struct {
	c    *canary
	next http.RoundTripper
	echo bool

	mu   sync.Mutex
	dice *rand.Rand
}

func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	var told []byte
	if r.Body != nil {
		told, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(told))
	}
	l.mu.Lock()
	roll := l.dice.IntN(12)
	l.mu.Unlock()
	if l.echo && roll < 8 {
		return echoed(r, string(told)+" "+r.URL.String(), roll)
	}
	answer, err := l.next.RoundTrip(r)
	if err != nil {
		return answer, err
	}
	text, readErr := io.ReadAll(answer.Body)
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(text), failing{readErr}), answer.Body}
	l.c.learn(text)
	if strings.Contains(string(told), canaryOwnVoicemail) {
		l.c.given(canaryOwnVoicemail)
	}
	if strings.Contains(string(text), canaryVoicemail) {
		l.c.given(canaryVoicemail)
	}
	return answer, nil
}

// failing ends a body as it ended.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// learn takes the secrets out of an answer.
func (c *canary) learn(answer []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range []string{"token", "random"} {
		_, rest, found := strings.Cut(string(answer), `"`+key+`": "`)
		if secret, _, whole := strings.Cut(rest, `"`); found && whole && len(secret) == 32 {
			c.secrets[secret] = "a " + key
		}
	}
}

// echoed is a wrong answer that holds what was asked.
func echoed(r *http.Request, told string, which int) (*http.Response, error) {
	header, status, body := http.Header{}, http.StatusOK, told
	switch which {
	case 0:
		return nil, fmt.Errorf("malformed HTTP response %q", told) // as net/http says it
	case 1:
		status = http.StatusInternalServerError
	case 2:
		status = http.StatusFound
		header.Set("Location", r.URL.String())
	case 3:
		body = `{"status":"Failed","errno":` + quoteJSON(told) + `}`
	case 4:
		body = `{"status":` + quoteJSON(told) + `}`
	case 5:
		body = `{"status":"Success","token":7,"deviceinfo":[` + quoteJSON(told)
	case 6:
		body = `{"status":"Failed","errno":"10140","errordata":` + quoteJSON(told) + `}`
	}
	return &http.Response{
		Status: fmt.Sprint(status, " ", told), StatusCode: status, Header: header, Request: r, ContentLength: -1,
		Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

func quoteJSON(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// echoStream says back to whoever logs in what it was sent, and hangs up.
func (c *canary) echoStream(ctx context.Context, ln net.Listener) {
	defer context.AfterFunc(ctx, func() { _ = ln.Close() })()
	for n := 0; ; n++ {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		in := bufio.NewReader(conn)
		var packet []string
		for line := ""; line != "\r\n"; packet = append(packet, line) {
			if line, err = in.ReadString('\n'); err != nil {
				break
			}
		}
		if n%2 == 0 {
			_, _ = io.WriteString(conn, "Response: Error\r\n")
		}
		_, _ = io.WriteString(conn, "Message: "+strings.Join(packet, "")+"\r\n")
		_ = conn.Close()
	}
}

// notAsked are commands that go on until they are ended, or play a hotel of
// their own.
var notAsked = []string{"run", "demo", "sim", "events tail"}

// askInWords runs the commands of the program against an agent over the store
// that the day has left.
func (c *canary) askInWords() {
	c.t.Helper()
	file := c.config(life{tcp: true, files: c.echoFiles()})
	cfg, err := config.Load(file)
	c.must(err)
	cfg.PBX.EventAddr, cfg.PBX.URL = "127.0.0.1:1", "http://127.0.0.1:1"
	ctx, cancel := context.WithCancel(c.t.Context())
	log := slog.New(slog.NewTextHandler(c.to("the log of the last agent"), &slog.HandlerOptions{Level: slog.LevelDebug}))
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- serve(ctx, cfg, log, func(context.Context, *agent.Agent) { close(ready) })
	}()
	select {
	case <-ready:
	case err := <-ended:
		c.t.Fatal(err)
	}
	c.comeByTLS(cfg)
	words := []string{
		"cron run nightly-backup", "install apply --yes", "install verify", "events list --limit 10000", "queue list --parked", "queue list --ended", "events show 1", "events show 50", "queue show 1", "events rerun 1",
		"phones restore 1001", "nonsense",
	}
	for _, command := range commands() {
		if command.args == "" && !slices.Contains(notAsked, command.words) && !strings.HasPrefix(command.words, "bench") {
			words = append(words, command.words)
		}
	}
	for _, command := range words {
		for _, form := range []string{"", " --json"} {
			code := run(ctx, append(strings.Fields(command+form), "-c", file), c.to("bellhop "+command+form), c.to("bellhop "+command+form))
			fmt.Fprintln(c.to("bellhop "+command+form), "exit code", code)
		}
	}
	cancel()
	c.must(<-ended)
}

// inBase64 is what a text becomes within a longer one that is written in base64,
// as bytes in JSON are: it begins at one of three places in a group.
func inBase64(secret string) (forms []string) {
	for before, skip := range []int{0, 2, 3} {
		whole := append(make([]byte, before), secret...)
		forms = append(forms, base64.StdEncoding.EncodeToString(whole)[skip:len(whole)*8/6])
	}
	return forms
}

// read takes each file that was written; those that the secrets were given in
// are left out.
func (c *canary) read(when string) {
	c.t.Helper()
	c.must(filepath.WalkDir(c.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == "bellhop.toml" || d.Name() == "key.pem" || strings.HasPrefix(path, filepath.Join(c.folder, "secrets")) {
			return err
		}
		text, err := os.ReadFile(path)
		c.said["the file "+strings.TrimPrefix(path, c.folder)+" "+when] = bytes.NewBuffer(text)
		return err
	}))
}

// look searches all that was said and written.
func (c *canary) look() {
	c.t.Helper()
	names := []string{}
	for who, text := range c.said {
		names = append(names, fmt.Sprintf("%s %d", who, text.Len()))
		lower := strings.ToLower(text.String())
		for secret, what := range c.secrets {
			if at := strings.Index(lower, strings.ToLower(secret)); at >= 0 {
				c.t.Errorf("%s holds %s: …%q…", who, what, lower[max(0, at-120):min(len(lower), at+60)])
			}
			for _, form := range inBase64(secret) {
				if bytes.Contains(text.Bytes(), []byte(form)) {
					c.t.Errorf("%s holds %s in base64", who, what)
				}
			}
		}
	}
	slices.Sort(names)
	if len(c.secrets) < 40 || len(c.said) < 40 {
		c.t.Error("too little was said, or too few secrets given out")
	}
	c.t.Logf("%d secrets were looked for in %q", len(c.secrets), names)
}
