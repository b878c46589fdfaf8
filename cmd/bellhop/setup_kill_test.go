//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"bellhop/sim"
)

// What the process that is to be killed is told by: its arguments, one a line,
// and the change after which it kills itself.
const (
	childArgs = "BELLHOP_TEST_SETUP_ARGS"
	childStep = "BELLHOP_TEST_SETUP_STEP"
)

// TestSetupChild is that process: the real command, in a process of its own.
func TestSetupChild(t *testing.T) {
	args, is := os.LookupEnv(childArgs)
	if !is {
		t.Skip("it is run by TestSetupKilled")
	}
	err := dispatch(&env{ctx: context.Background(), out: os.Stdout, err: os.Stderr, watch: func(step string) {
		if step == os.Getenv(childStep) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}}, strings.Split(args, "\n"))
	if err != nil {
		t.Fatal(err)
	}
}

// child runs setup in a process that is killed after a change, or after a time.
func (p *patient) child(flags []string, step string, after time.Duration) (killed bool) {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), os.Args[0], "-test.run=^TestSetupChild$")
	cmd.Env = append(os.Environ(), childArgs+"="+strings.Join(append([]string{"setup", "-c", p.file}, flags...), "\n"), childStep+"="+step)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	if after > 0 {
		defer time.AfterFunc(after, func() { _ = cmd.Process.Kill() }).Stop()
	}
	err := cmd.Wait()
	status, known := cmd.ProcessState.Sys().(syscall.WaitStatus)
	killed = known && status.Signaled()
	if err != nil && !killed {
		p.t.Fatalf("%v\n%s", err, out.String())
	}
	return killed
}

// TestSetupKilled: a run that is killed, after any kind of change or in the
// middle of one, leaves a box on which the same command goes on to the same end.
func TestSetupKilled(t *testing.T) {
	p, flags := newSetup(t, sim.PBXOptions{})
	flags = few(flags)
	if out, errOut, code := p.setup(flags); code != 0 {
		t.Fatalf("%s%s", out, errOut)
	}
	want, disk := p.box(), p.disk()
	killed := 0
	for _, c := range []struct {
		step  string
		after time.Duration
	}{{"secrets/pbx", 0}, {"install", 0}, {"", 50 * time.Millisecond}, {"", 150 * time.Millisecond}, {"", 400 * time.Millisecond}} {
		p.clear()
		if p.child(flags, c.step, c.after) {
			killed++
		} else if c.step != "" {
			t.Errorf("after %s: it was not killed", c.step)
		}
		if out, errOut, code := p.setup(flags); code != 0 {
			t.Fatalf("after %+v: %d\n%s%s", c, code, out, errOut)
		}
		p.sameBox(want)
		p.sameDisk("in the end", disk)
	}
	if killed < 3 {
		t.Errorf("only %d were killed", killed)
	}
}
