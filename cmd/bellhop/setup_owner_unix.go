//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// leaveRoot gives root up for good: groups first, as they could not be changed
// afterwards.
func leaveRoot(o owner) error {
	if err := errors.Join(syscall.Setgroups([]int{o.gid}), syscall.Setgid(o.gid), syscall.Setuid(o.uid)); err != nil {
		return fmt.Errorf("go on as the user %s: %w", agentUser, err)
	}
	return nil
}

// keepOwner gives a file that takes another's place that one's owner.
func keepOwner(info os.FileInfo, f *os.File) error {
	was, known := info.Sys().(*syscall.Stat_t)
	if !known || os.Geteuid() != 0 {
		return nil
	}
	return f.Chown(int(was.Uid), int(was.Gid))
}
