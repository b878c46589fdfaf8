package store

import (
	"errors"
	"os"
	"syscall"
)

// syncData puts what was written on the disk, but for the file's times.
func syncData(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
