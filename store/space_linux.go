package store

import "syscall"

// DiskFree is how many bytes the disk of a folder has left for us.
func DiskFree(folder string) (bytes int64, known bool) {
	var st syscall.Statfs_t
	if syscall.Statfs(folder, &st) != nil {
		return 0, false
	}
	return int64(st.Bavail) * int64(st.Bsize), true
}
