package yeastar

import (
	"net"
	"syscall"
	"unsafe"
)

// siocoutq asks for the bytes not yet acknowledged by the other side
// (tcp(7), SIOCOUTQ, the same number as TIOCOUTQ).
const siocoutq = syscall.TIOCOUTQ

func unsent(conn net.Conn) (left int, known bool) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return 0, false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return 0, false
	}
	var n int32
	var errno syscall.Errno
	err = raw.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, siocoutq, uintptr(unsafe.Pointer(&n)))
	})
	return int(n), err == nil && errno == 0
}
