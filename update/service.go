package update

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Service stops and starts the agent. Start need not wait until it answers;
// either does nothing when there is nothing to do.
type Service interface {
	Stop(ctx context.Context) error
	Start(ctx context.Context) error
}

// serviceTime bounds what a service manager takes; an agent ends within
// seconds.
const serviceTime = 100 * time.Second

// Commands are a service that two command lines stop and start.
type Commands struct{ StopBy, StartBy [][]string }

// Stop stops the agent.
func (c Commands) Stop(ctx context.Context) error { return runAll(ctx, "stop the agent", c.StopBy) }

// Start starts it.
func (c Commands) Start(ctx context.Context) error { return runAll(ctx, "start the agent", c.StartBy) }

func runAll(ctx context.Context, what string, all [][]string) error {
	ctx, cancel := context.WithTimeout(ctx, serviceTime)
	defer cancel()
	for _, line := range all {
		if err := runTool(ctx, nil, line[0], line[1:]...); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

// runTool runs a program of the system, and says what it said when it failed.
// A terminal that hangs up does not end it: it is in a group of its own.
func runTool(ctx context.Context, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	var said bytes.Buffer
	out := &limited{of: &said, left: 8 << 10}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, out, time.Second
	cmd.Env = append(os.Environ(), env...)
	apart(cmd)
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) { // what it has left running holds its output
		err = nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// FindService finds what starts the agent on this computer.
func FindService() (Service, error) {
	const unit, script = "bellhop.service", "/etc/init.d/bellhop"
	if _, err := os.Stat("/run/systemd/system"); err == nil {
		// One that died often may not be started again otherwise; one that did
		// not is not always known.
		forgive := []string{"sh", "-c", "systemctl reset-failed " + unit + " 2>&1 || true"}
		return Commands{
			StopBy:  [][]string{{"systemctl", "stop", unit}},
			StartBy: [][]string{{"systemctl", "daemon-reload"}, forgive, {"systemctl", "start", "--no-block", unit}},
		}, nil
	}
	if _, err := os.Stat(script); err == nil {
		return Commands{StopBy: [][]string{{script, "stop"}}, StartBy: [][]string{{script, "start"}}}, nil
	}
	return nil, errors.New("neither systemd nor /etc/init.d/bellhop starts the agent here: name a command that does with --exec, which is run with \"stop\" or \"start\" behind it")
}

// Hook is a service that a person's own command stops and starts.
func Hook(command string) Service {
	line := func(what string) [][]string { return [][]string{{"/bin/sh", "-c", command + " " + what}} }
	return Commands{StopBy: line("stop"), StartBy: line("start")}
}
