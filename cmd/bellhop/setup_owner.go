package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
)

// owner is the user that the agent runs as; the zero value is whoever runs this.
type owner struct {
	is       bool
	uid, gid int
}

// agentUser is that of the packages and of docs/installing.md.
const agentUser = "bellhop"

// programUser is who is to own what the agent reads and writes: its own user,
// where root sets the box up.
func programUser() owner {
	if os.Geteuid() != 0 {
		return owner{}
	}
	u, err := user.Lookup(agentUser)
	if err != nil {
		return owner{}
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	return owner{is: errors.Join(err1, err2) == nil, uid: uid, gid: gid}
}

// give makes a file the agent's.
func (o owner) give(f *os.File) error {
	if !o.is {
		return nil
	}
	return f.Chown(o.uid, o.gid)
}

// folder makes one that is the agent's alone, and all above it. One that was
// there stays whose it is, unless it is of those that only this program has: a
// run that was cut off may have made it.
func (o owner) folder(path string) error {
	_, err := os.Stat(path)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make a folder: %w", err)
	}
	if !o.is || !fresh && !isOurs(path) {
		return nil
	}
	return o.take(path)
}

func isOurs(path string) bool {
	return slices.Contains([]string{agentUser, "secrets", "pins"}, filepath.Base(path))
}

// take makes a folder and the files in it the agent's.
func (o owner) take(path string) error {
	all, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("give %s to the agent: %w", path, err)
	}
	for _, entry := range all {
		if entry.Type().IsRegular() {
			err = errors.Join(err, os.Lchown(filepath.Join(path, entry.Name()), o.uid, o.gid))
		}
	}
	if err := errors.Join(err, os.Lchown(path, o.uid, o.gid)); err != nil {
		return fmt.Errorf("give %s to the agent: %w", path, err)
	}
	return nil
}

// mayLeaveRoot is set where a process is a command and nothing else: what it
// gives up it does not get back.
var mayLeaveRoot bool

// become goes on as the agent's user, so that all that is written from now on is
// the agent's.
func (o owner) become() error {
	if !o.is || !mayLeaveRoot {
		return nil
	}
	return leaveRoot(o)
}
