//go:build unix

package install

import (
	"errors"
	"os"
	"syscall"
)

// lock lets one apply or rollback at a time at the records. It ends with the
// process, however that ends.
func (r records) lock() (unlock func(), err error) {
	if err := r.prepare(); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(r.dir+"/lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrTaken
		}
		return nil, err
	}
	return func() { _ = file.Close() }, nil
}
