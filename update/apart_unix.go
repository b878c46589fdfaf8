//go:build unix

package update

import (
	"os/exec"
	"syscall"
)

// apart puts a program into a group of its own.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
