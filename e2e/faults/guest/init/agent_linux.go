package main

import (
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"

	"bellhop/e2e/faults/guest"
)

// agent is the agent's process, and the one after that was killed.
type agent struct {
	ended chan error // how it ended, unless it was killed
	life  *life
}

// life is one run of the process.
type life struct {
	process *os.Process
	killed  atomic.Bool
	gone    chan struct{} // closed when it has ended
}

func (a *agent) start() error {
	cmd := exec.Command(guest.Program, "run", "-c", guest.Config)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the agent: %w", err)
	}
	l := &life{process: cmd.Process, gone: make(chan struct{})}
	a.life = l
	go func() {
		err := cmd.Wait()
		close(l.gone)
		if !l.killed.Load() {
			a.ended <- err
		}
	}()
	return nil
}

// again kills the agent and starts it again.
func (a *agent) again() error {
	a.life.killed.Store(true)
	if err := a.life.process.Kill(); err != nil {
		return fmt.Errorf("kill the agent: %w", err)
	}
	<-a.life.gone
	return a.start()
}
