package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/config"
	"bellhop/sim"
)

func demoFlags(f *flag.FlagSet, c *call) {
	f.BoolVar(&c.opt.once, "once", false, "play one hotel day, check it, and end with 0 or 1")
	f.StringVar(&c.opt.way, "events", "http", "how the PBX delivers its reports: http or tcp")
	f.StringVar(&c.opt.dir, "dir", "", "keep the demo's files in `FOLDER` (default: a temporary one)")
}

// demoRooms is how many rooms there are, from 1001 on; the desk has a telephone, too.
const demoRooms = 10

const demoSecret = "whsec_QmVsbGhvcCdzIGRlbW9uc3RyYXRpb24gc2VjcmV0"

// world is a simulated PBX and PMS, and an agent between them.
type world struct {
	dir    string
	tcp    bool // reports come over the event stream
	config config.Config
	file   string // the config's
	pbx    *sim.PBX
	zone   *time.Location // the PBX's
	pms    *sim.Sink
	beside []string // where the far sides listen, in this program
	client *api.Client
	log    *slog.Logger
	clock  demoClock // the agent's; the PBX's goes along

	ctx       context.Context
	group     sync.WaitGroup
	stopAgent func() error
}

// demo plays a hotel between a simulated PBX and a simulated PMS.
func demo(c *call) error {
	tcp, err := c.overTCP()
	if err != nil {
		return err
	}
	dir, remove, err := demoFolder(c.opt.dir)
	if err != nil {
		return err
	}
	defer remove()
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	w, err := newWorld(ctx, dir, tcp)
	if err != nil {
		return err
	}
	defer w.close(cancel)
	if err := w.startAgent(); err != nil {
		return err
	}
	steps := daySteps(w.tcp)
	if c.opt.once {
		steps = append(steps, step{"The installer takes dialplan and prompts back", (*day).takeBack})
	}
	if err := playDay(c, w, steps); err != nil {
		return err
	}
	if c.opt.once {
		return nil
	}
	return w.stay(c)
}

func demoFolder(dir string) (path string, remove func(), err error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", nil, fmt.Errorf("demo: %w", err)
		}
		path, err = filepath.Abs(dir)
		return path, func() {}, err
	}
	path, err = os.MkdirTemp("", "bellhop-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("demo: %w", err)
	}
	return path, func() { _ = os.RemoveAll(path) }, nil // in the system's temporary folder
}

