//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// lockAgain is how often a held lock is tried.
const lockAgain = 20 * time.Millisecond

// lock takes the lock that bbolt takes too. It belongs to the open file, so
// that bbolt, which is given the same, finds it taken by itself.
func lock(f *os.File, shared bool, wait time.Duration) error {
	how := syscall.LOCK_EX
	if shared {
		how = syscall.LOCK_SH
	}
	for begin := time.Now(); ; time.Sleep(lockAgain) {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if time.Since(begin) >= wait {
			return ErrLocked
		}
	}
}
