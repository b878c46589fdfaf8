package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"bellhop/e2e/faults/guest"
)

// book is the line to the test outside.
type book struct {
	mu   sync.Mutex
	port *os.File

	began time.Time    // when the agent was started, or something was done to it
	acked atomic.Int64 // reports
}

// begin says that the agent is being started, or that something is done to it.
func (b *book) begin() { b.began = time.Now() }

// sayTook says what has come about, and after how long.
func (b *book) sayTook(what string) {
	b.say(what, strconv.FormatInt(time.Since(b.began).Milliseconds(), 10))
}

// sayOf says what has become of a report.
func (b *book) sayOf(what string, r guest.Report) {
	b.say(what, strconv.Itoa(r.Session), strconv.Itoa(r.Line), strconv.Itoa(r.Number))
}

func openBook() (*book, error) {
	// The kernel has given a console alone.
	if err := os.MkdirAll("/dev", 0o755); err != nil {
		return nil, err
	}
	if err := unix.Mount("dev", "/dev", "devtmpfs", 0, ""); err != nil {
		return nil, fmt.Errorf("mount /dev: %w", err)
	}
	port, err := os.OpenFile(guest.Book, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	fd := int(port.Fd())
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, fmt.Errorf("serial line: %w", err)
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0 // bytes as they are
	t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | unix.B115200
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, t); err != nil {
		return nil, fmt.Errorf("serial line: %w", err)
	}
	return &book{port: port}, nil
}

// say writes a line and waits until it has left the machine. A line that
// cannot be written is missing in the test's book, where that is no harm.
func (b *book) say(words ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _ = b.port.WriteString(strings.Join(words, " ") + "\n")
	_ = unix.IoctlSetInt(int(b.port.Fd()), unix.TCSBRK, 1) // tcdrain(3)
}

// setClock sets the clock, to the second at which the agent is to start. Only
// a time service says that it is synchronised.
func setClock(to time.Time, synced bool) error {
	at := unix.NsecToTimespec(to.UnixNano())
	if err := unix.ClockSettime(unix.CLOCK_REALTIME, &at); err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	if !synced {
		return nil
	}
	// Without STA_UNSYNC: synchronised.
	t := unix.Timex{Modes: unix.ADJ_STATUS | unix.ADJ_MAXERROR | unix.ADJ_ESTERROR}
	if _, err := unix.Adjtimex(&t); err != nil {
		return fmt.Errorf("say that the clock is right: %w", err)
	}
	return nil
}

func loopbackUp() error {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	r, err := unix.NewIfreq(lo.Name)
	if err != nil {
		return err
	}
	r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, r); err != nil {
		return fmt.Errorf("bring lo up: %w", err)
	}
	return nil
}
