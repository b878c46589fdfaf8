//go:build !linux

package box

import "os"

// DiskOf looks at the disk of a folder.
func DiskOf(string) (Disk, error) { return Disk{}, ErrUnknown }

// device is the number of the device that a folder lies on.
func device(string) (major, minor uint32, err error) { return 0, 0, ErrUnknown }

// syncData puts what was written on the disk.
func syncData(f *os.File) error { return f.Sync() }
