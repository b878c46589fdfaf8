package faults

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/e2e/faults/guest"
	"bellhop/e2e/need"
)

// lineTime bounds how long a machine may say nothing: without hardware to help,
// and beside other tests, it boots slowly.
const lineTime = 3 * time.Minute

// maker makes machines: emulated computers with Debian's kernel, and with
// nothing but the agent and the program that plays its surroundings.
type maker struct {
	qemu, kernel string
	folder       string
	files        []archived
}

func newMaker(t *testing.T) *maker {
	t.Helper()
	m := &maker{qemu: need.Tool(t, "qemu-system-x86_64"), kernel: need.Kernel(t)}
	var err error
	// Not t.TempDir: the names of sockets are short.
	if m.folder, err = os.MkdirTemp("", "bellhop-power"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(m.folder) })
	m.files = []archived{
		{guest.Config, 0o600, []byte(guest.Toml)},
		{guest.HookFile, 0o600, []byte(guest.Hook)},
		{guest.NoSweep, 0o600, []byte(guest.NoSweepText)},
		{guest.Secret, 0o600, []byte(guest.SecretText)},
		{"/init", 0o755, m.build(t, "bellhop/e2e/faults/guest/init")},
		{guest.Program, 0o755, m.build(t, "bellhop/cmd/bellhop")},
	}
	return m
}

// build makes a program for the machine, which is an amd64 whatever we run on.
func (m *maker) build(t *testing.T, what string) []byte {
	t.Helper()
	path := filepath.Join(m.folder, "program")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, what)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v: %s", what, err, said)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// machine is one boot of a computer.
type machine struct {
	t       *testing.T
	cmd     *exec.Cmd
	console string
	lines   chan []string // what it reports; closed when it says no more
	served  chan error    // how its disk ended
	ended   chan struct{} // closed when it is off
}

// start switches a machine on.
func (m *maker) start(t *testing.T, d *powerDisk, o guest.Orders) *machine {
	t.Helper()
	orders, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	initrd := filepath.Join(m.folder, "initrd")
	files := append(slices.Clone(m.files), archived{guest.OrdersFile, 0o600, orders})
	if err := os.WriteFile(initrd, cpio(files), 0o600); err != nil {
		t.Fatal(err)
	}
	disk, book := m.listen(t, "disk"), m.listen(t, "book")
	v := &machine{
		t: t, console: filepath.Join(m.folder, "console"),
		lines: make(chan []string, 1024), served: make(chan error, 1), ended: make(chan struct{}),
	}
	// On a busy machine the emulated timer may miss the moment in which the kernel
	// checks it, and the kernel would give up: no_timer_check.
	v.cmd = exec.Command(m.qemu,
		"-machine", "q35", "-accel", "tcg", "-cpu", "max", "-smp", "1", "-m", "256", "-nodefaults", "-display", "none", "-no-reboot",
		"-kernel", m.kernel, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1 mitigations=off no_timer_check",
		"-rtc", "base="+o.Clock.Format("2006-01-02T15:04:05"),
		"-serial", "file:"+v.console, "-serial", "unix:"+book.Addr().String(),
		"-blockdev", "driver=nbd,node-name=disk,server.type=unix,server.path="+disk.Addr().String(),
		"-device", "nvme,drive=disk,serial=bellhop",
	)
	var said bytes.Buffer
	v.cmd.Stdout, v.cmd.Stderr = &said, &said
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go v.report(book)
	go func() {
		v.served <- v.serveDisk(disk, d)
	}()
	go func() {
		defer close(v.ended)
		if err := v.cmd.Wait(); err != nil && said.Len() > 0 {
			t.Errorf("qemu: %v: %s", err, said.Bytes())
		}
		// Whoever still waits to be dialled waits in vain.
		_ = errors.Join(disk.Close(), book.Close())
	}()
	t.Cleanup(func() {
		v.off()
		for range v.lines {
		}
	})
	return v
}

// serveDisk answers until the power is gone, and says nothing more then: no
// machine lives to see its disk fail for that.
func (v *machine) serveDisk(l net.Listener, d *powerDisk) error {
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := serveNBD(conn, d); err != nil {
		return err
	}
	<-v.ended
	return nil
}

func (m *maker) listen(t *testing.T, name string) net.Listener {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(m.folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// report reads what the machine says until it is off. A line that was cut off
// is none.
func (v *machine) report(book net.Listener) {
	defer close(v.lines)
	conn, err := book.Accept()
	if err != nil {
		return // it never came so far
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		v.lines <- strings.Fields(line)
	}
}

// next is the next line; false when the power is gone. A machine that goes off
// by itself has failed.
func (v *machine) next(gone <-chan struct{}) (words []string, on bool) {
	v.t.Helper()
	select {
	case words, on = <-v.lines:
		if !on {
			v.fail("the machine is off by itself")
		}
		return words, on
	case <-gone:
		return nil, false
	case <-time.After(lineTime):
		v.fail("the machine has said nothing for %s", lineTime)
	}
	return nil, false
}

// off ends the power, and waits until all is dark. What the machine has said
// is still in lines.
func (v *machine) off() {
	_ = v.cmd.Process.Kill() // it may be off
	<-v.ended
}

// fail ends the test with what the machine has shown last.
func (v *machine) fail(format string, args ...any) {
	v.t.Helper()
	text, _ := os.ReadFile(v.console) // there may be none
	const most = 6000
	v.t.Fatalf(format+"\nthe machine's console:\n%s", append(args, text[max(0, len(text)-most):])...)
}
