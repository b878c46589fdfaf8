//go:build unix

package store

import (
	"os"
	"syscall"
)

// giveToOwner gives a copy to the owner of the file that it is of. Only root
// can, and only root needs to.
func giveToOwner(copied, of *os.File) error {
	info, err := of.Stat()
	if err != nil || os.Geteuid() != 0 {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return copied.Chown(int(st.Uid), int(st.Gid))
}
