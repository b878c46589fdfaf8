// Init is all that runs in the machine of the power cut test besides the kernel
// and the agent: it mounts the disk, starts the agent, is its PBX and its PMS,
// and reports to the test outside what was promised.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"bellhop/e2e/faults/guest"
)

func main() {
	b, err := openBook()
	if err == nil {
		if err = run(b); err != nil {
			b.say(guest.Broken, fmt.Sprintf("%q", err.Error()))
		}
	}
	if err != nil {
		fmt.Println("init:", err)
	}
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	select {} // the kernel panics if init ends
}

func run(b *book) error {
	if err := mountAll(); err != nil {
		return err
	}
	text, err := os.ReadFile(guest.OrdersFile)
	if err != nil {
		return err
	}
	var o guest.Orders
	if err := json.Unmarshal(text, &o); err != nil {
		return fmt.Errorf("read the orders: %w", err)
	}
	if err := setClock(o.Clock, o.Synced); err != nil {
		return err
	}
	if err := loopbackUp(); err != nil {
		return err
	}
	p, err := servePMS(b, o.Right)
	if err != nil {
		return err
	}
	a := &agent{ended: make(chan error, 1)}
	b.begin()
	if err := a.start(); err != nil {
		return err
	}
	work := make(chan error, 1)
	go func() { work <- follow(o, b, p, a) }()
	select {
	case err := <-a.ended:
		return fmt.Errorf("the agent ended: %v", err)
	case err := <-work:
		if err != nil {
			return err
		}
	}
	return switchOff(b, a)
}

// mountAll makes what a system has when a service starts.
func mountAll() error {
	for _, m := range []struct{ from, to, kind string }{
		{"proc", "/proc", "proc"}, {"sys", "/sys", "sysfs"}, {"run", "/run", "tmpfs"}, {"tmp", "/tmp", "tmpfs"},
		{guest.Disk, guest.Mount, "ext4"},
	} {
		if err := os.MkdirAll(m.to, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.from, m.to, m.kind, 0, ""); err != nil {
			return fmt.Errorf("mount %s on %s: %w", m.from, m.to, err)
		}
	}
	faults, err := os.ReadFile(filepath.Join("/sys/fs/ext4", filepath.Base(guest.Disk), "errors_count"))
	if err != nil {
		return err
	}
	if string(faults) != "0\n" {
		return fmt.Errorf("the file system has %s errors", faults)
	}
	return nil
}

// switchOff ends the agent as systemd does, and gives the disk all that it is
// to have.
func switchOff(b *book, a *agent) error {
	if err := a.life.process.Signal(unix.SIGTERM); err != nil {
		return err
	}
	if err := <-a.ended; err != nil {
		return fmt.Errorf("the agent was told to end: %w", err)
	}
	if err := unix.Unmount(guest.Mount, 0); err != nil {
		return fmt.Errorf("unmount: %w", err)
	}
	b.say(guest.Off)
	return nil
}
