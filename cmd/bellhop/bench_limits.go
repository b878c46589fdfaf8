package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// limits make the agent of a bench run as on a small or a slow box.
type limits struct {
	memory int           // MB for all of it, pages of its files included; 0: as it is
	files  int           // open files; 0: as it is
	sync   time.Duration // that each sync takes longer
}

func limitFlags(f *flag.FlagSet, c *call) {
	f.IntVar(&c.opt.limits.memory, "memory", 0, "run the agent in so many `MB`, by a control group; needs root")
	f.IntVar(&c.opt.limits.files, "files", 0, "let the agent open so many `FILES`, by prlimit")
	f.DurationVar(&c.opt.limits.sync, "sync", 0, "let each sync of the agent take so much longer, by strace, as on an SD card: `50ms`")
}

// checkLimits refuses limits that are none.
func (c *call) checkLimits() error {
	if l := c.opt.limits; l.memory < 0 || l.files < 0 || l.sync < 0 {
		return c.wrong("--memory, --files and --sync must not be negative, but they are %d, %d and %s", l.memory, l.files, l.sync)
	}
	return nil
}

// command is the command line that runs a program within the limits. The
// process that it starts becomes the program, so that it has its number.
func (l limits) command(g *group, program ...string) []string {
	if l.files > 0 {
		program = append([]string{"prlimit", fmt.Sprintf("--nofile=%d", l.files), "--"}, program...)
	}
	if g != nil {
		program = append([]string{"sh", "-c", `echo $$ >"$0" && exec "$@"`, filepath.Join(g.dir, "cgroup.procs")}, program...)
	}
	if l.sync > 0 {
		delay := strconv.FormatInt(l.sync.Microseconds(), 10)
		program = append([]string{
			"strace", "-D", "-f", "--seccomp-bpf", "-qq", "-o", os.DevNull, "-e", "trace=fdatasync,fsync",
			"-e", "inject=fdatasync,fsync:delay_exit=" + delay,
		}, program...)
	}
	return program
}

// group is a control group that bounds memory (cgroups(7)), of version 1 or 2.
type group struct {
	dir string
	two bool
}

const (
	groupsOne = "/sys/fs/cgroup/memory"
	groupsTwo = "/sys/fs/cgroup"
)

// newGroup makes one; nil when there is no bound.
func newGroup(megabytes int) (*group, error) {
	if megabytes == 0 {
		return nil, nil
	}
	g := &group{}
	root, file := groupsOne, "memory.limit_in_bytes"
	if _, err := os.Stat(filepath.Join(root, file)); err != nil {
		g.two, root, file = true, groupsTwo, "memory.max"
	}
	dir, err := os.MkdirTemp(root, "bellhop-bench-")
	if err != nil {
		return nil, fmt.Errorf("bench: make a control group: %w", err)
	}
	g.dir = dir
	if err := os.WriteFile(filepath.Join(dir, file), []byte(strconv.Itoa(megabytes<<20)), 0); err != nil {
		return nil, fmt.Errorf("bench: bound the memory: %w", g.fail(err))
	}
	if g.two { // version 1 has no swap of its own here
		_ = os.WriteFile(filepath.Join(dir, "memory.swap.max"), []byte("0"), 0)
	}
	return g, nil
}

func (g *group) fail(err error) error {
	g.end()
	return err
}

// end removes the group; its processes have ended.
func (g *group) end() {
	if g != nil {
		_ = os.Remove(g.dir)
	}
}

// groupUse is what a control group has seen.
type groupUse struct {
	LimitMB int     `json:"limitMB"`
	PeakMB  float64 `json:"peakMB"` // pages of its files included: the kernel takes those back at the limit
	Killed  int64   `json:"killedForMemory"`
}

func (g *group) use(limit int) *groupUse {
	if g == nil {
		return nil
	}
	peak, events := "memory.max_usage_in_bytes", "memory.oom_control"
	if g.two {
		peak, events = "memory.peak", "memory.events"
	}
	u := &groupUse{LimitMB: limit}
	if text, err := os.ReadFile(filepath.Join(g.dir, peak)); err == nil {
		n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		u.PeakMB = round(float64(n)/(1<<20), 1)
	}
	text, _ := os.ReadFile(filepath.Join(g.dir, events))
	for line := range strings.Lines(string(text)) {
		if n, ok := strings.CutPrefix(line, "oom_kill "); ok {
			u.Killed, _ = strconv.ParseInt(strings.TrimSpace(n), 10, 64)
		}
	}
	return u
}
