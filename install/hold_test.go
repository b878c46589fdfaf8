package install

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"time"
)

// TestHeldLogin: an apply goes on with its plan's login, however it has to be
// made anew, and nothing of it is left behind.
func TestHeldLogin(t *testing.T) {
	for _, way := range []string{"ftp", "sftp"} {
		for _, c := range []struct {
			name    string
			between func(b *bench, release func(), lines *openLines)
			logins  int
			drops   int
		}{
			{"at once", func(*bench, func(), *openLines) {}, 1, 0},
			{"released", func(_ *bench, release func(), _ *openLines) { release() }, 2, 0},
			{"after long", func(b *bench, _ func(), _ *openLines) { b.at = b.at.Add(maxIdle + time.Second) }, 2, 0},
			{"the server has ended it", func(_ *bench, _ func(), lines *openLines) { lines.cut() }, 2, 1},
		} {
			t.Run(way+" "+c.name, func(t *testing.T) {
				b := newBench(t, way)
				lines := &openLines{open: map[net.Conn]bool{}}
				b.inst.Server.Dial = lines.dial
				release := b.inst.Hold()
				plan, err := b.inst.Plan(t.Context(), ourSet("exten = 777,1,Answer()\n"))
				if err != nil {
					t.Fatal(err)
				}
				c.between(b, release, lines)
				r, err := b.inst.Apply(t.Context(), plan)
				if err != nil || r.Put != len(plan.Files) || r.Drops != c.drops {
					t.Errorf("%+v, %v", r, err)
				}
				release()
				if got := b.pbx.Stats().FileLogins; got != c.logins {
					t.Errorf("%d logins, want %d", got, c.logins)
				}
				if n := lines.count(); n != 0 {
					t.Errorf("%d connections are left open", n)
				}
			})
		}
	}
}

// TestHeldLoginAfterTrouble: a plan that failed leaves no login behind.
func TestHeldLoginAfterTrouble(t *testing.T) {
	b := newBench(t, "sftp")
	lines := &openLines{open: map[net.Conn]bool{}}
	b.inst.Server.Dial = lines.dial
	defer b.inst.Hold()()
	r := b.inst.records()
	if err := errors.Join(r.prepare(), os.WriteFile(r.runFile("20261121T171409Z"), []byte("damaged"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.inst.Plan(t.Context(), ourSet("")); err == nil || b.pbx.Stats().FileLogins != 1 {
		t.Fatalf("%v after %d logins", err, b.pbx.Stats().FileLogins)
	}
	if n := lines.count(); n != 0 {
		t.Errorf("%d connections are left open", n)
	}
}

// openLines are the connections that are open.
type openLines struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

func (o *openLines) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open[conn] = true
	return &openLine{conn, o}, nil
}

// cut ends all of them, as a server does that has waited too long.
func (o *openLines) cut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for conn := range o.open {
		_ = conn.Close()
	}
}

func (o *openLines) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.open)
}

type openLine struct {
	net.Conn
	all *openLines
}

func (l *openLine) Close() error {
	l.all.mu.Lock()
	delete(l.all.open, l.Conn)
	l.all.mu.Unlock()
	return l.Conn.Close()
}
