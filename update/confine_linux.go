package update

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// confine lets a program run as whoever owns the database's folder, with no
// network when alone.
func confine(store string, alone bool) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		attr := &syscall.SysProcAttr{}
		cmd.SysProcAttr, cmd.Dir = attr, "/"
		if os.Geteuid() != 0 {
			return
		}
		if alone {
			attr.Cloneflags = syscall.CLONE_NEWNET
		}
		info, err := os.Stat(filepath.Dir(store))
		if err != nil {
			return
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
			attr.Credential = &syscall.Credential{Uid: st.Uid, Gid: st.Gid}
		}
	}
}
