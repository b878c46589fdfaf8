package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Copy copies a database that no agent has open, with its intake log, byte by
// byte, and returns when both are on disk. What had the target's name before is
// replaced, by one rename for each file; the owner goes along, where that may
// be. Both ways are this one: to is put back with Copy(to, from). An agent that
// runs on either is [ErrLocked].
//
// Between the two renames the target's log may not be that of its database,
// which then is without what was acknowledged last: who is interrupted copies
// again before the target is opened.
func Copy(from, to string) error {
	source, err := lockFile(Options{Path: from, ReadOnly: true, LockTimeout: lockTimeout})
	if err != nil {
		return fmt.Errorf("copy %q: %w", from, err)
	}
	defer source.Close()
	if old, err := lockIfThere(to); err != nil {
		return fmt.Errorf("replace %q: %w", to, err)
	} else if old != nil {
		defer old.Close() // its lock goes with it
	}
	return copyPair(from, to)
}

// lockIfThere keeps agents from opening a file meanwhile. It never makes one.
func lockIfThere(path string) (*os.File, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return lockFile(Options{Path: path, ReadOnly: true, LockTimeout: lockTimeout})
}

// copyPair copies a database and its intake log; the former is locked.
func copyPair(from, to string) error {
	err := copyFile(from+intakeSuffix, to+intakeSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		err = removeIfThere(to + intakeSuffix)
	}
	if err == nil {
		err = copyFile(from, to)
	}
	if err != nil {
		return fmt.Errorf("copy %q: %w", from, err)
	}
	return syncFolder(filepath.Dir(to))
}

// copyFile copies a plain file: no link is followed at either end, so that
// whoever owns one of the folders cannot have another file read or written.
func copyFile(from, to string) error {
	source, err := openPlain(from)
	if err != nil {
		return err
	}
	defer source.Close()
	part := to + backupSuffix
	if err := removeIfThere(part); err != nil {
		return err
	}
	target, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	if err == nil {
		err = giveToOwner(target, source)
	}
	if err == nil {
		err = target.Sync()
	}
	if err = errors.Join(err, target.Close()); err == nil {
		err = os.Rename(part, to)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(part))
	}
	return nil
}

func openPlain(path string) (*os.File, error) {
	named, err := os.Lstat(path)
	if err == nil && !named.Mode().IsRegular() {
		err = fmt.Errorf("%q is no plain file", path)
	}
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	opened, err := f.Stat()
	if err == nil && !os.SameFile(named, opened) {
		err = fmt.Errorf("%q was exchanged meanwhile", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
