package faults

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
	"bellhop/e2e/rig"
)

// killAt is the command line of a tracer that kills the agent when one of its
// threads begins its nth call of a kind on the database or its intake log. strace counts for
// each thread by itself; the thread that commits changes now and then, so
// that n is no number of commits, but every kill is one at such a call. -D
// makes the agent the test's own child, with the tracer beside it.
func killAt(h *rig.Hotel, call string, n int, trace string) []string {
	return []string{
		need.Tool(h.T, "strace"), "-D", "-f", "-y", "-qq", "-s", "0", "-o", trace, "-P", h.DB, "-P", h.DB + "-intake",
		"-e", "trace=fdatasync,fsync,pwrite64", "-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, n),
	}
}

// A commit writes its pages and syncs, then writes one of the two meta pages,
// the file's first, and syncs.
const metaPages = 2 * 4096

var (
	pwrite = regexp.MustCompile(`pwrite64\((\d+)<[^>]*>, .*, (\d+), (\d+)(\)| <unfinished)`)
	synced = regexp.MustCompile(`fdatasync\((\d+)<([^>]*)>`)
)

// The syncs at which an agent can die.
const (
	atIntake = "the intake log"
	atPages  = "a commit's pages"
	atMeta   = "a commit's meta page"
)

// diedAt tells from the end of a trace at which sync the agent died.
func diedAt(text []byte) string {
	at := bytes.LastIndex(text, []byte("fdatasync("))
	if at < 0 {
		return ""
	}
	sync := synced.FindSubmatch(text[at:])
	if sync == nil {
		return ""
	}
	if bytes.HasSuffix(sync[2], []byte("-intake")) {
		return atIntake
	}
	all := pwrite.FindAllSubmatch(text[:at], -1)
	for i := len(all) - 1; i >= 0; i-- {
		if string(all[i][1]) != string(sync[1]) {
			continue
		}
		if offset, err := strconv.ParseInt(string(all[i][3]), 10, 64); err != nil || offset >= metaPages {
			return atPages
		}
		return atMeta
	}
	return ""
}

// TestKilledAtEachSync kills the agent at each kind of sync: that of the
// intake log, after which a push is acknowledged, the first of a commit, before
// which the pages are written, and the second, before which the commit becomes
// valid; and at writes.
func TestKilledAtEachSync(t *testing.T) {
	need.Tool(t, "strace")
	t.Parallel()
	h := rig.NewHotel(t, rig.Setting{})
	h.Stop(h.Open())
	rest := h.Busy(rig.Usual)
	syncs := setting("BELLHOP_FAULTS_SYNCS", 45)
	deaths := map[string]int{}
	for n := range syncs {
		text := diesAt(h, "fdatasync", 1+n%30)
		deaths[diedAt(text)]++
	}
	for n := range syncs / 3 {
		diesAt(h, "pwrite64", 1+n*3)
	}
	t.Logf("killed at a sync: %v; at a write: %d", deaths, syncs/3)
	for _, kind := range []string{atIntake, atPages, atMeta} {
		if deaths[kind] < syncs/20 {
			t.Errorf("%d kills at the sync of %s are too few", deaths[kind], kind)
		}
	}
	if n := deaths[""]; n > 0 {
		t.Errorf("%d traces end without a sync", n)
	}
	mended := time.Now()
	l := h.Start()
	h.Ready(l)
	h.Again(l, mended)
	rest()
	h.Settle(l, "killed at a sync or write", mended)
}

// diesAt runs an agent until it dies at such a call, and gives the trace.
func diesAt(h *rig.Hotel, call string, n int) []byte {
	h.T.Helper()
	trace := filepath.Join(h.Folder, "trace")
	l := h.Start(killAt(h, call, n, trace)...)
	select {
	case <-l.Ended:
	case <-time.After(rig.StartTime):
		h.T.Fatalf("the agent lives, and no thread has come to its %s number %d", call, n)
	}
	if !l.Killed() {
		h.T.Fatalf("the agent ended by itself: %v", l.State)
	}
	h.Tried()
	text, err := os.ReadFile(trace)
	if err != nil {
		h.T.Fatal(err)
	}
	return text
}

// tracer is an strace that is attached to a running agent.
type tracer struct {
	t   *testing.T
	cmd *exec.Cmd
}

// inject makes system calls of a running agent fail until end.
func inject(h *rig.Hotel, l *rig.Life, expressions ...string) *tracer {
	h.T.Helper()
	args := []string{"-f", "-qq", "-o", filepath.Join(h.Folder, "trace"), "-p", strconv.Itoa(l.Pid()),
		"-P", h.DB, "-P", h.DB + "-intake", "-e", "trace=fdatasync,pwrite64"}
	for _, e := range expressions {
		args = append(args, "-e", "inject="+e)
	}
	tr := &tracer{h.T, exec.Command(need.Tool(h.T, "strace"), args...)}
	tr.cmd.Stderr = os.Stderr
	if err := tr.cmd.Start(); err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() {
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
