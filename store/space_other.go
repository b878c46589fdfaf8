//go:build !linux

package store

// diskFree is not known here.
func diskFree(string) (bytes int64, known bool) { return 0, false }