// newWorld starts the two far sides and writes the agent's files.
func newWorld(ctx context.Context, dir string, tcp bool) (*world, error) {
	w := &world{ctx: ctx, dir: dir, tcp: tcp, file: filepath.Join(dir, "bellhop.toml")}
	logFile, err := os.OpenFile(filepath.Join(dir, "bellhop.log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	w.log = slog.New(slog.NewTextHandler(logFile, nil))
	w.zone, err = time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	w.pbx, err = sim.NewPBX(sim.PBXOptions{Password: "demo", Zone: w.zone, TLS: true, TCP: tcp, Resend: 200 * time.Millisecond, Extensions: demoRooms + 1})
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	err = w.pbx.SetRoutes([]sim.OutRoute{{ID: "1", Name: "Emergency", Prefix: "1[12]X"}, {ID: "2", Name: "Local", Prefix: "Z."}, {ID: "3", Name: "National", Prefix: "0Z."}})
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	for room := 1001; room < 1001+demoRooms; room++ { // every telephone may call for help
		err := w.pbx.SetExtension(sim.PBXExtension{Number: strconv.Itoa(room), Settings: map[string]string{"selectoutroute": "Emergency"}})
		if err != nil {
			return nil, fmt.Errorf("demo: %w", err)
		}
	}
	limits := w.pbx.Limits()
	limits.Confirm, limits.Languages, limits.CallersForward = "775", "12", true
	if err := w.pbx.SetLimits(limits); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	if w.pms, err = sim.NewSink(sim.SinkOptions{Secret: demoSecret}); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	pbxAt, err := w.serve(w.pbx.Serve)
	if err != nil {
		return nil, err
	}
	pmsAt, err := w.serve(w.pms.Serve)
	if err != nil {
		return nil, err
	}
	if err := w.writeFiles(pbxAt, pmsAt); err != nil {
		return nil, err
	}
	w.client = api.NewClient(w.config.API.Socket)
	return w, nil
}

// serve gives a far side a port of this machine.
func (w *world) serve(run func(context.Context, net.Listener) error) (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	w.beside = append(w.beside, ln.Addr().String())
	w.group.Go(func() {
		if err := run(w.ctx, ln); err != nil {
			w.log.Error("a simulated far side ended", "error", err)
		}
	})
	return ln.Addr().String(), nil
}

// demoHook is a hotel's own hook: a job at night, and a courtesy.
const demoHook = `local bellhop = require "bellhop"

-- Every night: tell the manager's own system that the day is closed.
bellhop.cron("0 3 * * *", "close-the-day", function(event)
  bellhop.http.post("%s", { type = "day-closed" }, { answer = true })
end)

-- The housekeeping of a room also counts how many entries it has seen.
bellhop.on("housekeeping", function(event)
  bellhop.kv.set("entries", (bellhop.kv.get("entries") or 0) + 1)
end)
`

func (w *world) writeFiles(pbxAt, pmsAt string) error {
	events, err := w.events()
	if err != nil {
		return err
	}
	managerAt, err := w.serve(w.manager)
	if err != nil {
		return err
	}
	filesAt, err := w.serveFiles()
	if err != nil {
		return err
	}
	text := fmt.Sprintf(`# The demo's own; see "bellhop config check".
[hotel]
name = "Harbour Inn"
timezone = "Asia/Shanghai"
country = "CN"
language = "en"
[pbx]
url = "https://%s"
username = "api"
password_file = %q
%s
[classes]
local = ["Local"]
national = ["Local", "National"]
[emergency]
routes = ["Emergency"]
[install]
url = %q
password_file = %q
[sounds]
dir = %q
[hooks]
dir = %q
[api]
listen = ""
socket = %q
[store]
path = %q
[wakeup]
desk = %q
[pms]
link = "webhook"
url = "http://%s/bellhop"
secret_file = %q
`, pbxAt, w.path("pbx-password"), events, filesAt, w.path("pbx-password"), w.path("sounds"), w.path("hooks"), w.path("bellhop.sock"), w.path("data/bellhop.db"), demoDesk, pmsAt, w.path("pms-secret"))
	if err := os.MkdirAll(w.path("hooks"), 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := os.MkdirAll(w.path("data/pins"), 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	pin := w.pbx.Fingerprint()
	for name, content := range map[string]string{
		"bellhop.toml":   text,
		"pbx-password":   "demo\n",
		"pms-secret":     demoSecret + "\n",
		"hooks/demo.lua": fmt.Sprintf(demoHook, "http://"+managerAt+"/day"),
		"data/pins/pbx":  hex.EncodeToString(pin[:sha256.Size]) + "\n",

		"data/pins/install": w.pbx.HostKeys()[0].Public + "\n",
	} {
		if err := os.WriteFile(w.path(name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	w.config, err = config.Load(w.file)
	return err
}

// events is how reports come, as it stands in the config.
func (w *world) events() (string, error) {
	if w.tcp {
		at, err := w.serve(w.pbx.ServeStream)
		return fmt.Sprintf("events = \"tcp\"\nevent_addr = %q", at), err
	}
	at, err := freePort()
	return fmt.Sprintf("event_listen = %q", at), err
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// startAgent runs the agent as "bellhop run" does, and waits until it answers.
func (w *world) startAgent() error {
	ctx, cancel := context.WithCancel(w.ctx)
	ended := make(chan error, 1)
	ready := make(chan struct{})
	go func() {
		ended <- house{now: w.clock.now, simulated: w.beside}.serve(ctx, w.config, w.log, func(context.Context, *agent.Agent) { close(ready) })
	}()
	w.stopAgent = func() error {
		cancel()
		return <-ended
	}
	select {
	case <-ready:
	case err := <-ended:
		cancel()
		w.stopAgent = nil
		return fmt.Errorf("demo: start the agent: %w", err)
	}
	return w.until("the agent takes the PBX's reports", func() (bool, error) {
		var s agent.Status
		err := w.client.Get(w.ctx, "/v1/status", &s)
		return err == nil && s.PBX != nil && s.PBX.Listening != "" && w.reached(), nil
	})
}

// reached tells whether a report would reach the agent: what comes to a PBX
// without a stream is lost.
func (w *world) reached() bool { return !w.tcp || w.pbx.Streams() > 0 }

func (w *world) close(cancel context.CancelFunc) {
	if w.stopAgent != nil {
		_ = w.stopAgent() // the day has been checked already
	}
	cancel()
	w.group.Wait()
}

// patience bounds how long a step of the day may take.
const patience = 30 * time.Second

var errPatience = errors.New("it did not happen within 30 s")

// until asks again and again whether something has happened.
func (w *world) until(what string, happened func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := happened()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			if w.ctx.Err() != nil {
				return fmt.Errorf("%s: %w", what, w.ctx.Err())
			}
			return fmt.Errorf("%s: %w", what, errPatience)
		case <-tick.C:
		}
	}
}

// stay keeps everything up after the day and says where to look.
func (w *world) stay(c *call) error {
	self := os.Args[0]
	fmt.Fprintf(c.out, `
The hotel stays up until you press Ctrl-C. In another terminal:

  %[1]s status -c %[2]s
  %[1]s doctor -c %[2]s
  %[1]s events tail -c %[2]s
  %[1]s postings list -c %[2]s
  %[1]s alerts list -c %[2]s
  %[1]s events show 9 -c %[2]s
  %[1]s install plan -c %[2]s

The hooks are in %[3]s, the log in %[4]s.
`, self, w.file, w.path("hooks"), w.path("bellhop.log"))
	<-c.ctx.Done()
	return nil
}
