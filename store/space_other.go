//go:build !linux

package store

// DiskFree is not known here.
func DiskFree(string) (bytes int64, known bool) { return 0, false }
