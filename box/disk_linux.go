package box

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// DiskOf looks at the disk of a folder.
func DiskOf(folder string) (Disk, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return Disk{}, fmt.Errorf("look at the disk of %s: %w", folder, err)
	}
	d := Disk{
		Size: int64(st.Blocks) * int64(st.Bsize), Free: int64(st.Bavail) * int64(st.Bsize), Files: int64(st.Ffree),
		ReadOnly: int64(st.Flags)&unix.ST_RDONLY != 0,
		Volatile: int64(st.Type) == unix.TMPFS_MAGIC || int64(st.Type) == unix.RAMFS_MAGIC,
	}
	if st.Files == 0 { // it makes them as they are needed
		d.Files = -1
	}
	return d, nil
}

// device is the number of the device that a folder lies on.
func device(folder string) (major, minor uint32, err error) {
	var st unix.Stat_t
	if err := unix.Stat(folder, &st); err != nil {
		return 0, 0, fmt.Errorf("look at the disk of %s: %w", folder, err)
	}
	return unix.Major(uint64(st.Dev)), unix.Minor(uint64(st.Dev)), nil
}

// syncData puts what was written on the disk, but for the file's times.
func syncData(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }
