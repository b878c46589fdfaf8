//go:build unix

package store

import (
	"fmt"
	"os"
	"syscall"
)

// mapFile gives a file's bytes without reading them.
func mapFile(path string, size int64) (data []byte, unmap func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	if int64(int(size)) != size {
		return nil, nil, nil // more than a 32-bit machine can map: bbolt will say so
	}
	data, err = syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED|populate)
	if err != nil {
		return nil, nil, fmt.Errorf("map %q: %w", path, err)
	}
	return data, func() { _ = syscall.Munmap(data) }, nil
}
