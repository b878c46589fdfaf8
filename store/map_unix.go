//go:build unix

package store

import (
	"fmt"
	"os"
	"syscall"
)

// mapFile gives a file's bytes without reading them; nil when it is empty.
func mapFile(f *os.File) (data []byte, unmap func(), err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	size := info.Size()
	if size == 0 || int64(int(size)) != size {
		return nil, nil, nil // more than a 32-bit machine can map: bbolt will say so
	}
	data, err = syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED|populate)
	if err != nil {
		return nil, nil, fmt.Errorf("map %q: %w", f.Name(), err)
	}
	return data, func() { _ = syscall.Munmap(data) }, nil
}
