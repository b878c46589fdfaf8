package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/e2e/need"
	"bellhop/e2e/rig"
)

// lan joins this computer with another, which has a network of its own: a
// network namespace, with a cable between the two.
type lan struct {
	t    *testing.T
	ip   string // the program
	name string // of the other computer, and of the cable's end here
	// The addresses here and there.
	here, there string
}

// theirEnd is the cable's end on the other computer.
const theirEnd = "eth0"

var lans atomic.Int64

// newLAN lays one, which is well.
func newLAN(t *testing.T) *lan {
	t.Helper()
	need.Root(t, "lay a network")
	n := &lan{t: t, ip: need.Tool(t, "ip"), name: fmt.Sprintf("bh%dx%d", os.Getpid(), lans.Add(1))}
	need.Tool(t, "tc")
	block := rand.IntN(1 << 13) // of 198.18.0.0/15, which is for tests (RFC 2544)
	net := fmt.Sprintf("198.18.%d.%d", block>>6, block&63<<2)
	n.here, n.there = addressIn(net, 1), addressIn(net, 2)
	n.must("netns", "add", n.name)
	t.Cleanup(func() { n.must("netns", "del", n.name) }) // the cable goes with it
	n.must("link", "add", n.name, "type", "veth", "peer", "name", theirEnd, "netns", n.name)
	n.must("addr", "add", n.here+"/30", "dev", n.name)
	n.must("link", "set", n.name, "up")
	// While the cable is out nothing shall go another way.
	n.must("route", "add", "unreachable", net+"/30", "metric", "9999")
	t.Cleanup(func() { n.must("route", "del", "unreachable", net+"/30", "metric", "9999") })
	n.must("-n", n.name, "addr", "add", n.there+"/30", "dev", theirEnd)
	n.must("-n", n.name, "link", "set", theirEnd, "up")
	n.must("-n", n.name, "link", "set", "lo", "up")
	return n
}

// addressIn is the n-th address of a block of four.
func addressIn(block string, n int) string {
	at := strings.LastIndexByte(block, '.') + 1
	var last int
	_, _ = fmt.Sscan(block[at:], &last) // we wrote it
	return fmt.Sprintf("%s%d", block[:at], last+n)
}

// place is the other computer, for an agent.
func (n *lan) place() *rig.Place {
	return &rig.Place{Agent: n.there, Far: n.here, Enter: []string{n.ip, "netns", "exec", n.name}}
}

// must runs ip, as which a fault is brought about and mended.
func (n *lan) must(args ...string) {
	n.t.Helper()
	n.run(n.ip, args...)
}

func (n *lan) run(program string, args ...string) (said string) {
	n.t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		n.t.Errorf("%s %s: %v: %s", program, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// cable pulls the cable out here or puts it in.
func (n *lan) cable(state string) { n.must("link", "set", n.name, state) }

// port switches the other computer's own end off or on.
func (n *lan) port(state string) { n.must("-n", n.name, "link", "set", theirEnd, state) }

// pulled has no cable for a while.
func pulled(ctx context.Context, n *lan, d time.Duration) {
	n.cable("down")
	rig.Pass(ctx, d)
	n.cable("up")
}

// split has no cable, or the agent's own end switched off.
func split(ctx context.Context, n *lan, d time.Duration) {
	if rand.IntN(2) == 0 {
		pulled(ctx, n, d)
		return
	}
	n.port("down")
	rig.Pass(ctx, d)
	n.port("up")
}

// flaps has the cable out and in again and again.
func flaps(ctx context.Context, n *lan, d time.Duration) {
	for range 8 {
		pulled(ctx, n, d/16)
		rig.Pass(ctx, d/16)
	}
}

// nobody is an address of the cable's level that no end has.
const nobody = "02:00:00:00:00:01"

// deafTo loses what one end sends, and nobody is told; what the other sends
// arrives.
func deafTo(ctx context.Context, n *lan, d time.Duration) {
	at := []string{"-n", n.name}
	other, end := n.here, theirEnd
	if rand.IntN(2) == 0 {
		at, other, end = nil, n.there, n.name
	}
	n.must(append(at, "neigh", "replace", other, "lladdr", nobody, "dev", end, "nud", "permanent")...)
	rig.Pass(ctx, d)
	n.must(append(at, "neigh", "del", other, "dev", end)...)
}

// thin carries 64 kbit/s each way.
func thin(ctx context.Context, n *lan, d time.Duration) {
	tc := need.Tool(n.t, "tc")
	ends := [][]string{{"qdisc", "replace", "dev", n.name}, {"-n", n.name, "qdisc", "replace", "dev", theirEnd}}
	for _, end := range ends {
		n.run(tc, append(end, "root", "tbf", "rate", "64kbit", "burst", "1600", "latency", "400ms")...)
	}
	rig.Pass(ctx, d)
	n.run(tc, "qdisc", "del", "dev", n.name, "root")
	n.run(tc, "-n", n.name, "qdisc", "del", "dev", theirEnd, "root")
}
