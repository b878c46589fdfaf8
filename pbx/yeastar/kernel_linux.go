package yeastar

import (
	"net"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// siocoutq asks for the bytes not yet acknowledged by the other side
// (tcp(7), SIOCOUTQ, the same number as TIOCOUTQ).
const siocoutq = syscall.TIOCOUTQ

// unsent tells how much of what was written the other side's system has not
// acknowledged yet.
func unsent(conn net.Conn) (left int, known bool) {
	var n int32
	err := onSocket(conn, func(fd int) error {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), siocoutq, uintptr(unsafe.Pointer(&n))); errno != 0 {
			return errno
		}
		return nil
	})
	return int(n), err == nil
}

// tcpClose is the state of a connection that is over for both sides
// (TCP_CLOSE of linux/tcp_states.h).
const tcpClose = 7

// brokenOff tells whether the other side has reset a connection that we have
// not closed: what was sent before can still be read, and no answer reaches it.
// An orderly close looks like a sender that waits for its answer, and is none.
func brokenOff(conn net.Conn) bool {
	var info *unix.TCPInfo
	err := onSocket(conn, func(fd int) (err error) {
		info, err = unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		return err
	})
	return err == nil && info.State == tcpClose
}

// onSocket asks the system about a connection.
func onSocket(conn net.Conn, ask func(fd int) error) error {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return syscall.ENOTSOCK
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var asked error
	if err := raw.Control(func(fd uintptr) { asked = ask(int(fd)) }); err != nil {
		return err
	}
	return asked
}
