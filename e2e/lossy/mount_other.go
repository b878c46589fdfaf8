//go:build !linux || 386 || arm || mips || mipsle

package lossy

import (
	"testing"

	"bellhop/e2e/need"
)

// Mount cannot be had here: the library that serves FUSE is for 64-bit Linux.
func (d *Disk) Mount(t testing.TB) string {
	t.Helper()
	need.FUSE(t) // and it says so
	return ""
}
