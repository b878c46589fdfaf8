package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace gives a file new bytes and a mode, all of it or nothing: after a crash
// there is the old file or the new one, on the disk. own, when not nil, is told
// the file before it has its name, to give it to another user. The folder must
// be there. What a crash leaves of it, beside it, the next call for that file
// removes: it may be a secret.
func Replace(path string, data []byte, mode os.FileMode, own func(*os.File) error) error {
	folder := filepath.Dir(path)
	name := filepath.Join(folder, "."+filepath.Base(path)+".new")
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w", path, err)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(data)
	if err == nil && own != nil {
		err = own(f)
	}
	err = errors.Join(err, f.Chmod(mode), f.Sync(), isStill(name, f), f.Close())
	if err == nil {
		err = os.Rename(name, path)
	}
	if err == nil {
		err = syncFolder(folder)
	}
	if err == nil {
		return nil
	}
	if !errors.Is(err, errTaken) {
		_ = os.Remove(name)
	}
	return fmt.Errorf("write %s: %w", path, err)
}

var errTaken = errors.New("somebody else writes it at the same moment")

// isStill refuses a file that another process has taken for what a crash left.
func isStill(name string, f *os.File) error {
	mine, err := f.Stat()
	if err != nil {
		return err
	}
	there, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(mine, there) {
		err = errTaken
	}
	return err
}

// syncFolder makes the names in a folder last.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
