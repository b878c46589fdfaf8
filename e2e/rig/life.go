package rig

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"bellhop/agent"
)

// Life is one run of the agent's process.
type Life struct {
	cmd   *exec.Cmd
	Ended chan struct{}
	State *os.ProcessState // once ended
}

// Start starts the agent, under the tracer whose command line is given, if any.
func (b *Box) Start(tracer ...string) *Life {
	b.T.Helper()
	log, err := os.OpenFile(b.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		b.T.Fatal(err)
	}
	defer log.Close()
	args := slices.Concat(b.enter, tracer, []string{Program(b.T), "run", "-c", b.Config})
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		b.T.Fatal(err)
	}
	l := &Life{cmd: cmd, Ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in the state
		l.State = cmd.ProcessState
		close(l.Ended)
	}()
	b.T.Cleanup(l.Kill)
	return l
}

// Pid is the number of the process.
func (l *Life) Pid() int { return l.cmd.Process.Pid }

// Kill ends the process at once.
func (l *Life) Kill() {
	_ = l.cmd.Process.Kill() // it may have ended
	<-l.Ended
}

// Killed tells whether the process ended by SIGKILL.
func (l *Life) Killed() bool {
	status, ok := l.State.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// Running tells whether the process has not ended.
func (l *Life) Running() bool {
	select {
	case <-l.Ended:
		return false
	default:
		return true
	}
}

// Stop ends the agent in order.
func (b *Box) Stop(l *Life) {
	b.T.Helper()
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.T.Fatal(err)
	}
	select {
	case <-l.Ended:
	case <-time.After(StartTime):
		b.T.Fatal("the agent does not stop")
	}
	if !l.State.Success() {
		b.T.Fatalf("the agent ended with %v", l.State)
	}
}

// Ready waits until the agent answers and takes reports.
func (b *Box) Ready(l *Life) agent.Status {
	b.T.Helper()
	var s agent.Status
	Eventually(b.T, StartTime, func() (bool, string) {
		if !l.Running() {
			b.T.Fatalf("the agent ended: %v", l.State)
		}
		err := b.Client.Get(b.T.Context(), "/v1/status", &s)
		if err == nil && (s.PBX == nil || s.PBX.Listening == "") {
			err = errors.New("it does not listen for the PBX yet")
		}
		return err == nil, fmt.Sprintf("the agent is not ready: %v", err)
	})
	return s
}
