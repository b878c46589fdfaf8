package luahooks

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"testing"
	"time"

	"bellhop/e2e/need"
)

// smallBox is the memory of the smallest box, in bytes.
const smallBox = 64 << 20

// TestBombsInASmallBox runs each bomb on one processor in a control group of
// 64 MB, with what an agent at rest has beside it. The kernel ends a process that
// has more. The test's own program may have a race detector, which alone takes
// more: so another one is built.
func TestBombsInASmallBox(t *testing.T) {
	if os.Getenv("BELLHOP_BOMBS") != "" {
		t.Skip("this is the other one")
	}
	need.Groups(t)
	need.Root(t, "bound the memory of a process")
	program := filepath.Join(t.TempDir(), "bombs.test")
	if out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	group := smallGroup(t)
	child := exec.CommandContext(t.Context(), "sh", "-c", `echo $$ >"$0" && exec "$@"`, filepath.Join(group, "cgroup.procs"),
		program, "-test.run", "^TestBombsOfAChild$", "-test.v", "-test.timeout", "5m")
	child.Env = append(os.Environ(), "BELLHOP_BOMBS=1", "GOMAXPROCS=1", "GOGC=300", "GOMEMLIMIT=48MiB")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%s", out)
}

// smallGroup makes a control group, of version 1 or 2 (cgroups(7)).
func smallGroup(t *testing.T) string {
	t.Helper()
	root, limit := "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
	if _, err := os.Stat(filepath.Join(root, limit)); err != nil {
		root, limit = "/sys/fs/cgroup", "memory.max"
	}
	dir, err := os.MkdirTemp(root, "bellhop-bombs-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.WriteFile(filepath.Join(dir, limit), []byte(strconv.Itoa(smallBox)), 0); err != nil {
		t.Fatal(err)
	}
	if limit == "memory.max" {
		_ = os.WriteFile(filepath.Join(dir, "memory.swap.max"), []byte("0"), 0) // there may be no swap
	}
	return dir
}

// TestBombsOfAChild is the other program. A limit is one of the clock on the wall,
// and on a busy machine that passes while nothing runs: what is held to twice the
// limit is the time of the processor, which others do not add to.
func TestBombsOfAChild(t *testing.T) {
	if os.Getenv("BELLHOP_BOMBS") == "" {
		t.Skip("TestBombsInASmallBox runs this in a control group")
	}
	ballast := make([]byte, 8<<20) // what an agent at rest has, beside the runtime's own
	for i := range ballast {
		ballast[i] = byte(i)
	}
	for _, b := range bombs {
		limit := 250 * time.Millisecond
		if b.kind == "memory" { // it must come to that
			limit = 10 * time.Second
		}
		s := mustLoad(t, Options{Limits: Limits{Deadline: limit}, Get: bombGet}, map[string]string{
			"t.lua":    "bellhop.on('dtmf', function(event)\n" + b.body + "\nend)",
			"good.lua": "bellhop.on('dtmf', function(event) bellhop.alert('fine') end)",
		})
		in := input(dialled("1203", "1"))
		var most uint64
		runs := 0
		in.Ran = func(c Cost) { most, runs = max(most, c.Grew), runs+1 }
		before := processorTime(t)
		got := s.Run(t.Context(), "t.lua:dtmf:1", in)
		took := processorTime(t) - before
		if got.Err == nil {
			t.Errorf("%s: no error", b.name)
		}
		if took > time.Duration(runs)*2*limit {
			t.Errorf("%s: took %s of the processor in %d runs, more than twice %s each", b.name, took, runs, limit)
		}
		in.Ran = nil
		if good := s.Run(t.Context(), "good.lua:dtmf:1", in); good.Err != nil {
			t.Errorf("%s: another hook afterwards: %v", b.name, good.Err)
		}
		t.Logf("%-40s %8s in %d runs, grew %5.1f MiB: %.60v", b.name, took.Round(time.Millisecond), runs, float64(most)/(1<<20), got.Err)
		s.Close()
		debug.FreeOSMemory()
	}
	runtime.KeepAlive(ballast)
	fmt.Println("none of them has ended the program")
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
