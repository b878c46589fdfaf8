package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// dropCache makes the kernel forget a synced file's pages (fadvise(2)), so
// that they come from the disk again.
func dropCache(f *os.File) { _ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }
