package api

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestSocketOfABusyAgentIsNotTaken: an agent that has no place for another
// connection right now has its socket all the same.
func TestSocketOfABusyAgentIsNotTaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.sock")
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrUnix{Name: path}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // the first one or two find a place in the queue
		_, err = ListenSocket(path)
		if err == nil || !strings.Contains(err.Error(), "another agent answers") {
			t.Errorf("%v", err)
		}
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("the socket was taken: %v", err)
	}
}
