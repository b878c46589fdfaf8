package size

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/agent"
	"bellhop/api"
	"bellhop/hotel"
)

// patience bounds every wait for the agent: a busy machine is slow.
const patience = 10 * time.Minute

// box is an installation and the agent that runs on it.
type box struct {
	t      *testing.T
	dir    string
	push   string // where reports are pushed to
	client *api.Client
	cmd    *exec.Cmd
	ended  chan struct{}
}

const secret = "a secret for tests"

func newBox(t *testing.T, sink string) *box {
	t.Helper()
	b := &box{t: t, dir: folder(t)}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.push = ln.Addr().String()
	_ = ln.Close() // the agent takes it
	b.client = api.NewClient(filepath.Join(b.dir, "bellhop.sock"))
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
listen = ""
socket = %q
[store]
path = %q
max_size = "10GB"
keep = "3650d"
[pms]
link = "webhook"
url = %q
secret_file = %q
`, b.push, filepath.Join(b.dir, "hooks"), filepath.Join(b.dir, "bellhop.sock"), b.db(), sink, filepath.Join(b.dir, "secret")))
	b.write("secret", secret)
	return b
}

func (b *box) db() string { return filepath.Join(b.dir, "bellhop.db") }

func (b *box) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// start starts the agent, by a command line that becomes it, if any, and says
// how long it took until it answered and took reports.
func (b *box) start(within ...string) time.Duration {
	b.t.Helper()
	line := append(within, program, "run", "-c", filepath.Join(b.dir, "bellhop.toml"))
	log, err := os.OpenFile(filepath.Join(b.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	defer log.Close()
	b.cmd = exec.Command(line[0], line[1:]...)
	b.cmd.Stdout, b.cmd.Stderr = log, log
	begin := time.Now()
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	ended := make(chan struct{})
	b.ended = ended
	go func() { defer close(ended); _ = b.cmd.Wait() }()
	b.t.Cleanup(b.kill)
	b.until("the agent is ready", func(s agent.Status) bool { return s.PBX != nil && s.PBX.Listening != "" })
	return time.Since(begin)
}

func (b *box) kill() {
	_ = b.cmd.Process.Kill() // it may have ended
	<-b.ended
}

// until waits for a status, and fails when the agent ends before.
func (b *box) until(what string, good func(agent.Status) bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	var s agent.Status
	for {
		err := b.client.Get(ctx, "/v1/status", &s)
		if err == nil && good(s) {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
			continue
		case <-b.ended:
		case <-ctx.Done():
		}
		log, _ := os.ReadFile(filepath.Join(b.dir, "log"))
		b.t.Fatalf("waiting until %s: %v, %+v\n%s", what, err, s, log[max(0, len(log)-4000):])
	}
}

// drained waits until all that was kept is finished and delivered.
func (b *box) drained() {
	b.t.Helper()
	b.until("all is delivered", func(s agent.Status) bool {
		return s.Backlog == 0 && s.Store.Watermark == s.Store.LastID && s.Store.Waiting == 0
	})
}

// furnish imports rooms and a minibar item.
func (b *box) furnish(rooms int) {
	b.t.Helper()
	if err := b.client.Post(b.t.Context(), "/v1/import", furniture(rooms), nil); err != nil {
		b.t.Fatal(err)
	}
}

func furniture(rooms int) hotel.Import {
	lists := hotel.Import{Items: []hotel.Item{{Minibar: hotel.DefaultMinibar, Code: "1", Name: "Water", Price: 350}}}
	for n := range rooms {
		lists.Rooms = append(lists.Rooms, hotel.Room{Number: room(n)})
	}
	return lists
}

func room(n int) string { return strconv.Itoa(1001 + n) }

// report is the nth minibar entry, as the PBX pushes it.
func report(n, rooms int) string {
	return fmt.Sprintf(`{"event":"DTMF","sn":"A12345678901","callid":"%d","infos":"778*1*1","members":[{"ext":{"number":"%s","channelid":"PJSIP/%d","memberstatus":"ANSWERED"}}]}`,
		1700000000+n, room(n%rooms), n)
}

// memory is the anonymous resident memory of the agent.
func (b *box) memory() string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.cmd.Process.Pid))
	_, after, _ := strings.Cut(string(text), "RssAnon:")
	kilobytes := 0
	_, _ = fmt.Sscan(after, &kilobytes)
	return fmt.Sprintf("%.1f MB", float64(kilobytes)/1024)
}
