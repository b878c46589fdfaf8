package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/hotel"
	"bellhop/store"
)

// startTime bounds how long an agent may take until it answers, on a busy
// machine and under strace.
const startTime = 30 * time.Second

// box is an installation: config, hooks, store, and the agents that run on it
// one after the other.
type box struct {
	t      *testing.T
	folder string
	config string
	db     string
	socket string
	push   string // where the PBX pushes to
	open   string // where /healthz is answered
	log    string
	client *api.Client
}

// boxOptions say what differs from box to box.
type boxOptions struct {
	sink  string            // the address of the PMS
	store string            // the folder of the store; empty: one of the box's own
	hooks map[string]string // file name -> text
}

const secret = "a secret for tests"

func newBox(t *testing.T, o boxOptions) *box {
	t.Helper()
	folder := t.TempDir()
	if o.store == "" {
		o.store = filepath.Join(folder, "store")
	}
	b := &box{
		t: t, folder: folder,
		config: filepath.Join(folder, "bellhop.toml"), db: filepath.Join(o.store, "bellhop.db"),
		socket: filepath.Join(folder, "bellhop.sock"), log: filepath.Join(folder, "log"),
		push: freeAddress(t), open: freeAddress(t),
	}
	b.client = api.NewClient(b.socket)
	for name, text := range o.hooks {
		b.write(filepath.Join("hooks", name), text)
	}
	b.write("pms-secret", secret)
	b.write("bellhop.toml", fmt.Sprintf(`
[hotel]
name = "Harbour Inn"
timezone = "Europe/Rome"
country = "IT"
currency = "EUR"
language = "en"
[pbx]
url = "http://127.0.0.1:1"
username = "api"
event_listen = %q
allow_from = ["127.0.0.1"]
[hooks]
dir = %q
[api]
listen = %q
socket = %q
[store]
path = %q
[pms]
link = "webhook"
url = %q
secret_file = %q
`, b.push, filepath.Join(folder, "hooks"), b.open, b.socket, b.db, o.sink, filepath.Join(folder, "pms-secret")))
	t.Cleanup(b.showLog)
	return b
}

func (b *box) write(name, text string) {
	b.t.Helper()
	path := filepath.Join(b.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// freeAddress is one that nobody listens on, outside of the ports that
// systems give to outgoing connections, so that it stays free.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := "127.0.0.1:" + strconv.Itoa(10_000+rand.IntN(20_000))
		if ln, err := net.Listen("tcp", address); err == nil {
			_ = ln.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

// showLog shows the end of what the agents said when the test has failed.
func (b *box) showLog() {
	if !b.t.Failed() {
		return
	}
	text, _ := os.ReadFile(b.log) // there may be none
	const most = 6000
	b.t.Logf("the agent's last words:\n%s", text[max(0, len(text)-most):])
}

// life is one run of the agent's process.
type life struct {
	cmd   *exec.Cmd
	ended chan struct{}
	state *os.ProcessState // once ended
}

// start starts the agent, under the tracer whose command line is given, if any.
func (b *box) start(tracer ...string) *life {
	b.t.Helper()
	log, err := os.OpenFile(b.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	defer log.Close()
	args := append(tracer, program, "run", "-c", b.config)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	l := &life{cmd: cmd, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in the state
		l.state = cmd.ProcessState
		close(l.ended)
	}()
	b.t.Cleanup(l.kill)
	return l
}

// kill ends the process at once.
func (l *life) kill() {
	_ = l.cmd.Process.Kill() // it may have ended
	<-l.ended
}

// killed tells whether the process ended by SIGKILL.
func (l *life) killed() bool {
	status, ok := l.state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// running tells whether the process has not ended.
func (l *life) running() bool {
	select {
	case <-l.ended:
		return false
	default:
		return true
	}
}

// stop ends the agent in order.
func (b *box) stop(l *life) {
	b.t.Helper()
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.t.Fatal(err)
	}
	select {
	case <-l.ended:
	case <-time.After(startTime):
		b.t.Fatal("the agent does not stop")
	}
	if !l.state.Success() {
		b.t.Fatalf("the agent ended with %v", l.state)
	}
}

// ready waits until the agent answers and takes reports.
func (b *box) ready(l *life) agent.Status {
	b.t.Helper()
	var s agent.Status
	eventually(b.t, startTime, func() (bool, string) {
		if !l.running() {
			b.t.Fatalf("the agent ended: %v", l.state)
		}
		err := b.client.Get(b.t.Context(), "/v1/status", &s)
		if err == nil && (s.PBX == nil || s.PBX.Listening == "") {
			err = errors.New("it does not listen for the PBX yet")
		}
		return err == nil, fmt.Sprintf("the agent is not ready: %v", err)
	})
	return s
}

// status asks the running agent how things stand.
func (b *box) status() agent.Status {
	b.t.Helper()
	var s agent.Status
	if err := b.client.Get(b.t.Context(), "/v1/status", &s); err != nil {
		b.t.Fatal(err)
	}
	return s
}

// drained waits until every event is finished and every call has ended.
func (b *box) drained(limit time.Duration) {
	b.t.Helper()
	eventually(b.t, limit, func() (bool, string) {
		var s agent.Status
		if err := b.client.Get(b.t.Context(), "/v1/status", &s); err != nil {
			return false, err.Error()
		}
		done := s.Backlog == 0 && s.Store.Watermark == s.Store.LastID && s.Store.Waiting == 0 && s.Store.Error == ""
		return done, fmt.Sprintf("%d of %d events finished, %d in memory, %d calls waiting: %s",
			s.Store.Watermark, s.Store.LastID, s.Backlog, s.Store.Waiting, strings.Join(s.Missing, "; "))
	})
}

// health asks /healthz over TCP.
func (b *box) health(ctx context.Context) (status int, h api.Health, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.open+"/healthz", nil)
	if err != nil {
		return 0, h, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, h, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, h, err
	}
	return response.StatusCode, h, json.Unmarshal(text, &h)
}

// The hotel of the tests: rooms 1001 to 1032, each with its own telephone.
const (
	firstRoom = 1001
	roomCount = 32
	itemCode  = "1"
	itemPrice = 350
)

func room(n int) string { return strconv.Itoa(firstRoom + n%roomCount) }

// furnish imports rooms and items.
func (b *box) furnish() {
	b.t.Helper()
	var lists hotel.Import
	for n := range roomCount {
		lists.Rooms = append(lists.Rooms, hotel.Room{Number: room(n)})
	}
	lists.Items = []hotel.Item{{Minibar: hotel.DefaultMinibar, Code: itemCode, Name: "Water", Price: itemPrice}}
	if err := b.client.Post(b.t.Context(), "/v1/import", lists, nil); err != nil {
		b.t.Fatal(err)
	}
}

// read opens the store of an agent that has stopped.
func (b *box) read() *store.Store {
	b.t.Helper()
	s, err := store.Open(store.Options{Path: b.db, ReadOnly: true})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = s.Close() })
	return s
}
