//go:build unix

package update

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock takes the folder for one process, until free is called or the process
// ends; [ErrBusy] when another one has it.
func (f Folder) lock() (free func(), err error) {
	file, err := os.OpenFile(f.lockFile(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("take the folder for updates: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrBusy
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil
}
