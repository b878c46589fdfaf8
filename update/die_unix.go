//go:build unix

package update

import "syscall"

// die ends the process as a power cut does.
func die() {
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	select {} // it comes at once
}
