package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"bellhop/e2e/need"
)

// killAt is the command line of a tracer that kills the agent when one of its
// threads begins its nth call of a kind on the database. strace counts for
// each thread by itself; the thread that commits changes now and then, so
// that n is no number of commits, but every kill is one at such a call. -D
// makes the agent the test's own child, with the tracer beside it.
func (b *box) killAt(call string, n int, trace string) []string {
	return []string{
		need.Tool(b.t, "strace"), "-D", "-f", "-qq", "-s", "0", "-o", trace, "-P", b.db,
		"-e", "trace=fdatasync,fsync,pwrite64", "-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, n),
	}
}

// A commit writes its pages and syncs, then writes one of the two meta pages,
// the file's first, and syncs.
const metaPages = 2 * 4096

var pwrite = regexp.MustCompile(`pwrite64\((\d+), .*, (\d+), (\d+)(\)| <unfinished)`)

// diedAtMeta tells from the end of a trace whether the agent died at the
// second sync of a commit.
func diedAtMeta(text []byte) (meta, known bool) {
	syncs := bytes.LastIndex(text, []byte("fdatasync("))
	if syncs < 0 {
		return false, false
	}
	end := bytes.IndexByte(text[syncs:], '\n')
	line := text[syncs : syncs+max(0, end)]
	fd := regexp.MustCompile(`fdatasync\((\d+)`).FindSubmatch(line)
	all := pwrite.FindAllSubmatch(text[:syncs], -1)
	for i := len(all) - 1; i >= 0 && fd != nil; i-- {
		if string(all[i][1]) == string(fd[1]) {
			at, err := strconv.ParseInt(string(all[i][3]), 10, 64)
			return at < metaPages, err == nil
		}
	}
	return false, false
}

// TestKilledAtEachSync kills the agent at the syncs of its commits, the
// first, before which the pages are written, and the second, before which the
// commit becomes valid.
func TestKilledAtEachSync(t *testing.T) {
	need.Tool(t, "strace")
	k := newSink(t)
	b := newBox(t, boxOptions{sink: k.url, hooks: hooks()})
	l := b.start()
	b.ready(l)
	b.furnish()
	b.stop(l)

	p := newPBX(b.push)
	c := p.chaos(t, k, traffic{lines: 4, pause: 50 * time.Millisecond, how: rough})
	const syncs, writes = 60, 30
	var atData, atMeta int
	began := time.Now()
	for n := range syncs {
		text := b.diesAt("fdatasync", 1+n%30)
		switch meta, known := diedAtMeta(text); {
		case !known:
			t.Errorf("no sync at the end of the trace: %s", text[max(0, len(text)-500):])
		case meta:
			atMeta++
		default:
			atData++
		}
	}
	for n := range writes {
		b.diesAt("pwrite64", 1+n*3)
	}
	t.Logf("%d kills at a first sync, %d at a second, %d at a write, in %s",
		atData, atMeta, writes, time.Since(began).Round(time.Millisecond))
	if atData < syncs/10 || atMeta < syncs/10 {
		t.Errorf("%d kills at a first sync and %d at a second are too few of either", atData, atMeta)
	}
	l = b.start()
	b.ready(l)
	c.end()
	b.settle(l, p, k)
}

// diesAt runs an agent until it dies at such a call, and gives the trace.
func (b *box) diesAt(call string, n int) []byte {
	b.t.Helper()
	trace := filepath.Join(b.folder, "trace")
	l := b.start(b.killAt(call, n, trace)...)
	select {
	case <-l.ended:
	case <-time.After(startTime):
		b.t.Fatalf("the agent lives, and no thread has come to its %s number %d", call, n)
	}
	if !l.killed() {
		b.t.Fatalf("the agent ended by itself: %v", l.state)
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// tracer is an strace that is attached to a running agent.
type tracer struct {
	t   *testing.T
	cmd *exec.Cmd
}

// inject makes system calls of a running agent fail until end.
func (b *box) inject(l *life, expressions ...string) *tracer {
	b.t.Helper()
	args := []string{"-f", "-qq", "-o", filepath.Join(b.folder, "trace"), "-p", strconv.Itoa(l.cmd.Process.Pid),
		"-P", b.db, "-e", "trace=fdatasync,pwrite64"}
	for _, e := range expressions {
		args = append(args, "-e", "inject="+e)
	}
	tr := &tracer{b.t, exec.Command(need.Tool(b.t, "strace"), args...)}
	tr.cmd.Stderr = os.Stderr
	if err := tr.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		if tr.cmd.ProcessState == nil {
			_ = tr.cmd.Process.Kill()
			_ = tr.cmd.Wait()
		}
	})
	return tr
}

// end lets the agent go.
func (tr *tracer) end() {
	tr.t.Helper()
	if err := tr.cmd.Process.Signal(syscall.SIGINT); err != nil {
		tr.t.Fatal(err)
	}
	_ = tr.cmd.Wait() // it says by its status that it was interrupted
}
