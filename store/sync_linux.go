package store

import (
	"errors"
	"os"
	"syscall"

	"bellhop/sabotage"
)

// syncData puts what was written on the disk, but for the file's times.
func syncData(f *os.File) error {
	if sabotage.On(sabotage.NoSync) {
		return nil
	}
	for {
		if err := syscall.Fdatasync(int(f.Fd())); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
