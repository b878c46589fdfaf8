package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/hotel"
	"bellhop/sim"
)

func benchFlags(f *flag.FlagSet, c *call) {
	f.StringVar(&c.opt.dir, "dir", "", "measure on the disk of this `FOLDER` (default: a temporary one)")
	f.IntVar(&c.opt.rooms, "rooms", 500, "rooms of the hotel")
}

// positive refuses sizes with which there is nothing to measure.
func (c *call) positive(name string, n int) error {
	if n < 1 {
		return c.wrong("--%s must be 1 or more, but it is %d", name, n)
	}
	return nil
}

const benchSecret = "whsec_YmVsbGhvcCBiZW5jaG1hcmsgc2VjcmV0IQ=="

// bench is a hotel in a folder, a sink, and an agent as a process of its
// own, so that what it uses can be told from what the load uses.
type bench struct {
	c      *call
	dir    string
	db     string // the store, in dir unless it is to stay
	sink   *sim.Sink
	url    string
	client *api.Client
	push   string // where the agent takes reports
	cmd    *exec.Cmd
	ended  chan struct{} // closed when cmd has
	group  *group        // nil: its memory is not bounded
	next   atomic.Uint64
	end    func()
}

// newBench makes the folder and the sink. The caller calls end.
func newBench(c *call) (*bench, error) {
	if err := c.checkLimits(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(c.opt.dir, "bellhop-bench-")
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	ctx, cancel := context.WithCancel(c.ctx)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		cancel()
		return nil, errors.Join(fmt.Errorf("bench: %w", err), os.RemoveAll(dir))
	}
	b := &bench{c: c, dir: dir, db: filepath.Join(dir, "bellhop.db"), url: "http://" + ln.Addr().String() + "/pms"}
	b.sink, err = sim.NewSink(sim.SinkOptions{Secret: benchSecret, KeepLast: 1})
	if err != nil {
		cancel()
		return nil, errors.Join(fmt.Errorf("bench: %w", err), ln.Close(), os.RemoveAll(dir))
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = b.sink.Serve(ctx, ln) }()
	if b.group, err = newGroup(c.opt.limits.memory); err != nil {
		cancel()
		return nil, errors.Join(err, ln.Close(), os.RemoveAll(dir))
	}
	b.end = func() {
		b.kill()
		b.group.end()
		cancel()
		<-served
		_ = os.RemoveAll(dir) // what is left of a folder in /tmp goes with it
	}
	return b, nil
}

// config writes the file for the agent.
func (b *bench) config() (string, error) {
	push, err := freePort()
	if err != nil {
		return "", err
	}
	b.push = push
	path := filepath.Join(b.dir, "bellhop.toml")
	text := fmt.Sprintf(`[hotel]
name = "Bench"
timezone = "Asia/Shanghai"
country = "CN"
[pbx]
url = "http://127.0.0.1:1"
username = "bench"
event_listen = %q
allow_from = ["127.0.0.1"]
[hooks]
dir = %q
[api]
listen = ""
socket = %q
[store]
path = %q
max_size = %q
keep = "3650d"
[pms]
link = "webhook"
url = %q
`, push, b.dir+"/hooks", b.socket(), b.db, b.maxSize(), b.url)
	return path, os.WriteFile(path, []byte(text), 0o600)
}

// maxSize is the default, unless the store is larger: nothing is to be
// dropped that is to be there.
func (b *bench) maxSize() string {
	if info, err := os.Stat(b.db); err == nil && info.Size() > fullSize {
		return "100GB"
	}
	return "256MB"
}

func (b *bench) socket() string { return filepath.Join(b.dir, "bellhop.sock") }

// freePort finds a port that nobody has at the moment.
func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// readyTime is how long an agent may take over the largest store on a slow disk.
const readyTime = 10 * time.Minute

// start runs the agent and returns how long it took to be ready.
func (b *bench) start(config string) (time.Duration, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, fmt.Errorf("bench: find this program: %w", err)
	}
	line := b.c.opt.limits.command(b.group, self, "run", "-c", config)
	b.cmd = exec.CommandContext(b.c.ctx, line[0], line[1:]...)
	b.cmd.Env = append(os.Environ(), "BELLHOP_PMS_SECRET="+benchSecret)
	log, err := os.OpenFile(filepath.Join(b.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("bench: %w", err)
	}
	defer log.Close()
	b.cmd.Stderr = log
	begin := time.Now()
	if err := b.cmd.Start(); err != nil {
		return 0, fmt.Errorf("bench: start the agent: %w", err)
	}
	b.ended = waitFor(b.cmd)
	b.client = api.NewClient(b.socket())
	// Ready means: it takes reports, and answers commands.
	for {
		conn, err := net.Dial("tcp", b.push)
		if err == nil {
			conn.Close()
			var s agent.Status
			if err = b.client.Get(b.c.ctx, "/v1/status", &s); err == nil {
				return time.Since(begin), nil
			}
		}
		select {
		case <-b.ended:
		case <-time.After(time.Millisecond):
			if time.Since(begin) < readyTime {
				continue
			}
		}
		text, _ := os.ReadFile(filepath.Join(b.dir, "log"))
		return 0, fmt.Errorf("bench: the agent is not ready after %s: %w\n%s", time.Since(begin).Round(time.Millisecond), err, text)
	}
}

// kill ends the agent without warning.
func (b *bench) kill() {
	if b.cmd == nil || b.cmd.Process == nil {
		return
	}
	_ = b.cmd.Process.Signal(syscall.SIGKILL)
	<-b.ended
	b.cmd = nil
}

// waitFor sees to it that a child's end is noticed.
func waitFor(cmd *exec.Cmd) chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it is killed, or its log says why
	}()
	return ended
}

// furnish imports rooms and minibar items.
func (b *bench) furnish() error {
	var order api.Order
	return b.client.Post(b.c.ctx, "/v1/import", benchHotel(b.c.opt.rooms), &order)
}

func benchHotel(rooms int) hotel.Import {
	var lists hotel.Import
	for i := range rooms {
		lists.Rooms = append(lists.Rooms, hotel.Room{Number: fmt.Sprint(firstRoom + i)})
	}
	for i := range 5 {
		lists.Items = append(lists.Items, hotel.Item{Code: fmt.Sprint(1 + i), Name: fmt.Sprintf("Item %d", 1+i), Price: int64(1000 * (1 + i))})
	}
	return lists
}

// drained waits until all queued calls have reached the sink.
func (b *bench) drained() error {
	for {
		var s agent.Status
		if err := b.client.Get(b.c.ctx, "/v1/status", &s); err != nil {
			return err
		}
		if s.Store.Waiting == 0 && s.Store.LastID == s.Store.Watermark {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (b *bench) syncs() (uint64, error) {
	var s agent.Status
	err := b.client.Get(b.c.ctx, "/v1/status", &s)
	return s.Store.Syncs, err
}

// say prints progress for whoever watches.
func (c *call) say(format string, args ...any) {
	fmt.Fprintf(c.err, format+"\n", args...)
}

func printJSON(c *call, v any) error {
	e := json.NewEncoder(c.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// firstLine reads one line that a child prints when it is ready.
func firstLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	return strings.TrimSpace(line), err
}
